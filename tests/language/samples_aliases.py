"""Programs in which several names stand for the same memory, and one of them is written to."""

import numpy as np

# ----- names -----


def alias_written(x):
    z = x * 2
    w = z
    w[0] = 0.0
    return np.sum(z * x)


def alias_augmented(x):
    z = x * 2
    w = z
    w += 1.0
    return np.sum(z * w)


def alias_rebound_then_written(x):
    z = x * 2
    w = z
    z = z * x
    w[0] = 5.0
    return np.sum(z * x) + np.sum(w * w)


def alias_of_argument(x, y):
    z = x
    z += y
    return np.sum(x * z)


def alias_in_branch(x, y, a):
    z, w = x * 2, y * 2
    v = z if a > 0 else w
    v[1:] *= a
    return np.sum(z * x) + np.sum(w * w)


def alias_in_statement_of_branch(x, y, a):
    z, w = x * 2, y * 2
    v = z
    if a > 0:
        v = w
    v += a
    return np.sum(z * x) + np.sum(w * w) + np.sum(v)


def alias_from_loop(x, y, n):
    z, w = x * 2, y * 2
    v = z
    for i in range(n):
        v[i] += w[0] * 3
        v = w
    return np.sum(z * x) + np.sum(w * w)


def copy_is_no_alias(x):
    z = x * 2
    w = z.copy()
    v = np.array(z)
    w[0] = 0.0
    v += 1
    return np.sum(z * w * v)


def alias_by_function_of_numpy(x):
    z = x * 2
    w = np.asarray(z)
    w[0] = 3.0
    return np.sum(z * z)


def swapped_arrays(x, y):
    u, v = x * 2, y * 3
    u, v = v, u
    u[0] = 1.0
    v[1] *= 2
    return np.sum(u * x) + np.sum(v * v)


def swapped_in_loop(x, y, n):
    u, v = x * 2, y * 3
    for i in range(n):
        u[i] *= v[0]
        u, v = v, u
    return np.sum(u * x) + np.sum(v * v)


# ----- views -----


def slice_written(x):
    z = x * 2
    view = z[1:]
    view[0] = 0.0
    view *= x[1:]
    return np.sum(z * x)


def slice_with_step(x):
    z = x * 2
    view = z[::2]
    view += 1
    back = z[::-1]
    back[0] *= 3
    return np.sum(z * z * x)


def view_of_view(x):
    z = x * 2
    view = z[1:][::2][:1]
    view *= 5
    return np.sum(z * z)


def read_then_written(x):
    z = x * 2
    view = z[1:]
    s = np.sum(view * view)
    z[1] = 0.0
    return s + np.sum(view * x[1:])


def written_between_reads(x):
    z = x * x
    view = z[:3]
    p = view * 2
    z *= x
    q = view * 3
    view[0] = 1.0
    return np.sum(p * q) + np.sum(z)


def view_outlives_name(x):
    z = x * 2
    view = z[1:]
    z = z * x
    view *= 2
    return np.sum(z) + np.sum(view * view)


def transposed(m, a):
    z = m * 2
    t = z.T
    t[0] *= a
    t[1:, 1:] += 1
    return np.sum(z * m)


def transposed_by_function(m):
    z = m * 2
    t = np.transpose(z)
    t *= 3
    s = np.swapaxes(z, 0, 1)
    s[0, 0] = 1.0
    return np.sum(z * z)


def reshaped(m, a):
    z = np.zeros((4, 5))
    z += m * 2
    flat = z.reshape(-1)
    flat[::3] = a
    square = flat.reshape(2, 10)
    square[1] *= a
    return np.sum(z * m)


def ravelled(m):
    z = np.zeros((4, 5))
    z += m * 2
    flat = z.ravel()
    flat[5:] += flat[:-5]
    return np.sum(z * m)


def flattened_is_a_copy(m):
    z = m * 2
    flat = z.flatten()
    flat *= 2
    return np.sum(z * m) + np.sum(flat * flat)


def ravelled_transpose_is_a_copy(m):
    z = np.zeros((4, 5))
    z += m * 2
    flat = z.T.ravel()
    flat *= 2
    return np.sum(z * m) + np.sum(flat * flat)


def column_of_vector(x, a):
    z = x * 2
    column = z[:, None]
    column *= a
    row = z[None]
    row[0, 1] = 1.0
    return np.sum(z * z)


def row_of_matrix(m):
    z = m * 2
    row = z[1]
    row += z[0]
    z[1] *= 2
    return np.sum(z * m) + np.sum(row)


