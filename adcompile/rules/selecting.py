"""Taking and choosing elements (NumPy manual: "Indexing routines", "Array manipulation
routines")."""

from __future__ import annotations

from adcompile.errors import RefusedError
from adcompile.kinds import (
    UNKNOWN,
    Array,
    Items,
    Kind,
    Many,
    Scalar,
    broadcast,
    dims,
    exact_length,
)
from adcompile.rules.definitions import (
    Text,
    axis_number,
    cut,
    defined,
    in_dtype_of,
    is_given,
    length_along,
    refusal,
    require_positions,
    shape_known,
    shape_of,
)
from adcompile.rules.infer import array_kind, common_dtype, constant
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import refuse_unless, tuple_text

# ----- taking -----


def _flat(call: Call, param: str) -> str:
    """The text of an argument as a vector."""
    shape = shape_of(call, param)
    return param if shape is not None and len(shape) == 1 else f"np.ravel({param})"


def _take(call: Call) -> str:
    refuse_unless(call, "mode", "raise")
    require_positions(call, "indices")
    if not is_given(call, "axis"):
        return f"{_flat(call, 'a')}[indices]"
    return cut("a", axis_number(call, "a"), "indices")


def along_axis(array: str, indices: str, rank: int, axis: int) -> str:
    """The index by which `np.take_along_axis` takes elements."""
    parts = []
    for k in range(rank):
        others = [":" if k == other else "None" for other in range(k, rank)]
        new = f"[{', '.join(others)}]" if len(others) > 1 else ""
        parts.append(indices if k == axis else f"np.arange({length_along(array, k)}){new}")
    return ", ".join(parts)


def _take_along_axis(call: Call) -> str:
    require_positions(call, "indices")
    if not is_given(call, "axis"):
        return f"{_flat(call, 'arr')}[indices]"
    rank = len(shape_known(call, "arr"))
    return f"arr[{along_axis('arr', 'indices', rank, axis_number(call, 'arr'))}]"


def _compress(param: str) -> Text:
    def text(call: Call) -> str:
        chosen = "np.flatnonzero(condition)"
        if not is_given(call, "axis"):
            return f"{_flat(call, param)}[{chosen}]"
        return cut(param, axis_number(call, param), chosen)

    return text


def _delete(call: Call) -> str:
    flat = not is_given(call, "axis")
    axis = 0 if flat else axis_number(call, "arr")
    length = "np.size(arr)" if flat else length_along("arr", axis)
    kept = f"np.setdiff1d(np.arange({length}), np.arange({length})[obj])"
    return f"{_flat(call, 'arr')}[{kept}]" if flat else cut("arr", axis, kept)


def _insert(call: Call) -> str:
    place, values = call.kinds["obj"], shape_of(call, "values")
    shape = shape_known(call, "arr")
    if not (isinstance(place, Scalar) and place.type is int) or values is None or len(values) > 1:
        raise refusal(call, "at several places", "use `np.concatenate` of slices")
    if len(shape) > 1 and is_given(call, "axis"):
        raise refusal(call, "into rows or columns", "use `np.concatenate` of slices")
    flat = _flat(call, "arr")
    new = in_dtype_of(call, "arr", "values")
    new = new if values else f"np.atleast_1d({new})"
    return f"np.concatenate(({flat}[:obj], {new}, {flat}[obj:]))"


# ----- choosing -----


def _select(call: Call) -> str:
    conditions, choices = call.kinds["condlist"], call.kinds["choicelist"]
    if not isinstance(conditions, Items) or not isinstance(choices, Items):
        raise refusal(call, "of lists of unknown length", "write nested calls of `np.where`")
    text = "default"
    for i in reversed(range(len(choices.items))):
        text = f"np.where(condlist[{i}], choicelist[{i}], {text})"
    return text


def _choose_kind(call: Call) -> Kind:
    choices = call.kinds["choices"]
    if not isinstance(choices, Items):
        return Array(None, None)
    arrays = [array_kind(kind) or Array(None, None) for kind in choices.items]
    shape = broadcast(dims(call.kinds["a"]), *(array.dims for array in arrays))
    return Array(common_dtype(arrays), shape)


