"""Gradients by parts of arguments: `wrt="self.W"`, `wrt="params['w']"`."""

import dataclasses
import subprocess
import sys
from collections import namedtuple

import numpy as np
import pytest

from adcompile import grad, value_and_grad
from adcompile.errors import UsageError
from adcompile.options import Options
from adcompile.parts import Part, Step, parsed, within
from adcompile.testing import check_grads

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 2))

Pair = namedtuple("Pair", "first second")


class Dense:
    def __init__(self, W, b, gain=2):
        self.W = W
        self.b = b
        self.gain = gain

    @grad(wrt=("self.W", "self.b", "x"))
    def loss(self, x, y):
        h = np.tanh(x @ self.W + self.b)
        return np.sum((h - y) ** 2)

    def forward(self, x):
        h = x @ self.W
        h = h + self.b
        h = np.tanh(h)
        h = h * self.gain
        return h

    @grad(wrt="self.W")
    def through_a_method(self, x):
        z = self.forward(x)
        return np.sum(z * z) + np.sum(self.W**2)

    @grad(wrt="self.b")
    def rounds(self, x):
        # What is not asked for needs no rule.
        return np.sum(self.b * np.unique(np.round(self.W))[0]) + np.sum(x)


@dataclasses.dataclass
class Net:
    layers: list
    scale: float = 0.5


def dense(seed=0, n=3, k=2):
    rng = np.random.default_rng(seed)
    return Dense(rng.normal(size=(n, k)), rng.normal(size=k))


def in_a_loop(net, x):
    for layer in net.layers:
        x = np.tanh(x @ layer.W + layer.b)
    return net.scale * np.sum(x**2)


def some_layers(net, x, start):
    for i in range(start, len(net.layers)):
        x = np.tanh(x @ net.layers[i].W + net.layers[i].b)
    return net.scale * np.sum(x**2)


def first_two(net, x):
    a, b = net.layers[0], net.layers[-1]
    return np.sum(np.tanh(x @ a.W + a.b) @ b.W) + np.sum(b.b)


def table(params, x):
    return np.sum((x @ params["w"] + params["b"]) ** 2) * params["n"]


def branches(params, a):
    if params["u"][0] > 0:
        params = {"u": params["u"], "v": a}
    return params["u"][0] * params["v"] * a


def named(pair, a):
    first, second = pair
    return first * second * a * pair.first


def test_parts_of_self():
    model = dense()
    for i, values in enumerate((model.W, model.b, X)):

        def value(part, i=i):
            parts = [model.W, model.b, X]
            parts[i] = part
            return Dense.loss.primal(Dense(parts[0], parts[1]), parts[2], Y)

        def gradient(part, i=i):
            parts = [model.W, model.b, X]
            parts[i] = part
            return Dense.loss(Dense(parts[0], parts[1]), parts[2], Y)[i]

        check_grads(value, (values,), gradient=gradient)
    assert isinstance(model.loss(X, Y), tuple)


def test_check_grads_takes_parts():
    check_grads(Dense.loss.primal, (dense(), X, Y), wrt=("self.W", "x", "self.b"))
    check_grads(named, (Pair(2.0, 3.0), 5.0), wrt=("pair.first", "pair[1]", "a"))
    net = Net([dense(1, 3, 3), dense(2, 3, 3)])
    check_grads(in_a_loop, (net,), {"x": X}, wrt=("net.layers[0].b", "net.scale"))
    with pytest.raises(AssertionError, match=r"self\.W"):
        check_grads(Dense.loss.primal, (dense(), X, Y), wrt="self.W", gradient=lambda m, x, y: m.W)


def test_what_a_method_reads():
    model = dense()
    check_grads(
        lambda W: Dense.through_a_method.primal(Dense(W, model.b), X),
        (model.W,),
        gradient=lambda W: Dense(W, model.b).through_a_method(X),
    )


def test_other_parts_need_no_rule():
    model = dense()
    expected = np.full(2, np.unique(np.round(model.W))[0])
    np.testing.assert_array_equal(model.rounds(X), expected)


@pytest.mark.parametrize("function", [in_a_loop, first_two])
@pytest.mark.parametrize("layer", [0, 1, -1])
@pytest.mark.parametrize("name", ["W", "b"])
def test_an_object_in_a_list(function, layer, name):
    derivative = grad(function, wrt=f"net.layers[{layer}].{name}", allow_unused=True)

    def net(value):
        layers = [dense(1, 3, 3), dense(2, 3, 3)]
        setattr(layers[layer], name, value)
        return Net(layers)

    start = getattr(net(None).layers[layer], name)
    start = getattr(dense(1 + layer % 2, 3, 3), name) if start is None else start
    check_grads(
        lambda value: function(net(value), X), (start,), gradient=lambda v: derivative(net(v), X)
    )


@pytest.mark.parametrize("layer", [0, 1])
def test_an_element_that_a_loop_leaves_out(layer):
    derivative = grad(some_layers, wrt=f"net.layers[{layer}].b")

    def net(value):
        layers = [dense(1, 3, 3), dense(2, 3, 3)]
        layers[layer].b = value
        return Net(layers)

    check_grads(
        lambda b: some_layers(net(b), X, 1),
        (dense(1 + layer, 3, 3).b,),
        gradient=lambda b: derivative(net(b), X, 1),
    )


