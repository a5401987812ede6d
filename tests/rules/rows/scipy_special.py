"""Rows for `scipy.special`."""

import numpy as np
from scipy import special

from tests.rules.contract import (
    Maker,
    Row,
    above_one,
    array,
    each,
    inside,
    mask,
    number,
    positive,
    refused,
    row,
    table,
    value,
)

# The functions of one argument by the domain that they are checked on
_DOMAINS: tuple[tuple[object, str], ...] = (
    (
        array,
        "expit log_expit erf erfc erfi erfcx ndtr log_ndtr dawsn rgamma expi exp2 exp10 "
        "expm1 cosm1 cosdg sindg tandg cotdg exprel wrightomega j0 j1 i0 i1 i0e i1e "
        "softplus",
    ),
    (
        positive,
        "gamma gammaln loggamma psi digamma entr exp1 log1p cbrt spence y0 k0 k1 k0e k1e ellipkm1",
    ),
    (inside, "erfinv ellipk ellipe"),
    (lambda *shape: array(*shape, low=0.1, high=0.9), "logit ndtri erfcinv"),
    (lambda *shape: array(*shape, low=-5.0, high=-0.2), "ndtri_exp"),
)
# Where SciPy's own values are of single precision in the middle
_COARSE = {"wrightomega", "spence", "ellipkm1"}


def _unary() -> list[Row]:
    return [
        row(f"special.{name}(a)", a=maker(*shape), single=name not in _COARSE)  # type: ignore[operator]
        for maker, names in _DOMAINS
        for name in names.split()
        if hasattr(special, name)
        for shape in ((), (3,), (2, 3))
    ]


def _between(low: float, high: float, *shape: int) -> Maker:
    return array(*shape, low=low, high=high)


_UNIT = _between(0.1, 0.9, 3)

