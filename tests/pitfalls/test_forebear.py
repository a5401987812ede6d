"""Errors that an ancestor of this compiler still has: each is right here, or refused."""

from __future__ import annotations

import numpy as np
import pytest

import adcompile
from tests.language import elsewhere, elsewhere_too
from tests.language.elsewhere import tiny
from tests.pitfalls.checks import X, Y, refused, right, text

# ----- a, b: writes into arrays -----


def _constant_store(x):
    y = x * 2
    y[0] = 0.0
    return np.sum(y)


def _accumulating_store(x):
    y = np.zeros(5)
    for i in range(5):
        y[i] += x[i] * x[i]
    return np.sum(y)


def test_constant_store_keeps_the_rest_active() -> None:
    right(_constant_store, X)


def test_augmented_store() -> None:
    right(_accumulating_store, X)


# ----- c: aliases and views -----


def _write_after_reading_a_view(x):
    y = x * 2
    view = y[1:]
    s = np.sum(view * view)
    y[1] = 0.0
    return s + np.sum(view)


def _argument_written_by_callee(x):
    y = x * 2
    _double(y)
    return np.sum(y * x)


def _double(z):
    z *= 2


def test_views_and_aliases() -> None:
    right(_write_after_reading_a_view, X)
    right(_argument_written_by_callee, X)


# ----- d: augmented assignment is no plain one -----


def _augmented_alias(x):
    y = x
    y += 1.0
    return np.sum(x * y)


def _augmented_number(a):
    b = a
    b += 1.0
    return a * b


def _augmented_0d(a):
    pair = (a, a)
    a += 1.0
    return pair[0] * a


def test_augmented_assignment_of_an_alias() -> None:
    right(_augmented_alias, X)
    right(_augmented_number, 0.7)
    refused(_augmented_number, np.array(0.7))
    refused(_augmented_0d, np.array(0.7))


# ----- e: repeated indices -----


def _repeated(x):
    return np.sum(x[[0, 0, 1]] ** 2)


def test_repeated_indices_of_a_list() -> None:
    right(_repeated, X)


# ----- f: broadcasting -----


def _broadcast(a, x, m):
    return (
        np.sum(a / x)
        + np.sum(np.exp(x) ** a)
        + np.sum(np.multiply(a, m))
        + np.sum(np.maximum(a, x))
        + np.sum(x / m)
        + np.sum(m ** abs(x))
        + np.sum(np.arctan2(x, m * a))
        + np.sum(np.hypot(a, m))
        + np.sum(np.where(m > 1, a, x))
        + np.sum(a % m)
        + np.sum(np.logaddexp(x, a))
    )


def test_every_operation_undoes_broadcasting() -> None:
    m = np.linspace(0.3, 1.9, 20).reshape(4, 5)
    right(_broadcast, 0.37, X, m, wrt=(0, 1, 2))


# ----- g: keyword arguments of the user's functions -----


def _scaled(z, q=1.0):
    s = z
    for i in range(2):
        s = s * q
    return s


def _tiny(z, q=1.0):
    return z * q


def _by_keyword(a):
    return _scaled(2 * a, q=a) + _tiny(2 * a, q=a) + _tiny(q=a, z=3.0)


def test_keyword_arguments_are_paths() -> None:
    right(_by_keyword, 0.7)


# ----- h: with -----


def _with_errstate(a):
    with np.errstate(all="ignore"):
        b = a * a
    return b * a


def test_with_is_not_skipped() -> None:
    right(_with_errstate, 0.7)


# ----- i: values are told by definition, not by name -----


def _renamed(a, b):
    y = b
    b = b * 2
    z = y
    return z * a + b


def _renamed_in_loop(a, b):
    for i in range(3):
        y = b
        b = b * a
        a = y
    return a + b * y


def test_copies_outlive_a_change() -> None:
    right(_renamed, 0.7, 1.3, wrt=(0, 1))
    right(_renamed_in_loop, 0.7, 1.3, wrt=(0, 1))


