"""Rows for `scipy.linalg`."""

import numpy as np

from tests.rules.contract import (
    Maker,
    Row,
    array,
    definite,
    each,
    inside,
    positive,
    refused,
    regular,
    row,
    table,
    value,
)


def _stable(*shape: int) -> Maker:
    """Matrices whose powers tend to zero."""
    return lambda rng: rng.normal(size=shape) / 4


def _systems() -> list[Row]:
    """What solves a system of equations, with one and several right sides."""
    general = ("", ", assume_a='gen'", ", transposed=True", ", check_finite=False")
    triangles = (
        "", ", lower=True", ", trans=1", ", trans='T', lower=True", ", lower=True, trans=1",
        ", unit_diagonal=True", ", trans=1, lower=True, unit_diagonal=True", ", 0, True",
    )  # fmt: skip
    rows = []
    for right in (array(3), array(3, 2)):
        rows += table("linalg.solve(a, b{})", general, a=regular(3, 3), b=right)
        rows += table(
            "linalg.solve(a, b, assume_a={})",
            ("'sym'", "'pos'", "'pos', lower=True", "'sym', lower=True"),
            a=definite(3, 3),
            b=right,
        )
        rows += table("linalg.solve_triangular(a, b{})", triangles, a=regular(3, 3), b=right)
        rows += each(
            (
                "linalg.cho_solve((a, True), b)",
                "linalg.cho_solve((a, False), b)",
                "linalg.lu_solve((a, np.array([2, 2, 2])), b)",
                "linalg.lu_solve((a, np.array([1, 1, 2])), b, trans=1)",
            ),
            a=regular(3, 3),
            b=right,
        )
        rows += each(
            (
                "linalg.cho_solve(linalg.cho_factor(a), b)",
                "linalg.cho_solve(linalg.cho_factor(a, lower=True), b)",
            ),
            a=definite(3, 3),
            b=right,
        )
        rows += table(
            "linalg.lu_solve(linalg.lu_factor(a), b{})",
            ("", ", 1"),
            a=array(3, 3),
            b=right,
        )
    return rows


