"""`grad(f, debug=True)`: the line where a number first is infinite or nan."""

from __future__ import annotations

import inspect
import pickle
from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile import NotFiniteError, grad, value_and_grad
from adcompile.cache import disk

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def loss(w, x, y):
    z = x @ w
    p = 1 / (1 + np.exp(-z))
    q = np.log(1 - p)
    return -np.mean(y * np.log(p) + (1 - y) * q)


def length(x):
    r = np.sqrt(np.sum(x**2))
    return r * 2


def power(x):
    return np.sum(np.abs(x) ** 0.5)


def filled(x):
    a = np.empty(4)
    for i in range(4):
        a[i] = np.log(x[i])
    return np.sum(a)


def decayed(x, n):
    for _ in range(n):
        x = np.sqrt(x - 1.0)
    return np.sum(x)


def branch(x, y):
    if x[0] > 0:
        t = y / x
        return np.sum(t)
    return np.sum(x)


def scaled(x):
    s = np.log(x)
    return s * 3


def called(x):
    s = 0.0
    for i in range(2):
        s = s + np.sum(halved(x, i))
    return s


def halved(x, i):
    if i > 0:
        y = x / (x - x)
        return y
    return x * 0.5


W, X, Y = np.array([1.0, 50.0]), np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 0.0])

# The function, its arguments, what is said, and of which part of which line.
ROWS: list[tuple[Any, tuple[Any, ...], str, str]] = [
    (loss, (W, X, Y), "element [0] of `q` became infinite here", "q = np.log(1 - p)"),
    (
        loss,
        (W * np.nan, X, Y),
        "element [0] of the argument `w` is nan here",
        "def loss(w, x, y):",
    ),
    (
        length,
        (np.zeros(3),),
        "element [0] of the derivative `d_x` became nan here",
        "r = np.sqrt(np.sum(x**2))",
    ),
    (
        power,
        (np.array([1.0, 0.0]),),
        "element [1] of the derivative `d_x` became nan here",
        "return np.sum(np.abs(x) ** 0.5)",
    ),
    (
        filled,
        (np.array([1.0, 2.0, 0.0, 3.0]),),
        "`a` became infinite here",
        "a[i] = np.log(x[i])",
    ),
    (decayed, (np.array([5.0, 1.5]), 3), "`x` became nan here", "x = np.sqrt(x - 1.0)"),
    (branch, (np.array([1.0, 0.0]), 2.0), "element [1] of `t` became infinite here", "t = y / x"),
    (called, (np.ones(2),), "`y` became infinite here", "y = x / (x - x)"),
    (scaled, (np.float64(0.0),), "`s` became infinite here", "s = np.log(x)"),
]


@pytest.mark.parametrize(("f", "args", "reason", "line"), ROWS)
def test_the_line_is_named(f, args, reason, line):
    with pytest.raises(NotFiniteError) as caught:
        grad(f, debug=True)(*args)
    message = str(caught.value)
    assert reason in message
    lines = message.splitlines()
    assert lines[1].startswith("  --> File") or lines[1].lstrip().startswith("--> File")
    assert __file__ in lines[1]
    quoted, carets = lines[3].split("|")[1], lines[4].split("|")[1]
    start = carets.index("^")
    assert quoted[start : start + carets.count("^")] == line
    number = int(lines[1].rpartition(" ")[2])
    assert inspect.getsource(inspect.getmodule(f)).splitlines()[number - 1].strip() == line


def test_the_message():
    number = inspect.getsourcelines(length)[1] + 1
    with pytest.raises(NotFiniteError) as caught:
        grad(length, debug=True)(np.zeros(3))
    gutter = " " * len(str(number))
    assert str(caught.value) == "\n".join(
        [
            "element [0] of the derivative `d_x` became nan here",
            f'{gutter}--> File "{__file__}", line {number}',
            f"{gutter} |",
            f"{number} | r = np.sqrt(np.sum(x**2))",
            f"{gutter} | {'^' * 25}",
        ]
    )


TEXT = '''import numpy as np

from adcompile.checks import finite

FILE = "test_debug.py"


def length_grad(x):
    """Gradient of `length` with respect to x.

    d_v is the derivative of the result by v.
    """
    finite(x, "the argument `x`", FILE, 1, 0, 14)
    # r = np.sqrt(np.sum(x**2))
    r = np.sqrt(np.sum(x ** 2))
    finite(r, "`r`", FILE, 2, 4, 29)
    finite(r * 2, "a value", FILE, 3, 4, 16)

    # backward
    # r = np.sqrt(np.sum(x**2))
    d_x = 4.0 / (2 * r) * x
    finite(d_x, "the derivative `d_x`", FILE, 2, 4, 29)
    return d_x
'''


def test_the_text():
    text = grad(length, debug=True).source_for(np.ones(3)).replace(__file__, "test_debug.py")
    first = inspect.getsourcelines(length)[1]
    for i in range(3):
        text = text.replace(f"FILE, {first + i},", f"FILE, {i + 1},")
    assert text == TEXT


def test_nothing_is_checked_otherwise():
    grad(length, debug=True)(np.ones(3))
    assert "finite" not in grad(length).source_for(np.ones(3))
    assert np.isnan(grad(length)(np.zeros(3))).all()


def test_value_and_grad():
    value, gradient = value_and_grad(length, debug=True)(np.ones(3))
    assert value == length(np.ones(3))
    np.testing.assert_array_equal(gradient, grad(length)(np.ones(3)))
    with pytest.raises(FloatingPointError, match="`d_x` became nan"):
        value_and_grad(length, debug=True)(np.zeros(3))


def test_as_a_decorator():
    @grad(debug=True)
    def root(x):
        return np.sum(np.sqrt(x))

    with pytest.raises(NotFiniteError, match="derivative `d_x` became infinite"):
        root(np.array([1.0, 0.0]))


def test_it_pickles():
    f = pickle.loads(pickle.dumps(grad(length, debug=True)))
    with pytest.raises(NotFiniteError):
        f(np.zeros(3))


def test_texts_that_name_lines_are_not_kept_on_disk(tmp_path, monkeypatch):
    monkeypatch.setenv("ADCOMPILE_CACHE", str(tmp_path))
    stored = []
    monkeypatch.setattr(disk, "store", lambda *args: stored.append(args))
    adcompile.clear_cache()
    grad(power, debug=True)(np.ones(2))
    assert stored == []
    grad(power)(np.ones(2))
    assert len(stored) == 1
