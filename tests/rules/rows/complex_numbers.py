"""Complex numbers, and real ones through complex operations."""

from typing import Any

import numpy as np

from tests.rules.contract import (
    Maker,
    array,
    complex_number,
    complex_regular,
    complexes,
    each,
    hermitian,
    mask,
    number,
    positive,
    refused,
    regular,
    row,
    table,
    value,
)


def spread_out(*shape: int, real: bool = False) -> Maker:
    """Matrices with eigenvalues of different sizes, which stay in their order."""
    *stack, n = shape

    def make(rng: np.random.Generator) -> Any:
        noise = (array if real else complexes)(*stack, n, n)(rng)
        return 0.3 * noise + np.diag(3.0 * np.arange(1, n + 1))

    return make


_HOLOMORPHIC = (
    "exp exp2 expm1 log log2 log10 log1p sqrt square reciprocal sin cos tan arcsin arccos arctan "
    "sinh cosh tanh arcsinh arccosh arctanh negative positive conj conjugate"
).split()
_PARTS = ("abs", "absolute", "angle", "real", "imag", "sign")

_PAIRS = [
    {"a": complexes(3), "b": complexes(3)},
    {"a": array(3), "b": complexes(3)},
    {"a": complexes(2, 3), "b": array(3)},
    {"a": complexes(), "b": array(2, 3)},
    {"a": number(), "b": complexes(2, 1)},
    {"a": complex_number(), "b": array(2)},
    {"a": complex_number(), "b": number()},
]

_MATRICES = [
    {"a": complexes(2, 3), "b": complexes(3, 4)},
    {"a": array(2, 3), "b": complexes(3, 4)},
    {"a": complexes(2, 3), "b": array(3)},
    {"a": complexes(3), "b": complexes(3)},
    {"a": array(3), "b": complexes(3)},
]

