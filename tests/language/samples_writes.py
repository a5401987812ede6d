"""Programs that write into arrays in place."""

import numpy as np

# ----- elements, slices, masks, arrays of indices -----


def element(x, a):
    z = x * 2
    z[0] = a * a
    return np.sum(z * x)


def element_overwritten(x, a):
    z = x * x
    s = z[1] * 3
    z[1] = a
    return s * z[1] + np.sum(z * z)


def constant_element(x):
    z = np.exp(x)
    z[0] = 0.0
    return np.sum(z * z)


def element_of_matrix(m, a):
    z = m * a
    z[1, 2] += a * z[0, 0]
    z[0][1] = a
    return np.sum(z * z)


def every_operator(x, y, a):
    z = x + 3
    z[0] += a * z[1]
    z[1] -= z[0] * y[1]
    z[2] *= a + y[2]
    z[3] /= 2 + a * a
    z[4] **= 2
    return np.sum(z * z)


def every_operator_on_slices(x, y, a):
    z = abs(x) + 1
    z[1:] += a * y[1:]
    z[:-1] -= y[1:] * a
    z[::2] *= y[::2]
    z[1::2] /= 2 + y[:2] ** 2
    z[:2] **= 3
    return np.sum(z * np.arange(5))


def slices_with_steps(x, y):
    z = x * 1.0
    z[::2] = y[:3] * x[2:]
    z[::-2] += y[1:4]
    z[3:0:-1] *= 2.0
    return np.sum(z * z)


def whole_slice(x, y):
    z = x * y
    w = z
    z[:] = y * y
    return np.sum(w * x) + np.sum(z)


def number_into_slice(x, a):
    z = x * x
    z[1:4] = a
    z[:2] += a * z[0]
    return np.sum(z * x)


def ellipsis_and_new_axes(m, x):
    z = m * 2
    z[..., 0] = x[:4]
    z[0, ...] *= x
    z[:, None, 1:3] += m[:, None, :2] * 3
    z[...] /= 2.0
    return np.sum(z * z)


def rows_and_columns(m, x, a):
    z = m * a
    z[0] = x
    z[:, 1] = x[:4] * a
    z[1:, 2:] *= m[1:, :3]
    z[-1] += z[0]
    return np.sum(z * m)


def broadcast_into_slice(m, x):
    z = m * m
    z[1:] = x
    z[:, 1:3] += x[:4, None]
    return np.sum(z * m)


def masked_constant(x):
    z = x * x
    z[x < 0] = 0.0
    return np.sum(z * x)


def masked_number(x, a, mask):
    z = x * x
    z[mask] = a
    z[~mask] *= a
    return np.sum(z * z * x)


def masked_values(x, y, mask):
    z = x * y
    z[mask] = y[mask] ** 2
    z[z > 0.2] += (x * x)[z > 0.2]
    return np.sum(z * z)


def mask_of_itself(x):
    z = x * 3
    z[z < 0] *= 0.1
    return np.sum(z * z)


def mask_of_matrix(m, a):
    z = m * m
    z[m > 0.3] -= a
    z[m < -0.3] = a * a
    return np.sum(z * m)


def last_write_wins(x, y, idx):
    z = x * 1.0
    z[idx] = y[:4] * 2
    return np.sum(z * z)


def last_write_of_list(x, y):
    z = x * x
    z[[0, 3, 0]] = y[:3]
    return np.sum(z * x)


def repeated_augmented(x, y, idx):
    """NumPy adds only the last of the numbers for a repeated index."""
    z = x * 1.0
    z[idx] += y[:4] * x[1:]
    return np.sum(z * z)


def repeated_multiplied(x, y, idx):
    z = x * 1.0
    z[idx] *= y[:4]
    return np.sum(z * z)


def add_at(x, y, idx):
    z = x * 1.0
    np.add.at(z, idx, y[:4] * x[:4])
    return np.sum(z * z)


def histogram(x, idx):
    z = np.zeros(5)
    np.add.at(z, idx, x[:4] ** 2)
    return np.sum(z * z * x)


def rows_by_index(m, idx):
    z = m * 2
    z[idx[:2]] = m[:2] * m[2:]
    z[[0, 1], [1, 2]] += m[0, :2]
    return np.sum(z * m)


def computed_index(x, a, n):
    z = x * 1.0
    z[n % 5] = a
    z[np.argmax(x)] *= a
    return np.sum(z * z)


# ----- whole arrays -----


def augmented_array(x, y):
    z = x * 2
    z += y
    z *= y
    z -= 1
    z /= 2 + x * x
    z **= 2
    return np.sum(z)


