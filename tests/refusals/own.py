"""What is refused of `stop_gradient`, `on_backward`, `custom_rule`, `fixed_point` and `root`."""

from __future__ import annotations

from tests.refusals.rows import Row

_RULE = """
from adcompile import custom_rule


@custom_rule
def product(a, b):
    return a * b
"""

_LIKE = "let it return an array like the derivative that it takes, or nothing"
_SHAPE = "let it return a derivative of the shape of the value"
_NEW = "let it return a new array"

MARKS = [
    Row(
        "too many arguments",
        """
from adcompile import stop_gradient


def f(a):
    return stop_gradient(a, 1) * a
           ^^^^^^^^^^^^^^^^^^^
""",
        "this call of `stop_gradient` does not fit",
    ),
    Row(
        "hook that returns another shape",
        """
from adcompile import on_backward


def f(x):
    y = on_backward(x * x, lambda d: np.sum(d))
        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    return np.sum(y)
""",
        "what the hook returns has no axes, and the value 1",
        _LIKE,
    ),
    Row(
        "hook that returns a text",
        """
from adcompile import on_backward


def f(a):
    return on_backward(a, lambda d: "d")
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "what the hook returns is no float or array of floats",
        _LIKE,
    ),
    Row(
        "hook that returns nothing on one path",
        """
from adcompile import on_backward


def _clipped(d):
    if d > 1.0:
    ^^^^^^^^^^^
        return 1.0


def f(a):
    return on_backward(a, _clipped)
""",
        "the function returns nothing on one of its paths",
        "return a value on each path",
    ),
    Row(
        "hook that writes into the derivative",
        """
from adcompile import on_backward


def f(x):
    def hook(d):
        d *= 2.0
        return d

    return np.sum(on_backward(x * x, hook))
                  ^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "the hook writes into the derivative",
        _NEW,
    ),
    Row(
        "hook that writes into an array",
        """
from adcompile import on_backward


def f(x):
    y = x * 2.0

    def hook(d):
        y[0] = 1.0

    return np.sum(on_backward(x * x, hook) * y)
                  ^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "the hook writes into an array from outside it",
        _NEW,
    ),
    Row(
        "hook that counts",
        """
from adcompile import on_backward


def f(a):
    count = 0

    def hook(d):
        nonlocal count
        count = count + 1

    return on_backward(a, hook) * count
           ^^^^^^^^^^^^^^^^^^^^
""",
        "the hook changes a variable of another function",
        "append to a list outside",
    ),
    Row(
        "hook that appends a view",
        """
from adcompile import on_backward

seen = []


def _note(d):
    seen.append(d[1:])
                ^^^^^
    return d


def f(x):
    return np.sum(on_backward(x * x, _note))
""",
        "what the hook appends may be written to later",
        "append a `.copy()`",
    ),
    Row(
        "hook of a list",
        """
from adcompile import on_backward


def f(a):
    both = on_backward([a, a * a], lambda d: d)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    return both[0] * both[1]
""",
        "the derivative by this is not known to be one number or array",
        "call `on_backward` on its parts",
    ),
    Row(
        "unknown hook",
        """
from adcompile import on_backward


def f(a):
    return on_backward(a, 2.0)
           ^^^^^^^^^^^
""",
        "it is not known while compiling which function is called",
    ),
]

RULES = [
    Row(
        "no pullback",
        _RULE
        + """

def f(a):
    return product(a, a)
           ^^^^^^^^^^^^^
""",
        "`product` has no pullback",
        "write one: @product.pullback",
    ),
    Row(
        "one derivative for two arguments",
        _RULE
        + """

@product.pullback
def _pullback(d, y, a, b):
    return d * b


def f(a):
    return product(a, a)
           ^^^^^^^^^^^^^
""",
        "`_pullback` returns 1 of 2 derivatives",
        "let it return a tuple of one for each argument, None for an argument without",
    ),
    Row(
        "no derivative for what is differentiated",
        _RULE
        + """

@product.pullback
def _pullback(d, y, a, b):
    return d * b, None


def f(a):
    return product(2.0, a)
           ^^^^^^^^^^^^^^^
""",
        "what `_pullback` returns for `b` is None",
        _SHAPE,
    ),
    Row(
        "derivative of another shape",
        _RULE
        + """

@product.pullback
def _pullback(d, y, a, b):
    return d * b, np.sum(d * a)


def f(x):
    return np.sum(product(x, x))
                  ^^^^^^^^^^^^^
""",
        "what `_pullback` returns for `b` has no axes, and the value 1",
        _SHAPE,
    ),
    Row(
        "derivative along another axis",
        _RULE
        + """

@product.pullback
def _pullback(d, y, a, b):
    return d * b, np.sum(d * a, axis=0, keepdims=True)


def f(x):
    return np.sum(product(x, x))
                  ^^^^^^^^^^^^^
""",
        "what `_pullback` returns for `b` has another length than the value along axis 0",
        _SHAPE,
    ),
    Row(
        "pullback that does not fit",
        _RULE
        + """

@product.pullback
def _pullback(d, a, b):
    return d * b, d * a


def f(a):
    return product(a, a)
           ^^^^^^^^^^^^^
""",
        "this call of `_pullback` does not fit: too many positional arguments",
    ),
    Row(
        "pullback that writes into what it is given",
        _RULE
        + """

@product.pullback
def _pullback(d, y, a, b):
    for i in range(len(d)):
        d[i] = 0.0
    return d * b, d * a


def f(x):
    return np.sum(product(x, x))
                  ^^^^^^^^^^^^^
""",
        "`_pullback` writes into an argument",
        _NEW,
    ),
    Row(
        "function that writes into an argument",
        """
from adcompile import custom_rule


@custom_rule
def first(x):
    x[0] = 1.0
    return x


def f(x):
    return np.sum(first(x))
                  ^^^^^^^^
""",
        "`first` writes into an argument",
        _NEW,
    ),
    Row(
        "by name only",
        """
from adcompile import custom_rule


@custom_rule
def scaled(a, *, factor):
    return a * factor


def f(a):
    return scaled(a, factor=a)
           ^^^^^^^^^^^^^^^^^^^
""",
        "`factor` is given to `scaled` by name only, and is differentiated",
        "let the function take it by position",
    ),
    Row(
        "operand of a ufunc by name",
        """
from adcompile import custom_rule

negative = custom_rule(np.negative)


def f(x):
    return np.sum(negative(x, where=x > 0.0))
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`negative` takes its operands only here",
        "leave the rest out",
    ),
]

