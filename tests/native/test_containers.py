"""Containers as native code has them: the same answers, in the same containers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from adcompile import RefusedError, value_and_grad
from tests.native.comparing import require_equal

pytest.importorskip("numba")

RNG = np.random.default_rng(1)


def require_both(function: Any, *args: Any, wrt: tuple[str, ...]) -> None:
    """Both backends give the same."""
    expected = value_and_grad(function, wrt=wrt)(*args)
    require_equal(value_and_grad(function, wrt=wrt, backend="numba")(*args), expected, 1e-11)


def network(params, x):
    for layer in params["layers"]:
        x = np.tanh(layer["w"] @ x + layer["b"])
    return np.sum(x * x) * params["scale"]


def layer(rows, columns):
    return {"w": RNG.normal(size=(rows, columns)), "b": RNG.normal(size=rows)}


def test_layers_of_a_dict() -> None:
    params = {"layers": [layer(4, 3), layer(2, 4)], "scale": 2.0}
    require_both(network, params, RNG.normal(size=3), wrt=("params", "x"))


def test_layers_that_lie_in_memory_in_other_orders() -> None:
    first, second = layer(4, 3), layer(2, 4)
    first["w"] = np.asfortranarray(first["w"])
    second["b"] = RNG.normal(size=4)[::2]
    params = {"layers": [first, second], "scale": 2.0}
    require_both(network, params, RNG.normal(size=6)[::2], wrt=("params", "x"))


def test_layers_that_must_not_be_written_to() -> None:
    first, second = layer(3, 3), layer(2, 3)
    first["w"].flags.writeable = False
    params = {"layers": [first, second], "scale": 2.0}
    require_both(network, params, RNG.normal(size=3), wrt=("params", "x"))


def test_no_layers() -> None:
    require_both(network, {"layers": [], "scale": 2.0}, RNG.normal(size=3), wrt=("params", "x"))


@dataclass
class Affine:
    w: Any
    b: Any


def of_objects(layers, x):
    for affine in layers:
        x = np.tanh(affine.w @ x + affine.b)
    return np.sum(x)


def test_layers_that_are_objects() -> None:
    layers = [Affine(**layer(3, 3)), Affine(**layer(2, 3))]
    x = RNG.normal(size=3)
    value, (grads,) = value_and_grad(of_objects, wrt=("layers",), backend="numba")(layers, x)
    expected, (others,) = value_and_grad(of_objects, wrt=("layers",))(layers, x)
    assert value == pytest.approx(expected)
    for got, other in zip(grads, others, strict=True):
        assert isinstance(got, Affine)
        np.testing.assert_allclose(got.w, other.w)
        np.testing.assert_allclose(got.b, other.b)


def neighbours(values):
    total = 0.0
    for i in range(len(values)):
        total = total + values[i - 1] * values[i]
    return total


@pytest.mark.parametrize(
    "values",
    [[1.5, 2.0, -0.5], (1.5, 2.0), [np.inf, 1.0, 2.0], [1.5], [1, 2.0], (2.0, 3)],
    ids=str,
)
def test_numbers(values) -> None:
    require_both(neighbours, values, wrt=("values",))


def followed(points, n):
    rows = [points[0] * 1.0, points[1]]
    for i in range(n):
        rows.append(rows[i] * rows[i + 1])
    return np.sum(rows[-1] * rows[0])


def test_rows_that_follow_from_others() -> None:
    require_both(followed, [RNG.normal(size=3), RNG.normal(size=3)], 3, wrt=("points",))


def of_a_tuple(pair, n):
    total = 0.0
    for i in range(n):
        total = total + np.sum(np.exp(pair[i % 2] * 0.5) * pair[0])
    return total


def test_a_tuple_of_arrays() -> None:
    require_both(of_a_tuple, (RNG.normal(size=3), RNG.normal(size=3)), 5, wrt=("pair",))


def replaced(state, n):
    for _ in range(n):
        state = {"q": state["p"] * state["q"], "p": state["q"] + 1.0}
        state["p"] = state["p"] * state["q"]
    return state["p"] * state["q"]


@pytest.mark.parametrize("n", [0, 1, 4])
def test_dicts_that_are_replaced_and_changed(n) -> None:
    def f(p, q, n):
        return replaced({"q": q, "p": p}, n)

    require_both(f, 0.7, 1.2, n, wrt=("p", "q"))


@pytest.mark.parametrize("along", [0, 1, 2])
def test_arrays_that_are_joined(along) -> None:
    def f(x, y, n):
        rows = [x, y]
        for i in range(n):
            rows.append(x * y * i)
        table = np.concatenate(rows, axis=along)
        return np.sum(table**3)

    require_both(f, RNG.normal(size=(2, 3, 4)), RNG.normal(size=(2, 3, 4)), 2, wrt=("x", "y"))


def test_lists_of_other_lengths_are_compiled_anew() -> None:
    gradient = value_and_grad(neighbours, backend="numba")
    for values in ([1.0, 2.0], [1.0, 2.0, 3.0]):
        require_equal(gradient(values), value_and_grad(neighbours)(values), 0)


def test_a_number_or_an_array() -> None:
    def f(m):
        total = 0.0
        for row in m:
            total = total + row
        return np.sum(total * total)

    with pytest.raises(RefusedError, match="how many axes `total` has is not known"):
        value_and_grad(f, backend="numba")(np.ones((2, 3)))
