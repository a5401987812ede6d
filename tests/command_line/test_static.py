"""Files are read and not executed: what their names mean, and what cannot be known."""

import math

import numpy as np
import pytest

from adcompile.errors import RefusedError
from adcompile.source import Global, Source
from adcompile.source.static import File

TRAP = "raise SystemExit('this file was executed')\n"


@pytest.fixture
def lookup(write):
    """What a name means in a file of this text."""

    def lookup(text, name="name"):
        write(TRAP + text)
        return File("model.py").lookup(name)

    return lookup


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import numpy as name", np),
        ("import numpy.linalg as name", np.linalg),
        ("from numpy import linalg as name", np.linalg),
        ("from numpy import exp as name", np.exp),
        ("from numpy.linalg import norm as name", np.linalg.norm),
        ("import math as name", math),
        ("from math import sin as name", math.sin),
        ("try:\n    import numpy as name\nfinally:\n    import numpy as name", np),
    ],
)
def test_imports_of_numpy(lookup, text, expected):
    assert lookup(text) is expected


def test_submodule_import_binds_the_package(lookup):
    assert lookup("import numpy.linalg", "numpy") is np


def test_star_import_hides_builtins(lookup):
    assert lookup("from numpy import *", "sum") is np.sum
    assert lookup("from math import *", "sin") is math.sin
    assert lookup("", "sum") is sum


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1", 0.1),
        ("-3", -3),
        ("'mean'", "mean"),
        ("None", None),
        ("(1, 2.5)", (1, 2.5)),
        ("2 * 3.5 - 1 / 4", 6.75),
        ("2 ** 10", 1024),
        ("np.pi / 2", math.pi / 2),
        ("float('inf')", math.inf),
        ("OTHER * 2", 0.5),
    ],
)
def test_constants(lookup, text, expected):
    value = lookup(f"import numpy as np\nOTHER = 0.25\nname = {text}")
    assert type(value) is type(expected)
    assert value == expected


def test_constants_in_pairs(lookup):
    assert lookup("first, name = 1, 2.5") == 2.5
    assert lookup("name: float = 2.5") == 2.5


@pytest.mark.parametrize(
    "text", ["np.zeros((3, 2))", "np.array([1.0, 2.0]) * 2", "np.arange(6).reshape(2, 3)"]
)
def test_arrays_are_known_by_their_text(lookup, text):
    assert isinstance(lookup(f"import numpy as np\nname = {text}"), Global)


def test_functions(lookup):
    assert isinstance(lookup("def name(x): return x"), Source)
    assert isinstance(lookup("name = lambda x: x"), Source)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import sklearn.metrics as name", "`sklearn.metrics` is not imported"),
        ("from helpers import name", "`helpers.name` is not imported"),
        ("from .helpers import name", "`.helpers.name` is not imported"),
        ("from numpy import no_such_thing as name", "is not imported"),
        ("name = 1\nname = 2", "`name` is bound more than once"),
        ("name = 1\nname += 2", "`name` is bound more than once"),
        ("name = 1\ndef f():\n    global name\n    name = 2", "`name` is bound more than once"),
        ("import numpy as np\ntry:\n    name = 1\nexcept E:\n    name = 2", "more than once"),
        ("for name in range(3): pass", "the value of `name` depends on how the file runs"),
        ("with open('f') as name: pass", "the value of `name` depends on how the file runs"),
        ("name, other = f()", "the value of `name` depends on how the file runs"),
        ("name = load()", "the value of `name` is known only when the file runs"),
        ("import numpy as np\nname = np.random.normal(size=3)", "known only when the file runs"),
        ("import numpy as np\nname = np.load('x.npy')", "known only when the file runs"),
        ("import numpy as np\nname = np.zeros(3)\nname[0] = 1", "`name` is changed in place"),
        ("import numpy as np\nname = np.zeros(3)\nname.fill(1)", "`name` is changed in place"),
        ("import numpy as np\nname = np.zeros(3)\nnp.add(1, 2, out=name)", "is changed in place"),
        ("import numpy as np\nname = np.zeros((3, 3))\nshuffle(name)", "is changed in place"),
        ("name = []\ndef f():\n    name.append(1)", "`name` is changed in place"),
        ("name = [x for x in y]", "known only when the file runs"),
        ("name = name", "`name` is defined by itself"),
        ("@jit\ndef name(x): return x", "what this decorator makes of the function"),
        ("from helpers import *", "`name` may come from this import"),
        ("def name(x): return x\nfrom helpers import *", "may change what `name` is"),
        ("name = 3\nfrom helpers import *", "may change what `name` is"),
    ],
)
def test_what_only_running_tells(lookup, text, reason):
    with pytest.raises(RefusedError) as caught:
        lookup(text)
    assert reason in caught.value.reason
    assert caught.value.hint == "use --run, which executes the file"
    assert caught.value.span.filename == "model.py"


def test_local_variables_of_the_same_name_are_others(lookup):
    text = "import numpy as np\nname = np.zeros(3)\ndef f(name):\n    name[0] = 1\n"
    assert isinstance(lookup(text), Global)


def test_name_that_nothing_binds(lookup):
    with pytest.raises(KeyError):
        lookup("")


def test_names_refused_show_their_use(write, command):
    write(
        """
        import sklearn.metrics as sp
        from adcompile import grad

        @grad
        def loss(x: float):
            return sp.log_loss(x)
        """
    )
    result = command("model.py")
    assert result.status == 1
    assert '--> File "model.py", line 1' in result.err
    assert "= instead: use --run, which executes the file" in result.err


