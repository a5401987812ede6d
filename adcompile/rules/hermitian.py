"""Matrices of complex numbers: what the rules of `linalg` and `decompositions` are for them.

Where the formulas for real matrices have a transpose, some of these have the conjugate one: those
that come from the function itself (eigenvectors are orthonormal in the Hermitian product), while
the transposes of the backward sweep are plain, see `complex_numbers`.

The phases of eigenvectors are arbitrary. As in JAX, the derivative of an eigenvector is orthogonal
to it: right for whatever does not depend on the phases.
"""

from __future__ import annotations

from collections.abc import Mapping

from adcompile.kinds import Array
from adcompile.rules import linalg
from adcompile.rules.decompositions import Matrices, triangle
from adcompile.rules.reductions import spread, summed
from adcompile.rules.registry import Call, Complex, Templates
from adcompile.rules.texts import require_arrays


def _hermitian(m: Matrices, text: str) -> str:
    """The conjugate transpose."""
    return f"np.conj({m.transposed(text)})"


def _folded(call: Call, m: Matrices, text: str) -> str:
    """The derivative by the triangle that is read: what is on the other side is conjugated and
    added; of the diagonal the real part is read."""
    lower, beside = triangle(call)
    both = f"({text} + {_hermitian(m, f'({text})')})"
    return f"({lower}({both}) + {lower}({both}, {beside})) / 2"


def _read(call: Call, m: Matrices, text: str) -> str:
    """The Hermitian matrix of which a triangle is read."""
    lower, beside = triangle(call)
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
    "numpy.linalg.slogdet": Complex(_slogdet, _slogdet_forward),
    "numpy.linalg.cholesky": Complex(_cholesky, _cholesky_forward),
    "numpy.linalg.norm": Complex(_norm, _norm_forward),
}