def element_is_no_view(x):
    z = x * 2
    e = z[0]
    e += 1
    z[0] = 5.0
    return np.sum(z * x) * e


def gathered_is_a_copy(x, idx):
    z = x * 2
    w = z[idx]
    w *= 3
    z[0] = 1.0
    return np.sum(z * z) + np.sum(w * w)


def masked_is_a_copy(x, mask):
    z = x * 2
    w = z[mask]
    w += 1
    return np.sum(z * z) + np.sum(w * w)


def two_overlapping_views(x):
    z = x * 2
    left, right = z[:3], z[2:]
    left *= 2
    right += left
    return np.sum(z * z)


def view_of_argument(x, a):
    view = x[1:]
    view *= a
    return np.sum(x * x)


def halves_of_argument(x, y):
    left = x[:2]
    left[:] = y[:2]
    return np.sum(x * y) + np.sum(left)


def split_into_views(x):
    z = x * 2
    left, right = z[:2], z[2:]
    left[0], right[0] = right[0], left[0]
    return np.sum(z * z * x)


def broadcast_views_read(x, a):
    z = x * 2
    wide = np.broadcast_to(z, (3, 5))
    z[0] = a
    return np.sum(wide * wide)


# ----- rows in loops -----


def rows_in_loop(m):
    z = m * 2
    for row in z:
        row *= 2
        row[0] += row[1]
    return np.sum(z * m)


def rows_of_argument(m, a):
    for row in m:
        row -= a * np.mean(row)
    return np.sum(m**3)


def rows_by_number(m, x):
    z = m * 2
    for i in range(4):
        row = z[i]
        row *= x[i]
        z[i - 1] += row
    return np.sum(z * z)


def rows_enumerated(m, x):
    z = m * 2
    for i, row in enumerate(z):
        row[i] = x[i]
        z[0] += row
    return np.sum(z * z)


def rows_of_two(m):
    z, w = m * 2, m * m
    for one, other in zip(z, w):
        one += other
        other[0] = one[1]
    return np.sum(z * z) + np.sum(w * m)


def columns_in_loop(m, x):
    z = m * 2
    for column in z.T:
        column *= x[:4]
    return np.sum(z * m)


def window_in_loop(x):
    z = x * 2
    for i in range(3):
        window = z[i : i + 3]
        window -= np.mean(window) * x[i]
    return np.sum(z * z)


def window_that_shrinks(x):
    z = x * 1.0
    rest = z
    while len(rest) > 1:
        rest[1:] += rest[0] * rest[1:]
        rest = rest[1:]
    return np.sum(z * z)


# ----- views in containers, and in and out of functions -----


def views_in_list(x):
    z = x * 2
    parts = [z[:2], z[2:]]
    parts[0][0] = 1.0
    parts[1] *= 3
    return np.sum(z * x)


def views_in_tuple(x):
    z = x * 2
    pair = (z, z[1:])
    p, q = pair
    q += 1
    return np.sum(p * x)


def views_in_dict(x, a):
    z = x * 2
    parts = {"head": z[:2], "tail": z[2:]}
    parts["head"][:] = a
    for name in parts:
        parts[name] *= 2
    return np.sum(z * x)


def list_of_views_in_loop(x):
    z = x * 2
    for part in [z[:3], z[1:4], z[2:]]:
        part *= z[0]
    return np.sum(z * z)


def same_array_twice_in_list(x):
    z = x * 2
    for part in (z, z):
        part *= x
    return np.sum(z)


def arrays_of_argument(points):
    p = points[0]
    p += points[1]
    return np.sum(points[0] * points[2])


def _tail(z):
    return z[1:]


def _same(z):
    return z


def _first_or_second(z, w, flag):
    if flag:
        return z
    return w


def _scaled_into(z, w, a):
    z *= a
    w += z


def helper_returns_view(x):
    z = x * 2
    tail = _tail(z)
    tail *= 3
    return np.sum(z * x)


def helper_returns_argument(x):
    z = x * 2
    w = _same(z)
    w += 1
    return np.sum(z * x)


def helper_returns_one_of_two(x, y, a):
    z, w = x * 2, y * 2
    v = _first_or_second(z, w, a > 0)
    v *= 3
    return np.sum(z * x) + np.sum(w * w)


def helper_given_overlapping_views(x, a):
    z = x * 2
    _scaled_into(z[:3], z[2:], a)
    return np.sum(z * x)


def helper_given_same_twice(x, a):
    z = x * 2
    _scaled_into(z, z, a)
    return np.sum(z * x)


def augmented_in_place_of_two_names(x, y):
    z = w = x * y
    z += x
    w *= y
    return np.sum(z * w)