def augmented_by_itself(x):
    z = x + 1
    z += z
    z *= z
    return np.sum(z)


def augmented_broadcast(m, x, a):
    z = m * a
    z += x
    z *= x[:4, None]
    z -= a
    return np.sum(z * z)


def augmented_product(q, x):
    z = q * 2
    z @= q
    return np.sum(z * q) + np.sum(x)


def filled(x, a):
    z = x * x
    s = np.sum(z)
    z.fill(a * s)
    return np.sum(z * x)


def copied_into(x, y, a, mask):
    z = x * x
    np.copyto(z, y * a)
    s = np.sum(z * x)
    np.copyto(z, x, where=mask)
    return s + np.sum(z * z)


def out_argument(x, y):
    z = np.zeros(5)
    np.multiply(x, y, out=z)
    s = np.sum(z * x)
    np.exp(z, out=z)
    np.add(z, x, z)
    return s + np.sum(z * y)


def out_of_product(m, w):
    z = np.empty((4, 3))
    np.matmul(m, w, out=z)
    np.tanh(z, out=z)
    return np.sum(z * z)


def empty_then_filled(x, y):
    z = np.empty(10)
    z[:5] = x * y
    z[5:] = y * y
    return np.sum(z[::2] * x)


def empty_like_in_loop(x):
    z = np.empty_like(x)
    for i in range(5):
        z[i] = x[i] * x[-i]
    return np.sum(z * z)


def overlapping_slices(x):
    z = x * 1.0
    z[1:] = z[:-1]
    z[:-1] += z[1:]
    z[:] = z[::-1] * z
    return np.sum(z * x)


# ----- received arrays, which keep their numbers -----


def argument_written(x, a):
    x[0] = a
    x[1:] *= 2
    return np.sum(x * x)


def argument_augmented(x, y):
    x += y * y
    return np.sum(x * y)


def argument_overwritten(x, y):
    s = np.sum(x * x)
    x[:] = y
    return s * np.sum(x * y)


def arguments_of_list_written(points, a):
    points[0][1] = a
    points[1] *= points[0]
    return np.sum(points[0] * points[1]) + np.sum(points[2])


def matrix_argument_normalised(m):
    m -= np.mean(m, axis=0)
    m /= np.sqrt(np.sum(m * m, axis=0) + 1)
    return np.sum(m**3)


# ----- branches and loops -----


def in_branch(x, a):
    z = x * 1.0
    if a > 0:
        z[0] = a * a
    else:
        z[1:] *= a
    return np.sum(z * z)


def in_branch_on_element(x, a):
    z = x * 1.0
    for i in range(5):
        if z[i] > 0.1:
            z[i] *= a
        elif z[i - 1] < 0:
            z[i - 1] = a * z[i]
    return np.sum(z * x)


def accumulated(x, y):
    s = np.zeros(1)
    for i in range(len(x)):
        s[0] += x[i] * y[i]
    return s[0] * s[0]


def element_by_element(x, n):
    z = np.zeros(5)
    for i in range(n):
        z[i] += x[i] * x[i]
    return np.sum(z * x)


def repeated_steps(x, n):
    z = x * 1.0
    for i in range(n):
        z *= x
        z[0] += z[-1]
    return np.sum(z)


def in_nested_loops(m, x):
    z = np.zeros((4, 5))
    for i in range(4):
        for j in range(5):
            z[i, j] = m[i, j] * x[j]
            if j > 0:
                z[i, j] += z[i, j - 1] * z[i - 1, j]
    return np.sum(z * z)


def in_while(x, a, n):
    z = x * 1.0
    i = 0
    while i < n and z[i] < 10:
        z[i] = z[i] * a + z[i - 1]
        i += 1
    return np.sum(z * z)


def until_small(x):
    z = x * 4
    while np.sum(z * z) > 1:
        z /= 2 + z * z
        z[0] -= 0.01
    return np.sum(z * x)


def with_break(x, a):
    z = x * 1.0
    for i in range(1, 5):
        if z[i] < -0.4:
            break
        z[i] = z[i] * z[i - 1] + a
    return np.sum(z * z)


def with_continue(x, n):
    z = x * 1.0
    for i in range(n):
        if i % 2 == 1:
            continue
        z[i] *= z[i - 1]
    return np.sum(z * x)


def written_then_rebound(x, y, n):
    z = x * 1.0
    for i in range(n):
        z[0] = y[i]
        z = z * y
    return np.sum(z * z)


def rebound_then_written(x, y, n):
    z = x
    for i in range(n):
        z = z + y
        z[i] *= x[i]
    return np.sum(z * z)


# ----- helpers that write into their argument -----


