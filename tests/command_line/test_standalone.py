"""The file written by `-o` runs without adcompile, and computes the gradient."""

import importlib.util
import json

import numpy as np
import pytest

from adcompile.emit.copies import copy_of
from adcompile.source.static import File

MODEL = '''
import math
from collections import namedtuple
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy import exp as e
from jaxtyping import Float

from adcompile import grad, value_and_grad

STEP = 0.1
SIZES = (3, 2)
EYE = np.eye(3)
WEIGHTS = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]) * STEP


class Params(NamedTuple):
    w: Float[np.ndarray, "d"]
    b: float


@dataclass
class State:
    w: np.ndarray
    b: float = 0.0


Pair = namedtuple("Pair", "w b")


def softplus(x: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
    """A helper of one line."""
    return np.log1p(e(x))


def layers(x: Float[np.ndarray, "n"], count: int = 3) -> Float[np.ndarray, "n"]:
    y: Float[np.ndarray, "n"] = x * STEP
    for _ in range(count):
        y = softplus(y) * y
    return y


def weight(n: int, start=1) -> int:
    # Nothing here depends on what is differentiated.
    total = start
    for i in range(n):
        total = total + i * SIZES[0] + offset(i)
    return total


def offset(i):
    return math.floor(i * STEP)


@grad
def scalar(x: float, n: int = 3) -> float:
    for _ in range(n):
        x = x * math.sin(x) + STEP
    return x


@grad(wrt=("w", "b"))
def regression(
    w: Float[np.ndarray, "d"],
    b: float,
    x: Float[np.ndarray, "n d"],
    y: Float[np.ndarray, "n"],
    scale: float = 2.0,
    n: int = 3,
) -> float:
    z = layers(x @ w + b)
    if scale > 1:
        z = z * scale
    return np.mean((z - y) ** 2) * weight(n)


@value_and_grad(wrt="p")
def record(p: Params, x: Float[np.ndarray, "n d"]):
    return np.mean((x @ p.w + p.b) ** 2)


@grad(wrt="s")
def data(s: State, x: np.ndarray):
    return np.mean((x @ s.w + s.b) ** 2)


@grad
def constants(x: Float[np.ndarray, "3"]):
    return np.sum(EYE @ x * x) + np.sum(x @ WEIGHTS)


@grad(wrt=("a", "b"))
def unknown_shapes(a: np.ndarray, b: np.ndarray):
    return np.sum(np.tanh(a * b) + a)
'''

ARRAYS = {
    "scalar": (0.7,),
    "regression": ([0.5, -0.25], 0.1, [[1.0, 2.0], [0.5, 1.5], [2.0, 0.3]], [1.0, 0.0, 2.0]),
    "constants": ([0.3, 0.2, 0.1],),
    "unknown_shapes": ([[0.5, 0.2, 0.3]], [[1.0], [2.0]]),
}


def arguments(name):
    return [np.array(a) if isinstance(a, list) else a for a in ARRAYS[name]]


@pytest.fixture
def written(write, command):
    """The file that `-o` writes for the model."""
    write(MODEL)
    result = command("model.py", "-o", "out.py")
    assert result.status == 0, result.err
    assert result.out == ""
    return "out.py"


@pytest.fixture
def text(written, folder):
    return (folder / written).read_text()


def test_passes_the_linter(written, lint):
    lint(written)


def test_names_nothing_of_adcompile_or_jaxtyping(text):
    code = text.partition('"""\n')[2]
    assert "adcompile" not in code
    assert "jaxtyping" not in code.replace('# y: Float[np.ndarray, "n"]', "")


def test_lines_are_short(text):
    assert max(map(len, text.splitlines())) <= 100


def test_copies_what_it_calls_and_no_more(text):
    assert "def weight(n, start=1):" in text
    assert "def offset(i):" in text
    assert "SIZES = (3, 2)" in text
    assert "# Nothing here depends on what is differentiated." in text
    assert "class Params(NamedTuple):" in text
    assert "Pair" not in text
    assert "def softplus" not in text


def test_says_what_annotations_promise(text, command):
    note = "\n\nAxes that annotations name are taken to be longer than one.\n"
    assert text.partition('"""\n')[0].endswith(note)
    assert note not in command("model.py", "scalar").out


