import numpy as np

from tests.rules.contract import array, definite, each, refused, regular, row, table, value

_NORMS = (
    "",
    ", axis=0",
    ", axis=1",
    ", axis=-1, keepdims=True",
    ", keepdims=True",
    ", axis=(0, 1)",
)

ROWS = [
    row("np.linalg.solve(a, b)", a=regular(3, 3), b=array(3)),
    row("np.linalg.solve(a, b)", a=regular(3, 3), b=array(3, 2)),
    row("np.linalg.solve(a, b)", a=regular(4, 3, 3), b=array(4, 3, 2)),
    row("np.linalg.solve(a, b)", a=regular(3, 3), b=array(4, 3, 2)),
    row("np.linalg.solve(a, b)", a=regular(4, 3, 3), b=array(3, 2)),
    row("np.linalg.solve(a, b)", a=regular(1, 3, 3), b=array(4, 3, 2)),
    row("np.linalg.solve(a, b)", a=regular(4, 3, 3), b=array(3)),
    *table("np.linalg.{}(a)", ("inv", "det"), a=regular(3, 3)),
    *table("np.linalg.{}(a)", ("inv", "det"), a=regular(4, 2, 2)),
    *table("np.linalg.{}(a)", ("inv", "det"), a=regular(1, 1)),
    *each(("np.linalg.slogdet(a)[1]", "np.linalg.slogdet(a).logabsdet"), a=regular(3, 3)),
    row("np.linalg.slogdet(a)[0] * np.linalg.slogdet(a)[1]", a=regular(3, 3)),
    row("np.linalg.slogdet(a)[1]", a=regular(4, 2, 2)),
    row("np.linalg.cholesky(a)", a=definite(3, 3)),
    row("np.linalg.cholesky(a)", a=definite(4, 2, 2)),
    row("np.linalg.cholesky(a)", a=definite(1, 1)),
    *table("np.linalg.matrix_power(a, {})", "1235", a=regular(3, 3)),
    row("np.linalg.matrix_power(a, 3)", a=regular(2, 3, 3)),
    *table("np.linalg.norm(a{})", _NORMS, a=array(3, 4)),
    *table(
        "np.linalg.norm(a{})",
        ("", ", axis=(0, 2)", ", axis=(2, 1), keepdims=True"),
        a=array(2, 3, 4),
    ),
    *table(
        "np.linalg.norm(a, {})",
        ("None", "1", "2", "np.inf", "3", "1.5", "ord=2, axis=0"),
        a=array(4),
    ),
    *table(
        "np.linalg.norm(a, {}, axis=1)",
        ("1", "2", "np.inf", "3", "ord=None, keepdims=True"),
        a=array(3, 4),
    ),
    *table("np.linalg.norm(a, 'fro'{})", ("", ", axis=(0, 1)"), a=array(3, 4)),
    row("np.linalg.norm(a)", a=array()),
    # The derivative at zero is zero
    row("np.linalg.norm(a) * 2.0 + np.sum(a)", a=value(np.zeros(3))),
    row("np.linalg.norm(a, axis=1)", a=value(np.array([[0.0, 0.0], [3.0, 4.0]]))),
    *table("np.linalg.norm(a, {})", ("1", "2", "3"), a=value(np.zeros(3))),
    row("np.linalg.norm(a, np.inf)", a=value(np.array([2.0, -2.0, 1.0]))),
    refused("np.linalg.cholesky(a, upper=True)", "upper", a=definite(2, 2)),
]
