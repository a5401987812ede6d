"""Definitions: functions that are short in terms of other operations.

    defined("numpy.extract", "condition, arr", "np.ravel(arr)[np.flatnonzero(condition)]", ...)

The text takes the place of a call that is differentiated, see `lower.definitions`; it is to give
what NumPy gives. It may be made from the `Call`. No text may use what it defines.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adcompile.errors import RefusedError
from adcompile.kinds import UNKNOWN, Array, Dim, Dims, Kind, Nothing, Scalar
from adcompile.rules.infer import array_kind, constant
from adcompile.rules.registry import Call, NotStaticError, Rule
from adcompile.rules.texts import index_text

Text = str | Callable[[Call], "str | None"]


def defined(name: str, params: str, text: Text, arrays: str | None = None, **settings: Any) -> Rule:
    """A rule that is a definition.

    Args:
        name: the dotted name of the function.
        params: its parameters.
        text: what it is in terms of other operations.
        arrays: the parameters of which NumPy makes arrays; the first one, if left out.
        settings: what else the rule has.
    """
    definition = (lambda call: text) if isinstance(text, str) else text
    first = params.partition(",")[0].lstrip("*")
    names = tuple((first if arrays is None else arrays).split())
    settings = {"cost": 3, **settings}
    return Rule(name, params, constant(UNKNOWN), definition=definition, arrays=names, **settings)


# ----- what texts are made from -----


def shape_of(call: Call, param: str) -> Dims | None:
    """The lengths of the axes of an argument as an array, None where their number is unknown."""
    array = array_kind(call.kinds[param])
    return None if array is None else array.dims


def shape_known(call: Call, param: str) -> Dims:
    """As `shape_of`, where it must be known.

    Raises:
        RefusedError: it is not.
    """
    shape = shape_of(call, param)
    if shape is None:
        raise RefusedError(
            f"`{call.rule.name}` of an array whose number of axes is unknown while compiling",
            "give it its shape with `np.reshape`",
        )
    return shape


def is_given(call: Call, param: str) -> bool:
    """Whether an argument is given and not None."""
    return call.kinds[param] != Nothing()


def axis_number(call: Call, param: str, name: str = "axis") -> int:
    """An axis of an argument, counted from the first one where their number is known.

    Raises:
        NotStaticError: it is known only at run time.
    """
    axis = call.static(name)
    if not isinstance(axis, int):
        raise NotStaticError(name)
    shape = shape_of(call, param)
    return axis % len(shape) if shape and -len(shape) <= axis < len(shape) else axis


def cut(text: str, axis: int, part: str) -> str:
    """`text` indexed along one axis."""
    if axis < 0:
        return f"{text}[{', '.join(['...', part, *[':'] * (-axis - 1)])}]"
    return index_text(text, [*[":"] * axis, part])


def length_along(param: str, axis: int) -> str:
    """The length of an axis."""
    return f"len({param})" if axis == 0 else f"{param}.shape[{axis}]"


def require_positions(call: Call, param: str) -> None:
    """Refuse an index of which it is not certain that it holds integers: booleans are a mask where
    arrays are indexed.

    Raises:
        RefusedError: it is not certain.
    """
    kind = call.kinds[param]
    array = array_kind(kind)
    if array is None or array.dtype is None or array.dtype.kind not in "iu":
        raise RefusedError(
            f"whether `{param}` of `{call.rule.name}` holds integers is unknown while compiling",
            f"make it an array of integers: `np.asarray({param}, dtype=int)`",
        )


def in_dtype_of(call: Call, array: str, param: str) -> str:
    """An argument that NumPy converts to the dtype of another one.

    Raises:
        RefusedError: that is no dtype of floats, or unknown.
    """
    own, wanted = array_kind(call.kinds[param]), array_kind(call.kinds[array])
    if own is not None and wanted is not None and wanted.dtype is not None:
        if own.dtype == wanted.dtype:
            return param
        if wanted.dtype.kind in "fc":
            return f"np.asarray({param}, np.{wanted.dtype.name})"
    raise refusal(call, f"with `{param}` of another type", f"give `{array}` and it one type")


def refusal(call: Call, what: str, instead: str) -> RefusedError:
    """The error for a form of a call that the definition does not cover."""
    return RefusedError(f"`{call.rule.name}` {what} has no derivative rule", instead)


def is_scalar(kind: Kind) -> bool:
    """Whether a value is certainly one number."""
    return isinstance(kind, Scalar) or (isinstance(kind, Array) and kind.dims == ())


def is_one(length: Dim) -> bool:
    return length == 1