def test_defaults_are_in_the_signature(text):
    assert "def scalar_grad(x, n=3):" in text
    assert "def regression_grad(w, b, x, y, scale=2.0, n=3):" in text


def test_is_the_same_each_time(text, command, folder):
    command("model.py", "-o", "again.py")
    assert (folder / "again.py").read_text() == text
    assert command("model.py").out == text


def test_runs_alone_and_agrees(written, alone, folder, monkeypatch):
    code = f"""
        import json
        import numpy as np
        import out
        arrays = json.loads('''{json.dumps(ARRAYS)}''')
        found = {{}}
        for name, args in arrays.items():
            args = [np.array(a) if isinstance(a, list) else a for a in args]
            value = getattr(out, name + "_grad")(*args)
            value = value if isinstance(value, tuple) else (value,)
            found[name] = [np.asarray(v).tolist() for v in value]
        x = np.array([[1.0, 2.0], [0.5, 1.5]])
        value, d_p = out.record_value_and_grad(out.Params(np.array([0.5, 1.0]), 0.1), x)
        found["record"] = [float(value), d_p.w.tolist(), d_p.b]
        d_s = out.data_grad(out.State(np.array([0.5, 1.0]), 0.1), x)
        found["data"] = [type(d_s).__name__, d_s.w.tolist(), float(d_s.b)]
        print(json.dumps(found))
    """
    found = json.loads(alone(code))
    model = _imported(folder, MODEL.replace("from jaxtyping import Float\n", _FAKE))
    for name in ARRAYS:
        expected = getattr(model, name)(*arguments(name))
        expected = expected if isinstance(expected, tuple) else (expected,)
        assert len(expected) == len(found[name])
        for one, other in zip(expected, found[name], strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)
        _check_differences(getattr(model, name).primal, arguments(name), found[name])
    x = np.array([[1.0, 2.0], [0.5, 1.5]])
    value, d_p = model.record(model.Params(np.array([0.5, 1.0]), 0.1), x)
    np.testing.assert_allclose(found["record"][1], d_p.w)
    np.testing.assert_allclose([found["record"][0], found["record"][2]], [value, d_p.b])
    d_s = model.data(model.State(np.array([0.5, 1.0]), 0.1), x)
    assert found["data"][0] == "State"
    np.testing.assert_allclose(found["data"][1], d_s.w)
    np.testing.assert_allclose(found["data"][2], d_s.b)


_FAKE = """
class Float:
    def __class_getitem__(cls, item):
        return object

"""


def _imported(folder, text):
    path = folder / "live.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location("live", path)
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["live"] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules["live"]
    return module


def _check_differences(function, args, gradients):
    """Compare gradients with central differences."""
    step = 1e-6
    for position, gradient in enumerate(gradients):
        x = np.asarray(args[position], dtype=float)
        expected = np.zeros_like(x)
        for index in np.ndindex(x.shape):
            values = []
            for sign in (1, -1):
                moved = x.copy()
                moved[index] += sign * step
                given = [*args]
                given[position] = moved if x.ndim else float(moved)
                values.append(function(*given))
            expected[index] = (values[0] - values[1]) / (2 * step)
        np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-7)


# ----- what is copied, case by case -----


def standalone(write, command, text, *args):
    write(text)
    result = command("model.py", *args)
    assert result.status == 0, result.err
    return result.out


def test_user_name_of_a_runtime_helper(write, command, folder, lint, alone):
    out = standalone(
        write,
        command,
        """
        import numpy as np

        def unbroadcast(n):
            total = 0
            for i in range(n):
                total = total + i
            return total

        def loss(x: np.ndarray, y: np.ndarray, n: int):
            return np.sum(x * y) * unbroadcast(n)
        """,
        "loss",
    )
    (folder / "out.py").write_text(out)
    lint("out.py")
    assert out.count("def unbroadcast") == 2
    assert "def unbroadcast_1(" in out
    printed = alone(
        "import numpy as np, out\n"
        "print(out.loss_grad(np.ones((2, 1)), np.ones((2, 3)), 3).tolist())"
    )
    assert json.loads(printed) == [[9.0], [9.0]]


