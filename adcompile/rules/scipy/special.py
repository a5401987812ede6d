"""Special functions (SciPy manual: `scipy.special`).

The formulas are those of the Digital Library of Mathematical Functions, https://dlmf.nist.gov.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scipy import special

from adcompile.kinds import Array, Dims, Items, Kind, broadcast, dims, may_be_one
from adcompile.rules.definitions import defined, refusal
from adcompile.rules.infer import elementwise, elementwise_kind, trial_dtype
from adcompile.rules.reductions import along, reduced, spread
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import certainly_equal, refuse_unless, require_arrays, unbroadcast_text

_OUT = "out=!, *, where=!, dtype=!, casting=!"

# The universal functions of one argument: the pullback of x, where y is the result
_UNARY: dict[str, str] = {
    "expit": "g * y * special.expit(-x)",
    "logit": "g / (x * (1 - x))",
    "log_expit": "g * special.expit(-x)",
    "erf": "g * (2 / math.sqrt(math.pi)) * np.exp(-x * x)",
    "erfc": "-g * (2 / math.sqrt(math.pi)) * np.exp(-x * x)",
    "erfi": "g * (2 / math.sqrt(math.pi)) * np.exp(x * x)",
    "erfcx": "g * (2 * x * y - 2 / math.sqrt(math.pi))",
    "erfinv": "g * (math.sqrt(math.pi) / 2) * np.exp(y * y)",
    "erfcinv": "-g * (math.sqrt(math.pi) / 2) * np.exp(y * y)",
    "ndtr": "g * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)",
    "ndtri": "g * math.sqrt(2 * math.pi) * np.exp(y * y / 2)",
    # The density over the distribution function; neither of them underflows here.
    "log_ndtr": "g * math.sqrt(2 / math.pi) / special.erfcx(-x / math.sqrt(2))",
    "ndtri_exp": "g * math.sqrt(math.pi / 2) * special.erfcx(-y / math.sqrt(2))",
    "dawsn": "g * (1 - 2 * x * y)",
    "gamma": "g * y * special.psi(x)",
    "gammaln": "g * special.psi(x)",
    "loggamma": "g * special.psi(x)",
    "rgamma": "-g * y * special.psi(x)",
    "psi": "g * special.polygamma(1, x)",
    "entr": "-g * (np.log(x) + 1)",
    "exp1": "-g * np.exp(-x) / x",
    "expi": "g * np.exp(x) / x",
    "exp2": "g * y * math.log(2)",
    "exp10": "g * y * math.log(10)",
    "expm1": "g * (y + 1)",
    "log1p": "g / (1 + x)",
    "cbrt": "g / (3 * y * y)",
    "cosm1": "-g * np.sin(x)",
    "sindg": "g * (math.pi / 180) * special.cosdg(x)",
    "cosdg": "-g * (math.pi / 180) * special.sindg(x)",
    "tandg": "g * (math.pi / 180) * (1 + y * y)",
    "cotdg": "-g * (math.pi / 180) * (1 + y * y)",
    "wrightomega": "g * y / (1 + y)",
    "j0": "-g * special.j1(x)",
    "j1": "g * (special.j0(x) - special.jv(2, x)) / 2",
    "y0": "-g * special.y1(x)",
    "y1": "g * (special.y0(x) - special.yv(2, x)) / 2",
    "i0": "g * special.i1(x)",
    "i1": "g * (special.i0(x) + special.iv(2, x)) / 2",
    "i0e": "g * (special.i1e(x) - np.sign(x) * y)",
    "i1e": "g * ((special.i0e(x) + special.ive(2, x)) / 2 - np.sign(x) * y)",
    "k0": "-g * special.k1(x)",
    "k1": "-g * (special.k0(x) + special.kv(2, x)) / 2",
    "k0e": "g * (y - special.k1e(x))",
    "k1e": "g * (y - (special.k0e(x) + special.kve(2, x)) / 2)",
    # As the hypergeometric functions that they are: any order is right at zero, too.
    "ellipk": "g * (math.pi / 8) * special.hyp2f1(1.5, 1.5, 2, x)",
    "ellipe": "-g * (math.pi / 8) * special.hyp2f1(0.5, 1.5, 2, x)",
}

# Near where two equal terms are subtracted, the beginning of the series
_EXPREL = (
    "np.where(np.abs({u}) < 1e-2, "
    "1 / 2 + {u} * (1 / 3 + {u} * (1 / 8 + {u} * (1 / 30 + {u} * (1 / 144 + {u} / 840)))), "
    "(np.exp({u}) - special.exprel({u})) / np.where({u} == 0, 1, {u}))"
)
_LOG_OVER = (
    "np.where(np.abs({u}) < 1e-2, "
    "-1 / 2 + {u} * (2 / 3 - {u} * (3 / 4 - {u} * (4 / 5 - {u} * (5 / 6 - {u} * (6 / 7 "
    "- {u} * (7 / 8 - {u} * 8 / 9)))))), "
    "(1 / (1 + {u}) - np.log1p({u}) / np.where({u} == 0, 1, {u})) / np.where({u} == 0, 1, {u}))"
)
_SPENCE = (
    "g * np.where(np.abs(x - 1) < 1e-2, "
    "-1 + (x - 1) * (1 / 2 - (x - 1) * (1 / 3 - (x - 1) * (1 / 4 - (x - 1) * (1 / 5 - (x - 1) "
    "* (1 / 6 - (x - 1) * (1 / 7 - (x - 1) / 8)))))), "
    "np.log(x) / np.where(x == 1, 1, 1 - x))"
)
_ELLIPKM1 = (
    "-g * np.where(x < 0.5, (special.ellipe(1 - x) / x - y) / (2 * (1 - np.minimum(x, 0.5))), "
    "(math.pi / 8) * special.hyp2f1(1.5, 1.5, 2, 1 - x))"
)
_UNARY |= {
    "exprel": f"g * {_EXPREL.format(u='x')}",
    "spence": _SPENCE,
    "ellipkm1": _ELLIPKM1,
}

_GAMMA_DENSITY = "np.exp(special.xlogy(a - 1, {x}) - {x} - special.gammaln(a))"
_BETA_DENSITY = (
    "np.exp(special.xlogy(a - 1, {x}) + special.xlog1py(b - 1, -{x}) - special.betaln(a, b))"
)
_T_DENSITY = (
    "np.exp(special.gammaln((df + 1) / 2) - special.gammaln(df / 2) "
    "- (df + 1) / 2 * np.log1p({t} * {t} / df)) / np.sqrt(df * math.pi)"
)
_CHI_DENSITY = "np.exp(special.xlogy(v / 2 - 1, {x} / 2) - {x} / 2 - special.gammaln(v / 2)) / 2"
_POISSON = "np.exp(special.xlogy(np.floor(k), m) - m - special.gammaln(np.floor(k) + 1))"
_GAMMA_OF = "np.exp(special.xlogy(b - 1, a * x) - a * x - special.gammaln(b))"
_BESSEL = "g * (special.{0}(v - 1, x) {1} special.{0}(v + 1, x)) / 2"
_LOG_TIMES = "g * a / np.where((a == 0) & ({b} == 0), 1, {b})"
_POWER_SERIES = "g * {log} * {log} * {slope}"

# Those of several arguments: the parameters, and the pullbacks of those that have one
_SEVERAL: dict[str, tuple[str, dict[str, str]]] = {
    "xlogy": ("a, b", {"a": "g * np.log(b)", "b": _LOG_TIMES.format(b="b")}),
    "xlog1py": ("a, b", {"a": "g * np.log1p(b)", "b": _LOG_TIMES.format(b="(1 + b)")}),
    "rel_entr": (
        "a, b",
        {"a": "g * (np.log(a / b) + 1)", "b": f"-{_LOG_TIMES.format(b='b')}"},
    ),
    "kl_div": (
        "a, b",
        {"a": "g * np.log(a / b)", "b": "g * (1 - a / np.where((a == 0) & (b == 0), 1, b))"},
    ),
    "huber": (
        "delta, r",
        {
            "delta": "g * np.maximum(np.abs(r) - delta, 0)",
            "r": "g * np.minimum(np.maximum(r, -delta), delta)",
        },
    ),
    "pseudo_huber": (
        "delta, r",
        {
            "delta": "g * y * y / (delta**3 * np.sqrt(1 + (r / delta) ** 2))",
            "r": "g * r / np.sqrt(1 + (r / delta) ** 2)",
        },
    ),
    "boxcox": (
        "x, lmbda",
        {
            "x": "g * np.exp((lmbda - 1) * np.log(x))",
            "lmbda": _POWER_SERIES.format(
                log="np.log(x)", slope=_EXPREL.format(u="(lmbda * np.log(x))")
            ),
        },
    ),
    "boxcox1p": (
        "x, lmbda",
        {
            "x": "g * np.exp((lmbda - 1) * np.log1p(x))",
            "lmbda": _POWER_SERIES.format(
                log="np.log1p(x)", slope=_EXPREL.format(u="(lmbda * np.log1p(x))")
            ),
        },
    ),
    "inv_boxcox": (
        "x, lmbda",
        {
            "x": "g * y / (1 + lmbda * x)",
            "lmbda": f"g * y * x * x * {_LOG_OVER.format(u='(lmbda * x)')}",
        },
    ),
    "inv_boxcox1p": (
        "x, lmbda",
        {
            "x": "g * (y + 1) / (1 + lmbda * x)",
            "lmbda": f"g * (y + 1) * x * x * {_LOG_OVER.format(u='(lmbda * x)')}",
        },
    ),
    "powm1": ("a, b", {"a": "g * b * a ** (b - 1)", "b": "g * (y + 1) * np.log(a)"}),
    "radian": (
        "d, m, s",
        {
            "d": "g * (math.pi / 180)",
            "m": "g * (math.pi / 10800)",
            "s": "g * (math.pi / 648000)",
        },
    ),
    "beta": (
        "a, b",
        {
            "a": "g * y * (special.psi(a) - special.psi(a + b))",
            "b": "g * y * (special.psi(b) - special.psi(a + b))",
        },
    ),
    "betaln": (
        "a, b",
        {
            "a": "g * (special.psi(a) - special.psi(a + b))",
            "b": "g * (special.psi(b) - special.psi(a + b))",
        },
    ),
    "poch": (
        "a, m",
        {
            "a": "g * y * (special.psi(a + m) - special.psi(a))",
            "m": "g * y * special.psi(a + m)",
        },
    ),
    "binom": (
        "n, k",
        {
            "n": "g * y * (special.psi(n + 1) - special.psi(n - k + 1))",
            "k": "g * y * (special.psi(n - k + 1) - special.psi(k + 1))",
        },
    ),
    "gammainc": ("a, x", {"x": f"g * {_GAMMA_DENSITY.format(x='x')}"}),
    "gammaincc": ("a, x", {"x": f"-g * {_GAMMA_DENSITY.format(x='x')}"}),
    "gammaincinv": ("a, x", {"x": f"g / {_GAMMA_DENSITY.format(x='y')}"}),
    "gammainccinv": ("a, x", {"x": f"-g / {_GAMMA_DENSITY.format(x='y')}"}),
    "betainc": ("a, b, x", {"x": f"g * {_BETA_DENSITY.format(x='x')}"}),
    "betaincc": ("a, b, x", {"x": f"-g * {_BETA_DENSITY.format(x='x')}"}),
    "betaincinv": ("a, b, x", {"x": f"g / {_BETA_DENSITY.format(x='y')}"}),
    "betainccinv": ("a, b, x", {"x": f"-g / {_BETA_DENSITY.format(x='y')}"}),
    "stdtr": ("df, t", {"t": f"g * {_T_DENSITY.format(t='t')}"}),
    "stdtrit": ("df, p", {"p": f"g / ({_T_DENSITY.format(t='y')})"}),
    "chdtr": ("v, x", {"x": f"g * {_CHI_DENSITY.format(x='x')}"}),
    "chdtrc": ("v, x", {"x": f"-g * {_CHI_DENSITY.format(x='x')}"}),
    "chdtri": ("v, p", {"p": f"-g / ({_CHI_DENSITY.format(x='y')})"}),
    "pdtr": ("k, m", {"m": f"-g * {_POISSON}"}),
    "pdtrc": ("k, m", {"m": f"g * {_POISSON}"}),
    "gdtr": ("a, b, x", {"a": f"g * x * {_GAMMA_OF}", "x": f"g * a * {_GAMMA_OF}"}),
    "gdtrc": ("a, b, x", {"a": f"-g * x * {_GAMMA_OF}", "x": f"-g * a * {_GAMMA_OF}"}),
    "owens_t": (
        "h, a",
        {
            "h": "-g * np.exp(-h * h / 2) * special.erf(a * h / math.sqrt(2)) "
            "/ (2 * math.sqrt(2 * math.pi))",
            "a": "g * np.exp(-h * h * (1 + a * a) / 2) / (2 * math.pi * (1 + a * a))",
        },
    ),
    "hyp0f1": ("v, x", {"x": "g * special.hyp0f1(v + 1, x) / v"}),
    "hyp1f1": ("a, b, x", {"x": "g * a / b * special.hyp1f1(a + 1, b + 1, x)"}),
    "hyp2f1": ("a, b, c, x", {"x": "g * a * b / c * special.hyp2f1(a + 1, b + 1, c + 1, x)"}),
    "hyperu": ("a, b, x", {"x": "-g * a * special.hyperu(a + 1, b + 1, x)"}),
    "ellipkinc": ("phi, m", {"phi": "g / np.sqrt(1 - m * np.sin(phi) ** 2)"}),
    "ellipeinc": ("phi, m", {"phi": "g * np.sqrt(1 - m * np.sin(phi) ** 2)"}),
    "jv": ("v, x", {"x": _BESSEL.format("jv", "-")}),
    "jve": ("v, x", {"x": _BESSEL.format("jve", "-")}),
    "yv": ("v, x", {"x": _BESSEL.format("yv", "-")}),
    "yve": ("v, x", {"x": _BESSEL.format("yve", "-")}),
    "yn": ("v, x", {"x": _BESSEL.format("yn", "-")}),
    "iv": ("v, x", {"x": _BESSEL.format("iv", "+")}),
    "ive": ("v, x", {"x": f"{_BESSEL.format('ive', '+')} - g * np.sign(x) * y"}),
    "kv": ("v, x", {"x": f"-{_BESSEL.format('kv', '+')}"}),
    "kn": ("v, x", {"x": f"-{_BESSEL.format('kv', '+')}"}),
    "kve": ("v, x", {"x": f"g * y - {_BESSEL.format('kve', '+')}"}),
}

# Piecewise constant: the derivative is zero wherever it exists.
_STEPS = ("gammasgn", "round")

# Polynomials of a degree n: the parameters, and the derivative where the degree is not zero
_POLYNOMIALS: dict[str, tuple[str, str]] = {
    "eval_chebyt": ("n, x", "n * special.eval_chebyu(n - 1, x)"),
    "eval_chebyu": ("n, x", "2 * special.eval_gegenbauer(n - 1, 2, x)"),
    "eval_legendre": ("n, x", "special.eval_gegenbauer(n - 1, 1.5, x)"),
    "eval_hermite": ("n, x", "2 * n * special.eval_hermite(n - 1, x)"),
    "eval_hermitenorm": ("n, x", "n * special.eval_hermitenorm(n - 1, x)"),
    "eval_laguerre": ("n, x", "-special.eval_genlaguerre(n - 1, 1, x)"),
    "eval_genlaguerre": ("n, alpha, x", "-special.eval_genlaguerre(n - 1, alpha + 1, x)"),
    "eval_gegenbauer": (
        "n, alpha, x",
        "2 * alpha * special.eval_gegenbauer(n - 1, alpha + 1, x)",
    ),
    "eval_jacobi": (
        "n, alpha, beta, x",
        "(n + alpha + beta + 1) / 2 * special.eval_jacobi(n - 1, alpha + 1, beta + 1, x)",
    ),
}

# Those of several results: the derivatives of these by x, where y are the results
_TUPLES: dict[str, tuple[str, ...]] = {
    "fresnel": ("np.sin(np.pi / 2 * x * x)", "np.cos(np.pi / 2 * x * x)"),
    "sici": ("np.sinc(x / np.pi)", "np.cos(x) / x"),
    "shichi": ("np.sinh(x) / x", "np.cosh(x) / x"),
    "airy": ("y[1]", "x * y[0]", "y[3]", "x * y[2]"),
    "itj0y0": ("special.j0(x)", "special.y0(x)"),
    "iti0k0": ("special.i0(x)", "special.k0(x)"),
}


def _ufunc(name: str, params: str, pullback: Templates | Callable[[Call], Templates]) -> Rule:
    kind = elementwise(getattr(special, name))
    return Rule(f"scipy.special.{name}", f"{params}, {_OUT}", kind, pullback, True)


def _polynomial(text: str) -> Callable[[Call], Templates]:
    """The derivative of a polynomial has one degree less."""

    def pullback(call: Call) -> Templates:
        degree = call.static("n")
        if not isinstance(degree, int) or degree < 0:
            raise refusal(call, "of such a degree", "use an integer")
        return {"x": f"g * ({text})" if degree else "0"}

    return pullback


def _tuple_kind(name: str) -> Callable[[Call], Kind]:
    function = getattr(special, name)

    def infer(call: Call) -> Kind:
        part = elementwise_kind(function, list(call.kinds.values()))
        return Items(tuple, (part,) * function.nout)

    return infer


def _reached_sum(call: Call, terms: Sequence[str]) -> str:
    """The sum of what the results contribute that have an adjoint: the derivative by another one
    may be infinite."""
    return " + ".join(term for i, term in enumerate(terms) if call.reaches(str(i))) or "0"


def _of_tuple(name: str, slopes: tuple[str, ...]) -> Rule:
    def pullback(call: Call) -> Templates:
        return {"x": _reached_sum(call, [f"g[{i}] * ({s})" for i, s in enumerate(slopes)])}

    pushed = ", ".join(f"g * ({slope})" for slope in slopes)
    return Rule(
        f"scipy.special.{name}",
        f"x, {_OUT}",
        _tuple_kind(name),
        pullback,
        pushforward={"x": f"({pushed})"},
        cost=3,
    )


_ELLIPJ = ("y[1] * y[2]", "-y[0] * y[2]", "-m * y[0] * y[1]", "y[2]")


def _ellipj(call: Call) -> Templates:
    text = _reached_sum(call, [f"g[{i}] * ({slope})" for i, slope in enumerate(_ELLIPJ)])
    u, m = dims(call.kinds["u"]), dims(call.kinds["m"])
    return {"u": unbroadcast_text(f"({text})", broadcast(u, m), u, "u")}


# ----- functions that are no universal functions -----


def _broadcast_kind(name: str, *params: str) -> Callable[[Call], Kind]:
    """The kind of what has a result for each element of some arguments."""
    function = getattr(special, name)

    def infer(call: Call) -> Kind:
        kinds = [call.kinds[param] for param in params]
        return Array(trial_dtype(function, *kinds), broadcast(*map(dims, kinds)))

    return infer


def _expn(call: Call) -> Templates:
    if call.is_static("n") and call.static("n") > 0:
        return {"x": "-g * special.expn(n - 1, x)"}
    last = "(1 + 1 / x) * np.exp(-x) / x"
    return {"x": f"-g * np.where(n == 0, {last}, special.expn(np.maximum(n - 1, 0), x))"}


def _zeta(call: Call) -> Templates:
    if call.is_static("q") and call.static("q") is None:
        raise refusal(call, "of one argument", "give the second one, `q`, and differentiate by it")
    return {"q": "-g * x * special.zeta(x + 1, q)"}


def _zeta_kind(call: Call) -> Kind:
    params = ("x",) if call.is_static("q") and call.static("q") is None else ("x", "q")
    return _broadcast_kind("zeta", *params)(call)


def _spherical(call: Call, sign: str) -> Templates:
    """The second derivative is that of the differential equation."""
    name = call.rule.name.rpartition(".")[2]
    if not call.static("derivative"):
        return {"z": f"g * special.{name}(n, z, derivative=True)"}
    rest = f"(n * (n + 1) / (z * z) {sign} 1) * special.{name}(n, z)"
    return {"z": f"g * ({rest} - 2 / z * y)"}


def _spherical_rule(name: str, sign: str) -> Rule:
    return Rule(
        f"scipy.special.{name}",
        "n, z, derivative=False",
        _broadcast_kind(name, "n", "z"),
        lambda call: _spherical(call, sign),
        elementwise=True,
    )


def _multigammaln(call: Call) -> Templates:
    d = call.static("d")
    terms = (f"special.psi(a - {j / 2})" if j else "special.psi(a)" for j in range(d))
    return {"a": f"g * ({' + '.join(terms)})"}


# ----- reductions -----


def _logsumexp_kind(call: Call) -> Kind:
    kinds = [call.kinds["a"]] + ([call.kinds["b"]] if _is_weighted(call) else [])
    dtype = trial_dtype(special.logsumexp, *kinds) if len(kinds) == 1 else None
    if len(kinds) == 2:
        dtype = trial_dtype(lambda a, b: special.logsumexp(a, b=b), *kinds)
    return Array(dtype, reduced(call, "a"))


def _is_weighted(call: Call) -> bool:
    return not (call.is_static("b") and call.static("b") is None)


def _logsumexp_parts(call: Call) -> dict[str, str]:
    """What each argument contributes to the result, for each element."""
    require_arrays(call, "a")
    refuse_unless(call, "return_sign", False)
    if not _is_weighted(call):
        return {"a": f"np.exp(a - {spread(call, 'y', 'a')})"}
    require_arrays(call, "b")
    if not _fits_into(dims(call.kinds["b"]), dims(call.kinds["a"])):
        raise refusal(
            call, "with `b` of another shape", "make them of one shape with `np.broadcast_to`"
        )
    weight = f"np.exp(a - {spread(call, 'y', 'a')})"
    return {"a": f"b * {weight}", "b": weight}


def _fits_into(b: Dims | None, a: Dims | None) -> bool:
    """Whether broadcasting certainly leaves the shape `a` as it is."""
    if a is None or b is None or len(b) > len(a):
        return False
    pairs = zip(reversed(a), reversed(b), strict=False)
    return all(n == 1 or certainly_equal(m, n) or not may_be_one(m) for m, n in pairs)


def _logsumexp(call: Call) -> Templates:
    g = spread(call, "g", "a")
    texts = {param: f"{g} * {text}" for param, text in _logsumexp_parts(call).items()}
    if "b" in texts:
        a, b = dims(call.kinds["a"]), dims(call.kinds["b"])
        texts["b"] = unbroadcast_text(texts["b"], a, b, "b")
    return texts


def _logsumexp_forward(call: Call) -> Templates:
    rest = "".join(f", {name}={name}" for name in ("axis", "keepdims") if name in call.given)
    parts = _logsumexp_parts(call)
    return {param: f"np.sum(g * {text}{rest})" for param, text in parts.items()}


def _same_kind(name: str) -> Callable[[Call], Kind]:
    function = getattr(special, name)

    def infer(call: Call) -> Kind:
        return Array(trial_dtype(function, call.kinds["x"]), dims(call.kinds["x"]))

    return infer


def _softmax(call: Call) -> Templates:
    """The matrix of derivatives is symmetric."""
    require_arrays(call, "x")
    return {"x": f"y * (g - np.sum(g * y{along(call)}))"}


def _log_softmax(call: Call) -> Templates:
    require_arrays(call, "x")
    return {"x": f"g - np.exp(y) * np.sum(g{along(call)})"}


def _log_softmax_forward(call: Call) -> Templates:
    return {"x": f"g - np.sum(g * np.exp(y){along(call)})"}


# ----- the table -----

RULES: tuple[Rule, ...] = (
    *(_ufunc(name, "x", {"x": text}) for name, text in _UNARY.items()),
    *(_ufunc(name, params, texts) for name, (params, texts) in _SEVERAL.items()),
    *(_ufunc(name, "x", {}) for name in _STEPS),
    *(_ufunc(n, params, _polynomial(text)) for n, (params, text) in _POLYNOMIALS.items()),
    *(_of_tuple(name, slopes) for name, slopes in _TUPLES.items()),
    _ufunc("expn", "n, x", _expn),
    Rule(
        "scipy.special.ellipj",
        f"u, m, {_OUT}",
        _tuple_kind("ellipj"),
        _ellipj,
        pushforward={"u": f"({', '.join(f'g * ({slope})' for slope in _ELLIPJ)})"},
        cost=3,
    ),
    *(
        Rule(
            f"scipy.special.{name}",
            "v, z, n=1",
            _broadcast_kind(name, "v", "z"),
            {"z": f"g * special.{name}(v, z, n + 1)"},
            elementwise=True,
        )
        for name in ("jvp", "yvp", "ivp", "kvp")
    ),
    *(_spherical_rule(name, "-") for name in ("spherical_jn", "spherical_yn")),
    *(_spherical_rule(name, "+") for name in ("spherical_in", "spherical_kn")),
    Rule(
        "scipy.special.polygamma",
        "n, x",
        _broadcast_kind("polygamma", "n", "x"),
        {"x": "g * special.polygamma(n + 1, x)"},
        elementwise=True,
    ),
    Rule("scipy.special.zeta", "x, q=None, out=!", _zeta_kind, _zeta, elementwise=True),
    Rule(
        "scipy.special.multigammaln",
        "a, d",
        lambda call: Array(
            trial_dtype(lambda a: special.multigammaln(a + 9, 1), call.kinds["a"]),
            dims(call.kinds["a"]),
        ),
        _multigammaln,
        elementwise=True,
    ),
    defined("scipy.special.softplus", "x", "np.logaddexp(0, x)"),
    Rule(
        "scipy.special.logsumexp",
        "a, axis=None, b=None, keepdims=False, return_sign=False",
        _logsumexp_kind,
        _logsumexp,
        pushforward=_logsumexp_forward,
        cost=3,
    ),
    Rule(
        "scipy.special.softmax",
        "x, axis=None",
        _same_kind("softmax"),
        _softmax,
        pushforward=_softmax,
        cost=3,
    ),
    Rule(
        "scipy.special.log_softmax",
        "x, axis=None",
        _same_kind("log_softmax"),
        _log_softmax,
        pushforward=_log_softmax_forward,
        cost=3,
    ),
)
