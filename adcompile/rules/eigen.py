"""Eigenvalues and eigenvectors of matrices without symmetry (NumPy manual: "Linear algebra").

C. Boeddeker et al., "On the computation of complex-valued gradients with application to
statistically optimum beamforming" (arXiv:1701.00392), in the convention of `complex_numbers`.

Whether those of a real matrix are complex shows only at run time: the rules are for complex ones.
Eigenvectors have length one, and an arbitrary phase: the derivative is right for whatever does not
depend on the phases.
"""

from __future__ import annotations

import numpy as np

from adcompile.errors import RefusedError
from adcompile.kinds import Array, Kind, Record, is_complex
from adcompile.rules.decompositions import Matrices
from adcompile.rules.definitions import shape_of
from adcompile.rules.infer import trial_dtype
from adcompile.rules.registry import Call, Rule, Templates


def _values_kind(call: Call) -> Array:
    shape = shape_of(call, "a")
    known = is_complex(call.kinds["a"])
    dtype = trial_dtype(np.linalg.inv, call.kinds["a"]) if known else None
    return Array(dtype, shape[:-1] if shape else None)


def _kind(call: Call) -> Kind:
    values = _values_kind(call)
    vectors = Array(values.dtype, shape_of(call, "a"))
    result = type(np.linalg.eig(np.ones((1, 1))))
    return Record(result, (("eigenvalues", values), ("eigenvectors", vectors)))


def _matrices(call: Call) -> Matrices:
    """
    Raises:
        RefusedError: the matrix is not known to be complex.
    """
    if not is_complex(call.kinds["a"]):
        raise RefusedError(
            f"whether the eigenvalues are complex that `{call.rule.name}` finds of a real matrix "
            "shows only at run time",
            "make the matrix complex: `a.astype(complex)`; of a symmetric one use `np.linalg.eigh`",
        )
    return Matrices(call, "a")


_VECTORS = "np.linalg.eig(a).eigenvectors"


def _eigvals(call: Call) -> Templates:
    m = _matrices(call)
    v_t = m.transposed(_VECTORS)
    return {"a": f"np.linalg.solve({v_t}, {m.per_row('g')} * {v_t})"}


def _eigvals_forward(call: Call) -> Templates:
    m = _matrices(call)
    return {"a": m.diagonal(f"np.linalg.solve({_VECTORS}, g @ {_VECTORS})")}


def _eig(call: Call) -> Templates:
    m = _matrices(call)
    v, v_t = "y.eigenvectors", m.transposed("y.eigenvectors")
    terms = []
    if call.reaches("eigenvalues"):
        terms.append(f"{m.per_row('g.eigenvalues')} * {v_t}")
    if call.reaches("eigenvectors"):
        along = f"({v_t} @ g.eigenvectors)"
        # What would change the lengths of the vectors is left out.
        lengths = f"{v_t} @ np.conj({v}) * {m.per_column(f'np.real({m.diagonal(along)})')}"
        terms.append(f"{m.over_gaps(f'({along} - {lengths})', 'y.eigenvalues')} @ {v_t}")
    return {"a": f"np.linalg.solve({v_t}, {' + '.join(terms)})"}


def _eig_forward(call: Call) -> Templates:
    m = _matrices(call)
    v = "y.eigenvectors"
    inner = f"np.linalg.solve({v}, g @ {v})"
    turned = f"({v} @ ({m.over_gaps(inner, 'y.eigenvalues')}))"
    longer = f"np.real(np.sum(np.conj({v}) * {turned}, axis=-2))"
    return {"a": f"({m.diagonal(inner)}, {turned} - {m.scaled(v, longer)})"}


RULES: tuple[Rule, ...] = (
    Rule("numpy.linalg.eigvals", "a", _values_kind, _eigvals, pushforward=_eigvals_forward, cost=3),
    Rule("numpy.linalg.eig", "a", _kind, _eig, pushforward=_eig_forward, cost=3),
)
