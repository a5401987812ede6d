"""Names that the generated text might want for itself. Parameters take their defaults."""

import numpy as np

d_z = 2.5
g = 1.5
z_saved = 3.5
unbroadcast = 0.7
from math import sin as numpy  # noqa: E402


def adjoint_names(d_x=0.4, b=1.5):
    d_y = d_x * d_x
    d_d_x = d_y * d_x
    return d_d_x * b


def adjoint_name_of_other(x=0.4, d_x=0.3):
    d_y = x * d_x
    y = d_y * x
    return y * y * d_y


def temporary_names(t=0.3, t1=0.4):
    t2 = t * t1
    t3 = np.sin(t2) * np.cos(t2 * t) + t2
    return t3 * t3 / t1


def tape_names(x_saved=0.4, n=3):
    x = x_saved
    for i in range(n):
        x = x * x_saved * x
    return x


def trip_names(trips=0.4):
    z = abs(trips)
    while z < 3:
        z = z * 1.5 + trips * trips
    return z


def counter_names(i1=0.4, n=3):
    for i in range(n):
        i1 = i1 * i1 + i
    for i in range(n):
        i1 = i1 * 0.3 + i * i1
    return i1


def rule_names(g=0.4, e=0.6, ans=0.3):
    z = np.exp(g) * e
    e = z * z
    return np.exp(e * 0.1) * g * ans


def builtin_names(sum=0.4, list=0.5):
    max = sum * list
    return max * sum


def local_builtins(a, n):
    range_ = n
    len = a * 2
    reversed = len * a
    float = reversed
    for i in range(range_):
        float = float * reversed + i
    return float * len


def local_math(a):
    math = np.exp(a) * np.sin(a)
    return math * a


def local_np(x):
    np = x * x
    return (np * np).sum()


def own_name(own_name=0.3):
    z = own_name * own_name
    return z


def own_name_as_local(a):
    own_name_as_local = a * a
    return own_name_as_local * a


def derivative_names(a):
    derivative_names_value_and_grad = a * a
    derivative_names_grad = derivative_names_value_and_grad * a
    return derivative_names_grad


def result_names(result=0.4):
    value = result * result
    grad = value * value
    return grad


def helper_names(unbroadcast=0.4, seed=0.3, mask=None):
    x = unbroadcast * seed
    return x * x


def underscores(_=0.3, __=0.5):
    for _i in range(3):
        _ = _ * __
    return _ + __


def not_ascii(α=0.3, β=0.2):
    γ = α * β
    return γ**2 + np.sin(α)


def names_with_numbers(x1=0.3, x2=0.2, x11=0.7):
    x12 = x1 * x2
    x1 = x12 * x11
    return x1 * x12


def keywords_almost(lambda_=0.4, in_=0.3, d_lambda=2.0):
    from_ = lambda_ * in_
    return from_ * lambda_ * d_lambda


def global_named_like_adjoint(z=0.4):
    y = z * z
    return y * d_z + z_saved * z


def global_named_like_helper(a, x):
    y = a * x
    return np.sum(y * y) * unbroadcast * g


def global_named_numpy(a):
    return numpy(a) * np.cos(a)


def saved_of_saved(a_saved=0.4, a=0.3, n=3):
    for i in range(n):
        a = a * a * a_saved
        a_saved = a_saved * a + 0.1
    return a * a_saved


def values_named_like_comments(backward=0.4):
    forward = backward * backward
    return forward * backward


def _forward(a):
    for i in range(2):
        a = a * a
    return a


def callee_forward(a):
    _forward_forward = 2.0
    _forward_saved = _forward(a) * _forward_forward
    return _forward_saved


def elements_as_arguments(x, y):
    def quadratic(a, b, c, d=1.0, e=2.0):
        return a * b + c**2 * d + e

    first, *rest = x
    named = dict(zip(["a", "b", "c"], y))
    letters = {key: v * first for key, v in zip("pq", x)}
    total = quadratic(*x) + quadratic(*y[:3]) + quadratic(**named)
    return total + sum(rest) * letters["p"] * letters["q"] + max(*x)


def elimination_in_lists(x, y):
    r = list(x)
    b = [4.0 + v for v in y]
    for i in range(1, len(x)):
        m = 1.0 / b[i - 1]
        b[i] -= m
        r[i] -= m * r[i - 1]
    z = [0.0] * len(x)
    z[-1] = r[-1] / b[-1]
    for i in range(len(x) - 2, -1, -1):
        z[i] = (r[i] - z[i + 1]) / b[i]
    return sum(z)
