"""Tuples, lists, dicts and records: as arguments and inside functions."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np


class Layer(NamedTuple):
    weights: np.ndarray
    bias: np.ndarray


@dataclass
class Model:
    scale: float
    shift: np.ndarray
    name: str = "model"

    def apply(self, z):
        return z * self.scale + self.shift

    def steps(self, z):
        for i in range(2):
            z = np.tanh(z * self.scale) + self.shift
        return z

    @property
    def doubled(self):
        return self.scale * 2


@dataclass
class Checked:
    """Made by `__init__`, a gradient of this would be refused."""

    scale: float
    squared: float = field(init=False)

    def __post_init__(self):
        if self.scale < 0.75:
            raise ValueError("too small")
        self.squared = self.scale**2


def packed(a, b):
    t = (a * b, a)
    p, q = t
    return p * q


def packed_deeply(a, b, c):
    (p, q), r = (a * b, a), c * c
    [s, t] = [p, q]
    return s * t + r


def list_display(a, b):
    values = [a * b, a, b]
    return values[0] * values[-1] + values[1] * len(values)


def dict_display(a, b):
    values = {"p": a * b, "q": a, 3: b}
    return values["p"] * values["q"] + values[3]


def nested_display(a, x):
    values = {"p": (a, [x, a]), "q": {"r": x}}
    return np.sum(values["p"][1][0] * values["q"]["r"]) * values["p"][0]


def lists_joined(a, b):
    values = [a, b]
    values = values + [a * b]
    s = 0.0
    for e in values:
        s = s + e * e
    return s


def tuples_joined(a, b):
    t = (a,) + (b, a * b)
    return t[0] * t[2] + t[1]


def tuple_carried(a, b, n):
    t = (a, b)
    for i in range(n):
        t = (t[1], t[0] * t[1])
    return t[0] + 3 * t[1]


def tuple_carried_and_unpacked(a, n):
    t = (a, 1.0)
    for i in range(n):
        p, q = t
        t = (p * q, q + a)
    p, q = t
    return p * q


def dict_carried(a, n):
    state = {"p": a, "q": 1.0}
    for i in range(n):
        state = {"p": state["p"] * state["q"], "q": state["q"] + a}
    return state["p"] * state["q"]


def iterated_display(a, b):
    s = 1.0
    for e in (a, b, a * b):
        s = s * e + a
    return s


def zipped_displays(a, b):
    s = 0.0
    for p, q in zip([a, b], (b, 2.0)):
        s = s + p * p * q
    return s


def mixed_display(a, x):
    s = 0.0
    for e in (a, x, a * x):
        s = s + np.sum(e * e)
    return s


def unpacked_argument(params, x):
    weights, bias = params
    return np.sum(np.tanh(x @ weights + bias))


def indexed_argument(params, x):
    return np.sum(np.tanh(x @ params[0] + params[-1]))


def pair_argument(pair):
    p, q = pair
    return p * q + pair[0]


def iterated_tuple(pair):
    s = 1.0
    for e in pair:
        s = s * e + pair[0]
    return s


def iterated_list(nums):
    s = 1.0
    for e in nums:
        s = s * e
    return s


def iterated_arrays(points):
    s = 0.0
    for e in points:
        s = s + np.sum(e**3)
    return s


def iterated_slice(points):
    s = points[0]
    for e in points[1:]:
        s = s * e
    return np.sum(s)


def iterated_backwards(points):
    s = points[0]
    for e in reversed(points):
        s = s * 0.5 + e * s
    return np.sum(s)


def iterated_by_index(points):
    s = 0.0
    for i in range(len(points)):
        s = s + np.sum(points[i] * points[i - 1])
    return s


def iterated_pairs(layers, x):
    for weights, bias in layers:
        x = np.tanh(x @ weights.T @ weights + bias)
    return np.sum(x)


def zipped_lists(nums, pair):
    s = 0.0
    for p, q in zip(nums, pair):
        s = s + p * p * q
    return s


def zipped_arrays(points, nums):
    s = 0.0
    for p, q in zip(points, nums):
        s = s + np.sum(p * p) * q
    return s


def enumerated_list(points):
    s = 0.0
    for i, p in enumerate(points):
        s = s + np.sum(p * p) * i
    return s


def sum_of_container(nums):
    return sum(nums) * max(nums) * nums[1] + min(nums)


def length_of_container(points):
    return np.sum(points[0]) * len(points)


def all_three(points):
    p, q, r = points
    return np.sum(p * q * r)


def dict_argument(mixed, x):
    return np.sum(mixed["w"] * x) * mixed["b"]


def dict_lookup(table, key="q"):
    return table[key] * table["p"] + table.get("p") * table.get("missing", 2.0)


def dict_keys(table):
    s = 0.0
    for key in table:
        s = s + table[key] ** 2
    return s


def dict_keys_called(table):
    s = 1.0
    for key in table.keys():
        s = s * table[key]
    return s


def dict_values(table):
    s = 1.0
    for value in table.values():
        s = s * value + value
    return s


def dict_items(vectors):
    s = 0.0
    for name, value in vectors.items():
        if name == "p":
            s = s + np.sum(value**2)
        else:
            s = s + np.sum(value**3) * s
    return s


def dict_of_different_values(mixed):
    s = 0.0
    for key in mixed:
        s = s + np.sum(mixed[key] ** 2)
    return s


def dict_of_different_items(mixed):
    s = 0.0
    for name, value in mixed.items():
        if name == "w":
            s = s + np.sum(value**2)
        else:
            s = s + value**3
    return s


def nested_argument(tree, x):
    weights, bias = tree["layers"][0]
    return np.sum(np.tanh(x @ weights + bias)) * tree["scale"] + tree["pair"][1] ** 2


def part_of_argument(tree):
    return tree["scale"] ** 2


def record_argument(model, x):
    return np.sum(model.shift * x) * model.scale + model.doubled


def record_methods(model, x):
    return np.sum(model.apply(x)) + np.sum(model.steps(x))


def named_tuple_argument(layer, x):
    weights, bias = layer
    return np.sum(np.tanh(x @ weights + layer.bias)) + bias[0] * layer[1][1]


def container_rebuilt(params, x):
    params = [params[0] * 2, params[1]]
    weights, bias = params
    return np.sum(x @ weights + bias)


def integers_beside_floats(a, pair):
    config = {"rate": a, "steps": 3, "name": "sgd"}
    z = pair[0]
    for i in range(config["steps"]):
        z = z * config["rate"] + i
    return z * z


def display_indexed_by_variable(a, b, n):
    values = [a, b, a * b]
    return values[n % 3] * values[-1]


def display_indexed_in_loop(a, b):
    values = (a, b, a * b)
    s = 0.0
    for i in range(3):
        s = s + values[i] ** 2
    return s


def argument_indexed_in_loop(pair):
    s = 0.0
    for i in range(len(pair)):
        s = s + pair[i] ** 2 * pair[-1]
    return s


def argument_indexed_twice(table):
    s = 0.0
    for key in ("p", "q", "p"):
        s = s + table[key] ** 2
    return s


def argument_indexed_while(nums):
    i = 0
    s = 1.0
    while i < len(nums):
        s = s * nums[i] + nums[-1]
        i += 1
    return s


def containers_in_containers(layers):
    s = 0.0
    for i, (p, q) in enumerate(layers):
        s = s + np.sum(p) * i + np.sum(q * q)
        for part in (p, q):
            s = s + np.sum(part**3)
    return s


def slices_of_containers(pair, nums):
    s = 0.0
    for p, q in zip(pair, nums[1:]):
        s += p * q
    return s + sum(nums[:-1])


def strings_in_containers(a, steps=("square", "double", "square")):
    for step in steps:
        if step == "square":
            a = a * a
        else:
            a = 2 * a
    return a


def nested_config(a):
    config = {"factors": [1, 2, 3], "start": {"z": a}}
    s = config["start"]["z"]
    for e in config["factors"]:
        s = s * e
    return s


def tuple_from_ternary(a, b):
    p, q = (a, b) if a > 0 else (b, a)
    return p**2 * q


def record_with_init_of_its_own(checked, a):
    return np.sin(checked.scale) * a + 0 * checked.squared


def empty_list(empty, a):
    s = a
    for e in empty:
        s = s * e
    return s * a


def dict_of_arrays_carried(x, y, n):
    state = {"p": x, "q": y}
    for i in range(n):
        state = {"p": state["q"], "q": state["p"] * state["q"]}
    return np.sum(state["p"]) + np.sum(state["q"] ** 2)


def lists_carried_in_lists(a, b, n):
    rows = [[a, b], [b, a]]
    for i in range(n):
        rows = [[rows[0][1], rows[1][0] * a], [rows[1][1], rows[0][0]]]
    return rows[0][0] * rows[0][1] + rows[1][0] * rows[1][1]


def parameters_carried(params, x, n):
    for i in range(n):
        params = [params[0] * 0.9, params[1] + 0.1]
    return np.sum((x @ params[0] + params[1]) ** 2)
