"""`np.einsum`: the contraction that names its letters itself."""

from __future__ import annotations

import numpy as np

from adcompile.errors import RefusedError
from adcompile.kinds import Array, Items, Kind, dims, fresh, is_real
from adcompile.records import record
from adcompile.rules.contractions import Factor, contract
from adcompile.rules.infer import array_kind, common_dtype
from adcompile.rules.labelled import (
    LETTERS,
    Operand,
    adjoint_kind,
    adjoints,
    are_plain,
    is_single,
    letter_length,
    undecided,
)
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import tuple_text


@record
class Subscripts:
    """Subscripts with the output written out and letters for the ellipsis."""

    terms: tuple[str, ...]
    out: str


def _subscripts(call: Call) -> Subscripts:
    """Read the subscripts of a call of `np.einsum`.

    Raises:
        NotStaticError: they are known only at run time.
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
            _operand_text(k, kind, len(kinds.items)),
            term,
            shape if (shape := dims(kind)) is not None else tuple(fresh() for _ in term),
            is_single(kind),
            not is_real(kind),
        )
        for k, (term, kind) in enumerate(zip(subscripts.terms, kinds.items, strict=True))
    ]


def _operand_text(k: int, kind: Kind, count: int) -> str:
    """An operand; integers as floats where the pullback may multiply them with each other."""
    integers = isinstance(kind, Array) and kind.dtype is not None and kind.dtype.kind in "biu"
    return f"operands[{k}].astype(float)" if integers and count > 2 else f"operands[{k}]"


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
    shape = [letter_length(terms, x) for x in subscripts.out]
    return Array(dtype, tuple(shape))


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


def _as_product(call: Call) -> str | None:
    """The contraction of two arrays of one precision by `@`, which takes a third of the time; None
    of any other."""
    kinds = call.kinds["operands"]
    arrays = [k for k in kinds.items if isinstance(k, Array)] if isinstance(kinds, Items) else []
    if len(arrays) != 2 or kinds != Items(tuple, tuple(arrays)) or not call.is_static("subscripts"):
        return None
    if {array.dtype for array in arrays} not in _PRECISIONS or any(a.dims is None for a in arrays):
        return None
    subscripts = _subscripts(call)
    operands = _einsum_operands(call, subscripts)
    if not are_plain(operands):
        return None
    a, b = (Factor(operand.text, operand.letters) for operand in operands)
    text = contract(a, b, subscripts.out)
    return text if " @ " in text and "np.einsum" not in text else None


_PRECISIONS = ({np.dtype(np.float32)}, {np.dtype(np.float64)})

RULES: tuple[Rule, ...] = (
    # Of one operand the result may be a view, as in `np.einsum("ii->i", a)`.
    Rule(
        "numpy.einsum",
        "subscripts, *operands, out=!, optimize=False, dtype=!, order=!, casting=!",
        _einsum_kind,
        _einsum,
        linear=("operands",),
        cost=3,
        fresh=False,
        definition=_as_product,
    ),
    Rule(
        "runtime.einsum_adjoint",
        "subscripts, g, operands, which",
        adjoint_kind,
        cost=3,
        why="give the arrays their shapes with `np.reshape`, or use `@`",
    ),
)
