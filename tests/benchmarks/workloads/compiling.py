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


def assignments(statements: int) -> tuple[list[str], list[str]]:
    """So many assignments, each of the two variables before it; and these variables."""
    names = ["y", "x", *(f"v{i}" for i in range(statements))]
    pairs = zip(names, names[1:], names[2:], islice(cycle(STEPS), statements), strict=False)
    return [f"{v} = {step.format(a=a, b=b)}" for b, a, v, step in pairs], names


def straight_line(statements: int) -> Function:
    """A function of so many assignments."""
    body, names = assignments(statements)
    return compiled("straight_line", body, names[-1])


def with_loops(statements: int) -> Function:
    """A function of about so many statements, in groups of ten.

    Every second group is the body of a loop, whose last statement makes it depend on its last
    trip; every fourth is the body of two.
    """
    lines, names = assignments(statements)
    body: list[str] = []
    for start in range(0, statements, 10):
        group = lines[start : start + 10]
        depth = (0, 1, 0, 2)[start // 10 % 4]
        if depth:
            first, last = names[start + 1], names[min(start + 11, len(names) - 1)]
            group[-1] += f" + 0.1 * {first}"
            group.append(f"{first} = 0.5 * ({first} + {last})")
        loops = [f"{'    ' * i}for i{i} in range(2):" for i in range(depth)]
        body += loops + ["    " * depth + line for line in group]
    return compiled("with_loops", body, names[-1])


def compiled(name: str, body: list[str], result: str) -> Function:
    """A function of x and y that returns the sum of a variable."""
    lines = [f"    {line}" for line in body]
    text = "\n".join([f"def {name}(x, y):", *lines, f"    return np.sum({result})", ""])
    # The lines are registered as doctest and attrs do it, for whoever asks for the source.
    file = f"<{name} of {len(body)} lines>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace: dict[str, Any] = {"np": np, "__name__": __name__}
    exec(compile(text, file, "exec"), namespace)
    function: Function = namespace[name]
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
LOOPS = tuple(
    Workload(
        name=f"loops-{statements}",
        title=f"first call of the gradient of {statements:,} assignments, half of them in loops, "
        "in fresh processes, imports not counted",
        make_data=lambda rng: (rng.normal(size=10), rng.normal(size=10)),
        primal=with_loops(statements),
        wrt=("x", "y"),
        with_value=False,
    )
    for statements in (250, 500, 1000)
)
