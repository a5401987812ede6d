"""What each further order of a derivative costs: lines of text, and time.

Of a function of a vector the second order is the gradient of the squared gradient, and so on.
"""

import timeit
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from adcompile import grad

from .measure import take_turns
from .report import Report, Row


def polynomial(x: Any, n: Any) -> Any:
    """A loop on floats."""
    s = 0.0
    for i in range(n):
        s = s + i * x**4 - x
    return s


def rosenbrock(x: Any) -> Any:
    """A sum over slices."""
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def perceptron(w: Any, v: Any, x: Any, y: Any) -> Any:
    """Two layers."""
    return np.mean((np.tanh(x @ w) @ v - y) ** 2)


def rosenbrock_squared(x: Any) -> Any:
    """Of second order."""
    return np.sum(grad(rosenbrock)(x) ** 2)


def perceptron_squared(w: Any, v: Any, x: Any, y: Any) -> Any:
    """Of second order."""
    return np.sum(grad(perceptron)(w, v, x, y) ** 2)


def rosenbrock_of_squared(x: Any) -> Any:
    """Of third order."""
    return np.sum(grad(rosenbrock_squared)(x) ** 2)


def perceptron_of_squared(w: Any, v: Any, x: Any, y: Any) -> Any:
    """Of third order."""
    return np.sum(grad(perceptron_squared)(w, v, x, y) ** 2)


def data() -> dict[str, tuple[Any, ...]]:
    """The arguments of each function."""
    rng = np.random.default_rng(0)
    shapes = ((16, 16), (16, 4), (64, 16), (64, 4))
    return {
        "polynomial": (1.3, 100),
        "rosenbrock": (rng.normal(size=1000),),
        "perceptron": tuple(rng.normal(size=shape) for shape in shapes),
    }


ORDERS: dict[str, tuple[Any, Any, Any]] = {
    "polynomial": (grad(polynomial), grad(grad(polynomial)), grad(grad(grad(polynomial)))),
    "rosenbrock": (grad(rosenbrock), grad(rosenbrock_squared), grad(rosenbrock_of_squared)),
    "perceptron": (grad(perceptron), grad(perceptron_squared), grad(perceptron_of_squared)),
}


def lines(derivative: Any, arguments: tuple[Any, ...]) -> int:
    """How many lines of a text do something."""
    text = derivative.source_for(*arguments).split('"""')
    code = text[0] + "".join(text[2::2])
    stripped = (line.strip() for line in code.splitlines())
    return sum(bool(line) and not line.startswith(("#", "import", "from")) for line in stripped)


def orders(name: str, rounds: int) -> Report:
    """Lines and times of the first three orders."""
    arguments = data()[name]
    rows = []
    for order, derivative in enumerate(ORDERS[name], 1):
        count = lines(derivative, arguments)
        rows.append(Row(f"order {order}, {count} lines", _sampler(derivative, arguments)))
    return take_turns(Report(f"orders-{name}", "derivatives of derivatives", rows), rounds)


def _sampler(derivative: Any, arguments: tuple[Any, ...]) -> Callable[[], float]:
    derivative(*arguments)
    return partial(timeit.timeit, lambda: derivative(*arguments), number=1)
