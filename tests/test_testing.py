"""The checker of gradients: it must pass right gradients and catch wrong ones."""

import dataclasses
import math
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import adcompile
from adcompile.testing import MODES, central_difference, check_grads, complex_step, identities


def normal(*shape):
    """Some numbers: the same ones for the same shape, whichever tests run."""
    return np.random.default_rng(shape).normal(size=shape)


class Layer(NamedTuple):
    W: object
    b: object


@dataclasses.dataclass
class Gaussian:
    mean: np.ndarray
    sigma: float
    name: str = "prior"

    def __post_init__(self):
        if self.sigma <= 0:
            raise ValueError("sigma must be positive")


def loss(w, b, x, y):
    z = x @ w + b
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def loss_grad(w, b, x, y):
    z = x @ w + b
    d_z = (1 / (1 + np.exp(-z)) - y) / y.size
    return x.T @ d_z, np.sum(d_z)


def loss_args():
    x = normal(5, 3)
    return normal(3), 0.3, x, np.array([0.0, 1.0, 1.0, 0.0, 1.0])


def square(x):
    return x * x


# ---------------------------------------------------------------- right gradients pass


@pytest.mark.parametrize(
    ("f", "df", "x"),
    [
        (square, lambda x: 2 * x, 3.0),
        (square, lambda x: 2.0 * x, 3),  # an int counts as a float
        (square, lambda x: 2 * x, 0.0),
        (square, lambda x: 2 * x, 1e-9),
        (square, lambda x: 2 * x, -1e12),
        (math.exp, math.exp, -20.0),
        (lambda x: math.log(x), lambda x: 1 / x, 1e-12),
        (lambda x: math.sin(x), math.cos, 1e5),
        (lambda x: np.log(1 + x * x), lambda x: 2 * x / (1 + x * x), 1e-5),
        (lambda x: np.log(1 + x * x), lambda x: 2 * x / (1 + x * x), np.float32(1e-3)),
        (math.sqrt, lambda x: 0.5 / math.sqrt(x), 1e-3),
        (lambda x: 1e-9 * math.sin(x), lambda x: 1e-9 * math.cos(x), 1.0),
        (lambda x: 1e9 * math.sin(x), lambda x: 1e9 * math.cos(x), 1.0),
        (lambda x: math.sin(30 * x), lambda x: 30 * math.cos(30 * x), 0.7),
        (lambda x: 5.0, lambda x: 0.0, 2.0),
        (lambda x: math.floor(x) * x, lambda x: float(math.floor(x)), 2.5),
        (lambda x: np.sqrt(np.abs(x)), lambda x: 0.5 / np.sqrt(x), 2.0),
        (lambda x: np.real(np.conj(x) * x), lambda x: 2 * x, 2.0),  # not analytic
        (lambda x: np.array([[x * x]]), lambda x: 2 * x, 3.0),  # a size-one result
        (lambda x: x if abs(x) < 1e-3 else 0.0, lambda x: 1.0, 5e-4),
        (lambda x: min(max(x, 0.0), 1e-3), lambda x: 1.0, 5e-4),
    ],
)
def test_right_scalar_gradient(f, df, x):
    check_grads(f, (x,), gradient=df)


def test_gradient_of_the_compiler_is_the_default(monkeypatch):
    asked = []

    def grad(f, wrt):
        asked.append((f, wrt))
        return lambda x: (2 * x,)

    monkeypatch.setattr("adcompile.grad", grad, raising=False)
    check_grads(square, (3.0,), wrt=("x",))
    assert asked == [(square, ("x",))]


@given(
    st.floats(-3, 3),
    st.floats(-5, 5),
    st.sampled_from([(math.sin, math.cos), (math.exp, math.exp), (math.tanh, None)]),
)
def test_right_gradient_is_never_refused(x, scale, functions):
    f, df = functions
    df = df or (lambda x: 1 - math.tanh(x) ** 2)
    check_grads(
        lambda x: 10**scale * f(x) * x,
        (x,),
        gradient=lambda x: 10**scale * (df(x) * x + f(x)),
    )


