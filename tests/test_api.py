"""What `grad` and `value_and_grad` return, take and refuse, whatever the derivative."""

import copy
import dataclasses
import functools
import inspect
import io
import pickle
import typing

import numpy as np
import pytest

from adcompile import AdcompileError, SourceError, UsageError, grad, value_and_grad


def cube(x, k=2.0):
    """The cube."""
    return k * x * x * x


@grad
def decorated(x: float, k: float = 2.0) -> float:
    """The cube."""
    return k * x * x * x


@value_and_grad(wrt=("x", "k"))
def decorated_with_options(x, k):
    return k * x * x * x


class Model:
    def __init__(self, scale):
        self.scale = scale

    def plain(self, x):
        return self.scale * x * x

    @grad
    def method(self, x, y=1.0):
        return self.scale * x * x * y

    @grad(wrt="y")
    def by_name(self, x, y):
        return self.scale * x * y * y

    @staticmethod
    @grad
    def static(x):
        return x * x

    @grad
    @staticmethod
    def static_inside(x):
        return x * x

    @classmethod
    @grad
    def of_class(cls, x):
        return cls.factor() * x * x

    @grad
    @classmethod
    def of_class_inside(cls, x):
        return 3.0 * x * x

    @staticmethod
    def factor():
        return 3.0


# ----- the object -----


def test_it_wraps_the_function():
    for derivative in (grad(cube), decorated):
        assert derivative.__name__ in ("cube", "decorated")
        assert derivative.__qualname__ == derivative.__name__
        assert derivative.__doc__ == "The cube."
        assert derivative.__module__ == __name__
        assert inspect.signature(derivative) == inspect.signature(derivative.__wrapped__)
    assert grad(cube).__wrapped__ is cube
    assert str(inspect.signature(decorated)) == "(x: float, k: float = 2.0) -> float"


def test_it_is_callable_and_says_what_it_is():
    assert callable(decorated)
    assert repr(decorated) == "<grad of decorated>"
    assert repr(decorated_with_options) == "<value_and_grad of decorated_with_options>"
    assert type(decorated).__name__ == "Derivative"


def test_two_derivatives_of_a_function_are_two_objects():
    first, second = grad(cube), grad(cube)
    first.tag = "first"
    assert not hasattr(second, "tag")
    assert first != second


def test_attributes_of_the_function_are_copied():
    def f(x):
        return x * x

    f.tag = "mine"
    grad(f)
    assert grad(f).tag == "mine"
    assert vars(copy.copy(grad(f))) == vars(grad(f))


def test_primal_is_the_function():
    assert decorated.primal(2.0) == 16.0
    assert grad(cube).primal is cube


def test_source_is_the_text_made_last():
    def f(x):
        return np.sum(x * x)

    derivative = grad(f)
    assert derivative.source is None
    derivative(2.0)
    first = derivative.source
    assert first.startswith("def f_grad(x):")
    derivative(np.ones(3))
    assert derivative.source == derivative.source_for(np.ones(3))


def test_source_for_runs_nothing(capsys):
    def f(x, y=2.0):
        print("run")
        return x * y

    derivative = grad(f)
    assert "def f_grad(x, y=2.0):" in derivative.source_for(3.0)
    assert derivative.source_for(3.0, y=2.0) == derivative.source_for(3.0)
    assert capsys.readouterr().out == ""
    derivative(3.0)
    assert capsys.readouterr().out == "run\n"


def test_the_text_is_what_runs():
    def f(x):
        return x * x * x

    derivative = grad(f)
    derivative(2.0)
    namespace = {}
    exec(derivative.source, namespace)
    assert namespace["f_grad"](2.0) == 12.0


def test_its_lines_are_in_tracebacks():
    def f(x, n):
        return x * np.ones(3)[n]

    with pytest.raises(IndexError) as error:
        grad(f)(2.0, 7)
    generated = [entry for entry in error.traceback if "adcompile f_grad" in str(entry.path)]
    assert generated
    assert "ones" in str(generated[0].statement)


# ----- pickles -----


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_decorated_function_is_pickled_by_name(protocol):
    for derivative in (decorated, decorated_with_options, Model.method, Model.static):
        assert pickle.loads(pickle.dumps(derivative, protocol)) is derivative


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_derivative_is_pickled_with_its_function(protocol):
    derivative = value_and_grad(cube, wrt=("k", 0))
    derivative(2.0)
    found = pickle.loads(pickle.dumps(derivative, protocol))
    assert found(2.0) == derivative(2.0) == (16.0, (8.0, 24.0))
    assert found.primal is cube


