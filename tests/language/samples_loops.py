"""`for` loops. Samples with an `n` run for n = 0, 1, 2, 3 and 5."""

import itertools
from itertools import combinations_with_replacement

import numpy as np


def linear(a, n):
    for i in range(n):
        a = a * 1.1 + i
    return a * a


def nonlinear(a, n):
    for i in range(n):
        a = a + 0.1 * np.sin(a) * a
    return a


def logistic(a, b, n):
    for _ in range(n):
        a = b * a * (1 - a) * 0.3
    return a


def accumulated(x, n):
    s = 0.0
    for i in range(n):
        s = s + x[i] ** 2
    return s * s


def accumulated_from_integer(a, n):
    s = 0
    for i in range(n):
        s = s + a * i
    return s * s + a


def product_of_elements(x):
    s = 1.0
    for i in range(len(x)):
        s = s * x[i]
    return s


def start_and_stop(x, n):
    s = 0.0
    for i in range(1, n):
        s = s + x[i] * x[i - 1] * s + x[i]
    return s


def negative_step(x):
    s = 0.0
    for i in range(4, -1, -2):
        s = s * 0.5 + x[i] ** 2
    return s


def negative_step_uneven(x, n):
    s = 1.0
    for i in range(n, -1, -3):
        s = s * x[i % 5]
    return s


def step_of_variable(x, n):
    s = 1.0
    step = 1 if n < 3 else 2
    for i in range(0, n, step):
        s = s * x[i]
    return s


def bound_of_shape(m):
    s = 0.0
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            s = s + m[i, j] ** 2 * (i + 1)
    return s


def bound_of_expression(x, n):
    s = 1.0
    for i in range(min(2 * n, len(x) - 1), 0, -1):
        s = s * x[i] + x[i - 1]
    return s


def bound_of_data(x, a):
    n = int(abs(x[0]) * 3)
    for i in range(n):
        a = a * x[i]
    return a * a + x[1]


def bound_of_numpy_integer(x, a):
    for i in range(np.argmax(x)):
        a = a * x[i] + x[4]
    return a * x[0]


def bound_changed_in_body(a, n):
    for i in range(n):
        n = n + 1
        a = a * n
    return a * n


def counter_changed_in_body(a, n):
    for i in range(n):
        i = i * 2
        a = a * (i + 1)
    return a


def counter_after_loop(x, n):
    i = 0
    s = 0.0
    for i in range(n):
        s = s + x[i] * i
    return s + x[i] ** 2


def counter_carried(a, n):
    j = 1
    for i in range(n):
        a = a * j
        j = i + a
    return a * j


def defined_in_body_used_after(x):
    for i in range(3):
        z = x[i] ** 2
    return z * i * x[0]


def defined_in_body(x, n):
    s = 0.0
    for i in range(n):
        t = x[i] * 2
        s = s + t * t
    return s


def defined_in_first_iteration(x, n):
    s = 0.0
    for i in range(n):
        if i == 0:
            z = x[0]
        s = s + z * x[i]
    return s


def defined_late(x):
    for i in range(1, 4):
        z = x[i - 1] ** 2
        if i > 1:
            z = z + w  # noqa: F821
        w = z * x[0]
    return w


def overwritten(a, n):
    z = a
    for i in range(n):
        z = a * i
    return z * z


def starts_as_alias(a, n):
    z = a
    for i in range(n):
        z = z * a + i
    return z * z


def argument_still_used(a, n):
    z = a * 2
    for i in range(n):
        z = z * a
    return z * a


def dead_in_body(a, n):
    z = a
    for i in range(n):
        w = z * z
        z = z * a
    return z


def unused_result(a, n):
    s = a
    for i in range(n):
        q = np.sin(s)
    return s * s


def unused_loop(a, n):
    q = a
    for i in range(n):
        q = q * a
    return a * a


def becomes_active_late(a, n):
    p = a
    q = 0.0
    r = 0.0
    for i in range(n):
        r = q * q
        q = p * a
        p = p * 1.1
    return r + q


def inactive_companion(a, n):
    k = 1
    for i in range(n):
        k = k * 2
        a = a * k
    return a + k


def constant_becomes_active(a, n):
    s = 1
    t = 2.0
    for i in range(n):
        t = s * t
        s = a
    return s * t


def fibonacci(a, b, n):
    for _ in range(n):
        a, b = b, a * b
    return a + 2 * b