ROWS = [
    *_systems(),
    *table(
        "linalg.solve_banded(({}), a, b)", ("1, 1", "2, 0", "0, 2"), a=positive(3, 5), b=array(5)
    ),
    row("linalg.solve_banded((1, 1), a, b)", a=positive(3, 4), b=array(4, 2)),
    *table("linalg.{}(a)", ("inv", "det"), a=regular(3, 3)),
    *table("linalg.cholesky(a{})", ("", ", lower=True", ", True"), a=definite(3, 3)),
    *table("linalg.cho_factor(a{})[0]", ("", ", lower=True"), a=definite(3, 3)),
    row("linalg.lu_factor(a)[0]", a=array(4, 4)),
    *table("linalg.lu(a)[{}]", "12", a=array(3, 3)),
    row("linalg.lu(a)[1] @ linalg.lu(a)[2] ** 2", a=array(3, 3)),
    row("linalg.lu(a)[0] @ a", a=array(3, 3)),
    *each(
        (
            "linalg.qr(a, mode='economic')[0]",
            "linalg.qr(a, mode='economic')[1]",
            "linalg.qr(a, mode='economic')[0] @ linalg.qr(a, mode='economic')[1] ** 2",
            "linalg.svd(a, full_matrices=False)[0] ** 2",
            "linalg.svd(a, full_matrices=False)[1]",
            "linalg.svd(a, False)[2] ** 2",
            "linalg.svd(a, compute_uv=False)",
            "linalg.svdvals(a)",
            "linalg.pinv(a)",
            "linalg.norm(a)",
            "linalg.norm(a, axis=0)",
            "linalg.norm(a, 'fro')",
        ),
        a=array(4, 3),
    ),
    *table("linalg.qr(a)[{}]", "01", a=regular(3, 3)),
    *table("linalg.qr(a)[{}]", "01", a=array(2, 4)),
    *each(
        (
            "linalg.eigvalsh(a)",
            "linalg.eigvalsh(a, lower=False)",
            "linalg.eigh(a)[0]",
            "linalg.eigh(a, lower=False)[1] ** 2",
            "linalg.eigh(a)[1] ** 2 * linalg.eigh(a)[0]",
            "linalg.eigh(a, eigvals_only=True)",
        ),
        a=definite(3, 3),
    ),
    # Least squares
    *(
        row(f"linalg.lstsq(a, b){part}", a=array(*a), b=array(*b))
        for a, b in (((4, 2), (4,)), ((2, 4), (2,)), ((4, 2), (4, 3)))
        for part in ("[0]", "[0] ** 2")
    ),
    row("linalg.lstsq(a, b)[1]", a=array(4, 2), b=array(4)),
    # Functions of matrices, and equations
    row("linalg.expm(a)", a=array(3, 3)),
    row("linalg.expm_frechet(a, b, compute_expm=False)", a=inside(2, 2), b=array(2, 2)),
    *table("linalg.{}(a)", ("coshm", "sinhm", "tanhm"), a=inside(3, 3)),
    row("linalg.sqrtm(a)", a=definite(3, 3)),
    row("linalg.solve_sylvester(a, b, c)", a=regular(3, 3), b=regular(2, 2), c=array(3, 2)),
    row("linalg.solve_continuous_lyapunov(a, b)", a=regular(3, 3), b=array(3, 3)),
    row("linalg.solve_discrete_lyapunov(a, b)", a=_stable(3, 3), b=array(3, 3)),
    # Structured matrices
    row("linalg.block_diag(a, b, c)", a=array(2, 3), b=array(1, 2), c=array(2, 2)),
    row("linalg.block_diag(a, b)", a=array(3), b=array(2, 2)),
    row("linalg.block_diag(a, np.eye(2), a)", a=array(2, 2)),
    *table("linalg.{}(a)", ("toeplitz", "hankel", "circulant", "fiedler"), a=array(4)),
    row("linalg.companion(a)", a=positive(4)),
    *table("linalg.{}(a, b)", ("toeplitz", "hankel"), a=array(3), b=array(4)),
    row("linalg.leslie(a, b)", a=array(4), b=array(3)),
    row("linalg.khatri_rao(a, b)", a=array(2, 3), b=array(4, 3)),
    row(
        "linalg.solve_toeplitz(a, b)",
        a=value(np.array([4.0, 1.0, -0.5, 0.3])),
        b=array(4),
    ),
    row(
        "linalg.solve_toeplitz((a, b), c)",
        a=value(np.array([4.0, 1.0, -0.5])),
        b=value(np.array([9.0, -0.7, 0.2])),  # whose first element is not looked at
        c=array(3),
    ),
    # Zero wherever there is a derivative
    row("a * linalg.issymmetric(a)", a=array(3, 3)),
    # Refused
    refused(
        "linalg.solve(a, b, assume_a='tridiagonal')", "tridiagonal", a=regular(3, 3), b=array(3)
    ),
    refused("linalg.solve(a, b, overwrite_a=True)", "overwrite_a", a=regular(3, 3), b=array(3)),
    refused("linalg.inv(a, assume_a='pos')", "assume_a", a=definite(3, 3)),
    refused("linalg.qr(a)[0]", "mode='full'", a=array(4, 3)),
    refused("linalg.qr(a, pivoting=True)[0]", "pivoting", a=regular(3, 3)),
    refused("linalg.svd(a)[0]", "full_matrices", a=array(4, 3)),
    refused("linalg.eigh(a, b)[0]", "with `b`", a=definite(2, 2), b=definite(2, 2)),
    refused("linalg.lu(a)[1]", "not square", a=array(4, 3)),
    refused("linalg.logm(a)", "logm", a=definite(2, 2)),
]
