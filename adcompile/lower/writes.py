"""Lower writes into arrays: `a[i] = e`, `a[i] += e`, `a += b`, and the functions that write."""

from __future__ import annotations

import ast

import numpy as np

from adcompile.ir import Apply, Const, Expr
from adcompile.kinds import Array, Record, dims, rank
from adcompile.kinds import is_array as has_axes
from adcompile.lower import (
    array_writes,
    container_methods,
    container_writes,
    containers,
    definitions,
    expressions,
)
from adcompile.lower.frame import Frame
from adcompile.lower.heap import is_container
from adcompile.places import is_repeating
from adcompile.rules import registry, selecting


def is_array(frame: Frame, value: Expr) -> bool:
    """Whether a value is an array that can be written to: one with axes."""
    kind = frame.kind(value)
    return isinstance(kind, Array) and kind.dims is not None and has_axes(kind)


def store(frame: Frame, target: ast.Subscript, value: Expr) -> None:
    """`base[index] = value`."""
    base, index = _place(frame, target)
    if is_container(frame.kind(base)):
        container_writes.store(frame, target, base, index, value)
        return
    array_writes.write(frame, target, base, index, "store", value)


def update(frame: Frame, node: ast.AugAssign, target: ast.Subscript) -> None:
    """`base[index] += value`."""
    base, index = _place(frame, target)
    if is_container(frame.kind(base)):
        _update_element(frame, node, base, index)
        return
    value = expressions.lower(frame, node.value)
    name = expressions.operator_name(node.op)
    if name in ("add", "sub") and not is_repeating(frame.build, index):
        array_writes.write(frame, node, base, index, name, value)
        return
    # With an element named twice, NumPy takes the last of the sums.
    old = expressions.item(frame, node, base, index)
    new = expressions.binary(frame, node, name, old, value)
    array_writes.write(frame, node, base, index, "store", new)


def _update_element(frame: Frame, node: ast.AugAssign, base: Expr, index: Expr) -> None:
    """`L[i] += value`, which changes an array that is there, and replaces a number."""
    old = expressions.item(frame, node, base, index)
    if is_array(frame, old):
        update_whole(frame, node, old)
        return
    if is_container(frame.kind(old)):
        container_methods.update(frame, node, old)
        return
    if containers.may_be_box(frame, old):
        raise frame.refuse(
            node,
            "this may change an array of no axes in place, which has other names",
            "write `=` instead",
        )
    value = expressions.lower(frame, node.value)
    new = expressions.binary(frame, node, expressions.operator_name(node.op), old, value)
    container_writes.store(frame, node, base, index, new)


def update_whole(frame: Frame, node: ast.AugAssign, old: Expr) -> None:
    """`a += value`, which changes the array `a`."""
    value = expressions.lower(frame, node.value)
    name = expressions.operator_name(node.op)
    if name in ("add", "sub"):
        array_writes.write(frame, node, old, None, name, value)
        return
    new = expressions.binary(frame, node, name, old, value)
    array_writes.write(frame, node, old, None, "store", new)


# ----- functions and methods -----