def rotation(a, b, c, n):
    for i in range(n):
        a, b, c = b, c, a * b * c
    return a + 2 * b + 3 * c


def swap_through_third(a, b, n):
    p = a
    q = b
    for i in range(n):
        p, q = q, p
        r = p
        p = p * q
        q = r
    return p + 2 * q


def swap_of_arrays(u, v, n):
    for i in range(n):
        u, v = v, u
    return np.sum(u * np.arange(5)) + np.sum(v * u)


def swap_and_change_arrays(x, y, n):
    for i in range(n):
        x, y = y, np.roll(x, 1) * 0.9
    return np.sum(x * np.arange(5)) + np.sum(y**3)


def arrays_accumulate(x, n):
    total = np.zeros(5)
    for i in range(n):
        total = total + x * i
    return np.sum(total * x)


def array_recurrence(x, m, n):
    for i in range(n):
        x = np.tanh(x * m[i % 4]) + x
    return np.sum(x)


def transposed_again(m, n):
    z = m
    for i in range(n):
        z = z.T
    return np.sum(z**2 * np.cos(z))


def rows(m):
    s = 1.0
    for row in m:
        s = s * np.sum(row * row)
    return s


def columns(m):
    s = 0.0
    for column in m.T:
        s = s * 0.5 + np.sum(column) ** 2
    return s


def rows_of_rows(m):
    s = 0.0
    for row in m:
        for element in row:
            s = s * 0.9 + element**2
    return s


def elements(x):
    s = 0.0
    for e in x:
        s = s + np.sin(e) * s + e
    return s


def elements_of_expression(x, y):
    s = 1.0
    for e in (x * y)[1:]:
        s = s * e
    return s


def unpacked_rows(w):
    s = 0.0
    for p, q, r in w:
        s = s + p * q * r
    return s


def elements_paired(x, y):
    s = 0.0
    for e, f in zip(x, y):
        s += e * f
    return s


def elements_of_three(x, y, u):
    s = 0.0
    for p, q, r in zip(x, y, u):
        s = s + p * p * q * r
    return s


def zip_of_other_lengths(x, nums):
    s = 0.0
    for e, f in zip(x, nums):
        s += e * f * f
    return s


def zip_with_range(x, n):
    s = 0.0
    for i, p in zip(range(n), x):
        s = s + p * p * i
    return s


def zip_with_descending_range(x):
    s = 0.0
    for i, p in zip(range(10, 0, -3), x):
        s = s * p + p * i
    return s


def zip_of_rows(m, p):
    s = 0.0
    for row, e in zip(m, p):
        s = s + np.sum(row * e) ** 2
    return s


def enumerated(x):
    s = 0.0
    for i, e in enumerate(x):
        s += i * e**2
    return s


def enumerated_from(x):
    s = 0.0
    for i, e in enumerate(x, 2):
        s += i * e**2
    return s


def enumerated_from_keyword(x, n):
    s = 0.0
    for i, e in enumerate(x, start=n):
        s += i * e**2
    return s


def enumerated_pairs(x, y):
    s = 0.0
    for i, (p, q) in enumerate(zip(x, y)):
        s = s + p * p * q * i
    return s


def enumerated_rows(m, x):
    s = 0.0
    for i, row in enumerate(m):
        s = s + np.dot(row, x) ** 2 * i
    return s


def reversed_elements(x):
    s = 1.0
    for e in reversed(x):
        s = s * 0.5 * e + e
    return s


def reversed_range(x, n):
    s = 1.0
    for i in reversed(range(n)):
        s = s * 0.5 * x[i % 5] + x[i % 5]
    return s


def reversed_range_with_step(x, n):
    s = 1.0
    for i in reversed(range(0, n, 2)):
        s = s * x[i] + i
    return s


def element_before(x):
    s = 0.0
    before = 0.0
    for e in x:
        s = s + e * before
        before = e
    return s * before


def largest(x):
    best = x[0]
    for e in x[1:]:
        if e > best:
            best = e
    return best * best


def largest_from_none(x):
    best = None
    for e in x:
        if best is None:
            best = e
        elif e > best:
            best = e
    return best * best


def nested_triangle(x, n):
    s = 0.0
    for i in range(n):
        t = 1.0
        for j in range(i):
            t = t * x[j] + s
        s = s + t * t
    return s