def _bump(z, a):
    z[0] += a
    z[1:] *= 0.5


def _cleared(z, i):
    s = z[i] * 2
    z[i] = 0.0
    return s


def _relaxed(z, y):
    for i in range(1, len(z)):
        z[i] = z[i] * 0.5 + z[i - 1] * y[i]
    return z


def helper_writes(x, a):
    z = x * x
    _bump(z, a)
    return np.sum(z * x)


def helper_writes_received(x, a):
    _bump(x, a)
    return np.sum(x * x)


def helper_writes_in_loop(x, a, n):
    z = x * 1.0
    for i in range(n):
        _bump(z, z[2] * a)
    return np.sum(z * z)


def helper_writes_and_returns(x, n):
    z = x * x
    s = _cleared(z, n % 5)
    return s * np.sum(z)


def helper_returns_what_it_wrote(x, y):
    z = _relaxed(x * 2, y)
    w = _relaxed(z, x)
    return np.sum(z * y) + np.sum(w * w)


def helper_writes_slice(m, a):
    z = m * m
    _bump(z[1], a)
    _bump(z[:, 0], a)
    return np.sum(z * m)


# ----- numerical programs -----


def sweep(x):
    z = x * 1.0
    for i in range(1, len(z) - 1):
        z[i] = (z[i - 1] + z[i] ** 2 + z[i + 1]) / 3
    return np.sum(z * z)


def cumulative_sum(x):
    z = x * x
    for i in range(1, 5):
        z[i] += z[i - 1]
    return np.sum(z * x)


def cumulative_product_backwards(x):
    z = x.copy()
    for i in range(3, -1, -1):
        z[i] *= z[i + 1]
    return np.sum(z)


def stencil(x, a, n):
    u = x * 1.0
    for t in range(n):
        u[1:-1] += a * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u * u)


def nonlinear_stencil(x, n):
    u = x * 1.0
    for t in range(n):
        u[1:-1] = u[1:-1] + 0.1 * u[1:-1] * (u[2:] - u[:-2])
        u[0] = u[-2]
        u[-1] = u[1]
    return np.sum(u * u)


def time_levels(x, a, n):
    """A wave: three arrays that take turns."""
    before, now = x.copy(), x * 1.0
    after = np.zeros(5)
    for t in range(n):
        after[1:-1] = 2 * now[1:-1] - before[1:-1] + a * (now[2:] - 2 * now[1:-1] + now[:-2])
        before, now, after = now, after, before
    return np.sum(now * now) + np.sum(before * x)


def two_buffers(x, y, n):
    u, v = x.copy(), y.copy()
    for t in range(n):
        v[1:] = u[1:] * u[:-1]
        u, v = v, u
    return np.sum(u * x) + np.sum(v * v)


def gauss_seidel(q, x, n):
    z = np.zeros(4)
    for t in range(n):
        for i in range(4):
            s = x[i]
            for j in range(4):
                if j != i:
                    s -= 0.1 * q[i, j] * z[j]
            z[i] = s / (2 + q[i, i] ** 2)
    return np.sum(z * z)


def gauss_seidel_of_rows(q, x, n):
    z = x[:4] * 1.0
    for t in range(n):
        for i in range(4):
            z[i] = (x[i] - 0.1 * (q[i, :i] @ z[:i] + q[i, i + 1 :] @ z[i + 1 :])) / 2
    return np.sum(z * z)


def elimination(q):
    """The product of the pivots, whose logarithms are the determinant's."""
    lu = q + 4 * np.eye(4)
    for k in range(4):
        for i in range(k + 1, 4):
            lu[i, k] /= lu[k, k]
            for j in range(k + 1, 4):
                lu[i, j] -= lu[i, k] * lu[k, j]
    return np.sum(np.log(np.diag(lu))) + lu[3, 0]


def elimination_by_outer_products(q):
    lu = q + 4 * np.eye(4)
    for k in range(3):
        lu[k + 1 :, k] /= lu[k, k]
        lu[k + 1 :, k + 1 :] -= np.outer(lu[k + 1 :, k], lu[k, k + 1 :])
    return np.sum(lu * lu)


def forward_substitution(q, x):
    z = np.zeros(4)
    for i in range(4):
        z[i] = (x[i] - q[i, :i] @ z[:i]) / (2 + q[i, i])
    return np.sum(z * z)


def cholesky(q):
    s = q @ q.T + 2 * np.eye(4)
    low = np.zeros((4, 4))
    for i in range(4):
        for j in range(i + 1):
            t = s[i, j] - np.sum(low[i, :j] * low[j, :j])
            low[i, j] = np.sqrt(t) if i == j else t / low[j, j]
    return np.sum(low * q)


