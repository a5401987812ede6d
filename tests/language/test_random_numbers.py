"""Random numbers are drawn as the function draws them, needed or not."""

import numpy as np

from adcompile import grad, value_and_grad


def discards(x):
    np.random.rand()
    a = np.random.rand()
    a = np.random.rand() * x
    return a * a


def helper(n):
    total = 0.0
    for _ in range(n):
        total = total + np.random.rand()
    return total


def calls(x):
    a = helper(3)
    a = np.random.rand()
    return a * x * x


def seeded(function, x):
    np.random.seed(0)
    return function(x)


def test_a_draw_that_feeds_nothing_is_drawn():
    for function in (discards, calls):
        value, gradient = seeded(value_and_grad(function), 1.5)
        assert value == seeded(function, 1.5)
        assert gradient == seeded(grad(function), 1.5)
        np.testing.assert_allclose(gradient, 2 * value / 1.5)


def beside_the_last(x, rng):
    s, total = 0.0, 0.0
    for _ in range(3):
        last = s
        s = rng.normal()
        total = total + last * rng.normal() * x
    return total * s


def test_draws_stay_in_order():
    """Also where what one of them replaces is used after it."""
    value, gradient = value_and_grad(beside_the_last)(1.5, np.random.default_rng(0))
    assert value == beside_the_last(1.5, np.random.default_rng(0))
    np.testing.assert_allclose(gradient, value / 1.5)
