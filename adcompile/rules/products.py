"""Products of vectors, matrices and tensors (NumPy manual: "Linear algebra", "Matrix and vector
products").

They all are contractions: each operand's axes get letters, and the pullback of an operand is the
contraction of `g` with the others. What it looks like is decided in `contractions`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adcompile.errors import RefusedError
from adcompile.kinds import (
    exact_length,
    UNKNOWN,
    Array,
    Dim,
    Dims,
    Items,
    Kind,
    broadcast,
    dims,
    fresh,
    may_be_one,
)
from adcompile.rules.contractions import Factor, atom, contract, einsum, permuted
from adcompile.rules.infer import array_kind, common_dtype, size, times, trial_dtype
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import (
    certainly_equal,
    index_text,
    length_text,
    require_arrays,
    tuple_text,
    unbroadcast_text,
    with_new_axes,
)

LETTERS = "ijklmnopqrstuvwxyzabcdefghIJKLMNOPQRSTUVWXYZABCDEFGH"


@dataclass(frozen=True, slots=True)
class Operand:
    """An argument of a contraction: its text, the letters of its axes, their lengths."""

    text: str
    letters: str
    lengths: Dims
    single: bool = False

    def length(self, letter: str) -> Dim:
        return self.lengths[self.letters.index(letter)]


def _operand(call: Call, param: str, letters: str) -> Operand:
    shape = dims(call.kinds[param])
    assert shape is not None
    return Operand(param, letters, shape, _is_single(call.kinds[param]))


def _is_single(kind: Kind) -> bool:
    return isinstance(kind, Array) and kind.dtype == np.float32


# ----- contractions -----


def adjoints(operands: Sequence[Operand], out: str) -> tuple[str, ...]:
    """The pullback of each operand of `np.einsum(letters -> out)`.

    Letters repeated in one operand take its diagonal; axes of length one are broadcast.
    """
    return tuple(_adjoint(operands, out, k) for k in range(len(operands)))


def _adjoint(operands: Sequence[Operand], out: str, which: int) -> str:
    target = operands[which]
    stretched = _stretched(operands)
    factors = [
        Factor("g", out),
        *(_factor(o, stretched) for k, o in enumerate(operands) if k != which),
    ]
    distinct = "".join(dict.fromkeys(target.letters))
    kept = "".join(x for x in distinct if not (x in stretched and target.length(x) == 1))
    available = "".join(x for x in kept if any(x in f.letters for f in factors))
    text = _product(factors, available)
    if available != distinct:
        if kept == distinct:
            spread = with_new_axes(atom(text), [x in available for x in distinct])
            text = f"np.broadcast_to({spread}, {_shape_of(target, distinct)})"
        elif kept == available:
            text = f"np.reshape({text}, {_shape_of(target, distinct)})"
        else:
            # Back to all axes, those of length one included, before the rest is broadcast.
            text = np_expand(text, available, distinct)
            text = f"np.broadcast_to({text}, {_shape_of(target, distinct)})"
    return text if distinct == target.letters else _on_diagonal(target, distinct, text)


def np_expand(text: str, available: str, letters: str) -> str:
    """`text` with an axis of length one for each letter that it has not."""
    axes = [i for i, x in enumerate(letters) if x not in available]
    return f"np.expand_dims({text}, {tuple_text(axes)})"


def _shape_of(target: Operand, distinct: str) -> str:
    if distinct == target.letters:
        return f"np.shape({target.text})"
    return tuple_text(f"{target.text}.shape[{target.letters.index(x)}]" for x in distinct)


def _stretched(operands: Sequence[Operand]) -> str:
    """The letters whose axis has length one in some operands and another length in others."""
    letters = dict.fromkeys("".join(o.letters for o in operands))
    return "".join(
        x
        for x in letters
        if {o.length(x) == 1 for o in operands if x in o.letters} == {True, False}
    )


def undecided(operands: Sequence[Operand]) -> bool:
    """Whether it shows only at run time which axes are broadcast."""
    for x in dict.fromkeys("".join(o.letters for o in operands)):
        lengths = [o.length(x) for o in operands if x in o.letters and o.length(x) != 1]
        first = lengths[0] if lengths else 1
        if any(not certainly_equal(n, first) for n in lengths) and any(map(may_be_one, lengths)):
            return True
    return False


def _factor(operand: Operand, stretched: str) -> Factor:
    """An operand without its broadcast axes, and with the diagonal taken of repeated letters."""
    one = [x in stretched and operand.length(x) == 1 for x in operand.letters]
    text = index_text(operand.text, ["0" if o else ":" for o in one]) if any(one) else operand.text
    letters = "".join(x for x, o in zip(operand.letters, one, strict=True) if not o)
    distinct = "".join(dict.fromkeys(letters))
    if distinct != letters:
        text = f'np.einsum("{letters}->{distinct}", {text})'
    return Factor(text, distinct)


def _product(factors: list[Factor], out: str) -> str:
    """The contraction of any number of factors."""
    if len(factors) == 1:
        return _alone(factors[0], out)
    if len(factors) == 2:
        return contract(factors[0], factors[1], out)
    if not factors[0].letters:
        return f"{factors[0].text} * {atom(_product(factors[1:], out))}"
    return _pairwise(factors, out) or einsum(tuple(factors), out)


def _pairwise(factors: list[Factor], out: str) -> str | None:
    """One product after the other, in an order in which no product on the way has more axes than
    what it is made of; None where there is no such order."""
    for order in itertools.permutations(factors[1:]):
        done = factors[0]
        for i, factor in enumerate(order):
            rest = out + "".join(f.letters for f in order[i + 1 :])
            both = dict.fromkeys(done.letters + factor.letters)
            letters = out if i == len(order) - 1 else "".join(x for x in both if x in rest)
            if len(letters) > max(len(done.letters), len(factor.letters), len(out)):
                break
            text = contract(done, factor, letters)
            if "np.einsum" in text:
                break
            done = Factor(text, letters)
        else:
            return done.text
    return None


def _alone(factor: Factor, out: str) -> str:
    axes = [i for i, x in enumerate(factor.letters) if x not in out]
    if axes:
        raise AssertionError("every letter of the result is one of an operand")
    return permuted(factor, out)


def _on_diagonal(target: Operand, distinct: str, text: str) -> str:
    """`text`, whose axes are the distinct letters, on the diagonal of the operand's axes."""
    spare = iter(x for x in LETTERS if x not in target.letters)
    seen: set[str] = set()
    letters, result = "", Factor(text, distinct)
    for axis, x in enumerate(target.letters):
        letters += next(spare) if x in seen else x
        if x in seen:
            eye = Factor(eye_text(_length_of(target, axis), single=target.single), x + letters[-1])
            reached = result.letters + letters[-1]
            result = Factor(contract(result, eye, reached), reached)
        seen.add(x)
    return permuted(result, letters)