def alignment(x, y):
    """A table of dynamic programming: the cheapest way to warp one series onto another."""
    table = np.full((6, 6), 1000.0)
    table[0, 0] = 0.0
    for i in range(1, 6):
        for j in range(1, 6):
            best = min(table[i - 1, j], table[i, j - 1], table[i - 1, j - 1])
            table[i, j] = (x[i - 1] - y[j - 1]) ** 2 + best
    return table[5, 5]


def best_path(m):
    table = np.zeros((4, 5))
    table[0] = m[0]
    for i in range(1, 4):
        table[i, 0] = m[i, 0] + table[i - 1, 0]
        for j in range(1, 5):
            table[i, j] = m[i, j] * max(table[i - 1, j], table[i - 1, j - 1])
    return np.max(table[3])


def sorted_by_swaps(x, y):
    keys = x * 1.0
    values = y * 1.0
    for i in range(5):
        for j in range(4 - i):
            if keys[j] > keys[j + 1]:
                keys[j], keys[j + 1] = keys[j + 1], keys[j]
                values[j], values[j + 1] = values[j + 1], values[j]
    return np.sum(keys * values * np.arange(5))


def sorted_by_insertion(x):
    z = x.copy()
    for i in range(1, 5):
        e = z[i]
        j = i - 1
        while j >= 0 and z[j] > e:
            z[j + 1] = z[j]
            j -= 1
        z[j + 1] = e
    return np.sum(z * np.arange(5) * z)


def recurrence_of_matrix_rows(m, w):
    h = np.zeros((5, 3))
    for t in range(4):
        h[t + 1] = np.tanh(m[t] @ w + 0.5 * h[t])
    return np.sum(h * h)


def momentum(x, y, n):
    z, speed = x.copy(), np.zeros(5)
    for t in range(n):
        speed *= 0.9
        speed -= 0.1 * (z * z - y)
        z += speed
    return np.sum(z * z)


# ----- what functions that are defined by others return -----


def element_of_what_was_taken(m, a):
    z = np.take(m, 1, axis=0)
    z[0] = a * z[1]
    return np.sum(z * m[1])


def element_of_differences(x, a):
    d = np.diff(x)
    d[0] = a
    return np.sum(d * d * x[1:])


def fixed_differences(x):
    d = np.diff(np.array([0.0, 1.0, 3.0, 4.0, 8.0]))
    d[0] = 5.0
    return np.sum(d * d * x[1:])


def element_of_a_moved_axis(m, a):
    z = m * 2
    np.rollaxis(z, 1)[1] = a
    return np.sum(z * z * m)


def sorted_in_place(x, y):
    z = x * y
    z.sort()
    z[0] *= 2
    return np.sum(z * np.arange(5) * x)


def partitioned_in_place(x, y):
    z = x * y
    z.partition(2)
    return z[2] * np.sum(z) + np.sum(z[:2] * x[2])


def put(x, y, a):
    z = x * y
    np.put(z, np.array([0, 3]), a)
    np.put(z, np.array([1, 1]), np.array([a * z[0], y[0]]))
    return np.sum(z * z)


def put_along_an_axis(m, a):
    z = m * a
    np.put_along_axis(z, np.argsort(m, axis=1)[:, :1], m[:, :1] * 3, 1)
    return np.sum(z * z)


def put_along_a_vector(x, y):
    z = x * 1.0
    np.put_along_axis(z, np.argsort(y)[:2], y[:2], 0)
    return np.sum(z * z * y)


def into_array_where(x, a):
    y = x * a
    np.exp(x, out=y, where=x > 0.0)
    np.add(y, x, out=y, where=np.arange(len(x)) < 3)
    return np.sum(y * x)


def added_at_positions_of_views(m, x):
    a = m.copy()
    np.add.at(a.T, [0, 0], x[:4] ** 2)
    b = a[1:, ::2]
    np.subtract.at(b, [0, 0], m[:2, :3] ** 2)
    x = x[::-1]
    np.add.at(x, [0, -1, 0], np.tanh(x[:3]))
    return np.sum(np.sin(a)) + np.sum(x * x)


def elements_beside_a_whole_write(x, y, m):
    s = y[2] + y[0]
    x[:] = y - m[1]
    return s + np.sum(x)


def none_at_first_beside_a_write(x, y):
    v, b = np.ones_like(x), 0.5
    prev = None
    for t in v:
        if prev is not None:
            b = b * x[0] + prev
        prev = t
    s = y[0]
    v[:] = y
    return s + np.sum(v) * b
