"""`checkpoint`: gradients, how many states are kept, how many steps are computed again."""

from __future__ import annotations

import tracemalloc
from math import comb
from typing import Any

import numpy as np
import pytest

from adcompile import checkpoint, grad, value_and_grad
from adcompile.runtime import enough_snapshots
from adcompile.testing import check_grads
from tests.checkpoints import programs

RNG = np.random.default_rng(0)
U = RNG.normal(size=3)
LENGTHS = (0, 1, 2, 7, 50, 252)
ARGUMENTS = {
    "q": U,
    "p": RNG.normal(size=3),
    "w": RNG.normal(size=3),
    "u": RNG.normal(size=6) * 0.5,
    "c": 0.7,
    "snapshots": 2,
    "x": RNG.normal(size=3),
}


def test_plain_python() -> None:
    numbers = range(3)
    assert checkpoint(numbers) is numbers
    assert checkpoint(True, snapshots=4) is True
    assert checkpoint(programs.step) is programs.step
    assert programs.rollout(U, 7, 2) == programs.rollout_plain(U, 7, 2)


@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.parametrize("k", [1, 2, 5, 400])
@pytest.mark.parametrize("name", ["rollout", "until", "by_default", "until_by_default"])
def test_gradient_is_that_without(name: str, k: int, n: int) -> None:
    function = value_and_grad(getattr(programs, name))
    value, got = function(U, n, k)
    expected_value, expected = value_and_grad(programs.rollout_plain)(U, n, k)
    assert value == expected_value
    np.testing.assert_allclose(got, expected, rtol=1e-12)
    np.testing.assert_array_equal(function(U, n, k)[1], got)
    number = value_and_grad(getattr(programs, name))(0.3, n, k)
    np.testing.assert_allclose(number, value_and_grad(programs.rollout_plain)(0.3, n, k), 1e-12)


@pytest.mark.parametrize(("function", "plain", "wrt"), programs.PAIRS)
@pytest.mark.parametrize("n", [0, 1, 2, 7, 20])
def test_states_of_every_kind(function: Any, plain: Any, wrt: tuple[str, ...], n: int) -> None:
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    args = [n if name == "n" else ARGUMENTS[name] for name in names]
    before = [np.copy(arg) for arg in args]
    got = grad(function, wrt=wrt)(*args)
    for one, other in zip(got, grad(plain, wrt=wrt)(*args), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-13)
    for arg, old in zip(args, before, strict=True):
        np.testing.assert_array_equal(arg, old)
    if n < 5:
        check_grads(function, args, wrt=wrt)


@pytest.mark.parametrize("name", ["network", "blocks", "recursive"])
def test_functions(name: str) -> None:
    x, w = RNG.normal(size=(2, 3)), RNG.normal(size=(3, 3, 3))
    w = w[0] if name == "recursive" else w
    function, plain = getattr(programs, name), getattr(programs, f"{name}_plain")
    gradient = grad(function, wrt=("x", "w"))
    for one, other in zip(gradient(x, w), grad(plain, wrt=("x", "w"))(x, w), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-13)
    assert "_forward(" not in gradient.source_for(x, w)
    check_grads(function, (x, w))


# ----- what is kept, and what is computed again -----


class Kept(list[Any]):
    """A list that knows how long it has been."""

    most = 0

    def append(self, item: Any) -> None:
        super().append(item)
        Kept.most = max(Kept.most, len(self))


def measured(name: str, n: int, k: int) -> tuple[int, int]:
    """How many states a gradient keeps at once, and how many steps it computes, besides those that
    it runs backwards."""
    source = grad(getattr(programs, name)).source_for(U, n, k)
    assert source.count("u_saved = []") == 1
    steps = 0

    def counted(u: Any, t: int) -> Any:
        nonlocal steps
        steps += 1
        return programs.step(u, t)

    space: dict[str, Any] = {"step": counted, "Kept": Kept}
    exec(source.replace("u_saved = []", "u_saved = Kept()"), space)
    Kept.most = 0
    got = space[f"{name}_grad"](U, n, k)
    np.testing.assert_allclose(got, grad(programs.rollout_plain)(U, n, k), rtol=1e-12)
    return Kept.most, steps


def optimum(n: int, k: int) -> int:
    """The fewest steps for running n steps backwards with k states, the first sweep up to the last
    state included: Griewank & Walther (2000)."""
    r = next(r for r in range(n + 1) if comb(k + r, k) >= n)
    return r * n - comb(k + r, k + 1)


@pytest.mark.parametrize(
    ("n", "k"), [(1, 1), (2, 1), (7, 2), (7, 3), (50, 4), (252, 5), (300, 3), (252, 20), (50, 400)]
)
def test_as_few_steps_as_possible(n: int, k: int) -> None:
    kept, steps = measured("rollout", n, k)
    assert kept <= k + 1
    assert steps == optimum(n, k) + 1  # with the last step, whose result the value needs


@pytest.mark.parametrize(("n", "k"), [(1, 1), (7, 2), (50, 4), (252, 5), (300, 3), (1000, 10)])
def test_almost_as_few_where_the_number_is_not_known(n: int, k: int) -> None:
    kept, steps = measured("until", n, k)
    assert kept <= k + 1
    assert optimum(n, k) + 1 <= steps <= 1.1 * optimum(n, k) + 1
    r = next(r for r in range(n + 1) if comb(k + r, k) >= n)
    if comb(k + r, k) == n:
        assert steps == optimum(n, k) + 1


@pytest.mark.parametrize("n", [1, 2, 50, 1000])
def test_about_the_root_by_default(n: int) -> None:
    kept, steps = measured("by_default", n, 0)
    assert kept <= (2 * n) ** 0.5 + 2
    assert steps < 2 * n + 1
    kept, steps = measured("until_by_default", n, 0)
    assert kept <= (2 * n) ** 0.5 + 2
    assert steps < 3 * n


@pytest.mark.parametrize("name", ["relaxed", "relaxed_until"])
def test_memory_of_a_long_loop(name: str) -> None:
    """Of 10,000 steps about the root of twice their number is kept, and nothing else grows with
    them: the gradient that records every step takes fifty times the memory."""
    n, u = 10_000, RNG.normal(size=1000) * 0.1
    function, roots = getattr(programs, name), (2 * n) ** 0.5
    text = grad(function).source_for(u, n)
    assert text.count(".append(") == 2
    space: dict[str, Any] = {"Kept": Kept}
    exec(text.replace("u_saved = []", "u_saved = Kept()"), space)
    Kept.most = 0
    got = space[f"{name}_grad"](u, n)
    np.testing.assert_allclose(got, grad(programs.relaxed_plain)(u, n), rtol=1e-12)
    assert 0 < Kept.most <= roots + 2
    assert peak(function, u, n) < 1.2 * roots * u.nbytes
    assert peak(programs.relaxed_plain, u, n) > 50 * 1.2 * roots * u.nbytes


def peak(function: Any, *args: Any) -> int:
    """The most memory that a gradient takes at once, in bytes."""
    gradient = grad(function)
    gradient.source_for(*args)
    tracemalloc.start()
    try:
        gradient(*args)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_enough_snapshots() -> None:
    for n in range(1, 500):
        k = enough_snapshots(n)
        assert comb(k + 2, 2) >= n
        assert k == 1 or comb(k + 1, 2) < n


def test_steps_print_once(capsys: pytest.CaptureFixture[str]) -> None:
    grad(programs.printing)(0.3, 5)
    assert capsys.readouterr().out == "0\n1\n2\n3\n4\n"
