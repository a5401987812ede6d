"""What a text was compiled for is looked at again at each call."""

import dataclasses

import numpy as np
import pytest

from adcompile import grad
from adcompile.errors import RefusedError

W = np.array([3.0, 4.0])
seed = np.array([2.0, 5.0])


@dataclasses.dataclass
class Scaled:
    x: float
    factor = 2.0

    @classmethod
    def twice(cls, a):
        return a * 2.0

    def value(self):
        return self.x * self.factor


class Made:
    def __init__(self, x):
        self.x = x * 2.0


def of_instance(scaled):
    return scaled.factor * scaled.x


def of_class(a):
    return a * Scaled.factor


def of_made(a):
    return Scaled(a).value()


def of_class_method(a):
    return Scaled.twice(a)


def of_instance_class_method(scaled, a):
    return scaled.twice(a)


def of_init(a):
    return Made(a).x


def test_a_constant_of_a_class_that_changes(monkeypatch):
    first, second, third = grad(of_instance), grad(of_class), grad(of_made)
    assert (first(Scaled(1.0)).x, second(1.0), third(1.0)) == (2.0, 2.0, 2.0)
    monkeypatch.setattr(Scaled, "factor", 5.0)
    assert (first(Scaled(1.0)).x, second(1.0), third(1.0)) == (5.0, 5.0, 5.0)


def test_an_attribute_that_hides_a_constant_of_the_class():
    scaled = Scaled(1.0)
    derivative = grad(of_instance)
    assert derivative(scaled).x == 2.0
    scaled.factor = 7.0
    with pytest.raises(RefusedError, match="the attribute `factor`"):
        derivative(scaled)


def test_a_class_method_that_changes(monkeypatch):
    first, second = grad(of_class_method), grad(of_instance_class_method, wrt="a")
    assert (first(1.0), second(Scaled(1.0), 1.0)) == (2.0, 2.0)
    text = first.source
    assert first(2.0) == 2.0
    assert first.source is text  # not compiled again
    monkeypatch.setattr(Scaled, "twice", classmethod(lambda cls, a: a * 9.0))
    assert (first(1.0), second(Scaled(1.0), 1.0)) == (9.0, 9.0)


def test_an_init_that_changes(monkeypatch):
    derivative = grad(of_init)
    assert derivative(1.0) == 2.0

    def init(self, x):
        self.x = x * 6.0

    monkeypatch.setattr(Made, "__init__", init)
    assert derivative(1.0) == 6.0


# ----- parameters that hide what inlined functions mean -----


def _of_global(x):
    return x * W


def hides_a_global(W, x):
    return np.sum(_of_global(x) * W)


def _of_builtin(x):
    return max(x, 1.0)


def hides_a_builtin(max, x):
    return _of_builtin(x) * max


def hides_a_helper(x, seed):
    return np.sum(x * x) * np.unique(seed)[0]


def hides_a_helper_and_a_numbered_name(x, seed):
    seed_1 = x * 2.0
    return np.sum(seed_1 * x) * np.unique(seed)[0] + np.sum(seed_1)


def test_a_parameter_that_hides_a_global():
    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(grad(hides_a_global)(np.ones(2), x), x * W)
    np.testing.assert_array_equal(grad(hides_a_global, wrt="x")(np.ones(2), x), W)


def test_a_parameter_that_hides_a_builtin():
    assert grad(hides_a_builtin, wrt=("max", "x"))(5.0, 3.0) == (3.0, 5.0)


def test_a_parameter_that_hides_a_helper():
    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(grad(hides_a_helper)(x, seed), 4.0 * x)
    got = grad(hides_a_helper_and_a_numbered_name)(x, seed)
    np.testing.assert_array_equal(got, 8.0 * x + 2.0)


def powered(a, *, exponent=2.0):
    return a**exponent


def of_powered(a):
    return powered(a)


def test_defaults_by_name_of_what_is_called(monkeypatch):
    derivative = grad(of_powered)
    assert derivative(3.0) == 6.0
    monkeypatch.setattr(powered, "__kwdefaults__", {"exponent": 3.0})
    assert derivative(3.0) == 27.0