def test_a_bound_derivative_is_pickled_with_its_object():
    for bound in (Model(5.0).method, grad(Model(5.0).plain)):
        assert pickle.loads(pickle.dumps(bound))(2.0) == 20.0


def test_a_derivative_of_a_class_is_pickled():
    assert pickle.loads(pickle.dumps(Model.of_class))(2.0) == 12.0


def test_a_local_function_cannot_be_pickled_as_any_other():
    def f(x):
        return x * x

    with pytest.raises((pickle.PicklingError, AttributeError), match="f"):
        pickle.dumps(grad(f))


def test_a_copy_is_the_same_derivative():
    assert copy.copy(decorated) is decorated
    assert copy.deepcopy(decorated) is decorated
    assert copy.deepcopy(grad(cube))(1.0) == 6.0


def test_what_a_function_carries_is_not_pickled_with_it():
    def f(x):
        return x * x

    grad(f)(2.0)
    assert pickle.loads(pickle.dumps(vars(f))) == {"__adcompile__": {}}


# ----- methods -----


def test_methods():
    model = Model(5.0)
    assert model.method(2.0) == 20.0
    assert model.method(2.0, y=3.0) == 60.0
    assert Model.method(model, 2.0) == 20.0
    assert model.by_name(2.0, 3.0) == 60.0
    assert model.method.primal(2.0) == 20.0
    assert model.method.__wrapped__(2.0) == 20.0
    assert "def method_grad(self, x, y=1.0):" in model.method.source_for(2.0)
    assert model.method.__self__ is model
    assert model.method.__func__ is Model.method
    assert model.method == model.method
    assert model.method != Model(5.0).method
    assert len({model.method, model.method}) == 1
    assert str(inspect.signature(model.method)) == "(x, y=1.0)"
    assert model.method.__name__ == "method"


def test_bound_methods():
    model = Model(5.0)
    derivative = grad(model.plain)
    assert derivative(2.0) == 20.0
    assert derivative.primal(2.0) == 20.0
    assert value_and_grad(model.plain, wrt="x")(2.0) == (20.0, 20.0)
    model.scale = 1.0
    assert derivative(2.0) == 4.0


def test_static_and_class_methods():
    for model in (Model, Model(5.0)):
        assert model.static(2.0) == 4.0
        assert model.static_inside(2.0) == 4.0
        assert model.of_class(2.0) == 12.0
        assert model.of_class_inside(2.0) == 12.0


def test_a_derivative_in_a_class_of_its_own():
    class Other:
        derivative = grad(Model(5.0).plain)

    assert Other().derivative(2.0) == 20.0


# ----- wrt and options -----


def product(a, b, c):
    return a * b * b * c


@pytest.mark.parametrize(
    ("wrt", "expected"),
    [
        (0, 12.0),
        ("a", 12.0),
        (1, 12.0),
        (-1, 4.0),
        (-3, 12.0),
        (np.int64(2), 4.0),
        ((0,), (12.0,)),
        (("c", "a"), (4.0, 12.0)),
        ([0, "b"], (12.0, 12.0)),
        ((-1, np.int8(0)), (4.0, 12.0)),
    ],
)
def test_wrt(wrt, expected):
    assert grad(product, wrt=wrt)(1.0, 2.0, 3.0) == expected
    assert grad(product, wrt)(1.0, 2.0, 3.0) == expected
    assert value_and_grad(product, wrt=wrt)(1.0, 2.0, 3.0) == (12.0, expected)


def test_decorators_with_and_without_options():
    @grad
    def plain(x):
        return x * x

    @grad()
    def called(x):
        return x * x

    @grad(wrt="x")
    def named(x):
        return x * x

    assert plain(3.0) == called(3.0) == named(3.0) == 6.0
    assert decorated_with_options(1.0, 2.0) == (2.0, (6.0, 1.0))


def test_has_aux():
    def f(x):
        y = x * x
        return y * x, {"square": y}

    assert grad(f, has_aux=True)(2.0) == (12.0, {"square": 4.0})
    assert value_and_grad(f, has_aux=True)(2.0) == ((8.0, {"square": 4.0}), 12.0)


def test_allow_unused():
    def f(x, y):
        return x * x

    with pytest.raises(UsageError, match="y"):
        grad(f, wrt=("x", "y"))(1.0, 2.0)
    assert grad(f, wrt=("x", "y"), allow_unused=True)(1.0, 2.0) == (2.0, 0.0)
    (zeros,) = grad(f, wrt=("y",), allow_unused=True)(1.0, np.ones(2, np.float32))
    assert zeros.dtype == np.float32
    np.testing.assert_array_equal(zeros, [0.0, 0.0])


