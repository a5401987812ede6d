"""What is compiled for the first time: a function as users write them, and very long ones."""

import linecache
from itertools import cycle, islice
from typing import Any

import numpy as np

from ..workload import Function, Workload


def ten_lines(w, b, v, x, y):
    scale = 1.0 / len(x)
    z = x @ w + b
    h = np.tanh(z)
    output = h @ v
    error = output - y
    fit = scale * np.sum(error * error)
    size = np.sum(w * w) + np.sum(v * v)
    penalty = 0.01 * size
    total = fit + penalty
    return np.log(1.0 + total)


def ten_lines_data(rng):
    w, b, v = rng.normal(size=(5, 4)), rng.normal(size=4), rng.normal(size=4)
    return w, b, v, rng.normal(size=(8, 5)), rng.normal(size=8)


STEPS = (
    "0.5 * np.sin({a}) + x",
    "np.tanh({a} - {b})",
    "{a} / (1.0 + {b} * {b})",
    "0.3 * {a} * {b} + y",
    "0.5 * ({a} - {b})",
)
"""Each damps what came before, so that the derivative of a thousand of them is still tame."""


def straight_line(statements: int) -> Function:
    """A function of so many assignments, each of the two variables before it."""
    names = ["y", "x", *(f"v{i}" for i in range(statements))]
    pairs = zip(names, names[1:], names[2:], islice(cycle(STEPS), statements), strict=False)
    body = [f"    {v} = {step.format(a=a, b=b)}" for b, a, v, step in pairs]
    text = "\n".join(["def straight_line(x, y):", *body, f"    return np.sum({names[-1]})", ""])
    # The lines are registered as doctest and attrs do it, for whoever asks for the source.
    file = f"<straight line of {statements} statements>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace: dict[str, Any] = {"np": np, "__name__": __name__}
    exec(compile(text, file, "exec"), namespace)
    function: Function = namespace["straight_line"]
    return function


TEN_LINES = Workload(
    name="first-call",
    title="first call of the gradient of a function of 10 lines, in fresh processes, "
    "imports not counted",
    make_data=ten_lines_data,
    primal=ten_lines,
    wrt=("w", "b", "v"),
    with_value=False,
)
STRAIGHT_LINES = tuple(
    Workload(
        name=f"straight-line-{statements}",
        title=f"first call of the gradient of {statements:,} assignments, in fresh processes, "
        "imports not counted",
        make_data=lambda rng: (rng.normal(size=10), rng.normal(size=10)),
        primal=straight_line(statements),
        wrt=("x", "y"),
        with_value=False,
    )
    for statements in (250, 500, 1000)
)
