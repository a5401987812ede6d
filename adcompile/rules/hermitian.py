"""Matrices of complex numbers: what the rules of `linalg` and `decompositions` are for them.

Where the formulas for real matrices have a transpose, some of these have the conjugate one: those
that come from the function itself (eigenvectors are orthonormal in the Hermitian product), while
the transposes of the backward sweep are plain, see `complex_numbers`.

The phases of eigenvectors and singular vectors are arbitrary. As in JAX, the derivative of an
eigenvector, or of a right singular one, is orthogonal to it: right for whatever does not depend on
the phases.
"""

from __future__ import annotations

from collections.abc import Mapping

from adcompile.rules import linalg
from adcompile.rules.decompositions import (
    Matrices,
    gaps,
    is_wide,
    require_reduced,
    require_thin,
    triangle_of,
)
from adcompile.rules.definitions import refusal
from adcompile.rules.reductions import spread, summed
from adcompile.rules.registry import Call, Complex, Templates
from adcompile.rules.texts import require_arrays


def _hermitian(m: Matrices, text: str) -> str:
    """The conjugate transpose."""
    return f"np.conj({m.transposed(text)})"


def _folded(call: Call, m: Matrices, text: str) -> str:
    """The derivative by the triangle that is read: what is on the other side is conjugated and
    added; of the diagonal the real part is read."""
    lower, beside = triangle_of(call)
    both = f"({text} + {_hermitian(m, f'({text})')})"
    return f"({lower}({both}) + {lower}({both}, {beside})) / 2"


def _read(call: Call, m: Matrices, text: str) -> str:
    """The Hermitian matrix of which a triangle is read."""
    lower, beside = triangle_of(call)
    half = f"({lower}({text}) + {lower}({text}, {beside}))"
    return f"(({half} + {_hermitian(m, half)}) / 2)"


# ----- eigenvalues -----


def _eigvalsh(call: Call) -> Templates:
    m = Matrices(call, "a")
    v = "np.linalg.eigh(a, UPLO).eigenvectors"
    return {"a": _folded(call, m, f"{m.scaled(f'np.conj({v})', 'g')} @ {m.transposed(v)}")}


def _eigvalsh_forward(call: Call) -> Templates:
    m = Matrices(call, "a")
    v = "np.linalg.eigh(a, UPLO).eigenvectors"
    return {"a": f"np.real(np.sum(np.conj({v}) * ({_read(call, m, 'g')} @ {v}), axis=-2))"}


def _eigh(call: Call) -> Templates:
    m = Matrices(call, "a")
    v, v_t = "y.eigenvectors", m.transposed("y.eigenvectors")
    terms = []
    if call.reaches("eigenvalues"):
        terms.append(f"{m.scaled(f'np.conj({v})', 'g.eigenvalues')} @ {v_t}")
    if call.reaches("eigenvectors"):
        turned = m.over_gaps(f"({v_t} @ g.eigenvectors)", "y.eigenvalues")
        terms.append(f"np.conj({v}) @ ({turned}) @ {v_t}")
    return {"a": _folded(call, m, " + ".join(terms))}


def _eigh_forward(call: Call) -> Templates:
    m = Matrices(call, "a")
    v = "y.eigenvectors"
    inner = f"({_hermitian(m, v)} @ {_read(call, m, 'g')} @ {v})"
    turned = f"{v} @ ({m.over_gaps(inner, 'y.eigenvalues')})"
    return {"a": f"(np.real({m.diagonal(inner)}), {turned})"}


# ----- singular values -----


def _svdvals(call: Call) -> Templates:
    m = Matrices(call, "x")
    u, vh = (f"np.linalg.svd(x, False).{part}" for part in ("U", "Vh"))
    return {"x": f"np.conj({m.scaled(u, 'g')} @ {vh})"}


def _svdvals_forward(call: Call) -> Templates:
    m = Matrices(call, "x")
    u, vh = (f"np.linalg.svd(x, False).{part}" for part in ("U", "Vh"))
    return {"x": f"np.real(np.sum(np.conj({u}) * (g @ {_hermitian(m, vh)}), axis=-2))"}