ROWS = [
    # Arithmetic
    *(row(f"a {op} b", **makers) for op in "+-*/" for makers in _PAIRS),
    *(row("a ** b", **makers) for makers in _PAIRS),
    *each(
        ("a**2", "a**3", "a**-1", "a**0.5", "a**2.5", "-a", "+a", "2.0**a", "1j**a", "a**0"),
        a=complexes(3),
    ),
    *each(("1j * a", "a * (2 - 1j)", "a + 2j", "3j / a", "a - 1j"), a=array(3)),
    row("np.power(a, b)", a=array(3), b=complexes(3)),
    row("np.float_power(a, b)", a=array(3), b=complexes(3), single=False),
    row("(1 + 2j) ** a", a=array(3)),
    row("a ** 2", a=value(np.array([0.0, 1.0 + 1.0j]))),
    # Elementwise
    *table("np.{}(a)", _HOLOMORPHIC, a=complexes(4)),
    *table("np.{}(a)", ("arccosh", "sqrt", "log", "arcsinh", "arctanh"), a=complexes(3, 4)),
    *table("np.{}(a)", _PARTS, a=complexes(4)),
    *table("np.{}(a * 1j)", (*_HOLOMORPHIC[:10], *_PARTS), a=array(4)),
    *table("np.{}(a)", ("exp", "sqrt", "abs", "conj", "real", "sign"), a=complexes()),
    *table("np.{}(a)", ("exp", "sqrt", "abs", "conj", "real", "imag", "angle"), a=complex_number()),
    *each(("abs(a)", "a.real * a.imag", "a.conjugate() * a.real"), a=complex_number()),
    *each(("abs(a)", "a.real * a.imag", "a.conj() * a.real", "a.conjugate()"), a=complexes(3)),
    row("np.angle(a, deg=True)", a=complexes(3)),
    row("np.angle(a, True)", a=complexes(3)),
    row("np.sinc(a)", a=complexes(3)),
    row("complex(a, b)", a=number(), b=number()),
    row("complex(a)", a=number()),
    row("complex(a, b) ** 2", a=complex_number(), b=number()),
    row("complex(0.0, a)", a=number()),
    row("np.complex128(a) * 1j", a=array()),
    # Kinks: zero at zero
    row("np.abs(a)", a=value(np.array([0j, 1 + 1j]))),
    row("np.linalg.norm(a, axis=1)", a=value(np.array([[0j, 0j], [3 + 1j, 4]]))),
    # Reductions
    *table("np.{}(a)", ("sum", "mean", "prod", "var", "std"), a=complexes(4)),
    *table(
        "np.{}(a, axis=1)",
        ("sum", "mean", "prod", "var", "std", "cumsum", "cumprod"),
        a=complexes(2, 3),
    ),
    *table(
        "np.{}(a, axis=0, keepdims=True)", ("sum", "mean", "prod", "var", "std"), a=complexes(2, 3)
    ),
    *each(("a.sum(axis=0)", "a.mean()", "np.sum(a, where=np.abs(a) > 1)"), a=complexes(2, 3)),
    row("np.prod(a)", a=value(np.array([0j, 1 + 1j, 2 - 1j]))),
    row("np.cumprod(a)", a=value(np.array([0j, 1 + 1j, 2 - 1j]))),
    row("np.nansum(a)", a=complexes(3)),
    row("np.average(a, weights=b)", a=complexes(3), b=positive(3)),
    # Shapes
    *each(
        (
            "a.T",
            "a.reshape(3, 2)",
            "np.ravel(a)",
            "a[:, 1]",
            "a[1]",
            "a[:, ::-1]",
            "a[[0, 0, 1]]",
            "np.flip(a)",
            "np.roll(a, 1)",
            "np.diff(a)",
            "np.tile(a, 2)",
            "np.repeat(a, 2)",
            "a.copy()",
            "np.triu(a)",
            "np.diagonal(a)",
            "np.trapezoid(a)",
            "np.gradient(a, axis=0)",
            "np.pad(a, 1)",
            "np.take(a, [0, 1])",
            "np.split(a, 3, axis=1)[1]",
            "a[a.real > 0]",
            "np.expand_dims(a, 0)",
            "np.squeeze(a)",
            "np.broadcast_to(a, (2, 2, 3))",
        ),
        a=complexes(2, 3),
    ),
    row("np.where(c, a, b)", a=complexes(3), b=array(3), c=mask(3)),
    row("np.where(c, a, 0.0)", a=complexes(3), c=mask(3)),
    *table(
        "np.{}((a, b))", ("concatenate", "stack", "hstack", "vstack"), a=complexes(3), b=array(3)
    ),
    row("np.array([a, b * 1j, 2.0])", a=number(), b=number()),
    row("np.array([a, b])", a=number(), b=complex_number()),
    row("np.full(3, a)", a=complexes()),
    row("np.linspace(a, b, 5)", a=complexes(), b=complexes()),
    *each(
        (
            "a.astype(complex)",
            "np.asarray(a, dtype=complex)",
            "np.array(a, complex)",
            "a.astype(np.complex128) * 1j",
        ),
        a=array(3),
    ),
    *table(
        "np.{}(a, b)",
        "add subtract multiply divide add.outer multiply.outer subtract.outer divide.outer "
        "true_divide.outer power.outer append full_like".split(),
        a=complexes(3),
        b=complexes(),
    ),
    *table(
        "np.{}(a)",
        "atleast_1d atleast_2d atleast_3d transpose fliplr flipud rot90 ascontiguousarray "
        "asfortranarray require asarray_chkfinite tril diagflat linalg.matrix_transpose "
        "linalg.diagonal linalg.trace ediff1d nanprod nancumsum nancumprod "
        "nanmean add.reduce add.accumulate multiply.reduce multiply.accumulate "
        "linalg.vector_norm linalg.matrix_norm".split(),
        a=complexes(3, 3),
    ),
    *each(
        (
            "np.swapaxes(a, 0, 1)",
            "np.moveaxis(a, 0, 1)",
            "np.rollaxis(a, 1)",
            "np.diag(a[0])",
            "np.vander(a[0])",
            "np.polyder(a[0])",
            "np.cumulative_sum(a[0])",
            "np.cumulative_prod(a[0])",
            "np.column_stack((a, a[0]))",
            "np.dstack((a, a))",
            "np.block([[a, 1j * a], [a, a]])",
            "np.array_split(a, 2)[0]",
            "np.vsplit(a, 3)[1]",
            "np.hsplit(a, 3)[1]",
            "np.unstack(a)[2]",
            "np.resize(a, (2, 5))",
            "np.delete(a, 1, axis=0)",
            "np.insert(a[0], 1, 1j)",
            "np.take_along_axis(a, np.argsort(np.abs(a), axis=1), axis=1)",
            "np.compress([True, False, True], a, axis=0)",
            "a.compress([True, False, True], axis=0)",
            "np.extract(a.real > 0, a)",
            "np.select([a.real > 0], [a], 2.0)",
            "np.choose([0, 1, 0], (a[0], a[1]))",
            "np.meshgrid(a[0], a[1])[0]",
            "np.broadcast_arrays(a, a[0])[1]",
            "np.lib.stride_tricks.sliding_window_view(a[0], 2)",
            "np.linalg.multi_dot([a, a, a])",
            "np.linalg.matmul(a, a)",
            "np.linalg.outer(a[0], a[1])",
            "np.linalg.cross(a[0], a[1])",
            "np.linalg.tensordot(a, a)",
            "a.flatten()",
            "a.mT",
            "sum(a)",
            "a[0, 0].item() * a",
            "a.item(2)",
        ),
        a=complexes(3, 3),
    ),
    row("np.dsplit(a, 2)[1]", a=complexes(2, 3, 2)),
    row("np.logspace(a, b, 4)", a=complexes(), b=complexes()),
    row("np.linalg.tensorinv(a)", a=complexes(2, 3, 3, 2)),
    row("np.linalg.tensorsolve(a, b)", a=complexes(2, 3, 3, 2), b=complexes(2, 3)),
    # Products
    *(row(f"np.{name}(a, b)", **makers) for name in ("matmul", "dot") for makers in _MATRICES),
    *(row("a @ b", **makers) for makers in _MATRICES),
    row("a @ b", a=complexes(2, 2, 3), b=array(3, 2)),
    *table(
        "np.{}(a, b)",
        ("inner", "outer", "vdot", "vecdot", "kron", "convolve", "correlate"),
        a=complexes(3),
        b=complexes(3),
    ),
    *table(
        "np.{}(a, b)", ("inner", "outer", "vdot", "vecdot", "convolve"), a=array(3), b=complexes(3)
    ),
    *table("np.{}(a, b)", ("vdot", "inner", "vecdot", "correlate"), a=complexes(3), b=array(3)),
    row("np.vdot(a, b)", a=complexes(2, 3), b=complexes(2, 3)),
    row("np.vdot(a, b)", a=complexes(2, 3), b=complexes(3, 2)),
    *each(
        ("np.correlate(a, b, 'full')", "np.correlate(a, b, 'same')", "np.convolve(a, b, 'same')"),
        a=complexes(4),
        b=complexes(3),
    ),
    row("np.linalg.vecdot(a, b)", a=complexes(2, 3), b=complexes(3)),
    row("np.vecmat(a, b)", a=complexes(3), b=complexes(3, 2)),
    row("np.matvec(a, b)", a=complexes(2, 3), b=complexes(3)),
    row("np.cross(a, b)", a=complexes(3), b=complexes(3)),
    row("np.tensordot(a, b)", a=complexes(2, 3), b=complexes(2, 3)),
    row("np.tensordot(a, b, 0) * c", a=complexes(2), b=complexes(3), c=array()),
    row("np.trace(a)", a=complexes(3, 3)),
    *each(
        (
            "np.einsum('ij,jk->ik', a, b)",
            "np.einsum('ij,jk->', a, b)",
            "np.einsum('ij,jk,i->k', a, b, np.conj(a[:, 0]))",
        ),
        a=complexes(2, 3),
        b=complexes(3, 2),
    ),
    row("np.einsum('ij,ij->', a, b) * c", a=complexes(2, 3), b=array(2, 3), c=complexes()),
    row("c * np.dot(a, b)", a=complexes(2, 3), b=array(3, 2), c=complexes()),
    row("np.dot(c, a)", a=complexes(2, 3), c=complexes()),
    row("np.polyval(a, b)", a=complexes(3), b=complexes(2)),
    # Linear algebra
    *table("np.linalg.{}(a)", ("inv", "det", "norm"), a=complex_regular(3, 3)),
    *table("np.linalg.{}(a)", ("inv", "det"), a=complex_regular(2, 2, 2)),
    row("np.linalg.solve(a, b)", a=complex_regular(3, 3), b=complexes(3)),
    row("np.linalg.solve(a, b)", a=complex_regular(3, 3), b=array(3, 2)),
    row("np.linalg.solve(a, b)", a=regular(3, 3), b=complexes(3)),
    *each(
        (
            "np.linalg.slogdet(a)[0]",
            "np.linalg.slogdet(a)[1]",
            "np.linalg.slogdet(a)[0] * np.linalg.slogdet(a)[1]",
        ),
        a=complex_regular(3, 3),
    ),
    row("np.linalg.slogdet(a)[0]", a=complex_regular(2, 2, 2)),
    *table("np.linalg.norm(a{})", ("", ", 1", ", 2", ", 3", ", np.inf"), a=complexes(4)),
    *table(
        "np.linalg.norm(a{})",
        (", axis=1", ", axis=0, keepdims=True", ", 'fro'", ", 'nuc'", ", 2", ", 1"),
        a=complexes(2, 3),
    ),
    row("np.linalg.matrix_power(a, 3)", a=complex_regular(2, 2)),
    row("np.linalg.svdvals(a)", a=complexes(2, 3)),
    row("np.linalg.svdvals(a)", a=complexes(2, 3, 2)),
    row("np.linalg.cholesky(a)", a=hermitian(3, 3)),
    row("np.linalg.cholesky(a)", a=hermitian(2, 2, 2)),
    *each(
        (
            "np.linalg.eigvalsh(a)",
            "np.linalg.eigvalsh(a, 'U')",
            "np.linalg.eigh(a).eigenvalues",
            "np.linalg.eigh(a)[0]",
            "np.abs(np.linalg.eigh(a)[1])",
            "np.abs(np.linalg.eigh(a, UPLO='U')[1])",
        ),
        a=hermitian(3, 3),
    ),
    row("np.abs(np.linalg.eigh(a)[1] * np.linalg.eigh(a)[0])", a=hermitian(3, 3)),
    row("np.abs(np.linalg.eigh(a)[1])", a=hermitian(2, 2, 2)),
    *each(
        (
            "np.abs(np.linalg.svd(a, False)[0])",
            "np.abs(np.linalg.svd(a, False)[2])",
            "np.linalg.svd(a, False)[1]",
            "np.linalg.pinv(a)",
            "np.linalg.cond(a)",
            "np.linalg.svd(a, False)[0] @ np.linalg.svd(a, False)[2]",
        ),
        a=complexes(3, 2),
    ),
    *each(
        (
            "np.abs(np.linalg.svd(a, False)[0])",
            "np.abs(np.linalg.svd(a, False)[2])",
            "np.linalg.svd(a, False)[0] @ np.linalg.svd(a, False)[2]",
            "np.linalg.pinv(a)",
        ),
        a=complexes(2, 3),
    ),
    row("np.linalg.svd(a, False)[0] @ np.linalg.svd(a, False)[2]", a=complexes(2, 3, 3)),
    *each(
        (
            "np.linalg.qr(a)[0]",
            "np.linalg.qr(a)[1]",
            "np.linalg.qr(a, 'r')",
            "np.linalg.qr(a)[1] @ np.linalg.qr(a)[0].T",
        ),
        a=complexes(3, 3),
    ),
    *each(("np.linalg.qr(a)[0]", "np.linalg.qr(a).R"), a=complexes(4, 2)),
    row("np.linalg.qr(a)[0]", a=complexes(2, 3, 2)),
    row("np.linalg.eigvals(a)", a=spread_out(3)),
    row("np.linalg.eigvals(a + 0j)", a=spread_out(3, real=True)),
    row("np.linalg.eigvals(a)", a=spread_out(2, 2)),
    row("np.linalg.eig(a)[0]", a=spread_out(3)),
    row("np.abs(np.linalg.eig(a)[1])", a=spread_out(3)),
    row("np.abs(np.linalg.eig(a).eigenvectors)", a=spread_out(2, 3)),
    row("np.abs(np.linalg.eig(a)[1]) * np.linalg.eig(a)[0]", a=spread_out(3)),
    refused("np.abs(np.linalg.eigvals(a))", "of a real matrix", a=regular(3, 3)),
    refused("np.abs(np.linalg.eig(a)[1])", "of a real matrix", a=regular(3, 3)),
    # What is another function for complex numbers, or has no rule
    refused("np.maximum(a, 0.0).real", "`numpy.maximum` of complex numbers", a=complexes(3)),
    refused("np.max(a).real", "`numpy.max` of complex numbers", a=complexes(3)),
    refused("np.sort(a).real", "`numpy.sort` of complex numbers", a=complexes(3)),
    refused("np.real_if_close(a).real", "`numpy.real_if_close` of complex", a=complexes(3)),
    refused("np.nan_to_num(a).real", "`numpy.nan_to_num` of complex", a=complexes(3)),
    refused("a.astype(float)", "drops the imaginary part", a=complexes(3)),
    refused("np.nanvar(a)", "`numpy.nanvar` of complex", a=complexes(3)),
    refused("np.abs(np.cov(a))", "`numpy.cov` of complex", a=complexes(2, 3)),
]
