"""Where native code cannot know what NumPy and Python would do, they are asked."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import adcompile
from adcompile import fixed_point, grad
from tests.native.programs import checked

pytest.importorskip("numba")


def both(function, *args, **options):
    return grad(function, backend="numba", **options)(*args), grad(function, **options)(*args)


def test_ints_have_as_many_digits_as_they_need() -> None:
    def f(x, n):
        a, b = 1, 1
        for _ in range(n):
            a, b = b, a + b
            x = x * 0.5
        return x * (b % 1000)

    for n in (3, 200):
        got, expected = both(f, 1.5, n)
        assert got == expected


def test_products_and_powers_of_ints() -> None:
    def f(x, n):
        return x * ((n * n * n) % 1000) + x * (n**5 % 7) + x * (n % 1000)

    for n in (3, 3_000_000, -3_000_001, 2**63 + 5, 10**30):
        got, expected = both(f, 1.5, n)
        assert got == expected


def test_an_axis_that_happens_to_have_length_one_is_stretched() -> None:
    def f(x, y, k):
        return np.sum(x[:k] * y)

    x, y = np.arange(1.0, 5.0), np.arange(2.0, 5.0)
    for k in (3, 1):
        got, expected = both(f, x, y, k, wrt=("x", "y"))
        np.testing.assert_array_equal(got[0], expected[0])
        np.testing.assert_array_equal(got[1], expected[1])


def test_index_out_of_range() -> None:
    def f(x, n):
        total = 0.0
        for i in range(n):
            total = total + x[i] * x[i]
        return total

    g = grad(f, backend="numba")
    np.testing.assert_array_equal(g(np.arange(3.0), 2), [0.0, 2.0, 0.0])
    with pytest.raises(IndexError):
        g(np.arange(3.0), 4)


def test_index_of_a_write_out_of_range() -> None:
    def f(x, n):
        z = x * 2
        for i in range(n):
            z[i + 1] = x[i] * z[i]
        return np.sum(z)

    g = grad(f, backend="numba")
    np.testing.assert_allclose(g(np.arange(3.0), 2), grad(f)(np.arange(3.0), 2))
    with pytest.raises(IndexError):
        g(np.arange(3.0), 3)


def test_no_check_where_indices_are_proven() -> None:
    def f(x):
        z = x.copy()
        for i in range(1, len(z)):
            z[i] = z[i] * z[i - 1]
        return np.sum(z)

    def g(x):
        z = x.copy()
        for i in range(len(z)):
            z[i] = z[i] * z[i - 1]
        return np.sum(z)

    for function, is_checked in ((f, False), (g, True)):
        derivative = grad(function, backend="numba")
        x = np.arange(1.0, 6.0)
        np.testing.assert_allclose(derivative(x), grad(function)(x))
        assert ("within" in derivative.source) is is_checked


def test_shapes_that_do_not_fit() -> None:
    def f(x, y):
        return np.sum((x + y) * x)

    with pytest.raises(ValueError, match="broadcast"):
        grad(f, backend="numba")(np.ones(3), np.ones(4))


def test_errors_of_the_function() -> None:
    g = grad(checked, backend="numba")
    assert g(2.0) == 1.0
    with pytest.raises(ArithmeticError, match=r"-1\.0 is negative"):
        g(-1.0)
    with pytest.raises(AssertionError, match="too large"):
        g(11.0)


def test_division_of_ints_by_zero() -> None:
    def f(x, n):
        return x * (7 // n)

    with pytest.raises(ZeroDivisionError):
        grad(f, backend="numba")(1.0, 0)


def test_extremum_of_nothing() -> None:
    def f(x):
        return np.max(x * x)

    with pytest.raises(ValueError, match="zero-size"):
        grad(f, backend="numba")(np.zeros(0))


def test_not_a_number() -> None:
    def f(x):
        return np.max(x * x) + np.sum(np.maximum(x, 0.5)) + np.log(x[0])

    x = np.array([-1.0, np.nan, 2.0])
    with np.errstate(invalid="ignore"):
        got, expected = both(f, x)
    np.testing.assert_array_equal(got, expected)


def test_arguments_stay_as_they_are() -> None:
    def f(x, y):
        x[1:] *= y[:-1]
        x[0] += 1.0
        return np.sum(x * x)

    x, y = np.arange(1.0, 4.0), np.arange(2.0, 5.0)
    g = adcompile.value_and_grad(f, wrt=("x", "y"), backend="numba")
    value, (d_x, _) = g(x, y)
    np.testing.assert_array_equal(x, np.arange(1.0, 4.0))
    np.testing.assert_array_equal(y, np.arange(2.0, 5.0))
    assert not np.shares_memory(d_x, x)
    assert value == f(x, y)


def test_gradient_is_no_argument() -> None:
    def f(x, y):
        return np.sum(x * y)

    x, y = np.arange(3.0), np.ones(3)
    d_x = grad(f, backend="numba")(x, y)
    assert not np.shares_memory(d_x, y)


WEIGHTS = np.arange(3.0)


def weighted(x):
    return np.sum(x * x * WEIGHTS)


def test_arrays_from_outside_are_read_at_each_call(monkeypatch) -> None:
    g = grad(weighted, backend="numba")
    np.testing.assert_array_equal(g(np.ones(3)), [0.0, 2.0, 4.0])
    WEIGHTS[0] = 5.0
    np.testing.assert_array_equal(g(np.ones(3)), [10.0, 2.0, 4.0])
    monkeypatch.setattr(sys.modules[__name__], "WEIGHTS", np.array([1.0, 0.0, 0.0]))
    np.testing.assert_array_equal(g(np.ones(3)), [2.0, 0.0, 0.0])


def test_containers_keep_their_structure() -> None:
    def f(params, x):
        h = np.tanh(x @ params["w"] + params["b"])
        return np.sum(h * h) * params["scale"][0] + params["scale"][1]

    rng = np.random.default_rng(0)
    params = {"w": rng.normal(size=(3, 2)), "b": rng.normal(size=2), "scale": (0.5, 2.0)}
    got, expected = both(f, params, rng.normal(size=(4, 3)))
    assert got.keys() == expected.keys()
    assert got["scale"] == pytest.approx(expected["scale"], rel=1e-13)
    np.testing.assert_allclose(got["w"], expected["w"], rtol=1e-12)
    np.testing.assert_allclose(got["b"], expected["b"], rtol=1e-12)


def test_a_batch_on_several_threads() -> None:
    def f(x, n):
        for i in range(n):
            x = x + 0.01 * np.sin(x) * x
        return x

    g = grad(f, backend="numba")
    starts = [0.1 * i for i in range(20)]
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda x: g(x, 50), starts))
    assert got == [g(x, 50) for x in starts]


def test_a_constant_index_out_of_range() -> None:
    def f(x):
        return x[0] * x[2]

    def g(x, n):
        for i in range(n):
            x = x * x[1, i]
        return np.sum(x)

    with pytest.raises(IndexError):
        grad(f, backend="numba")(np.ones(2))
    with pytest.raises(IndexError):
        grad(g, backend="numba")(np.ones((1, 2)), 1)
    with pytest.raises(IndexError):
        grad(g, backend="numba")(np.ones((2, 2)), 3)


def test_a_slice_that_has_no_element() -> None:
    def f(u, c):
        return np.sum(u[:, 0:1] * c)

    got, expected = both(f, np.ones((5, 0)), np.ones((5, 1)), wrt=("u", "c"))
    assert [part.shape for part in got] == [(5, 0), (5, 1)]
    np.testing.assert_array_equal(got[1], expected[1])


def test_a_mask_that_does_not_fit() -> None:
    def f(x, mask):
        return np.sum(x[mask] ** 2)

    g = grad(f, backend="numba")
    np.testing.assert_array_equal(g(np.ones(3), np.array([True, False, True])), [2.0, 0.0, 2.0])
    for count in (2, 4):
        with pytest.raises(IndexError):
            g(np.ones(3), np.ones(count, bool))


def test_other_types_are_compiled_without_advice() -> None:
    def f(a, b):
        return np.sum((a @ b) ** 2)

    g = grad(f, backend="numba")
    a, b = np.ones((2, 3)), np.ones((3, 2))
    for given in ((a, b), (np.ones((4, 6))[::2, ::2], np.asfortranarray(b))):
        np.testing.assert_allclose(g(*given), grad(f)(*given))


def test_reductions_of_one_number() -> None:
    def f(x):
        v = x[0]
        total = np.linalg.norm(v) * 3 + np.sum(v) * np.max(v) + np.mean(v) ** 3 + np.prod(v)
        return total + np.std(v) * x[1] + np.var(x[1]) + np.any(v) * x[1] + np.all(x[2]) * x[1]

    for x in (np.array([-2.0, 3.0, 0.0]), np.array([0.0, 3.0, 1.0])):
        got, expected = both(f, x)
        np.testing.assert_array_equal(got, expected)


def test_a_fixed_point_that_is_not_found() -> None:
    def f(a):
        return fixed_point(_doubled, 1.0, a, steps=20)

    for backend in ("numpy", "numba"):
        with pytest.raises(ArithmeticError):
            grad(f, backend=backend)(1.5)


def _doubled(z, a):
    return 2.0 * z + a


def _power_of_sine(x, low, high):
    if high - low == 1:
        return x[low]
    middle = (low + high) // 2
    return _power_of_sine(x, low, middle) * np.sin(_power_of_sine(x, middle, high))


def test_constants_given_to_what_calls_itself() -> None:
    def f(x):
        return _power_of_sine(x, 0, 5) + _power_of_sine(x, 1, 3)

    got, expected = both(f, np.linspace(0.5, 1.5, 5))
    np.testing.assert_allclose(got, expected, rtol=1e-14)
