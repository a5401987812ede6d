"""NumPy's functions that take a function: what they call it with is written out, as a loop."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from adcompile.errors import RefusedError
from adcompile.ir import Apply, Const, Expr
from adcompile.kinds import Dims, Items, Resolved, Scalar, dims, element, rank
from adcompile.lower import arguments, calls, closures, definitions
from adcompile.lower.frame import Frame
from adcompile.lower.made import Built, Made
from adcompile.lower.rule_text import RULE
from adcompile.rules.infer import array_kind
from adcompile.rules.registry import static_value


def _concerns(frame: Frame, function: Expr, args: list[Expr]) -> bool:
    """Whether something is differentiated, or may be, as a function made here may capture it."""
    kind = frame.kind(function)
    made = isinstance(kind, Resolved) and isinstance(kind.target, Made)
    return made or arguments.varied(frame, args, {})


def _written(frame: Frame, node: ast.AST, text: str, names: dict[str, Expr]) -> Expr:
    """The value of a text; what it cannot do is refused at the call."""
    try:
        return definitions.value(frame, text, names)
    except RefusedError as error:
        if error.span is None or error.span.filename == RULE:
            raise frame.refuse(node, error.reason, error.hint) from None
        raise


def _array(frame: Frame, node: ast.AST, value: Expr, what: str) -> tuple[Expr, Dims]:
    """An argument as an array of floats, and its shape."""
    kind = array_kind(frame.kind(value))
    if kind is None or kind.dims is None or kind.dtype is None or kind.dtype.kind != "f":
        raise frame.refuse(
            node,
            f"`{what}` of other than an array of floats whose number of axes is known",
            "loop over the elements and `np.stack` the results",
        )
    return value, kind.dims


def along_axis(
    frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr | None:
    """`np.apply_along_axis(f, axis, a, ...)`: the results take the place of the axis."""
    named = dict(zip(("func1d", "axis", "arr"), args, strict=False)) | kwargs
    rest = args[3:]
    if not {"func1d", "axis", "arr"} <= named.keys():
        return None
    function, axis, array = (named.pop(name) for name in ("func1d", "axis", "arr"))
    if not _concerns(frame, function, [array, *rest, *named.values()]):
        return None
    array, shape = _array(frame, node, array, "np.apply_along_axis")
    known, place = static_value(frame.kind(axis))
    if not known or not isinstance(place, int) or not -len(shape) <= place < len(shape):
        raise frame.refuse(
            node, "the axis of `np.apply_along_axis` must be known while compiling", None
        )
    place %= len(shape)
    called = {f"p{i}": value for i, value in enumerate([*rest, *named.values()])}
    passed = [f"p{i}" for i in range(len(rest))]
    passed += [f"{name}=p{len(rest) + i}" for i, name in enumerate(named)]
    names = {"f": function, "a": array, **called}
    if len(shape) == 1:
        return _written(frame, node, f"np.asarray(f({', '.join(['a', *passed])}))", names)
    turned = "a" if place == len(shape) - 1 else f"np.moveaxis(a, {place}, -1)"
    rows = turned if len(shape) == 2 else f"np.reshape({turned}, (-1, a.shape[{place}]))"
    each = _written(frame, node, f"[f({', '.join(['row', *passed])}) for row in {rows}]", names)
    inner = rank(element(frame.kind(each)))
    together = "np.stack(each)" if inner else "np.array(each)"
    found = _written(frame, node, together, {"each": each})
    if inner not in (0, 1):
        raise frame.refuse(
            node,
            "`np.apply_along_axis` of a function that returns neither a number nor a vector",
            "loop over the rows and `np.stack` the results",
        )
    lengths = [f"a.shape[{k}]" for k in range(len(shape)) if k != place]
    names = {"a": array, "found": found}
    if not inner:
        return _written(frame, node, f"np.reshape(found, ({', '.join(lengths)},))", names)
    lengths.append("found.shape[1]")
    stacked = f"np.reshape(found, ({', '.join(lengths)}))"
    return _written(frame, node, f"np.moveaxis({stacked}, -1, {place})", names)


def over_axes(
    frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr | None:
    """`np.apply_over_axes(f, a, axes)`: one axis after the other, which are kept."""
    named = dict(zip(("func", "a", "axes"), args, strict=False)) | kwargs
    if named.keys() != {"func", "a", "axes"}:
        return None
    if not _concerns(frame, named["func"], [named["a"]]):
        return None
    array, shape = _array(frame, node, named["a"], "np.apply_over_axes")
    known, given = static_value(frame.kind(named["axes"]))
    if not known:
        raise frame.refuse(
            node, "the axes of `np.apply_over_axes` must be known while compiling", None
        )
    for axis in given if isinstance(given, (tuple, list)) else (given,):
        found = calls.call_value(frame, node, named["func"], [array, Const(axis)], {})
        if rank(frame.kind(found)) == len(shape) - 1:
            found = frame.apply(node, "numpy.expand_dims", found, Const(axis))
        array = found
    return array


def from_function(
    frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr | None:
    """`np.fromfunction(f, shape)`: of the positions along each axis."""
    if len(args) != 2 or not _concerns(frame, args[0], []):
        return None
    shape = frame.kind(args[1])
    if not isinstance(shape, Items) or kwargs:
        raise frame.refuse(node, "this call of `np.fromfunction` cannot be looked into", None)
    names = {"shape": args[1]}
    places = [
        _written(frame, node, f"np.indices(shape, dtype=np.float64)[{i}]", names)
        for i in range(len(shape.items))
    ]
    return calls.call_value(frame, node, args[0], places, {})


# ----- np.vectorize -----


def vectorized(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr:
    """The function that `np.vectorize(f, otypes=[float])` makes."""
    if len(args) != 1 or set(kwargs) - {"otypes", "doc"}:
        raise _refused(frame, node)
    _require_floats(frame, node, kwargs.get("otypes", Const(None)))

    def build(inner: Frame, *values: Expr) -> Expr:
        return element_by_element(inner, node, args[0], list(values))

    return closures.value_of(Built("vectorized", build))


def call_vectorized(
    frame: Frame, node: ast.AST, name: str, target: Any, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """A call of what `np.vectorize` made outside."""
    function = target.pyfunc
    for part in ("pyfunc", "otypes", "signature", "excluded", "cache"):
        frame.session.assume_attribute(target, part, getattr(target, part))
    floats = list(map(np.dtype, target.otypes or ())) == [np.float64]
    plain = target.signature is None and not target.excluded and not target.cache
    if kwargs or not plain or not floats:
        raise _refused(frame, node)
    from adcompile.lower.expressions import reference

    return element_by_element(frame, node, reference(f"{name}.pyfunc", function), args)


def _refused(frame: Frame, node: ast.AST) -> RefusedError:
    return frame.refuse(
        node,
        "`np.vectorize` without `otypes` has no derivative rule: the type of the first result "
        "decides on that of all",
        "give `otypes=[float]`, or write the function with NumPy functions that take arrays",
    )


def _require_floats(frame: Frame, node: ast.AST, otypes: Expr) -> None:
    items = otypes.args if isinstance(otypes, Apply) and otypes.op in ("list", "tuple") else ()
    targets = [frame.kind(item) for item in items]
    floats = [isinstance(kind, Resolved) and kind.target in (float, np.float64) for kind in targets]
    if floats != [True]:
        raise _refused(frame, node)


def element_by_element(frame: Frame, node: ast.AST, function: Expr, args: list[Expr]) -> Expr:
    """A function of numbers, called for each element of its arguments."""
    shapes = []
    for arg in args:
        if not isinstance(frame.kind(arg), Scalar):
            shapes.append(_array(frame, node, arg, "np.vectorize")[1])
    names = {f"x{i}": arg for i, arg in enumerate(args)}
    given = list(names)
    names["f"] = function
    if all(shape == () for shape in shapes):
        return _written(frame, node, f"np.asarray(float(f({', '.join(given)})))", names)
    arrays = [name for name in given if dims(frame.kind(names[name])) not in (None, ())]
    whole = arrays[0]
    if len(arrays) > 1:
        whole = f"np.broadcast_arrays({', '.join(arrays)})[0]"
    parts = {
        name: f"np.ravel(np.broadcast_arrays({', '.join(arrays)})[{i}])"
        for i, name in enumerate(arrays)
    }
    if len(arrays) == 1:
        parts = {whole: f"np.ravel({whole})"}
    elements = ", ".join(f"e{name}" for name in arrays)
    over = f"zip({', '.join(parts.values())})" if len(arrays) > 1 else parts[whole]
    passed = ", ".join(f"e{name}" if name in arrays else name for name in given)
    text = f"np.array([f({passed}) for {elements} in {over}])"
    return _written(frame, node, f"np.reshape({text}, np.shape({whole}))", names)
