"""Places in an array: what a view shows of it, and what a write changes.

The index of a `scatter` operation is an index as it stands in brackets, `...` for all of the array,
or `place(tree)`: a view of the array, in which `HOLE` stands for the array itself, so that
`a.T[i] = e` can be said.
"""

from __future__ import annotations

from collections.abc import Iterator

from adcompile.builder import Builder
from adcompile.ir import Apply, Const, Expr, Ref, Var
from adcompile.kinds import ELLIPSIS, UNKNOWN, Array, Items, Many, Scalar, Unknown, dims, may_be_one

HOLE = Ref("<memory>", None)
WHOLE = Ref("...", Ellipsis, ELLIPSIS)


def filled(tree: Expr, base: Expr) -> Expr:
    """A view of `base` as a nested expression."""
    if tree == HOLE:
        return base
    if isinstance(tree, Apply):
        first = filled(tree.args[0], base)
        return Apply(tree.op, (first, *tree.args[1:]), tree.kwargs)
    return tree


def composed(outer: Expr, inner: Expr | None) -> Expr:
    """A place inside a place.

    Args:
        outer: a tree with `HOLE`.
        inner: a tree with `HOLE`, an index, or None for all of it.

    Returns:
        A tree if `inner` is one, else the index of a `scatter`.
    """
    if inner is None:
        return _as_index(outer)
    if _has_hole(inner):
        return _flat(filled(inner, outer))
    return _as_index(_flat(Apply("index", (outer, inner))))


def _has_hole(expr: Expr) -> bool:
    while isinstance(expr, Apply) and expr.args:
        expr = expr.args[0]
    return expr == HOLE


def views(tree: Expr) -> Iterator[Apply]:
    """The views that a tree takes one after the other, the last one first."""
    while isinstance(tree, Apply):
        yield tree
        tree = tree.args[0]


def _as_index(tree: Expr) -> Expr:
    if tree == HOLE:
        return WHOLE
    if isinstance(tree, Apply) and tree.op == "index" and tree.args[0] == HOLE:
        return tree.args[1]
    return Apply("place", (tree,))


def _flat(tree: Expr) -> Expr:
    """`a[i][j]` is `a[i, j]`, where i takes single elements."""
    if not (isinstance(tree, Apply) and tree.op == "index"):
        return tree
    outer, inner = tree.args
    if not (isinstance(outer, Apply) and outer.op == "index"):
        return tree
    first = _parts(outer.args[1])
    if not all(map(_is_number, first)) or inner == WHOLE:
        return tree
    return Apply("index", (outer.args[0], Apply("tuple", (*first, *_parts(inner)))))


def _parts(index: Expr) -> tuple[Expr, ...]:
    return index.args if isinstance(index, Apply) and index.op == "tuple" else (index,)


def _is_number(part: Expr) -> bool:
    if isinstance(part, Const):
        return type(part.value) is int
    kind = part.kind if isinstance(part, (Var, Ref)) else UNKNOWN
    if isinstance(kind, Scalar):
        return kind.type is int
    return (
        isinstance(kind, Array)
        and dims(kind) == ()
        and kind.dtype is not None
        and kind.dtype.kind in "iu"
    )


def at(build: Builder, base: Expr, place: Expr) -> Expr:
    """What is at a place: of a tree, or of the index of a `scatter`."""
    if place in (WHOLE, HOLE):
        return base
    if isinstance(place, Apply) and place.op == "place":
        place = place.args[0]
    if not _has_hole(place):
        return build.apply("index", base, place)
    assert isinstance(place, Apply)
    first = at(build, base, place.args[0]) if place.args[0] != HOLE else base
    return build.operation(Apply(place.op, (first, *place.args[1:]), place.kwargs))


def split(place: Expr) -> tuple[Expr, Expr]:
    """A place that an index names in a view: the view, as a tree, and the index."""
    if isinstance(place, Apply) and place.op == "place":
        tree = place.args[0]
        assert isinstance(tree, Apply) and tree.op == "index"
        return tree.args[0], tree.args[1]
    return HOLE, place


def nested(base: Expr, place: Expr) -> Expr:
    """As `at`, in one expression."""
    if place == WHOLE:
        return base
    if isinstance(place, Apply) and place.op == "place":
        return filled(place.args[0], base)
    return Apply("index", (base, place))


def is_repeating(build: Builder, index: Expr) -> bool:
    """Whether an index may name an element twice: integer arrays may; numbers, slices and masks
    cannot."""
    if isinstance(index, Apply) and index.op == "place":
        tree = index.args[0]
        if not (isinstance(tree, Apply) and tree.op == "index"):
            return False
        index = tree.args[1]
    if isinstance(index, Apply) and index.op == "list":
        return True
    advanced = [part for part in _parts(index) if _is_advanced(build, part)]
    lengths = [dims(build.kind(part)) for part in advanced]
    if any(axes is None or len(axes) > 1 for axes in lengths):
        return bool(advanced)
    for part, axes in zip(advanced, lengths, strict=True):
        stretched = axes and may_be_one(axes[0]) and any(other != axes for other in lengths)
        if _counts_up(build, part) and not stretched:
            return False
    return bool(advanced)


def _is_advanced(build: Builder, part: Expr) -> bool:
    if part == WHOLE:
        return False
    match build.kind(part):
        case Array(dtype, axes):
            return axes != () and (dtype is None or dtype.kind != "b")
        case Items(type, _) | Many(type, _):
            return type is list
        case Unknown():
            return True
    return False


def _counts_up(build: Builder, part: Expr) -> bool:
    """Whether an index is an `arange` that starts at zero or above, which names each row once."""
    definition = build.definition(part)
    if definition is None or definition.op != "numpy.arange" or definition.kwargs:
        return False
    bounds = [arg.value if isinstance(arg, Const) else None for arg in definition.args]
    if len(bounds) == 1:
        return True
    steps = isinstance(bounds[-1], int) and bounds[-1] > 0 if len(bounds) == 3 else True
    return isinstance(bounds[0], int) and bounds[0] >= 0 and steps
