"""The square of a number, and its derivative."""

from adcompile import grad

from .protocol import Eval, Task, run_by_backend


def square(x):
    return x * x


def number(given):
    return (float(given),)


EVAL = Eval(
    {"square": Task(run_by_backend(square), number), "double": Task(grad(square), number)}, [1.0]
)
