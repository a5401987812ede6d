"""`if`, ternaries, early returns, tests. Scalars come with both signs, see `inputs`."""

import numpy as np


def if_elif_else(a, b):
    if a > 0:
        r = a * b
    elif b > 10:
        r = a
    else:
        r = a * a * b
    return r


def long_chain(a, b):
    if a > 10:
        r = a
    elif a > 0.8:
        r = a * b
    elif a > 0.6:
        r = a**3
    elif a > 0:
        r = b
    else:
        r = a / b
    return r * a


def if_without_else(a, b):
    r = b
    if a > 0:
        r = r * a
    return r * a


def two_ifs(a):
    z = 1.0
    if a > 0:
        z = a
    if a > 0.1:
        z = z * a
    return z * z * a


def nested(a, b, c):
    if a > 0:
        if b > 0:
            t = a * b
        else:
            t = a - b
        t = t * 2
    else:
        t = a * c
        if c > 0:
            t = t * t
    return t + a


def same_value_in_both(a, b):
    if a > 0:
        z = a
    else:
        z = a
    return z * b


def constants_in_both(a):
    if a > 0:
        z = 1.0
    else:
        z = 2.0
    return z * a


def integer_or_float(a):
    if a > 0:
        z = 3
    else:
        z = a
    return z * z * a


def passes(a):
    if a > 0:
        pass
    else:
        a = a * 2
    return a * a


def several_variables(a, b, c):
    if a > 0:
        p, q = a * b, c
        r = p
    else:
        p = b
        q, r = p * p, a
    return p * q + r


def value_used_in_test_and_branch(a, b):
    z = a * b
    if z > 0.5:
        z = z * z
    return z


def branch_on_untouched_value(a, n):
    if n > 1:
        a = a * a
    if n % 2 == 0:
        a = a + n
    return a * a


def early_return(a, b):
    if a > 0.5:
        return a * b
    z = a * a
    if b > 1:
        return z * b
    return z


def early_returns_nested(a, b, c):
    if a > 0:
        if b > 10:
            return a
        z = a * b
        if c > 0:
            return z * c
    else:
        z = a * c
        if c > 0:
            return z * z
    z = z + b
    return z * a


def return_in_every_branch(a, b):
    if a > 0:
        return a * b
    elif b > 0:
        return a - b * b
    else:
        return 1.0 * a


def early_constant(a):
    if a > 0:
        return 2.0
    return a * a


def ternary(a, b):
    return a * b if a > 0 else b / a


def ternaries(a, b, c):
    z = (a if a > b else b) * (c if c > 0 else a)
    return z


def ternary_in_ternary(a, b, c):
    return a * (b if b > 2 else c if c > 0 else a)


def ternary_in_call(a, b):
    return np.sin(a if a > 0 else b) * abs(b * a if b > 0 else 1.0)


def ternary_of_arrays(x, a):
    y = x * x if a > 0 else x + a
    return np.sum(y)


def ternary_guards_division(a):
    z = a - a
    return 1 / z if z != 0 else a * a


def ternary_of_shapes(x, a):
    y = x if a > 0 else a
    return np.sum(y * x)


def chained_comparison(a, b):
    if 0 < a < b:
        return a * b
    return a - b * a


def long_chained_comparison(a, b, c):
    if -5 < c < a <= b != 3:
        return a * b * c
    return a + b * c


def and_or_not(a, b):
    if (a > 0 and b > 0) or not a < -5:
        return a * b
    return a


def and_or_in_ternary(a, b):
    return a if a > 0 and not (b < 0 or a > 10) else b * a


def membership(a, n):
    if n in (1, 2):
        return a * a
    if n not in [5]:
        return a**3
    return a


def test_of_array(x, a):
    if (x > -100).all() and a > 0:
        return np.sum(x) * a
    return np.sum(x * x) * a


def test_of_reduction(x):
    if np.any(x > 1):
        z = np.sum(x)
    else:
        z = np.sum(x**2)
    return z * x[0]


def test_of_shape(m):
    if m.shape[0] > m.shape[1]:
        return np.sum(m)
    elif m.ndim == 2:
        return np.sum(m**2)
    return np.sum(m**3)


def default_of_none(a, b=None):
    if b is None:
        b = a * a
    return a * b


def string_option(a, kind="cube"):
    if kind == "square":
        return a * a
    elif kind == "cube":
        return a**3
    raise ValueError(kind)


def boolean_option(a, flag=True, other=False):
    if flag and not other:
        a = a * a
    return a * 2 if other else a * 3


def swap_in_branch(a, b):
    if a < b:
        a, b = b, a
    return a**2 * b


def tuples_merge(a, b):
    if a > 0:
        state = a, b
    else:
        state = b * a, 2.0
    return state[0] ** 2 * state[1]


def dicts_merge(a, b):
    if a > 0:
        state = {"p": a, "q": b}
    else:
        state = {"p": b * b, "q": a}
    return state["p"] ** 2 * state["q"]


def arrays_merge(x, y, a):
    if a > 0:
        z = x * y
    else:
        z = x
    return np.sum(z * z)


def array_or_number(x, a):
    if a > 0:
        z = x * a
    else:
        z = a
    return np.sum(z * z)


def branch_defines_unused(a, b):
    if a > 0:
        p = a
        scratch = p * b
        p = p * scratch
    else:
        p = b
    return p * a


def test_changed_in_branch(a):
    if a > 0:
        a = -a * a
    else:
        a = a * a * a
    return a * a


def test_changed_between(a, n):
    if n > 2:
        a = a * a
    n = n - 2
    if n > 2:
        a = a * 3
    return a * n


def aliased_in_branches(x, y, a):
    if a > 0:
        z = x
    else:
        z = y
    return np.sum(z * x)


def defined_in_some_branches(a, n):
    s = 0.0
    if n > 0:
        z = a * 1.1
    if n > 1:
        s = s + z * z
    if n > 2:
        z = a * a
    if n > 3:
        s = s + z * z
    return s + a
