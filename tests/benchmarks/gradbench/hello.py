"""The square of a number, and its derivative."""

from adcompile import grad

from .protocol import Eval, Task


def square(x):
    return x * x


def number(given):
    return (float(given),)


EVAL = Eval({"square": Task(square, number), "double": Task(grad(square), number)}, [1.0])
