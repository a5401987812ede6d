"""`jvp`, `vjp`, `linearize`, `jacobian`, `hessian`, ...: shapes and structures as in JAX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile import (
    elementwise_grad,
    grad,
    hessian,
    hessian_diag,
    hvp,
    jacobian,
    jvp,
    linearize,
    vjp,
)
from adcompile.errors import RefusedError, UsageError

X = np.array([0.3, -1.2, 0.8])
W = np.array([[0.5, 1.0, -0.4], [0.2, -0.7, 0.9]])
V = np.array([1.0, -0.5, 2.0])


def layer(x, w):
    return np.tanh(w @ x)


def parts(x, w):
    y = np.tanh(w @ x)
    return {"y": y, "s": np.sum(x * x)}


def network(p, x):
    return np.sum(np.tanh(x @ p["w"] + p["b"]) ** 2)


def powers(a, n):
    for _ in range(n):
        a = a * np.sin(a)
    return a


def cubes(x):
    return np.sum(x**3)


def product(x, y):
    return np.sum(x * y * x)


def helper(z, w):
    for i in range(2):
        z = np.tanh(z * w) + i
    return z


def calls(x, w):
    return np.sum(helper(helper(x, w), w) * x)


def numeric_jacobian(f: Any, x: Any, eps: float = 1e-6) -> Any:
    """By central differences, of an array by an array."""
    columns = []
    for index in np.ndindex(np.shape(x)):
        step = np.zeros(np.shape(x))
        step[index] = eps
        columns.append((f(x + step) - f(x - step)) / (2 * eps))
    return np.moveaxis(np.array(columns), 0, -1).reshape(np.shape(f(x)) + np.shape(x))


# ----- jvp -----


def test_jvp():
    value, tangent = jvp(layer, (X, W), (V, None))
    np.testing.assert_allclose(value, layer(X, W))
    np.testing.assert_allclose(tangent, numeric_jacobian(lambda x: layer(x, W), X) @ V, rtol=1e-8)


def test_jvp_of_a_float():
    value, tangent = jvp(powers, (0.7, 3), (1.0, None))
    assert value == powers(0.7, 3)
    assert tangent == pytest.approx(grad(powers)(0.7, 3))


def test_an_integer_counts_as_a_float():
    assert jvp(powers, (2, 1), (1, None))[1] == pytest.approx(np.sin(2) + 2 * np.cos(2))


def test_jvp_of_containers():
    _, tangent = jvp(parts, (X, W), (V, np.ones_like(W)))
    assert list(tangent) == ["y", "s"]
    assert tangent["s"] == pytest.approx(2 * X @ V)
    p, d = {"w": W.T, "b": np.ones(2)}, {"w": np.ones((3, 2)), "b": -np.ones(2)}
    _, tangent = jvp(network, (p, X), (d, None))
    slope = grad(network)(p, X)
    assert tangent == pytest.approx(np.sum(slope["w"]) - np.sum(slope["b"]))


def test_jvp_with_wrt():
    by_name = jvp(layer, (X, W), (V,), wrt="x")[1]
    np.testing.assert_array_equal(by_name, jvp(layer, (X, W), (V, None))[1])


def test_jvp_of_a_gradient():
    value, tangent = jvp(grad(cubes), (X,), (V,))
    np.testing.assert_allclose(value, 3 * X**2)
    np.testing.assert_allclose(tangent, 6 * X * V)


def test_mixed_derivative():
    """The gradient by one argument, along the other."""
    _, tangent = jvp(grad(product, wrt="x"), (X, V), (np.ones(3),), wrt="y")
    np.testing.assert_allclose(tangent, 2 * X)


def test_linearize():
    value, derivative = linearize(layer, X, W)
    np.testing.assert_allclose(value, layer(X, W))
    for tangent in (V, 2 * V):
        np.testing.assert_allclose(
            derivative(tangent, np.zeros_like(W)), jvp(layer, (X, W), (tangent, None))[1]
        )


@pytest.mark.parametrize(
    ("tangents", "reason"),
    [
        ((np.ones(4), None), "its shape is (4,), that of the argument (3,)"),
        ((V,), "1 tangents were given for 2 arguments"),
        (([1.0, 2.0, 3.0], None), "it is a list, the argument an array"),
        ((np.array(["a", "b", "c"]), None), "it is of dtype"),
    ],
)
def test_tangents_that_do_not_fit(tangents, reason):
    with pytest.raises(UsageError) as caught:
        jvp(layer, (X, W), tangents)
    assert reason in str(caught.value)


def unused(x, w):
    return np.sum(x * 2)


def test_an_unused_argument():
    with pytest.raises(UsageError, match="does not depend on `w`"):
        jvp(unused, (X, W), (V, W))
    assert jvp(unused, (X, W), (V, W), allow_unused=True)[1] == pytest.approx(2 * V.sum())


def test_no_argument_is_changed():
    x, v = X.copy(), V.copy()
    jvp(cubes, (x,), (v,))
    hvp(cubes)(x, v)
    np.testing.assert_array_equal([x, v], [X, V])


def same(x):
    return x


def test_a_tangent_is_memory_of_its_own():
    v = V.copy()
    _, tangent = jvp(same, (X,), (v,))
    assert not np.shares_memory(tangent, v)


def test_float32():
    x = X.astype(np.float32)
    value, tangent = jvp(powers, (x, 2), (V, None))
    assert value.dtype == tangent.dtype == np.float32


class Scaled:
    def __init__(self, w):
        self.w = w

    def energy(self, x):
        return np.sum(self.w * x**2)


def test_methods_and_parts():
    model = Scaled(W[0])
    assert jvp(model.energy, (X,), (V,))[1] == pytest.approx(np.sum(2 * W[0] * X * V))
    along_w = jvp(Scaled.energy, (model, X), (V,), wrt="self.w")[1]
    assert along_w == pytest.approx(np.sum(V * X**2))
    np.testing.assert_allclose(hvp(model.energy)(X, V), 2 * W[0] * V)


# ----- vjp -----


def test_vjp():
    value, pullback = vjp(layer, X, W)
    g = np.array([2.0, -1.0])
    np.testing.assert_allclose(value, layer(X, W))
    d_x, d_w = pullback(g)
    np.testing.assert_allclose(d_x, g @ numeric_jacobian(lambda x: layer(x, W), X), rtol=1e-8)
    assert d_w.shape == W.shape


def test_a_pullback_can_be_called_again():
    _, pullback = vjp(powers, X, 4)
    first, second = pullback(V), pullback(V)
    np.testing.assert_array_equal(first[0], second[0])
    assert first[1] is None
    _, pullback = vjp(calls, X, V)
    np.testing.assert_array_equal(pullback(1.0)[0], pullback(1.0)[0])
    np.testing.assert_allclose(pullback(1.0), grad(calls, wrt=(0, 1))(X, V))


def test_vjp_of_containers():
    value, pullback = vjp(parts, X, W, wrt="x")
    np.testing.assert_allclose(pullback({"y": np.zeros(2), "s": 1.0}), 2 * X)
    with pytest.raises(UsageError, match="does not fit"):
        pullback(value["y"])


# ----- jacobian -----


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_jacobian(mode):
    for argument, f in ((0, lambda x: layer(x, W)), (1, lambda w: layer(X, w))):
        got = jacobian(layer, wrt=argument, mode=mode)(X, W)
        expected = numeric_jacobian(f, (X, W)[argument])
        assert got.shape == expected.shape
        np.testing.assert_allclose(got, expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_jacobian_of_containers(mode):
    got = jacobian(parts, wrt=(0, 1), mode=mode)(X, W)
    assert {key: [b.shape for b in blocks] for key, blocks in got.items()} == {
        "y": [(2, 3), (2, 2, 3)],
        "s": [(3,), (2, 3)],
    }
    np.testing.assert_allclose(got["y"][0], jacobian(layer)(X, W), rtol=1e-13)
    np.testing.assert_allclose(got["s"][0], 2 * X)


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_jacobian_of_numbers(mode):
    assert jacobian(powers, mode=mode)(0.7, 2) == pytest.approx(grad(powers)(0.7, 2))
    assert np.shape(jacobian(powers, mode=mode)(X, 2)) == (3, 3)


def chained(x):
    """A table made of numbers, and a stack of matrices through a loop in a function."""
    table = np.array([[x[0] * x[1], 1.0, np.sin(x[2])], [0.0, x[1] ** 2, x[0]], [x[2], 2.0, 0.5]])
    return turned_on(table, 3) @ np.array([[x[0]], [x[1]], [1.0]])


def turned_on(table, count):
    tables = np.zeros((count, 3, 3))
    tables[0] = table
    for i in range(1, count):
        tables[i] = tables[i - 1] @ table
    return tables @ table + np.matmul(table, tables)


def stack_by_vector(x):
    return np.ones((2, 2, 3)) @ (x * x)


def table_of_singles(x):
    return np.array([x[0] * x[1], x[2]], dtype=np.float32)


@pytest.mark.parametrize("function", [chained, stack_by_vector])
def test_jacobian_of_tables_and_stacks(function):
    matrix = jacobian(function, mode="forward")(X)
    np.testing.assert_allclose(matrix, numeric_jacobian(function, X), rtol=1e-7, atol=1e-8)


def test_jacobian_of_a_table_of_another_dtype():
    matrix = jacobian(table_of_singles, mode="forward")(X)
    assert matrix.dtype == np.float32
    np.testing.assert_allclose(matrix, [[X[1], X[0], 0.0], [0.0, 0.0, 1.0]], rtol=1e-6)


def test_calls_stand_in_the_sweep_of_several_directions():
    """Instead of one sweep for each direction."""
    several = jacobian(chained, mode="forward")._forward._several
    text = several.source_for(X, np.eye(3))
    assert text.count("\ndef ") == 1
    assert "tables_dot[:, i]" in text


def test_jacobian_of_an_object_is_refused():
    with pytest.raises(UsageError, match="no array"):
        jacobian(Scaled.energy, wrt="self")(Scaled(V), X)


def test_jacobian_as_a_decorator():
    assert isinstance(jacobian(wrt="w")(layer)(X, W), np.ndarray)


def test_unknown_mode():
    with pytest.raises(UsageError, match="no mode"):
        jacobian(layer, mode="sideways")


# ----- second derivatives -----


def test_hvp():
    np.testing.assert_allclose(hvp(cubes)(X, V), 6 * X * V)
    u, v = hvp(product, wrt=(0, 1))(X, V, (X, V))
    np.testing.assert_allclose(u, 4 * X * V)
    np.testing.assert_allclose(v, 2 * X * X)


def test_hvp_through_calls():
    numeric = (grad(calls)(X + 1e-6 * V, V) - grad(calls)(X - 1e-6 * V, V)) / 2e-6
    np.testing.assert_allclose(hvp(calls)(X, V, V), numeric, rtol=1e-7, atol=1e-8)


def test_hessian():
    np.testing.assert_allclose(hessian(cubes)(X), np.diag(6 * X))
    matrix = hessian(calls)(X, V)
    np.testing.assert_allclose(matrix, matrix.T, rtol=1e-12)
    np.testing.assert_allclose(np.diagonal(matrix), hessian_diag(calls)(X, V))
    blocks = hessian(product, wrt=(0, 1))(X, V)
    np.testing.assert_allclose(blocks[0][1], np.diag(2 * X))
    np.testing.assert_allclose(blocks[1][0], np.diag(2 * X))


def test_hessian_of_containers():
    p = {"w": W.T, "b": np.ones(2)}
    blocks = hessian(network)(p, X)
    assert blocks["w"]["b"].shape == (3, 2, 2)
    np.testing.assert_allclose(blocks["w"]["b"], np.moveaxis(blocks["b"]["w"], 0, -1))


def test_hessian_of_a_number():
    assert hessian(powers)(0.7, 1) == pytest.approx(2 * np.cos(0.7) - 0.7 * np.sin(0.7))


# ----- elementwise_grad -----


def smooth(x):
    return np.tanh(x) * x


def test_elementwise_grad():
    np.testing.assert_allclose(elementwise_grad(smooth)(X), np.tanh(X) + X * (1 - np.tanh(X) ** 2))
    assert elementwise_grad(smooth)(0.5) == pytest.approx(grad(smooth)(0.5))


# ----- refusals -----


def draws(x):
    return np.random.normal(x)


def test_refused_as_in_reverse_mode():
    with pytest.raises(RefusedError) as caught:
        jvp(draws, (0.5,), (1.0,))
    assert "numpy.random.normal" in str(caught.value)
    assert caught.value.span is not None


def test_a_function_without_source():
    with pytest.raises(adcompile.AdcompileError):
        jvp(len, (X,), (V,))


@dataclass
class Pair:
    a: float
    b: float
    n: int = 2


def of_pair(p):
    return p.a * p.b**p.n


def test_dataclasses():
    value, tangent = jvp(of_pair, (Pair(2.0, 3.0),), (Pair(1.0, 0.5),))
    assert (value, tangent) == (18.0, 9.0 + 2.0 * 2 * 3.0 * 0.5)
