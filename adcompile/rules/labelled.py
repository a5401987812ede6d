"""Operands whose axes have letters, and the pullbacks of their contraction.

The pullback of an operand is the contraction of `g` with the other operands. What it looks like as
text is decided in `contractions`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from adcompile.kinds import (
    UNKNOWN,
    Array,
    Dim,
    Dims,
    Items,
    Kind,
    broadcast,
    dims,
    fresh,
    is_real,
    may_be_one,
)
from adcompile.records import record
from adcompile.rules.contractions import Factor, atom, contract, einsum, permuted
from adcompile.rules.registry import Call
from adcompile.rules.texts import certainly_equal, index_text, tuple_text, with_new_axes

LETTERS = "ijklmnopqrstuvwxyzabcdefghIJKLMNOPQRSTUVWXYZABCDEFGH"


@record
class Operand:
    """An argument of a contraction: its text, the letters of its axes, their lengths; whether it is
    of single precision, and whether it may be complex."""

    text: str
    letters: str
    lengths: Dims
    single: bool = False
    complex: bool = False

    def length(self, letter: str) -> Dim:
        """The length of the axis with a letter."""
        return self.lengths[self.letters.index(letter)]


def operand_of(call: Call, param: str, letters: str) -> Operand:
    """An argument with letters for its axes; its rank is known."""
    shape = dims(call.kinds[param])
    assert shape is not None
    kind = call.kinds[param]
    return Operand(param, letters, shape, is_single(kind), not is_real(kind))


def is_single(kind: Kind) -> bool:
    """Whether an array is of single precision."""
    return isinstance(kind, Array) and kind.dtype == np.float32


def letter_length(operands: Sequence[Operand], letter: str) -> Dim:
    """The length of the axis with a letter, after broadcasting."""
    shape = broadcast(*((o.length(letter),) for o in operands if letter in o.letters))
    return shape[0] if shape else fresh()


def adjoints(operands: Sequence[Operand], out: str) -> tuple[str, ...]:
    """The pullback of each operand of `np.einsum(letters -> out)`.

    Letters repeated in one operand take its diagonal; axes of length one are broadcast.
    """
    return tuple(_adjoint(operands, out, k) for k in range(len(operands)))


def _adjoint(operands: Sequence[Operand], out: str, which: int) -> str:
    target = operands[which]
    stretched = _stretched(operands)
    factors = [
        Factor("g", out, any(o.complex for o in operands)),
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


def are_plain(operands: Sequence[Operand]) -> bool:
    """Whether certainly no axis is broadcast, and no diagonal taken."""
    repeat = any(len(set(o.letters)) != len(o.letters) for o in operands)
    return not repeat and not _stretched(operands) and not undecided(operands)


def _factor(operand: Operand, stretched: str) -> Factor:
    """An operand without its broadcast axes, and with the diagonal taken of repeated letters."""
    one = [x in stretched and operand.length(x) == 1 for x in operand.letters]
    text = index_text(operand.text, ["0" if o else ":" for o in one]) if any(one) else operand.text
    letters = "".join(x for x, o in zip(operand.letters, one, strict=True) if not o)
    distinct = "".join(dict.fromkeys(letters))
    if distinct != letters:
        text = f'np.einsum("{letters}->{distinct}", {text})'
    return Factor(text, distinct, operand.complex)


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
            done = Factor(text, letters, done.complex or factor.complex)
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


def adjoint_kind(call: Call) -> Kind:
    """The kind of the operand that a helper of the run time computes the adjoint of."""
    which = call.static("which")
    if "operands" not in call.kinds:
        return call.kinds["ab"[which]]
    operands = call.kinds["operands"]
    return operands.items[which] if isinstance(operands, Items) else UNKNOWN
