"""What each operation on tangents is for sets of what they depend on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from adcompile import ir
from adcompile.differentiate.carried import SHAPES, Carried
from adcompile.errors import RefusedError
from adcompile.ir import UNDEFINED, UNSET, Apply, Assign, Const, Expr, Ref, Var
from adcompile.kinds import Array, Items, Kind, Many, Scalar, broadcast, dims
from adcompile.places import HOLE, composed, filled, nested, split
from adcompile.rules import aliases, registry

SETS = np.dtype(object)


def renamed(name: str) -> str:
    """The name of a function with tangents, once it has sets."""
    return f"{name.removesuffix('_jvp').replace('_hvp', '_hessian')}_pattern"


class Sets(Carried):
    """Writes a function with sets in the place of tangents."""

    of_shapes = (
        *SHAPES, "numpy.zeros_like", "numpy.ones_like", "numpy.empty_like", "runtime.zeros",
        "runtime.shadow",
    )  # fmt: skip

    def __init__(self, directions: Sequence[Var]) -> None:
        super().__init__(directions)
        self._like: dict[Var, Var] = {}

    def note(self, body: ir.Block) -> None:
        """Find the values that depend on the inputs, and what arrays of zeros are made like."""
        super().note(body)
        for statement in ir.walk(body):
            match statement:
                case Assign((target,), Apply("numpy.zeros_like", (Var() as like,), ())):
                    self._like[target] = like
                case Assign(_, Apply("call", (Ref(target=tuple()), *_)) as call):
                    if not self.has(call):
                        raise self.refused("a Jacobian that is part of the function, as of `root`,")

    def give_form(self, var: Var) -> None:
        """Note that a value is an array of sets, or holds some."""
        if var.hint is not None and var.hint.endswith("_dot"):
            var.hint = f"{var.hint.removesuffix('_dot')}_from"
        if isinstance(var.kind, (Scalar, Array)):
            var.kind = Array(SETS, dims(var.kind))

    def reached(self, targets: Sequence[Var], value: Expr) -> Sequence[Var]:
        """Of a call, the tangents."""
        if isinstance(value, Apply) and value.op == "call":
            return targets[len(targets) // 2 :]
        return targets

    def refused(self, what: str) -> RefusedError:
        """The error about what the pattern is not known of."""
        return RefusedError(
            f"the pattern of {what} is not known", "ask for the dense matrix, without sparse=True"
        )

    # ----- values -----

    def lifted(self, expr: Expr) -> Expr:
        """Sets for a value; it may depend on nothing."""
        if expr in (UNSET, UNDEFINED, Const(None)):
            return expr
        if isinstance(expr, Apply) and expr.op in _DISPLAYS:
            return self._display(expr)
        if self.has(expr):
            return self.operation(expr, self.plain(expr)) if isinstance(expr, Apply) else expr
        kind = self.build.kind(expr)
        if isinstance(kind, Scalar) or dims(kind) == ():
            return Apply("builtins.frozenset")
        like = self._like.get(expr) if isinstance(expr, Var) else None
        return self.build.apply("sets.nothing", expr if like is None else like)

    def _display(self, expr: Apply) -> Apply:
        args = expr.args
        if expr.op == "dict":
            keys, values = args[::2], map(self.lifted, args[1::2])
            return Apply(
                "dict", tuple(part for pair in zip(keys, values, strict=True) for part in pair)
            )
        if expr.op == "record":
            kwargs = tuple((name, self.lifted(value)) for name, value in expr.kwargs)
            return Apply("record", args, kwargs)
        return Apply(expr.op, tuple(map(self.lifted, args)))

    # ----- statements -----

    def assign(self, statement: Assign) -> None:
        """Write a statement that reads sets."""
        value = statement.value
        if isinstance(value, Apply) and value.op == "call":
            value = self._call(value)
        elif isinstance(value, Apply):
            value = self.operation(value, self.plain(statement.targets[0]))
        self.build.block.append(Assign(statement.targets, value, statement.span))

    def _call(self, value: Apply) -> Apply:
        """A call: all of its tangents are sets."""
        callee = value.args[0]
        assert isinstance(callee, Ref) and isinstance(callee.target, tuple)
        pushed, side = callee.target
        count = len(pushed.wanted_of(side)) // 2
        args = value.args[: len(value.args) - count]
        dots = value.args[len(value.args) - count :]
        name = renamed(callee.name)
        return Apply(
            "call", (Ref(name, callee.target, callee.kind), *args[1:], *map(self.lifted, dots))
        )

    # ----- operations -----

    def operation(self, value: Apply, kind: Kind) -> Expr:
        """An operation on sets.

        Args:
            value: the operation on tangents.
            kind: the kind of its result.
        """
        if not self.has(value):
            return value
        if value.op in _DISPLAYS:
            return self._display(value)
        if value.op.startswith("attribute.") and dims(self.plain(value.args[0])) == ():
            return self.lifted(value.args[0])
        if value.op in _KEPT or value.op.startswith("attribute."):
            return self._kept(value)
        name = aliases.canonical(value.op)
        special = _OPERATIONS.get(value.op) or _OPERATIONS.get(name)
        if special is not None:
            return special(self, value, kind)
        rule = registry.find(value.op)
        if name in _GATHERS:
            return self._gather(value)
        if name in _SELECTIONS:
            return self._selection(value)
        if rule is not None and rule.elementwise and name != "numpy.cross":
            return self.elementwise(value, kind)
        if rule is None or not rule.pure:
            raise self.refused(f"`{value.op}`")
        return self.anything(value)

    def _kept(self, value: Apply) -> Apply:
        """What is done with sets as with numbers."""
        return Apply(value.op, tuple(self.inner(arg) for arg in value.args), value.kwargs)

    def inner(self, expr: Expr) -> Expr:
        return self.lifted(expr) if self.has(expr) else expr

    def _gather(self, value: Apply) -> Apply:
        """What only moves elements does the same to sets, which have no other dtype."""
        first, *rest = value.args or (None,)
        if aliases.canonical(value.op) in _CONVERSIONS:
            rest = []
        args = () if first is None else (self.lifted(first), *rest)
        op = value.op
        if first is not None and dims(self.plain(first)) == ():
            # One set has no methods of arrays.
            op = aliases.canonical(op).replace("numpy.flatten", "numpy.ravel")
        kwargs = tuple(
            (key, self.inner(arg)) for key, arg in value.kwargs if key not in ("dtype", "like")
        )
        return Apply(op, args, kwargs)

    def _selection(self, value: Apply) -> Expr:
        """What takes elements to other places, and leaves zeros."""
        array, *rest = value.args
        if any(self.has(operand) for operand in (*rest, *(v for _, v in value.kwargs))):
            return self.anything(value)
        array = self.lifted(array)
        numbers = self.build.apply("sets.numbered", array)
        moved = self.build.operation(Apply(value.op, (numbers, *rest), value.kwargs))
        return Apply("sets.picked", (array, moved))

    def elementwise(self, value: Apply, kind: Kind) -> Expr:
        """Each element depends on what those of the operands depend on; a list that is repeated or
        joined to another holds the same sets."""
        if isinstance(kind, (Items, Many)):
            return self._kept(value)
        operands = list(value.operands())
        found = [self.lifted(operand) for operand in operands if self.has(operand)]
        union = found[0]
        for other in found[1:]:
            union = self.build.apply("operator.or_", union, other)
        shapes = [dims(self.plain(o)) for o in operands if self.has(o)]
        if dims(kind) is not None and broadcast(*shapes) == dims(kind):
            return union
        others = [o for o in operands if not self.has(o) and not isinstance(o, Const)]
        return Apply("sets.spread", (union, *others)) if others else union

    def anything(self, value: Apply) -> Expr:
        """Every element depends on all that goes in."""
        sets = [part for operand in value.operands() for part in self._leaves(operand)]
        blank = self.build.operation(
            Apply(
                value.op,
                tuple(map(self._blank, value.args)),
                tuple((key, self._blank(arg)) for key, arg in value.kwargs),
            )
        )
        return Apply("sets.everywhere", (blank, *sets))

    def _leaves(self, expr: Expr) -> list[Expr]:
        if isinstance(expr, Apply) and expr.op in ("tuple", "list"):
            return [leaf for arg in expr.args for leaf in self._leaves(arg)]
        return [self.lifted(expr)] if self.has(expr) else []

    def _blank(self, expr: Expr) -> Expr:
        if isinstance(expr, Apply) and expr.op in ("tuple", "list"):
            return Apply(expr.op, tuple(map(self._blank, expr.args)))
        return self.build.apply("sets.blank", self.lifted(expr)) if self.has(expr) else expr


# ----- operations that are not alike -----

Operation = Callable[[Sets, Apply, Kind], Expr]
_DISPLAYS = ("tuple", "list", "dict", "record")
_KEPT = (
    "list.pop",
    "unpack",
    "builtins.tuple",
    "builtins.list",
    "runtime.pieces",
    "runtime.copied",
)
_GATHERS = frozenset(
    f"numpy.{name}"
    for name in (
        "reshape", "ravel", "flatten", "transpose", "swapaxes", "moveaxis", "rollaxis", "squeeze",
        "expand_dims", "roll", "flip", "fliplr", "flipud", "rot90", "concatenate", "stack",
        "vstack", "hstack", "dstack", "column_stack", "row_stack", "tile", "repeat", "take",
        "take_along_axis", "compress", "extract", "delete", "append", "broadcast_to", "copy",
        "atleast_1d", "atleast_2d", "atleast_3d", "array", "asarray", "ascontiguousarray",
        "diagonal", "split", "array_split", "hsplit", "vsplit", "dsplit",
    )
)  # fmt: skip
_CONVERSIONS = ("numpy.array", "numpy.asarray", "numpy.ascontiguousarray")
_SELECTIONS = ("numpy.diag", "numpy.diagflat", "numpy.tril", "numpy.triu", "runtime.from_diagonal")


def _shape(sets: Sets, value: Apply, kind: Kind) -> Expr:
    return value


def _numbers_like(sets: Sets, value: Apply, kind: Kind) -> Expr:
    """Numbers in the shape of sets: they depend on nothing."""
    blank = sets.build.apply("sets.blank", sets.lifted(value.args[0]))
    return Apply(value.op, (blank,))


def _same(sets: Sets, value: Apply, kind: Kind) -> Expr:
    """What changes only the dtype."""
    array = sets.lifted(value.args[0])
    return array if dims(kind) == () else Apply("ndarray.copy", (array,))


def _full(sets: Sets, value: Apply, kind: Kind) -> Expr:
    call = sets.build.bind(value)
    return Apply("numpy.full", (call.args["shape"], sets.lifted(call.args["fill_value"])))


def _reduction(sets: Sets, value: Apply, kind: Kind) -> Expr:
    call = sets.build.bind(value)
    kept = (key for key in ("axis", "keepdims") if key in call.given)
    return Apply(
        "sets.union", (sets.lifted(call.args["a"]),), tuple((key, call.args[key]) for key in kept)
    )


def _cumulated(sets: Sets, value: Apply, kind: Kind) -> Expr:
    call = sets.build.bind(value)
    axis = (("axis", call.args["axis"]),) if "axis" in call.given else ()
    return Apply("sets.accumulated", (sets.lifted(call.args["a"]),), axis)


def _product(sets: Sets, value: Apply, kind: Kind) -> Expr:
    call = sets.build.bind(value)
    parts = [sets.lifted(part) if sets.has(part) else part for part in call.args.values()][:2]
    shapes = [dims(sets.plain(part)) for part in list(call.args.values())[:2]]
    is_matmul = value.op in ("operator.matmul", "numpy.matmul")
    if not is_matmul and any(shape is None or not 1 <= len(shape) <= 2 for shape in shapes):
        return sets.anything(value)
    return Apply("sets.product", tuple(parts))


def _either(sets: Sets, value: Apply, kind: Kind) -> Expr:
    """The sum of containers, of which one may depend on nothing."""
    return Apply("sets.either", tuple(map(sets.lifted, value.args)))


def _outer(sets: Sets, value: Apply, kind: Kind) -> Expr:
    parts = list(sets.build.bind(value).args.values())[:2]
    if any(len(dims(sets.plain(part)) or ()) != 1 for part in parts):
        return sets.anything(value)
    return Apply("sets.contracted", (Const("i,j->ij"), *map(sets.inner, parts)))


def _einsum(sets: Sets, value: Apply, kind: Kind) -> Expr:
    subscripts, *operands = value.args
    text = subscripts.value if isinstance(subscripts, Const) else None
    if not isinstance(text, str) or not _is_plain(text):
        return sets.anything(value)
    return Apply("sets.contracted", (subscripts, *map(sets.inner, operands)))


def _is_plain(subscripts: str) -> bool:
    given, arrow, _ = subscripts.replace(" ", "").partition("->")
    repeated = any(len(set(term)) != len(term) for term in given.split(","))
    return bool(arrow) and "." not in subscripts and not repeated


def _index(sets: Sets, value: Apply, kind: Kind) -> Expr:
    base, index = value.args
    if sets.has(index):
        raise sets.refused("an index that is differentiated")
    base_kind = sets.plain(base)
    base = sets.lifted(base)
    if isinstance(base_kind, (Scalar, Array)) and dims(base_kind) == ():
        return Apply("sets.at", (base, _as_argument(index)))
    return Apply("index", (base, index))


def _as_argument(index: Expr) -> Expr:
    """An index that can stand outside of brackets."""
    if isinstance(index, Apply) and index.op == "slice":
        return Apply("builtins.slice", index.args)
    if isinstance(index, Apply) and index.op == "tuple":
        return Apply("tuple", tuple(map(_as_argument, index.args)))
    return index


def _scatter(sets: Sets, value: Apply, kind: Kind) -> Expr:
    base, place, written = value.args
    is_array = isinstance(sets.plain(base), Array)
    base, written = sets.lifted(base), sets.lifted(written)
    if value.op in ("scatter.store", "scatter.append", "scatter.pop"):
        return Apply(value.op, (base, place, written))
    if value.op == "scatter.at":
        return _united_at(sets, base, place, written)
    old = nested(base, place)
    before = sets.build.operation(old) if isinstance(old, Apply) else old
    unite = "operator.or_" if is_array else "sets.either"
    return Apply("scatter.store", (base, place, sets.build.apply(unite, before, written)))


def _united_at(sets: Sets, base: Expr, place: Expr, written: Expr) -> Apply:
    """`np.add.at`, to positions that may repeat, in an array or a view of it."""
    view, index = split(place)
    shown = filled(view, base)
    if isinstance(shown, Apply):
        shown = sets.build.operation(shown)
    united = Apply("sets.united_at", (shown, _as_argument(index), written))
    if view == HOLE:
        return united
    return Apply("scatter.store", (base, composed(view, None), sets.build.operation(united)))


def _first(sets: Sets, value: Apply, kind: Kind) -> Expr:
    """What leaves out elements of its first argument."""
    return sets.lifted(value.args[0])


def _chosen(sets: Sets, value: Apply, kind: Kind) -> Expr:
    """Each element is that of one of several arrays; which one may change with the values."""
    numbers, choices = value.args
    if not isinstance(choices, Apply) or choices.op not in ("tuple", "list"):
        return sets.anything(value)
    return sets.elementwise(Apply(value.op, (numbers, *choices.args)), kind)


def _choice(sets: Sets, value: Apply, kind: Kind) -> Expr:
    """Either of two; which one may change with the values."""
    test, *sides = value.args
    if not isinstance(kind, (Scalar, Array)):
        return Apply("ifexp", (test, *map(sets.lifted, sides)))
    found = [sets.lifted(side) for side in sides if sets.has(side)]
    return found[0] if len(found) == 1 else sets.build.apply("operator.or_", *found)


def _by_helper(name: str) -> Operation:
    def operation(sets: Sets, value: Apply, kind: Kind) -> Expr:
        return Apply(name, tuple(map(sets.inner, value.args)))

    return operation


_OPERATIONS: dict[str, Operation] = {
    **dict.fromkeys(SHAPES, _shape),
    **dict.fromkeys((f"numpy.{n}_like" for n in ("zeros", "ones", "empty")), _numbers_like),
    **dict.fromkeys(("ndarray.astype", "numpy.astype", "builtins.float"), _same),
    **dict.fromkeys((f"numpy.float{n}" for n in (16, 32, 64)), _same),
    **dict.fromkeys(("numpy.sum", "numpy.mean", "numpy.nansum", "numpy.nanmean"), _reduction),
    "numpy.full": _full,
    "numpy.cumsum": _cumulated,
    **dict.fromkeys(("numpy.matmul", "numpy.dot"), _product),
    "numpy.einsum": _einsum,
    "index": _index,
    "ifexp": _choice,
    "numpy.choose": _chosen,
    **dict.fromkeys(
        [f"scatter.{n}" for n in ("add", "sub", "at", "store", "append", "pop", "merge")], _scatter
    ),
    "runtime.last_written": _first,
    "runtime.unbroadcast": _by_helper("sets.unbroadcast"),
    "runtime.add": _either,
    "numpy.outer": _outer,
    "builtins.sum": _by_helper("sets.summed"),
    "runtime.zeros": _numbers_like,
    "runtime.shadow": _numbers_like,
}
