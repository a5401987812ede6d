"""Products of vectors, matrices and tensors (NumPy manual: "Linear algebra", "Matrix and vector
products").

They all are contractions: each operand's axes get letters, and the pullback of an operand is the
contraction of `g` with the others. What it looks like is decided in `contractions`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.errors import RefusedError
from adcompile.kinds import Array, Dim, Dims, Kind, broadcast, dims, exact_length, fresh
from adcompile.rules.contractions import Factor, contract
from adcompile.rules.infer import array_kind, size, times, trial_dtype
from adcompile.rules.labelled import (
    LETTERS,
    Operand,
    adjoint_kind,
    adjoints,
    eye_text,
    is_single,
    letter_length,
    operand_of,
)
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import (
    certainly_equal,
    length_text,
    require_arrays,
    tuple_text,
    unbroadcast_text,
)

# ----- matmul, dot and their relatives -----


def _shapes(call: Call) -> tuple[Dims, Dims] | None:
    a, b = dims(call.kinds["a"]), dims(call.kinds["b"])
    return None if a is None or b is None else (a, b)


def _matmul_letters(a: Dims, b: Dims) -> tuple[str, str, str]:
    """Letters for the axes of `a @ b`: `i` rows, `j` what is summed, `k` columns."""
    stack = LETTERS[3 : 3 + max(len(a), len(b)) - 2] if max(len(a), len(b)) > 2 else ""
    rows, columns = ("i" if len(a) > 1 else ""), ("k" if len(b) > 1 else "")
    of_a, of_b = (stack[len(stack) - max(len(x) - 2, 0) :] for x in (a, b))
    return of_a + rows + "j", of_b + "j" + columns, stack + rows + columns


def _dot_letters(a: Dims, b: Dims) -> tuple[str, str, str]:
    """Letters for `np.dot`: the last axis of `a` meets the last but one of `b`."""
    if not a or not b:
        array = LETTERS[: len(a or b)]
        return (array if a else ""), (array if b else ""), array
    rows = LETTERS[1 : len(a)]
    columns = LETTERS[len(a) : len(a) + len(b) - 1]
    of_b = columns[:-1] + "i" + columns[-1:]
    return rows + "i", of_b, rows + columns


def _inner_letters(a: Dims, b: Dims) -> tuple[str, str, str]:
    """Letters for `np.inner`: the last axes meet."""
    if not a or not b:
        return _dot_letters(a, b)
    rows, columns = LETTERS[1 : len(a)], LETTERS[len(a) : len(a) + len(b) - 1]
    return rows + "i", columns + "i", rows + columns


Letters = Callable[[Dims, Dims], tuple[str, str, str]]


def _contraction_kind(function: Callable[..., Any], letters: Letters) -> Callable[[Call], Kind]:
    def infer(call: Call) -> Kind:
        dtype = trial_dtype(function, call.kinds["a"], call.kinds["b"])
        arrays = [array_kind(call.kinds[p]) for p in ("a", "b")]
        shapes = [array.dims for array in arrays if array is not None and array.dims is not None]
        if len(shapes) < 2:
            return Array(dtype, None)
        of_a, of_b, out = letters(*shapes)
        operands = [Operand("a", of_a, shapes[0]), Operand("b", of_b, shapes[1])]
        return Array(dtype, tuple(letter_length(operands, x) for x in out))

    return infer


def _contraction(letters: Letters) -> Callable[[Call], Templates]:
    def pullback(call: Call) -> Templates:
        require_arrays(call, "a", "b")
        shapes = _shapes(call)
        if shapes is None:
            raise _unknown_rank(call)
        of_a, of_b, out = letters(*shapes)
        a, b = adjoints([operand_of(call, "a", of_a), operand_of(call, "b", of_b)], out)
        return {"a": a, "b": b}

    return pullback


def _unknown_rank(call: Call) -> RefusedError:
    return RefusedError(
        f"`{call.rule.name}` of an array whose number of axes is unknown while compiling",
        "use `@`, or give the array its shape with `np.reshape`",
    )


def _matmul(call: Call) -> Templates:
    require_arrays(call, "a", "b")
    shapes = _shapes(call)
    if shapes is None:
        return {p: f"runtime.matmul_adjoint(g, a, b, {k})" for k, p in enumerate(("a", "b"))}
    a, b = shapes
    if min(len(a), len(b)) < 3:
        return _contraction(_matmul_letters)(call)
    # Two stacks of matrices, either of which may be broadcast
    stack = broadcast(a[:-2], b[:-2])
    of_a, of_b = (None if stack is None else (*stack, *shape[-2:]) for shape in shapes)
    return {
        "a": unbroadcast_text("g @ np.swapaxes(b, -1, -2)", of_a, a, "a"),
        "b": unbroadcast_text("np.swapaxes(a, -1, -2) @ g", of_b, b, "b"),
    }


def _dot(call: Call) -> Templates:
    require_arrays(call, "a", "b")
    if _shapes(call) is None:
        return {p: f"runtime.dot_adjoint(g, a, b, {k})" for k, p in enumerate(("a", "b"))}
    return _contraction(_dot_letters)(call)


def _vdot_kind(call: Call) -> Kind:
    return Array(trial_dtype(np.vdot, call.kinds["a"], call.kinds["b"]), ())


def _vdot(call: Call) -> Templates:
    """Both are flattened, and must then be equally long."""
    require_arrays(call, "a", "b")
    shapes = _shapes(call)
    ranks = {len(shape) for shape in shapes or ()}
    same = shapes is not None and len(ranks) == 1 and all(map(certainly_equal, *shapes))
    if same or ranks in ({0}, {1}):
        return {"a": "g * b", "b": "g * a"}
    return {"a": "g * np.reshape(b, np.shape(a))", "b": "g * np.reshape(a, np.shape(b))"}


def _outer_kind(call: Call) -> Kind:
    dtype = trial_dtype(np.outer, call.kinds["a"], call.kinds["b"])
    return Array(dtype, (_size(call.kinds["a"]), _size(call.kinds["b"])))


def _size(kind: Kind) -> Dim:
    array = array_kind(kind)
    return fresh() if array is None or array.dims is None else size(array.dims)


def _outer(call: Call) -> Templates:
    """Arguments of more axes than one are flattened."""
    require_arrays(call, "a", "b")
    vectors = {p: p if _has_rank(call, p, 1) else f"np.ravel({p})" for p in ("a", "b")}
    texts = {"a": f"g @ {vectors['b']}", "b": f"g.T @ {vectors['a']}"}
    for p in ("a", "b"):
        if _has_rank(call, p, 0):
            texts[p] = f"({texts[p]})[0]"
        elif vectors[p] != p:
            texts[p] = f"np.reshape({texts[p]}, np.shape({p}))"
    return texts


def _has_rank(call: Call, param: str, rank: int) -> bool:
    shape = dims(call.kinds[param])
    return shape is not None and len(shape) == rank


# ----- tensordot, kron, trace, cross -----


def _tensordot_axes(call: Call, a: Dims, b: Dims) -> tuple[tuple[int, ...], tuple[int, ...]]:
    axes = call.static("axes")
    if isinstance(axes, int):
        return tuple(range(len(a) - axes, len(a))), tuple(range(axes))
    of_a, of_b = (x if isinstance(x, (tuple, list)) else (x,) for x in axes)
    return tuple(i % len(a) for i in of_a), tuple(i % len(b) for i in of_b)


def _tensordot_letters(call: Call) -> Letters:
    def letters(a: Dims, b: Dims) -> tuple[str, str, str]:
        summed_a, summed_b = _tensordot_axes(call, a, b)
        of_a = LETTERS[: len(a)]
        free = iter(LETTERS[len(a) :])
        meets = dict(zip(summed_b, summed_a, strict=True))
        of_b = "".join(of_a[meets[i]] if i in meets else next(free) for i in range(len(b)))
        rows = [x for i, x in enumerate(of_a) if i not in summed_a]
        columns = [x for i, x in enumerate(of_b) if i not in summed_b]
        return of_a, of_b, "".join(rows + columns)

    return letters


def _tensordot_kind(call: Call) -> Kind:
    if not call.is_static("axes"):
        return Array(None, None)
    # What counts for the dtype is the product of any two arrays.
    return _contraction_kind(lambda a, b: np.tensordot(a, b, 0), _tensordot_letters(call))(call)


def _tensordot(call: Call) -> Templates:
    call.static("axes")
    return _contraction(_tensordot_letters(call))(call)


def _kron_kind(call: Call) -> Kind:
    dtype = trial_dtype(np.kron, call.kinds["a"], call.kinds["b"])
    shapes = _shapes(call)
    if shapes is None:
        return Array(dtype, None)
    rank = max(map(len, shapes))
    a, b = ((1,) * (rank - len(s)) + s for s in shapes)
    return Array(dtype, tuple(map(times, a, b)))


def _kron(call: Call) -> Templates:
    """Axis by axis, an element of the result is one of `a` times one of `b`."""
    require_arrays(call, "a", "b")
    shapes = _shapes(call)
    if shapes is None or len(shapes[0]) != len(shapes[1]):
        raise RefusedError(
            "`numpy.kron` has a derivative rule for two arrays of equally many axes only",
            "add axes to the smaller one with `np.reshape`",
        )
    rank = len(shapes[0])
    of_a, of_b = LETTERS[:rank], LETTERS[rank : 2 * rank]
    lengths = [length_text(call, p, i) for i in range(rank) for p in ("a", "b")]
    blocks = f"np.reshape(g, {tuple_text(lengths)})" if rank else "g"
    g = Factor(blocks, "".join(x + y for x, y in zip(of_a, of_b, strict=True)))
    return {
        "a": contract(g, Factor("b", of_b), of_a),
        "b": contract(g, Factor("a", of_a), of_b),
    }


def _trace_axes(call: Call) -> tuple[int, int, Dims] | None:
    array = array_kind(call.kinds["a"])
    shape = array.dims if array is not None else None
    if shape is None or not (call.is_static("axis1") and call.is_static("axis2")):
        return None
    return call.static("axis1") % len(shape), call.static("axis2") % len(shape), shape


def _trace_kind(call: Call) -> Kind:
    dtype = trial_dtype(np.sum, call.kinds["a"])
    axes = _trace_axes(call)
    if axes is None:
        return Array(dtype, None)
    first, second, shape = axes
    return Array(dtype, tuple(n for i, n in enumerate(shape) if i not in (first, second)))


def _trace(call: Call) -> Templates:
    require_arrays(call, "a")
    axes = _trace_axes(call)
    if axes is None:
        raise _unknown_rank(call)
    first, second, shape = axes
    letters = LETTERS[: len(shape)]
    offset = "0" if call.is_static("offset") and call.static("offset") == 0 else "offset"
    rows, columns = (f"a.shape[{i}]" for i in (first, second))
    eye = eye_text(rows, columns, offset, is_single(call.kinds["a"]))
    rest = "".join(x for i, x in enumerate(letters) if i not in (first, second))
    matrix = Factor(eye, letters[first] + letters[second])
    return {"a": contract(Factor("g", rest), matrix, letters)}


def _cross_kind(call: Call) -> Kind:
    shape = broadcast(dims(call.kinds["a"]), dims(call.kinds["b"]))
    lengths = _crossed(call)
    # Of two vectors of length two the result is a number.
    certain = bool(shape) and 3 in lengths and lengths <= {3, None}
    dtype = trial_dtype(np.multiply, call.kinds["a"], call.kinds["b"])
    return Array(dtype, shape if certain else None)


def _crossed(call: Call) -> set[int | None]:
    """How long the vectors are whose product is taken."""
    axis = -1 if call.static("axis") is None else call.static("axis")
    shapes = [dims(call.kinds[name]) for name in ("a", "b")]
    return {exact_length(s[axis]) for s in shapes if s and -len(s) <= axis < len(s)}


def _cross(call: Call) -> Templates:
    require_arrays(call, "a", "b")
    if 2 in _crossed(call):
        raise RefusedError(
            "`np.cross` of vectors of length two has no derivative rule",
            "give them a third element of zero",
        )
    axis = "" if call.static("axis") is None else ", axis=axis"
    return {"a": f"np.cross(b, g{axis})", "b": f"np.cross(g, a{axis})"}


# ----- the table -----


def _product_rule(name: str, params: str, kind: Any, pullback: Any, linear: str = "a b") -> Rule:
    operands = tuple(linear.split())
    return Rule(name, params, kind, pullback, linear=operands, arrays=operands, cost=3)


_UFUNC = "out=!, *, axes=!, axis=!, keepdims=!, casting=!, order=!, dtype=!, subok=!, signature=!"

KNOWN_AXES = "give the arrays their shapes with `np.reshape`"

RULES: tuple[Rule, ...] = (
    _product_rule(
        "numpy.matmul", f"a, b, {_UFUNC}", _contraction_kind(np.matmul, _matmul_letters), _matmul
    ),
    _product_rule(
        "numpy.dot",
        "a, b, out=!",
        _contraction_kind(np.dot, _dot_letters),
        _dot,
    ),
    _product_rule(
        "numpy.inner",
        "a, b",
        _contraction_kind(np.inner, _inner_letters),
        _contraction(_inner_letters),
    ),
    _product_rule("numpy.vdot", "a, b", _vdot_kind, _vdot),
    _product_rule("numpy.outer", "a, b, out=!", _outer_kind, _outer),
    _product_rule("numpy.tensordot", "a, b, axes=2", _tensordot_kind, _tensordot),
    _product_rule("numpy.kron", "a, b", _kron_kind, _kron),
    Rule(
        "numpy.cross",
        "a, b, axisa=!, axisb=!, axisc=!, axis=None",
        _cross_kind,
        _cross,
        elementwise=True,
        linear=("a", "b"),
        arrays=("a", "b"),
        cost=3,
    ),
    _product_rule(
        "numpy.trace", "a, offset=0, axis1=0, axis2=1, dtype=!, out=!", _trace_kind, _trace, "a"
    ),
    *(
        Rule(f"runtime.{name}", "g, a, b, which", adjoint_kind, cost=3, why=KNOWN_AXES)
        for name in ("matmul_adjoint", "dot_adjoint")
    ),
)
