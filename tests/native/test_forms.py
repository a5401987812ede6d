"""What native code makes of products, indices, lists and calls: as NumPy."""

import math

import numpy as np
import pytest

import adcompile
from adcompile import grad
from adcompile.errors import RefusedError

pytest.importorskip("numba")

RNG = np.random.default_rng(0)
A = RNG.normal(size=(3, 4, 5))
ROWS = np.array([2, 0, 2])
TABLE = np.array([[1, 3], [0, 1], [3, 3]])


def agree(function, *args, wrt=0, **options) -> None:
    """The value and gradient of both backends are equal to rounding."""
    got = adcompile.value_and_grad(function, wrt, backend="numba", **options)(*args)
    expected = adcompile.value_and_grad(function, wrt, **options)(*args)
    np.testing.assert_allclose(got[0], expected[0], rtol=1e-12)
    many = isinstance(wrt, tuple)
    ours, theirs = (got[1], expected[1]) if many else ([got[1]], [expected[1]])
    for one, other in zip(ours, theirs, strict=True):
        assert np.shape(one) == np.shape(other)
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-13)


def product(a, b):
    return np.sum(np.sin(a @ b))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((3, 4, 5), (3, 5, 2)), ((4, 5), (3, 5, 2)), ((3, 4, 5), (5, 2)), ((3, 4, 5), (5,)),
        ((5,), (3, 5, 2)), ((2, 3, 4, 5), (3, 5, 2)), ((3, 40, 30), (1, 30, 20)),
    ],
)  # fmt: skip
def test_products_of_stacks(left, right) -> None:
    agree(product, RNG.normal(size=left), RNG.normal(size=right), wrt=(0, 1))


def test_products_of_stacks_that_do_not_fit() -> None:
    g = grad(product, backend="numba")
    for shape in ((2, 5, 4), (3, 4, 5)):
        with pytest.raises(ValueError, match=r"matmul|broadcast"):
            g(A, np.ones(shape))


def rows_of_table(a):
    return np.sum(np.sin(a[0][TABLE]) * a[1, 0])


def columns(a):
    return np.sum(np.cos(a[:, ROWS] * 2.0))


def table_between(a):
    return np.sum(a[:, TABLE] ** 2 * a[0, 0, 0])


def separated(a):
    return np.sum(a[ROWS, :, ROWS] ** 2) + np.sum(a[1, :, ROWS] ** 3)


def pairs(a):
    return np.sum(a[ROWS, TABLE.T[0]] ** 2)


def negative(a):
    return np.sum(a[np.array([-1, 0, -1])] ** 2)


def written(a):
    b = np.zeros((3, 4, 5))
    b[:, TABLE[:2]] = a[:, :2, None, :] * 2.0
    b[np.array([1, 0])] += a[:2] ** 2
    return np.sum(b * a)


@pytest.mark.parametrize(
    "function", [rows_of_table, columns, table_between, separated, pairs, negative, written]
)
def test_indices_by_arrays(function) -> None:
    agree(function, A)


def test_index_of_an_array_out_of_range() -> None:
    def f(a, rows):
        return np.sum(a[:, rows] ** 2)

    with pytest.raises(IndexError):
        grad(f, backend="numba")(A, np.array([0, 4]))


def stacked(x, n):
    parts = []
    for i in range(n):
        parts.append(np.sin(x * i))
    return np.sum(np.stack(parts, axis=1)[:, 1:] ** 2)


def together(x):
    pieces = [x[i : i + 2] * float(i) for i in range(3)]
    return np.sum(np.array(pieces) ** 2) + np.sum(np.vstack(pieces) ** 3)


def test_lists_of_arrays() -> None:
    x = np.linspace(0.1, 1.0, 5)
    agree(stacked, x, 3)
    agree(together, x)


# ----- calls -----


def constant(n, a):
    total = 0.0
    for i in range(n):
        total = total + math.lgamma(0.5 * a + i) * math.erf(a)
    return total


def with_constant(x, n, a):
    return np.sum(x * x) * constant(n, a)


def halved(x):
    return np.sqrt(x @ x) / 2


def shrunk(x):
    while halved(x) > 0.25:
        x = x * 0.5
    return np.sum(x**3)


def of_container(pair, scale):
    return np.sum(pair["a"] * pair["b"][0]) * scale


def with_container(x, y):
    return of_container({"a": x, "b": (y, 1.0)}, 2.0) + of_container({"a": y, "b": (x, 1.0)}, 1.0)


