"""Programs with checkpoints, each beside itself without them."""

import numpy as np

from adcompile import checkpoint


def step(u, t):
    s = np.sin(u) * (1 + 0.01 * t)
    if t % 3 == 1:
        s = s * u
    return u + 0.1 * s


def rollout(u, n, k):
    for t in checkpoint(range(n), snapshots=k):
        u = step(u, t)
    return np.sum(u * u)


def rollout_plain(u, n, k):
    for t in range(n):
        u = step(u, t)
    return np.sum(u * u)


def until(u, n, k):
    t = 0
    while checkpoint(t < n, snapshots=k):
        u = step(u, t)
        t = t + 1
    return np.sum(u * u)


def by_default(u, n, k):
    for t in checkpoint(range(n)):
        u = step(u, t)
    return np.sum(u * u)


def until_by_default(u, n, k):
    t = 0
    while checkpoint(t < n):
        u = step(u, t)
        t = t + 1
    return np.sum(u * u)


def relaxed(u, n):
    for _ in checkpoint(range(n)):
        u = u + 0.001 * np.sin(u)
    return np.sum(u)


def relaxed_until(u, n):
    t = 0
    while checkpoint(t < n):
        u = u + 0.001 * np.sin(u)
        t = t + 1
    return np.sum(u)


def relaxed_plain(u, n):
    for _ in range(n):
        u = u + 0.001 * np.sin(u)
    return np.sum(u)


def oscillator(q, p, w, n):
    """Two values as state, one of them a tuple, parameters from outside, a loop inside."""
    state = (q, p)
    energy = 0.0
    for t in checkpoint(range(2, 2 + n), snapshots=3):
        q, p = state
        for k in range(3):
            p = p - 0.1 * w[k] * q
            q = q + 0.1 * p * (1 + 0.01 * t)
        if np.sum(q) > 0:
            energy = energy + np.sum(q * q)
        state = (q, p)
    return np.sum(state[0]) + energy


def oscillator_plain(q, p, w, n):
    state = (q, p)
    energy = 0.0
    for t in range(2, 2 + n):
        q, p = state
        for k in range(3):
            p = p - 0.1 * w[k] * q
            q = q + 0.1 * p * (1 + 0.01 * t)
        if np.sum(q) > 0:
            energy = energy + np.sum(q * q)
        state = (q, p)
    return np.sum(state[0]) + energy


def sweeps(u, c, n):
    """Writes in place, on which the next step builds; the array is read again before the loop."""
    v = u * c
    w = np.sum(np.sin(v))
    for t in checkpoint(range(n), snapshots=2):
        for i in range(1, 4):
            v[i] = c * v[i] * v[i - 1] + 0.1 * v[i + 1]
        w = w + np.sum(v * v)
        if w > 1e6:
            break
    v[0] = w
    return np.sum(v * v)


def sweeps_plain(u, c, n):
    v = u * c
    w = np.sum(np.sin(v))
    for t in range(n):
        for i in range(1, 4):
            v[i] = c * v[i] * v[i - 1] + 0.1 * v[i + 1]
        w = w + np.sum(v * v)
        if w > 1e6:
            break
    v[0] = w
    return np.sum(v * v)


def levels(x, n):
    """Checkpoints inside checkpoints, over the elements of an array."""
    for i in checkpoint(range(n)):
        for a in checkpoint(x, snapshots=1):
            x = np.sin(x) * a + 0.1 * i
    return np.sum(x * x)


def levels_plain(x, n):
    for i in range(n):
        for a in x:
            x = np.sin(x) * a + 0.1 * i
    return np.sum(x * x)


def growing(x, n):
    """A state that has another length in each step."""
    for t in checkpoint(range(n), snapshots=2):
        x = np.concatenate((np.sin(x), x[:1] * x[-1:]))
    return np.sum(x * x)


def growing_plain(x, n):
    for t in range(n):
        x = np.concatenate((np.sin(x), x[:1] * x[-1:]))
    return np.sum(x * x)


def printing(x, n):
    for t in checkpoint(range(n), snapshots=1):
        print(t)
        assert x < 10
        x = np.sin(x) * x
    return x


def names_of_the_text(x, snapshots, n):
    """The names that the compiler would like to use are taken."""
    number = start = keep = x * 2.0
    for i in checkpoint(range(n), snapshots=snapshots):
        for j in range(2):
            x = np.sin(x) * number + start * i * j
    while checkpoint(np.sum(x) < 10, snapshots=snapshots):
        x = x * x + 1.5 + start * start
    return np.sum(x * keep)


def names_of_the_text_plain(x, snapshots, n):
    number = start = keep = x * 2.0
    for i in range(n):
        for j in range(2):
            x = np.sin(x) * number + start * i * j
    while np.sum(x) < 10:
        x = x * x + 1.5 + start * start
    return np.sum(x * keep)


