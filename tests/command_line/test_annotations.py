"""Every form of annotation becomes a kind."""

import ast

import numpy as np
import pytest

from adcompile.ir_text import short
from adcompile.kinds import ArgumentAxis, Array, Record, Sym, Unknown
from adcompile.source.annotations import of_parameters
from adcompile.source.static import File

HEAD = """
import dataclasses
import typing as t
import numpy as np
import numpy.typing as npt
from collections import namedtuple
from typing import *
from typing import (
    Annotated, Any, Callable, Dict, List, Literal, NamedTuple, Optional, Tuple, TypedDict, Union
)
from numpy.typing import ArrayLike, NDArray
import jaxtyping as jt
from jaxtyping import Array, Bool, Float, Float32, Int, Shaped

Matrix = Float[np.ndarray, "n d"]
Vector: TypeAlias = "NDArray[np.float32]"
Loop = Loop

class Params(NamedTuple):
    w: Float[np.ndarray, "d"]
    b: float

@dataclasses.dataclass
class State:
    params: Params
    step: int = 0

class Keys(TypedDict):
    w: np.ndarray
    b: float

Pair = namedtuple("Pair", "x y")
"""


@pytest.fixture
def kinds(write):
    """The kinds of the parameters of `def f(...)`."""

    def kinds(parameters, head=HEAD):
        write(f"{head}\ndef f({parameters}): pass\n")
        file = File("model.py")
        (node,) = [n for n in file.tree.body if isinstance(n, ast.FunctionDef)]
        return of_parameters(file, node)

    return kinds


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("float", "float"),
        ("int", "int"),
        ("bool", "bool"),
        ("complex", "complex"),
        ("str", "str"),
        ("None", "None"),
        ("'float'", "float"),
        ("np.ndarray", "array[...]"),
        ("np.ndarray[Any, np.dtype[np.float32]]", "float32[...]"),
        ("np.float64", "float64[]"),
        ("np.floating", "?"),
        ("NDArray", "array[...]"),
        ("npt.NDArray", "array[...]"),
        ("NDArray[np.float32]", "float32[...]"),
        ("NDArray[np.floating]", "array[...]"),
        ("ArrayLike", "?"),
        ('Float[np.ndarray, "n d"]', "array[x.0, x.1]"),
        ('Float[Array, "3 1"]', "array[3, 1]"),
        ('jt.Float[Array, "n n"]', "array[x.0, x.0]"),
        ('Float32[np.ndarray, "n n+1 n-1"]', "float32[x.0, x.0+1, x.0-1]"),
        ('Float[np.ndarray, ""]', "array[]"),
        ('Float[np.ndarray, "rows=4 c"]', "array[4, x.1]"),
        ('Float[np.ndarray, "... n"]', "array[...]"),
        ('Float[np.ndarray, "*batch n"]', "array[...]"),
        ('Int[np.ndarray, "n"]', "int64[x.0]"),
        ('Bool[np.ndarray, "n"]', "bool[x.0]"),
        ('Shaped[np.ndarray, "n"]', "array[x.0]"),
        ("Matrix", "array[x.0, x.1]"),
        ("Vector", "float32[...]"),
        ("Loop", "?"),
        ("tuple[float, np.ndarray]", "(float, array[...])"),
        ("Tuple[float]", "(float,)"),
        ("tuple[()]", "()"),
        ("tuple[float, ...]", "tuple[float, ...]"),
        ("list[NDArray]", "list[array[...], ...]"),
        ("List[float]", "list[float, ...]"),
        ('list[Float[np.ndarray, "k"]]', "list[array[?], ...]"),
        ("dict[str, float]", "?"),
        ("Dict[str, float]", "?"),
        ("Optional[float]", "?"),
        ("float | None", "?"),
        ("Union[float, int]", "?"),
        ("Any", "?"),
        ("Callable[[float], float]", "?"),
        ('Annotated[float, "metres"]', "float"),
        ('Literal["mean"]', "'mean'"),
        ('Literal["mean", "sum"]', "str"),
        ("Literal[2]", "int=2"),
        ("Params", "Params(w: array[x.w.0], b: float)"),
        ("State", "State(params: Params(w: array[x.params.w.0], b: float), step: int)"),
        ("Keys", "{'w': array[...], 'b': float}"),
        ("Pair", "Pair(x: ?, y: ?)"),
        ("unknown_name", "?"),
        ("1 + 1", "?"),
    ],
)
def test_form(kinds, annotation, expected):
    assert short(kinds(f"x: {annotation}")[0]) == expected