@given(st.floats(-3, 3), st.floats(-5, 5))
def test_gradient_off_by_a_hundred_thousandth_is_always_refused(x, scale):
    def f(x):
        return 10**scale * math.exp(x)

    with pytest.raises(AssertionError, match="off by"):
        check_grads(f, (x,), gradient=lambda x: f(x) * (1 + 1e-5))


def test_right_gradient_of_several_arguments():
    check_grads(loss, loss_args(), wrt=(0, 1), gradient=loss_grad)
    check_grads(loss, loss_args(), wrt=("w", "b"), gradient=loss_grad)
    check_grads(loss, loss_args(), wrt=(1,), gradient=lambda *args: (loss_grad(*args)[1],))


def test_sum_that_does_not_depend():
    def f(x):
        e = np.exp(x - np.max(x))
        return np.sum(e / np.sum(e))

    def df(x):
        e = np.exp(x - np.max(x))
        p = e / np.sum(e)
        return p * (np.ones_like(p) - np.sum(p))

    for dtype in (np.float64, np.float32):
        check_grads(f, (normal(4).astype(dtype),), gradient=df)


def test_linear_algebra():
    A = normal(4, 4) + 4 * np.eye(4)
    check_grads(
        lambda A: np.linalg.slogdet(A)[1], (A,), gradient=lambda A: np.linalg.inv(A).T.copy()
    )


@pytest.mark.parametrize("shape", [(), (0,), (1, 1), (2, 3)])
def test_shapes(shape):
    x = normal(*shape)
    check_grads(lambda x: np.sum(x**3), (x,), gradient=lambda x: np.asarray(3 * x**2))


@pytest.mark.parametrize("order", ["C", "F", "strided", "read-only"])
def test_layouts(order):
    x = normal(3, 4)
    if order == "strided":
        x = normal(4, 6).T[::2]
    elif order == "read-only":
        x.flags.writeable = False
    else:
        x = x.copy(order=order)
    check_grads(lambda x: np.sum(x**2), (x,), gradient=lambda x: 2 * x)


def test_function_that_writes_to_its_argument():
    def f(x):
        x[1:] *= x[:-1]
        return np.sum(x)

    x = np.array([2.0, 3.0])
    check_grads(f, (x,), gradient=lambda x: np.array([1 + x[1], x[0]]))
    assert x.tolist() == [2.0, 3.0]


# ---------------------------------------------------------------- wrong gradients are refused


def test_wrong_element_is_named():
    def wrong(w, b, x, y):
        d_w, d_b = loss_grad(w, b, x, y)
        d_w[1] *= 2
        return d_w, d_b

    with pytest.raises(AssertionError, match=r"gradient by w\[1\]: got .*, expected .*, off by"):
        check_grads(loss, loss_args(), wrt=("w", "b"), gradient=wrong)


def test_message_says_value_expected_and_difference():
    with pytest.raises(AssertionError) as caught:
        check_grads(square, (3.0,), gradient=lambda x: 3 * x)
    message = str(caught.value)
    assert message.startswith("gradient by x: got 9.0, expected 6.0")
    assert "off by 3 (0.5 of it); 1 of 1 elements of x are wrong" in message


def test_worst_element_is_named():
    wrong = np.array([[0.0, 0.1, 0.0], [0.0, 0.0, -0.3]])
    with pytest.raises(AssertionError, match=r"gradient by x\[1, 2\].*2 of 6 elements"):
        check_grads(
            lambda x: np.sum(x**2) / 2,
            (np.ones((2, 3)),),
            gradient=lambda x: x + wrong,
        )


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_gradient_that_is_no_number(wrong):
    with pytest.raises(AssertionError, match=r"x\[1\]: got (nan|-?inf), expected 2\.0"):
        check_grads(
            lambda x: np.sum(x * x), (np.ones(2),), gradient=lambda x: np.array([2.0, wrong])
        )


def test_tiny_gradient_must_be_right_too():
    with pytest.raises(AssertionError, match=r"got 0\.0"):
        check_grads(lambda x: 1e-9 * x * x, (3.0,), gradient=lambda x: 0.0)


