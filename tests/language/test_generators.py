"""Generators of random numbers: each draw happens once, in the order of the function, and what is
drawn is a constant of the call."""

import numpy as np
import pytest

from adcompile import grad, value_and_grad
from adcompile.errors import RefusedError
from adcompile.testing import check_grads

X = np.array([0.5, -1.2, 0.8, 1.1, -0.3])
MODULE_RNG = np.random.default_rng(3)


def straight(x, rng):
    noise = rng.normal(size=len(x))
    return np.sum(x * x * noise)


def of_every_kind(x, rng):
    z = x * rng.normal() + rng.uniform(0.5, 1.0, 5) * rng.standard_normal(5)
    z = z * x + rng.random() * np.sum(x)
    z = z * rng.random(size=x.shape) * rng.exponential(2.0, size=5) + rng.gamma(2.0)
    return np.sum(z * z) * rng.integers(1, 5) * rng.poisson(3.0)


def by_position(x, rng):
    order = rng.permutation(len(x))
    chosen = rng.choice(5, size=3, replace=False)
    one = rng.integers(5)
    return np.sum(x[order] * np.arange(5)) * np.sum(x[chosen] ** 2) * x[one]


def weighted_choice(x, rng):
    values = rng.choice(np.array([0.5, 1.5]), size=len(x), p=[0.3, 0.7])
    return np.sum(values * x**2)


def in_a_loop(x, rng):
    for _ in range(4):
        x = np.tanh(x * rng.normal(size=5)) * rng.uniform(1.0, 2.0) + x
    return np.sum(x * x)


def in_branches(x, rng):
    z = x
    for _ in range(5):
        if rng.random() < 0.5:
            z = z * rng.normal()
        else:
            z = np.sin(z)
            rng.normal(size=2)
    return np.sum(z)


def in_a_while(x, rng):
    while rng.random() < 0.8:
        x = x * 1.1 + rng.normal()
    return np.sum(x * x)


def in_lazy_tests(x, rng):
    z = np.sum(x)
    for _ in range(4):
        if (z > 0.3 and rng.random() < 0.5) or rng.random() > 0.9:
            z = z * rng.normal()
        else:
            z = np.cos(z)
    return z


def some_unused(x, rng):
    rng.normal(size=3)
    unused = rng.uniform()
    unused = rng.uniform() + unused
    for _ in range(3):
        rng.integers(10)
    while rng.random() < 0.6:
        pass
    return np.sum(x * rng.normal(size=5))


def dropout(x, rng, rate):
    mask = rng.random(x.shape) >= rate
    h = np.tanh(x) * mask
    h = h / (1.0 - rate)
    return h * h


def _noisy(x, rng):
    z = x * rng.normal(size=5)
    for _ in range(2):
        z = z * z + rng.normal()
    return z


def through_calls(x, rng):
    z = dropout(x, rng, 0.3)
    return np.sum(_noisy(z, rng) * _noisy(x, rng))


def _draws(rng, n):
    total = 0.0
    for _ in range(n):
        total = total + rng.random()
    return total


def through_passive_calls(x, rng):
    scale = _draws(rng, 3)
    _draws(rng, 2)
    return scale * np.sum(x * x) * rng.random()


def of_a_state(x, rng):
    total = rng.rand() * np.sum(x * rng.randn(5)) + np.sum(rng.random_sample((2, 5)) * x * x)
    for _ in range(rng.randint(1, 4)):
        total = total * 1.5 + x[rng.randint(0, 5)] ** 2
    layer = rng.randn(*x.shape, 2)
    return total + np.sum(np.tanh(x @ layer)) + np.sum(x[rng.randint(0, 5, size=3)])


def state_inside(x):
    return np.sum(x**2 * np.random.RandomState(3).randn(*x.shape))


def test_a_random_state():
    """Under the names that NumPy had before it had generators."""
    value, gradient = value_and_grad(of_a_state)(X, np.random.RandomState(1))
    assert value == of_a_state(X, np.random.RandomState(1))
    check_grads(
        lambda x: of_a_state(x, np.random.RandomState(1)), (X,), gradient=lambda _: gradient
    )
    check_grads(state_inside, (X,))


def reparametrised(x, rng):
    mean, spread = x[:2], np.exp(x[2:4])
    z = mean + spread * rng.standard_normal(2)
    return np.sum(z**2)


FUNCTIONS = [
    straight, of_every_kind, by_position, weighted_choice, in_a_loop, in_branches, in_a_while,
    in_lazy_tests, some_unused, through_calls, through_passive_calls, reparametrised,
]  # fmt: skip