def _length_of(target: Operand, axis: int) -> str:
    length = target.lengths[axis]
    return str(length) if isinstance(length, int) else f"{target.text}.shape[{axis}]"


def eye_text(rows: str, columns: str | None = None, offset: str = "0", single: bool = False) -> str:
    """An identity matrix in the precision of the argument."""
    sizes = ", ".join(x for x in (rows, columns, offset if offset != "0" else None) if x)
    return f"np.eye({sizes}{', dtype=np.float32' if single else ''})"


# ----- einsum -----


@dataclass(frozen=True, slots=True)
class Subscripts:
    """Subscripts with the output written out and letters for the ellipsis."""

    terms: tuple[str, ...]
    out: str


def _subscripts(call: Call) -> Subscripts:
    """Read the subscripts of a call of `np.einsum`.

    Raises:
        NotStatic: they are known only at run time.
    """
    text = call.static("subscripts")
    operands = call.kinds["operands"]
    if not isinstance(text, str) or not isinstance(operands, Items):
        raise RefusedError(
            "`numpy.einsum` is differentiated with subscripts as text only",
            'write `np.einsum("ij,jk->ik", a, b)`',
        )
    given, arrow, out = text.replace(" ", "").partition("->")
    terms = given.split(",")
    ranks = [dims(kind) for kind in operands.items]
    if len(terms) != len(ranks):
        raise RefusedError(f"`{text}` has {len(terms)} terms for {len(ranks)} operands")
    if "..." in given and any(rank is None for rank in ranks):
        raise RefusedError(
            "the number of axes that `...` stands for is unknown while compiling",
            "write letters for them",
        )
    extra = [
        len(r or ()) - len(t.replace("...", "")) if "..." in t else 0
        for t, r in zip(terms, ranks, strict=True)
    ]
    spare = [x for x in LETTERS if x not in text][: max([*extra, 0])]
    # Fewer axes than the others have are the last of them.
    filled = [
        t.replace("...", "".join(spare[len(spare) - n :]))
        for t, n in zip(terms, extra, strict=True)
    ]
    if not arrow:
        letters = "".join(t.replace("...", "") for t in terms)
        out = "..." + "".join(sorted(x for x in set(letters) if letters.count(x) == 1))
    result = Subscripts(tuple(filled), out.replace("...", "".join(spare)))
    for term, rank in zip(result.terms, ranks, strict=True):
        if rank is not None and len(term) != len(rank):
            raise RefusedError(f"`{text}` does not fit an operand with {len(rank)} axes")
    return result


def _einsum_operands(call: Call, subscripts: Subscripts) -> list[Operand]:
    kinds = call.kinds["operands"]
    assert isinstance(kinds, Items)
    return [
        Operand(
            f"operands[{k}]",
            term,
            shape if (shape := dims(kind)) is not None else tuple(fresh() for _ in term),
            _is_single(kind),
        )
        for k, (term, kind) in enumerate(zip(subscripts.terms, kinds.items, strict=True))
    ]


