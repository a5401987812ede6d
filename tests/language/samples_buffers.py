"""Buffers that are swapped, rows bound to a name, writes to what NumPy has just made."""

import numpy as np


def rotates_three_levels(x, n):
    u_prev = x * 0.5
    u = x.copy()
    u_next = np.zeros_like(x)
    for _ in range(n):
        for j in range(1, len(x) - 1):
            u_next[j] = 2 * u[j] - u_prev[j] + 0.1 * (u[j + 1] - 2 * u[j] + u[j - 1])
        u_next[0] = u_next[1]
        u_next[-1] = 0.0
        u_prev, u, u_next = u, u_next, u_prev
    return np.sum(u**2)


def swaps_in_a_list(x, n):
    buffers = [x.copy(), np.zeros_like(x)]
    for _ in range(n):
        buffers[1][1:] = buffers[0][:-1] ** 2
        buffers[1][0] = buffers[0][-1]
        buffers[0], buffers[1] = buffers[1], buffers[0]
    return np.sum(buffers[0] * x)


def swaps_through_a_name(x, n):
    cur = x.copy()
    nxt = np.empty_like(x)
    for _ in range(n):
        nxt[1:-1] = cur[:-2] * cur[2:]
        nxt[0] = cur[0]
        nxt[-1] = cur[-1]
        tmp = cur
        cur = nxt
        nxt = tmp
    return np.sum(cur**2)


def makes_the_list_anew(x, n):
    u = [x.copy(), x * 2.0, np.zeros_like(x)]
    for _ in range(n):
        u[2][:] = u[1] * 2 - u[0]
        u = [u[1], u[2], u[0]]
    return np.sum(u[1] ** 2)


def rotates_a_list(x, n):
    u = [x.copy(), x * 2.0, np.zeros_like(x)]
    for _ in range(n):
        u[2][:] = u[1] * 2 - u[0]
        u.append(u.pop(0))
    return np.sum(u[1] ** 2)


def swaps_in_some_iterations(x, n):
    cur = x.copy()
    nxt = np.zeros_like(x)
    for i in range(n):
        nxt[:] = cur * cur
        if i % 2 == 0:
            cur, nxt = nxt, cur
    return np.sum(cur) + np.sum(nxt * x)


def swaps_until(x, n):
    cur = x.copy()
    nxt = np.empty_like(x)
    k = 0
    while k < n and np.sum(np.abs(cur)) < 100:
        nxt[:] = cur * 1.5
        nxt[0] = cur[1] * cur[0]
        cur, nxt = nxt, cur
        k += 1
    return np.sum(cur)


class Field:
    def __init__(self, u):
        self.u = u.copy()
        self.old = u * 0.5
        self.time = 0

    def step(self):
        new = np.zeros_like(self.u)
        new[1:-1] = 2 * self.u[1:-1] - self.old[1:-1]
        new[0] = self.u[1]
        self.old, self.u = self.u, new
        self.time += 1


class Swapped:
    def __init__(self, u):
        self.cur = u.copy()
        self.nxt = np.zeros_like(u)

    def step(self):
        self.nxt[1:] = self.cur[:-1] ** 2
        self.nxt[0] = self.cur[-1]
        self.cur, self.nxt = self.nxt, self.cur


def swaps_attributes(x, n):
    field = Field(x)
    for _ in range(n):
        field.step()
    return np.sum(field.u**2) + field.time * np.sum(field.old)


def swaps_attributes_in_place(x, n):
    buffers = Swapped(x)
    for _ in range(n):
        buffers.step()
    return np.sum(buffers.cur * x)


def row_before(m):
    prev = m[0]
    total = 0.0
    for row in m[1:]:
        total += np.sum((row - prev) ** 2)
        prev = row
    return total


def row_before_or_none(m):
    prev = None
    total = 0.0
    for row in m:
        if prev is not None:
            total += np.sum((row - prev) ** 2)
        prev = row
    return total


def row_before_and_write(m):
    z = m * 1.0
    prev = z[0]
    for row in z[1:]:
        row += 0.5 * prev
        prev = row
    return np.sum(z**2)


def _scaled(v, n):
    w = v
    for _ in range(n):
        w = w * 1.5
    return w


def _thrice(v):
    w = v
    for _ in range(3):
        w = w * 1.5
    return w


def rebinds_in_a_helper(x, n):
    out = np.zeros(5)
    for i in range(5):
        out[i] = np.sum(_scaled(x * i, n))
    return np.sum(out**2)


def rebinds_in_a_loop_that_runs(x):
    z = x * 1.0
    w = _thrice(z)
    z[0] = 2.0
    w[1] = z[0] * x[2]
    return np.sum(w * z)


def writes_to_einsum(m, q):
    c = np.einsum("ij,jk->ik", q, m)
    c[0] += 1.0
    c[1, 2] *= m[0, 0]
    return np.sum(c**2)


def writes_to_a_view_of_einsum(m):
    z = np.einsum("ij->ji", m)
    z[0] = 2.0 * z[1]
    return np.sum(z**2)


def writes_to_products(m, q):
    c = q @ m
    c += m
    c[0] = c[1] * 2
    d = np.dot(q, m)
    d -= c
    d[:, 0] = 0.0
    return np.sum(c * d)


def writes_to_what_may_be_a_copy(m, x):
    square = (m * m).reshape(20)
    square[3] = x[0]
    flat = m.T.ravel()
    flat[0] = 2.0 * flat[1]
    flat[1:6] *= x
    return np.sum(flat**2) + np.sum(square**3)


def writes_to_what_may_be_the_argument(m):
    flat = m.ravel()
    flat[0] = 2.0 * flat[1]
    again = np.reshape(flat, (5, 4))
    again[1] = 3.0
    return np.sum(again**2)


def writes_in_a_loop_to_what_may_be_a_copy(m, n):
    f = (m * m).T.reshape(2, 10)
    for _ in range(n):
        f[0] = f[0] * f[1]
    return np.sum(f**3)


def lists_of_lists_by_number(m):
    c = [[0.0 for _ in range(2)] for _ in range(2)]
    for i in range(2):
        for j in range(2):
            for k in range(4):
                c[i][j] += m[i, k] * m[k, j]
    return c[0][0] + c[1][1] * c[0][1]


def buffers_by_turns(x):
    buffers = [x.copy(), np.zeros_like(x)]
    for i in range(3):
        old = buffers[i % 2]
        new = buffers[(i + 1) % 2]
        new[1:] = old[:-1] ** 2
        new[0] = old[-1]
    return np.sum(buffers[1] * x)