def test_keys_of_a_dict():
    params = {"w": RNG.normal(size=(3, 2)), "b": RNG.normal(size=2), "n": 3}
    derivative = value_and_grad(table, wrt=("params['w']", 'params["b"]'))
    value, (d_w, d_b) = derivative(params, X)
    assert value == table(params, X)
    for key, got in (("w", d_w), ("b", d_b)):
        check_grads(
            lambda v, key=key: table({**params, key: v}, X),
            (params[key],),
            gradient=lambda v, got=got: got,
        )


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_keys_of_keys(sign):
    derivative = grad(branches, wrt=("params['u'][0]", "a", "params['v']"), allow_unused=True)
    got = derivative({"u": (2.0 * sign, 1.0), "v": 5.0}, 3.0)
    assert got == ((9.0, 12.0, 0.0) if sign > 0 else (15.0, -10.0, -6.0))


def test_a_part_that_is_a_container():
    got = grad(branches, wrt="params['u']", allow_unused=True)({"u": (-2.0, 1.0), "v": 5.0}, 3.0)
    assert got == (15.0, 0.0)


@pytest.mark.parametrize("wrt", ["pair.first", "pair[0]", "pair[-2]"])
def test_a_field_of_a_named_tuple(wrt):
    assert grad(named, wrt=wrt)(Pair(2.0, 3.0), 5.0) == 60.0


def test_the_same_as_part_of_all():
    net = Net([dense(1, 3, 3), dense(2, 3, 3)])
    whole = grad(in_a_loop)(net, X)
    np.testing.assert_array_equal(grad(in_a_loop, wrt="net.layers[1].W")(net, X), whole.layers[1].W)
    assert grad(in_a_loop, wrt="net.scale")(net, X) == whole.scale


def test_dtype_and_kind_are_the_part_s():
    net = Net([dense(1, 3, 3), dense(2, 3, 3)])
    net.layers[0].b = net.layers[0].b.astype(np.float32)
    assert grad(in_a_loop, wrt="net.layers[0].b")(net, X).dtype == np.float32
    assert type(grad(in_a_loop, wrt="net.scale")(net, X)) is float


@pytest.mark.parametrize(
    ("wrt", "message", "hint"),
    [
        ("params['z']", "`params` has no part `['z']`", "params['w'], params['b'], params['n']"),
        ("params.w", "`params` has no part `.w`", "its parts are params['w']"),
        ("params['w'][0]", "`params['w']` has no part `[0]`", "differentiate by `params['w']`"),
        ("params['n']", "`params['n']` is, or holds, an int", "write it as a float"),
        ("x[0]", "`x` has no part `[0]`", "differentiate by `x`"),
    ],
)
def test_parts_that_are_not_there(wrt, message, hint):
    params = {"w": RNG.normal(size=(3, 2)), "b": RNG.normal(size=2), "n": 3}
    with pytest.raises(UsageError) as caught:
        grad(table, wrt=wrt)(params, X)
    assert message in caught.value.reason
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("wrt", "message"),
    [
        ("y", "`wrt` names `y`, which is not a parameter"),
        ("y.w", "`wrt` names `y`, which is not a parameter"),
        ("params.", "neither a parameter nor a part of one"),
        ("params[x]", "neither a parameter nor a part of one"),
        ("params[1:2]", "neither a parameter nor a part of one"),
        ("params()", "neither a parameter nor a part of one"),
        (("params['w']", 'params["w"]'), "`wrt` names `params['w']` twice"),
        (("params", "params['w']"), "`wrt` names `params['w']` twice"),
    ],
)
def test_a_wrong_part_is_told_at_once(wrt, message):
    with pytest.raises(UsageError) as caught:
        grad(table, wrt=wrt)
    assert message in caught.value.reason


def test_integer_arrays_are_refused_in_the_part_only():
    params = {"w": RNG.normal(size=(3, 2)), "b": np.arange(2), "n": 3}
    grad(table, wrt="params['w']")(params, X)
    with pytest.raises(UsageError, match=r"`params\['b'\]` is an array of int64"):
        grad(table, wrt="params['b']")(params, X)


def test_a_part_that_does_not_matter():
    params = {"w": RNG.normal(size=(3, 2)), "b": RNG.normal(size=2), "n": 3, "u": 1.0}
    with pytest.raises(UsageError, match=r"does not depend on `params\['u'\]`"):
        grad(table, wrt="params['u']")(params, X)
    assert grad(table, wrt="params['u']", allow_unused=True)(params, X) == 0.0


def test_parsing():
    part = parsed("a.b[0]['c']")
    assert part == Part("a", (Step("b", True), Step(0, False), Step("c", False)))
    assert str(part) == "a.b[0]['c']"
    assert within(part, parsed("a.b"))
    assert not within(parsed("a.b"), part)
    assert not within(parsed("a['b']"), parsed("a.b"))
    assert Options.of("grad", "a.b", False, False).wrt == "a.b"


def test_the_command_line(tmp_path):
    path = tmp_path / "model.py"
    path.write_text(
        "from dataclasses import dataclass\nimport numpy as np\n\n"
        "@dataclass\nclass Model:\n    W: np.ndarray\n    b: float\n\n"
        "    def loss(self, x: float):\n        return x * self.b * self.b\n"
    )
    command = [sys.executable, "-m", "adcompile", str(path), "Model.loss", "--wrt"]
    done = subprocess.run([*command, "self.b"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "with respect to self.b" in done.stdout
    assert "self.b" in done.stdout
    done = subprocess.run([*command, "self.c"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "`self` has no part `.c`" in done.stderr
