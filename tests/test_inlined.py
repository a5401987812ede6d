"""Short texts stand in the function that users call, and mean there what they mean alone."""

import math
import sys
import traceback
from types import FrameType
from typing import Any

import numpy as np
import pytest

from adcompile import grad, value_and_grad

OFFSET = 1.0


def cubic(x):
    return x**3 + OFFSET * x


def lengthening(x):
    y = x
    for _ in range(3):
        y = y * x
    return y


def test_frames() -> None:
    """A short text takes no frame of its own, and the frame is that of the text."""
    frames: list[tuple[str, str]] = []

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith("<adcompile"):
            frames.append((frame.f_code.co_filename.split()[1].rstrip(">"), frame.f_code.co_name))

    short, long = grad(cubic), grad(lengthening)
    short(2.0), long(2.0)
    sys.setprofile(note)
    try:
        short(2.0), long(2.0)
    finally:
        sys.setprofile(None)
    assert frames == [
        ("cubic_grad", "cubic_grad"),
        ("dispatch", "dispatch"),
        ("lengthening_grad", "lengthening_grad"),
    ]


def test_lines_are_those_of_the_text() -> None:
    def ratio(x, y):
        return x / y

    gradient = grad(ratio)
    gradient(1.0, 2.0)
    with pytest.raises(ZeroDivisionError) as caught:
        gradient(1.0, 0.0)
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert last.line in gradient.source.splitlines() or f"    {last.line}" in gradient.source
    assert "/ y" in str(last.line)


def test_kinds_in_turns() -> None:
    gradient = value_and_grad(cubic)
    for _ in range(3):
        assert gradient(2.0) == (10.0, 13.0)
        assert gradient(np.float32(2.0)) == (10.0, 13.0)
        assert gradient(3) == (30.0, 28.0)


def test_names_outside_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    gradient = grad(cubic)
    assert gradient(2.0) == 13.0
    monkeypatch.setattr(sys.modules[__name__], "OFFSET", 5.0)
    assert gradient(2.0) == 17.0


def test_arguments_of_the_second_text() -> None:
    """After an overflow, NumPy's text runs with the arguments as they were."""

    def steep(x):
        x = x * 10.0
        return np.exp(x)

    gradient = value_and_grad(steep)
    assert gradient(0.1) == pytest.approx((math.e, 10 * math.e))
    with np.errstate(over="ignore"):
        assert gradient(100.0) == (math.inf, math.inf)


def test_names_that_look_like_the_dispatchers() -> None:
    def f(x, __0_function=2.0):
        _compile = x * x
        return _compile * __0_function

    assert grad(f)(3.0) == grad(f)(3.0, 2.0) == 12.0