def _choose(call: Call) -> Templates:
    refuse_unless(call, "mode", "raise")
    choices = call.kinds["choices"]
    if not isinstance(choices, Items):
        raise RefusedError(
            "`numpy.choose` out of one array has no derivative rule",
            "write the choices one by one in a tuple, or use `np.take_along_axis`",
        )
    # A list is equal to no number.
    a = "np.asarray(a)" if isinstance(call.kinds["a"], (Items, Many)) else "a"
    return {"choices": tuple(f"np.where({a} == {k}, g, 0.0)" for k in range(len(choices.items)))}


# ----- joining and splitting -----


def _append(call: Call) -> str:
    if is_given(call, "axis"):
        return f"np.concatenate((arr, values), axis={axis_number(call, 'arr')})"
    parts = tuple_text(_flat(call, name) for name in ("arr", "values"))
    return f"np.concatenate({parts})"


def _dstack(call: Call) -> str:
    kind = call.kinds["tup"]
    if not isinstance(kind, Items):
        raise refusal(call, "of a list of unknown length", "use `np.stack` with `axis=2`")
    parts = tuple_text(f"np.atleast_3d(tup[{i}])" for i in range(len(kind.items)))
    return f"np.concatenate({parts}, axis=2)"


def _split(axis: int) -> Text:
    def text(call: Call) -> str:
        along = 0 if axis == 1 and len(shape_known(call, "ary")) == 1 else axis
        return f"np.split(ary, indices_or_sections, {along})"

    return text


def _unstack(call: Call) -> str:
    axis = axis_number(call, "x")
    length = exact_length(shape_known(call, "x")[axis])
    if length is None:
        raise refusal(call, "along an axis of unknown length", "index the array")
    return tuple_text(cut("x", axis, str(i)) for i in range(length))


def _block(call: Call) -> str:
    """Lists within lists: the innermost are joined along the last axis."""
    kind = call.kinds["arrays"]
    depth = _depth(kind)
    leaves = [array_kind(leaf) for leaf in _leaves(kind)]
    if any(leaf is None or leaf.dims is None for leaf in leaves):
        raise refusal(call, "of arrays with unknown numbers of axes", "use `np.concatenate`")
    rank = max([depth, *(len(leaf.dims or ()) for leaf in leaves if leaf is not None)])
    return _joined(kind, "arrays", depth, rank)


def _depth(kind: Kind) -> int:
    if isinstance(kind, Items) and kind.type is list:
        return 1 + max(map(_depth, kind.items), default=0)
    return 0


def _leaves(kind: Kind) -> list[Kind]:
    if isinstance(kind, Items):
        return [leaf for item in kind.items for leaf in _leaves(item)]
    return [kind]


def _joined(kind: Kind, text: str, depth: int, rank: int) -> str:
    if isinstance(kind, Items):
        parts = [
            _joined(item, f"{text}[{i}]", depth - 1, rank) for i, item in enumerate(kind.items)
        ]
        return f"np.concatenate({tuple_text(parts)}, axis={-depth})"
    array = array_kind(kind)
    missing = rank - len(array.dims or ()) if array is not None else 0
    return f"np.expand_dims({text}, {tuple_text(range(missing))})" if missing else text


# ----- shapes -----


def _broadcast_arrays(call: Call) -> str:
    kind = call.kinds["args"]
    assert isinstance(kind, Items)
    count = len(kind.items)
    shape = f"np.broadcast_shapes({', '.join(f'np.shape(args[{i}])' for i in range(count))})"
    return tuple_text(f"np.broadcast_to(args[{i}], {shape})" for i in range(count))


def _rollaxis(call: Call) -> str:
    rank = len(shape_known(call, "a"))
    axis, start = call.static("axis") % rank, call.static("start")
    start += rank if start < 0 else 0
    return f"np.moveaxis(a, {axis}, {start - 1 if start > axis else start})"


def _resize(call: Call) -> str:
    shape = call.kinds["new_shape"]
    count = "new_shape"
    if isinstance(shape, Items):
        count = " * ".join(f"new_shape[{i}]" for i in range(len(shape.items))) or "1"
    return f"np.reshape({_flat(call, 'a')}[np.arange({count}) % np.size(a)], new_shape)"