def nested_dependent(x, n):
    s = x[0]
    for i in range(n):
        for j in range(i, n):
            s = s * 0.5 + x[i] * x[j]
            if s > 1:
                s = s * x[j]
    return s


def nested_thrice(m):
    s = 0.0
    for i in range(m.shape[0]):
        for j in range(i, m.shape[1], 2):
            for k in range(2):
                s = s * 0.9 + m[i, j] * m[k, j] * s + m[i, k]
    return s


def nested_same_counter(a):
    for _ in range(3):
        for _ in range(2):
            a = a * 0.9 * a
    return a


def same_counter_twice(a, n):
    for i in range(n):
        a = a * a + i
    for i in range(n):
        a = a * 0.3 + i * a
    return a


def two_loops(x, n):
    s = 0.0
    for i in range(n):
        s = s + x[i] ** 2
    t = 1.0
    for e in x:
        t = t * (e + s)
    return t * s


def branch_in_loop(x, a):
    s = a
    for i in range(5):
        if x[i] > 0:
            s = s * x[i]
        else:
            s = s + x[i] * a
    return s


def branch_on_counter(x, n):
    s = 1.0
    for i in range(n):
        if i % 2 == 0:
            s = s * x[i]
        elif i == 3:
            s = s - x[i] ** 2
    return s


def branch_on_carried(a, n):
    for i in range(n):
        if a > 1:
            a = a / 2
        else:
            a = a * a + 1
    return a


def branches_and_loops(x, n):
    s = 1.0
    for i in range(n):
        if x[i] > 0:
            if i % 2:
                s = s * x[i]
            else:
                for j in range(i):
                    s = s + x[j] * s
        elif x[i] < -0.5:
            s = s - x[i] ** 2
    return s


def loop_in_branch(x, a, n):
    s = a
    if a > 0:
        for i in range(n):
            s = s * x[i]
    else:
        for i in range(n):
            s = s + x[i] ** 2
    return s


def loop_in_branch_rebinds(x, n, a):
    if a > 0:
        for i in range(n):
            a = a * x[i]
    else:
        i = 0
        while i < n:
            a = a + x[i] * a
            i += 1
    return a * a


def loop_in_early_return(x, a):
    if a > 0:
        s = 1.0
        for e in x:
            s = s * e
        return s * a
    s = 0.0
    for e in x:
        s = s + e * a
    return s


def ternary_in_loop(x, n):
    s = 1.0
    for i in range(n):
        s = s * x[i] if x[i] > 0 else s + x[i]
    return s


def augmented_in_loop(x, n):
    s = x[0]
    for i in range(n):
        s += x[i] * s
        s *= 1.5
        s -= x[i]
    return s


def matrix_power(q, x, n):
    for i in range(n):
        x = x[:4] @ q if i % 2 else q @ x[:4]
    return np.sum(x * x)


def polynomial_of_coefficients(x, a):
    y = 0.0
    for c in x[::-1]:
        y = y * a + c
    return y


def trapezoid(a, b, n):
    h = (b - a) / (n + 1)
    s = 0.5 * (np.exp(a) + np.exp(b))
    for i in range(1, n + 1):
        s += np.exp(a + i * h)
    return s * h


def index_carried(x, n):
    j = 0
    s = 1.0
    for i in range(n):
        s = s * x[j]
        j = (j + 2) % 5
    return s * x[j]


def indices_of_array(x, idx):
    s = 1.0
    for j in idx:
        s = s * x[j] + x[j]
    return s


def indices_of_list(x):
    s = 0.0
    for i in [0, 3, 3]:
        s = s + x[i] ** 2
    return s


def neighbours(x):
    s = 0.0
    for p, q in zip(x[:-1], x[1:]):  # noqa: RUF007
        s = s + p * q
    return s


def with_mask(x, mask):
    s = 0.0
    for e, keep in zip(x, mask):
        if keep:
            s = s + e * e
    return s


def over_string(a):
    for letter in "abc":
        if letter == "b":
            a = a * a
        a = a * 2
    return a


def over_grid(a):
    for t in np.linspace(0, 1, 4):
        a = a + t * a * a
    return a


def sign_of_carried(a, n):
    for i in range(n):
        if a > 0:
            a = -a * a
        else:
            a = a * a + 0.1
    return a


def aliases_of_arrays(x, n):
    z = x
    y = x
    for i in range(n):
        y = z
        z = z * x
    return np.sum(y * z)