def test_file_is_not_executed(write, command):
    write(
        TRAP
        + "import numpy as np\nfrom adcompile import grad\n\n"
        + "@grad\ndef loss(x: np.ndarray):\n    return np.sum(x * x)\n"
    )
    result = command("model.py")
    assert result.status == 0, result.err
    assert "def loss_grad(x):" in result.out


@pytest.mark.parametrize(
    "header",
    [
        "from adcompile import grad\n\n@grad\n",
        "from adcompile import grad\n\n@grad()\n",
        "from adcompile import grad as g\n\n@g(wrt=0)\n",
        "import adcompile\n\n@adcompile.grad(wrt='x')\n",
        "import adcompile as ad\n\n@ad.grad(None, 0)\n",
        "import adcompile.api\n\n@adcompile.api.grad\n",
        "from adcompile.api import grad\n\n@grad(wrt='x', allow_unused=True)\n",
        "from adcompile import grad\nalias = grad\n\n@alias\n",
        "from adcompile import grad\nby_x = grad(wrt='x')\n\n@by_x\n",
        "from adcompile import *\n\n@grad\n",
        "from adcompile import grad\nWRT = 'x'\n\n@grad(wrt=WRT)\n",
        "from adcompile import grad\n\n@print\n@grad\n",
    ],
)
def test_decorators(write, command, header):
    write(f"{header}def loss(x: float, y: float):\n    return x * y\n")
    result = command("model.py")
    assert result.status == 0, result.err
    assert "with respect to x." in result.out


def test_decorator_options(write, command):
    write(
        """
        from adcompile import value_and_grad

        @value_and_grad(wrt=("y", 0), has_aux=True)
        def loss(x: float, y: float):
            return x * y, x

        """
    )
    out = command("model.py").out
    assert "def loss_value_and_grad(x, y):" in out
    assert "with respect to y, x." in out
    assert "respect to x." in command("model.py", "loss", "--wrt", "x").out


@pytest.mark.parametrize(
    ("decorator", "reason"),
    [
        ("grad(wrt=choose())", "this argument is not a literal"),
        ("grad(of='x')", "`grad`: got an unexpected keyword argument 'of'"),
        ("grad(wrt=1.5)", "`wrt` must be a position or name of a parameter"),
        ("grad(wrt='z')", "`wrt` names `z`, which is not a parameter"),
    ],
)
def test_wrong_decorators(write, command, decorator, reason):
    write(f"from adcompile import grad\n\n@{decorator}\ndef f(x: float):\n    return x\n")
    result = command("model.py")
    assert result.status == 1
    assert reason in result.err
    assert "-->" in result.err


def test_decorator_between(write, command):
    write("from adcompile import grad\n\n@grad\n@jit\ndef f(x: float):\n    return x\n")
    result = command("model.py")
    assert result.status == 1
    assert "what this decorator makes of the function" in result.err


def test_assigned_gradients(write, command):
    write(
        """
        import adcompile

        def loss(x: float, y: float):
            return x * x * y

        d_loss = adcompile.grad(loss, wrt="y")
        both = adcompile.value_and_grad(loss, (0, 1))
        square = adcompile.grad(lambda x: x * x)
        loss = adcompile.grad(loss)
        """
    )
    result = command("model.py")
    assert result.status == 0, result.err
    for name in ("d_loss(x, y)", "both(x, y)", "square(x)", "loss_grad(x, y)"):
        assert f"def {name}:" in result.out
    assert "def d_loss(x, y):" in command("model.py", "d_loss").out


def test_methods_and_inner_functions(write, command):
    write(
        """
        from adcompile import grad

        class Model:
            @grad(wrt="w")
            def loss(self, w: float):
                return w * w

            @staticmethod
            def plain(w: float):
                return w * w

        def make(scale):
            @grad
            def inner(x: float):
                return x * x

            @grad
            def bound(x: float):
                return x * scale

            return inner, bound
        """
    )
    result = command("model.py")
    assert result.status == 1
    assert "def loss_grad(self, w):" in result.out
    assert "def inner_grad(x):" in result.out
    assert "`scale` belongs to the function around this one" in result.err
    assert "def plain_grad(w):" in command("model.py", "Model.plain").out
    assert "def inner_grad(x):" in command("model.py", "make.inner").out


def test_two_functions_of_one_name(write, command):
    write("def f(x):\n    return x\n\ndef f(x):\n    return 2 * x\n")
    result = command("model.py", "f")
    assert result.status == 1
    assert "`f` is defined more than once" in result.err


@pytest.mark.parametrize(
    "statements",
    [
        "a[0], a[1] = a[1], a[0]",
        "t = a[0]; a[0] = 2.0; a[1] = t",
    ],
)
def test_element_or_view_of_an_array_of_unknown_rank(write, command, statements):
    """NumPy gives a number of one axis, and of more axes a view that later writes change."""
    text = (
        "import numpy as np\n\n"
        "def f(a: ARRAY) -> float:\n"
        f"    {statements}\n"
        "    return np.sum(a * a)\n"
    )
    write(text.replace("ARRAY", "np.ndarray"))
    result = command("model.py", "f")
    assert result.status == 1
    assert "which has been written to since: which of them shows only at run time" in result.err
    write("from jaxtyping import Float\n" + text.replace("ARRAY", 'Float[np.ndarray, "n"]'))
    assert command("model.py", "f").status == 0


def test_row_of_an_array_of_unknown_rank(write, command):
    """What has elements, or is written to, is a view."""
    write(
        "import numpy as np\n\n"
        "def f(a: np.ndarray) -> float:\n"
        "    for row in a:\n"
        "        row[0] = row[1] * row[2]\n"
        "        row[1] = row[0] * 2.0\n"
        "    return np.sum(a * a)\n"
    )
    assert command("model.py", "f").status == 0
