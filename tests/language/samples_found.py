"""Programs whose gradients were wrong or raised an exception once, as the generator found them."""

import numpy as np

# ----- values that not every path gives -----


def returned_inside_two_branches(a, x, y, n):
    if n > 1:
        if n > 2:
            return a
        x = y
    a = a * 2
    a = a * a
    a = a + 1
    return np.sum(np.sin(x)) * a


def returned_inside_three_branches(a, m, n):
    a = np.tanh(a)
    if n > 1:
        if n > 2:
            if n > 3:
                return a
            m = np.zeros((3, 4)) + a
        a = a * 2
        a = a * a
    return np.sum(np.sin(m)) * a


def returned_on_the_other_side(a, x, n):
    if n > 1:
        x = np.tanh(x)
    else:
        a = a * 2
        a = a * a
        if n > 0:
            return a
    if n > 2:
        a = a * 3
    return np.sum(np.sin(x)) * a


def given_and_read_under_one_test(x, n):
    if n > 2:
        z = x * x
    s = np.sum(x)
    if n > 2:
        s = s + np.sum(z * z)
    return s


def given_and_read_under_other_tests(x, y, n):
    if n > 1:
        z = np.concatenate((x, y[n:])) * x[0]
    s = np.sum(x)
    if n > 2:
        s = s + np.sum(z * z)
    return s


def given_by_a_loop_read_under_a_test(x, y, n):
    s = 0.0
    for i in range(n):
        z = np.concatenate((x, y[i:]))
        s = s + np.sum(x)
    if n > 2:
        s = s + np.sum(z * z)
    return s


def given_by_the_iteration_before(x, y, n):
    s = 0.0
    for i in range(n):
        if i > 0:
            s = s + np.sum(z * z)  # noqa: F821
        z = np.concatenate((x, y[i:]))
    return s + np.sum(x)


def given_by_an_inner_loop(x):
    for i in range(2):
        for j in range(3):
            z = x[j] * x
    return np.sum(z * z)


# ----- loops that write -----


def squared_by_an_inner_loop(x):
    for i in range(2):
        for j in range(2):
            x **= 2
    return np.sum(x)


def added_unless_left(x, a, n):
    j = 0
    while j < n:
        j += 1
        if n > 3:
            break
        x += x * a
    return np.sum(np.sin(x))


def rows_bound_to_a_name(x, m):
    s = 0.0
    for i in range(3):
        m *= x[i]
        for row in m:
            s = s + np.sum(row * row)
    return s


def _doubled(v):
    j = 0
    while j < 3:
        j += 1
        v += v


def helper_that_doubles_in_a_loop(x, a):
    y = x * a
    _doubled(y)
    return np.sum(y * x)


def helper_that_doubles_an_argument(x, a):
    _doubled(x)
    return a


# ----- adjoints of views -----


def element_and_sum_of_view(x):
    a = x[0]
    b = np.sum(x[:, None])
    return a * a + b * b
