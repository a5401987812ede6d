"""Random programs, and the numbers with derivatives that tell what their gradients must be."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

HEAD = "import numpy as np\n"


CLASS = """class Cell:
    def __init__(self, x):
        self.x = x
        self.count = 0

    def step(self, by):
        self.x = np.tanh(self.x + by)
        self.count += 1
        return self.x

    def run(self, n, by):
        for i in range(n):
            if self.step(by) > 0.5:
                return self.x * by
            by = 0.5 * by
        return by
"""


def random_program(seed: int, objects: bool = False) -> str:
    """The text of a module with functions of numbers; the last, `f(a, b, c, n)`, calls others.

    Args:
        seed: another program for another number.
        objects: whether there are objects whose attributes change, `with` and `try`, too.
    """
    rng = random.Random(seed)
    helpers: list[str] = []
    parts = [HEAD, CLASS] if objects else [HEAD]
    kind = _Stateful if objects else _Writer
    for i in range(rng.randrange(3)):
        parts.append(kind(rng, ["p", "q"], list(helpers)).function(f"helper_{i}", 3))
        helpers.append(f"helper_{i}")
    parts.append(kind(rng, ["a", "b", "c"], helpers).function("f", 6))
    return "\n\n".join(parts)


class _Writer:
    """Writes a function; every value stays of moderate size."""

    def __init__(self, rng: random.Random, params: list[str], helpers: list[str]) -> None:
        self._rng = rng
        self._params = params
        self._variables = list(params)
        self._helpers = helpers
        self._counters: list[str] = []
        self._loops = 0
        self._depth = 0
        self._around: list[str] = []  # the loops: what must happen before `continue`

    def function(self, name: str, length: int) -> str:
        lines = [f"    u = {self._expr(1)}", f"    v = {self._params[0]}"]
        self._variables += ["u", "v"]
        lines += self._block(length, 1, returns=True)
        lines.append(f"    return {' + '.join(self._variables)} * {self._expr(1)}")
        return "\n".join([f"def {name}({', '.join(self._params)}, n):", *lines, ""])

    def _block(self, length: int, depth: int, returns: bool = False) -> list[str]:
        indent = "    " * depth
        lines: list[str] = []
        for _ in range(self._rng.randint(1, length)):
            lines += [indent + line for line in self._statement(returns)]
        return lines

    def _statement(self, returns: bool) -> list[str]:
        pick = self._rng.random()
        branches = 0.3 if self._around else 0.17
        if self._depth < 3 and pick < branches:
            return self._if(returns)
        if self._depth < 3 and pick < branches + 0.17:
            return self._loop()
        if pick < 0.5:
            first, second = self._rng.sample(self._variables, 2)
            return [f"{first}, {second} = {self._expr(1)}, {self._expr(1)}"]
        if pick < 0.58:
            operator = self._rng.choice(["+=", "-=", "*="])
            return [f"{self._variable()} {operator} {self._expr(1)}"]
        if pick < 0.66:
            return [f"{self._variable()} = {self._variable()}"]
        return [f"{self._variable()} = {self._expr(2)}"]

    def _inner(self, length: int) -> list[str]:
        self._depth += 1
        block = self._block(length, 1)
        self._depth -= 1
        return block

    def _if(self, returns: bool) -> list[str]:
        lines = [f"if {self._test()}:", *self._inner(2)]
        if self._around and self._rng.random() < 0.5:
            return [*lines, *self._exit()]
        if returns and self._rng.random() < 0.25:
            return [*lines, f"    return {self._expr(2)}"]
        if self._rng.random() < 0.3:
            lines += [f"elif {self._test()}:", *self._inner(2)]
        if self._rng.random() < 0.5:
            lines += ["else:", *self._inner(2)]
        return lines

    def _exit(self) -> list[str]:
        """What leaves a loop or an iteration, at the end of a branch."""
        pick = self._rng.random()
        if pick < 0.4:
            return ["    break"]
        if pick < 0.7:
            return [f"    {line}" for line in (self._around[-1], "continue") if line]
        return [f"    return {self._expr(2)}"]

    def _loop(self) -> list[str]:
        """A loop, some with `else`."""
        lines = self._loop_alone()
        if self._rng.random() < 0.2:
            lines += ["else:", *self._inner(2)]
        return lines

    def _body(self, length: int, step: str = "") -> list[str]:
        """The body of a loop; `step` is what a `continue` must not skip."""
        self._around.append(step)
        body = self._inner(length)
        self._around.pop()
        return body

    def _loop_alone(self) -> list[str]:
        counter = f"i{self._loops}"
        self._loops += 1
        pick = self._rng.random()
        if pick < 0.5:
            bounds = self._rng.choice(["n", "2", "1, n", "n, 0, -1", "0, 4, 3", "n - 2"])
            self._counters.append(counter)
            return [f"for {counter} in range({bounds}):", *self._closing(self._body(3))]
        if pick < 0.7:
            values = ", ".join(self._expr(1) for _ in range(3))
            kept = self._variables
            self._variables = [*kept, "e"]
            body = self._body(2)
            self._variables = kept
            return [f"for e in ({values}):", *body]
        step = f"{counter} += 1"
        if pick < 0.85:
            head = [f"while {counter} < n:"]
        else:
            head = ["while True:", f"    if {counter} >= n:", "        break"]
        return [f"{counter} = 0", *head, *self._body(3, step), f"    {step}"]

    def _closing(self, body: list[str]) -> list[str]:
        self._counters.pop()
        return body

    def _variable(self) -> str:
        return self._rng.choice(self._variables)

    def _test(self) -> str:
        left, right = self._variable(), self._rng.choice([self._variable(), "0.1", "0.5"])
        test = f"{left} {self._rng.choice(['<', '>'])} {right}"
        pick = self._rng.random()
        if pick < 0.15:
            return f"{test} and n > 1"
        if pick < 0.25:
            return f"not {test}"
        return "n % 2 == 0" if pick < 0.35 else test

    def _expr(self, depth: int) -> str:
        if depth == 0 or self._rng.random() < 0.15:
            atoms = [*self._variables, *self._variables, "0.5", "1.5", *self._counters]
            return self._rng.choice(atoms)
        one, other = self._expr(depth - 1), self._expr(depth - 1)
        forms = [
            f"np.sin({one} * {other})",
            f"np.tanh({one} + {other})",
            f"0.5 * ({one} - {other})",
            f"np.cos({one}) * {self._variable()}",
            f"({one} / (1.5 + np.sin({other})))",
            f"np.tanh({one}) ** 2",
            f"({one} if {self._test()} else {other})",
            f"-np.tanh({one})",
        ]
        if self._helpers:
            call = f"{self._rng.choice(self._helpers)}({one}, {other}, {self._rng.choice('n23')})"
            forms += [f"np.tanh({call})"] * 2
        return self._rng.choice(forms)


class _Stateful(_Writer):
    """Writes functions that change objects."""

    def function(self, name: str, length: int) -> str:
        head, *lines = super().function(name, length).splitlines()
        made = [f"    {cell} = Cell({self._params[-1]})" for cell in ("one", "two")]
        return "\n".join([head, *made, *lines, ""])

    def _statement(self, returns: bool) -> list[str]:
        pick = self._rng.random()
        if pick > 0.4:
            return super()._statement(returns)
        cell, other = self._rng.sample(["one", "two"], 2)
        if pick < 0.05:
            return ["with np.errstate(all='ignore'):", *self._inner(2)]
        if pick < 0.1:
            passed = ["try:", f"    assert {self._test()}", "except AssertionError:", "    pass"]
            return [*passed, "finally:", "    pass"]
        forms = [
            f"{cell}.x = {self._expr(2)}",
            f"{cell}.x += {self._expr(1)}",
            f"{cell}.step({self._expr(1)})",
            f"{self._variable()} = {cell}.step({self._expr(1)}) * {other}.x",
            f"{self._variable()} = {cell}.run({self._rng.choice('n23')}, {self._expr(1)})",
            f"{cell} = Cell({other}.x * 0.5)",
            f"{cell}.x, {other}.x = {other}.x, {cell}.x",
            f"{cell}, {other} = {other}, {cell}",
            f"{self._variable()} = {cell}.x * {cell}.count",
        ]
        return [self._rng.choice(forms)]


@dataclass(frozen=True)
class Dual:
    """A number and its derivative."""

    value: float
    slope: float

    def _chained(self, value: float, factor: float) -> Dual:
        return Dual(value, self.slope * factor)

    def __add__(self, other: Any) -> Dual:
        other = _dual(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other: Any) -> Dual:
        other = _dual(other)
        slope = self.slope * other.value + self.value * other.slope
        return Dual(self.value * other.value, slope)

    def __truediv__(self, other: Any) -> Dual:
        other = _dual(other)
        value = self.value / other.value
        return Dual(value, (self.slope - value * other.slope) / other.value)

    def __pow__(self, n: int) -> Dual:
        return self._chained(self.value**n, n * self.value ** (n - 1))

    def __neg__(self) -> Dual:
        return self * -1.0

    def __sub__(self, other: Any) -> Dual:
        return self + -_dual(other)

    def __rsub__(self, other: Any) -> Dual:
        return _dual(other) + -self

    def __rtruediv__(self, other: Any) -> Dual:
        return _dual(other) / self

    __radd__ = __add__
    __rmul__ = __mul__

    def __lt__(self, other: Any) -> bool:
        return self.value < _dual(other).value

    def __gt__(self, other: Any) -> bool:
        return self.value > _dual(other).value

    # NumPy's functions call these for objects.
    def sin(self) -> Dual:
        return self._chained(math.sin(self.value), math.cos(self.value))

    def cos(self) -> Dual:
        return self._chained(math.cos(self.value), -math.sin(self.value))

    def tanh(self) -> Dual:
        return self._chained(math.tanh(self.value), 1 - math.tanh(self.value) ** 2)


def _dual(value: Any) -> Dual:
    return value if isinstance(value, Dual) else Dual(float(value), 0.0)


def forward_gradient(function: Callable[..., Any], args: list[float], *rest: Any) -> list[float]:
    """The derivatives by all of `args`, each from a run of the function with numbers that know
    theirs."""
    return [
        _dual(function(*(Dual(x, float(i == j)) for j, x in enumerate(args)), *rest)).slope
        for i in range(len(args))
    ]
