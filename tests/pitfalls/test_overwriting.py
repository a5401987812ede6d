"""Values and adjoints that are overwritten or share memory, in variants: each right or refused.

The numbers are those of `test_silent_errors`, the letters those of `test_forebear`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import adcompile
from adcompile.errors import AdcompileError
from tests.pitfalls.checks import Programs, X, Y, right_or_refused

Function = Callable[..., Any]
M = np.outer(X[:3], Y) + 0.1
K = np.array([0, 2, 2])
program = Programs()

# ----- 1: a value that is needed backward was overwritten -----


@program("overwritten", X)
def _result_of_exp(x):
    y = np.exp(x)
    s = np.sum(y)
    y[1:] = 2.0
    return s * np.sum(y)


@program("overwritten", X, Y, wrt=(0, 1))
def _factor(x, y):
    z = x * 1.0
    p = z * y
    z[0] = 7.0
    return np.sum(p * z)


@program("overwritten", X)
def _factor_by_view(x):
    z = x * 1.0
    p = z * z
    z[::2][0] = 7.0
    return np.sum(p * z)


@program("overwritten", X)
def _factor_by_out(x):
    z = x * 1.0
    p = z * x
    np.multiply(z, p, out=z)
    return np.sum(p * z)


@program("overwritten", X, Y, wrt=(0, 1))
def _factor_by_copyto(x, y):
    z = x * 1.0
    p = z * y
    np.copyto(z, p)
    return np.sum(p * z)


@program("overwritten", X)
def _in_loop(x):
    z = x * 1.0
    s = 0.0
    for i in range(3):
        s = s + np.sum(z * z * x)
        z[i] = z[i + 1] * s
    return s


@program("overwritten", 0.7, X, wrt=(0, 1))
def _then_bound_anew_on_one_path(a, x):
    for i in range(3):
        x[0] = a
        if i >= 0:
            x = np.tanh(x * a)
    return np.sum(np.sin(x))


@program("overwritten", 0.7, X, wrt=(0, 1))
def _then_bound_anew_by_inner_loop(a, x):
    for i in range(3):
        x[0] = a
        for j in range(i + 1):
            x = np.tanh(x * a)
    return np.sum(np.sin(x))


def _scaled(v):
    s = v[0] * v[1]
    v = np.tanh(v * s)
    t = v[0]
    return v


@program("overwritten", X)
def _result_that_the_helper_keeps(x):
    y = _scaled(x)
    y[0] = y[1] * y[2]
    return np.sum(y * y)


@program("overwritten", X)
def _result_that_the_helper_keeps_in_loop(x):
    for i in range(3):
        x = _scaled(x)
        x[0] = x[0] * 0.5
        x += 1.0
    return np.sum(x * x)


@program("overwritten", X)
def _list_of_old_values(x):
    z = x * 1.0
    kept = [z, z * z]
    z *= 2
    return np.sum(kept[0] * kept[1])


@program("overwritten", X)
def _argument_of_product(x):
    p = x * x
    x[0] = 3.0
    return np.sum(p * x)


@program("overwritten", X)
def _index_overwritten(x):
    k = np.array([0, 1, 2])
    s = np.sum(x[k] ** 2)
    k[0] = 4
    return s + np.sum(x[k] ** 3)


@program("overwritten", X)
def _mask_overwritten(x):
    mask = x > 0
    s = np.sum(x[mask] ** 2)
    mask[0] = False
    return s + np.sum(x[mask] ** 3)


@program("overwritten", X)
def _branch_on_what_is_overwritten(x):
    z = x * 1.0
    if z[0] > 0:
        z[0] = -z[0] * z[1]
    else:
        z[0] = 3.0
    return np.sum(z * z)


# ----- 3, e: repeated indices -----


@program("repeats", X, K)
def _stored(x, k):
    z = x * 1.0
    z[k] = x[:3] * 2
    return np.sum(z * z)


@program("repeats", X, K)
def _added(x, k):
    z = x * 1.0
    z[k] += x[:3] ** 2
    return np.sum(z * z)


@program("repeats", X, K)
def _added_at(x, k):
    z = x * 1.0
    np.add.at(z, k, x[:3] ** 2)
    np.subtract.at(z, k, x[1:4])
    return np.sum(z * z)


@program("repeats", X, K)
def _multiplied(x, k):
    z = x * 1.0
    z[k] *= x[:3]
    return np.sum(z * z)


@program("repeats", X)
def _same_place_by_two_names(x):
    z = x * 1.0
    z[[0, -5, 1]] = x[1:4] * 2
    z[[4, -1]] += x[:2]
    return np.sum(z * z)


@program("repeats", M)
def _pairs(m):
    z = m * 1.0
    z[[0, 0, 1], [1, 1, 2]] = m[2, :3] ** 2
    z[[0, 0]] += m[1:]
    return np.sum(z * z)


@program("repeats", X, K)
def _in_a_loop(x, k):
    z = np.zeros(5)
    for i in range(3):
        z[k[i]] += x[i] * x[i]
    return np.sum(z * z)


@program("repeats", X)
def _index_computed(x):
    z = x * 1.0
    k = np.argsort(x)[:2] % 2
    z[k] = x[2:4]
    return np.sum(z * z)


@program("repeats", M)
def _read_in_two_dimensions(m):
    return np.sum(m[[[0, 0], [1, 0]], [[1, 1], [2, 1]]] ** 2 * np.arange(4.0).reshape(2, 2))


def _known(v, k):
    a = np.zeros(3)
    a[k] = v
    return np.sum(a * np.array([1.0, 2.0, 3.0]))


def test_repeated_store_of_known_gradient() -> None:
    """Of what is stored twice in one place, only the last counts."""
    try:
        gradient = adcompile.grad(_known)(np.array([0.3, 0.4, 0.5]), np.array([0, 0, 2]))
    except AdcompileError:
        return
    np.testing.assert_array_equal(gradient, [0.0, 1.0, 3.0])


# ----- 4: adjoints that share memory -----


@program("adjoints", X, Y, wrt=(0, 1))
def _stored_twice(x, y):
    z, w = np.zeros(5), np.zeros(5)
    z[:] = x
    w[:] = x
    z += y
    w += z
    return np.sum(z * w) + np.sum(x)


@program("adjoints", X, Y, wrt=(0, 1))
def _part_and_whole(x, y):
    z = x + y
    z[1:] += x[1:]
    w = z + x
    w[0] *= 2
    return np.sum(w) + np.sum(z)


@program("adjoints", X)
def _identity_and_view(x):
    z = x.copy()
    view = z[1:]
    view += z[:-1].copy()
    return np.sum(z) + np.sum(view) + np.sum(x)


def _stored_sum(x, y):
    z = np.zeros(5)
    z[:] = x + y
    return np.sum(z)


def test_gradients_of_a_store_are_two() -> None:
    try:
        d_x, d_y = adcompile.grad(_stored_sum, wrt=(0, 1))(X, Y)
    except AdcompileError:
        return
    d_x += 1.0
    np.testing.assert_array_equal(d_y, np.ones(5))


# ----- a, b: constant and augmented stores -----


@program("constant stores", M)
def _row_cleared(m):
    z = m * m
    z[0] = 0.0
    z[:, 1] = 2.0
    z[z > 1] = 1.5
    return np.sum(z * z)


@program("constant stores", X)
def _constant_then_active(x):
    z = x * x
    z[:] = 0.0
    z[1] = x[0]
    return np.sum(z * x)


@program("augmented stores", M)
def _row_sums(m):
    z = np.zeros(3)
    for i in range(3):
        for j in range(5):
            z[i] += m[i, j] * m[i, j]
    return np.sum(z * z)


@program("augmented stores", X)
def _each_operator(x):
    z = x * 1.0
    z[0] -= x[1] * x[0]
    z[1] *= z[0]
    z[2] /= 2 + x[1]
    z[3] **= 3
    return np.sum(z * z)


# ----- f: broadcasting in place -----


@program("broadcasting", M, X, 0.7, wrt=(0, 1, 2))
def _broadcast_into(m, x, a):
    z = m * 1.0
    z += x
    z *= x[:3, None]
    z[1:] = x * a
    z[:, 2:] += a
    z[0] /= 1 + a * a
    return np.sum(z * z)


@program("overwritten", X)
def _written_before_a_loop_that_is_left(x):
    y = x * 1.0
    y[0] = x[1]
    for i in range(3):
        if i > 1:
            break
        y = np.tanh(y)
    return np.sum(np.sin(y))


@program.each
def test_right_or_refused(function: Function, args: tuple[Any, ...], wrt: Any) -> None:
    right_or_refused(function, *args, wrt=wrt)
