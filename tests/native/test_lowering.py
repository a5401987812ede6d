"""What numba writes for elements and loops means the same in fewer instructions."""

import numpy as np
import pytest

pytest.importorskip("numba")

from numba import njit

from adcompile.native import loading, pipeline

if not loading.is_known():
    pytest.skip("numba is of another version", allow_module_level=True)


def turned(a, i, j):
    return a[i, j], a[-1, j], a[i, -1], a[np.uint8(1), 0], a[0, -2]


def filled(a, i, x):
    b = np.zeros_like(a)
    for k in range(len(a)):
        for m in range(a.shape[1]):
            b[k, m] = a[k, m] * x
    b[-1, i] = 2
    b[i, -1] = True
    return b


def ranges(n, by):
    found = []
    for i in range(n):
        found.append(i)
    for i in range(2, n):
        found.append(i)
    for i in range(n, -2, -1):
        found.append(i)
    for i in range(-n, n, 3):
        found.append(i)
    for i in range(n, -n, by):
        found.append(i)
    up = range(n - 3)
    for i in up:
        for k in up:
            found.append(i - k)
            if k == 3:
                break
    return found


def last(n):
    i = -1
    for i in range(n):
        pass
    return i


def views(a, n):
    rows = [a[0], a[1]]
    for i in range(n):
        v = a[i]
        rows.append(v if i % 2 else v[::-1])
        w = rows[-1]
        w[0] += i
    return rows, a.shape, len(rows)


MATRIX = np.arange(12.0).reshape(3, 4)
ARRAYS = [
    MATRIX,
    np.asfortranarray(MATRIX),
    MATRIX[::-1, ::2],
    MATRIX.T,
    MATRIX.astype(np.float32),
    MATRIX.astype(np.int64),
    MATRIX > 4,
    np.broadcast_to(MATRIX[0], (3, 4)),
]


def compiled(function):
    dispatcher = njit(error_model="numpy")(function)
    pipeline.use(dispatcher, is_entry=True)
    return dispatcher


def same(got, expected):
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("a", ARRAYS, ids=range(len(ARRAYS)))
def test_elements(a) -> None:
    same(compiled(turned)(a, 1, 0), turned(a, 1, 0))
    one = a.dtype.type(1)
    got, expected = compiled(filled)(a, 0, one), filled(a, 0, one)
    assert got.dtype == expected.dtype
    same(got, expected)


RANGES, LAST = compiled(ranges), compiled(last)


@pytest.mark.parametrize("n", [-3, -1, 0, 1, 2, 7])
@pytest.mark.parametrize("by", [-2, -1])
def test_ranges(n, by) -> None:
    assert RANGES(n, by) == ranges(n, by)
    assert LAST(n) == last(n)


def test_a_step_of_zero() -> None:
    with pytest.raises(ValueError, match="zero"):
        RANGES(1, 0)


def test_references() -> None:
    a, b = MATRIX.copy(), MATRIX.copy()
    function = compiled(views)
    for _ in range(3):
        (got, shape, count), (expected, *rest) = function(a, 3), views(b, 3)
        assert [shape, count] == rest
        same(got, expected)
        same([a], [b])
