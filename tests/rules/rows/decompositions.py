import numpy as np

from tests.rules.contract import (
    array,
    definite,
    each,
    positive,
    refused,
    regular,
    row,
    table,
    value,
)

_EIGH = "np.linalg.eigh(a{})"

ROWS = [
    *each(
        (
            "np.linalg.eigvalsh(a)",
            "np.linalg.eigvalsh(a, UPLO='U')",
            "np.linalg.eigh(a)[0]",
            "np.linalg.eigh(a).eigenvalues",
            "np.linalg.eigh(a)[1] ** 2",
            "np.linalg.eigh(a, 'U')[1] ** 2",
            "np.linalg.eigh(a)[1] ** 2 * np.linalg.eigh(a)[0]",
        ),
        a=definite(3, 3),
    ),
    row("np.linalg.eigvalsh(a)", a=definite(2, 3, 3)),
    row("np.linalg.eigh(a)[1] ** 2 * np.linalg.eigh(a)[0][..., None]", a=definite(2, 3, 3)),
    row("np.linalg.eigvalsh(a)", a=value(np.diag([1.0, 2.0, 4.0]))),
    *each(
        (
            "np.linalg.svdvals(a)",
            "np.linalg.svd(a, compute_uv=False)",
            "np.linalg.svd(a, full_matrices=False)[1]",
            "np.linalg.svd(a, full_matrices=False).S",
            "np.linalg.svd(a, full_matrices=False)[0] ** 2",
            "np.linalg.svd(a, full_matrices=False)[2] ** 2",
            "np.linalg.svd(a, False)[0] @ np.linalg.svd(a, False)[2]",
        ),
        a=array(4, 3),
    ),
    *each(
        (
            "np.linalg.svd(a, False)[0] ** 2",
            "np.linalg.svd(a, False)[0] @ np.linalg.svd(a, False).Vh",
        ),
        a=array(2, 4),
    ),
    *each(("np.linalg.svd(a)[0] ** 2", "np.linalg.svd(a)[2] ** 2"), a=regular(3, 3)),
    row("np.linalg.svd(a, False)[0] @ np.linalg.svd(a, False)[2]", a=array(2, 4, 3)),
    row("np.linalg.svdvals(a)", a=array(2, 3, 4)),
    refused("np.linalg.svd(a)[0]", "full_matrices", a=array(4, 3)),
    *each(
        (
            "np.linalg.qr(a)[0]",
            "np.linalg.qr(a).R",
            "np.linalg.qr(a, mode='r')",
            "np.linalg.qr(a)[0] @ np.linalg.qr(a)[1] * np.linalg.qr(a)[0]",
        ),
        a=array(4, 3),
    ),
    *each(("np.linalg.qr(a)[0]", "np.linalg.qr(a)[1]"), a=regular(3, 3)),
    *each(("np.linalg.qr(a)[0]", "np.linalg.qr(a)[1]"), a=array(2, 4, 3)),
    *(
        row(expr, a=array(*shape))
        for shape in ((3, 5), (2, 2, 3))
        for expr in (
            "np.linalg.qr(a)[0]",
            "np.linalg.qr(a)[1]",
            "np.linalg.qr(a, mode='r')",
            "np.linalg.qr(a)[0] @ np.linalg.qr(a)[1] ** 2",
        )
    ),
    refused("np.linalg.qr(a, 'complete')[0]", "complete", a=array(4, 3)),
    *(row("np.linalg.pinv(a)", a=array(*s)) for s in ((4, 3), (3, 4), (2, 4, 2))),
    row("np.linalg.pinv(a)", a=regular(3, 3)),
    row("np.linalg.pinv(a) @ b", a=array(4, 3), b=array(4)),
    # Least squares
    *(
        row(f"np.linalg.lstsq(a, b){part}", a=array(*a), b=array(*b))
        for a, b in (((4, 2), (4,)), ((3, 3), (3,)), ((2, 4), (2,)), ((4, 2), (4, 3)))
        for part in ("[0]", "[0] ** 2", "[3] + np.sum(b)")
    ),
    row("np.linalg.lstsq(a, b, 1e-9)[0]", a=array(4, 2), b=array(4)),
    row("np.linalg.lstsq(a, b)[1]", a=array(4, 2), b=array(4)),
    row("np.linalg.lstsq(np.outer(a, b), a, 1e-6)[0]", a=positive(3), b=positive(2)),
    refused("np.linalg.lstsq(a, b)[1]", "residuals", a=array(4, 2), b=array(4, 2)),
    # Norms
    *table(
        "np.linalg.norm(a, {})",
        ("1", "-1", "np.inf", "-np.inf", "2", "-2", "'nuc'", "'fro'"),
        a=array(3, 4),
    ),
    *table("np.linalg.norm(a, {}, axis=(2, 0))", ("1", "np.inf", "2", "'nuc'"), a=array(2, 3, 4)),
    *table("np.linalg.norm(a, {}, axis=(0, 1), keepdims=True)", ("1", "2"), a=array(2, 3, 4)),
    *table("np.linalg.norm(a, {})", ("-np.inf", "0.5", "-1", "-2.5"), a=array(4)),
    *table("np.linalg.norm(a, {}, axis=0)", ("-np.inf", "0.5"), a=array(4, 2)),
    row("np.linalg.norm(a, 0) * np.sum(a)", a=array(4)),
    *each(
        (
            "np.linalg.matrix_norm(a)",
            "np.linalg.matrix_norm(a, ord=2)",
            "np.linalg.vector_norm(a)",
            "np.linalg.vector_norm(a, axis=0, ord=3)",
            "np.linalg.vector_norm(a, axis=1, keepdims=True)",
        ),
        a=array(3, 4),
    ),
    *table(
        "np.linalg.cond(a{})", ("", ", 2", ", -2", ", 1", ", 'fro'", ", np.inf"), a=regular(3, 3)
    ),
    row("np.linalg.cond(a)", a=array(4, 3)),
    # Powers and products
    *table(
        "np.linalg.matrix_power(a, {})",
        ("-1", "-2", "9", "12"),
        a=regular(3, 3),
    ),
    row("np.linalg.matrix_power(a, 0) * a", a=regular(3, 3)),
    row("np.linalg.multi_dot([a, b, c])", a=array(2, 3), b=array(3, 4), c=array(4, 2)),
    row("np.linalg.multi_dot((a, b, c))", a=array(3), b=array(3, 4), c=array(4, 2)),
    row("np.linalg.multi_dot([a, b, c])", a=array(2, 3), b=array(3, 4), c=array(4)),
    row("np.linalg.multi_dot([a, b, c])", a=array(3), b=array(3, 4), c=array(4)),
    row("np.linalg.tensorinv(a, 1)", a=regular(6, 6)),
    row("np.linalg.tensorinv(np.reshape(a, (2, 3, 6)))", a=regular(6, 6)),
    row("np.linalg.tensorsolve(np.reshape(a, (2, 3, 6)), b)", a=regular(6, 6), b=array(2, 3)),
    *each(
        ("np.linalg.matmul(a, b)", "np.linalg.tensordot(a, b, axes=1)"),
        a=array(2, 3),
        b=array(3, 2),
    ),
    *each(
        (
            "np.linalg.outer(a, b)",
            "np.linalg.cross(a, b)",
            "np.linalg.vecdot(a, b)",
            "np.vecdot(a, b)",
        ),
        a=array(3),
        b=array(3),
    ),
    *each(
        ("np.linalg.trace(a)", "np.linalg.trace(a, offset=1)", "np.linalg.diagonal(a)"),
        a=array(2, 3, 3),
    ),
    *(
        r
        for r in (
            row("np.matvec(a, b)", a=array(2, 3), b=array(3)),
            row("np.vecmat(b, a)", a=array(3, 2), b=array(3)),
            row("np.matvec(a, b)", a=array(4, 2, 3), b=array(3)),
        )
        if hasattr(np, "matvec")
    ),
]
