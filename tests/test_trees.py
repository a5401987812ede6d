"""Taking containers apart and putting them together again."""

import copy
import dataclasses
import functools
from collections import OrderedDict, defaultdict
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcompile.trees import leaves, map_leaves, rebuild


class Layer(NamedTuple):
    W: object
    b: object


@dataclasses.dataclass
class Model:
    layers: list
    scale: float


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    x: float
    y: float


@dataclasses.dataclass
class Positive:
    sigma: float
    log: list = dataclasses.field(init=False)
    weight: dataclasses.InitVar[float]

    def __post_init__(self, weight):
        if self.sigma <= 0:
            raise ValueError("sigma must be positive")
        self.log = [self.sigma * weight]


@dataclasses.dataclass
class Vector:
    x: float

    @functools.cached_property
    def square(self):
        return self.x**2


TREES = st.recursive(
    st.floats(allow_nan=False) | st.integers() | st.none() | st.text(max_size=3),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3),
        st.builds(Layer, inner, inner),
        st.builds(Frozen, inner, inner),
        st.builds(Model, st.lists(inner, max_size=2), inner),
    ),
    max_leaves=12,
)


def test_paths_select_the_leaves():
    params = {"W": [Layer(1, 2), (3,)], 7: Model([4], 5), (1, "a"): 6}
    found = leaves(params)
    assert [path for path, _ in found] == [
        '["W"][0].W',
        '["W"][0].b',
        '["W"][1][0]',
        "[7].layers[0]",
        "[7].scale",
        "[(1, 'a')]",
    ]
    for path, leaf in found:
        assert eval("params" + path) == leaf


def test_path_of_an_awkward_string_key():
    params = {'a "b"\n\\é': 1}
    [(path, _)] = leaves(params)
    assert eval("params" + path) == 1


@pytest.mark.parametrize(
    "leaf",
    [
        1.5,
        None,
        "text",
        {1, 2},
        np.arange(3),
        Model,
        Layer,
        np.dtype([("a", float)]),
        (1.0).as_integer_ratio,
    ],
)
def test_everything_else_is_a_leaf(leaf):
    [(path, found)] = leaves(leaf)
    assert path == ""
    assert found is leaf


def test_other_subclass_of_tuple_is_a_leaf():
    class Pair(tuple):
        pass

    pair = Pair((1, 2))
    assert leaves(pair) == [("", pair)]


@pytest.mark.parametrize("empty", [(), [], {}])
def test_empty_containers_have_no_leaves(empty):
    assert leaves(empty) == []
    assert rebuild(empty, []) == empty
    assert type(rebuild(empty, [])) is type(empty)


@given(TREES)
def test_rebuild_from_own_leaves_gives_an_equal_tree(tree):
    before = copy.deepcopy(tree)
    again = rebuild(tree, [leaf for _, leaf in leaves(tree)])
    assert again == tree
    assert leaves(again) == leaves(tree)
    assert repr(again) == repr(tree)  # types and the order of keys, which == ignores
    rebuild(tree, ["other"] * len(leaves(tree)))
    assert repr(tree) == repr(before)


@given(TREES)
def test_map_goes_in_the_order_of_leaves(tree):
    seen = []
    mapped = map_leaves(lambda leaf: seen.append(leaf) or len(seen), tree)
    assert seen == [leaf for _, leaf in leaves(tree)]
    assert [leaf for _, leaf in leaves(mapped)] == list(range(1, len(seen) + 1))


def test_rebuild_makes_new_containers():
    inner = [1]
    again = rebuild({"a": inner}, [1])
    assert again == {"a": inner}
    assert again["a"] is not inner


@pytest.mark.parametrize("count", [0, 1, 3])
def test_rebuild_refuses_a_wrong_number_of_leaves(count):
    with pytest.raises(ValueError, match=f"2 leaves cannot be rebuilt from {count}"):
        rebuild((1, [2]), [0] * count)


def test_dict_keeps_order_and_type():
    assert list(rebuild({"b": 1, "a": 2}, [3, 4]).items()) == [("b", 3), ("a", 4)]
    ordered = rebuild(OrderedDict(b=1, a=2), [3, 4])
    assert type(ordered) is OrderedDict
    assert list(ordered) == ["b", "a"]
    default = rebuild(defaultdict(list, a=1), [2])
    assert default == {"a": 2}
    assert default["new"] == []


def test_list_subclass_keeps_type():
    class Stack(list):
        pass

    again = rebuild(Stack([1, 2]), [3, 4])
    assert type(again) is Stack
    assert again == [3, 4]


def test_frozen_dataclass():
    assert rebuild(Frozen(1.0, 2.0), [3.0, 4.0]) == Frozen(3.0, 4.0)


def test_dataclass_is_rebuilt_without_its_checks():
    original = Positive(2.0, weight=3.0)
    assert leaves(original) == [(".sigma", 2.0), (".log[0]", 6.0)]
    gradient = rebuild(original, [-1.0, 0.5])
    assert (gradient.sigma, gradient.log) == (-1.0, [0.5])
    assert (original.sigma, original.log) == (2.0, [6.0])


def test_dataclass_keeps_other_attributes():
    model = Model([1.0], 2.0)
    model.name = "net"
    assert rebuild(model, [3.0, 4.0]).name == "net"


def test_dataclass_forgets_cached_properties():
    vector = Vector(3.0)
    assert vector.square == 9.0
    assert rebuild(vector, [4.0]).square == 16.0
    assert vector.square == 9.0


def test_unset_field_is_no_leaf():
    @dataclasses.dataclass
    class Lazy:
        x: float
        y: float = dataclasses.field(init=False)

    assert leaves(Lazy(1.0)) == [(".x", 1.0)]
    assert rebuild(Lazy(1.0), [2.0]).x == 2.0


def test_map_over_several_trees():
    a: dict[str, Any] = {"x": 1, "y": [2, (3,)]}
    b: dict[str, Any] = {"y": [20, (30,)], "x": 10}  # another order of keys
    assert map_leaves(lambda *pair: sum(pair), a, b, b) == {"x": 21, "y": [42, (63,)]}


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([1], 2, r"structures differ: a container \(list\) against a leaf \(int\)"),
        (1, [2], r"structures differ: a leaf \(int\) against a container \(list\)"),
        ([1], (1,), r"container \(list\) against a container \(tuple\)"),
        ({"a": {"b": 1}}, {"a": {"c": 1}}, r"""at \["a"\]: parts \['b'\] against \['c'\]"""),
        ({"a": [1]}, {"a": [1, 2]}, r'at \["a"\]: parts \[0\] against \[0, 1\]'),
        (Layer(1, [2]), Layer(1, (2,)), r"at \.b: "),
        ([], [1], "parts"),
    ],
)
def test_map_refuses_trees_of_different_structure(a, b, message):
    with pytest.raises(ValueError, match=message):
        map_leaves(lambda x, y: None, a, b)


def test_container_of_itself_ends_with_an_error():
    ring: list[Any] = []
    ring.append(ring)
    with pytest.raises(RecursionError):
        leaves(ring)