# ----- j: neutral operations make no aliases -----


def _neutral(x):
    y = x * 1.0
    z = x + 0.0
    w = x**1
    return np.sum(y * y) + np.sum(z * z) + np.sum(w * w) + np.sum(x * 0) + np.sum(x**0 * x)


def _identity(x):
    return np.sum(x)


def _first_of(x, y):
    return np.sum(x) + np.sum(y * 0 + x)


def test_neutral_operations() -> None:
    right(_neutral, X)
    right(_first_of, X, Y, wrt=(0, 1), allow_unused=True)


def test_gradient_can_be_written_to() -> None:
    for function in (_neutral, _identity):
        x = X.copy()
        gradient = adcompile.grad(function)(x)
        gradient += 1.0
        np.testing.assert_array_equal(x, X)


# ----- k: closures -----

k = 10.0


def _make(k):
    def inner(z):
        return z * z * k

    return inner


_double_of_square = _make(2.0)


def _global_and_cell(a):
    return _double_of_square(a) + k * a


def test_closures_keep_their_cells() -> None:
    assert adcompile.grad(_double_of_square)(3.0) == 12.0
    assert adcompile.grad(_make(5.0))(3.0) == 30.0
    right(_global_and_cell, 0.7)
    assert k == 10.0


# ----- l: namespaces -----

scale = 2.0
d_a = 5.0


def _namespaces(a):
    return tiny(a) * scale + elsewhere_too.tiny(a) + elsewhere.caller(a) + d_a * a


def test_global_namespaces_do_not_merge() -> None:
    right(_namespaces, 0.7)
    names: dict[str, object] = {}
    exec(text(_namespaces, 0.7), names)
    assert scale == 2.0


# ----- m: integers -----


def _logsumexp(x):
    return np.log(np.sum(np.exp(x)))


def test_integer_arrays_are_refused() -> None:
    refused(_logsumexp, np.array([1, 2, 3, 4]), reason="int64")
    gradient = adcompile.grad(_logsumexp)(np.array([1.0, 2, 3, 4]))
    assert gradient.sum() == pytest.approx(1.0)


# ----- n: loops over active values, exponents, further results -----


def _over_list(values):
    s = 0.0
    for e in values:
        s = s + e * e
    return s


def _over_display(a, b):
    s = 1.0
    for e in [a, b, a * b]:
        s = s * e
    return s


def _power(a, b):
    return a**b


def _second_result(a):
    _, second = _results(a)
    return second * a


def _results(a):
    s = a
    for i in range(2):
        s = s * a
    return s, s * 2


def test_loop_over_active_values() -> None:
    right(_over_list, [0.7, 1.2, -0.4])
    right(_over_display, 0.7, 1.3, wrt=(0, 1))


def test_exponent_is_active() -> None:
    right(_power, 2.0, 3.0, wrt=(0, 1))
    assert adcompile.grad(_power, wrt=1)(2.0, 3.0) == pytest.approx(5.545, abs=1e-3)


def test_second_result_is_active() -> None:
    right(_second_result, 0.7)


# ----- what crashed -----


def _dot(x, y):
    return np.dot(x, y)


def _mean(m):
    return np.sum(np.mean(m, axis=0) ** 2)


def _default(a):
    return _scaled(a) + _scaled(2.0, a)


def _column(m):
    return np.sum(m[:, 0] ** 2)


def _constant(a):
    return 3.0


def test_what_crashed() -> None:
    right(_dot, X, Y, wrt=(0, 1))
    right(_mean, np.outer(X, Y))
    right(_default, 0.7)
    right(_column, np.outer(X, Y))
    assert adcompile.grad(_constant, allow_unused=True)(0.7) == 0.0


def test_output_is_reproducible() -> None:
    first, second = (text(_namespaces, 0.7) for _ in range(2))
    assert first == second
