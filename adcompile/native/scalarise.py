"""Array statements as loops over their elements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from adcompile import ir
from adcompile.builder import Builder
from adcompile.errors import AdcompileError
from adcompile.ir import Apply, Assign, Const, Expr, Function, Var
from adcompile.kinds import Array, Items, Kind, Many, Scalar, Unknown, dims, same_dtype
from adcompile.native import (
    along,
    axes,
    calls,
    checks,
    contractions,
    counting,
    joins,
    lists,
    loops,
    matrices,
    singles,
    table,
)
from adcompile.native.bounds import Bounds
from adcompile.native.elements import (
    Elements,
    Pointwise,
    calculated,
    is_basic,
    is_single,
    pointwise,
)
from adcompile.native.indices import ALL, full, gathering, index_of, is_new, sliced, with_arrays
from adcompile.native.optional import is_vague, kind_of
from adcompile.native.reductions import Reductions, is_reduction, of_number
from adcompile.native.writes import Writes
from adcompile.places import WHOLE
from adcompile.records import replace
from adcompile.simplify.in_place import Groups, is_write
from adcompile.simplify.uses import count_uses


def scalarise(function: Function, handed: Collection[Var] = ()) -> None:
    """Let a function calculate with single numbers wherever it can, in place.

    Args:
        function: the function.
        handed: the parameters that hold what another native function saved.

    Raises:
        RefusedError: it does something that native code cannot.
    """
    _Scalariser(function).run(handed)


class _Scalariser:
    def __init__(self, function: Function) -> None:
        self._function = function
        self._uses: Counter[Var] = count_uses(function)
        self._groups = Groups(function)
        self._build = Builder()
        self._bounds = Bounds(self._build)
        self._elements = Elements(self._build, self._bounds)
        self._reductions = Reductions(self._build, self._elements)
        self._writes = Writes(self._build, self._elements)
        self._ints = counting.Ints()
        self._defined = {
            statement.targets[0]: statement.value
            for statement in ir.walk(function.body)
            if isinstance(statement, Assign)
        }
        # The arrays that one statement of the block reads, element by element.
        self._fusing: set[Var] = set()

    def run(self, handed: Collection[Var]) -> None:
        """Rewrite the function."""
        if set(self._function.settings.values()) - {"ignore"}:
            raise table.refused("native code neither warns nor raises where NumPy's errors are set")
        self._function.settings = {}
        lists.find_elements(self._function)
        self._set_dtypes()
        for param in self._function.params:
            if param not in handed:
                table.require(param.kind, f"`{param.hint}`")
        self._function.body = self._block(self._function.body, self._function.params)

    def _set_dtypes(self) -> None:
        """Let numbers, and adjoints, of unknown dtype be of double precision where no array is of
        single or complex, and all arrays where all others are: what a list holds has a dtype of its
        own, which is not known."""
        found = [*self._function.params]
        for statement in ir.walk(self._function.body):
            found += [*ir.defined(statement), *(c.inner for c in ir.carries(statement))]
        dtypes = {dtype for var in found for dtype in _dtypes(var.kind)}
        if dtypes.isdisjoint(_OTHER_FLOATS):
            only = dtypes <= {np.dtype(np.float64)}
            for var in found:
                var.kind = _doubled(var.kind, only or (var.hint or "").startswith("d_"))

    def _block(self, block: ir.Block, params: Sequence[Var] = ()) -> ir.Block:
        outer = self._fusing
        self._fusing = self._fused(block)
        with self._build.inner() as result, self._bounds.block(block, params):
            for statement in block:
                self._build.span = getattr(statement, "span", None)
                try:
                    self._statement(statement)
                except AdcompileError as error:
                    raise error.at(self._build.span) from None
            self._calculate_all(None)
        self._fusing = outer
        return result

    def _fused(self, block: ir.Block) -> set[Var]:
        """The arrays of a block that are read once, by a statement of it that does so element by
        element."""
        found: set[Var] = set()
        for statement in block:
            value = statement.value if isinstance(statement, Assign) else None
            if not isinstance(value, Apply) or not isinstance(statement, Assign):
                continue
            target = statement.targets[0]
            arrays: tuple[Expr, ...] = ()
            if isinstance(target.kind, Array) and target.kind.dims:
                item = pointwise(value, target.kind)
                arrays = () if item is None else item.operands
                if item is not None and item.op in ("gather", "roll"):
                    arrays = value.args[1:]
            if is_reduction(value):
                arrays = () if self._is_slow(value) else value.args[:1]
            is_array = not isinstance(target.kind, (Items, Many))
            if is_write(statement) and is_array and len(value.args) > 2:
                arrays = value.args[2:]
            found |= {a for a in arrays if isinstance(a, Var) and self._uses[a] == 1}
        return found

    def _is_slow(self, value: Apply) -> bool:
        """Whether a sum of one number after the other would keep what it is of from being
        calculated several at a time."""
        summed = self._defined.get(value.args[0]) if isinstance(value.args[0], Var) else None
        return isinstance(summed, Apply) and summed.op in table.VECTOR

    # ----- statements -----

    def _statement(self, statement: ir.Statement) -> None:
        self._stay_before(statement)
        match statement:
            case Assign():
                self._assign(statement)
            case ir.Do():
                is_check = statement.value.op.startswith("native.")
                if statement.value.op != "list.append" and not is_check:
                    raise table.refused_operation(statement.value)
                self._build.block.append(statement)
            case ir.Keep():
                self._build.block.append(checks.raised(statement))
            case ir.Note():
                self._build.block.append(statement)
            case ir.If():
                statement.then = self._block(statement.then)
                statement.orelse = self._block(statement.orelse)
                self._build.block.append(statement)
            case ir.For():
                self._for(statement)
            case ir.While():
                if statement.snapshots is not None:
                    raise table.refused("native code has no checkpoints")
                statement.test_block = self._block(statement.test_block)
                statement.body = self._block(statement.body)
                self._build.block.append(statement)

    def _for(self, loop: ir.For) -> None:
        if loop.snapshots is not None:
            raise table.refused("native code has no checkpoints")
        self._bounds.loop(loop)
        counting.forwards(self._build, loop)
        self._ints.index(loop.index)
        loop.body = self._block(loop.body)
        self._build.block.append(loop)

    def _stay_before(self, statement: ir.Statement) -> None:
        """What reads an array that a statement writes to is calculated before it, unless the
        statement itself reads it."""
        if self._elements.waiting:
            self._calculate_all(self._groups.written_by(statement))

    def _calculate_all(self, written: set[Var] | None) -> None:
        """Calculate the arrays of the block that wait, those that groups of arrays are read for;
        the last one first, because it is made of others."""
        waiting = self._elements.waiting
        for var in reversed(list(waiting)):
            if var not in waiting or var not in self._fusing:
                continue
            if written is None or any(
                self._groups.of(leaf) & written for leaf in self._elements.leaves(var)
            ):
                self._calculate(var)

    def _assign(self, statement: Assign) -> None:
        value = statement.value
        if isinstance(value, Apply):
            if value.op == "index" or value.op.startswith("scatter."):
                self._bounds.masks(*value.args[:2])
            value = statement.value = with_arrays(self._build, value)
            value = statement.value = self._of_slices(value)
            if value.op == "index":
                singles.require(self._bounds, statement.targets[0], value)
        for target in statement.targets:
            is_open = isinstance(value, Apply) and value.op in table.OPEN
            if isinstance(value, Apply) and value.op == "ndarray.astype":
                self._resolve(target, value)
            elif isinstance(value, Apply) and is_vague(target.kind) and len(statement.targets) == 1:
                self._refine(target, value)
            if not (is_open and isinstance(target.kind, (Unknown, Items, Many))):
                table.require(target.kind, f"`{target.hint}`" if target.hint else "the result")
        target = statement.targets[0]
        if len(statement.targets) > 1 or not isinstance(value, Apply):
            self._other(statement)
        elif value.op.startswith("scatter."):
            self._scatter(statement, value)
        elif isinstance(target.kind, Array) and target.kind.dims:
            self._array(statement, target, value)
        else:
            self._number(statement, target, value)

    def _of_slices(self, value: Apply) -> Apply:
        """An index by arrays of ints, and by slices, as one of a view by arrays and whole axes."""
        if value.op != "index" or not isinstance(ir.kind_of(value.args[0]), Array):
            return value
        found = gathering(*value.args)
        if found is None or any(map(is_new, found.parts)):
            return value
        base, index = sliced(self._build, *value.args)
        if base is not value.args[0]:
            # Of no rows NumPy checks the places too.
            for axis, size in enumerate(dims(ir.kind_of(base)) or ()):
                length = loops.Extent(base, axis, size).length(self._build)
                checked = Apply("native.at_least", (length, Const(1)))
                self._build.block.append(ir.Do(checked, self._build.span))
        return Apply("index", (base, index))

    def _resolve(self, target: Var, value: Apply) -> None:
        """Find the dtype of `x.astype(y.dtype)`."""
        asked = self._build.definition(value.args[1]) if len(value.args) > 1 else None
        like = ir.kind_of(asked.args[0]) if asked is not None and asked.args else None
        if isinstance(target.kind, Array) and target.kind.dtype is None and isinstance(like, Array):
            target.kind = Array(like.dtype, target.kind.dims)

    def _refine(self, target: Var, value: Apply) -> None:
        """Find the kind of a result, where more is known of the operands by now."""
        kind = kind_of(value)
        if isinstance(kind, (Array, Scalar)) and not is_vague(kind):
            target.kind = kind

    def _other(self, statement: Assign) -> None:
        value = statement.value
        if isinstance(value, Apply) and value.op not in ("call", "unpack"):
            raise table.refused_operation(value)
        if isinstance(value, Apply) and value.op == "call":
            statement.value = self._call(value)
        self._build.block.append(statement)

    def _call(self, value: Apply) -> Apply:
        callee = value.args[0]
        target = callee.target if isinstance(callee, ir.Ref) else None
        if not (isinstance(target, tuple) and hasattr(target[0], "label")):
            raise table.refused(f"native code cannot call `{getattr(callee, 'name', '?')}`")
        return calls.in_one_layout(value, self._defined)

    # ----- writes -----

    def _scatter(self, statement: Assign, value: Apply) -> None:
        target = statement.targets[0]
        if isinstance(target.kind, (Items, Many)):
            statement.value = lists.written(value, self._defined)
            self._build.block.append(statement)
            return
        base = value.args[0]
        if value.op not in ("scatter.add", "scatter.sub", "scatter.store", "scatter.at"):
            raise table.refused_operation(value)
        if isinstance(base, Var):
            parts = (
                full(base, value.args[1])
                if WHOLE in _parts(value.args[1])
                else _parts(value.args[1])
            )
            if all(dims(ir.kind_of(p)) == () for p in parts) and len(parts) == loops.rank_of(base):
                index = self._bounds.index(base, index_of(parts))
                statement.value = Apply(value.op, (base, index, value.args[2]))
                self._build.block.append(statement)
                return
        index = self._bounds.index(base, value.args[1])
        self._writes.write(target, Apply(value.op, (base, index, value.args[2])))
        self._elements.spend(value.args[2])

    # ----- arrays -----

    def _array(self, statement: Assign, target: Var, value: Apply) -> None:
        kind = target.kind
        assert isinstance(kind, Array) and kind.dims is not None
        if is_reduction(value):
            self._reduce(target, value)
            return
        if contractions.write(self._build, target, value):
            return
        if value.op == "runtime.last_written":
            self._writes.last_written(target, value)
            self._calculate(target)
            return
        if value.op == "runtime.unbroadcast":
            value = self._summed(value)
        item = pointwise(value, kind)
        if item is not None and item.op == "roll":
            item = self._within_one_turn(item)
        if item is not None and not self._is_view(target, value):
            item = self._elements.waiting[target] = singles.narrowed(target, item)
            if target not in self._fusing:
                self._calculate(target)
            return
        self._build.block.append(Assign((target,), self._in_memory(target, value), statement.span))

    def _within_one_turn(self, item: Pointwise) -> Pointwise:
        """A roll by as many places as there are, or fewer."""
        base, shift, axis = item.operands
        assert isinstance(axis, Const)
        length = loops.Extent(base, axis.value, item.axes[axis.value]).length(self._build)
        by = self._build.apply("native.turned", shift, length)
        return replace(item, operands=(base, by, axis))

    def _is_view(self, target: Var, value: Apply) -> bool:
        """Whether an operation shows a part of an array in memory, by which elements are read."""
        waits = target in self._fusing or value.args[0] in self._elements.waiting
        return value.op in ("attribute.real", "attribute.imag") and not waits

    def _summed(self, value: Apply) -> Apply:
        """An adjoint, with the sum over axes that are known to have length one by now."""
        g, x = value.args
        axes = singles.stretched(g, x)
        if not axes:
            return value
        kind, one = ir.kind_of(g), Const(axes[0])
        assert isinstance(kind, Array) and kind.dims is not None
        sizes = tuple(1 if axis in axes else size for axis, size in enumerate(kind.dims))
        total = Var(None, Array(kind.dtype, sizes))
        over = one if len(axes) == 1 else Apply("tuple", tuple(map(Const, axes)))
        self._reduce(total, Apply("numpy.sum", (g,), (("axis", over), ("keepdims", Const(True)))))
        return Apply(value.op, (total, x))

    def _calculate(self, var: Var) -> None:
        """Write the loop that calculates an array."""
        item = self._elements.waiting.pop(var)
        build = self._build
        old = self._may_update(var, item)
        if old is not None:
            item = Pointwise("same", item.operands[1:], item.axes, old)
        lengths = self._elements.lengths(item)
        start: Expr = loops.allocated(build, var, lengths) if old is None else old

        def body(at: tuple[Expr, ...], values: list[Var]) -> list[Expr]:
            op = "store" if old is None else "add"
            return [loops.stored(build, op, values[0], at, self._elements.of(item, at))]

        loops.over(build, lengths, [(start, var)], body)
        for operand in item.operands:
            self._elements.spend(operand)

    def _may_update(self, var: Var, item: Pointwise) -> Var | None:
        """The array to which `var` can be added in its place: an adjoint that grows."""
        first = item.operands[0] if item.operands else None
        if (
            item.op != "operator.add"
            or not isinstance(first, Var)
            or first in self._elements.waiting
        ):
            return None
        same = (
            isinstance(first.kind, Array)
            and isinstance(var.kind, Array)
            and all(map(loops.equal, first.kind.dims or (), var.kind.dims or ()))
            and len(first.kind.dims or ()) == len(var.kind.dims or ())
            and same_dtype(first.kind.dtype, var.kind.dtype)
        )
        grows = self._uses[first] == 1 and (first.hint or "").startswith("d_")
        return first if same and grows else None

    def _in_memory(self, target: Var, value: Apply) -> Apply:
        """An operation that stays one of arrays."""
        op, args = value.op, value.args
        if op == "index":
            return self._index(value)
        if op in ("operator.matmul", "numpy.matmul", "numpy.dot", "ndarray.dot"):
            return matrices.product(self._build, value)
        if op in ("numpy.squeeze", "ndarray.squeeze"):
            return self._squeezed(value)
        if op in ("numpy.reshape", "ndarray.reshape") and not value.kwargs:
            whole = Apply("numpy.ascontiguousarray", args[:1])
            shape = args[1] if len(args) == 2 else Apply("tuple", args[1:])
            return Apply("numpy.reshape", (whole, shape))
        if op in (*table.JOINS, "numpy.array") and isinstance(args[0], (Var, Apply)):
            joined = joins.of_arrays(self._build, value)
            if joined is not None:
                return joined
        if op in table.JOINS and isinstance(args[0], Apply) and args[0].op in ("list", "tuple"):
            return Apply(op, (Apply("tuple", args[0].args), *args[1:]), value.kwargs)
        placed = along.diagonal(self._build, value)
        if placed is not None:
            return placed
        if op in _COPIES and isinstance(ir.kind_of(args[0]), Array) and not value.kwargs:
            return Apply("ndarray.copy", args[:1])
        if op == "numpy.array" and not value.kwargs and len(args) == 1:
            return joins.of_one_type(value, target.kind)
        ordered = along.of_axis(self._build, value)
        if ordered is not None:
            return ordered
        turned = axes.turned(self._build, value) if args else None
        if turned is not None:
            return turned
        if op in table.VIEWS or op in table.ARRAYS or op in table.LISTS or op == "ifexp":
            return value
        if op == "call":
            return self._call(value)
        if op.startswith("solvers.") or op == "runtime.derivative":
            return value
        if op in table.MATRICES:
            return matrices.of_one(value)
        raise table.refused_operation(value)

    def _squeezed(self, value: Apply) -> Apply:
        """An array without its axes of length one, as an index."""
        kind = ir.kind_of(value.args[0])
        call = self._build.bind(value)
        if not isinstance(kind, Array) or kind.dims is None or not call.is_static("axis"):
            raise table.refused_operation(value)
        given = call.static("axis")
        ones = [axis for axis, length in enumerate(kind.dims) if length == 1]
        if given is not None:
            rank = len(kind.dims)
            asked = given if isinstance(given, tuple) else (given,)
            if not {axis % rank for axis in asked} <= set(ones):
                raise table.refused_operation(value)
            ones = [axis % rank for axis in asked]
        whole = Apply("slice", (Const(None),) * 3)
        parts = tuple(Const(0) if axis in ones else whole for axis in range(len(kind.dims)))
        return Apply("index", (value.args[0], Apply("tuple", parts)))

    def _index(self, value: Apply) -> Apply:
        if value.args[1] == WHOLE:
            whole = (ALL,) * loops.rank_of(value.args[0])
            return Apply("index", (value.args[0], index_of(whole)))
        parts = _parts(value.args[1])
        base = ir.kind_of(value.args[0])
        if isinstance(base, (Items, Many)) or is_basic(parts):
            return Apply("index", (value.args[0], self._bounds.index(*value.args)))
        mask = ir.kind_of(parts[0])
        is_mask = isinstance(mask, Array) and mask.dtype == np.bool_
        if len(parts) == 1 and is_mask and loops.rank_of(value.args[0]) == 1:
            return Apply("index", (value.args[0], self._bounds.index(*value.args)))
        raise table.refused("native code has no such index of arrays")

    # ----- numbers -----

    def _number(self, statement: Assign, target: Var, value: Apply) -> None:
        operands = [ir.kind_of(operand) for operand in value.args]
        if is_reduction(value) and isinstance(operands[0], (Array, Scalar)):
            if dims(operands[0]) == ():
                of_one = of_number(self._build, value)
                self._build.block.append(Assign((target,), of_one, statement.span))
            else:
                self._reduce(target, value)
            return
        if contractions.write(self._build, target, value):
            return
        made = self._calculated(target, value)
        if is_single(target.kind) and isinstance(made, Apply) and made.op not in table.OPEN:
            made = Apply("numpy.float32", (self._build.operation(made),))
        self._build.block.append(Assign((target,), made, statement.span))
        if isinstance(made, Apply):
            self._build.definitions[target] = made

    def _reduce(self, target: Var, value: Apply) -> None:
        if not self._reductions.write(target, value):
            raise table.refused_operation(value)
        self._elements.spend(value.args[0])

    def _calculated(self, target: Var, value: Apply) -> Expr:
        op = value.op
        made = self._unboxed(target, value)
        if made is not None:
            return made
        if op == "call":
            return self._call(value)
        if op.startswith("solvers."):
            return value
        if op == "opaque":
            return self._of_numbers(target, table.outside(value))
        if op == "index":
            return self._index(value)
        if op in ("operator.matmul", "numpy.dot", "numpy.matmul", "ndarray.dot"):
            return matrices.product(self._build, value)
        if op in ("numpy.squeeze", "ndarray.squeeze"):
            return self._squeezed(value)
        listed = lists.calculated(self._build, target, value)
        if listed is not None:
            return listed
        ordered = along.of_axis(self._build, value)
        if ordered is not None:
            return ordered
        if op in table.SHAPES or op == "attribute.dtype":
            return self._shape(value)
        if op in table.MATRICES:
            return matrices.of_one(value)
        if op in table.LISTS or op in table.ARRAYS or op == "builtins.sum":
            return value
        if op in ("operator.mul", "operator.add") and isinstance(target.kind, (Many, Items)):
            return value
        if op in ("operator.and", "operator.or") and _is_of_numbers(value):
            return value
        if any(dims(self._build.kind(operand)) != () for operand in value.operands()):
            raise table.refused_operation(value)
        return self._of_numbers(target, value)

    def _unboxed(self, target: Var, value: Apply) -> Expr | None:
        """An array of no axes as a number, unless something writes to it."""
        if dims(target.kind) != () or self._groups.of(target):
            return None
        if value.op == "runtime.seed" and dims(self._build.kind(value.args[0])) == ():
            return Const(1.0)
        number = table.FILLED.get(value.op.removesuffix("_like"))
        if number is not None:
            return _of_dtype(number, target.kind)
        is_copy = value.op in (*_COPIES, "numpy.asarray") and len(value.operands()) == 1
        return value.args[0] if is_copy and dims(self._build.kind(value.args[0])) == () else None

    def _of_numbers(self, target: Var, value: Apply) -> Expr:
        op = value.op
        kinds = [self._build.kind(arg) for arg in value.args]
        if op == "builtins.round" and len(kinds) == 2 and all(map(counting.is_int, kinds[1:])):
            return Apply("native.rounded", value.args)
        if op in ("builtins.int", "builtins.round") and len(kinds) == 1:
            if counting.is_int(kinds[0]):
                return value
            rounded = value.args[0]
            if op == "builtins.round":
                rounded = self._build.apply("numpy.rint", rounded)
            return Apply("native.integer", (rounded,))
        if op.startswith("operator.") and all(map(counting.is_int, kinds)):
            return self._ints.calculated(target, value)
        if op == "operator.invert":
            return Apply("operator.not_", value.args) if _is_bool(kinds[0]) else value
        if op == "math.fmod":
            return Apply("numpy.fmod", value.args)
        if op == "math.log" and len(value.args) == 2:
            logs = (self._build.apply("math.log", arg) for arg in value.args)
            return Apply("operator.truediv", tuple(logs))
        if op in table.NUMBERS or op.startswith(("math.", "native.")):
            return value
        item = pointwise(value, Array(None, ()))
        if op in ("ifexp",):
            return value
        if item is None:
            raise table.refused_operation(value)
        return calculated(self._build, item.op, list(item.operands))

    def _shape(self, value: Apply) -> Apply:
        if value.op.startswith("numpy."):
            return Apply(f"attribute.{value.op.removeprefix('numpy.')}", value.args)
        return value


def _dtypes(kind: Kind) -> set[np.dtype[np.generic]]:
    """The dtypes of a value's arrays, as far as they are known."""
    if isinstance(kind, (Items, Many)):
        elements = kind.items if isinstance(kind, Items) else (kind.element,)
        return {dtype for element in elements for dtype in _dtypes(element)}
    return {kind.dtype} if isinstance(kind, Array) and kind.dtype is not None else set()