def function(
    frame: Frame, node: ast.AST, op: str, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr | None:
    """The value of a call of a NumPy function that writes into an array; None for any other."""
    args, out = _results(op, args, kwargs)
    if out is not None and out != Const(None):
        return _into(frame, node, op, args, kwargs, out)
    match op, args:
        case (("numpy.add.at" | "numpy.subtract.at"), [array, index, value]) if not kwargs:
            if op == "numpy.subtract.at":
                value = frame.apply(node, "operator.neg", value)
            array_writes.write(frame, node, array, index, "at", value)
            return Const(None)
        case "numpy.copyto", [array, value] if not kwargs:
            array_writes.write(frame, node, array, None, "store", value)
            return Const(None)
        case "numpy.fill_diagonal", [array, value] if not kwargs and rank(frame.kind(array)) == 2:
            array_writes.write(frame, node, array, _diagonal(frame, node, array), "store", value)
            return Const(None)
        case "numpy.copyto", [array, value] if set(kwargs) == {"where"}:
            _store_where(frame, node, array, kwargs["where"], value)
            return Const(None)
        case "numpy.put_along_axis", [array, positions, value, Const(int() as axis)] if not kwargs:
            array_writes.write(
                frame, node, array, _along(frame, array, positions, axis), "store", value
            )
            return Const(None)
        case "numpy.put", [array, positions, value] if not kwargs and _is_put(frame, args):
            array_writes.write(frame, node, array, positions, "store", value)
            return Const(None)
        case (("numpy.putmask" | "numpy.place"), [array, mask, value]) if not kwargs:
            _refuse_counting(frame, node, op, args)
            _store_where(frame, node, array, mask, value)
            return Const(None)
    return None


def _results(op: str, args: list[Expr], kwargs: dict[str, Expr]) -> tuple[list[Expr], Expr | None]:
    """The operands of a call, and the array that its result goes into: `np.add(x, y, z)` is
    `np.add(x, y, out=z)`."""
    module, _, name = op.rpartition(".")
    ufunc = getattr(np, name, None) if module == "numpy" else None
    if isinstance(ufunc, np.ufunc) and len(args) == ufunc.nin + 1:
        return args[:-1], args[-1]
    return args, kwargs.get("out")


def _store_where(frame: Frame, node: ast.AST, array: Expr, mask: Expr, value: Expr) -> None:
    """Write to the elements that a mask chooses what `value` has in their places."""
    chosen = frame.apply(node, "numpy.where", mask, value, array)
    array_writes.write(frame, node, array, None, "store", chosen)


def _refuse_counting(frame: Frame, node: ast.AST, op: str, args: list[Expr]) -> None:
    """`np.putmask` goes through the values as often as it takes, and `np.place` takes one after the
    other, whatever their shape is; that the mask has as many elements as the array NumPy checks."""
    array, mask, value = (dims(frame.kind(arg)) for arg in args)
    same = array is not None and (array == mask or rank(frame.kind(args[1])) == len(array) == 1)
    if same and (value == () or (op == "numpy.putmask" and value == array)):
        return
    raise frame.refuse(
        node,
        f"`{op.replace('numpy', 'np')}` of this mask and these values has no derivative rule",
        "write `a[mask] = ...`",
    )


def _diagonal(frame: Frame, node: ast.AST, array: Expr) -> Expr:
    """The index of the diagonal of a matrix."""
    shape = frame.apply(node, "attribute.shape", array)
    lengths = [frame.apply(node, "index", shape, Const(axis)) for axis in (0, 1)]
    length = frame.apply(node, "builtins.min", *lengths)
    positions = frame.apply(node, "numpy.arange", length)
    return Apply("tuple", (positions, positions))


def _is_put(frame: Frame, args: list[Expr]) -> bool:
    """Whether `np.put` writes to the elements of a vector what stands in the same places."""
    array, positions, value = map(frame.kind, args)
    if not isinstance(positions, Array) or positions.dtype is None:
        return False
    integers = np.issubdtype(positions.dtype, np.integer)
    return integers and rank(array) == 1 and dims(value) in ((), positions.dims)


def _along(frame: Frame, array: Expr, positions: Expr, axis: int) -> Expr:
    """The index of the elements that `np.put_along_axis` writes to."""
    count = rank(frame.kind(array)) or 0
    index = selecting.along_axis("array", "positions", count, axis % count)
    return definitions.value(frame, f"({index},)", {"array": array, "positions": positions})


def _into(
    frame: Frame, node: ast.AST, op: str, args: list[Expr], kwargs: dict[str, Expr], out: Expr
) -> Expr:
    """`np.add(x, y, out=a)`: all of `a` is the result."""
    if isinstance(out, Apply) and out.op == "tuple" and len(out.args) == 1:
        out = out.args[0]
    rest = {name: value for name, value in kwargs.items() if name != "out"}
    if registry.find(op) is None or not is_array(frame, out):
        raise frame.refuse(
            node,
            f"`out=` of `{op.replace('numpy.', 'np.', 1)}` cannot be differentiated here",
            "assign the result",
        )
    mask = rest.pop("where", Const(True)) if _is_elementwise(op) else Const(True)
    result = frame.apply(node, op, *args, **rest)
    if mask == Const(True):
        array_writes.write(frame, node, out, None, "store", result)
    else:
        _store_where(frame, node, out, mask, result)
    return out


def _is_elementwise(op: str) -> bool:
    module, _, name = op.rpartition(".")
    return module == "numpy" and isinstance(getattr(np, name, None), np.ufunc)


def method(
    frame: Frame, node: ast.AST, array: Expr, name: str, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr | None:
    """The value of a call of an array's method that changes it; None for any other."""
    if not is_array(frame, array):
        return None
    match name, args, kwargs:
        case "fill", [value], {}:
            array_writes.write(frame, node, array, None, "store", value)
            return Const(None)
        case (("sort" | "partition"), _, _):
            ordered = frame.apply(node, f"numpy.{name}", array, *args, **kwargs)
            array_writes.write(frame, node, array, None, "store", ordered)
            return Const(None)
    if kwargs.get("out", Const(None)) != Const(None):
        return _into(frame, node, f"ndarray.{name}", [array, *args], kwargs, kwargs["out"])
    return None


def _place(frame: Frame, target: ast.Subscript) -> tuple[Expr, Expr]:
    """The array and the index of a target."""
    base = expressions.lower(frame, target.value)
    kind = frame.kind(base)
    if isinstance(kind, Record):
        raise frame.refuse(
            target,
            "writing into an object in place cannot be differentiated yet",
            "build a new one",
        )
    return base, expressions.lower(frame, target.slice)