def _einsum_kind(call: Call) -> Kind:
    operands = call.kinds["operands"]
    if not isinstance(operands, Items):
        return Array(None, None)
    arrays = [array_kind(kind) for kind in operands.items]
    known = [array for array in arrays if array is not None]
    dtype = common_dtype(known) if len(known) == len(arrays) else None
    if not call.is_static("subscripts"):
        return Array(dtype, None)
    try:
        subscripts = _subscripts(call)
    except RefusedError:
        return Array(dtype, None)
    terms = _einsum_operands(call, subscripts)
    shape = [_letter_length(terms, x) for x in subscripts.out]
    return Array(dtype, tuple(shape))


def _letter_length(operands: Sequence[Operand], letter: str) -> Dim:
    shape = broadcast(*((o.length(letter),) for o in operands if letter in o.letters))
    return shape[0] if shape else fresh()


def _einsum(call: Call) -> Templates:
    subscripts = _subscripts(call)
    operands = _einsum_operands(call, subscripts)
    if not undecided(operands):
        return {"operands": adjoints(operands, subscripts.out)}
    if any(len(set(term)) != len(term) for term in subscripts.terms):
        raise RefusedError(
            "a diagonal in `numpy.einsum` needs lengths that are known while compiling",
            "take it with `np.diagonal` first",
        )
    text = f'"{",".join(subscripts.terms)}->{subscripts.out}"'
    arrays = tuple_text(o.text for o in operands)
    count = range(len(operands))
    return {"operands": tuple(f"runtime.einsum_adjoint({text}, g, {arrays}, {k})" for k in count)}


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
        return Array(dtype, tuple(_letter_length(operands, x) for x in out))

    return infer


def _contraction(letters: Letters) -> Callable[[Call], Templates]:
    def pullback(call: Call) -> Templates:
        require_arrays(call, "a", "b")
        shapes = _shapes(call)
        if shapes is None:
            raise _unknown_rank(call)
        of_a, of_b, out = letters(*shapes)
        a, b = adjoints([_operand(call, "a", of_a), _operand(call, "b", of_b)], out)
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
    eye = eye_text(rows, columns, offset, _is_single(call.kinds["a"]))
    rest = "".join(x for i, x in enumerate(letters) if i not in (first, second))
    matrix = Factor(eye, letters[first] + letters[second])
    return {"a": contract(Factor("g", rest), matrix, letters)}


def _cross_kind(call: Call) -> Kind:
    shape = broadcast(dims(call.kinds["a"]), dims(call.kinds["b"]))
    axis = call.static("axis")
    # Of two vectors of length two the result is a number.
    certain = bool(shape) and exact_length(shape[-1 if axis is None else axis]) == 3
    dtype = trial_dtype(np.multiply, call.kinds["a"], call.kinds["b"])
    return Array(dtype, shape if certain else None)


def _cross(call: Call) -> Templates:
    require_arrays(call, "a", "b")
    axis = "" if call.static("axis") is None else ", axis=axis"
    return {"a": f"np.cross(b, g{axis})", "b": f"np.cross(g, a{axis})"}


def _operand_kind(call: Call) -> Kind:
    """The kind of the operand that a helper of the run time computes the adjoint of."""
    which = call.static("which")
    if "operands" not in call.kinds:
        return call.kinds["ab"[which]]
    operands = call.kinds["operands"]
    return operands.items[which] if isinstance(operands, Items) else UNKNOWN


# ----- the table -----


def _product_rule(name: str, params: str, kind: Any, pullback: Any, linear: str = "a b") -> Rule:
    return Rule(name, params, kind, pullback, linear=tuple(linear.split()), cost=3)


_UFUNC = "out=!, *, axes=!, axis=!, keepdims=!, casting=!, order=!, dtype=!, subok=!, signature=!"

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
        cost=3,
    ),
    # Of one operand the result may be a view, as in `np.einsum("ii->i", a)`.
    Rule(
        "numpy.einsum",
        "subscripts, *operands, out=!, optimize=False, dtype=!, order=!, casting=!",
        _einsum_kind,
        _einsum,
        linear=("operands",),
        cost=3,
        fresh=False,
    ),
    _product_rule(
        "numpy.trace", "a, offset=0, axis1=0, axis2=1, dtype=!, out=!", _trace_kind, _trace, "a"
    ),
    Rule("runtime.matmul_adjoint", "g, a, b, which", _operand_kind, cost=3),
    Rule("runtime.dot_adjoint", "g, a, b, which", _operand_kind, cost=3),
    Rule("runtime.einsum_adjoint", "subscripts, g, operands, which", _operand_kind, cost=3),
)
