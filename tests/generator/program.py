"""Whole programs: helpers and a function `f` of floats, arrays and a count."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.generator.scope import NUMBER, Draws, FunctionOf, Scope, Setting, Shape, Type
from tests.generator.statements import FEATURES, Statements, indented

Function = Callable[..., Any]
WRT = ("a", "b", "x", "y", "m")
PARAMETERS: dict[str, Type] = {"a": NUMBER, "b": NUMBER, "x": (4,), "y": (4,), "m": (3, 4)}
FURTHER = {"gathers": "k", "masks": "mask"}
BOX = """class Box:
    def __init__(self, v, c):
        self.v = v
        self.w = 0.5 * v
        self.c = c

    def step(self, z):
        self.v += np.tanh(z)
        self.c = self.c * np.cos(z)
        return self.c

    def turn(self):
        self.v, self.w = self.w, self.v

    def run(self, k):
        for i in range(k):
            self.w[1:] = np.tanh(self.v[:-1]) - self.c
            if self.w[0] > 0.3:
                self.c = 0.5 * self.c
            self.turn()
        return self.v"""

LOOPING = """def grown(v):
    w = v
    for _ in range(2):
        w = np.tanh(w) * v
    return w


def norm(v):
    s = 0.5
    for _ in range(2):
        s = np.sqrt(s + np.sum(v * v))
    return s"""


@dataclass(frozen=True)
class Program:
    """The text of a module with the function `f`, and the features that it was drawn from."""

    text: str
    features: tuple[str, ...]

    def __repr__(self) -> str:
        return self.text

    def function(self, names: Mapping[str, Any], text: str | None = None) -> Function:
        """`f`, in a namespace. The lines are known to whoever asks for the source."""
        text = text or self.text
        file = f"<program {sha256(text.encode()).hexdigest()[:16]}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        namespace = {"__name__": "generated", **names}
        exec(compile(text, file, "exec"), namespace)
        function: Function = namespace["f"]
        return function

    @property
    def plain(self) -> Function:
        """`f` as it stands."""
        return self.function({"np": np})


@st.composite
def programs(draw: Any, features: tuple[str, ...] = tuple(FEATURES)) -> Program:
    """Programs of a few features each."""
    draws = Draws(draw)
    chosen = draws.subset(features, 1, 5)
    known = frozenset(chosen)
    parts = {"Box(": BOX, "grown(": LOOPING, "norm(": LOOPING}
    helpers: dict[str, Type] = {}
    for i in range(draws.count(1, 2) if "helpers" in known else 0):
        lines, what = helper(draws, known - {"closures"}, dict(helpers), f"h{i}")
        parts[f"h{i}("] = "\n".join(lines)
        helpers[f"h{i}"] = what
    text = "\n".join(main(draws, known, helpers))
    for call, part in reversed(parts.items()):
        if call in text and part not in text:
            text = f"{part}\n\n\n{text}"
    return Program(f"import numpy as np\n\n\n{text}\n", tuple(chosen))


def helper(
    draws: Draws, features: frozenset[str], helpers: dict[str, Type], name: str
) -> tuple[list[str], FunctionOf]:
    """A function of one array: its result is new, or a view of the array, or there is none."""
    result: Shape | None = draws.pick(((4,), NUMBER, (3,), None))
    scope = Scope({**helpers, "v": (4,)})
    writer = Statements(draws, features, result)
    body = writer.block(scope, 3)
    if result is not None:
        value = writer.atom if draws.once_in(2) else writer.value
        body.append(f"return {value(scope, result)}")
    return [f"def {name}(v):", *indented(body)], FunctionOf((4,), result)


def main(draws: Draws, features: frozenset[str], helpers: dict[str, Type]) -> list[str]:
    scope = Scope({**helpers, **PARAMETERS})
    further = [name for feature, name in FURTHER.items() if feature in features]
    scope.names.update(dict.fromkeys(["n", *further], Setting()))
    writer = Statements(draws, features, NUMBER)
    body = writer.block(scope, 8)
    arrays = [f"np.sum(np.sin({name}))" for name in scope.arrays if draws.once_in(2)]
    numbers = [f"{name} * {name}" for name in scope.shaped(NUMBER) if draws.once_in(2)]
    body.append(f"return {' + '.join([*arrays, *numbers]) or 'a'}")
    parameters = ", ".join([*PARAMETERS, *further, "n"])
    return [f"def f({parameters}):", *indented(body)]
