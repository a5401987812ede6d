"""The text that is compiled is the code that runs; where that cannot be told it is refused."""

import functools
import importlib.util
import linecache
import os
import subprocess
import sys
import textwrap
import types

import numpy as np
import pytest

from adcompile import grad, value_and_grad
from adcompile.errors import SourceError, UsageError


@pytest.fixture
def write(tmp_path):
    """Writes a file and imports it."""
    count = iter(range(100))

    def write(text, path=None):
        path = path or tmp_path / f"guarded_{next(count)}.py"
        path.write_text(text if text.startswith("\t") else textwrap.dedent(text), encoding="utf-8")
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return write


def edited(module, old, new):
    """Change the file of a module that stays imported."""
    with open(module.__file__, encoding="utf-8") as file:
        text = file.read()
    assert old in text
    with open(module.__file__, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new))
    os.utime(module.__file__, (1, 1))


# ----- files that change -----


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x * x", "x * x * x"),
        ("2.0", "2"),
        ("2.0", "-2.0"),
        ("y + ", "y - "),
        ("def f(x):", "def f(x, z=1):"),
        ("def f(x):", "\n\ndef f(x):"),
        ("def f(x):", "def g(x):"),
        ("y = x * x", "y = z * z"),
        ("def f", "class f"),
        ("return", "(return"),
    ],
)
def test_a_file_edited_after_import(write, old, new):
    module = write("def f(x):\n    y = x * x\n    return y + 2.0\n")
    edited(module, old, new)
    with pytest.raises(SourceError, match=r"is not the code that runs|is not to be had"):
        grad(module.f)(3.0)


def test_an_edit_that_changes_no_code(write):
    module = write("def f(x):\n    y = x * x  # a comment\n    return y + 2.0\n")
    edited(module, "# a comment", "# another one, longer")
    assert grad(module.f)(3.0) == 6.0


def test_a_file_edited_after_a_call(write):
    module = write("def f(x):\n    return x * x\n")
    derivative = grad(module.f)
    assert derivative(3.0) == 6.0
    edited(module, "x * x", "x * x * x")
    assert derivative(3.0) == 6.0  # what runs is what was imported
    with pytest.raises(SourceError):
        derivative(np.ones(()))


def test_a_called_function_whose_file_was_edited(write):
    helper = write("def square(x):\n    return x * x\n")
    module = write("def f(x):\n    return square(x)\n")
    module.square = helper.square
    edited(helper, "x * x", "x * x * x")
    with pytest.raises(SourceError):
        grad(module.f)(3.0)


def test_a_module_that_is_loaded_again(write, tmp_path):
    path = tmp_path / "again.py"
    first = write("def f(x):\n    return x * x\n", path)
    assert grad(first.f)(3.0) == 6.0
    second = write("def f(x):\n    return x * x * x * 1.0\n", path)
    os.utime(path, (5, 5))
    assert grad(second.f)(3.0) == 27.0
    with pytest.raises(SourceError):
        grad(first.f)(np.float64(3.0))


def test_code_replaced_in_the_function(write):
    """What IPython's `%autoreload` does."""
    old = write("def f(x):\n    return x * x\n")
    new = write("# moved\n\ndef f(x):\n    return x * x * x\n")
    derivative = grad(old.f)
    assert derivative(3.0) == 6.0
    old.f.__code__ = new.f.__code__
    assert derivative(3.0) == 27.0
    assert grad(old.f)(3.0) == 27.0


# ----- lambdas -----


def test_two_lambdas_on_a_line():
    f, g = lambda x: x * x, lambda x: x * x * x
    assert (grad(f)(3.0), grad(g)(3.0)) == (6.0, 27.0)


def test_equal_lambdas_on_a_line():
    f, g = [lambda x: x * 2.0, lambda x: x * 2.0]
    assert (grad(f)(3.0), grad(g)(3.0)) == (2.0, 2.0)


def test_lambdas_on_a_line_with_other_defaults():
    f, g = (lambda x, k=2.0: x * k), (lambda x, k=5.0: x * k)
    assert (grad(f)(3.0), grad(g)(3.0)) == (2.0, 5.0)


def test_lambdas_on_a_line_with_other_cells():
    def scaled(k):
        return lambda x: x * k

    f, g = scaled(2.0), scaled(5.0)
    assert (grad(f)(3.0), grad(g)(3.0)) == (2.0, 5.0)


