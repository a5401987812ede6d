"""Densities and distribution functions (SciPy manual: `scipy.stats`).

A distribution is described by the logarithm of its density at `z`, which is `(x - loc) / scale`:
its derivative by `z`, and by the parameters that give the distribution its shape. All other rules
follow. The derivative of a distribution function by such a parameter has no closed form; it is
refused.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from adcompile.kinds import Array, Kind, Nothing, broadcast, dims, may_be_one
from adcompile.records import field, record
from adcompile.rules.definitions import refusal, shape_known, shape_of
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import require_arrays


@record
class Continuous:
    """A continuous distribution.

    Attributes:
        slope: the derivative of the logarithm of the density by `z`.
        shapes: by each parameter of the shape, in order.
        bounded: whether the density is zero somewhere.
    """

    slope: str
    shapes: dict[str, str] = field(default_factory=dict)
    bounded: bool = False


_CONTINUOUS: dict[str, Continuous] = {
    "norm": Continuous("-z"),
    "laplace": Continuous("-np.sign(z)"),
    "logistic": Continuous("-np.tanh(z / 2)"),
    "cauchy": Continuous("-2 * z / (1 + z * z)"),
    "gumbel_r": Continuous("(np.exp(-z) - 1)"),
    "gumbel_l": Continuous("(1 - np.exp(z))"),
    "t": Continuous(
        "-(df + 1) * z / (df + z * z)",
        {
            "df": "(special.psi((df + 1) / 2) - special.psi(df / 2) - 1 / df "
            "- np.log1p(z * z / df) + (df + 1) / df * z * z / (df + z * z)) / 2"
        },
    ),
    "uniform": Continuous("0", bounded=True),
    "expon": Continuous("(-1.0)", bounded=True),
    "halfnorm": Continuous("-z", bounded=True),
    "halfcauchy": Continuous("-2 * z / (1 + z * z)", bounded=True),
    "rayleigh": Continuous("(1 / z - z)", bounded=True),
    "gamma": Continuous("((a - 1) / z - 1)", {"a": "(np.log(z) - special.psi(a))"}, bounded=True),
    "invgamma": Continuous(
        "(1 / (z * z) - (a + 1) / z)", {"a": "-(np.log(z) + special.psi(a))"}, bounded=True
    ),
    "chi2": Continuous(
        "((df / 2 - 1) / z - 1 / 2)",
        {"df": "(np.log(z / 2) - special.psi(df / 2)) / 2"},
        bounded=True,
    ),
    "beta": Continuous(
        "((a - 1) / z - (b - 1) / (1 - z))",
        {
            "a": "(np.log(z) - special.psi(a) + special.psi(a + b))",
            "b": "(np.log1p(-z) - special.psi(b) + special.psi(a + b))",
        },
        bounded=True,
    ),
    "lognorm": Continuous(
        "-(np.log(z) / (s * s) + 1) / z",
        {"s": "(np.log(z) ** 2 / s**3 - 1 / s)"},
        bounded=True,
    ),
    "weibull_min": Continuous(
        "((c - 1) / z - c * z ** (c - 1))",
        {"c": "(1 / c + np.log(z) * (1 - z**c))"},
        bounded=True,
    ),
    "pareto": Continuous("-(b + 1) / z", {"b": "(1 / b - np.log(z))"}, bounded=True),
}

# Of discrete distributions: the parameters, the derivative of the logarithm of the probability by
# each that has one, and that of the distribution function
_DISCRETE: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    "poisson": (
        "mu",
        {"mu": "({k} / np.where({k} == 0, 1, mu) - 1)"},
        {"mu": "-stats.poisson.pmf(np.floor({k}), mu)"},
    ),
    "bernoulli": (
        "p",
        {"p": "np.where({k} == 1, 1 / p, -1 / (1 - p))"},
        {"p": "-np.where(({k} >= 0) & ({k} < 1), 1.0, 0.0)"},
    ),
    "binom": (
        "n, p",
        {"p": "({k} / np.where({k} == 0, 1, p) - (n - {k}) / np.where(n - {k} == 0, 1, 1 - p))"},
        {"p": "-n * stats.binom.pmf(np.floor({k}), n - 1, p)"},
    ),
    "geom": (
        "p",
        {"p": "(1 / p - ({k} - 1) / np.where({k} == 1, 1, 1 - p))"},
        {"p": "np.floor({k}) * (1 - p) ** (np.floor({k}) - 1) * np.where({k} >= 1, 1.0, 0.0)"},
    ),
    "nbinom": (
        "n, p",
        {
            "n": "(special.psi({k} + n) - special.psi(n) + np.log(p))",
            "p": "(n / p - {k} / np.where({k} == 0, 1, 1 - p))",
        },
        {},
    ),
}


def _kind(call: Call) -> Kind:
    return Array(np.dtype(float), broadcast(*map(dims, call.kinds.values())))


def _given(call: Call) -> dict[str, str]:
    """How `loc` and `scale` are passed on."""
    names = [name for name in ("loc", "scale") if name in call.given]
    return {name: f", {name}" if names[0] == "loc" else f", {name}={name}" for name in names}


# ----- continuous distributions -----


def _standard(call: Call) -> str:
    """`z`."""
    shifted = "(x - loc)" if "loc" in call.given else "x"
    return f"({shifted} / scale)" if "scale" in call.given else shifted


def _logarithmic(described: Continuous, call: Call) -> dict[str, str]:
    """The derivatives of the logarithm of the density, by each parameter."""
    z = _standard(call)
    slope = described.slope.replace("z", z) if described.slope != "0" else "0"
    per_x = f"{slope} / scale" if "scale" in call.given and slope != "0" else slope
    texts = {"x": per_x, **{n: t.replace("z", z) for n, t in described.shapes.items()}}
    texts["loc"] = f"-({per_x})" if slope != "0" else "0"
    texts["scale"] = f"-({z} * {slope} + 1) / scale" if slope != "0" else "-1 / scale"
    return texts


def _log_density(described: Continuous) -> Callable[[Call], Templates]:
    """Outside of where it is finite, the logarithm is constant."""

    def pullback(call: Call) -> Templates:
        texts = _logarithmic(described, call)
        form = "np.where(np.isneginf(y), 0, g * {})" if described.bounded else "g * {}"
        return {name: text if text == "0" else form.format(text) for name, text in texts.items()}

    return pullback


def _density(described: Continuous) -> Callable[[Call], Templates]:
    def pullback(call: Call) -> Templates:
        texts = _logarithmic(described, call)
        form = "np.where(y == 0, 0, g * y * {})" if described.bounded else "g * y * {}"
        return {name: text if text == "0" else form.format(text) for name, text in texts.items()}

    return pullback


def _passed(name: str, described: Continuous, call: Call, method: str, at: str = "x") -> str:
    """A call of another function of the distribution."""
    rest = "".join(f", {shape}" for shape in described.shapes) + "".join(_given(call).values())
    return f"stats.{name}.{method}({at}{rest})"


def _distribution(
    name: str, described: Continuous, sign: str, logarithm: bool
) -> Callable[[Call], Templates]:
    """The distribution function, or what it leaves to one; or the logarithm of these."""

    def pullback(call: Call) -> Templates:
        density = _passed(name, described, call, "pdf")
        if logarithm:
            density = f"np.exp({_passed(name, described, call, 'logpdf')} - y)"
        minus = "" if sign == "-" else "-"
        return {
            "x": f"{sign}g * {density}",
            "loc": f"{minus}g * {density}",
            "scale": f"{minus}g * {_standard(call)} * {density}",
        }

    return pullback


def _inverse(name: str, described: Continuous, sign: str) -> Callable[[Call], Templates]:
    def pullback(call: Call) -> Templates:
        y = "(y - loc)" if "loc" in call.given else "y"
        return {
            "q": f"{sign}g / {_passed(name, described, call, 'pdf', 'y')}",
            "loc": "g",
            "scale": f"g * {y} / scale",
        }

    return pullback


def _continuous(name: str, described: Continuous) -> list[Rule]:
    methods = {
        "logpdf": _log_density(described),
        "pdf": _density(described),
        "cdf": _distribution(name, described, "", False),
        "sf": _distribution(name, described, "-", False),
        "logcdf": _distribution(name, described, "", True),
        "logsf": _distribution(name, described, "-", True),
    }
    shapes = "".join(f", {shape}" for shape in described.shapes)
    rules = [
        Rule(f"scipy.stats.{name}.{method}", f"x{shapes}, loc=0, scale=1", _kind, texts, True)
        for method, texts in methods.items()
    ]
    for method, sign in (("ppf", ""), ("isf", "-")):
        texts = _inverse(name, described, sign)
        params = f"q{shapes}, loc=0, scale=1"
        rules.append(Rule(f"scipy.stats.{name}.{method}", params, _kind, texts, True))
    return rules


# ----- discrete distributions -----


def _discrete(
    name: str, params: str, log_mass: dict[str, str], distribution: dict[str, str]
) -> list[Rule]:
    def texts(form: str, slopes: dict[str, str]) -> Callable[[Call], Templates]:
        def pullback(call: Call) -> Templates:
            k = "(k - loc)" if "loc" in call.given else "k"
            return {n: form.format(slope.format(k=k)) for n, slope in slopes.items()}

        return pullback

    methods = {
        "logpmf": texts("np.where(np.isneginf(y), 0, g * {})", log_mass),
        "pmf": texts("np.where(y == 0, 0, g * y * {})", log_mass),
    }
    if distribution:
        methods |= {
            "cdf": texts("g * ({})", distribution),
            "sf": texts("-g * ({})", distribution),
            "logcdf": texts("g * np.exp(-y) * ({})", distribution),
            "logsf": texts("-g * np.exp(-y) * ({})", distribution),
        }
    return [
        Rule(f"scipy.stats.{name}.{method}", f"k, {params}, loc=0", _kind, made, True)
        for method, made in methods.items()
    ]


# ----- the normal distribution of several variables -----


def _normal_kind(call: Call) -> Kind:
    x = shape_of(call, "x")
    return Array(np.dtype(float), None if x is None or not _is_plain(call) else x[:-1])


def _is_plain(call: Call) -> bool:
    """Whether there is certainly more than one variable, and a matrix of covariances."""
    cov, x = shape_of(call, "cov"), shape_of(call, "x")
    if cov is None or len(cov) != 2 or any(map(may_be_one, cov)) or not x:
        return False
    mean = shape_of(call, "mean") if call.kinds["mean"] != Nothing() else cov[:1]
    return len(x) in (1, 2) and mean is not None and len(mean) == 1


def _require_plain(call: Call) -> None:
    require_arrays(call, "x", "mean", "cov")
    shape_known(call, "x")
    if not _is_plain(call):
        raise refusal(
            call,
            "of other than points, a mean and a matrix of covariances of at least two variables",
            "use `scipy.stats.norm`, or write it out",
        )
    if call.static("allow_singular"):
        raise refusal(call, "with `allow_singular=True`", "leave it out")


# SciPy reads the lower triangle of the matrix.
_SOLVE = "linalg.solve(cov, {}, assume_a='pos', lower=True)"


def _whitened(call: Call) -> str:
    """The inverse of the covariances times the distance from the mean, for each point."""
    shifted = "x" if call.kinds["mean"] == Nothing() else "x - mean"
    if len(shape_known(call, "x")) == 1:
        return _SOLVE.format(shifted)
    return f"{_SOLVE.format(f'({shifted}).T')}.T"


_INVERSE = _SOLVE.format("np.eye(len(cov))")


def _normal(by: str) -> Callable[[Call], Templates]:
    """The logarithm of the density, or the density itself, as `by` is `g` or `g * y`."""

    def pullback(call: Call) -> Templates:
        _require_plain(call)
        s = _whitened(call)
        if len(shape_known(call, "x")) == 1:
            of_x, of_mean = f"({by}) * {s}", f"({by}) * {s}"
            products = f"({by}) * (np.outer({s}, {s}) - {_INVERSE})"
        else:
            of_x = f"({by})[:, None] * {s}"
            of_mean = f"({by}) @ {s}"
            products = f"((({by})[:, None] * {s}).T @ {s} - np.sum({by}) * {_INVERSE})"
        both = f"(np.tril({products}) + np.tril({products}, -1)) / 2"
        return {"x": f"-{of_x}", "mean": of_mean, "cov": both}

    return pullback


def _normal_forward(factor: str) -> Callable[[Call], Templates]:
    def pushforward(call: Call) -> Templates:
        _require_plain(call)
        s = _whitened(call)
        both = "(np.tril(g) + np.tril(g, -1).T)"
        bent = f"(np.sum({s} * ({s} @ {both}), axis=-1) - np.sum({_INVERSE} * {both}))"
        return {
            "x": f"-{factor}np.sum(g * {s}, axis=-1)",
            "mean": f"{factor}np.sum(g * {s}, axis=-1)",
            "cov": f"{factor}{bent} / 2",
        }

    return pushforward


RULES: tuple[Rule, ...] = (
    *(rule for name, made in _CONTINUOUS.items() for rule in _continuous(name, made)),
    *(rule for name, made in _DISCRETE.items() for rule in _discrete(name, *made)),
    *(
        Rule(
            f"scipy.stats.multivariate_normal.{method}",
            "x, mean=None, cov=1, allow_singular=False",
            _normal_kind,
            _normal(by),
            pushforward=_normal_forward(factor),
            cost=3,
        )
        for method, by, factor in (("logpdf", "g", ""), ("pdf", "g * y", "y * "))
    ),
)