EQUATIONS = [
    Row(
        "equation that captures",
        """
from adcompile import fixed_point


def f(a):
    return fixed_point(lambda z: 0.5 * np.cos(z * a), 0.5)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "the function that `fixed_point` is given is not one defined outside",
        "define it at the top of the file, and pass what it captures as parameters",
    ),
    Row(
        "equation without its parameter",
        """
from adcompile import root


def _cubic(z, a, b=1.0):
    return z**3 + b * z - a


def f(a):
    return root(_cubic, 0.5, a)
           ^^^^^^^^^^^^^^^^^^^^
""",
        "`_cubic` has more parameters than `root` is given, or takes any number",
        "give it each of them",
    ),
    Row(
        "equation of another shape",
        """
from adcompile import fixed_point


def _summed(z, x):
    return np.sum(0.1 * z * x)


def f(x):
    return np.sum(fixed_point(_summed, x, x))
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "what `_summed` returns has no axes, and the value 1",
        "let it return what it takes first",
    ),
    Row(
        "equation that draws",
        """
from adcompile import fixed_point


def _noisy(z, a):
    noise = np.random.normal()
    return 0.1 * z * a + noise


def f(a):
    return fixed_point(_noisy, 0.5, a)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`_noisy` does more than return a value, and `fixed_point` calls it often",
        "let it return a new array, and do nothing else",
    ),
    Row(
        "whole number",
        """
from adcompile import root


def _linear(z, a):
    return z - a


def f(a):
    return root(_linear, 1, a)
           ^^^^^^^^^^^^^^^^^^^
""",
        "the start is an integer",
        "start from a float",
    ),
    Row(
        "root of a matrix",
        """
from adcompile import root


def _linear(z, q):
    return z - q


def f(q):
    return np.sum(root(_linear, q, q))
                  ^^^^^^^^^^^^^^^^^^^
""",
        "a root is one number or an array of one axis, and this is not known to be one",
        "start from such an array, annotated if the file is only read",
    ),
    Row(
        "differentiated tolerance",
        """
from adcompile import fixed_point


def _halved(z, a):
    return 0.5 * z + a


def f(a):
    return fixed_point(_halved, 1.0, a, tol=a)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "the tolerance is differentiated",
        "pass a constant",
    ),
    Row(
        "unknown option",
        """
from adcompile import fixed_point


def _halved(z, a):
    return 0.5 * z + a


def f(a):
    return fixed_point(_halved, 1.0, a=a)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "this call of `fixed_point` does not fit",
        "give it a function, a start, parameters",
    ),
]
