"""Several directions in one sweep: tangents, or cotangents, with a leading axis.

What depends on them gets the axis too, and each operation is written so that it leaves it alone:
elementwise ones by axes of length one, sums by the axes after it, indices by a `:` in front. An
operation for which that is not known is refused, and the directions then go one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np

from adcompile.differentiate.carried import SHAPES, Carried
from adcompile.errors import RefusedError
from adcompile.ir import (
    UNDEFINED,
    UNSET,
    Apply,
    Assign,
    Const,
    Expr,
    Function,
    Var,
    walk,
)
from adcompile.kinds import (
    INT,
    Array,
    Dim,
    Items,
    Many,
    Nothing,
    Record,
    Scalar,
    dims,
    fresh,
)
from adcompile.places import WHOLE
from adcompile.rules import aliases, registry

ALL = Apply("slice", (Const(None), Const(None), Const(None)))


def vectorise(function: Function, directions: Sequence[Var], with_value: bool) -> None:
    """Let some parameters, and what is returned of what depends on them, have a leading axis.

    Args:
        function: the function, changed in place.
        directions: the parameters.
        with_value: whether a value without the axis is returned before what has it.

    Raises:
        RefusedError: this is not known for an operation of the function.
    """
    zeros = {
        statement.targets[0]
        for statement in walk(function.body)
        if isinstance(statement, Assign)
        and isinstance(statement.value, Apply)
        and statement.value.op in ("numpy.zeros", "numpy.zeros_like")
    }
    batch = _Batch(directions, zeros)
    batch.note(function.body)
    with batch.build.inner() as body:
        batch.start(directions[0])
        batch.block(function.body)
        if with_value:
            assert isinstance(function.result, Apply)
            value, derivative = function.result.args
            function.result = Apply("tuple", (value, batch.result(derivative)))
        else:
            function.result = batch.result(function.result)
    function.body = body


class _Batch(Carried):
    """Writes a function with a leading axis.

    Attributes:
        count: the length of the axis.
    """

    def __init__(self, directions: Sequence[Var], zeros: Collection[Expr]) -> None:
        super().__init__(directions)
        self._zeros = zeros
        self.count = Var("k", INT, named=True)
        self._axis: Dim = fresh()

    def give_form(self, var: Var) -> None:
        """Note that a value has the axis."""
        if isinstance(var.kind, (Scalar, Array)):
            shape = dims(var.kind)
            dtype = var.kind.dtype if isinstance(var.kind, Array) else None
            var.kind = Array(dtype, None if shape is None else (self._axis, *shape))
        elif isinstance(var.kind, Many):
            pass
        elif isinstance(var.kind, (Items, Record)):
            raise self.refused("a container")

    def rank(self, expr: Expr) -> int:
        """The number of axes of a value without the leading one."""
        shape = dims(self.plain(expr))
        if shape is None:
            raise self.refused("an array of an unknown number of axes")
        return len(shape)

    def refused(self, what: str) -> RefusedError:
        """The error about what cannot have the axis."""
        return RefusedError(f"{what} cannot be carried for several directions", None, None)

    # ----- values -----

    def start(self, direction: Var) -> None:
        """Count the directions."""
        self.build.define(self.count, Apply("builtins.len", (direction,)))

    def lifted(self, expr: Expr) -> Expr:
        """A value with the axis: one that has none is the same in every direction."""
        if self.has(expr) or expr in (UNSET, UNDEFINED, Const(None)):
            return expr
        if isinstance(self.build.kind(expr), (Many, Items, Record)):
            raise self.refused("a container")
        shape = self.shaped(self.build.apply("numpy.shape", expr))
        kind = self.build.kind(expr)
        if expr in self._zeros and isinstance(kind, Array) and kind.dtype == np.float64:
            return self.build.apply("numpy.zeros", shape)
        spread = self.build.apply("numpy.broadcast_to", expr, shape)
        return self.build.apply("ndarray.copy", spread)

    def shaped(self, shape: Expr) -> Expr:
        """A shape with the axis."""
        if isinstance(shape, Apply) and shape.op == "tuple":
            return Apply("tuple", (self.count, *shape.args))
        lead = Apply("tuple", (self.count,))
        if isinstance(self.build.kind(shape), Scalar):
            return Apply("tuple", (self.count, shape))
        return self.build.apply("operator.add", lead, shape)

    def aligned(self, expr: Expr, rank: int) -> Expr:
        """A value whose axis stays the first of so many more where it is broadcast."""
        missing = rank - self.rank(expr) if self.has(expr) else 0
        if missing <= 0:
            return expr
        index = Apply("tuple", (ALL, *[Const(None)] * missing))
        return self.build.apply("index", expr, index)

    def result(self, expr: Expr) -> Expr:
        """What is returned: every derivative has the axis."""
        if isinstance(expr, Apply) and expr.op in ("tuple", "list"):
            return Apply(expr.op, tuple(map(self.result, expr.args)))
        if isinstance(expr, Apply):
            raise self.refused("a container")
        return self.lifted(expr)

    # ----- operations -----

    def assign(self, statement: Assign) -> None:
        """Write a statement that reads what has the axis."""
        value = statement.value
        if len(statement.targets) > 1:
            raise self.refused("the result of a call")
        (target,) = statement.targets
        if isinstance(value, Apply):
            value = self._operation(target, value)
        self.build.block.append(Assign((target,), value, statement.span))

    def _operation(self, target: Var, value: Apply) -> Expr:
        nested = any(isinstance(o, Apply) and self.has(o) for o in value.operands())
        if nested and aliases.canonical(value.op) not in _TAKING_DISPLAYS:
            raise self.refused("a nested operation")
        if value.op == "list.pop":
            return value
        name = aliases.canonical(value.op)
        rule = registry.find(value.op)
        special = _OPERATIONS.get(value.op) or _OPERATIONS.get(name)
        if special is not None:
            return special(self, target, value)
        if rule is None or not rule.elementwise:
            raise self.refused(f"`{value.op}`")
        rank = self.rank(target)
        args = tuple(self.aligned(arg, rank) for arg in value.args)
        kwargs = tuple((key, self.aligned(arg, rank)) for key, arg in value.kwargs)
        return Apply(value.op, args, kwargs)


# ----- operations that are not elementwise -----

Operation = Callable[[_Batch, Var, Apply], Expr]
_JOINING = ("numpy.concatenate", "numpy.stack")
_TAKING_DISPLAYS = (*_JOINING, "numpy.array")


def _only_first(batch: _Batch, value: Apply) -> None:
    """Refuse an operation whose further arguments have the axis."""
    if any(batch.has(operand) for operand in list(value.operands())[1:]):
        raise batch.refused(f"`{value.op}`")


def _same(batch: _Batch, target: Var, value: Apply) -> Expr:
    """What leaves all axes as they are."""
    _only_first(batch, value)
    return value


def _shape(batch: _Batch, target: Var, value: Apply) -> Expr:
    """The shape, or the length, without the axis."""
    if value.op == "builtins.len":
        return Apply("index", (Apply("attribute.shape", value.args), Const(1)))
    if not value.op.endswith("shape"):
        raise batch.refused(f"`{value.op}`")
    rest = Apply("slice", (Const(1), Const(None), Const(None)))
    return Apply("index", (Apply("attribute.shape", value.args), rest))


def _reduction(batch: _Batch, target: Var, value: Apply) -> Expr:
    """A sum or mean over the axes after the first."""
    call = batch.build.bind(value)
    (array, axis, keep) = (call.args[name] for name in ("a", "axis", "keepdims"))
    rank = batch.rank(array)
    if "dtype" in call.given or not call.is_static("axis"):
        raise batch.refused(f"`{value.op}`")
    given = call.static("axis")
    axes = range(rank) if given is None else given if isinstance(given, (tuple, list)) else (given,)
    moved = tuple(Const(a % rank + 1) for a in axes)
    axis = moved[0] if len(moved) == 1 else Apply("tuple", moved)
    kept = (("keepdims", keep),) if "keepdims" in call.given else ()
    return Apply(call.rule.name, (array,), (("axis", axis), *kept))


def _matmul(batch: _Batch, target: Var, value: Apply) -> Expr:
    call = batch.build.bind(value)
    a, b = call.args["a"], call.args["b"]
    first, second = batch.rank(a), batch.rank(b)
    if batch.has(a) and batch.has(b):
        raise batch.refused("a product of two")
    if min(first, second) < 1:
        raise batch.refused("a product with a number")
    if max(first, second) > 2:
        return _stacked_matmul(batch, value, max(first, second))
    if batch.has(b) and second == 1:
        turned = a if first == 1 else batch.build.apply("attribute.T", a)
        return Apply("operator.matmul", (b, turned))
    return Apply("operator.matmul", (a, b))


def _stacked_matmul(batch: _Batch, value: Apply, rank: int) -> Expr:
    """The product of stacks of matrices, or of a stack and a matrix."""
    call = batch.build.bind(value)
    a, b = call.args["a"], call.args["b"]
    if min(batch.rank(a), batch.rank(b)) < 2 or aliases.canonical(value.op) == "numpy.dot":
        raise batch.refused("a product of stacks of matrices with a vector")
    return Apply("operator.matmul", (batch.aligned(a, rank), batch.aligned(b, rank)))


def _outer(batch: _Batch, target: Var, value: Apply) -> Expr:
    call = batch.build.bind(value)
    a, b = call.args["a"], call.args["b"]
    if batch.rank(a) != 1 or batch.rank(b) != 1 or (batch.has(a) and batch.has(b)):
        raise batch.refused("`numpy.outer`")
    column = Apply("tuple", ((ALL,) if batch.has(a) else ()) + (ALL, Const(None)))
    left = batch.build.apply("index", a, column)
    row = Apply("tuple", (ALL, Const(None), ALL))
    right = batch.build.apply("index", b, row) if batch.has(b) else b
    return Apply("operator.mul", (left, right))


def _transpose(batch: _Batch, target: Var, value: Apply) -> Expr:
    rank = batch.rank(value.args[0])
    if len(list(value.operands())) > 1:
        raise batch.refused(f"`{value.op}`")
    if rank < 2:
        return value.args[0]
    axes = tuple(Const(i) for i in (0, *range(rank, 0, -1)))
    return Apply("numpy.transpose", (value.args[0], Apply("tuple", axes)))


def _reshape(batch: _Batch, target: Var, value: Apply) -> Expr:
    call = batch.build.bind(value)
    if batch.has(call.args["shape"]) or call.given - {"a", "shape"}:
        raise batch.refused(f"`{value.op}`")
    return Apply("numpy.reshape", (call.args["a"], batch.shaped(call.args["shape"])))


def _ravel(batch: _Batch, target: Var, value: Apply) -> Expr:
    if len(list(value.operands())) > 1:
        raise batch.refused(f"`{value.op}`")
    flat = Apply("tuple", (batch.count, Const(-1)))
    reshaped = batch.build.apply("numpy.reshape", value.args[0], flat)
    return reshaped if value.op != "ndarray.flatten" else Apply("ndarray.copy", (reshaped,))


def _broadcast(batch: _Batch, target: Var, value: Apply) -> Expr:
    call = batch.build.bind(value)
    if batch.has(call.args["shape"]):
        raise batch.refused(f"`{value.op}`")
    array = batch.aligned(call.args["array"], batch.rank(target))
    return Apply("numpy.broadcast_to", (array, batch.shaped(call.args["shape"])))


def _full(batch: _Batch, target: Var, value: Apply) -> Expr:
    call = batch.build.bind(value)
    if "dtype" in call.given or batch.has(call.args["shape"]):
        raise batch.refused("`numpy.full`")
    fill = batch.aligned(call.args["fill_value"], batch.rank(target))
    shape = batch.shaped(call.args["shape"])
    return Apply("ndarray.copy", (batch.build.apply("numpy.broadcast_to", fill, shape),))


def _no_way(batch: _Batch, target: Var, value: Apply) -> Expr:
    """What is elementwise but for one axis."""
    raise batch.refused(f"`{value.op}`")


def _full_like(batch: _Batch, target: Var, value: Apply) -> Expr:
    like, fill = value.args
    if value.kwargs or batch.has(like):
        raise batch.refused(f"`{value.op}`")
    shape = batch.shaped(batch.build.apply("numpy.shape", like))
    spread = batch.build.apply("numpy.broadcast_to", batch.aligned(fill, batch.rank(target)), shape)
    return Apply("ndarray.copy", (spread,))


def _moved_index(batch: _Batch, index: Expr) -> Expr:
    """An index after a `:`; NumPy would move the axis of several arrays in it to the front."""
    if isinstance(index, Apply) and index.op == "place":
        raise batch.refused("a write through a view")
    parts = index.args if isinstance(index, Apply) and index.op == "tuple" else (index,)
    forms = [_form(batch, part) for part in parts if part != WHOLE]
    arrays = forms.count("array")
    if batch.has(index) or "other" in forms or arrays > 1 or (arrays and "number" in forms):
        raise batch.refused("an index of arrays")
    return Apply("tuple", (ALL, *parts))


def _form(batch: _Batch, part: Expr) -> str:
    """What a part of an index is."""
    match batch.build.kind(part):
        case Record(type=type_) if type_ is slice:
            return "slice"
        case Nothing():
            return "axis"
        case Scalar(type=type_) if type_ is int:
            return "number"
        case Array(dtype, axes) if dtype is not None and axes is not None:
            return "array" if axes else "number"
    is_list = isinstance(part, Apply) and part.op == "list"
    return "array" if is_list else "other"


def _index(batch: _Batch, target: Var, value: Apply) -> Expr:
    array, index = value.args
    if not isinstance(batch.plain(array), Array):
        raise batch.refused("a container")
    return Apply("index", (array, _moved_index(batch, index)))


def _scatter(batch: _Batch, target: Var, value: Apply) -> Expr:
    base, place, written = value.args
    if not isinstance(batch.plain(base), Array) or batch.rank(base) < 1:
        raise batch.refused("a container")
    rank = batch.rank(base)
    if place != WHOLE:
        region = Var(None, batch.plain(base))
        shape = dims(batch.build.kind(Apply("index", (region, place))))
        if shape is None:
            raise batch.refused("an index of arrays")
        rank = len(shape)
    index = place if place == WHOLE else _moved_index(batch, place)
    return Apply(value.op, (batch.lifted(base), index, batch.aligned(written, rank)))


def _join(batch: _Batch, target: Var, value: Apply) -> Expr:
    call = batch.build.bind(value)
    arrays = call.args["arrays"]
    if not isinstance(arrays, Apply) or not call.is_static("axis") or call.static("axis") is None:
        raise batch.refused(f"`{value.op}`")
    axis = call.static("axis")
    parts = tuple(_joined(batch, part) for part in arrays.args)
    moved = Const(axis + 1 if axis >= 0 else axis)
    return Apply(call.rule.name, (Apply("tuple", parts),), (("axis", moved),))


def _joined(batch: _Batch, part: Expr) -> Expr:
    """A part of what is joined; a display of numbers or arrays is an array."""
    if not isinstance(part, Apply):
        return batch.lifted(part)
    if part.op not in ("list", "tuple"):
        raise batch.refused("a nested operation")
    elements = Apply("tuple", tuple(_joined(batch, element) for element in part.args))
    return batch.build.apply("numpy.stack", elements, axis=Const(1))


def _array(batch: _Batch, target: Var, value: Apply) -> Expr:
    """An array of numbers, or of arrays, of which some have the axis."""
    call = batch.build.bind(value)
    if "dtype" in call.given:
        raise batch.refused("`numpy.array`")
    return _joined(batch, call.args["object"])


def _unbroadcast(batch: _Batch, target: Var, value: Apply) -> Expr:
    """The adjoints of an operand, of which only the shape is asked for."""
    g, operand = value.args
    if not batch.has(g):
        raise batch.refused(f"`{value.op}`")
    if batch.has(operand):
        operand = Apply("index", (operand, Const(0)))
    return Apply("runtime.unbroadcast_each", (g, operand))


def _number(batch: _Batch, target: Var, value: Apply) -> Expr:
    """`float(x)` of each direction."""
    return value.args[0]


_OPERATIONS: dict[str, Operation] = {
    **dict.fromkeys(SHAPES, _shape),
    **dict.fromkeys(("numpy.sum", "numpy.mean"), _reduction),
    **dict.fromkeys(("operator.matmul", "numpy.matmul", "numpy.dot"), _matmul),
    **dict.fromkeys(("attribute.T", "numpy.transpose"), _transpose),
    **dict.fromkeys(("ndarray.copy", "numpy.copy", "ndarray.astype"), _same),
    **dict.fromkeys(("numpy.zeros_like", "numpy.ones_like", "numpy.float64"), _same),
    **dict.fromkeys(("numpy.ravel", "ndarray.flatten"), _ravel),
    **dict.fromkeys(("scatter.add", "scatter.sub", "scatter.store", "scatter.at"), _scatter),
    **dict.fromkeys(_JOINING, _join),
    "numpy.array": _array,
    "numpy.cross": _no_way,
    "runtime.unbroadcast": _unbroadcast,
    "numpy.full": _full,
    "numpy.outer": _outer,
    "numpy.reshape": _reshape,
    "numpy.broadcast_to": _broadcast,
    "numpy.full_like": _full_like,
    "index": _index,
    "builtins.float": _number,
}
