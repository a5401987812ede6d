"""Products of two labelled arrays, written the way a person would.

An array whose axes are named by letters, as in `np.einsum`, is multiplied with another and summed
over the letters that the result does not have. The text is the most readable and fastest NumPy
expression of exactly that: `a @ b.T`, `np.outer(a, b)`, a batched `@`, `np.tensordot`, and
`np.einsum` where there is no other word for it.
"""

from __future__ import annotations

from adcompile.records import record
from adcompile.rules.texts import tuple_text, with_new_axes


@record
class Factor:
    """A text and the letters of its axes, each at most once; whether it may be complex."""

    text: str
    letters: str
    complex: bool = False


def contract(a: Factor, b: Factor, out: str) -> str:
    """The text of `np.einsum("a.letters,b.letters->out", a, b)`.

    Every letter of `out` is one of `a` or `b`.
    """
    a, b = _summed(a, b.letters + out), _summed(b, a.letters + out)
    common = [x for x in a.letters if x in b.letters]
    inner = [x for x in common if x not in out]
    batch = [x for x in common if x in out]
    if not inner:
        return _without_sum(a, b, out)
    if not batch:
        return _matrix_product(a, b, out, inner)
    return _batched_product(a, b, out, inner, batch) or einsum((a, b), out)


def permuted(factor: Factor, to: str) -> str:
    """The text of a factor with its axes in another order."""
    if factor.letters == to:
        return factor.text
    if factor.letters[::-1] == to:
        return f"{atom(factor.text)}.T"
    axes = [factor.letters.index(x) for x in to]
    moved = [i for i, axis in enumerate(axes) if i != axis]
    if len(moved) == 2:
        i, j = (k - len(to) if moved[0] == len(to) - 2 else k for k in moved)
        return f"np.swapaxes({factor.text}, {i}, {j})"
    return f"np.transpose({factor.text}, {tuple_text(axes)})"


def einsum(factors: tuple[Factor, ...], out: str) -> str:
    """The text of a call of `np.einsum`."""
    subscripts = ",".join(factor.letters for factor in factors)
    optimize = ", optimize=True" if len(factors) > 2 else ""
    texts = ", ".join(factor.text for factor in factors)
    return f'np.einsum("{subscripts}->{out}", {texts}{optimize})'


def atom(text: str) -> str:
    """The text as an operand of anything."""
    return f"({text})" if _compound(text) else text


def _compound(text: str) -> bool:
    """Whether a text has an operator outside of its brackets."""
    depth = 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if not depth and character in " -":
            return True
    return False


def _summed(factor: Factor, wanted: str) -> Factor:
    """A factor without the axes that nobody else has."""
    axes = [i for i, x in enumerate(factor.letters) if x not in wanted]
    if not axes:
        return factor
    if len(axes) == len(factor.letters):
        return Factor(f"np.sum({factor.text})", "", factor.complex)
    axis = str(axes[0]) if len(axes) == 1 else tuple_text(axes)
    rest = "".join(x for x in factor.letters if x in wanted)
    return Factor(f"np.sum({factor.text}, axis={axis})", rest, factor.complex)


def _without_sum(a: Factor, b: Factor, out: str) -> str:
    """An outer or elementwise product."""
    if not a.letters or not b.letters:
        number, array = (a, b) if not a.letters else (b, a)
        return f"{atom(number.text)} * {atom(permuted(array, out))}"
    if len(a.letters) == len(b.letters) == 1 and a.letters != b.letters:
        first, second = (a, b) if out == a.letters + b.letters else (b, a)
        return f"np.outer({first.text}, {second.text})"
    ordered = [_in_order(factor, out) for factor in (a, b)]
    # Broadcasting puts the new axes in front; the product must still have all axes of the result.
    texts = [with_new_axes(atom(f.text), [x in f.letters for x in out]) for f in ordered]
    return " * ".join(map(atom, texts))


def _in_order(factor: Factor, out: str) -> Factor:
    letters = "".join(x for x in out if x in factor.letters)
    return Factor(permuted(factor, letters), letters)


def _matrix_product(a: Factor, b: Factor, out: str, inner: list[str]) -> str:
    """A product without a batch: of matrices and vectors by `@`, of others by `np.tensordot`."""
    a_free = [x for x in a.letters if x not in inner]
    b_free = [x for x in b.letters if x not in inner]
    if a.letters == b.letters and len(inner) == len(a.letters) > 1:
        # `np.vdot` conjugates.
        return einsum((a, b), out) if a.complex or b.complex else f"np.vdot({a.text}, {b.text})"
    if len(inner) == 1 and len(a_free) <= 1 and len(b_free) <= 1:
        # A matrix stands before a vector; two matrices in the order of the result.
        first, second = (
            (a, b) if list(out) == a_free + b_free and (a_free or not b_free) else (b, a)
        )
        rows = "".join(x for x in out if x in first.letters)
        columns = "".join(x for x in out if x in second.letters)
        left = permuted(first, rows + inner[0])
        right = permuted(second, inner[0] + columns)
        return f"{atom(left)} @ {atom(right)}"
    if len(inner) == 1:
        for stack, matrix in ((a, b), (b, a)):
            text = _stack_times_matrix(stack, matrix, out, inner[0])
            text = text or _matrix_times_stack(matrix, stack, out, inner[0])
            if text is not None:
                return text
    first, second = (b, a) if list(out) == b_free + a_free != a_free + b_free else (a, b)
    axes = [tuple_text(f.letters.index(x) for x in inner) for f in (first, second)]
    text = f"np.tensordot({first.text}, {second.text}, ({axes[0]}, {axes[1]}))"
    letters = "".join(x for f in (first, second) for x in f.letters if x not in inner)
    return permuted(Factor(text, letters), out)


def _stack_times_matrix(a: Factor, b: Factor, out: str, inner: str) -> str | None:
    """`a @ b` where the last axis of `a`, of any rank, meets a matrix or vector `b`."""
    free = a.letters.replace(inner, "")
    columns = b.letters.replace(inner, "")
    if a.letters != free + inner or len(columns) > 1 or out != free + columns:
        return None
    return f"{atom(a.text)} @ {atom(permuted(b, inner + columns))}"


def _matrix_times_stack(a: Factor, b: Factor, out: str, inner: str) -> str | None:
    """`a @ b` of a matrix and a stack of matrices."""
    row = a.letters.replace(inner, "")
    stack, column = b.letters[:-2], b.letters[-1]
    if len(a.letters) != 2 or b.letters != stack + inner + column or out != stack + row + column:
        return None
    return f"{atom(permuted(a, row + inner))} @ {atom(b.text)}"


def _batched_product(
    a: Factor, b: Factor, out: str, inner: list[str], batch: list[str]
) -> str | None:
    """A stack of matrix products, where both factors are stacks of matrices."""
    a_free = [x for x in a.letters if x not in inner and x not in batch]
    b_free = [x for x in b.letters if x not in inner and x not in batch]
    if len(inner) != 1 or len(a_free) != 1 or len(b_free) != 1:
        return None
    first, second = (a, b) if out.index(a_free[0]) < out.index(b_free[0]) else (b, a)
    stack = "".join(x for x in out if x in batch)
    row, column = (a_free, b_free) if first is a else (b_free, a_free)
    left = permuted(first, stack + row[0] + inner[0])
    right = permuted(second, stack + inner[0] + column[0])
    product = Factor(f"{atom(left)} @ {atom(right)}", stack + row[0] + column[0])
    return permuted(product, out) if product.letters != out else product.text