def test_a_lambda_in_a_lambda():
    f = (lambda k: lambda x: x * k)(4.0)
    assert grad(f)(3.0) == 4.0


def test_a_lambda_over_several_lines():
    f = (
        lambda x:
        x
        * x
    )  # fmt: skip
    assert grad(f)(3.0) == 6.0


# ----- code without a file -----


def executed(text, filename="<string>"):
    namespace = {"np": np, "grad": grad}
    exec(compile(textwrap.dedent(text), filename, "exec"), namespace)
    return namespace


def test_executed_code():
    linecache.cache.pop("<string>", None)  # which other tests may have left
    with pytest.raises(SourceError, match="is not to be had"):
        grad(executed("def f(x):\n    return x * x\n")["f"])(3.0)
    with pytest.raises(SourceError, match="is not to be had"):
        grad(eval("lambda x: x * x"))(3.0)


def registered(text, filename, mtime=None):
    """Execute code as IPython does: its text is in `linecache` first."""
    text = textwrap.dedent(text)
    linecache.cache[filename] = (len(text), mtime, text.splitlines(keepends=True), filename)
    return executed(text, filename)


@pytest.mark.parametrize("filename", ["<mine>", "<ipython-input-7-abc>", "/tmp/ipykernel_1/2.py"])
def test_executed_code_whose_text_is_registered(filename):
    text = "k = 3.0\n\ndef f(x):\n    return k * x * x\n"
    assert grad(registered(text, filename)["f"])(2.0) == 12.0


def test_registered_text_of_other_code():
    first = registered("def f(x):\n    return x * x\n", "<mine2>")
    registered("def f(x):\n    return x * x * x\n", "<mine2>")
    with pytest.raises(SourceError, match="is not the code that runs"):
        grad(first["f"])(3.0)


def test_a_cell_that_is_run_again_changed():
    """Each run of a cell is a file of its own, and the function of the last one is meant."""
    first = registered("def f(x):\n    return x * x\n", "<ipython-input-1-a>")
    second = registered("def f(x):\n    return x * x * x\n", "<ipython-input-2-b>")
    assert (grad(first["f"])(3.0), grad(second["f"])(3.0)) == (6.0, 27.0)


def test_a_name_that_a_later_cell_binds_again():
    space = registered("def g(x):\n    return x\n\ndef f(x):\n    return g(x) * x\n", "<cell-1>")
    derivative = grad(space["f"])
    assert derivative(3.0) == 6.0
    space["g"] = registered("def g(x):\n    return x * x\n", "<cell-2>")["g"]
    assert derivative(3.0) == 27.0


def test_the_interactive_prompt():
    """Python 3.13 keeps what was typed; before, there is no text."""
    typed = (
        "from adcompile import grad\n"
        "def f(x):\n    return x * x\n\n"
        "try:\n    print('gradient', grad(f)(3.0))\n"
        "except Exception as error:\n    print(type(error).__name__, error)\n\n"
    )
    done = subprocess.run(
        [sys.executable, "-i", "-q"], input=typed, capture_output=True, text=True, check=True
    )
    told = "gradient 6.0" in done.stdout
    assert told or "SourceError the source of `f` is not to be had" in done.stdout, done


def test_a_function_made_of_parts():
    def f(x):
        return x * x

    def other(x):
        return x * x * x

    made = types.FunctionType(other.__code__, globals(), "f")
    assert grad(made)(3.0) == 27.0
    renamed = f
    renamed.__name__ = "other"
    assert grad(renamed)(3.0) == 6.0


def test_code_that_was_changed_in_place():
    def f(x):
        return x * 2.0

    f.__code__ = f.__code__.replace(co_consts=(None, 5.0))
    assert f(1.0) == 5.0
    with pytest.raises(SourceError, match="is not the code that runs"):
        grad(f)(1.0)


# ----- decorators -----


def doubled(function):
    @functools.wraps(function)
    def wrapper(x):
        return 2.0 * function(x)

    return wrapper


def tripled(function):
    @functools.wraps(function)
    def wrapper(x):
        return 3.0 * function(x)

    return wrapper