def test_given_tolerances_count():
    check_grads(square, (3.0,), gradient=lambda x: 6.01, rtol=1e-2)
    check_grads(square, (3.0,), gradient=lambda x: 6.01, atol=0.02)
    with pytest.raises(AssertionError, match=r"off by 0\.01"):
        check_grads(square, (3.0,), gradient=lambda x: 6.01, rtol=1e-4, atol=1e-3)
    with pytest.raises(AssertionError, match="off by 1e-08"):
        check_grads(square, (3.0,), gradient=lambda x: 6 + 1e-8, rtol=0.0, atol=1e-10)


# ---------------------------------------------------------------- form of the gradient


@pytest.mark.parametrize(
    ("gradient", "message"),
    [
        (lambda x: 2 * x[:2], r"shape \(2,\), expected dtype float64 and shape \(3,\)"),
        (lambda x: (2 * x)[None], r"shape \(1, 3\)"),
        (lambda x: (2 * x).astype(np.float32), "dtype float32"),
        (lambda x: None, "got NoneType"),
        (lambda x: list(2 * x), r"wrong structure of the gradient by x: .*leaf.*container"),
        (lambda x: 0.0, "got float"),
    ],
)
def test_gradient_of_wrong_form(gradient, message):
    with pytest.raises(AssertionError, match=message):
        check_grads(lambda x: np.sum(x * x), (np.ones(3),), gradient=gradient)


def test_gradient_of_a_float_must_not_be_an_int():
    with pytest.raises(AssertionError, match="got int with dtype int64"):
        check_grads(lambda x: 2 * x, (1.5,), gradient=lambda x: 2)


def test_tuple_of_arguments_needs_a_tuple_of_gradients():
    for gradient in (lambda *a: list(loss_grad(*a)), lambda *a: (1.0,), lambda *a: None):
        with pytest.raises(AssertionError, match="must be a tuple of 2"):
            check_grads(loss, loss_args(), wrt=(0, 1), gradient=gradient)


# ---------------------------------------------------------------- side effects


def test_changed_argument_is_found():
    def gradient(w, b, x, y):
        x[2, 1] = 7.0
        return loss_grad(w, b, x, y)

    with pytest.raises(AssertionError, match=r"changed argument x\[2, 1\]: .* became .*7\.0"):
        check_grads(loss, loss_args(), wrt=(0, 1), gradient=gradient)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda p: p["W"].append(1.0), r'changed argument p: the structures differ at \["W"\]'),
        (lambda p: p["W"].__setitem__(0, 5.0), r'changed argument p\["W"\]\[0\]: 2\.0 became 5\.0'),
        (lambda p: p.update(name="b"), r"""changed argument p\["name"\]: 'a' became 'b'"""),
        (lambda p: p.update(n=3.0), r'changed argument p\["n"\]: 3 became 3\.0'),
        (lambda p: p.pop("n", None), "changed argument p: the structures differ"),
    ],
)
def test_changed_container_is_found(spoil, message):
    def gradient(p):
        spoil(p)
        return {"W": [2 * p["W"][0]], "name": None, "n": None}

    p = {"W": [2.0], "name": "a", "n": 3}
    with pytest.raises(AssertionError, match=message):
        check_grads(lambda p: p["W"][0] ** 2, (p,), gradient=gradient)


def test_argument_changed_in_each_call_is_found():
    def gradient(x):
        x *= 2
        return x

    with pytest.raises(AssertionError, match=r"changed argument x\[0\]: .*3\.0.* became .*6\.0"):
        check_grads(lambda x: np.sum(x * x), (np.array([3.0]),), gradient=gradient)


def test_argument_not_a_number_counts_as_unchanged():
    check_grads(lambda x, y: x * x, (3.0, np.array([np.nan])), gradient=lambda x, y: 2 * x)


def test_second_call_that_differs_is_found():
    calls = []

    def gradient(x):
        calls.append(x)
        return 2 * x * (1 if len(calls) == 1 else np.array([1.0, 3.0]))

    with pytest.raises(AssertionError, match=r"another result\[1\]: .*4\.0.* became .*12\.0"):
        check_grads(lambda x: np.sum(x * x), (np.array([1.0, 2.0]),), gradient=gradient)


