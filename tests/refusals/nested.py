"""Derivatives inside a function, refused."""

from __future__ import annotations

from tests.refusals.rows import Row

NESTED = [
    Row(
        "a captured array is changed",
        """
from adcompile import grad


def f(x, a):
    z = x.copy()

    def inner(y):
        z[0] = y * a
        return z[0] * y

    return grad(inner)(a)
           ^^^^^^^^^^^^^^
""",
        "`inner`, whose derivative this is, changes `z`, which it captures",
        "pass it in, and return the new value",
    ),
    Row(
        "a captured name gets another value",
        """
from adcompile import grad


def f(a):
    n = 0.0

    def inner(y):
        nonlocal n
        n = n + y * a
        return n * y

    return grad(inner)(a) * n
           ^^^^^^^^^^^^^^
""",
        "this call changes `n` of another function in a branch or loop",
        "pass `n` in and return it",
    ),
    Row(
        "a tangent of another shape",
        """
from adcompile import jvp


def f(x):
    value, tangent = jvp(lambda y: y * y, (x,), (1.0,))
                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    return np.sum(value * tangent)
""",
        "the tangent of `y` is not known to have the form of the argument",
        "give it the structure and shape of the argument",
    ),
    Row(
        "a cotangent of another shape",
        """
from adcompile import vjp


def f(x):
    value, pullback = vjp(lambda y: y * y, x)
    return np.sum(pullback(1.0)[0])
                  ^^^^^^^^^^^^^
""",
        "the cotangent is not known to have the form of the value",
        "give it the structure and shape of the value",
    ),
    Row(
        "the derivative of a derivative of itself",
        """
from adcompile import grad


def f(a):
    return a * grad(f)(a)
               ^^^^^^^^^^
""",
        "derivatives inside derivatives are too deep here",
    ),
    Row(
        "the derivative of what is no function",
        """
from adcompile import grad


def f(a):
    return grad(a)(a)
           ^^^^^^^
""",
        "it is not known while compiling what this is the `grad` of",
    ),
    Row(
        "the derivative of a function of NumPy's",
        """
from adcompile import elementwise_grad


def f(x):
    return np.sum(elementwise_grad(np.tanh)(x))
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`tanh` has no Python source to differentiate",
        "write a function that calls it: `lambda x: ...`",
    ),
    Row(
        "any number of arguments",
        """
from adcompile import grad


def f(a):
    def inner(*values):
        return values[0] * values[1]

    return grad(inner)(a, a)
           ^^^^^^^^^^^^^^^^^
""",
        "`inner` takes any number of arguments",
        "name its parameters",
    ),
    Row(
        "what it is by is known only at run time",
        """
from adcompile import grad


def f(a, n):
    return grad(lambda y, z: y * z, wrt=n)(a, a)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`wrt=` must be written out here",
    ),
    Row(
        "the Jacobian by a matrix",
        """
from adcompile import jacobian


def f(m):
    return np.sum(jacobian(lambda y: y * y)(m))
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`y` is not known to be a number or a vector here",
        "flatten it, as in `lambda v: f(v.reshape(2, 3))`",
    ),
    Row(
        "the Jacobian by complex numbers",
        """
from adcompile import jacobian


def f(x):
    z = x * 1j
    return np.sum(np.abs(jacobian(lambda y: y * y)(z)))
                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`y` is complex, and a matrix of derivatives is one of real numbers",
        "take real and imaginary parts, or `jvp` and `vjp`",
    ),
    Row(
        "the Hessian by two arguments",
        """
from adcompile import hessian


def f(x):
    return np.sum(hessian(lambda y, z: np.sum(y * z), wrt=(0, 1))(x, x))
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "several `wrt` of a matrix of derivatives are not there yet",
        "take one at a time",
    ),
    Row(
        "an integer array in an inner derivative",
        """
from adcompile import grad


def f(a):
    return a * np.sum(grad(lambda y: np.sum(y * a))(np.arange(3)))
                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`y` holds integers",
        "make them floats, as in `.astype(float)`",
    ),
]

GROUPS = {"nested derivatives": NESTED}
