"""What numba makes of elements and lengths of arrays and of loops, in a third of the instructions.

numba copies an array's data and lengths into memory for each element that is read or written, and
divides by the step of a range to know how long it is. LLVM removes it all, which takes a third of
its time; here it is not written, and LLVM makes the same machine code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numba.core import cgutils, ir, ir_utils, types
from numba.core.compiler_machinery import register_pass
from numba.core.lowering import Lower
from numba.core.typed_passes import NativeLowering
from numba.np import arrayobj

__all__ = ["Lowering"]

_PAIR = {"pair_first": 0, "pair_second": 1}
_OF_ONE = frozenset({"getattr", "getiter", "iternext", *_PAIR})
_NUMBERED = types.Pair(types.int64, types.boolean)


class _Lower(Lower):
    """From numba's statements to LLVM's instructions."""

    def lower_getitem(self, resty: Any, expr: Any, value: Any, index: Any, signature: Any) -> Any:
        """`a[i, j]`."""
        array_type, index_type = signature.args
        if not self._is_element(value, array_type, index_type):
            return super().lower_getitem(resty, expr, value, index, signature)
        place = self._place(value, index, array_type, index_type)
        element = arrayobj.load_item(self.context, self.builder, array_type, place)
        return self.context.cast(self.builder, element, signature.return_type, resty)

    def lower_setitem(self, target_var: Any, index_var: Any, value_var: Any, signature: Any) -> Any:
        """`a[i, j] = value`."""
        array_type, index_type, value_type = signature.args
        value_is = self.typeof(value_var.name)
        is_element = self._is_element(target_var, array_type, index_type)
        if not is_element or isinstance(value_is, types.Array):
            return super().lower_setitem(target_var, index_var, value_var, signature)
        place = self._place(target_var, index_var, array_type, index_type)
        value = self.loadvar(value_var.name)
        value = self.context.cast(self.builder, value, value_is, value_type)
        value = self.context.cast(self.builder, value, value_type, array_type.dtype)
        return arrayobj.store_item(self.context, self.builder, array_type, value, place)

    def lower_expr(self, resty: Any, expr: Any) -> Any:
        """`a.shape`, and what a loop over a range is made of."""
        kind = self.typeof(expr.value.name) if expr.op in _OF_ONE else None
        if expr.op == "getattr" and expr.attr == "shape" and _has_axes(kind):
            return self._lengths(self.loadvar(expr.value.name), kind)
        if expr.op == "getiter" and kind == types.range_state64_type:
            step = self._step(expr.value)
            if step is not None:
                return self._first(self.loadvar(expr.value.name), step)
        if expr.op == "iternext" and kind == types.range_iter64_type:
            return self._next(self.loadvar(expr.value.name))
        if expr.op in _PAIR and kind == _NUMBERED:
            return self.builder.extract_value(self.loadvar(expr.value.name), _PAIR[expr.op])
        return super().lower_expr(resty, expr)

    def _lower_call_normal(self, fnty: Any, expr: Any, signature: Any) -> Any:
        """`len(a)`."""
        if _is(fnty, len) and _has_axes(signature.args[0]):
            lengths = self._lengths(self.loadvar(expr.args[0].name), signature.args[0])
            return self.builder.extract_value(lengths, 0)
        return super()._lower_call_normal(fnty, expr, signature)

    # ----- references -----

    def incref(self, typ: Any, val: Any) -> None:
        """One more."""
        if self._has_references(typ):
            super().incref(*self._counted(typ, val))

    def decref(self, typ: Any, val: Any) -> None:
        """One less."""
        if self._has_references(typ):
            super().decref(*self._counted(typ, val))

    def _has_references(self, kind: Any) -> bool:
        return bool(self.context.data_model_manager[kind].contains_nrt_meminfo())

    def _counted(self, kind: Any, value: Any) -> tuple[Any, Any]:
        """What has the count of a value: of arrays their memory."""
        if not isinstance(kind, types.Array):
            return kind, value
        return types.MemInfoPointer(kind.dtype), self._part(value, kind, "meminfo")

    # ----- loops over ranges -----

    def _step(self, var: Any) -> int | None:
        """The step of a range, if it is 1 or -1."""
        made = ir_utils.guard(ir_utils.get_definition, self.func_ir, var)
        if not isinstance(made, ir.Expr) or made.op != "call" or made.vararg or made.kws:
            return None
        if not _is(self.typeof(made.func.name), range):
            return None
        if len(made.args) < 3:
            return 1
        step = ir_utils.guard(ir_utils.find_const, self.func_ir, made.args[2])
        return step if type(step) is int and step in (1, -1) else None

    def _first(self, made: Any, step: int) -> Any:
        """Where a loop over a range begins: numba divides by the step to know how long it is."""
        builder = self.builder
        start, stop, by = (builder.extract_value(made, axis) for axis in range(3))
        trips = builder.sub(stop, start) if step == 1 else builder.sub(start, stop)
        places = [cgutils.alloca_once(builder, trips.type) for _ in range(2)]
        builder.store(start, places[0])
        builder.store(trips, places[1])
        return cgutils.make_anonymous_struct(builder, [places[0], stop, by, places[1]])

    def _next(self, loop: Any) -> Any:
        """The next number, and whether there is one."""
        builder = self.builder
        number_at, by, trips_at = (builder.extract_value(loop, axis) for axis in (0, 2, 3))
        trips = builder.load(trips_at)
        is_valid = builder.icmp_signed(">", trips, trips.type(0))
        number = builder.load(number_at)
        with builder.if_then(is_valid):
            builder.store(builder.sub(trips, trips.type(1), flags=["nsw"]), trips_at)
            builder.store(builder.add(number, by), number_at)
        return cgutils.make_anonymous_struct(builder, [number, is_valid])

    # ----- elements -----

    def _is_element(self, var: Any, array_type: Any, index_type: Any) -> bool:
        """Whether an index names one element of an array, of which nobody asked that it is checked
        for any program."""
        if type(array_type) is not types.Array or self.typeof(var.name) != array_type:
            return False
        if self.context.enable_boundscheck:
            return False
        parts = _parts(index_type)
        return len(parts) == array_type.ndim and all(isinstance(p, types.Integer) for p in parts)

    def _lengths(self, array: Any, array_type: Any) -> Any:
        return self._part(array, array_type, "shape")

    def _part(self, array: Any, array_type: Any, name: str) -> Any:
        return self.context.data_model_manager[array_type].get(self.builder, array, name)

    def _place(self, array_var: Any, index_var: Any, array_type: Any, index_type: Any) -> Any:
        """The address of an element."""
        context, builder, rank = self.context, self.builder, array_type.ndim
        array = self.loadvar(array_var.name)
        index = self.loadvar(index_var.name)
        index = context.cast(builder, index, self.typeof(index_var.name), index_type)
        lengths = cgutils.unpack_tuple(builder, self._lengths(array, array_type), rank)
        steps: Sequence[Any] = ()
        if array_type.layout not in "CF":
            steps = cgutils.unpack_tuple(builder, self._part(array, array_type, "strides"), rank)
        if isinstance(index_type, types.BaseTuple):
            numbers = cgutils.unpack_tuple(builder, index, rank)
        else:
            numbers = [index]
        places = [
            arrayobj.fix_integer_index(context, builder, kind, number, length)
            for kind, number, length in zip(_parts(index_type), numbers, lengths, strict=True)
        ]
        data = self._part(array, array_type, "data")
        return cgutils.get_item_pointer2(
            context, builder, data, lengths, steps, array_type.layout, places
        )


def _is(fnty: Any, function: Any) -> bool:
    """Whether a type is that of a function."""
    return isinstance(fnty, types.Function) and fnty.typing_key is function


def _has_axes(kind: Any) -> bool:
    return isinstance(kind, types.Array) and kind.ndim > 0


def _parts(index_type: Any) -> Sequence[Any]:
    is_tuple = isinstance(index_type, types.BaseTuple)
    parts: Sequence[Any] = index_type.types if is_tuple else (index_type,)
    return parts


@register_pass(mutates_CFG=True, analysis_only=False)
class Lowering(NativeLowering):
    """The stage."""

    _name = "adcompile_native_lowering"

    @property
    def lowering_class(self) -> type[Lower]:
        """What it is done by."""
        return _Lower