ROWS = [
    *_unary(),
    *each(("special.erf(a)", "special.gammaln(a)", "special.expit(a)"), a=number(0.3, 2.0)),
    # Far out, nothing overflows or is lost
    row("special.log_ndtr(a)", a=value(np.array([-40.0, -8.0, 0.0, 8.0]))),
    row("special.log_expit(a)", a=value(np.array([-700.0, -30.0, 30.0, 700.0]))),
    row("special.expit(a)", a=value(np.array([-700.0, 0.0, 30.0]))),
    row("special.exprel(a)", a=value(np.array([-1e-3, 0.0, 1e-9, 0.0099, 0.0101])), single=False),
    row("special.spence(a)", a=value(np.array([1.0, 1.005, 0.98, 1.02])), single=False),
    *each(("special.j1(a)", "special.i1(a)", "special.exprel(a)"), a=value(np.zeros(2))),
    row("special.ellipk(a)", a=value(np.array([0.0, 1e-9, 0.99])), single=False),
    row("special.ellipe(a)", a=value(np.array([0.0, 1e-9, 0.99])), single=False),
    # Of two arguments that are differentiated
    *(
        row(f"special.{name}(a, b)", a=positive(*x), b=positive(*y))
        for name in ("xlogy", "xlog1py", "rel_entr", "kl_div", "beta", "betaln", "poch", "powm1")
        for x, y in (((3,), (3,)), ((), (3,)), ((2, 1), (3,)))
    ),
    row("special.huber(a, b)", a=positive(3), b=array(3)),
    row("special.huber(a, b)", a=value(1.0), b=value(np.array([-3.0, -0.5, 0.0, 0.5, 3.0]))),
    row("special.pseudo_huber(a, b)", a=positive(3), b=array(3)),
    row("special.pseudo_huber(a, b)", a=positive(2), b=value(np.array([0.0, 1e-4])), single=False),
    row("special.radian(a, b, c)", a=array(3), b=array(3), c=array()),
    row("special.binom(a, b)", a=_between(3.1, 5.0, 3), b=_between(0.3, 2.0, 3)),
    row("special.owens_t(a, b)", a=array(3), b=array(3)),
    *table("special.{}(a, b)", ("boxcox", "boxcox1p"), a=positive(3), b=array(3)),
    *table("special.{}(b, a)", ("inv_boxcox", "inv_boxcox1p"), a=inside(3), b=_UNIT),
    row("special.boxcox(a, b)", a=positive(3), b=value(np.array([0.0, 1e-6, 0.01])), single=False),
    row(
        "special.inv_boxcox(a, b)", a=inside(3), b=value(np.array([0.0, 1e-6, 0.012])), single=False
    ),
    # Zeros
    row("special.xlogy([0.0, 2.0], a)", a=positive(2)),
    row("special.xlogy(np.array([0.0, 1.0]), a)", a=positive(2)),
    # In one argument only
    *table("special.{}([0.7, 1.0, 3.0], a)", ("gammainc", "gammaincc"), a=positive(3)),
    *table("special.{}(2.5, a)", ("gammaincinv", "gammainccinv"), a=_UNIT),
    *table("special.{}(2.0, 3.5, a)", ("betainc", "betaincc"), a=_UNIT),
    *table("special.{}(2.0, 3.5, a)", ("betaincinv", "betainccinv"), a=_UNIT),
    *table("special.{}(3.0, a)", ("stdtr", "stdtrit", "chdtr", "chdtrc", "chdtri"), a=_UNIT),
    *table("special.{}(2.0, a)", ("pdtr", "pdtrc"), a=positive(3)),
    *table("special.{}(a, 2.5, b)", ("gdtr", "gdtrc"), a=positive(3), b=positive()),
    *table("special.{}(1.5, 2.5, a)", ("hyp1f1", "hyperu"), a=positive(3)),
    row("special.hyp0f1(1.5, a)", a=array(3)),
    row("special.hyp2f1(0.5, 1.5, 2.5, a)", a=inside(3)),
    *table("special.{}(a, 0.3)", ("ellipkinc", "ellipeinc"), a=array(3)),
    *table("special.{}(1.5, a)", ("jv", "jve", "yv", "yve"), a=positive(3)),
    *table("special.{}(1.5, a)", ("iv", "ive", "kv", "kve"), a=positive(3)),
    *table("special.{}(2, a)", ("jn", "kn"), a=positive(3)),
    *table("special.{}(1, a)", ("jvp", "yvp", "ivp", "kvp"), a=positive(3)),
    row("special.jvp(1.5, a, 2)", a=positive(3)),
    *table(
        "special.{}(2, a)",
        ("spherical_jn", "spherical_yn", "spherical_in", "spherical_kn"),
        a=positive(3),
    ),
    *table(
        "special.{}(2, a, derivative=True)",
        ("spherical_jn", "spherical_yn", "spherical_in", "spherical_kn"),
        a=positive(3),
    ),
    *each(
        ("special.expn(2, a)", "special.expn(n, a)"), a=positive(3), n=value(np.array([0, 1, 3]))
    ),
    *each(("special.polygamma(0, a)", "special.polygamma(2, a)"), a=positive(3)),
    row("special.polygamma(n, a)", a=positive(3), n=value(np.array([0, 1, 2]))),
    row("special.zeta(2.5, a)", a=positive(3)),
    *table("special.multigammaln(a, {})", "123", a=_between(1.5, 4.0, 3)),
    row("special.multigammaln(a, 2)", a=above_one()),
    # Polynomials
    *(
        row(f"special.{name}({degree}, a)", a=inside(3))
        for degree in (0, 1, 3)
        for name in (
            "eval_chebyt",
            "eval_chebyu",
            "eval_legendre",
            "eval_hermite",
            "eval_hermitenorm",
            "eval_laguerre",
        )
    ),
    *table("special.{}(3, 0.7, a)", ("eval_genlaguerre", "eval_gegenbauer"), a=inside(3)),
    row("special.eval_jacobi(3, 0.7, 0.4, a)", a=inside(3)),
    # Several results
    *table("special.fresnel(a){}", ("[0]", "[1]", "[0] * special.fresnel(a)[1]"), a=array(3)),
    *table("special.{}(a)[0]", ("sici", "shichi"), a=array(3)),
    *table("special.{}(a)[1]", ("sici", "shichi"), a=positive(3)),
    row("special.sici(a)[0]", a=value(np.array([0.0, 1.0]))),
    *table("special.airy(a)[{}]", "0123", a=array(3)),
    *table("special.{}(a)[0]", ("itj0y0", "iti0k0"), a=positive(3)),
    *table("special.ellipj(a, 0.3)[{}]", "0123", a=array(3)),
    row("special.ellipj(a, np.array([0.1, 0.2]))[0]", a=array()),
    # Zero wherever there is a derivative
    *table("special.{}(a) + a", ("gammasgn", "round"), a=array(3)),
    # Reductions
    *table(
        "special.logsumexp(a{})",
        (
            "",
            ", axis=0",
            ", axis=1",
            ", axis=-1, keepdims=True",
            ", axis=(0, 1)",
            ", keepdims=True",
        ),
        a=array(3, 4),
    ),
    row("special.logsumexp(a)", a=value(np.array([1e3, -1e3, 1e3 - 1.0]))),
    row("special.logsumexp(a, b=b)", a=array(3), b=positive(3)),
    row("special.logsumexp(a, axis=1, b=b)", a=array(2, 3), b=positive(3)),
    row("special.logsumexp(a, b=np.array([1.0, 2.0]), axis=1, keepdims=True)", a=array(3, 2)),
    refused("special.logsumexp(a, b=b)", "with `b` of another shape", a=array(), b=positive(3)),
    refused("special.logsumexp(a, return_sign=True)[0]", "return_sign", a=array(3)),
    *(
        row(f"special.{name}(a{rest})", a=array(3, 4))
        for name in ("softmax", "log_softmax")
        for rest in ("", ", axis=0", ", axis=-1", ", axis=(0, 1)")
    ),
    row("special.softmax(a)", a=value(np.array([1e3, 0.0, -1e3]))),
    # Refused
    refused("special.gammainc(a, b)", "gammainc", a=positive(3), b=positive(3)),
    refused("special.erf(a, out=b)", "out", a=array(3), b=mask(3)),
    refused("special.jv(a, 1.0)", "jv", a=positive(3)),
    refused("special.zeta(a)", "zeta", a=above_one(3)),
    refused("special.lambertw(a)", "lambertw", a=positive(3)),
    refused("special.factorial(a)", "factorial", a=positive(3)),
]