def passes_on(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return 3.0 * function(*args, **kwargs)

    return wrapper


def tripled_method(function):
    @functools.wraps(function)
    def wrapper(self, x):
        return 3.0 * function(self, x)

    return wrapper


def test_grad_over_a_wrapper_that_passes_everything_on():
    """The parameters are the wrapper's: no name of the function that it wraps."""

    @passes_on
    def f(x):
        return x * x

    assert grad(f)(3.0) == (18.0,)
    with pytest.raises(UsageError, match="the parameters are args, kwargs"):
        grad(f, wrt="x")


def test_grad_over_a_wrapper():
    @grad
    @doubled
    def f(x):
        return x * x

    assert f(3.0) == 12.0


def test_grad_over_several_wrappers():
    @value_and_grad
    @tripled
    @doubled
    def f(x):
        return x * x

    assert f(3.0) == (54.0, 36.0)


def test_a_wrapper_over_grad():
    @doubled
    @grad
    def f(x):
        return x * x

    assert f(3.0) == 12.0


def test_a_wrapper_that_calls_a_decorated_function_is_no_second_derivative():
    def f(x):
        return x * x

    first = grad(f)
    assert doubled(first)(3.0) == 12.0
    assert grad(f) is not first


def test_a_decorator_that_returns_another_function():
    def instead(function):
        return lambda x: x * x * x

    @grad
    @instead
    def f(x):
        return x * x

    assert f(3.0) == 27.0


def test_a_cached_function():
    @functools.lru_cache
    def f(x):
        return x * x

    with pytest.raises(SourceError):
        grad(f)(3.0)


class Model:
    @grad(wrt="x")
    @tripled_method
    def wrapped(self, x):
        return x * x

    @staticmethod
    @doubled
    def odd(x):
        return x * x

    @functools.partial(grad, wrt="a")
    def decorated(
        self,
        a,
    ):
        return a * a


def test_decorated_methods():
    assert Model().wrapped(3.0) == 18.0
    assert grad(Model.odd)(3.0) == 12.0
    assert Model().decorated(3.0) == 6.0


# ----- definitions -----


def test_functions_defined_twice(write):
    module = write(
        """
        def f(x):
            return x * x

        first = f

        def f(x):
            return x * x * x
        """
    )
    assert (grad(module.first)(3.0), grad(module.f)(3.0)) == (6.0, 27.0)


@pytest.mark.parametrize("flag", [True, False])
def test_conditional_definitions(write, flag):
    module = write(
        f"""
        if {flag}:
            def f(x):
                return x * x
        else:
            def f(x):
                return x * x * x

        g = (lambda x: x * 2.0) if {flag} else (lambda x: x * 3.0)
        """
    )
    assert grad(module.f)(3.0) == (6.0 if flag else 27.0)
    assert grad(module.g)(3.0) == (2.0 if flag else 3.0)


def test_definitions_in_a_loop(write):
    module = write(
        """
        made = []
        for k in (2.0, 5.0):
            def f(x, k=k):
                return x * k
            made.append(f)
        """
    )
    assert [grad(f)(3.0) for f in module.made] == [2.0, 5.0]


# ----- spelling -----


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n\ty = x * x\n\tif y > 0:\n\t\ty = y * 1.0\n\treturn y\n",
        "def f(x): y = x * x; return y\n",
        "def f(x):\n    y = x \\\n        * x\n    return y\n",
        "def f(x):\n    return (x\n# a comment at the margin\n            * x)\n",
        "def f(größe):\n    π = 1.0  # ünïcödé\n    return π * größe * größe\n",
        "def f(x):\n    '''Text\nat the margin.'''\n    return x * x\n",
        "class A:\n    @staticmethod\n    def f(x):\n        '''Text\nat the margin.'''\n"
        "        return x * x\nf = A.f\n",
        "def f(x):\r\n    y = x * x\r\n    return y\r\n",
        "# -*- coding: utf-8 -*-\n\x0c\ndef f(x):\n    return x * x",
        "def f(x, /, *, k=1.0): return k * x * x\n",
        "if True: f = lambda x: x * x\n",
        "def f(x):\n    return x * x\n    # the end\n\n\n# no part of it\n",
        "def f(x: 'float', *, unused: int = 0) -> 'float':\n    y: float = x * x\n    return y\n",
    ],
)
def test_spellings(write, text):
    module = write(text)
    assert grad(module.f)(3.0) == 6.0
    assert value_and_grad(module.f)(3.0) == (9.0, 6.0)


def test_a_file_in_another_encoding(tmp_path):
    path = tmp_path / "latin.py"
    path.write_bytes(
        "# -*- coding: latin-1 -*-\ndef f(größe):\n    return größe ** 2\n".encode("latin-1")
    )
    spec = importlib.util.spec_from_file_location("latin", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert grad(module.f)(3.0) == 6.0
