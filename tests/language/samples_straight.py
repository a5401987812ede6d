"""Programs without control flow. Arguments are made from the parameters' names, see `inputs`."""

import math
from math import cos as cosine

import numpy
import numpy as np
from numpy import exp


def polynomial(a):
    return 3 * a**3 - 2 * a**2 + a - 1


def precedence(a, b, c):
    return a - (b - (c - a)) - (a / (b / (c * a))) ** -2


def negations(a):
    return -((-a) ** 2) * -a + +a


def powers(a, b):
    return b**a**2 + (b**2) ** a + 2.0**a


def modulo(a, b):
    return a % b * 3 + a // b


def deep_chain(a):
    return np.sin(np.cos(np.exp(a * (a + (a - (a * (a / (a + (2 + a * a)))))))))


def deep_horner(a, b):
    return ((((((((a + b) * a + b) * a + b) * a + b) * a + b) * a + b) * a + b) * a + b) / (
        1 + (a * b) ** 2
    ) ** 0.5


def several_names_of_numpy(a):
    return numpy.sin(a) * np.cos(a) + exp(a) * math.tanh(a) + cosine(a)


def constants(a):
    return np.pi * a**2 + math.e * a + np.e


def constant_parts(a):
    return 3.0 + 0 * a + int(3.7) * a + len([1, 2]) * a


def builtins(a, b, c):
    return max(a, b, c) * min(a, b, c) + max((a, b)) + abs(a) ** 3


def power_function(a, b):
    return pow(b, a) + pow(a, 2)


def sum_of_list(a, b):
    return sum([a, b, a * b])


def casts(a, x):
    return float(a) * a + float(x[0]) * float(np.sum(x))


def comparison_as_number(a, b):
    return a * (b > 0) + (a > 0) * b


def docstring(a):
    """The docstring is no statement of the derivative's."""
    "Nor is this."
    return a * a


def several_targets(a):
    b = c = a * a
    c = c * b
    return b + c


def annotated(a: float, b: "np.ndarray" = 2.0) -> float:
    z: float
    z = a * b
    w: float = z * z
    return w


def augmented(a, b):
    z = a * b
    z += a
    z *= b
    z -= 1
    z /= a
    z **= 2
    z %= 100
    return z


def augmented_twice(a):
    z = a
    z += z
    z *= z
    return z


def alias(x):
    y = x
    z = y * x
    x = z * y
    return np.sum(x * y)


def alias_then_rebound(a, b):
    y = b
    b = b * 2
    z = y
    return z * a + b


def alias_then_augmented(a):
    b = a
    b += 2
    return a * b


def swapped(a, b):
    a, b = b, a
    return a**2 * b


def rotated(a, b, c):
    a, b, c = b, c, a
    a, b = b, a
    return a + 2 * b**2 + 3 * c**3 * a


def rebound_to_other_shapes(m):
    m = np.sum(m**2, axis=0)
    m = m[:, None] * m
    m = np.sum(m, axis=1)
    m = np.sum(m**2)
    return m


def rebound_to_other_types(a, x):
    z = a
    z = z * x
    z = (z, a)
    z = {"p": z[0], "q": z[1]}
    return np.sum(z["p"]) * z["q"]


def shared_subexpressions(a, b):
    return np.exp(a * b) * np.sin(a * b) + np.exp(a * b) / (a * b)


def unused_values(a, b):
    dead = np.exp(a) * b
    z = a * b
    other = z * dead
    return z * z


def value_used_many_times(a):
    z = a * a
    return z * z * z + z / (1 + z) - z**z


def independent_parts(x, y, a, b):
    return np.sum(x * a) + np.sum(y * b)


def slices(x):
    y = x[1:] * x[:-1]
    return np.sum(y[::2] ** 2) + y[-1] * x[::-1][0]


def repeated_indices(x, idx):
    return np.sum(x[idx] ** 2 * np.arange(4)) + np.sum(x[[0, 0, 1]] ** 2)


def masks(x, mask):
    return np.sum(x[mask] ** 2) + np.sum(x[x > 0] ** 3)


def where(x, y):
    return np.sum(np.where(x > 0, x * y, -x)) + np.sum(np.where(x > 0, np.log(abs(x)), 0.0))


def new_axes(x):
    return np.sum(x[:, None] * x[None, :] ** 2)


def ellipsis(m):
    return np.sum(m[..., 0] * m[..., -1]) + np.sum(m[:, 0] ** 2)


def computed_index(x, n):
    return x[n - 1] * x[-n] + x[n % 3] ** 2


def broadcasting(a, x):
    return (
        np.sum(a / x) + np.sum(abs(x) ** a) + np.sum(np.maximum(a, x)) + np.sum(np.multiply(a, x))
    )


def matrix_products(m, w, x):
    return np.sum((m @ w) ** 2) + np.sum(m @ x) * np.dot(x, x) + x @ w @ w.T @ x


def neutral_operations(x):
    y = x * 1.0
    return np.sum(y * y) + np.sum(x**0 * x) + np.sum(x + 0)


def mean_of_axis(m):
    return np.sum(np.mean(m, axis=0) ** 2) + np.sum(m.max(axis=1)) + m.std()


def attributes(m):
    return np.sum(m.T * m.shape[0]) * m.ndim + np.sum(m.reshape(-1)) * m.size + len(m) * m[0, 0]


def reshaped(x):
    z = x.reshape(5, 1)
    z = z * x
    z = z.sum(axis=1)
    return (z * x).sum()


def number_of_array(x):
    s = np.sum(x)
    t = s
    s = s + 1
    s += 1
    return s * t


def array_display(a, b):
    return np.sum(np.array([a, b, a * b]) ** 2)


def floor_times(a):
    return math.floor(a * 3) * a


def cast_times(a):
    return int(a * 7) * a + round(a, 1) * a


def sign_times(x):
    return np.sum(np.sign(x) * x) + np.sum(np.floor(x) * x)


def data_dependent_index(x):
    i = np.argmax(x)
    return x[i] ** 2


def long_lines(a, b):
    the_first_of_several_long_names = a * b + a
    the_second_of_several_long_names = np.sin(the_first_of_several_long_names) * np.cos(
        the_first_of_several_long_names * b
    ) + the_first_of_several_long_names / (1.0 + a * a) * np.exp(-b * b)
    return (
        the_second_of_several_long_names * the_first_of_several_long_names
        + the_second_of_several_long_names**2
    )


# fmt: off
def statement_over_lines(
    a,  # one
    b,  # two
):
    # A comment of the user's.
    z = (
        a  # the first
        * b  # the second
    )

    return z * \
        a


def several_on_a_line(a): z = a * a; w = z * a; return z + w  # noqa: E702
# fmt: on
