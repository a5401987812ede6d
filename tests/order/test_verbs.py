"""Every verb of a derivative: `grad(grad(f))`, `jvp` of `grad`, `jacobian` of `grad`, ..."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile import checkpoint, grad, hessian, hvp, jacobian, jvp, linearize, value_and_grad, vjp
from adcompile.errors import RefusedError, UsageError
from adcompile.testing import MODES, check_grads

X = np.array([0.5, -1.2, 0.8])
V = np.array([1.0, 0.3, -0.4])
A = np.array([[2.0, 0.5, 0.1], [0.5, 1.0, -0.3], [0.1, -0.3, 1.5]])


def quartic(x, a):
    s = 0.0
    for i in range(len(x)):
        s = s + np.sin(x[i]) * x[i - 1] ** 3
    return s + x @ a @ x


def powers(x, n=5):
    p = 1.0
    for _ in range(n):
        p = p * x
    return p


HESSIAN = hessian(quartic)(X, A)


def close(got: Any, expected: Any) -> None:
    np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-12)


def test_each_order() -> None:
    derivative: Any = powers
    expected = 1.0
    for order in range(5):
        derivative = grad(derivative)
        expected *= 5 - order
        close(derivative(1.3), expected * 1.3 ** (4 - order))
        assert f"powers{'_grad' * (order + 1)}(x, n=5)" in derivative.source
    assert grad(grad(powers))(1.3, n=2) == 2.0


def test_vjp() -> None:
    value, pullback = vjp(grad(quartic), X, A)
    close(value, grad(quartic)(X, A))
    by_x, by_a = pullback(V)
    close(by_x, HESSIAN @ V)
    close(by_a, np.outer(V, X) + np.outer(X, V))
    close(pullback(2 * V)[0], 2 * HESSIAN @ V)


def test_results_of_a_pullback_are_in_memory_of_their_own() -> None:
    cotangent = np.ones(3)
    _, pullback = vjp(lambda x, y: x + y, X, X)
    by_x, by_y = pullback(cotangent)
    by_x[0] = by_y[1] = 5.0
    close(by_x, [5.0, 1.0, 1.0])
    close(by_y, [1.0, 5.0, 1.0])
    close(cotangent, np.ones(3))


@pytest.mark.parametrize("mode", ["forward", "reverse", "auto"])
def test_jacobian(mode: Any) -> None:
    close(jacobian(grad(quartic), mode=mode)(X, A), HESSIAN)
    assert jacobian(grad(quartic), wrt="a", mode=mode)(X, A).shape == (3, 3, 3)


def test_jvp_and_linearize() -> None:
    close(jvp(grad(quartic), (X, A), (V, None))[1], HESSIAN @ V)
    close(linearize(grad(quartic), X, A, wrt="x")[1](V), HESSIAN @ V)
    value, tangent = jvp(grad(grad(powers)), (1.3,), (2.0,))
    close((value, tangent), (20 * 1.3**3, 120 * 1.3**2))


def test_of_a_product_with_the_hessian() -> None:
    third = grad(lambda x: hvp(quartic)(x, A, V) @ V)(X)
    h = 1e-5
    for i, unit in enumerate(np.eye(3)):
        above, below = (V @ hvp(quartic)(X + s * h * unit, A, V) for s in (1, -1))
        np.testing.assert_allclose(third[i], (above - below) / (2 * h), rtol=1e-6, atol=1e-8)
    close(grad(lambda x: hvp(powers)(x, 1.0))(1.3), 60 * 1.3**2)
    for matrix in (hvp(quartic), hessian(quartic)):
        with pytest.raises(UsageError, match="takes a function that calls a"):
            grad(matrix)


def test_hessian_of_a_gradient() -> None:
    close(hessian(grad(powers))(1.3), 60 * 1.3**2)
    close(hvp(grad(powers))(1.3, 2.0), 120 * 1.3**2)


def test_value_and_grad() -> None:
    close(value_and_grad(grad(powers))(1.3), (5 * 1.3**4, 20 * 1.3**3))
    (value, slope), pullback = vjp(value_and_grad(powers), 1.3)
    close((value, slope), (1.3**5, 5 * 1.3**4))
    close(pullback((1.0, 2.0)), (5 * 1.3**4 + 2 * 20 * 1.3**3,))
    with pytest.raises(RefusedError, match="not a number"):
        grad(value_and_grad(powers))(1.3)


def of_both(x, y):
    return np.sin(x * y) * x**2


def test_mixed_derivatives() -> None:
    """By one argument, then by another: the order does not matter."""
    close(grad(grad(of_both, wrt="x"), wrt="y")(0.7, 1.1), grad(grad(of_both, 1))(0.7, 1.1))
    pair = jacobian(grad(of_both, wrt=("x", "y")), wrt=("x", "y"))(0.7, 1.1)
    close(pair[0][1], pair[1][0])


def of_a_dict(params, x):
    return np.sum(np.tanh(params["w"] @ x + params["b"]) ** 2)


def test_containers() -> None:
    params = {"w": A, "b": V}
    squared = grad(lambda p: np.sum(grad(of_a_dict)(p, X)["w"] ** 2))(params)
    h = 1e-6
    for i in range(3):
        moved = [{"w": A, "b": V + s * h * np.eye(3)[i]} for s in (1, -1)]
        above, below = (np.sum(grad(of_a_dict)(p, X)["w"] ** 2) for p in moved)
        np.testing.assert_allclose(squared["b"][i], (above - below) / (2 * h), rtol=1e-5, atol=1e-8)


class Pendulum:
    def __init__(self, length: float) -> None:
        self.length = length

    @grad(wrt="angle")
    def torque(self, angle):
        return -np.cos(angle) * self.length


def test_methods() -> None:
    pendulum = Pendulum(2.0)
    close(grad(pendulum.torque)(0.3), 2.0 * np.cos(0.3))
    close(grad(Pendulum.torque, wrt="angle")(pendulum, 0.3), 2.0 * np.cos(0.3))


second = grad(grad(powers))


def test_as_any_derivative() -> None:
    assert second.primal is powers
    assert second.__wrapped__ is powers
    assert second.source_for(1.0) == grad(grad(powers)).source_for(1.0)
    copy = pickle.loads(pickle.dumps(second))
    assert copy(1.3) == second(1.3)
    assert "grad of" in repr(second)


def test_usage() -> None:
    with pytest.raises(UsageError, match="not a parameter"):
        grad(grad(powers), wrt="y")
    with pytest.raises(UsageError, match="does not depend on `x`"):
        grad(grad(lambda x: 3.0 * x))(1.0)
    assert grad(grad(lambda x: 3.0 * x), allow_unused=True)(1.0) == 0.0


def tree(x, n):
    return np.sin(x) if n == 0 else tree(x * 1.1, n - 1) * tree(x, n - 1)


def test_a_refused_line_is_one_of_the_first_derivative() -> None:
    with pytest.raises(RefusedError, match="which is differentiated once more") as refused:
        grad(grad(tree))(0.3, 3)
    assert refused.value.span is not None
    assert "hvp" in str(refused.value) or refused.value.hint
    _, tangent = jvp(grad(tree), (0.3, 3), (1.0, None))
    h = 1e-6
    slope = (grad(tree)(0.3 + h, 3) - grad(tree)(0.3 - h, 3)) / (2 * h)
    np.testing.assert_allclose(tangent, slope, rtol=1e-6)


def test_the_arguments_stay_as_they_are() -> None:
    x, a = X.copy(), A.copy()
    adcompile.grad(lambda x: np.sum(grad(quartic)(x, a) ** 2))(x)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(a, A)


def checkpointed(x, n):
    for _ in checkpoint(range(n), snapshots=3):
        x = np.sin(x) * 1.1 + x * x * 0.1
    return x


@checkpoint
def recomputed(x):
    return np.sin(x) * 1.1 + np.cos(x) * x * 0.1


def calls_recomputed(x, n):
    for _ in range(n):
        x = recomputed(x)
    return x


@pytest.mark.parametrize("function", [checkpointed, calls_recomputed])
def test_checkpoints(function: Any) -> None:
    close(grad(grad(function))(0.3, 9), hvp(function)(0.3, 9, 1.0))


def _numbers_of_unknown_kind(b, x):
    a, prev = 1.0, None
    for _ in x:
        a += b
    for e in x:
        if prev is not None:
            b += prev
        prev = e
    return a * b


def test_sums_of_what_may_be_a_view_without_axes_are_new() -> None:
    """Of what `unbroadcast` hands on, NumPy lets nobody write to some."""
    x = np.array([0.5, -1.0, 2.0])
    check_grads(_numbers_of_unknown_kind, (1.5, x), wrt=(0, 1), modes=MODES)
