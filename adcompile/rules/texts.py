"""Pieces of pullback texts that several rules share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adcompile.errors import RefusedError
from adcompile.kinds import Dim, Dims, Items, Many, Sym, dims, may_be_one
from adcompile.rules.registry import Call


def require_arrays(call: Call, *params: str) -> None:
    """Refuse a list or tuple that is differentiated where NumPy would make an array of it."""
    for param in params:
        if isinstance(call.kinds[param], (Items, Many)):
            raise RefusedError(
                f"`{call.rule.name}` of a list or tuple has no derivative rule",
                f"make it an array first: `np.array({param})`",
            )


def refuse_unless(call: Call, param: str, *values: object) -> None:
    """Refuse an argument whose value is not one of those that the rule is right for.

    Raises:
        NotStaticError: the value is known only at run time.
    """
    value = call.static(param)
    if value not in values:
        raise RefusedError(
            f"`{call.rule.name}` with `{param}={value!r}` has no derivative rule",
            f"use `{param}={values[0]!r}`",
        )


def length_text(call: Call, param: str, axis: int) -> str:
    """The length of an axis of an argument: a number where it is known."""
    shape = dims(call.kinds[param])
    if shape is None:
        return f"np.shape({param})[{axis}]"
    length = shape[axis]
    return str(length) if isinstance(length, int) else f"{param}.shape[{axis % len(shape)}]"


def product_text(factors: Iterable[str]) -> str:
    """The product of lengths, in parentheses where there are several."""
    written = [factor for factor in factors if factor != "1"]
    return f"({' * '.join(written)})" if len(written) > 1 else "".join(written) or "1"


def tuple_text(parts: Iterable[object]) -> str:
    """A tuple as Python writes it."""
    written = [str(part) for part in parts]
    return f"({written[0]},)" if len(written) == 1 else f"({', '.join(written)})"


def index_text(text: str, parts: Sequence[str]) -> str:
    """`text[parts]` without what stands for whole axes at the end."""
    written = list(parts)
    while written and written[-1] == ":":
        written.pop()
    return f"{text}[{', '.join(written)}]" if written else text


def with_new_axes(text: str, kept: Sequence[bool]) -> str:
    """`text` with axes of length one where `kept` is false: `g[:, None]`.

    New axes in front are left out, since broadcasting puts them there.
    """
    first = next((i for i, keep in enumerate(kept) if keep), len(kept))
    parts = [":" if keep else "None" for keep in kept[first:]]
    return index_text(text, parts)


def unbroadcast_text(text: str, shape: Dims | None, to: Dims | None, param: str) -> str:
    """`text`, of a shape that the argument `param` was broadcast to, summed to the argument's."""
    if shape is None or to is None:
        return f"runtime.unbroadcast({text}, {param})"
    leading = len(shape) - len(to)
    inner = []
    for axis, (length, given) in enumerate(zip(shape[leading:], to, strict=True), leading):
        if given == 1 and length != 1:
            inner.append(axis)
        elif given != 1 and length != given and may_be_one(given):
            return f"runtime.unbroadcast({text}, {param})"
    if not leading and not inner:
        return text
    axes = [*range(leading), *inner]
    axis_text = str(axes[0]) if len(axes) == 1 else tuple_text(axes)
    if not inner:
        return f"np.sum({text}, axis={axis_text})"
    if not leading:
        return f"np.sum({text}, axis={axis_text}, keepdims=True)"
    return f"np.reshape(np.sum({text}, axis={axis_text}), np.shape({param}))"


def certainly_equal(a: Dim, b: Dim) -> bool:
    """Whether two lengths are equal whatever the arguments."""
    return a == b or (isinstance(a, Sym) and isinstance(b, Sym) and _place(a) == _place(b))


def _place(length: Sym) -> tuple[object, int]:
    return length.origin, length.offset