# ----- wrong use -----


@pytest.mark.parametrize(
    ("wrt", "message"),
    [
        ("z", "`wrt` names `z`, which is not a parameter"),
        (3, "`wrt` is position 3, but there are 3 parameters"),
        (-4, "`wrt` is position -4"),
        (("a", "z"), "`wrt` names `z`"),
        (("a", 0), "`wrt` names `a` twice"),
        ((), "`wrt` is empty"),
        (1.0, "`wrt` must be a position or name"),
        (None, "`wrt` must be a position or name"),
        (True, "`wrt` must be a position or name"),
        ({"a": 1}, "`wrt` must be a position or name"),
    ],
)
def test_a_wrong_wrt_is_told_at_once(wrt, message):
    with pytest.raises(UsageError, match=message.replace("(", r"\(")):
        grad(product, wrt=wrt)


def test_what_cannot_be_differentiated_is_told_at_once():
    with pytest.raises(UsageError, match="takes a function, not 3"):
        grad(3)
    for function in (np.sum, abs, functools.partial(cube)):
        with pytest.raises((SourceError, UsageError), match="not a function written in Python"):
            grad(function)
    with pytest.raises(UsageError, match="parameters"):
        grad(lambda: 1.0)

    def generator(x):
        yield x

    async def asynchronous(x):
        return x

    for function in (generator, asynchronous):
        with pytest.raises(UsageError, match="generator or asynchronous"):
            grad(function)


def test_a_function_without_source():
    function = eval("lambda x: x * x")
    with pytest.raises(SourceError, match="source"):
        grad(function)(2.0)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.arange(3), "`x` is an array of int64; only floating-point"),
        (np.array([True]), "`x` is an array of bool"),
        (np.int32(3), "`x` is an array of int32"),
        ({"w": np.arange(3)}, r'`x\["w"\]` is an array of int64'),
        ([1.0, (np.arange(2),)], r"`x\[1\]\[0\]` is an array of int64"),
        (np.array([None]), "`x` is an array of objects"),
        (np.array(["a"]), "`x` is an array of <U1"),
        (True, "`x` is True; only numbers"),
        ("a", "`x` is 'a'; only numbers"),
        (None, "`x` is None; only numbers"),
        (np.ones((1, 1)).view(np.matrix), "numpy.matrix, whose operators are not those of arrays"),
        (np.ma.array([1.0]), "MaskedArray, whose operators"),
    ],
)
def test_arguments_without_a_derivative(value, message):
    def f(x):
        return x

    with pytest.raises(UsageError, match=message):
        grad(f)(value)


def test_a_matrix_is_refused_wherever_it_stands():
    def f(x, m):
        return np.sum(x * m)

    with pytest.raises(UsageError, match=r"`m` is a numpy\.matrix"):
        grad(f)(1.0, np.ones((1, 1)).view(np.matrix))


def test_arguments_that_do_not_fit_the_function():
    for arguments, keywords in (((), {}), ((1.0, 2.0, 3.0), {}), ((1.0,), {"z": 1.0})):
        with pytest.raises(TypeError):
            grad(cube)(*arguments, **keywords)
        with pytest.raises(TypeError):
            grad(cube).source_for(*arguments, **keywords)


def test_a_result_that_is_no_number():
    def f(x):
        return x * x

    with pytest.raises(AdcompileError, match="the result is an array, not a number"):
        grad(f)(np.ones(3))


def test_a_result_of_size_one():
    def f(x):
        return x * x

    result = grad(f)(np.full((1, 1), 3.0))
    assert result.shape == (1, 1)
    assert result.item() == 6.0


def test_an_error_leaves_nothing_behind():
    def f(x):
        return x * x

    derivative = grad(f)
    for _ in range(2):
        with pytest.raises(AdcompileError):
            derivative(np.ones(3))
    assert derivative(2.0) == 4.0
    with pytest.raises(AdcompileError):
        derivative(np.ones(3))


# ----- arguments -----


def test_ints_count_as_floats():
    result = grad(product, wrt=("a", "b"))(1, 2, 3)
    assert result == (12.0, 12.0)
    assert all(type(part) is float for part in result)
    assert grad(product)(1, 2.0, 3) == grad(product)(1.0, 2.0, 3.0) == 12.0


