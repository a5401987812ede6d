"""What runs over several iterables at once, or over the places of an array: `itertools`,
`np.ndindex`, `np.ndenumerate`."""

from __future__ import annotations

import ast
import functools
import itertools
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from adcompile.ir import Apply, Const, Expr, Ref
from adcompile.kinds import INT, Items, Kind, Many, forget_value, is_int, rank
from adcompile.lower import containers, expressions, iterations
from adcompile.lower.frame import Frame
from adcompile.rules.registry import static_value

if TYPE_CHECKING:
    from adcompile.lower.iterations import Iteration

# So many elements get code of their own each.
_WRITTEN_OUT = 64


def _product(frame: Frame, node: ast.Call, callee: Ref) -> Iteration:
    """`itertools.product`: the last iterable runs fastest."""
    inners = [iterations.iteration_over(frame, arg) for arg in node.args]
    times = 1
    for keyword in node.keywords:
        known, times = static_value(frame.kind(expressions.lower(frame, keyword.value)))
        if keyword.arg != "repeat" or not known:
            raise frame.refuse(node, "how often this is repeated must be known while compiling")
    return _nested(frame, node, inners * times)


def _ndindex(frame: Frame, node: ast.Call, callee: Ref) -> Iteration:
    """`np.ndindex(n, m)`, `np.ndindex(shape)`."""
    lengths = [expressions.lower(frame, arg) for arg in node.args]
    if len(lengths) == 1 and isinstance(shape := frame.kind(lengths[0]), Items):
        lengths = [
            expressions.item(frame, node, lengths[0], Const(i)) for i in range(len(shape.items))
        ]
    return _nested(frame, node, [iterations.Iteration((length,), None) for length in lengths])


def _ndenumerate(frame: Frame, node: ast.Call, callee: Ref) -> Iteration:
    """`np.ndenumerate(x)`: each place with what is there."""
    array = expressions.lower(frame, node.args[0])
    size = rank(frame.kind(array))
    if size is None:
        raise frame.refuse(node, "the number of axes of this array is not known while compiling")
    shape = frame.apply(node, "attribute.shape", array)
    lengths = [expressions.item(frame, node, shape, Const(i)) for i in range(size)]
    places = _nested(frame, node, [iterations.Iteration((length,), None) for length in lengths])
    place = iterations.element_of(frame, node, places)

    def element(index: Expr) -> Expr:
        at = place(index)
        return Apply("tuple", (at, expressions.item(frame, node, array, at)))

    return iterations.Iteration(places.bounds, element)


def _nested(frame: Frame, node: ast.AST, inners: Sequence[Iteration]) -> Iteration:
    """One loop in the place of several, each inside the one before."""
    known = [inner.elements() for inner in inners]
    lengths = [iterations.trips(frame, node, inner) for inner in inners]
    numbers = [len(values) for values in known if values is not None]
    if len(numbers) == len(known) and math.prod(numbers) <= _WRITTEN_OUT:
        return _written_out(itertools.product(*(values or () for values in known)))
    elements = [iterations.element_of(frame, node, inner) for inner in inners]
    if any(inner.items is not None for inner in inners):
        raise frame.refuse(node, "the lengths of these iterables are not known while compiling")

    def element(index: Expr) -> Expr:
        parts: list[Expr] = []
        for at, length in zip(elements[:0:-1], lengths[:0:-1], strict=True):
            parts.append(at(frame.apply(node, "operator.mod", index, length)))
            index = frame.apply(node, "operator.floordiv", index, length)
        return Apply("tuple", (elements[0](index), *reversed(parts)))

    total = functools.reduce(lambda a, b: frame.apply(node, "operator.mul", a, b), lengths)
    over = tuple(this for inner in inners for this in inner.over)
    return iterations.Iteration((total,), element, over=over)


def _written_out(rows: Sequence[Sequence[Expr]] | itertools.product[tuple[Expr, ...]]) -> Iteration:
    items = tuple(Apply("tuple", tuple(row)) for row in rows)
    return iterations.Iteration((Const(len(items)),), None, items)


def _chosen(frame: Frame, node: ast.Call, callee: Ref) -> Iteration:
    """`itertools.combinations(values, r)` and the like: written out where there are few, else
    listed, if nothing in them is differentiated."""
    inner = iterations.iteration_over(frame, node.args[0])
    known, number = static_value(frame.kind(expressions.lower(frame, node.args[1])))
    values = inner.elements()
    if not known:
        raise frame.refuse(
            node, f"how many of them `{callee.target.__name__}` takes must be known while compiling"
        )
    if values is not None:
        rows = list(itertools.islice(callee.target(values, number), _WRITTEN_OUT + 1))
        if len(rows) <= _WRITTEN_OUT:
            return _written_out(rows)
    value = expressions.lower(frame, node.args[0])
    if frame.varied(value) and not frame.heap.followed:
        return _chosen_places(frame, node, callee, inner, number)
    if frame.varied(value):
        raise frame.refuse(
            node,
            "the number of these values is not known while compiling, or large",
            "run over the positions: `for i, j in itertools.combinations(range(n), 2)`",
        )
    one = forget_value(frame.kind(iterations.element_of(frame, node, inner)(Const(0))))
    return iterations.over_sequence(frame, node, _listed(frame, node, callee, value, one, number))


