"""The generator's own parts: its reference is right, and it sees what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.generator.outcome import difference, judged
from tests.generator.program import WRT, Program
from tests.generator.reference import INPUTS, NotSmoothError, complex_step, expected

HEAD = "import numpy as np\n\n\ndef f(a, b, x, y, m, n):\n"
STORE = "    x[[0, 2, 2]] = np.tanh(y[1:])\n    return np.sum(x * x) + a * b + m[0, 0] ** 2\n"
REPEATS = Program(HEAD + STORE, ())


def test_reference_of_writes() -> None:
    for inputs in INPUTS:
        values = inputs.values()
        gradient = complex_step(REPEATS, inputs)
        x, t = values["x"], np.tanh(values["y"])
        np.testing.assert_allclose(gradient["x"], [0, 2 * x[1], 0, 2 * x[3]])
        d_t = np.array([0, 2 * t[1], 0, 2 * t[3]])
        np.testing.assert_allclose(gradient["y"], d_t * (1 - t * t), atol=1e-15)
        np.testing.assert_allclose([gradient["a"], gradient["b"]], [values["b"], values["a"]])


def test_layouts_differ() -> None:
    """Whether `ravel` copies depends on the layout, for floats as for complex numbers."""
    program = Program(f"{HEAD}    m.ravel()[0] = a\n    return np.sum(m * m)\n", ())
    slopes = {inputs.layout: complex_step(program, inputs)["a"] for inputs in INPUTS}
    assert slopes["plain"] != 0
    assert slopes["spread"] == slopes["columns"] == 0


UNKNOWN = (
    "return a * (1.0 if np.sin(x[0] * 1e9) > 0 else -1.0)",
    "return 1e9 * a",
    "return np.sum(np.log(x - x))",
)


@pytest.mark.parametrize("line", UNKNOWN)
def test_no_reference(line: str) -> None:
    with pytest.raises(NotSmoothError):
        expected(Program(f"{HEAD}    {line}\n", ()), INPUTS[0])


def complaint(spoil: Any) -> str:
    """What is said of the right gradient after it was spoilt."""
    inputs = INPUTS[0]
    value, gradient = expected(REPEATS, inputs)
    calls: list[int] = []

    def spoilt(**arguments: Any) -> tuple[Any, ...]:
        parts = {name: part.copy() if part.ndim else part.item() for name, part in gradient.items()}
        calls.append(1)
        spoil(arguments, parts, len(calls))
        return tuple(parts[name] for name in WRT)

    def both(**arguments: Any) -> tuple[Any, Any]:
        return value, spoilt(**arguments)

    arguments = inputs.arguments(inputs.values(), REPEATS.plain)
    return difference(spoilt, both, arguments, (value, gradient))


SPOILT = {
    "": lambda arguments, parts, calls: None,
    "by x": lambda arguments, parts, calls: parts["x"].__setitem__(1, 0.0),
    "by y": lambda arguments, parts, calls: parts.update(y=parts["y"].astype(np.float32)),
    "by m": lambda arguments, parts, calls: parts.update(m=parts["m"] * calls),
    "have changed": lambda arguments, parts, calls: arguments["x"].fill(0.0),
    "memory is shared": lambda arguments, parts, calls: parts.update(y=parts["x"]),
}


@pytest.mark.parametrize("words", SPOILT)
def test_complaints(words: str) -> None:
    said = complaint(SPOILT[words])
    assert words in said
    assert bool(said) == bool(words)


OUTCOMES = {
    "return a * b": "right",
    "return a * undefined": "broken",
    "global c; c = a; return c": "refused",
}


@pytest.mark.parametrize("line", OUTCOMES)
def test_outcome(line: str) -> None:
    assert judged(Program(f"{HEAD}    {line}\n", ())).kind == OUTCOMES[line]