def test_result_that_the_next_call_overwrites_is_found():
    buffer = np.zeros(2)
    calls = []

    def gradient(x):
        calls.append(x)
        buffer[:] = 2 * x * len(calls)
        return buffer

    with pytest.raises(AssertionError, match=r"changed the first result\[0\]"):
        check_grads(lambda x: np.sum(x * x), (np.array([1.0, 2.0]),), gradient=gradient)


def test_caller_keeps_its_arguments():
    args = loss_args()
    kept = [np.array(arg) for arg in args]
    check_grads(loss, args, wrt=(0, 1), gradient=loss_grad)
    for arg, before in zip(args, kept):
        np.testing.assert_array_equal(arg, before)


# ---------------------------------------------------------------- float32


def mse(w, x):
    return np.mean((x @ w) ** 2)


def mse_grad(w, x):
    return (2 * x.T @ (x @ w) / np.float32(len(x))).astype(w.dtype)


def test_float32():
    w, x = normal(3).astype(np.float32), normal(6, 3).astype(np.float32)
    check_grads(mse, (w, x), gradient=mse_grad)
    with pytest.raises(AssertionError, match=r"gradient by w\[\d\]"):
        check_grads(mse, (w, x), gradient=lambda w, x: mse_grad(w, x) * np.float32(1.01))
    with pytest.raises(AssertionError, match="dtype float64"):
        check_grads(mse, (w, x), gradient=lambda w, x: mse_grad(w, x).astype(float))


def test_function_that_computes_in_float32():
    def f(x):
        return float(np.sum(np.exp(x.astype(np.float32))))

    x = normal(3)
    check_grads(f, (x,), gradient=np.exp, rtol=1e-4)
    with pytest.raises(AssertionError, match=r"gradient by x\[\d\]"):
        check_grads(f, (x,), gradient=lambda x: 1.01 * np.exp(x), rtol=1e-4)


def test_float32_in_a_function_for_float32_alone():
    def f(w, x):
        assert w.dtype == np.float32
        return mse(w, x)

    w, x = normal(3).astype(np.float32), normal(6, 3).astype(np.float32)
    check_grads(f, (w, x), gradient=mse_grad)
    with pytest.raises(AssertionError, match=r"gradient by w\[\d\]"):
        check_grads(f, (w, x), gradient=lambda w, x: mse_grad(w, x) * np.float32(1.1))


def test_float32_in_a_function_that_means_another_thing_in_float64():
    def f(x):
        return np.sum(x * x if x.dtype == np.float32 else 3 * x)

    check_grads(f, (np.ones(2, np.float32),), gradient=lambda x: 2 * x)


def test_float_among_float32_is_checked_as_float32_computes():
    X = normal(50).astype(np.float32)
    check_grads(
        lambda s, X: np.sum(np.exp(s * X)),
        (0.3, X),
        gradient=lambda s, X: np.float64(np.sum(X * np.exp(s * X))),
    )


def test_numpy_scalars():
    for kind in (np.float32, np.float64):
        check_grads(square, (kind(1.5),), gradient=lambda x: 2 * x)
    with pytest.raises(AssertionError, match="expected dtype float32"):
        check_grads(square, (np.float32(1.5),), gradient=lambda x: 2.0 * float(x))


# ---------------------------------------------------------------- containers


def network(params, x):
    for layer in params["layers"]:
        x = np.tanh(x @ layer.W + layer.b)
    return params["scale"] * np.sum(x)


def network_grad(params, x):
    inputs = []
    for layer in params["layers"]:
        inputs.append(x)
        x = np.tanh(x @ layer.W + layer.b)
    d_scale = np.sum(x)
    d_x = params["scale"] * np.ones_like(x)
    d_layers = []
    for layer, before in zip(reversed(params["layers"]), reversed(inputs)):
        d_z = d_x * (1 - np.tanh(before @ layer.W + layer.b) ** 2)
        d_layers.insert(0, Layer(before.T @ d_z, np.sum(d_z, axis=0)))
        d_x = d_z @ layer.W.T
    return {"layers": d_layers, "scale": d_scale, "depth": None, "name": None}