def _svd(call: Call) -> Templates:
    require_thin(call)
    m = Matrices(call, "a")
    u_t, vh_t = m.transposed("y.U"), m.transposed("y.Vh")
    s_row, s_column = m.per_row("y.S"), m.per_column("y.S")
    terms = []
    if call.reaches("S"):
        terms.append(f"np.conj({m.scaled('y.U', 'g.S')} @ y.Vh)")
    if call.reaches("U"):
        inner = f"({u_t} @ g.U)"
        skew = f"({inner} - {_hermitian(m, inner)})"
        turned = f"({gaps(m, skew)} * {s_column} + {_phases(m, skew)})"
        beyond = f"(g.U - np.conj(y.U) @ {inner}) / {s_column}"
        terms.append(f"(np.conj(y.U) @ {turned} + {beyond}) @ np.conj(y.Vh)")
    if call.reaches("Vh"):
        inner = f"(np.conj(y.Vh) @ {_hermitian(m, 'g.Vh')})"
        skew = f"({inner} - {_hermitian(m, inner)})"
        turned = f"({s_row} * {gaps(m, skew)})"
        beyond = f"(g.Vh - g.Vh @ {vh_t} @ np.conj(y.Vh)) / {s_row}"
        terms.append(f"np.conj(y.U) @ ({turned} @ np.conj(y.Vh) + {beyond})")
    return {"a": " + ".join(terms)}


def _phases(m: Matrices, skew: str) -> str:
    """What turns the phases of the left vectors, so that those of the right ones stay."""
    values = m.per_column("y.S")
    return f"np.eye(y.S.shape[-1]) * {skew} / (2 * {values})"


def _svd_forward(call: Call) -> Templates:
    require_thin(call)
    m = Matrices(call, "a")
    u_h, v = _hermitian(m, "y.U"), _hermitian(m, "y.Vh")
    inner = f"({u_h} @ g @ {v})"
    inner_h = _hermitian(m, inner)
    s_row, s_column = m.per_row("y.S"), m.per_column("y.S")
    turned_u = gaps(m, f"({inner} * {s_column} + {s_row} * {inner_h})")
    turned_u = f"({turned_u} + {_phases(m, f'({inner} - {inner_h})')})"
    turned_v = gaps(m, f"({s_row} * {inner} + {inner_h} * {s_column})")
    beyond_u = f"(g @ {v} - y.U @ {inner}) / {s_column}"
    beyond_v = f"({u_h} @ g - {inner} @ y.Vh) / {s_row}"
    return {
        "a": f"(y.U @ {turned_u} + {beyond_u}, np.real({m.diagonal(inner)}), "
        f"{_hermitian(m, turned_v)} @ y.Vh + {beyond_v})"
    }


# ----- QR and the pseudo-inverse -----


def _require_tall(call: Call) -> None:
    require_reduced(call)
    if is_wide(call):
        raise refusal(
            call,
            "of complex numbers with more columns than rows",
            "take the columns that make the matrix square",
        )


def _qr(call: Call) -> Templates:
    """NumPy makes the diagonal of R real, so the phases of Q are those of the columns."""
    _require_tall(call)
    m = Matrices(call, "a")
    of_r, of_q = f"g.R @ {m.transposed('y.R')}", f"{m.transposed('y.Q')} @ g.Q"
    if not call.reaches("Q"):
        inner = of_r
    else:
        inner = f"({of_r} - {of_q})" if call.reaches("R") else f"(-{of_q})"
    upper = f"((np.triu({inner}) + np.triu({inner}, 1)) / 2)"
    copied = f"({upper} + {_hermitian(m, upper)})"
    whole = f"({'g.Q + ' if call.reaches('Q') else ''}np.conj(y.Q) @ {copied})"
    return {"a": m.transposed(f"np.linalg.solve(y.R, {m.transposed(whole)})")}


def _qr_forward(call: Call) -> Templates:
    _require_tall(call)
    m = Matrices(call, "a")
    scaled = m.transposed(f"np.linalg.solve({m.transposed('y.R')}, {m.transposed('g')})")
    inner = f"({_hermitian(m, 'y.Q')} @ {scaled})"
    lower = f"np.tril({inner}, -1)"
    phases = f"1j * np.eye(y.R.shape[-1]) * np.imag({inner})"
    turned = f"({lower} - {_hermitian(m, lower)} + {phases})"
    return {"a": f"(y.Q @ {turned} + {scaled} - y.Q @ {inner}, ({inner} - {turned}) @ y.R)"}