@pytest.mark.parametrize("make", [np.random.default_rng, np.random.RandomState])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_generator_that_is_passed(function, seed, make):
    if make is np.random.RandomState:
        if function in (of_every_kind, by_position) or "random" in function.__code__.co_names:
            pytest.skip("it has no such method")
        if any("random" in f.__code__.co_names for f in (dropout, _draws)) and "through" in str(
            function
        ):
            pytest.skip("it has no such method")
    derivative, both = grad(function), value_and_grad(function)
    ours, theirs, third = make(seed), make(seed), make(seed)
    value, gradient = both(X, ours)
    assert value == function(X, theirs)
    np.testing.assert_array_equal(gradient, derivative(X, third))
    # What is drawn next is the same.
    assert ours.uniform() == theirs.uniform()
    third.uniform()
    assert ours.uniform() == third.uniform()
    check_grads(
        lambda x: function(x, make(seed)), (X,), gradient=lambda x: derivative(x, make(seed))
    )


def seeded_inside(x, seed):
    rng = np.random.default_rng(seed)
    for _ in range(3):
        x = x * rng.normal(size=5) + rng.normal()
    return np.sum(x * x)


def two_generators(x, seed):
    a, b = np.random.default_rng(seed), np.random.default_rng(seed)
    return np.sum(x * a.normal(size=5) * b.normal(size=5))


def legacy(x, seed):
    np.random.seed(seed)
    np.random.normal(size=2)
    z = x * np.random.standard_normal(5) * np.random.randn(5)
    z = z + np.random.choice(3) * np.random.random() * x**2
    np.random.laplace()
    order = np.random.permutation(5)
    return np.sum(z[order] * np.random.rand(5)) * np.random.randint(1, 4)


def legacy_without_rules(x, seed):
    np.random.seed(seed)
    np.random.weibull(2.0)
    a = np.random.weibull(2.0)
    return np.sum(x * x) * np.random.rand() * a


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("function", [seeded_inside, two_generators, legacy, legacy_without_rules])
def test_a_generator_that_is_made(function, seed):
    check_grads(function, (X, seed))
    assert value_and_grad(function)(X, seed)[0] == function(X, seed)
    if function in (legacy, legacy_without_rules):
        after = np.random.rand()
        function(X, seed)
        assert after == np.random.rand()


def global_generator(x):
    return np.sum(x * MODULE_RNG.normal(size=5) + MODULE_RNG.normal() * x**2)


def test_a_global_generator():
    state = MODULE_RNG.bit_generator.state
    expected = global_generator(X)
    after = MODULE_RNG.bit_generator.state
    MODULE_RNG.bit_generator.state = state
    assert value_and_grad(global_generator)(X)[0] == expected
    assert MODULE_RNG.bit_generator.state == after


def mean_is_differentiated(x, rng):
    return np.sum(rng.normal(x, 1.0))


def scale_is_differentiated(x, rng):
    return np.sum(rng.normal(scale=x))


def chooses_from_what_is_differentiated(x, rng):
    return np.sum(rng.choice(x, size=2))


def permutes_what_is_differentiated(x, rng):
    return np.sum(rng.permutation(x) * np.arange(5))


def legacy_mean_is_differentiated(x, rng):
    return np.sum(np.random.normal(x, 1.0))


def legacy_distribution_without_a_rule(x, rng):
    return np.sum(np.random.weibull(x))


def shuffles(x, rng):
    rng.shuffle(x)
    return np.sum(x * np.arange(5))


def legacy_shuffles(x, rng):
    np.random.shuffle(x)
    return np.sum(x * np.arange(5))


def spawns(x, rng):
    (other,) = rng.spawn(1)
    return np.sum(x * other.normal(size=5))


def writes_its_draws(x, rng):
    rng.random(out=x)
    return np.sum(x)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (mean_is_differentiated, "`generator.normal` has no derivative rule"),
        (scale_is_differentiated, "`generator.normal` has no derivative rule"),
        (chooses_from_what_is_differentiated, "`generator.choice` has no derivative rule"),
        (permutes_what_is_differentiated, "`generator.permutation` has no derivative rule"),
        (legacy_mean_is_differentiated, "`numpy.random.normal` has no derivative rule"),
        (legacy_distribution_without_a_rule, "`np.random.weibull` has no derivative rule"),
        (shuffles, "`.shuffle()` of a random generator is not known"),
        (legacy_shuffles, "`np.random.shuffle` has no derivative rule"),
        (spawns, "`.spawn()` of a random generator is not known"),
        (writes_its_draws, "the argument `out` of `generator.random` has no derivative rule"),
    ],
)
def test_what_is_refused(function, reason):
    with pytest.raises(RefusedError) as caught:
        grad(function)(X.copy(), np.random.default_rng(0))
    assert caught.value.reason == reason
    assert caught.value.hint
