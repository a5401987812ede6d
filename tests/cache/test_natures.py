"""What counts as the same for the compiler."""

import linecache
import textwrap
import types

import numpy as np
import pytest

from adcompile.cache import disk, natures
from adcompile.kinds import Unknown, of_value


def functions(tmp_path, text, name="a.py"):
    """The functions of a file."""
    path = tmp_path / name
    path.write_text(textwrap.dedent(text))
    linecache.checkcache(str(path))
    space = {}
    exec(compile(path.read_text(), str(path), "exec"), space)
    return types.SimpleNamespace(**space)


TEXT = '''
    import functools

    def first(
        x,
        y=1.0,
    ) -> float:
        """A function."""
        def inner(z):
            return z

        return (
            inner(x) * y
        )
        # the end

    second = lambda x: x * x

    @functools.lru_cache
    @functools.wraps(first)
    def third(x):
        if x > 0:
            return x

        return -x  # last
        x = 1

    def fourth(x): return x
    after = 1
'''


def test_the_text_of_a_function_is_all_of_it_and_no_more(tmp_path):
    found = functions(tmp_path, TEXT)
    lines = textwrap.dedent(TEXT).splitlines()
    assert natures.text_of(found.first).splitlines() == lines[3:15]
    assert natures.text_of(found.second) == "second = lambda x: x * x"
    assert natures.text_of(found.third.__wrapped__).splitlines() == lines[18:26]
    assert natures.text_of(found.fourth) == "def fourth(x): return x"


def test_no_text():
    assert natures.text_of(eval(compile("lambda x: x", "<nowhere>", "eval"))) == ""


def test_a_function_is_the_same_wherever_it_stands(tmp_path):
    one = functions(tmp_path, TEXT, "a.py")
    two = functions(tmp_path, "\n\n\n" + textwrap.dedent(TEXT), "b.py")
    assert natures.of_function(one.first) == natures.of_function(two.first)
    assert natures.of_function(one.first) != natures.of_function(one.second)


def test_constants_of_code_in_any_order():
    a, b = natures._of_code_constant(frozenset("abc")), natures._of_code_constant(frozenset("cba"))
    assert a == b != natures._of_code_constant(frozenset("abd"))


class Meter:
    unit = "m"

    def __init__(self, length):
        self.length = length

    @property
    def half(self):
        return self.length / 2

    @staticmethod
    def double(x):
        return 2 * x


def helper(x):
    return x


LIKE = [
    (1.0, 1.0),
    (np.ones(3), np.zeros(5)),
    (np.ones((1, 3)), np.zeros((1, 5))),
    ([1.0, 2.0], [3.0, 4.0]),
    ({"a": 1.0}, {"a": 2.0}),
    (Meter(1.0), Meter(2.0)),
    (Meter(1.0).double, Meter(2.0).double),
]
UNLIKE = [
    1, 1.0, True, "1", b"1", None, 0.0, -0.0, 1j, float("nan"), np.float64(1.0),
    np.ones(3), np.ones(1), np.ones((3, 3)), np.ones((3, 1)), np.ones(3, np.float32), np.float32(1),
    [1.0], [1], (1.0,), [1.0, 1.0], {"a": 1.0}, {"b": 1.0}, {1: 1.0}, {"a": np.ones(3)}, ["a"],
    np, types, abs, np.exp, np.sum, np.linalg.norm, helper, Meter, Meter(1.0), Meter(1),
    Meter(1.0).__init__, Meter.double, Meter.half, range(3), object(),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b"), LIKE)
def test_alike(a, b):
    assert natures.of_object(a) == natures.of_object(b)


def test_unlike():
    found = [disk.key(natures.of_object(target)) for target in UNLIKE]
    assert len(set(found)) == len(UNLIKE)


def test_a_class_is_what_it_does():
    def make(unit, method):
        return type("Meter", (Meter,), {"unit": unit, "method": method})

    def other(self):
        return 1

    assert natures.of_object(make("m", helper)) == natures.of_object(make("m", helper))
    assert natures.of_object(make("m", helper)) != natures.of_object(make("ft", helper))
    assert natures.of_object(make("m", helper)) != natures.of_object(make("m", other))


def test_a_function_that_only_has_the_name_of_one_of_numpy_s():
    def exp(x):
        return x

    assert natures.of_object(np.exp) == ("library", "numpy.exp")
    assert natures.of_object(exp)[0] == "function"
    named = np.frompyfunc(exp, 1, 1)
    assert natures.of_object(named) != natures.of_object(np.exp)


def test_what_has_no_nature():
    with pytest.raises(natures.NoNatureError):
        natures.of_object({frozenset(): 1.0})


def test_parts_are_the_functions_and_classes_of_a_kind():
    kind = of_value({"a": [helper, 1.0], "m": Meter(helper)}, "x")
    assert list(natures.parts(kind)) == [helper, Meter, helper]
    assert list(natures.parts(Unknown())) == []
