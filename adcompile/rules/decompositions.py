"""Eigenvalues, singular values, QR and what is made from them (NumPy manual: "Linear algebra").

The formulas are those of M. Giles, "Collected matrix derivative results for forward and reverse
mode algorithmic differentiation" (2008); M. Seeger et al., "Auto-differentiating linear algebra"
(arXiv:1710.08717); J. Townsend, "Differentiating the singular value decomposition" (2016);
G. Golub and V. Pereyra, "The differentiation of pseudo-inverses" (1973).

Vectors that belong to equal values are determined up to a rotation only: what is calculated from
them has no derivative, and what comes out is not a number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.errors import RefusedError
from adcompile.kinds import Array, Dim, Dims, Kind, Record, dims, exact_length
from adcompile.rules.definitions import refusal, shape_known, shape_of
from adcompile.rules.infer import trial_dtype
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import certainly_equal, refuse_unless, require_arrays

# ----- kinds -----


def _dtype(call: Call, param: str) -> Any:
    return trial_dtype(np.linalg.pinv, call.kinds[param])


def _real_dtype(call: Call, param: str) -> Any:
    """The dtype of eigenvalues of Hermitian matrices, and of singular values."""
    return trial_dtype(lambda a: np.abs(np.linalg.pinv(a)), call.kinds[param])


def _matrix(call: Call, param: str) -> Dims | None:
    shape = shape_of(call, param)
    return shape if shape is not None and len(shape) > 1 else None


def smaller(rows: Dim, columns: Dim) -> Dim:
    """The number of singular values."""
    if isinstance(rows, int) and isinstance(columns, int):
        return min(rows, columns)
    if certainly_equal(rows, columns):
        return rows
    lengths = [exact_length(rows), exact_length(columns)]
    known = [n for n in lengths if n is not None]
    if len(known) == 2:
        return min(known)
    raise RefusedError(
        "the shape of the matrix is unknown while compiling", "pass it as an argument"
    )


def _record(function: Callable[..., Any], **parts: Kind) -> Record:
    """The kind of the named tuple that a function of `numpy.linalg` returns."""
    return Record(type(function(np.ones((1, 1)))), tuple(parts.items()))


def is_square(shape: Dims) -> bool:
    """Whether matrices have as many rows as columns."""
    rows, columns = shape[-2:]
    return certainly_equal(rows, columns) or exact_length(rows) == exact_length(columns)


def _eigvalsh_kind(call: Call) -> Kind:
    shape = _matrix(call, "a")
    return Array(_real_dtype(call, "a"), None if shape is None else shape[:-1])


def _eigh_kind(call: Call) -> Kind:
    shape, dtype = _matrix(call, "a"), _dtype(call, "a")
    values = Array(_real_dtype(call, "a"), None if shape is None else shape[:-1])
    return _record(np.linalg.eigh, eigenvalues=values, eigenvectors=Array(dtype, shape))


def _svdvals_kind(call: Call) -> Kind:
    shape = _matrix(call, "x")
    dtype = _real_dtype(call, "x")
    return Array(dtype, None if shape is None else (*shape[:-2], smaller(*shape[-2:])))


def _svd_kind(call: Call) -> Kind:
    shape, dtype = _matrix(call, "a"), _dtype(call, "a")
    if shape is None or not call.is_static("full_matrices"):
        array = Array(dtype, None)
        return _record(np.linalg.svd, U=array, S=Array(_real_dtype(call, "a"), None), Vh=array)
    *stack, rows, columns = shape
    count = smaller(rows, columns)
    full = call.static("full_matrices")
    return _record(
        np.linalg.svd,
        U=Array(dtype, (*stack, rows, rows if full else count)),
        S=Array(_real_dtype(call, "a"), (*stack, count)),
        Vh=Array(dtype, (*stack, columns if full else count, columns)),
    )


def _qr_kind(call: Call) -> Kind:
    shape, dtype = _matrix(call, "a"), _dtype(call, "a")
    if shape is None:
        return _record(np.linalg.qr, Q=Array(dtype, None), R=Array(dtype, None))
    *stack, rows, columns = shape
    count = smaller(rows, columns)
    return _record(
        np.linalg.qr,
        Q=Array(dtype, (*stack, rows, count)),
        R=Array(dtype, (*stack, count, columns)),
    )


def _pinv_kind(call: Call) -> Kind:
    shape = _matrix(call, "a")
    transposed = None if shape is None else (*shape[:-2], shape[-1], shape[-2])
    return Array(_dtype(call, "a"), transposed)


# ----- pieces of text -----


class Matrices:
    """The texts for one matrix, or for a stack of them."""

    def __init__(self, call: Call, param: str) -> None:
        require_arrays(call, param)
        self.single = len(shape_known(call, param)) == 2

    def transposed(self, text: str) -> str:
        return f"{text}.T" if self.single else f"np.swapaxes({text}, -1, -2)"

    def scaled(self, matrix: str, columns: str) -> str:
        """A matrix whose columns are multiplied with numbers."""
        return f"({matrix} * {columns if self.single else f'{columns}[..., None, :]'})"

    def columns(self, part: str, count: str) -> Callable[[str], str]:
        """Takes some columns of a matrix, as in `:{}`."""
        return lambda text: f"{text}[{':' if self.single else '...'}, {part.format(count)}]"

    def per_row(self, text: str) -> str:
        return f"{text}[:, None]" if self.single else f"{text}[..., :, None]"

    def per_column(self, text: str) -> str:
        return text if self.single else f"{text}[..., None, :]"

    def over_gaps(self, text: str, values: str) -> str:
        """A matrix divided by `values[j] - values[i]`, with zeros on the diagonal."""
        gaps = f"{self.per_column(values)} - {self.per_row(values)}"
        return f"{text} / np.where(np.eye({values}.shape[-1]) == 1, np.inf, {gaps})"

    def diagonal(self, text: str) -> str:
        return f"np.diagonal({text})" if self.single else f"np.diagonal({text}, 0, -2, -1)"


def triangle_of(call: Call) -> tuple[str, str]:
    """The function for the triangle of a symmetric matrix that NumPy reads, and the number of the
    diagonal next to the main one."""
    refuse_unless(call, "UPLO", "L", "U", "l", "u")
    return ("np.tril", "-1") if call.static("UPLO").upper() == "L" else ("np.triu", "1")


def _folded(call: Call, text: str, half: bool = False) -> str:
    """The derivative by the triangle that is read: what a symmetric matrix has on the other side
    is added."""
    triangle, beside = triangle_of(call)
    both = f"{triangle}({text}) + {triangle}({text}, {beside})"
    return f"({both}) / 2" if half else both


def _symmetric(call: Call, m: Matrices, text: str) -> str:
    triangle, beside = triangle_of(call)
    return f"({triangle}({text}) + {m.transposed(f'{triangle}({text}, {beside})')})"


# ----- eigenvalues -----


def eigvalsh(call: Call) -> Templates:
    m = Matrices(call, "a")
    v = "np.linalg.eigh(a, UPLO).eigenvectors"
    return {"a": _folded(call, f"{m.scaled(v, 'g')} @ {m.transposed(v)}")}


def eigvalsh_forward(call: Call) -> Templates:
    m = Matrices(call, "a")
    v = "np.linalg.eigh(a, UPLO).eigenvectors"
    return {"a": f"np.sum({v} * ({_symmetric(call, m, 'g')} @ {v}), axis=-2)"}


def eigh(call: Call) -> Templates:
    m = Matrices(call, "a")
    v, v_t = "y.eigenvectors", m.transposed("y.eigenvectors")
    values = f"{m.scaled(v, 'g.eigenvalues')} @ {v_t}"
    if not call.reaches("eigenvectors"):
        return {"a": _folded(call, values)}
    turned = m.over_gaps(f"({v_t} @ g.eigenvectors)", "y.eigenvalues")
    whole = f"{v} @ ({turned}) @ {v_t}"
    if call.reaches("eigenvalues"):
        whole = f"({values} + {whole})"
    return {"a": _folded(call, f"({whole} + {m.transposed(f'({whole})')})", half=True)}


def eigh_forward(call: Call) -> Templates:
    m = Matrices(call, "a")
    v = "y.eigenvectors"
    inner = f"({m.transposed(v)} @ {_symmetric(call, m, 'g')} @ {v})"
    turned = f"{v} @ ({m.over_gaps(inner, 'y.eigenvalues')})"
    return {"a": f"({m.diagonal(inner)}, {turned})"}


# ----- singular values -----


def _svdvals(call: Call) -> Templates:
    m = Matrices(call, "x")
    u, vh = (f"np.linalg.svd(x, False).{part}" for part in ("U", "Vh"))
    return {"x": f"{m.scaled(u, 'g')} @ {vh}"}


def _svdvals_forward(call: Call) -> Templates:
    m = Matrices(call, "x")
    u, vh = (f"np.linalg.svd(x, False).{part}" for part in ("U", "Vh"))
    return {"x": f"np.sum({u} * (g @ {m.transposed(vh)}), axis=-2)"}


def require_thin(call: Call) -> None:
    """The columns that complete an orthogonal matrix are arbitrary."""
    if call.static("full_matrices") and not is_square(shape_known(call, "a")):
        raise refusal(call, "with `full_matrices=True`", "use `full_matrices=False`")


def gaps(m: Matrices, text: str) -> str:
    """A matrix divided by the differences of squares of singular values."""
    return f"({m.over_gaps(text, '(y.S * y.S)')})"


def svd(call: Call) -> Templates:
    """Townsend, equations 31 to 36."""
    require_thin(call)
    m = Matrices(call, "a")
    terms = []
    if call.reaches("S"):
        terms.append(f"{m.scaled('y.U', 'g.S')} @ y.Vh")
    if call.reaches("U"):
        terms.append(f"({_left_vectors(m, _is_square(call, 'U'))}) @ y.Vh")
    if call.reaches("Vh"):
        terms.append(f"y.U @ ({_right_vectors(m, _is_square(call, 'Vh'))})")
    return {"a": " + ".join(terms)}


def _is_square(call: Call, part: str) -> bool:
    """Whether a matrix of singular vectors is certainly square, so that nothing is outside."""
    kind = dict(call.result.fields)[part] if isinstance(call.result, Record) else None
    shape = dims(kind) if kind is not None else None
    return shape is not None and certainly_equal(*shape[-2:])


def _left_vectors(m: Matrices, square: bool) -> str:
    u_t, s = m.transposed("y.U"), m.per_column("y.S")
    inner = f"({u_t} @ g.U)"
    turned = f"y.U @ ({gaps(m, f'({inner} - {m.transposed(inner)})')} * {s})"
    return turned if square else f"{turned} + (g.U - y.U @ {inner}) / {s}"


def _right_vectors(m: Matrices, square: bool) -> str:
    v, s = m.transposed("y.Vh"), m.per_row("y.S")
    inner = f"(y.Vh @ {m.transposed('g.Vh')})"
    turned = f"{s} * {gaps(m, f'({inner} - {m.transposed(inner)})')} @ y.Vh"
    return turned if square else f"{turned} + (g.Vh - g.Vh @ {v} @ y.Vh) / {s}"


def svd_forward(call: Call) -> Templates:
    require_thin(call)
    m = Matrices(call, "a")
    u_t, v = m.transposed("y.U"), m.transposed("y.Vh")
    inner = f"({u_t} @ g @ {v})"
    s_row, s_column = m.per_row("y.S"), m.per_column("y.S")
    turned_u = gaps(m, f"({inner} * {s_column} + {s_row} * {m.transposed(inner)})")
    turned_v = gaps(m, f"({s_row} * {inner} + {m.transposed(inner)} * {s_column})")
    beyond_u = f"(g @ {v} - y.U @ {inner}) / {s_column}"
    beyond_v = f"({u_t} @ g - {inner} @ y.Vh) / {s_row}"
    return {
        "a": f"(y.U @ {turned_u} + {beyond_u}, {m.diagonal(inner)}, "
        f"{m.transposed(turned_v)} @ y.Vh + {beyond_v})"
    }


def _svd_values(call: Call) -> str | None:
    if call.static("compute_uv"):
        return None
    return "np.linalg.svdvals(a)"


# ----- QR -----


def is_wide(call: Call) -> bool:
    """Whether the matrix has more columns than rows."""
    rows, columns = shape_known(call, "a")[-2:]
    if certainly_equal(rows, columns):
        return False
    lengths = exact_length(rows), exact_length(columns)
    if lengths[0] is None or lengths[1] is None:
        raise refusal(call, "of a matrix of unknown shape", "pass it as an argument")
    return lengths[0] < lengths[1]


def require_reduced(call: Call) -> None:
    if call.static("mode") != "reduced":
        raise refusal(
            call, f"with `mode={call.static('mode')!r}`", "use `mode='reduced'` or `mode='r'`"
        )


def _qr(call: Call) -> Templates:
    require_reduced(call)
    return qr(call)


def _qr_forward(call: Call) -> Templates:
    require_reduced(call)
    return qr_forward(call)


def qr(call: Call) -> Templates:
    """Seeger et al., section 4.3; in a wide matrix the first columns decide on Q."""
    wide = is_wide(call)
    m = Matrices(call, "a")
    first, last = (m.columns(part, "y.R.shape[-2]") for part in (":{}", "{}:"))
    r, of_r, beyond = (first("y.R"), first("g.R"), last("g.R")) if wide else ("y.R", "g.R", "")
    of_q = ["g.Q"] if call.reaches("Q") else []
    if wide and call.reaches("R"):
        of_q.append(f"{last('a')} @ {m.transposed(beyond)}")
    whole = " + ".join(of_q)
    inner = [f"{r} @ {m.transposed(of_r)}"] if call.reaches("R") else [""]
    inner += [f"{m.transposed(f'({whole})' if wide else whole)} @ y.Q"] if whole else []
    both = " - ".join(inner).strip()
    copied = f"(np.tril({both}) + {m.transposed(f'np.tril({both}, -1)')})"
    whole = f"({f'{whole} + ' if whole else ''}y.Q @ {copied})"
    square = m.transposed(f"np.linalg.solve({r}, {m.transposed(whole)})")
    if not wide:
        return {"a": square}
    rest = f"y.Q @ {beyond}" if call.reaches("R") else f"np.zeros_like({last('a')})"
    return {"a": f"np.concatenate(({square}, {rest}), axis=-1)"}


def qr_forward(call: Call) -> Templates:
    """As `qr`, along a direction."""
    wide = is_wide(call)
    m = Matrices(call, "a")
    first, last = (m.columns(part, "y.R.shape[-2]") for part in (":{}", "{}:"))
    r, g = (first("y.R"), first("g")) if wide else ("y.R", "g")
    scaled = m.transposed(f"np.linalg.solve({m.transposed(r)}, {m.transposed(g)})")
    inner = f"({m.transposed('y.Q')} @ {scaled})"
    turned = f"(np.tril({inner}, -1) - {m.transposed(f'np.tril({inner}, -1)')})"
    triangle = f"({inner} - {turned}) @ {r}"
    if not wide:
        return {"a": f"(y.Q @ {turned} + {scaled} - y.Q @ {inner}, {triangle})"}
    rest = f"{m.transposed('y.Q')} @ {last('g')} - {turned} @ {last('y.R')}"
    return {"a": f"(y.Q @ {turned}, np.concatenate(({triangle}, {rest}), axis=-1))"}


def _qr_triangle(call: Call) -> str | None:
    return "np.linalg.qr(a).R" if call.static("mode") == "r" else None


# ----- the pseudo-inverse -----


def pseudo_inverse(call: Call) -> Templates:
    """Golub and Pereyra, theorem 4.3; the rank is constant."""
    m = Matrices(call, "a")
    y_t, g_t = m.transposed("y"), m.transposed("g")
    return {
        "a": f"({g_t} - a @ (y @ {g_t})) @ y @ {y_t} + {y_t} @ y @ ({g_t} - {g_t} @ y @ a)"
        f" - {y_t} @ g @ {y_t}"
    }


def pseudo_inverse_forward(call: Call) -> Templates:
    m = Matrices(call, "a")
    y_t, g_t = m.transposed("y"), m.transposed("g")
    return {
        "a": f"y @ {y_t} @ ({g_t} - {g_t} @ a @ y) + ({g_t} - y @ (a @ {g_t})) @ {y_t} @ y"
        " - y @ g @ y"
    }


# ----- the table -----


def _rule(name: str, params: str, kind: Any, pull: Any, push: Any, **settings: Any) -> Rule:
    return Rule(f"numpy.linalg.{name}", params, kind, pull, pushforward=push, cost=3, **settings)


RULES: tuple[Rule, ...] = (
    _rule("eigvalsh", "a, UPLO='L'", _eigvalsh_kind, eigvalsh, eigvalsh_forward),
    _rule("eigh", "a, UPLO='L'", _eigh_kind, eigh, eigh_forward),
    _rule("svdvals", "x", _svdvals_kind, _svdvals, _svdvals_forward),
    _rule(
        "svd",
        "a, full_matrices=True, compute_uv=True, hermitian=!",
        _svd_kind,
        svd,
        svd_forward,
        definition=_svd_values,
    ),
    _rule("qr", "a, mode='reduced'", _qr_kind, _qr, _qr_forward, definition=_qr_triangle),
    _rule(
        "pinv",
        "a, rcond=None, hermitian=!, *, rtol=None",
        _pinv_kind,
        pseudo_inverse,
        pseudo_inverse_forward,
    ),
)
