import numpy as np


def evolved_grad(psi, h, n):
    """Gradient of `evolved` with respect to psi, h.

    d_v is the derivative of the result by v.
    """
    t_saved = []
    psi_saved = []
    psi_saved1 = []
    for _ in range(n):
        psi_saved1.append(psi)
        psi = psi - 0.1j * (h @ psi)
        psi_saved.append(psi)
        # psi = psi / np.linalg.norm(psi)
        t = np.linalg.norm(psi)
        t_saved.append(t)
        psi = psi / t

    # backward
    # return np.vdot(psi, h @ psi).real
    d_t = np.conj(psi)
    d_psi = np.conj(h @ psi) + h.T @ d_t
    d_h = np.real(np.outer(d_t, psi))
    for _ in reversed(range(n)):
        t = t_saved.pop()
        psi1 = psi_saved.pop()
        # psi = psi / np.linalg.norm(psi)
        t1 = np.where(t == 0, 1, t)
        t1 = np.conj(np.real(-np.sum(d_psi * psi / t)) * psi1 / t1)
        d_psi = d_psi / t + t1
        # psi = psi - 0.1j * (h @ psi)
        d_t = -d_psi * 0.1j
        psi = psi_saved1.pop()
        d_psi = d_psi + h.T @ d_t
        d_h = d_h + np.real(np.outer(d_t, psi))
    return d_psi, d_h
