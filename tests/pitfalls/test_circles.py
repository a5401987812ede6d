"""Objects that hold one another: what is read by its first name is differentiated, what is read
around the circle is refused, because it would be taken for another object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile.errors import RefusedError, UsageError
from adcompile.testing import central_difference
from tests.pitfalls.checks import X


class Node:
    def __init__(self, w, parent=None):
        self.w = w
        self.parent = parent
        self.child = None

    def of_parent(self):
        return np.sum(self.parent.w)


@dataclass
class Branch:
    w: Any
    parent: Any = None
    children: list[Any] = field(default_factory=list)


def tree() -> Node:
    root = Node(X.copy())
    root.child = Node(2 * X, root)
    return root


def branches() -> Branch:
    root = Branch(X.copy())
    root.children.append(Branch(2 * X, root))
    return root


def _downwards(root):
    return np.sum(root.w**2 * root.child.w)


def _downwards_in_a_list(root):
    return np.sum(root.w**2 * root.children[0].w)


@pytest.mark.parametrize(
    ("function", "root"), [(_downwards, tree()), (_downwards_in_a_list, branches())]
)
def test_what_is_read_by_its_first_name_is_differentiated(
    function: Callable[..., Any], root: Any
) -> None:
    got = adcompile.grad(function, wrt="root.w")(root)
    for i in range(len(X)):

        def value(number: float, i: int = i) -> float:
            before = root.w
            root.w = np.where(np.arange(len(X)) == i, number, before)
            result = float(function(root))
            root.w = before
            return result

        assert abs(got[i] - central_difference(value, float(X[i])).value) < 1e-6


def _around(root):
    return np.sum(root.w * root.child.parent.w)


def _around_in_a_method(root):
    return np.sum(root.w) * root.child.of_parent()


def _around_in_a_list(root):
    return np.sum(root.w * root.children[0].parent.w)


@pytest.mark.parametrize(
    ("function", "root"),
    [(_around, tree()), (_around_in_a_method, tree()), (_around_in_a_list, branches())],
)
def test_what_is_read_around_the_circle_is_refused(function: Callable[..., Any], root: Any) -> None:
    with pytest.raises(RefusedError, match="parent` is what it is inside of"):
        adcompile.grad(function, wrt="root.w")(root)


@pytest.mark.parametrize(
    ("function", "root"), [(_downwards, tree()), (_downwards_in_a_list, branches())]
)
def test_all_of_a_circle_is_refused(function: Callable[..., Any], root: Any) -> None:
    with pytest.raises(UsageError, match="inside of"):
        adcompile.grad(function)(root)


def _as_a_constant(x, root):
    return np.sum(x * root.child.parent.w)


def test_what_is_not_differentiated_is_read_as_it_is() -> None:
    np.testing.assert_allclose(adcompile.grad(_as_a_constant)(2 * X, tree()), X)


def _of_both_branches(root, x):
    return np.sum(root.w * np.tanh(root.children[0].w * x) * root.children[1].w)


def test_an_object_at_two_places_counts_as_two() -> None:
    """As two objects of the same numbers do: the derivatives by both places are to be added."""
    shared, x = Branch(X.copy()), 1 + X
    root, apart = (Branch(X, children=[shared, one]) for one in (shared, Branch(X.copy())))
    gradient = adcompile.grad(_of_both_branches)
    d_root, d_apart = gradient(root, x), gradient(apart, x)
    for one, other in zip(d_root.children, d_apart.children, strict=True):
        np.testing.assert_array_equal(one.w, other.w)
    assert d_root.children[0] is not d_root.children[1]

    def along(t: float) -> float:
        moved = Branch(X + t * x)
        return float(_of_both_branches(Branch(X, children=[moved, moved]), x))

    expected, error = central_difference(along, 0.0)
    total = sum(np.sum(branch.w * x) for branch in d_root.children)
    assert abs(total - expected) <= 10 * error + 1e-10