def network_args():
    layers = [Layer(normal(3, 2), normal(2)) for _ in range(1)]
    layers.append(Layer(normal(2, 2), normal(2)))
    params = {"layers": layers, "scale": 0.7, "depth": 2, "name": "net"}
    return params, normal(4, 3)


def test_containers():
    check_grads(network, network_args(), gradient=network_grad)


def test_wrong_element_in_a_container_is_named():
    def wrong(params, x):
        gradient = network_grad(params, x)
        gradient["layers"][1].W[0, 1] += 1
        return gradient

    with pytest.raises(
        AssertionError, match=r'gradient by params\["layers"\]\[1\]\.W\[0, 1\]: got'
    ):
        check_grads(network, network_args(), gradient=wrong)


def test_gradient_must_have_the_structure_of_the_argument():
    def wrong(params, x):
        gradient = network_grad(params, x)
        return gradient | {"layers": tuple(gradient["layers"])}

    with pytest.raises(
        AssertionError, match=r'structure of the gradient by params: .*\["layers"\]'
    ):
        check_grads(network, network_args(), gradient=wrong)


def test_dataclass_with_checks_of_its_own():
    def f(g, x):
        return np.sum((x - g.mean) ** 2) / g.sigma

    def df(g, x):
        gradient = Gaussian(-2 * (x - g.mean) / g.sigma, 1.0)
        gradient.sigma = -np.sum((x - g.mean) ** 2) / g.sigma**2
        return gradient

    g = Gaussian(np.array([0.5, -0.2]), 1.5)
    check_grads(f, (g, np.array([1.0, 2.0])), gradient=df)


def test_gradient_in_another_order_of_keys():
    check_grads(
        lambda p: p["a"] ** 2 + 3 * p["b"],
        ({"a": 1.0, "b": 2.0},),
        gradient=lambda p: {"b": 3.0, "a": 2 * p["a"]},
    )


def test_float_in_a_container_needs_a_gradient():
    with pytest.raises(AssertionError, match=r'by p\["a"\]: got NoneType'):
        check_grads(lambda p: p["a"] ** 2, ({"a": 1.0},), gradient=lambda p: {"a": None})


# ---------------------------------------------------------------- naming arguments


def test_ways_to_name_an_argument():
    def f(a, /, b, *rest, c, d=2.0, **others):
        return a * 2 + b**2 + rest[1] ** 3 + c * d + others["e"] * 5

    args, kwargs = (1.0, 2.0, 3.0, 4.0), {"c": 5.0, "e": 6.0}
    for wrt, value in [
        (0, 2.0),
        ("a", 2.0),
        (1, 4.0),
        ("b", 4.0),
        (2, 0.0),
        (3, 48.0),
        ("c", 2.0),
        ("d", 5.0),
        ("e", 5.0),
    ]:
        check_grads(f, args, kwargs, wrt=wrt, gradient=lambda *a, value=value, **k: value)
    with pytest.raises(AssertionError, match=r"gradient by rest\[1\]"):
        check_grads(f, args, kwargs, wrt=3, gradient=lambda *a, **k: 1.0)


@pytest.mark.parametrize("wrt", [5, "z", (0, "z"), -9])
def test_unknown_argument(wrt):
    with pytest.raises(ValueError, match="is none of the arguments w, b, x, y"):
        check_grads(loss, loss_args(), wrt=wrt, gradient=loss_grad)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.arange(3), "holds no float"),
        ("text", "holds no float"),
        (True, "holds no float"),
        ({"a": [None]}, "holds no float"),
    ],
)
def test_argument_that_cannot_be_differentiated_by(x, message):
    with pytest.raises(TypeError, match=message):
        check_grads(lambda x: 1.0, (x,), gradient=lambda x: x)


@pytest.mark.parametrize("result", [np.ones(2), (1.0, 2.0), "text", None, 1j])
def test_result_must_be_a_real_scalar(result):
    with pytest.raises(TypeError, match="result must be"):
        check_grads(lambda x: result, (1.0,), gradient=lambda x: 0.0)