def test_ints_in_containers_count_as_floats():
    def f(p):
        return p["a"][0] * p["a"][1] / p["b"]

    assert grad(f)({"a": (2, 3.0), "b": 4}) == {"a": (0.75, 0.5), "b": -0.375}


def positional_only(x, /, y):
    return x * x * y


def keyword_only(x, *, y=3.0, z):
    return x * x * y * z


def star(x, *rest):
    for r in rest:
        x = x * r
    return x


def double_star(x, **options):
    return x * x * options["scale"]


def everything(a, /, b=2.0, *rest, c, d=5.0, **options):
    return a * b * rest[0] * c * d * options["e"]


@pytest.mark.parametrize(
    ("function", "arguments", "keywords", "expected"),
    [
        (cube, (1.0,), {}, 6.0),
        (cube, (), {"x": 1.0}, 6.0),
        (cube, (), {"k": 1.0, "x": 1.0}, 3.0),
        (positional_only, (1.0, 4.0), {}, 8.0),
        (positional_only, (1.0,), {"y": 4.0}, 8.0),
        (keyword_only, (1.0,), {"z": 1.0}, 6.0),
        (keyword_only, (1.0,), {"z": 1.0, "y": 1.0}, 2.0),
        (star, (2.0,), {}, 1.0),
        (star, (2.0, 3.0, 4.0), {}, 12.0),
        (double_star, (1.0,), {"scale": 3.0, "other": 1.0}, 6.0),
        (everything, (1.0, 2.0, 3.0), {"c": 4.0, "e": 6.0}, 720.0),
    ],
)
def test_ways_to_pass_arguments(function, arguments, keywords, expected):
    assert grad(function)(*arguments, **keywords) == pytest.approx(expected)
    assert grad(function)(*arguments, **keywords) == pytest.approx(expected)


def test_parameters_named_like_builtins_and_like_ours():
    def f(type, map, _compile, __0_0, dispatch=2.0, list=1.0):
        return type * map * _compile * __0_0 * dispatch * list

    assert grad(f, wrt=("type", "dispatch"))(1.0, 2.0, 3.0, 4.0) == (48.0, 24.0)
    assert grad(f)(np.float64(1.0), 2.0, 3.0, 4.0) == 48.0


def test_a_mutable_default_is_not_copied():
    history = []

    def f(x, seen=history):
        return x * len(seen)

    derivative = grad(f)
    history.append(1)
    assert derivative(3.0) == 1.0
    history.append(1)
    assert derivative(3.0) == 2.0


# ----- containers -----


class Point(typing.NamedTuple):
    x: float
    y: np.ndarray


@dataclasses.dataclass
class Params:
    w: np.ndarray
    b: float
    steps: int = 2


@dataclasses.dataclass(frozen=True)
class Frozen:
    inner: Params
    scale: float


def of_tuple(p):
    return p[0] * np.sum(p[1] * p[1])


def of_dict(p):
    return p["a"] * np.sum(p["b"] * p["b"])


def of_fields(p):
    return p.x * np.sum(p.y * p.y)


def of_dataclass(p):
    y = p.b * np.sum(p.w * p.w)
    for _ in range(p.steps - 1):
        y = y * 1.0
    return y


def of_nested(p):
    return p["m"].scale * of_dataclass(p["m"].inner) * p["l"][0][1]


Y = np.array([1.0, 2.0])
CONTAINERS = {
    "tuple": (of_tuple, (3.0, Y), (5.0, 6.0 * Y)),
    "list": (of_tuple, [3.0, Y], [5.0, 6.0 * Y]),
    "dict": (of_dict, {"a": 3.0, "b": Y}, {"a": 5.0, "b": 6.0 * Y}),
    "namedtuple": (of_fields, Point(3.0, Y), Point(5.0, 6.0 * Y)),
    "dataclass": (of_dataclass, Params(Y, 3.0), Params(6.0 * Y, 5.0, None)),
    "empty": (
        of_dict,
        {"a": 3.0, "b": Y, "c": [], "d": (), "e": [{}, None]},
        {"a": 5.0, "b": 6.0 * Y, "c": [], "d": (), "e": [{}, None]},
    ),
}


def same(a, b):
    assert isinstance(a, type(b))
    if isinstance(a, dict):
        assert list(a) == list(b)
        for key in a:
            same(a[key], b[key])
    elif isinstance(a, (tuple, list)):
        assert len(a) == len(b)
        for x, y in zip(a, b):
            same(x, y)
    elif dataclasses.is_dataclass(a):
        same(list(vars(a).values()), list(vars(b).values()))
    elif a is None:
        assert b is None
    else:
        np.testing.assert_allclose(a, b)