def late(u, c, n):
    """A state that is an array in later steps only."""
    for t in checkpoint(range(n), snapshots=2):
        if t == 2:
            v = u * c
        if t > 2:
            v[1] += u[0] * v[0]
        u = np.sin(u) + 0.1 * t
    return np.sum(u) + (np.sum(v * v) if n > 3 else 0.0)


def late_plain(u, c, n):
    for t in range(n):
        if t == 2:
            v = u * c
        if t > 2:
            v[1] += u[0] * v[0]
        u = np.sin(u) + 0.1 * t
    return np.sum(u) + (np.sum(v * v) if n > 3 else 0.0)


def backwards(x, n):
    """A loop that counts down inside one that is run again, and one that counts down itself."""
    s = 1.0
    for _ in checkpoint(range(n), snapshots=2):
        for i in reversed(range(x.size)):
            for v in x[::-1]:
                s = np.sin(s * x[i] + i * v)
                if s > 0.9:
                    break
    for k in checkpoint(reversed(range(x.size)), snapshots=2):
        s = np.cos(s * x[k] + k)
    return s


def backwards_plain(x, n):
    s = 1.0
    for _ in range(n):
        for i in reversed(range(x.size)):
            for v in x[::-1]:
                s = np.sin(s * x[i] + i * v)
                if s > 0.9:
                    break
    for k in reversed(range(x.size)):
        s = np.cos(s * x[k] + k)
    return s


def _one_of(p, q):
    if q > 10.0:
        return q
    return p


def handed_on(u, c, n):
    """What a step begins with is a Python number, or an element of an array."""
    v, s = u.copy(), 0.1
    for i in checkpoint(range(n)):
        if i > 1:
            s = _one_of(s, v[i % 5])
        else:
            v[1:] = v[:-1] * s
    return s + c * np.sum(v)


def handed_on_plain(u, c, n):
    v, s = u.copy(), 0.1
    for i in range(n):
        if i > 1:
            s = _one_of(s, v[i % 5])
        else:
            v[1:] = v[:-1] * s
    return s + c * np.sum(v)


PAIRS = [
    (handed_on, handed_on_plain, ("u", "c")),
    (oscillator, oscillator_plain, ("q", "p", "w")),
    (sweeps, sweeps_plain, ("u", "c")),
    (levels, levels_plain, ("x",)),
    (growing, growing_plain, ("x",)),
    (names_of_the_text, names_of_the_text_plain, ("x",)),
    (late, late_plain, ("u", "c")),
    (backwards, backwards_plain, ("x",)),
]


# ----- more than one number as result -----


def waves(u, c, n):
    u = u.copy()
    for t in checkpoint(range(n), snapshots=3):
        u[1:-1] += c * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1]
        if np.sum(u) > 100:
            break
    return u * c


def waves_plain(u, c, n):
    u = u.copy()
    for t in range(n):
        u[1:-1] += c * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1]
        if np.sum(u) > 100:
            break
    return u * c


def waves_until(u, c, n):
    t = 0
    while checkpoint(t < n, snapshots=3):
        u = np.sin(u) * c + u[0]
        t = t + 1
    return u * c, u[0]


def waves_until_plain(u, c, n):
    t = 0
    while t < n:
        u = np.sin(u) * c + u[0]
        t = t + 1
    return u * c, u[0]


ARRAYS = [(waves, waves_plain, ("u", "c")), (waves_until, waves_until_plain, ("u", "c"))]


# ----- functions -----


@checkpoint
def layer(x, w):
    h = np.tanh(x @ w)
    return h * h + x


def layer_plain(x, w):
    h = np.tanh(x @ w)
    return h * h + x


def network(x, w):
    for k in range(3):
        x = layer(x, w[k])
    return np.sum(x)


def network_plain(x, w):
    for k in range(3):
        x = layer_plain(x, w[k])
    return np.sum(x)


@checkpoint
def block(x, w):
    """Checkpoints inside: a call and a loop."""
    y = layer(x, w)
    for t in checkpoint(range(4), snapshots=2):
        y = np.sin(y) + x * t
    return np.sum(y * x)


def blocks(x, w):
    return block(x, w[0]) * 2.0 + block(np.cos(x), w[1])


def blocks_plain(x, w):
    total = 0.0
    for scale, z, v in ((2.0, x, w[0]), (1.0, np.cos(x), w[1])):
        y = layer_plain(z, v)
        for t in range(4):
            y = np.sin(y) + z * t
        total = total + scale * np.sum(y * z)
    return total


@checkpoint
def power(x, n):
    if n == 0:
        return 1.0 + 0.0 * x
    y = power(x, n // 2)
    if n % 2:
        return y * y * x
    return y * y


def layers(x, w):
    for k in range(3):
        x = layer(x, w[k])
    return np.sum(x, axis=0)


def layers_plain(x, w):
    for k in range(3):
        x = layer_plain(x, w[k])
    return np.sum(x, axis=0)


def recursive(x, w):
    return np.sum(power(x, 5) * w[0, 0])


def recursive_plain(x, w):
    return np.sum(x**5 * w[0, 0])