def applied(function, x):
    return function(x) + 1.0


def with_function(x):
    return np.sum(applied(np.sin, x) * applied(lambda v: v * v, x))


def halves(x):
    if len(x) == 1:
        return x[0] * x[0]
    middle = len(x) // 2
    return halves(x[:middle]) * 2.0 + np.sin(halves(x[middle:]))


@pytest.mark.parametrize("function", [shrunk, with_function, halves])
def test_calls(function) -> None:
    agree(function, np.linspace(0.1, 1.0, 5))


def test_calls_of_what_is_not_differentiated() -> None:
    x = np.linspace(0.1, 1.0, 5)
    agree(with_constant, x, 3, 0.75)
    agree(with_container, x, x[::-1].copy(), wrt=(0, 1))
    text = grad(with_constant, backend="numba").source_for(x, 3, 0.75)
    assert "def constant(n, a):" in text


def test_logarithm_of_gamma_at_a_pole() -> None:
    with pytest.raises(ValueError, match="domain"):
        grad(with_constant, backend="numba")(np.ones(2), 2, -2.0)


# ----- verbs -----


def mapped(x, w):
    z = np.tanh(w @ x)
    for _ in range(2):
        z = np.sin(z) * x[0]
    return {"z": z, "first": x[0] * 2.0}


def vector(x, w):
    return mapped(x, w)["z"] * w[0, 0]


X, W = np.linspace(0.1, 1.0, 3), np.linspace(-1.0, 1.0, 12).reshape(4, 3)


def test_pullbacks(monkeypatch) -> None:
    value, pullback = adcompile.vjp(mapped, X, W)
    cotangent = {"z": np.arange(4.0), "first": 0.5}
    expected = pullback(cotangent)
    monkeypatch.setattr(adcompile.options, "_default", "numba")
    ours, native = adcompile.vjp(mapped, X, W)
    np.testing.assert_allclose(ours["z"], value["z"], rtol=1e-13)
    for _ in range(2):
        for one, other in zip(native(cotangent), expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_jacobians(mode, monkeypatch) -> None:
    expected = adcompile.jacobian(vector, wrt=(0, 1), mode=mode)(X, W)
    monkeypatch.setattr(adcompile.options, "_default", "numba")
    for one, other in zip(
        adcompile.jacobian(vector, wrt=(0, 1), mode=mode)(X, W), expected, strict=True
    ):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-15)


# ----- functions themselves -----


def roots(a, count):
    """Square roots by Newton's method, with the derivative of a polynomial."""
    x = a.copy()
    for _ in range(count):
        residual = x * x - a
        slope = adcompile.elementwise_grad(lambda v: v * v)(x)
        x = x - residual / slope
    return x, count


def test_a_function_itself() -> None:
    run = adcompile.compiled(roots)
    a = np.array([2.0, 9.0])
    root, count = run(a, 8)
    np.testing.assert_allclose(root, np.sqrt(a), rtol=1e-14)
    assert (count, type(count)) == (8, int)
    assert "@njit" in run.source_for(a, 8)
    np.testing.assert_array_equal(a, [2.0, 9.0])


def test_derivatives_of_native_functions_are_those_of_the_functions() -> None:
    run = adcompile.compiled(halved)
    x = np.array([3.0, 4.0])

    def twice(v):
        return run(v) * 2.0

    np.testing.assert_allclose(grad(run)(x), [0.3, 0.4])
    np.testing.assert_allclose(grad(twice)(x), [0.6, 0.8])
    np.testing.assert_allclose(grad(twice, backend="numba")(x), [0.6, 0.8])


def test_native_functions_have_pythons_answers() -> None:
    @adcompile.compiled
    def power(x, n):
        if n < 0:
            raise ArithmeticError("negative")
        result = 1
        for _ in range(n):
            result = result * x
        return result

    assert power(7, 3) == 343
    assert power(10, 30) == 10**30
    with pytest.raises(ArithmeticError, match="negative"):
        power(2.0, -1)


def test_native_functions_do_not_write_to_arguments() -> None:
    @adcompile.compiled
    def clear(x):
        x[0] = 0.0
        return x

    @adcompile.compiled(fallback=True)
    def sort(x):
        return sorted(x.tolist())

    with pytest.raises(RefusedError, match="writes to `x`"):
        clear(np.ones(2))
    assert sort(np.array([2.0, 1.0])) == [1.0, 2.0]
