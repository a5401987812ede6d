"""`jacobian(f, sparse=True)` and `hessian(f, sparse=True)`: the same numbers as the dense matrices,
for fewer sweeps."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from adcompile import hessian, jacobian, root
from adcompile.errors import RefusedError, UsageError
from adcompile.jacobians import Sweep

RNG = np.random.default_rng(3)
U = RNG.normal(size=40)


def heat(u, h):
    """The residual of a nonlinear diffusion equation on a line."""
    r = np.zeros_like(u)
    r[1:-1] = (u[2:] - 2 * u[1:-1] + u[:-2]) / h**2 + u[1:-1] ** 3
    r[0] = u[0] - 1.0
    r[-1] = u[-1]
    return r


def heat_by_loop(u, h):
    r = np.zeros_like(u)
    for i in range(1, len(u) - 1):
        r[i] = (u[i + 1] - 2 * u[i] + u[i - 1]) / h**2 + np.exp(u[i])
    return r


def heat_on_a_circle(u, h):
    return (np.roll(u, 1) - 2 * u + np.roll(u, -1)) / h**2 * (1 + u**2)


def plane(u):
    """Five points in a plane."""
    v = u.reshape(5, 8)
    inner = v[1:-1, 1:-1]
    t = v[2:, 1:-1] + v[:-2, 1:-1] + v[1:-1, 2:] + v[1:-1, :-2] - 4 * inner * inner
    return np.sin(t)


def rows_of_a_product(u):
    v = u.reshape(8, 5)
    return v @ np.ones((5, 2)) * np.sum(v * v, axis=1, keepdims=True)


def joined(u):
    a = np.concatenate([u[:10] ** 2, np.cumsum(u[10:14]), np.stack([u[0] * u[39], u[5]])])
    return np.where(a > 0, a, 2 * a)


def one_row(u):
    return np.concatenate([u * u, [np.sum(u**2)]])


def one_column(u):
    return u[0] * u


def of_a_branch(u):
    if u[0] > 0:
        return u[1:] * u[:-1]
    return u[1:] + u[0] ** 2


def sorted_numbers(u):
    return u[np.argsort(u)] ** 2


def spread_out(u):
    a = np.outer(u[:6], u[6:9]) + u[9]
    return a + np.maximum(u[:3], 0.1)


def solved(u):
    return np.linalg.solve(np.eye(4) * 3 + u[:16].reshape(4, 4), np.ones(4)) * u[20:24]


def step(u, c):
    return u[1:] * c + u[:-1] ** 2


def stepped(u):
    for _ in range(2):
        u = step(u, 0.5)
    return u


def constant_rows(u):
    r = np.zeros(5)
    r[2] = u[7] ** 2
    return r


JACOBIANS: list[tuple[Any, tuple[Any, ...]]] = [
    (heat, (U, 0.1)),
    (heat_by_loop, (U, 0.1)),
    (heat_on_a_circle, (U, 0.1)),
    (plane, (U,)),
    (rows_of_a_product, (U,)),
    (joined, (U,)),
    (one_row, (U,)),
    (one_column, (U,)),
    (of_a_branch, (U,)),
    (sorted_numbers, (U,)),
    (spread_out, (U,)),
    (solved, (U,)),
    (stepped, (U,)),
    (constant_rows, (U,)),
]
each_jacobian = pytest.mark.parametrize(
    ("f", "args"), JACOBIANS, ids=lambda item: getattr(item, "__name__", "")
)


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
@each_jacobian
def test_jacobian(f, args, mode):
    got = jacobian(f, mode=mode, sparse=True)
    dense = jacobian(f)(*args)
    for _ in range(2):
        matrix = got(*args)
        assert isinstance(matrix, sparse.csr_array)
        np.testing.assert_allclose(
            matrix.toarray(), dense.reshape(matrix.shape), rtol=1e-12, atol=1e-12
        )
    assert got(-args[0], *args[1:]).toarray() == pytest.approx(
        jacobian(f)(-args[0], *args[1:]).reshape(matrix.shape), rel=1e-10
    )


@pytest.mark.parametrize(
    ("f", "args", "colours"),
    [
        (heat, (U, 0.1), 3),
        (heat_by_loop, (U, 0.1), 3),
        (heat_on_a_circle, (U, 0.1), 4),
        (rows_of_a_product, (U,), 2),
        (one_row, (U,), 2),
        (one_column, (U,), 2),
        (stepped, (U,), 3),
        (constant_rows, (U,), 1),
    ],
)
def test_number_of_colours(f, args, colours):
    assert jacobian(f, sparse=True).colours_for(*args) == colours


def test_the_cheaper_direction():
    assert jacobian(one_row, mode="forward", sparse=True).colours_for(U) == 40
    assert jacobian(one_column, mode="reverse", sparse=True).colours_for(U) == 40


@pytest.mark.parametrize("n", [30, 300, 3000])
def test_the_cost_follows_the_colours(n, monkeypatch):
    """There are as many directions as colours, however many columns there are."""
    directions = []
    block = Sweep._block

    def counted(self, run, rows, inside, outside):
        directions.extend(rows)
        return block(self, run, rows, inside, outside)

    monkeypatch.setattr(Sweep, "_block", counted)
    u = RNG.normal(size=n)
    assert jacobian(heat, sparse=True)(u, 0.1).shape == (n, n)
    assert hessian(chain, sparse=True)(u, 0.1).shape == (n, n)
    assert len(directions) == 3 + 3


# ----- bundle adjustment -----


def reprojection(cameras, points, camera_of, point_of, seen):
    c = cameras[camera_of]
    d = points[point_of] - c[:, :3]
    return d[:, :2] / d[:, 2:] * c[:, 3:] - seen


def observations() -> tuple[Any, ...]:
    cameras, points = RNG.normal(size=(4, 4)), RNG.normal(size=(25, 3)) + 5.0
    camera_of, point_of = RNG.integers(0, 4, 60), RNG.integers(0, 25, 60)
    return cameras, points, camera_of, point_of, RNG.normal(size=(60, 2))


def test_bundle_adjustment():
    args = observations()
    got = jacobian(reprojection, wrt=("cameras", "points"), sparse=True)
    dense = jacobian(reprojection, wrt=("cameras", "points"))(*args)
    for one, other in zip(got(*args), dense):
        np.testing.assert_allclose(one.toarray(), other.reshape(one.shape), rtol=1e-12)
    # Each residual depends on a camera's position in its direction and in depth, its focal
    # length, and as much of a point.
    assert got.pattern_for(*args).nnz == 120 * 5
    assert got.colours_for(*args) <= 9


# ----- Hessians -----


def chain(u, h):
    return np.sum((u[1:] - u[:-1]) ** 2) / h + np.sum(u**4)


def rosenbrock(u):
    s = 0.0
    for i in range(len(u) - 1):
        s += 100.0 * (u[i + 1] - u[i] ** 2) ** 2 + (1.0 - u[i]) ** 2
    return s


def arrow(u):
    return np.sum(u[0] * u[1:] ** 2) + u[0] ** 3


def coupled(u):
    return np.sum(np.exp(u[:20] * u[20:])) + u[3] * u[39] * u[17]


def everything(u):
    return np.sum(u) ** 3


def with_a_branch(u):
    return np.sum(u[1:] * u[:-1] ** 2) if u[0] > 0 else np.sum(u**3)


HESSIANS = [
    (chain, (U, 0.1), 3),
    (rosenbrock, (U,), 3),
    (arrow, (U,), 2),
    (coupled, (U,), 4),
    (everything, (U,), 40),
    (with_a_branch, (abs(U),), 3),
]


@pytest.mark.parametrize(("f", "args", "colours"), HESSIANS)
def test_hessian(f, args, colours):
    got = hessian(f, sparse=True)
    for _ in range(2):
        matrix = got(*args)
        assert isinstance(matrix, sparse.csr_array)
        np.testing.assert_allclose(matrix.toarray(), hessian(f)(*args), rtol=1e-12, atol=1e-12)
    assert got.colours_for(*args) <= colours
    dense = hessian(f)(-args[0], *args[1:])
    np.testing.assert_allclose(got(-args[0], *args[1:]).toarray(), dense, rtol=1e-12, atol=1e-12)


def pairs(p, q):
    return np.sum(p[1:] * q[:-1] ** 2) + np.sum(p["x"] if isinstance(p, dict) else p**3)


def test_several_arguments():
    p, q = U[:10], U[10:20]
    got = hessian(pairs, wrt=("p", "q"), sparse=True)(p, q)
    dense = hessian(pairs, wrt=("p", "q"))(p, q)
    for ours, theirs in zip(got, dense):
        for one, other in zip(ours, theirs):
            np.testing.assert_allclose(one.toarray(), other, rtol=1e-12)


def in_parts(p):
    return {"r": p["a"] * p["b"][0], "s": [np.sum(p["b"] ** 2)]}


def test_containers_are_rows_and_columns_in_their_order():
    p = {"a": U[:3], "b": U[3:5]}
    matrix = jacobian(in_parts, sparse=True)(p).toarray()
    expected = np.zeros((4, 5))
    expected[:3, :3] = np.eye(3) * p["b"][0]
    expected[:3, 3] = p["a"]
    expected[3, 3:] = 2 * p["b"]
    np.testing.assert_allclose(matrix, expected)


# ----- which pattern is meant -----


def counted(f: Any) -> list[int]:
    """The numbers of patterns that are known, one for each call."""
    return [len(f._patterns._known)]


def test_a_pattern_serves_for_other_values():
    f = jacobian(heat, sparse=True)
    for scale in (1.0, 2.0, 3.0):
        f(scale * U, 0.1 * scale)
    assert counted(f) == [1]
    f(U[:-1], 0.1)
    assert counted(f) == [2]


def test_values_that_decide_on_the_path_belong_to_a_pattern():
    f = jacobian(of_a_branch, sparse=True)
    for u in (U, -U, U, -U):
        np.testing.assert_allclose(f(u).toarray(), jacobian(of_a_branch)(u))
    assert counted(f) == [2]


def gathered(u, places):
    return u[places] ** 2


def test_indices_belong_to_a_pattern():
    f = jacobian(gathered, sparse=True)
    places = np.array([0, 3, 3])
    for first in (0, 1, 2):
        places[0] = first  # in place
        np.testing.assert_allclose(f(U, places).toarray(), jacobian(gathered)(U, places))
    assert counted(f) == [3]


PLACES = np.array([4, 5, 6])


def gathered_by_a_global(u):
    return u[PLACES] * 2


def test_arrays_from_outside_are_read_each_time():
    f = jacobian(gathered_by_a_global, sparse=True)
    try:
        for first in (4, 8, 9):
            PLACES[0] = first
            np.testing.assert_allclose(f(U).toarray(), jacobian(gathered_by_a_global)(U))
    finally:
        PLACES[0] = 4
    assert counted(f) == [0]


OFFSET = 1


def shifted_by_a_global(u):
    return u[OFFSET:] * u[0]


def test_numbers_from_outside(monkeypatch):
    f = jacobian(shifted_by_a_global, sparse=True)
    for offset in (1, 2):
        monkeypatch.setitem(globals(), "OFFSET", offset)
        np.testing.assert_allclose(f(U).toarray(), jacobian(shifted_by_a_global)(U))


class Graph:
    def __init__(self, edges):
        self.edges = edges

    def tension(self, u):
        return u[self.edges[:, 0]] - u[self.edges[:, 1]] ** 2


def test_what_an_object_holds():
    graph = Graph(RNG.integers(0, 40, (30, 2)))
    f = jacobian(graph.tension, sparse=True)
    for _ in range(2):
        np.testing.assert_allclose(f(U).toarray(), jacobian(graph.tension)(U))
        graph.edges[:5] += 1
        graph.edges %= 40


def as_long_as(u, steps):
    return u[: len(steps)] * 2


def test_the_length_of_what_is_no_array():
    f = jacobian(as_long_as, sparse=True)
    assert [f(U, range(n)).shape for n in (3, 5, 3)] == [(3, 40), (5, 40), (3, 40)]
    assert counted(f) == [2]


def test_the_text_of_a_pattern():
    text = jacobian(heat, sparse=True).pattern_source_for(U, 0.1)
    assert "r_from[1:-1] = u_from[2:] | t | u_from[:-2] | t" in text
    assert "return r_from, ()" in text


# ----- what is refused -----


def noisy(u, rng):
    return u + rng.normal(size=3) if rng.random() > 0.5 else u * 2


def test_random_draws_are_refused():
    with pytest.raises(RefusedError, match="draw random numbers outside"):
        jacobian(noisy, sparse=True)(U[:3], np.random.default_rng(1))


def test_without_scipy(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    for make in (jacobian, hessian):
        with pytest.raises(UsageError, match="pip install scipy"):
            make(heat, sparse=True)


def test_as_a_decorator():
    @jacobian(sparse=True)
    def doubled(u):
        return 2 * u

    assert doubled(U).nnz == 40


def test_an_equation_solved_by_its_jacobian_has_no_pattern() -> None:
    with pytest.raises(RefusedError, match="without sparse=True") as refused:
        jacobian(solved, sparse=True)(np.ones(3))
    assert "as of `root`" in str(refused.value)


def solved(x: Any) -> Any:
    return root(cubed, x, x)


def cubed(y: Any, x: Any) -> Any:
    return y**3 - x
