"""Derivatives that a differentiated function takes itself, against differences of the function."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adcompile import (
    elementwise_grad,
    grad,
    hessian,
    hessian_diag,
    hvp,
    jacobian,
    jvp,
    linearize,
    value_and_grad,
    vjp,
)
from adcompile.errors import RefusedError
from adcompile.testing import check_grads

# ----- functions -----


def siskind_pearlmutter(x):
    """Confusing the two perturbations gives 2."""
    return x * grad(lambda y: x + y)(1.0)


def product_of_both(x):
    return x * grad(lambda y: x * y)(2.0)


def forward_in_reverse(x):
    value, slope = jvp(lambda y: np.sin(y) * x, (x * 2,), (1.0,))
    return value * slope


def three_deep(x):
    return grad(lambda y: x * grad(lambda z: z**3 * y * x)(y))(x)


def twice_inside(x):
    return grad(grad(lambda y: y**4 * x))(x)


def one_name(x):
    """All of these are called `x`."""
    return x * grad(lambda x: x * x * grad(lambda x: x**3)(x))(x)


def with_loop(x):
    def inner(y):
        s = 0.0
        for i in range(4):
            s = s + np.sin(y * x) * i + x * y**3
        return s

    return grad(inner)(x * x) + x


def decorated(x):
    @grad
    def slope(y):
        return y * y * x

    @value_and_grad(wrt="z")
    def both(y, z):
        return y * z * z

    value, derivative = both(x, x)
    return slope(x) * value + derivative


def outside(y, a):
    return np.sin(y) * a**2


outside_grad = grad(outside)
gradients = [grad(lambda y, z: y * y * z), grad(lambda y, z: y * z * z, wrt=1)]


def from_outside(x):
    return outside_grad(x, x * 2) + grad(outside, wrt=("y", "a"))(x, 3.0)[1]


def from_a_list(x):
    return gradients[0](x, x) * gradients[1](x * x, x)


def with_keywords(x):
    return grad(outside, wrt="a")(a=x, y=x * x) * grad(outside, wrt="a")(x, a=2)


def with_default(x):
    def inner(y, scale=x):
        return y * y * scale

    return grad(inner)(x) * grad(inner)(x, 2.0)


def on_a_path(x):
    total = 0.0
    for k in range(4):
        value, slope = value_and_grad(lambda y, k=k: y**k * x if k > 1 else y * x)(x)
        if slope > 1.5:
            total = total + value
        else:
            total = total + slope * x
    return total


def of_an_argument(f, x):
    return x - 0.1 * grad(f)(x)


def handed_on(x):
    return of_an_argument(lambda y: y**3 * x, of_an_argument(lambda y: y * y * x, x))


def with_aux(x):
    slope, aux = grad(lambda y: (y * y * x, y + x), has_aux=True)(x)
    return slope * aux


class Spring:
    def __init__(self, stiffness):
        self.stiffness = stiffness

    def energy(self, y):
        return np.sum(self.stiffness * y**3)


def matrices_of_a_number(x):
    def cube(y):
        return y**3 * x

    return jacobian(cube)(x) * hessian(cube)(x) + hessian_diag(cube)(x)


SCALARS = [
    matrices_of_a_number,
    siskind_pearlmutter,
    product_of_both,
    forward_in_reverse,
    three_deep,
    twice_inside,
    one_name,
    with_loop,
    decorated,
    from_outside,
    from_a_list,
    with_keywords,
    with_default,
    on_a_path,
    handed_on,
    with_aux,
]


def squared_gradient(x):
    return np.sum(grad(lambda y: np.sum(y**3 * x))(x) ** 2)


def hessian_product(x):
    return np.sum(hvp(lambda y: np.sum(y**3 * x))(x, x * x))


def along_a_direction(x):
    _, tangent = jvp(lambda y, c: y * y * c, (x, x), (x * x, None))
    return np.sum(tangent)


def slopes(x):
    return np.sum(elementwise_grad(lambda y: np.tanh(y) * x)(x) ** 2)


def descent(x):
    def distance(y):
        return np.sum((y - x) ** 2 * x)

    y = np.zeros_like(x)
    for _ in range(5):
        y = y - 0.1 * grad(distance)(y)
    return np.sum(y**2)


def until_small(f, y):
    slope = grad(f)(y)
    steps = 0
    while np.sqrt(slope @ slope) > 1e-3:
        y = y - 0.1 * slope
        slope = grad(f)(y)
        steps += 1
        if steps > 60:
            break
    return y


def descent_until(x):
    return np.sum(until_small(lambda y: np.sum((y - x) ** 2 * (1 + x[0])), x * 0.0) ** 2)


def of_a_method(x):
    spring = Spring(x * x)
    return np.sum(grad(spring.energy)(x))


def of_a_dict(x):
    params = {"a": x * 2, "b": x}

    def loss(q, c):
        return np.sum(q["a"] ** 3 * c) + np.sum(q["b"] ** 2 * x * c)

    slopes = grad(loss)(params, x[0])
    return np.sum(slopes["a"] * slopes["b"])


def captured_dict(x):
    params = {"a": x * 2, "b": x}
    return np.sum(grad(lambda y: np.sum(params["a"] * y**2 * params["b"]))(x))


def captured_and_written(x):
    """What is captured is what it is at the call."""
    a = x.copy()

    def weighted(y):
        return np.sum(a * y**2)

    a[1] = a[0] * x[2]
    first = grad(weighted)(x)
    a *= 2.0
    return np.sum(first * grad(weighted)(x * x))


def written_inside(x):
    def inner(y):
        z = y.copy()
        z[0] = y[1] * x[0]
        z[1:] *= x[1:]
        return np.sum(z * y)

    return np.sum(grad(inner)(x * x) * x)


def mixed(y, a):
    return np.sin(y) * a + y[0] * y


def pulled_back(x):
    value, pullback = vjp(lambda y: mixed(y, x), x * x)
    (derivative,) = pullback(value * x)
    return np.sum(derivative)


def repeated(y, a):
    for _ in range(3):
        y = np.sin(y) * a + y
    return y


def pulled_back_twice(x):
    value, pullback = vjp(repeated, x * x, x)
    first, second = pullback(value * x)
    third, _ = pullback(value)
    return np.sum(first * second * third)


def linearized(x):
    value, derivative = linearize(lambda y: mixed(y, x), x * x)
    return np.sum(derivative(x) * derivative(value))


def of_a_jacobian(x):
    matrix = jacobian(lambda y: mixed(y, x))(x * x)
    return np.sum(matrix * matrix * x)


def weighted(y, a):
    return np.sum(np.sin(y) * a * y**2) + y[0] * y[1]


def of_a_hessian(x):
    matrix = hessian(weighted)(x * x, x)
    return np.sum(matrix * matrix) + np.sum(hessian_diag(weighted, wrt="y")(x, x * x))


ARRAYS = [
    pulled_back,
    pulled_back_twice,
    linearized,
    of_a_jacobian,
    of_a_hessian,
    squared_gradient,
    hessian_product,
    along_a_direction,
    slopes,
    descent,
    descent_until,
    of_a_method,
    of_a_dict,
    captured_dict,
    captured_and_written,
    written_inside,
]

# ----- tests -----


@pytest.mark.parametrize("function", SCALARS, ids=lambda f: f.__name__)
def test_of_a_number(function: Any) -> None:
    for x in (1.3, 0.4):
        check_grads(function, (x,))


@pytest.mark.parametrize("function", ARRAYS, ids=lambda f: f.__name__)
def test_of_an_array(function: Any) -> None:
    x = np.array([0.5, 1.0, 1.7])
    before = x.copy()
    check_grads(function, (x,))
    np.testing.assert_array_equal(x, before)


def test_no_perturbation_confusion() -> None:
    assert grad(siskind_pearlmutter)(1.0) == 1.0
    assert jvp(siskind_pearlmutter, (1.0,), (1.0,)) == (1.0, 1.0)
    assert grad(product_of_both)(3.0) == 6.0


@pytest.mark.parametrize("function", [product_of_both, three_deep, with_loop, on_a_path])
def test_second_derivative(function: Any) -> None:
    """Of what is a derivative inside: three orders."""
    x, h = 0.7, 1e-5
    slope = grad(function)
    expected = (slope(x + h) - slope(x - h)) / (2 * h)
    np.testing.assert_allclose(grad(slope)(x), expected, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(jvp(slope, (x,), (1.0,))[1], expected, rtol=1e-6, atol=1e-8)


of_a_global = grad(outside)


def from_a_global(x):
    return x * of_a_global(x)


def test_a_global_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a module-level derivative is of is looked at again."""
    derivative = grad(from_a_global)
    monkeypatch.setitem(globals(), "of_a_global", grad(lambda y: y**2))
    assert derivative(1.5) == pytest.approx(4 * 1.5)
    monkeypatch.setitem(globals(), "of_a_global", grad(lambda y: y**3))
    assert derivative(1.5) == pytest.approx(9 * 1.5**2)


def test_tangents_of_another_form_are_refused() -> None:
    def f(x):
        return np.sum(jvp(lambda y: y * y, (x,), (1.0,))[1])

    with pytest.raises(RefusedError, match="tangent of `y`"):
        grad(f)(np.ones(3))