@pytest.mark.parametrize(("function", "value", "expected"), CONTAINERS.values(), ids=CONTAINERS)
def test_a_gradient_has_the_structure_of_the_argument(function, value, expected):
    before = copy.deepcopy(value)
    derivative = grad(function)
    for _ in range(2):
        same(derivative(value), expected)
        same(value, before)
    same(value_and_grad(function)(value)[1], expected)


def test_nested_containers():
    value = {"m": Frozen(Params(Y, 3.0), 2.0), "l": [(1.0, 4.0)]}
    before = copy.deepcopy(value)
    result = grad(of_nested, allow_unused=True)(value)
    same(value, before)
    expected = {
        "m": Frozen(Params(48.0 * Y, 40.0, None), 60.0),
        "l": [(0.0, 30.0)],
    }
    same(result, expected)


def test_containers_of_other_structure_are_compiled_for_themselves():
    def f(p):
        total = 0.0
        for item in p:
            total = total + item * item
        return total

    derivative = grad(f)
    assert derivative((1.0, 2.0)) == (2.0, 4.0)
    assert derivative([1.0, 2.0]) == [2.0, 4.0]
    assert derivative((1.0, 2.0, 3.0)) == (2.0, 4.0, 6.0)
    assert derivative([1.0] * 10) == [2.0] * 10
    assert derivative([1.0, 2] * 5) == [2.0, 4.0] * 5
    assert derivative((1.0, 2.0)) == (2.0, 4.0)


def test_objects_with_other_attributes_are_compiled_for_themselves():
    class Bag:
        pass

    def f(x, bag):
        return x * bag.k

    def bag(**attributes):
        made = Bag()
        vars(made).update(attributes)
        return made

    derivative = grad(f)
    assert derivative(2.0, bag(k=3.0)) == 3.0
    assert derivative(2.0, bag(j=1.0, k=4.0)) == 4.0
    assert derivative(2.0, bag(k=3.0)) == 3.0
    with pytest.raises(AdcompileError, match="k"):
        derivative(2.0, bag(j=1.0))


def test_defaults_replaced_in_place():
    def f(x, k=2.0, *, m=1.0):
        return x * k * m

    assert grad(f)(1.0) == 2.0
    f.__defaults__ = (5.0,)
    assert grad(f)(1.0) == 5.0
    f.__kwdefaults__ = {"m": 3.0}
    assert grad(f)(1.0) == 15.0


def test_functions_as_arguments():
    def f(x, act):
        return act(x)

    derivative = grad(f)
    assert derivative(2.0, lambda x: x * x) == 4.0
    assert derivative(2.0, lambda x: 3.0 * x) == 3.0
    assert derivative(0.0, np.tanh) == 1.0
    assert derivative(0.0, np.cos) == 0.0


# ----- results -----


def test_a_second_call_gives_an_equal_result():
    def f(x, w):
        z = np.tanh(x @ w)
        return np.sum(z * z)

    x, w = np.arange(6.0).reshape(2, 3), np.ones((3, 4))
    derivative = value_and_grad(f, wrt=("x", "w"))
    first, second = derivative(x, w), derivative(x, w)
    assert first[0] == second[0]
    for a, b in zip(first[1], second[1]):
        np.testing.assert_array_equal(a, b)
        assert a is not b
    np.testing.assert_array_equal(x, np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(w, np.ones((3, 4)))


def test_single_numbers_give_numpy_s_answers_at_infinity():
    def f(x):
        return np.log(x) * np.exp(x)

    derivative = grad(f)
    assert derivative(1.0) == pytest.approx(np.e)
    with np.errstate(all="ignore"):
        assert np.isinf(derivative(1000.0))
        assert np.isinf(derivative(1000.0))
        assert np.isnan(derivative(-1.0))


def test_importing_loads_no_part_of_the_compiler():
    import subprocess
    import sys

    code = (
        "import adcompile, sys; print(*[m for m in sys.modules if 'adcompile' in m or m=='astor'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[2].partition(".")[0] for name in done.stdout.split()}
    verbs = {"api", "batches", "checkpointing", "directional", "jacobians", "pullbacks"}
    own = {"custom", "implicit", "marks", "records"}
    assert loaded <= {"", "errors", "options", "parts", "specialisations", "trees", *verbs, *own}


def test_files_that_pickle_are_plain():
    buffer = io.BytesIO()
    pickle.dump(decorated, buffer)
    assert b"decorated" in buffer.getvalue()
    assert len(buffer.getvalue()) < 200