def test_arguments_that_do_not_fit():
    with pytest.raises(TypeError, match="missing a required argument"):
        check_grads(loss, (1.0,), gradient=loss_grad)


def test_objects_that_cannot_be_copied_are_passed_on():
    check_grads(
        lambda x, m, g: m.sin(x), (1.0, math, (i for i in ())), gradient=lambda x, m, g: m.cos(x)
    )


def test_random_state_is_the_same_in_each_evaluation():
    def f(x, rng):
        return np.sum(x * rng.normal(size=2))

    rng = np.random.default_rng(3)
    noise = np.random.default_rng(3).normal(size=2)
    check_grads(f, (np.ones(2), rng), gradient=lambda x, rng: noise.copy())


# ---------------------------------------------------------------- kinks and jumps


@pytest.mark.parametrize(
    ("f", "middle"),
    [
        (lambda x: np.sum(np.abs(x)), 0.0),
        (lambda x: np.sum(np.maximum(x, 0)), 0.5),
        (lambda x: np.sum(np.where(x > 0, 3 * x, x)), 2.0),
        (lambda x: np.sum(np.minimum(x, -x)), 0.0),
        (lambda x: np.sum(np.linalg.norm(x)), 0.0),
    ],
)
def test_kink_takes_the_middle(f, middle):
    check_grads(f, (np.zeros(1),), gradient=lambda x: np.full(1, middle))
    with pytest.raises(AssertionError, match=r"gradient by x\[0\]: got"):
        check_grads(f, (np.zeros(1),), gradient=lambda x: np.full(1, middle + 0.5))


def test_ties_share():
    x = np.array([1.0, 3.0, 3.0])
    check_grads(np.max, (x,), gradient=lambda a: np.array([0.0, 0.5, 0.5]))


@pytest.mark.parametrize("distance", [1e-2, 1e-4, 1e-9])
def test_beside_a_kink(distance):
    check_grads(abs, (distance,), gradient=lambda x: 1.0)
    check_grads(abs, (-distance,), gradient=lambda x: -1.0)


def test_jump_cannot_be_checked():
    with pytest.raises(AssertionError, match=r"gradient by x cannot be checked: .* do not settle"):
        check_grads(math.floor, (2.0,), gradient=lambda x: 0.0)


def test_infinite_slope_cannot_be_checked():
    with pytest.raises(AssertionError, match="cannot be checked"):
        check_grads(math.sqrt, (0.0,), gradient=lambda x: math.inf)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_value_that_is_no_number_cannot_be_checked(value):
    with pytest.raises(AssertionError, match="has no derivatives here"):
        check_grads(lambda x: x * value, (1.0,), gradient=lambda x: value)


# ---------------------------------------------------------------- the two references


@pytest.mark.parametrize("x", [0.0, 1e-7, 0.3, -2.0, 40.0, 1e5])
@pytest.mark.parametrize(
    ("f", "df"),
    [(math.sin, math.cos), (math.atan, lambda x: 1 / (1 + x * x)), (square, lambda x: 2 * x)],
)
def test_central_difference_knows_its_error(f, df, x):
    estimate = central_difference(f, x)
    assert abs(estimate.value - df(x)) <= 2 * estimate.error
    assert estimate.error <= 1e-8 * max(1.0, abs(df(x)))


def test_central_difference_of_a_noisy_function():
    rng = np.random.default_rng(0)
    for _ in range(50):
        estimate = central_difference(lambda x: math.exp(x) + 1e-10 * rng.normal(), 0.5)
        assert abs(estimate.value - math.exp(0.5)) <= 1e-7 + 4 * estimate.error <= 1e-5


def test_central_difference_outside_the_domain():
    estimate = central_difference(math.log, -1.0)
    assert math.isnan(estimate.value)
    assert estimate.error == math.inf


def test_complex_step_is_exact():
    assert complex_step(lambda z: np.exp(z) / np.sqrt(z), 1.5) == pytest.approx(
        math.exp(1.5) * (1 - 1 / 3) / math.sqrt(1.5), rel=1e-15
    )


def drop_imaginary(z):
    x = np.zeros(1)
    x[0] = np.asarray(z)[()]
    return x[0]