def _doubled(kind: Kind, arrays: bool) -> Kind:
    """The kind of a number, or of an array too, of unknown dtype, where everything is double."""
    match kind:
        case Array(None, tuple() as axes) if arrays or not axes:
            return Array(np.dtype(np.float64), axes)
        case Items(type, items):
            return Items(type, tuple(_doubled(item, arrays) for item in items))
        case Many(type, element):
            return Many(type, _doubled(element, arrays))
    return kind


def _of_dtype(number: float, kind: Kind) -> Const:
    """A number in the place of an array of no axes."""
    dtype = kind.dtype if isinstance(kind, Array) else None
    return Const(number if dtype is None or dtype.kind == "f" else int(number))


_OTHER_FLOATS = {np.dtype(np.float32), np.dtype(np.complex128)}
_COPIES = ("ndarray.copy", "numpy.copy", "numpy.array")


def _parts(index: Expr) -> tuple[Expr, ...]:
    return index.args if isinstance(index, Apply) and index.op == "tuple" else (index,)


def _is_of_numbers(test: Expr) -> bool:
    """Whether a test, with those in it, is of numbers."""
    if isinstance(test, Apply):
        return all(map(_is_of_numbers, test.operands()))
    return dims(ir.kind_of(test)) == ()


def _is_bool(kind: object) -> bool:
    if isinstance(kind, Scalar):
        return False
    return isinstance(kind, Array) and kind.dtype == np.bool_