def _windows(call: Call) -> str:
    """The windows along each axis, one after the other; their elements are in the last axes."""
    rank = len(shape_known(call, "x"))
    axes = call.static("axis") if is_given(call, "axis") else range(rank)
    axes = [k % rank for k in (axes if isinstance(axes, (tuple, list, range)) else (axes,))]
    sizes = call.kinds["window_shape"]
    texts = ["window_shape"]
    if isinstance(sizes, Items):
        texts = [f"window_shape[{i}]" for i in range(len(sizes.items))]
    if len(set(axes)) != len(axes) or len(texts) != len(axes):
        raise refusal(call, "with several windows along one axis", "slice the array")
    text = "x"
    for k, (axis, size) in enumerate(zip(axes, texts, strict=True)):
        starts = f"np.arange({length_along('x', axis)} - {size} + 1)[:, None]"
        text = cut(text, axis, f"{starts} + np.arange({size})")
        if axis + 1 < rank + k:
            text = f"np.moveaxis({text}, {axis + 1}, -1)"
    return text


def _item(call: Call) -> str:
    place = call.kinds["args"]
    assert isinstance(place, Items)
    rank = len(shape_known(call, "a"))
    number = "complex" if call.is_complex() else "float"
    if len(place.items) == 0:
        return f"{number}(a[{', '.join('0' * rank)}])" if rank else f"{number}(a)"
    if len(place.items) == 1 and not isinstance(place.items[0], Items):
        return f"{number}({_flat(call, 'a')}[args[0]])"
    index = ", ".join(f"args[{i}]" for i in range(len(place.items)))
    return f"{number}(a[{index}])"


# ----- the table -----


RULES: tuple[Rule, ...] = (
    defined("numpy.take", "a, indices, axis=None, out=!, mode='raise'", _take, "a indices"),
    defined("numpy.take_along_axis", "arr, indices, axis=-1", _take_along_axis, "arr indices"),
    defined("numpy.compress", "condition, a, axis=None, out=!", _compress("a"), "a"),
    defined("ndarray.compress", "a, condition, axis=None, out=!", _compress("a"), "a"),
    defined("numpy.extract", "condition, arr", "np.ravel(arr)[np.flatnonzero(condition)]", "arr"),
    defined("numpy.delete", "arr, obj, axis=None", _delete, "arr obj"),
    defined("numpy.insert", "arr, obj, values, axis=None", _insert, "arr values"),
    defined("numpy.select", "condlist, choicelist, default=0", _select, ""),
    Rule(
        "numpy.choose",
        "a, choices, out=!, mode='raise'",
        _choose_kind,
        _choose,
        elementwise=True,
        linear=("choices",),
        jointly=True,
    ),
    defined("numpy.append", "arr, values, axis=None", _append, "arr values"),
    defined("numpy.dstack", "tup", _dstack, ""),
    *(
        defined(f"numpy.{name}", "ary, indices_or_sections", _split(axis), fresh=False)
        for axis, name in enumerate(("vsplit", "hsplit", "dsplit"))
    ),
    defined("numpy.unstack", "x, *, axis=0", _unstack, fresh=False),
    defined("numpy.block", "arrays", _block, ""),
    defined("numpy.broadcast_arrays", "*args, subok=!", _broadcast_arrays, "", fresh=False),
    defined("numpy.rollaxis", "a, axis, start=0", _rollaxis, fresh=False),
    defined("numpy.resize", "a, new_shape", _resize),
    Rule(
        "ndarray.resize",
        "a, *shape, refcheck=True",
        constant(UNKNOWN),
        why="it changes the memory of the array; use `np.resize`",
    ),
    defined("numpy.diagflat", "v, k=0", "np.diag(np.ravel(v), k)"),
    defined(
        "numpy.lib.stride_tricks.sliding_window_view",
        "x, window_shape, axis=None, *, subok=!, writeable=!",
        _windows,
        fresh=False,
    ),
    defined("ndarray.item", "a, *args", _item),
)