def test_decorated_function_is_no_helper(write, command):
    write(
        """
        from adcompile import grad

        @grad
        def f(x: float):
            return x * x

        @grad
        def g(x: float, n: float):
            return x * f(n)
        """
    )
    result = command("model.py")
    assert result.status == 1
    assert "`f` is what this decorator makes of the function" in result.err


def test_helper_that_needs_another_package(write, command):
    write(
        """
        import pandas
        import numpy as np

        def table(n):
            for _ in range(n):
                n = pandas.DataFrame(n)
            return n

        def f(x: float, n: int):
            return x * table(n)
        """
    )
    result = command("model.py", "f")
    assert result.status == 1
    assert "`pandas` is not imported" in result.err


def test_kept_statements_and_aliases(write, command, folder, lint, alone):
    out = standalone(
        write,
        command,
        """
        import logging
        import math as m
        import warnings

        import numpy

        LOG = logging.getLogger(__name__)
        LIMIT = m.inf

        def f(x: float, y: float = -1.5, name: str = "it"):
            assert m.isfinite(x), name
            if x > LIMIT:
                warnings.warn("large", stacklevel=2)
            LOG.info("at %s", numpy.abs(y))
            return numpy.exp(x) * y
        """,
        "f",
    )
    (folder / "out.py").write_text(out)
    lint("out.py")
    assert 'def f_grad(x, y=-1.5, name="it"):' in out
    assert float(alone("import out\nprint(out.f_grad(0.0))")) == -1.5


def test_array_default_is_left_out(write, command):
    out = standalone(
        write,
        command,
        """
        import numpy as np

        def f(x: float, a=1.0, b=np.zeros(3), c=2):
            return x * a * c
        """,
        "f",
    )
    assert "def f_grad(x, a, b, c=2):" in out


def test_integer_default_in_wrt_counts_as_float(write, command):
    out = standalone(write, command, "def f(x: int = 1, n: int = 2):\n    return x * n\n", "f")
    assert "def f_grad(x=1.0, n=2):" in out


def test_gradients_with_pairs_of_one_name(write, command, folder, lint, alone):
    out = standalone(
        write,
        command,
        """
        import numpy as np
        from adcompile import grad

        def power(x, n):
            for _ in range(n):
                x = x * np.tanh(x)
            return x

        @grad
        def f(x: float):
            return power(x, 3)

        @grad
        def g(x: np.ndarray):
            return np.sum(power(x, 2))
        """,
    )
    (folder / "out.py").write_text(out)
    lint("out.py")
    assert "def power_forward(" in out
    assert "def power_forward_1(" in out
    alone("import numpy as np, out\nout.f_grad(0.5), out.g_grad(np.ones(3))")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lambda n: sum(i for i in range(n))", "return sum(i for i in range(n))"),
        ("lambda n=3: (n +\n  1)", "return (n +\n  1)"),
    ],
)
def test_lambda_becomes_a_function(write, text, expected):
    write(f"count = {text}\n")
    copied = copy_of("count", File("model.py").lookup("count")).text
    assert copied.startswith("def count(n")
    assert expected in copied
    compile(copied, "copied", "exec")


CHECKPOINTED = """
import numpy as np
from adcompile import checkpoint, grad


@checkpoint
def layer(x, w):
    h = np.tanh(x * w)
    h = h * x
    return h * h


@grad(wrt=("x", "w"))
def loss(x: float, w: float, n: int) -> float:
    for t in checkpoint(range(n), snapshots=3):
        x = layer(x, w) + t
    while checkpoint(x < 100.0):
        x = x * x + w
    return x
"""


def test_checkpoints(write, command, folder, lint, alone):
    write(CHECKPOINTED)
    result = command("model.py", "-o", "out.py")
    assert result.status == 0, result.err
    lint("out.py")
    text = (folder / "out.py").read_text()
    assert "def layer_backward(x, w, d_result):" in text
    assert "layer_forward" not in text
    code = "import out; print(*map(float, out.loss_grad(0.3, 0.5, 7)))"
    model = _imported(folder, CHECKPOINTED)
    assert alone(code).split() == [repr(float(d)) for d in model.loss(0.3, 0.5, 7)]
