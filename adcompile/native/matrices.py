"""Products of matrices, and linear algebra: calls of BLAS and LAPACK."""

from __future__ import annotations

import numpy as np

from adcompile.builder import Builder
from adcompile.ir import Apply, Assign, Expr, Var, kind_of
from adcompile.kinds import Array, is_complex, same_dtype
from adcompile.native import contractions, loops, table


def product(build: Builder, value: Apply) -> Apply:
    """A product of matrices, or vectors, of one dtype."""
    a, b = (kind_of(arg) for arg in value.args[:2])
    if not (isinstance(a, Array) and isinstance(b, Array)) or not (a.dims and b.dims):
        raise table.refused("native code multiplies only vectors and matrices")
    if is_complex(a) != is_complex(b):
        return product(build, _of_one_dtype(build, value))
    if a.dtype is None or a.dtype.kind not in "fc" or not same_dtype(a.dtype, b.dtype):
        raise table.refused("native code multiplies only matrices of floats, of one dtype")
    if max(len(a.dims), len(b.dims)) < 3:
        return Apply("operator.matmul", value.args[:2])
    if value.op not in ("operator.matmul", "numpy.matmul"):
        raise table.refused_operation(value)
    return contractions.of_stacks(*value.args[:2])


def _of_one_dtype(build: Builder, value: Apply) -> Apply:
    """A product of a complex array and a real one, as one of complex arrays."""

    def made(arg: Expr) -> Expr:
        kind = kind_of(arg)
        if is_complex(kind) or not isinstance(kind, Array):
            return arg
        var = Var(None, Array(np.dtype(np.complex128), kind.dims))
        cast = Apply("ndarray.astype", (arg, loops.dtype_ref(np.dtype(np.complex128))))
        build.block.append(Assign((var,), cast, build.span))
        return var

    return Apply(value.op, tuple(map(made, value.args)), value.kwargs)


def of_one(value: Apply) -> Apply:
    """A function of linear algebra, of a matrix of floats whose elements lie side by side."""
    kinds = [kind_of(arg) for arg in value.args]
    matrices = [kind for kind in kinds if isinstance(kind, Array)]
    given = [kind.dims for kind in matrices]
    is_matrix = bool(given) and len(given[0] or ()) == 2 and len(given[-1] or ()) in (1, 2)
    dtypes = {kind.dtype for kind in matrices}
    if (
        not is_matrix
        or len(dtypes) > 1
        or not all(d is not None and d.kind in "fc" for d in dtypes)
    ):
        raise table.refused_operation(value)
    if any(name not in ("full_matrices",) for name, _ in value.kwargs):
        raise table.refused_operation(value)
    if value.op not in ("numpy.linalg.svd", "numpy.linalg.solve") and len(value.args) > 1:
        raise table.refused_operation(value)
    return value