def _pinv(call: Call) -> Templates:
    m = Matrices(call, "a")
    y_t, y_h, g_t = m.transposed("y"), _hermitian(m, "y"), m.transposed("g")
    beyond = f"({g_t} - a @ (y @ {g_t})) @ y @ {y_h} + {y_h} @ y @ ({g_t} - {g_t} @ y @ a)"
    return {"a": f"np.conj({beyond}) - {y_t} @ g @ {y_t}"}


def _pinv_forward(call: Call) -> Templates:
    m = Matrices(call, "a")
    y_h, g_h = _hermitian(m, "y"), _hermitian(m, "g")
    return {
        "a": f"y @ {y_h} @ ({g_h} - {g_h} @ a @ y) + ({g_h} - y @ (a @ {g_h})) @ {y_h} @ y"
        " - y @ g @ y"
    }


# ----- determinants and factors -----


def _inverse(m: Matrices) -> str:
    return m.transposed("np.linalg.inv(a)")


def _slogdet(call: Call) -> Templates:
    """Of a complex matrix, the sign turns."""
    m = Matrices(call, "a")
    terms = []
    if call.reaches("logabsdet"):
        terms.append("g.logabsdet")
    if call.reaches("sign"):
        terms.append("1j * np.imag(g.sign * y.sign)")
    factor = " + ".join(terms)
    factor = f"({factor})" if m.single else f"np.expand_dims({factor}, (-2, -1))"
    return {"a": f"{factor} * {_inverse(m)}"}


def _slogdet_forward(call: Call) -> Templates:
    m = Matrices(call, "a")
    axes = "" if m.single else ", axis=(-2, -1)"
    turned = f"np.sum({_inverse(m)} * g{axes})"
    return {"a": f"(1j * y.sign * np.imag({turned}), np.real({turned}))"}


def _cholesky(call: Call) -> Templates:
    m = Matrices(call, "a")
    middle = linalg.half(f"{m.transposed('y')} @ g")
    inverse = "np.linalg.inv(y)"
    s = f"({m.transposed(inverse)} @ ({middle}) @ np.conj({inverse}))"
    return {"a": linalg.half(f"({s} + {_hermitian(m, s)})")}


def _cholesky_forward(call: Call) -> Templates:
    m = Matrices(call, "a")
    inverse = "np.linalg.inv(y)"
    lower = f"({linalg.half('g')})"
    read = f"({lower} + {_hermitian(m, lower)})"
    return {"a": f"y @ ({linalg.half(f'{inverse} @ {read} @ {_hermitian(m, inverse)}')})"}


# ----- norms -----


def _norm(call: Call) -> Templates:
    require_arrays(call, "x")
    return {"x": f"np.conj({linalg.norm_weighted(call, spread(call, 'g', 'x'))})"}


def _norm_forward(call: Call) -> Templates:
    """The tangent of each element counts as far as it points outwards."""
    require_arrays(call, "x")
    weights = linalg.norm_weighted(call, "1.0")
    return {"x": summed(call, f"np.real(np.conj({weights}) * g)")}


FORMS: Mapping[str, Complex] = {
    "numpy.linalg.eigvalsh": Complex(_eigvalsh, _eigvalsh_forward),
    "numpy.linalg.eigh": Complex(_eigh, _eigh_forward),
    "numpy.linalg.svdvals": Complex(_svdvals, _svdvals_forward),
    "numpy.linalg.svd": Complex(_svd, _svd_forward),
    "numpy.linalg.qr": Complex(_qr, _qr_forward),
    "numpy.linalg.pinv": Complex(_pinv, _pinv_forward),
    "numpy.linalg.slogdet": Complex(_slogdet, _slogdet_forward),
    "numpy.linalg.cholesky": Complex(_cholesky, _cholesky_forward),
    "numpy.linalg.norm": Complex(_norm, _norm_forward),
}