def same_array_in_two_names(x, n):
    u = x
    v = x
    for i in range(n):
        u, v = v, u * v
    return np.sum(u) + np.sum(v * v)


def random_branches(a):
    np.random.seed(3)
    for i in range(5):
        if np.random.rand() > 0.5:
            a = a * a
        else:
            a = a + 0.1
    return a


def random_numbers(x):
    np.random.seed(3)
    s = 0.0
    for i in range(3):
        r = np.random.rand(5)
        s = s + np.sum(x * x * r)
    return s


def length_grows(x, n):
    z = x
    for i in range(n):
        z = np.concatenate([z, x * i])
    return np.sum(z**2)


def length_shrinks(x):
    z = x
    while len(z) > 1:
        z = z[1:] * z[:-1]
    return np.sum(z)


def mean_of_growing(x, n):
    z = x
    s = 0.0
    for i in range(n):
        s = s + np.mean(z**2) * np.sum(z)
        z = np.concatenate([z, x[:2]])
    return s


def number_becomes_array(a, x, n):
    z = a
    for i in range(n):
        z = z * x
    return np.sum(z * z)


def broadcast_grows(x, m, n):
    z = x
    for i in range(n):
        z = z + m
    return np.sum(z * z)


def length_one_grows(x):
    z = x[:1]
    for i in range(3):
        z = z + x
    return np.sum(z * z)


def axes_change(x, n):
    z = x
    for i in range(n):
        z = z[None] * 1.5 if z.ndim == 1 else z[0] * 2
    return np.sum(z**2)


def coupled(a, n):
    u = 0.5
    v = a
    for i in range(n):
        v = v - u
        u = u * v
    return v


def coupled_through_invariant(a, b, n):
    v = a
    u = b**2
    for i in range(n, 0, -1):
        a = v**2
        u, a = a * u, b / u
    return a + v


def coupled_three(a, n):
    u, v, w = 1.0, a, 2.0
    for i in range(n):
        u = u + w
        w = w * v
    return u * v


def product_of_ranges(m, a, n):
    s = 0.0
    for i, j in itertools.product(range(n), range(3)):
        if i == j:
            continue
        s = s + m[i % 4, j] ** 2 * a * (i + 1)
        if i + j > 5:
            break
    return s


def product_repeated(nums, x):
    return sum((p * q * r) ** 2 for p, q, r in itertools.product(nums, repeat=3)) * np.sum(
        np.array([i * v for i, v in itertools.product(range(2), x)])
    )


def chosen_pairs(x, n):
    s = 0.0
    for i, j in itertools.combinations(range(min(n, 5)), 2):
        s = s + x[i] * x[j] ** 2
    for i, j in itertools.permutations((0, 2, 3), 2):
        s = s + x[i] * x[j] ** 3
    return s


def chosen_values(nums, pair):
    s = sum(p * q**2 for p, q in itertools.combinations(nums, 2))
    return s + sum(p * q**3 for p, q in combinations_with_replacement(pair, 2))


def neighbouring_pairs(x, nums, n):
    s = sum(p * q**2 for p, q in itertools.pairwise(nums))
    for before, after in itertools.pairwise(x[: n + 1]):
        s = s + before * after**2
    return s


def places_of_a_matrix(m, a):
    s = 0.0
    for i, j in np.ndindex(m.shape):
        s = s + np.sin(m[i, j]) * (i + 2 * j)
    for i, j in np.ndindex(2, 3):
        s = s * a + m[i, j]
    for (i, j), v in np.ndenumerate(m):
        s = s + v**2 * (i - j)
    return s


def written_place_by_place(m, a):
    out = np.zeros_like(m)
    for place, v in np.ndenumerate(m):
        out[place] = v * v * a
    return np.sum(out * m)


def listed_pairs(x, n):
    pairs = list(itertools.combinations(range(min(n, 5)), 2))
    s = 0.0
    for i, j in pairs:
        s = s + x[i] * x[j] ** 2
    for i, j in list(itertools.product(range(n), range(2))):
        s = s + x[i] ** 2 * x[j]
    return s / (1 + len(pairs))


def skips_and_adds_products(x, y):
    total = 0.0
    for i in range(len(x)):
        if x[i] > y[i]:
            continue
        total += x[i] * y[i] ** 2
    for i in range(len(x)):
        for j in range(i):
            if x[i] * x[j] > 0.9:
                break
            if x[i] > x[j]:
                continue
            total += x[i] * np.sin(x[j])
    return total
