"""`np.vecdot` takes the place of a sum of products exactly where it means the same."""

import numpy as np
import pytest

from adcompile import value_and_grad
from adcompile.testing import check_grads

ROWS = {
    "squares": (lambda a, b: np.sum(a**2, axis=1) @ b[:, 0], True),
    "squares by name": (lambda a, b: np.square(a).sum(axis=-1) @ b[:, 0], True),
    "of two": (lambda a, b: np.sum(np.sin(np.sum(a * b, axis=1))), True),
    "along the first axis": (lambda a, b: np.sum(np.sin(np.sum(a * b, axis=0))), False),
    "axes kept": (lambda a, b: np.sum(np.sin(np.sum(a * b, axis=1, keepdims=True))), False),
    "of cubes": (lambda a, b: np.sum(np.sin(np.sum(a**3, axis=1))), False),
    "with a column": (lambda a, b: np.sum(np.sin(np.sum(a * b[:, :1], axis=1))), False),
    "with a number": (lambda a, b: np.sum(np.sin(np.sum(a * b[0, 0], axis=1))), False),
    "written to": (
        lambda a, b: np.sum(np.sin(squares_before_a_write(a * b))),
        True,
    ),
}


def squares_before_a_write(a):
    squares = np.sum(a**2, axis=1)
    a[0] = 0.0
    return squares + np.sum(a, axis=1)


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("order", ["C", "F"])
def test_derivative(name: str, order: str) -> None:
    function, short = ROWS[name]
    rng = np.random.default_rng(0)
    a, b = (np.asarray(rng.normal(size=(4, 3)), order=order) for _ in "ab")
    gradient = value_and_grad(function, wrt=(0, 1), allow_unused=True)
    value, _ = gradient(a, b)
    np.testing.assert_allclose(value, function(a, b), rtol=1e-13)
    check_grads(function, (a, b), modes=("reverse",))
    assert ("np.vecdot(" in gradient.source) == short


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int16, bool])
def test_only_of_double_precision(dtype: type) -> None:
    """NumPy adds up shorter numbers with more care, and short integers as long ones."""

    def weighted(w, a):
        return np.sum(w * np.sum(a * a, axis=1))

    a = np.full((2, 300), 1).astype(dtype)
    gradient = value_and_grad(weighted)
    value, d_w = gradient(np.ones(2), a)
    assert value == 600
    assert list(d_w) == [300, 300]
    assert "vecdot" not in gradient.source