@pytest.mark.parametrize("f", [math.sin, drop_imaginary, lambda z: z * math.inf, lambda z: z < 1])
def test_complex_step_that_fails(f):
    assert complex_step(f, 1.0) in (None, 0.0)


def test_function_for_real_numbers_alone():
    def f(x):
        assert not np.iscomplexobj(x)
        out = np.zeros(2)
        out[:] = x * x
        return np.sum(out)

    check_grads(f, (np.ones(2),), gradient=lambda x: 2 * x)
    with pytest.raises(AssertionError, match=r"expected 2\.0"):
        check_grads(f, (np.ones(2),), gradient=lambda x: 0 * x)


# ---------------------------------------------------------------- modes


def curved(x, w):
    return np.sum(np.tanh(w @ x) ** 2 * x[0])


MATRIX = np.array([[0.5, -0.3, 0.2], [0.1, 0.4, -0.6]])


def test_the_modes_are_those_of_the_table():
    assert MODES == ("reverse", *identities.CHECKS)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("wrt", [0, "w", ("x", "w")])
def test_every_mode(mode, wrt):
    check_grads(curved, (normal(3), MATRIX), wrt=wrt, modes=(mode,))


def test_every_mode_in_float32():
    x, w = normal(3).astype(np.float32), MATRIX.astype(np.float32)
    check_grads(curved, (x, w), wrt=("x", "w"), modes=MODES)


def test_every_mode_of_floats_and_containers():
    check_grads(polynomial, (1.3, {"a": 0.5, "b": normal(2)}), wrt=("x", "p"), modes=MODES)
    check_grads(polynomial, (1.3, {"a": 0.5, "b": normal(2)}), wrt="p['b']", modes=MODES)


def polynomial(x, p):
    return p["a"] * x**3 + np.sum(p["b"] ** 2) * x


def test_an_unknown_mode():
    with pytest.raises(ValueError, match="there is no mode 'backward': write reverse, forward"):
        check_grads(curved, (normal(3), MATRIX), modes=("backward",))


def at(gradients):
    return identities.Differentiated(curved, (normal(3), MATRIX), {}, (0,), (normal(3),), gradients)


def test_a_gradient_that_is_not_that_of_forward_mode():
    good = adcompile.grad(curved)(normal(3), MATRIX)
    identities.CHECKS["forward"](at((good,)))
    with pytest.raises(AssertionError, match="along a direction, forward mode gives"):
        identities.CHECKS["forward"](at((good * (1 + 1e-8),)))


@pytest.mark.parametrize(
    ("spoilt", "message"),
    [
        (lambda h, u: h * (1 + 1e-8 * u[0]), "in one order and"),
        (lambda h, u: h * (1 + 1e-3), "differences of the gradient give"),
    ],
)
def test_a_hessian_that_is_wrong(spoilt, message, monkeypatch):
    right = identities.hvp

    def wrong(f, **options):
        return lambda x, w, u: (spoilt(right(f, **options)(x, w, u)[0], u[0]),)

    monkeypatch.setattr(identities, "hvp", wrong)
    with pytest.raises(AssertionError, match=message):
        check_grads(curved, (normal(3), MATRIX), modes=("forward over reverse",))


class Net:
    def __init__(self):
        self.weights = {"out": normal(3), "all": [MATRIX, 0.5]}
        self.name, self.size = "net", 3

    def __call__(self, x):
        hidden = np.tanh(self.weights["all"][0] @ x) * self.weights["all"][1]
        return np.sum(hidden**2) * self.weights["out"][0] ** 2


def test_objects_are_taken_apart():
    check_grads(lambda net, x: net(x), (Net(), normal(3)), wrt=(0, "x"))
    with pytest.raises(AssertionError, match=r"gradient by net.weights\[\"all\"\]\[1\]"):
        check_grads(
            lambda net, x: net(x), (Net(), normal(3)), gradient=lambda net, x: spoilt_net(net, x)
        )


def spoilt_net(net, x):
    found = adcompile.grad(lambda net, x: net(x))(net, x)
    found.weights["all"][1] *= 1.01
    return found
