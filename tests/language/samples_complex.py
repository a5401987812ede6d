"""Complex numbers: of arguments, and between real arguments and real results."""

import math

import numpy as np


def power_spectrum(x, p):
    """Misfit of a power spectrum."""
    power = np.abs(np.fft.rfft(x)) ** 2
    return np.mean((np.log(power + 1.0) - p[0]) ** 2)


def heat_equation(x, n, a):
    """A spectral solver: steps in the space of frequencies."""
    k = 2 * np.pi * np.fft.fftfreq(len(x))
    u = np.fft.fft(x)
    for _ in range(n):
        u = u * np.exp(-a * a * k**2 * 0.1) + 0.01 * np.fft.fft(np.fft.ifft(u).real ** 2)
    return np.sum(np.fft.ifft(u).real ** 3)


def burgers(x, n):
    """A nonlinear equation, its derivatives by transforms of real signals."""
    k = 2j * np.pi * np.fft.rfftfreq(len(x))
    u = x.copy()
    for _ in range(n):
        slope = np.fft.irfft(k * np.fft.rfft(u), len(u))
        u += 0.05 * (np.fft.irfft(k * k * np.fft.rfft(u), len(u)) - u * slope)
    return np.sum(u**2)


def filtered(x, y):
    """A convolution by the product of spectra."""
    spectrum = np.fft.fft(x, 9) * np.fft.fft(y, 9)
    return np.sum(np.fft.ifft(spectrum).real[:5] ** 2)


def mandelbrot(a, b, n):
    """An iteration on Python numbers, until they are large."""
    c = complex(a, b) * 0.5
    z = 0j
    for _ in range(n):
        z = z * z + c
        if abs(z) > 1.5:
            break
    return abs(z) + z.real * z.imag


def julia(zeta, n):
    """The same, by a complex number."""
    z = zeta
    for _ in range(n):
        z = z**2 * 0.3 + zeta / 2
    return z.real - z.imag**2


def impedance(a, b, p):
    """The modulus and phase of the current in a circuit, over frequencies."""
    omega = np.linspace(1.0, 3.0, 4)
    parallel = 1 / (1j * omega * p[0] + 1 / (a * a + 1j * omega * b))
    current = 2.0 / (p[1] + parallel)
    return np.sum(np.abs(current)) + np.angle(current)[0]


def impedance_of_one(a, b):
    """The same of one frequency, in Python numbers."""
    z = a * a + 2j * b
    return abs(1.0 / z) + (1.0 / z).imag


def quantum_state(psi, q, n):
    """Evolution of a state by a Hermitian matrix, and the expectation of another one."""
    h = (q + q.T) * 0.1
    for _ in range(n):
        psi = psi - 1j * (h @ psi)
        psi = psi / np.linalg.norm(psi)
    return np.vdot(psi, h @ psi).real


def cayley(psi, q):
    """A unitary step by solving equations."""
    h = 0.05j * (q + q.T)
    eye = np.eye(4)
    psi = np.linalg.solve(eye + h, (eye - h) @ psi)
    return np.sum(np.abs(psi[:2]) ** 2)


def ground_state(mat, psi):
    """The lowest energy, and how much of a state is in it."""
    h = mat + np.conj(mat.T) + np.diag(np.arange(4) * 5.0)
    energies, states = np.linalg.eigh(h)
    return energies[0] + np.abs(np.vdot(states[:, 0], psi)) ** 2


def phases(x, y):
    """Sums of waves."""
    wave = np.exp(1j * x) + 0.5 * np.exp(-2j * y)
    return np.abs(np.sum(wave)) + np.sum(wave.real * wave.imag)


def parts(z):
    """What is real of a complex number."""
    return np.sum(z.real**2 * z.imag) + np.sum(np.abs(z)) + np.var(z) + np.std(z)


def conjugates(z, zeta):
    return np.sum((z * np.conj(zeta) + zeta.conjugate() * z.conj()).real ** 2)


def written(x, z):
    """Elements of a complex array are written."""
    a = np.zeros_like(z)
    a[...] = x
    a[0] = z[0] * x[0]
    a[2:4] *= z[1]
    a += 1j * x
    return np.sum(np.abs(a) ** 2)


def swept(z, x, n):
    """A recurrence in place."""
    a = z.copy()
    for i in range(1, min(n, 4) + 1):
        a[i] = a[i] * a[i - 1] + 0.1j * x[i]
        a[0] = a[0] * 0.5
    return np.sum(a.real * a.imag)


def real_then_complex(x, z, n):
    """The adjoint of a complex array begins as a real one."""
    a = z * x
    total = np.sum(a.real)
    for i in range(n):
        total = total + (a[i % 5] * a[i % 2]).imag
    return total


def chosen(z, x, a):
    """Numbers that are complex on one path."""
    if a > 0:
        s = z[0] * x[1]
    else:
        s = x[0] ** 2
    t = np.where(x > 0, z, x)
    return abs(s * 1j) + np.sum(np.abs(t) ** 3)


def joined(x, z):
    both = np.concatenate((x, z, 1j * x))
    rows = np.stack([z * x, z * 2j])
    return np.sum((rows[0] * rows[1]).imag) + np.sum(np.abs(both) ** 3)


def listed(x, z, n):
    """A list of complex arrays that grows."""
    states = [z * x]
    for _ in range(n):
        states.append(states[-1] * 1j + z)
    total = 0.0
    for state in states:
        total += np.sum(np.abs(state) ** 2)
    return total


def _rotated(u, angle):
    return u * np.exp(1j * angle)


def called(x, z, a):
    """Functions of complex numbers and of real ones."""

    def energy(u):
        return np.sum(np.abs(u) ** 2 * x)

    return energy(_rotated(z, a)) + energy(_rotated(x, a * x)) + _rotated(x, a).real[2]


def residue(zeta, a):
    """Branches of logarithms, roots and powers."""
    w = np.log(zeta) + np.sqrt(zeta * a + 2.0) + zeta ** (0.5 + 0.2j) + (2.0 + a) ** zeta
    return (w * w).real


def hyperbolic(z):
    w = np.tanh(z) + np.sinh(z) * np.cos(z) - np.arctan(z * 0.3) + np.arcsin(z * 0.2)
    return np.sum(w.real - w.imag)


def matrices(mat, psi, q):
    """Products, inverses and determinants."""
    a = mat @ mat.T + 4.0 * np.eye(4)
    s = psi @ np.linalg.inv(a) @ np.conj(psi) + np.trace(q @ mat)
    sign, size = np.linalg.slogdet(a)
    return s.real + size + (sign * np.einsum("ij,ij->", mat, q)).imag


def constants(x):
    """Complex numbers that are not differentiated."""
    roots = np.exp(2j * np.pi * np.arange(5) / 5)
    turn = complex(math.cos(0.3), 0.5)
    return np.sum((roots * x * turn).real ** 2)


def table_of_phasors(x, z, a):
    """Complex numbers in containers."""
    state = {"field": z * a, "source": x}
    pair = (state["field"] * 1j, state["source"] * 2.0)
    field, source = pair
    return np.sum((field * source).real) + abs(state["field"][0])