def test_missing(kinds):
    assert kinds("x, y=3") == [Unknown(), Unknown()]


def test_none_default_overrides(kinds):
    assert short(kinds("x: float = None")[0]) == "?"
    assert short(kinds("*, x: float = None")[0]) == "?"


def test_names_of_axes_are_shared(kinds):
    found = kinds('x: Float[np.ndarray, "n d"], y: Float[np.ndarray, "n"], w: Matrix')
    n, d = Sym(ArgumentAxis("x", 0), one=False), Sym(ArgumentAxis("x", 1), one=False)
    assert [kind.dims for kind in found] == [(n, d), (n,), (n, d)]


def test_axis_first_seen_with_an_offset(kinds):
    first, second = kinds('x: Float[np.ndarray, "n+1"], y: Float[np.ndarray, "n"]')
    origin = ArgumentAxis("x", 0)
    assert first.dims == (Sym(origin, 0, one=False),)
    assert second.dims == (Sym(origin, -1, one=False),)


def test_axis_of_elements_is_that_of_a_later_argument(kinds):
    many, array = kinds('ws: list[Float[np.ndarray, "d"]], x: Float[np.ndarray, "n d"]')
    assert many.element.dims == (array.dims[1],)
    assert array.dims[1] == Sym(ArgumentAxis("x", 1), one=False)


@pytest.mark.parametrize("shape", ["_", "#n", "2*n", "n-1"])
def test_length_that_may_be_one(kinds, shape):
    (dim,) = kinds(f'x: Float[np.ndarray, "{shape}"]')[0].dims
    assert isinstance(dim, Sym)
    assert dim.one == (shape != "n-1") or shape == "n-1"


def test_smaller_axis_may_be_one(kinds):
    first, second = kinds('x: Float[np.ndarray, "n"], y: Float[np.ndarray, "n-1"]')
    assert not first.dims[0].one
    assert second.dims[0].one


def test_imports_for_type_checkers_count(kinds):
    head = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy as np\n"
    assert kinds("x: np.ndarray", head) == [Array(None, None)]


def test_star_arguments(kinds):
    assert [short(k) for k in kinds("*args: float, **kwargs: float")] == ["tuple[float, ...]", "?"]


def test_dataclass_stand_in_is_no_class_of_the_file(kinds):
    kind = kinds("x: State")[0]
    assert isinstance(kind, Record)
    assert kind.type.__name__ == "State"
    assert np.dtype  # nothing of the file was executed: its imports need not exist


def test_self_has_the_attributes_of_the_class(write, command):
    write(
        """
        import numpy as np
        from jaxtyping import Float
        from adcompile import grad

        class Model:
            scale: float = 2.0

            def __init__(self, x: np.ndarray):
                self.x = x

            @grad(wrt="w")
            def loss(self, w: Float[np.ndarray, "n"]):
                return self.scale * np.sum(self.features(w)) * self.norm

            def features(self, w):
                return np.sin(w) * w

            @property
            def norm(self):
                return self.scale

        """
    )
    out = command("model.py").out
    assert "def loss_grad(self, w):" in out
    assert "self.scale" in out
    assert "jaxtyping" not in out


def test_a_subclass_of_a_dtype_somewhere_does_not_matter(write, command):
    class Count(np.int64):
        pass

    write(
        """
        import numpy as np
        from numpy.typing import NDArray

        def f(x: NDArray[np.int64]):
            return np.sum(x)
        """
    )
    assert "is an array of int64" in command("model.py", "f").err
    assert issubclass(Count, np.int64)


def test_wrt_without_derivative(write, command):
    write(
        """
        import numpy as np
        from numpy.typing import NDArray

        def f(x: NDArray[np.int64], y: str, z: bool, i: int):
            return np.sum(x)
        """
    )
    for wrt, message in [
        ("x", "`x` is an array of int64; only floating-point arrays have a derivative"),
        ("y", "`y` is a string; only numbers have a derivative"),
        ("z", "`z` is no number; only numbers have a derivative"),
        ("i", "the result does not depend on `i`"),
    ]:
        result = command("model.py", "f", "--wrt", wrt)
        assert result.status == 1
        assert message in result.err
