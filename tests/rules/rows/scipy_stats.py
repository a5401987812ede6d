"""Rows for `scipy.stats`, `scipy.signal` and `scipy.integrate`."""

import numpy as np

from tests.rules.contract import (
    Maker,
    Row,
    array,
    definite,
    number,
    positive,
    refused,
    row,
    table,
    value,
)

_METHODS = ("logpdf", "pdf", "cdf", "sf", "logcdf", "logsf")


def _between(low: float, high: float, *shape: int) -> Maker:
    return array(*shape, low=low, high=high)


_UNIT = _between(0.1, 0.9, 3)
_ANY = ("norm", "laplace", "logistic", "cauchy", "gumbel_r", "gumbel_l")
_ABOVE_ZERO = ("expon", "halfnorm", "halfcauchy", "rayleigh", "uniform")
# Those with parameters of shape, as the text has them, and where they are looked at
_SHAPED: dict[str, tuple[str, Maker]] = {
    "t": ("c", array(3)),
    "gamma": ("c", positive(3)),
    "invgamma": ("c", positive(3)),
    "chi2": ("c", positive(3)),
    "lognorm": ("c", positive(3)),
    "weibull_min": ("c", positive(3)),
    "pareto": ("c", _between(1.2, 3.0, 3)),
    "beta": ("c, d", _UNIT),
}


def _standard() -> list[Row]:
    rows = []
    for name in _ANY:
        rows += table(f"stats.{name}.{{}}(a)", _METHODS, a=array(3))
        rows += table(
            f"stats.{name}.{{}}(a, b, c)", _METHODS, a=array(2, 3), b=array(3), c=positive()
        )
    for name in _ABOVE_ZERO:
        rows += table(f"stats.{name}.{{}}(a) + a", _METHODS, a=_UNIT)
        rows += table(
            f"stats.{name}.{{}}(a, scale=c) + np.sum(a)", _METHODS, a=_UNIT, c=_between(1.5, 2.0)
        )
    return rows


def _shaped() -> list[Row]:
    rows = []
    for name, (shapes, at) in _SHAPED.items():
        more = {name: positive(3) for name in shapes.split(", ")}
        rows += table(f"stats.{name}.{{}}(a, {shapes})", _METHODS[:2], a=at, **more)
        rows += table(
            f"stats.{name}.{{}}(a, {shapes}, e, scale=f)",
            _METHODS[:2],
            a=at,
            e=_between(-0.09, -0.06),
            f=_between(1.1, 1.2),
            **more,
        )
        fixed = ", ".join(["2.5"] * len(more))
        rows += table(f"stats.{name}.{{}}(a, {fixed})", _METHODS[2:], a=at)
        rows.append(row(f"stats.{name}.ppf(a, {fixed})", a=_UNIT))
    return rows


_COUNTS = value(np.array([0, 1, 3]))

ROWS = [
    *_standard(),
    *_shaped(),
    *table("stats.{}.ppf(a, b, c)", ("norm", "expon", "cauchy"), a=_UNIT, b=array(), c=positive()),
    row("stats.norm.isf(a, scale=c)", a=_UNIT, c=positive()),
    row("stats.norm.logpdf(a, loc=b)", a=number(), b=number()),
    row("stats.norm.logcdf(a)", a=value(np.array([-30.0, -5.0, 0.0, 5.0]))),
    # Where the density is zero
    *table("stats.{}.pdf(a) + a", ("expon", "uniform"), a=value(np.array([-1.0, 0.5, 2.0]))),
    row("stats.gamma.pdf(a, 2.5)", a=value(np.array([-1.0, 0.5]))),
    # Counts
    *table("stats.poisson.{}(n, a)", ("logpmf", "pmf", "cdf", "sf"), n=_COUNTS, a=positive(3)),
    *table("stats.binom.{}(n, 5, a)", ("logpmf", "pmf", "cdf", "logcdf"), n=_COUNTS, a=_UNIT),
    *table("stats.bernoulli.{}(np.array([0, 1, 1]), a)", ("logpmf", "pmf"), a=_UNIT),
    row("stats.bernoulli.cdf(np.array([0, 1, 0]), a) + a", a=_UNIT),
    *table("stats.geom.{}(n + 1, a)", ("logpmf", "pmf", "cdf", "sf"), n=_COUNTS, a=_UNIT),
    *table("stats.nbinom.{}(n, b, a)", ("logpmf", "pmf"), n=_COUNTS, a=_UNIT, b=positive(3)),
    row("stats.poisson.logpmf(n + 2, a, loc=2)", n=_COUNTS, a=positive(3)),
    # Several variables
    *table(
        "stats.multivariate_normal.{}(a, b, c)",
        ("logpdf", "pdf"),
        a=array(2),
        b=array(2),
        c=definite(2, 2),
    ),
    *table(
        "stats.multivariate_normal.{}(a, mean=b, cov=c)",
        ("logpdf", "pdf"),
        a=array(4, 3),
        b=array(3),
        c=definite(3, 3),
    ),
    row("stats.multivariate_normal.logpdf(a, cov=np.eye(2))", a=array(4, 2)),
    # Convolutions
    *(
        row(f"signal.{name}(a, b, {mode!r})", a=array(*m), b=array(*n))
        for name in ("convolve", "fftconvolve", "oaconvolve", "correlate")
        for mode in ("full", "same", "valid")
        for m, n in (((5,), (3,)), ((5,), (2,)), ((2,), (4,)), ((3, 4), (2, 2)))
        if (name, mode, m) != ("correlate", "same", (2,))
    ),
    *(
        row(f"signal.{name}(a, b, {mode!r})", a=array(3, 4), b=array(2, 3))
        for name in ("convolve2d", "correlate2d")
        for mode in ("full", "same", "valid")
    ),
    row("signal.convolve(a, b, method='direct')", a=array(3), b=array(2)),
    # Filters
    row("signal.lfilter(b, a, x)", b=array(2), a=value(np.array([1.5, 0.3, -0.2])), x=array(5)),
    row("signal.lfilter([1.0, 0.5], [1.0, -0.3], x, axis=0)", x=array(4, 2)),
    row("signal.lfilter(b, [2.0], x)", b=array(4), x=array(2)),
    # Integrals
    *(
        row(f"integrate.{name}(a{rest})", a=array(*shape))
        for name in ("trapezoid", "simpson", "cumulative_trapezoid")
        for shape in ((5,), (4,), (2, 6), (3, 3))
        for rest in ("", ", dx=0.5", ", axis=0")
    ),
    *table(
        "integrate.{}(a, np.cumsum(b))",
        ("trapezoid", "cumulative_trapezoid", "simpson"),
        a=array(5),
        b=positive(5),
    ),
    row("integrate.simpson(a, x=np.cumsum(b))", a=array(2, 6), b=positive(6)),
    row("integrate.cumulative_trapezoid(a, np.cumsum(b), initial=0)", a=array(5), b=positive(5)),
    # Refused
    refused("stats.gamma.cdf(a, b)", "gamma.cdf", a=positive(3), b=positive(3)),
    refused("stats.norm(a).logpdf(1.0)", "norm", a=array(3)),
    refused("stats.skewnorm.logpdf(a, 1.0)", "skewnorm", a=array(3)),
    refused("stats.multivariate_normal.logpdf(a, b)", "covariances", a=array(2), b=array(2)),
    refused("signal.fftconvolve(a, a, axes=0)", "axes", a=array(2, 2)),
    refused("signal.filtfilt([1.0], [1.0], a)", "filtfilt", a=array(30)),
]
