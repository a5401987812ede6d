import numpy as np

from tests.rules.contract import (
    apart,
    array,
    each,
    integers,
    number,
    positive,
    refused,
    row,
    table,
    value,
)

_KNOTS = value(np.array([-1.0, 0.2, 0.9, 2.5]))
_POINTS = value(np.array([-1.7, -0.4, 0.5, 1.1, 2.2, 3.3]))

ROWS = [
    *table("np.diff(a{})", ("", ", 2", ", n=3", ", axis=0"), a=array(5)),
    refused("np.diff(a, n=0)", "itself", a=array(5)),
    *table("np.diff(a{})", ("", ", axis=0", ", 2, axis=0", ", axis=-2"), a=array(4, 3)),
    *table(
        "np.diff(a, {})",
        ("prepend=b", "append=b", "prepend=0.0, append=b", "2, prepend=b"),
        a=array(4),
        b=number(),
    ),
    row("np.diff(a, axis=0, prepend=b)", a=array(3, 2), b=array(1, 2)),
    *each(
        ("np.ediff1d(a) * b", "np.ediff1d(a, b)", "np.ediff1d(a, to_begin=b, to_end=0.0)"),
        a=array(5),
        b=number(),
    ),
    row("np.ediff1d(a)", a=array(2, 3)),
    *table(
        "np.gradient(a{}) * b",
        ("", ", 0.5", ", b", ", axis=0", ", 2.0, axis=-1"),
        a=array(5),
        b=number(0.5, 2.0),
    ),
    row("np.gradient(a, axis=1)", a=array(3, 4)),
    row("np.gradient(a)[1]", a=array(3, 4)),
    row("np.gradient(a, b, 2.0)[0]", a=array(3, 4), b=number(0.5, 2.0)),
    row("np.gradient(a, b, axis=0)", a=array(3, 4), b=number(0.5, 2.0)),
    refused("np.gradient(a, edge_order=2)", "edge_order", a=array(4)),
    refused("np.gradient(a, b)", "each point", a=array(4), b=array(4)),
    *table("np.trapezoid(a{}) * b", ("", ", dx=0.5", ", dx=b", ", axis=0"), a=array(5), b=number()),
    *table("np.trapezoid(a{})", ("", ", axis=0", ", axis=1, dx=2.0"), a=array(3, 4)),
    row("np.trapezoid(a, b)", a=array(4), b=array(4)),
    row("np.trapezoid(a, b)", a=array(3, 4), b=array(4)),
    row("np.trapezoid(a, b, axis=0)", a=array(3, 4), b=array(3)),
    row("np.trapezoid(a, x=b, axis=1)", a=array(3, 4), b=array(3, 4)),
    # Folding
    *table(
        "np.convolve(a, b{})",
        ("", ", 'full'", ", 'same'", ", mode='valid'"),
        a=array(5),
        b=array(3),
    ),
    *table("np.convolve(a, b{})", ("", ", 'same'", ", 'valid'"), a=array(3), b=array(4)),
    *table(
        "np.correlate(a, b{})",
        ("", ", 'full'", ", 'same'", ", mode='valid'"),
        a=array(5),
        b=array(3),
    ),
    *table("np.correlate(a, b{})", ("", ", 'full'", ", 'same'"), a=array(3), b=array(4)),
    row("np.convolve(a, a)", a=array(4)),
    row("np.correlate(a[:4], b[:2])", a=array(5), b=array(3)),
    # Interpolation
    *table(
        "np.interp(x, xp, a{})",
        ("", ", left=0.0", ", right=2.0", ", 1.0, 3.0"),
        x=_POINTS,
        xp=_KNOTS,
        a=array(4),
    ),
    row("np.interp(x, xp, a)", x=value(0.6), xp=_KNOTS, a=array(4)),
    row("np.interp(x[:, None], xp, a)", x=_POINTS, xp=_KNOTS, a=array(4)),
    refused("np.interp(x, xp, a, period=4.0)", "period", x=_POINTS, xp=_KNOTS, a=array(4)),
    row("np.bincount(n, a)", n=integers(5), a=array(5)),
    row("np.bincount(n, weights=a, minlength=6)", n=integers(5), a=array(5)),
    # Smooth but for jumps
    row("np.unwrap(a)", a=value(np.array([0.1, 2.0, 5.5, 6.9]))),
    row("np.unwrap(a, axis=0)", a=value(np.array([[0.1, 2.0], [5.5, 6.9]]))),
    # Polynomials
    *table("np.vander(a{})", ("", ", 3", ", N=4, increasing=True", ", n"), a=array(4), n=value(3)),
    row("np.polyval(a, b)", a=array(4), b=array(3)),
    row("np.polyval(a, b)", a=array(3), b=array(2, 2)),
    row("np.polyval(a, b)", a=array(3), b=number()),
    *each(("np.polyder(a)", "np.polyint(a)"), a=array(4)),
    *table("np.poly{}(a, b)", ("add", "sub"), a=array(4), b=array(2)),
    *table("np.poly{}(b, a)", ("add", "sub"), a=array(4), b=array(4)),
    row("np.polyfit(a, b, 2)", a=apart(6), b=array(6)),
    refused("np.polyfit(a, b, 1, w=a)", "`w", a=apart(6), b=array(6)),
    # Averages
    *each(("np.average(a) * b", "np.average(a, weights=b)"), a=array(4), b=positive(4)),
    *each(
        ("np.average(a, axis=0) * b", "np.average(a, axis=1, weights=b)", "np.average(a, -1, b)"),
        a=array(3, 4),
        b=positive(4),
    ),
    row("np.average(a, axis=0, weights=b)", a=array(3, 4), b=positive(3)),
    row("np.average(a, weights=b)", a=array(3, 4), b=positive(3, 4)),
    *each(
        ("np.cov(a)", "np.cov(a, rowvar=False)", "np.cov(a, bias=True)", "np.cov(a, ddof=0)"),
        a=array(3, 4),
    ),
    row("np.cov(a)", a=array(4)),
]