def _listed(frame: Frame, node: ast.AST, callee: Ref, value: Expr, one: Kind, number: int) -> Expr:
    """The list of what one of these chooses of values of a kind."""
    listed = Ref("list", list, Many(list, Items(tuple, (one,) * number)))
    function = Ref(f"itertools.{callee.target.__name__}", callee.target)
    return frame.apply(node, "opaque", listed, Apply("opaque", (function, value, Const(number))))


def _chosen_places(
    frame: Frame, node: ast.AST, callee: Ref, inner: Iteration, number: int
) -> Iteration:
    """`itertools.combinations` and the like of differentiated values, by their positions."""
    at = iterations.element_of(frame, node, inner)
    places = frame.apply(node, "builtins.range", iterations.trips(frame, node, inner))
    listed = _listed(frame, node, callee, places, INT, number)

    def element(index: Expr) -> Expr:
        chosen = expressions.item(frame, node, listed, index)
        parts = (expressions.item(frame, node, chosen, Const(i)) for i in range(number))
        return Apply("tuple", tuple(map(at, parts)))

    return iterations.Iteration((frame.apply(node, "builtins.len", listed),), element)


def _pairwise(frame: Frame, node: ast.Call, callee: Ref) -> Iteration:
    """`itertools.pairwise(values)`: each with the one after it."""
    inner = iterations.iteration_over(frame, node.args[0])
    values = inner.elements()
    if values is not None:
        return _written_out(list(itertools.pairwise(values)))
    element = iterations.element_of(frame, node, inner)
    shorter = frame.apply(node, "operator.sub", iterations.trips(frame, node, inner), Const(1))

    def pair(index: Expr) -> Expr:
        after = frame.apply(node, "operator.add", index, Const(1))
        return Apply("tuple", (element(index), element(after)))

    return iterations.Iteration((shorter,), pair, over=inner.over)


def endless(frame: Frame, node: ast.expr) -> Iteration | None:
    """What runs without end, for as long as what it is in step with; None for anything else."""
    callee = iterations.callee_of(frame, node.func) if isinstance(node, ast.Call) else None
    if callee is None or not callable(callee.target) or callee.target not in _ENDLESS:
        return None
    assert isinstance(node, ast.Call)
    args = [expressions.lower(frame, arg) for arg in node.args]
    element = None if node.keywords else _ENDLESS[callee.target](frame, node, args)
    return element and iterations.Iteration((), element, endless=True)


_Elements = Callable[[Expr], Expr]


def _repeat(frame: Frame, node: ast.Call, args: list[Expr]) -> _Elements | None:
    """`itertools.repeat(value)`."""
    return (lambda index: args[0]) if len(args) == 1 else None


def _count(frame: Frame, node: ast.Call, args: list[Expr]) -> _Elements | None:
    """`itertools.count(start, step)` of integers; of floats, rounding adds up."""
    defaults: list[Expr] = [Const(0), Const(1)]
    start, step = args + defaults[len(args) :]
    if not (is_int(frame.kind(start)) and is_int(frame.kind(step))):
        return None

    def number(index: Expr) -> Expr:
        steps = index if step == Const(1) else frame.apply(node, "operator.mul", index, step)
        return steps if start == Const(0) else frame.apply(node, "operator.add", steps, start)

    return number


def _cycle(frame: Frame, node: ast.Call, args: list[Expr]) -> _Elements | None:
    """`itertools.cycle(values)`, of values that nothing is written to."""
    value = containers.current(frame, node, args[0])
    is_tuple = isinstance(value, Apply) and value.op == "tuple"
    if len(args) != 1 or (frame.heap.followed and not is_tuple):
        return None
    length = frame.apply(node, "builtins.len", value)
    return lambda index: expressions.item(
        frame, node, value, frame.apply(node, "operator.mod", index, length)
    )


_ENDLESS: dict[object, Callable[[Frame, ast.Call, list[Expr]], _Elements | None]] = {
    itertools.repeat: _repeat,
    itertools.count: _count,
    itertools.cycle: _cycle,
}


def combines(frame: Frame, node: ast.expr) -> bool:
    """Whether an expression calls one of these."""
    callee = iterations.callee_of(frame, node.func) if isinstance(node, ast.Call) else None
    return callee is not None and callable(callee.target) and callee.target in ITERATORS


ITERATORS: dict[object, Callable[[Frame, ast.Call, Ref], Iteration]] = {
    itertools.product: _product,
    itertools.combinations: _chosen,
    itertools.combinations_with_replacement: _chosen,
    itertools.permutations: _chosen,
    itertools.pairwise: _pairwise,
    np.ndindex: _ndindex,
    np.ndenumerate: _ndenumerate,
}
