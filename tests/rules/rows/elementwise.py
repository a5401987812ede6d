import numpy as np

from tests.rules.contract import (
    Maker,
    Row,
    above_one,
    apart,
    array,
    combinations,
    each,
    inside,
    mask,
    number,
    positive,
    refused,
    row,
    shapes_of,
    table,
    value,
)

# The functions of one argument by the domain that they are checked on
_DOMAINS: dict[str, tuple[object, str]] = {
    "reals": (
        array,
        "exp exp2 expm1 square absolute abs fabs sin cos tan arctan sinh cosh tanh arcsinh "
        "degrees radians deg2rad rad2deg negative positive cbrt reciprocal atan asinh",
    ),
    "positive": (positive, "log log2 log10 log1p sqrt"),
    "inside": (inside, "arcsin arccos arctanh asin acos atanh"),
    "above one": (above_one, "arccosh acosh"),
}
_SHAPES = ((), (3,), (2, 3))
_PAIRS = tuple(combinations((), (1,), (3,), (2, 3), (1, 3), (2, 1)))
_BINARY = "add subtract multiply arctan2 atan2 hypot logaddexp"
_MATH = (
    (number(), "exp expm1 sin cos tan atan sinh cosh tanh asinh fabs degrees radians erf"),
    (number(0.3, 2.0), "log log2 log10 log1p sqrt"),
    (number(-0.9, 0.9), "asin acos atanh"),
    (number(1.2, 3.0), "acosh"),
)


def _unary() -> list[Row]:
    rows = []
    for maker, names in _DOMAINS.values():
        for name in names.split():
            if not hasattr(np, name):
                continue
            rows += [row(f"np.{name}(a)", a=maker(*shape)) for shape in _SHAPES]  # type: ignore[operator]
    return rows


def _math() -> list[Row]:
    rows = []
    for maker, names in _MATH:
        rows += table("math.{}(a)", names.split(), a=maker)
        rows += table("np.{}(a)", [n for n in names.split() if hasattr(np, n)], a=maker)
    return rows


def _pairs(expr: str, a: object = array, b: object = array) -> list[Row]:
    return [row(expr, a=a(*x), b=b(*y)) for x, y in _PAIRS]  # type: ignore[operator]


def _separate(low: float, *shape: int) -> Maker:
    """Values that differ from those of another `low` by at least 0.1."""
    return lambda rng: (np.floor(rng.uniform(-3, 3, shape)) + low)[()]


ROWS = [
    *_unary(),
    *_math(),
    *(r for name in _BINARY.split() if hasattr(np, name) for r in _pairs(f"np.{name}(a, b)")),
    *_pairs("np.divide(a, b)", array, positive),
    *_pairs("np.true_divide(a, b)", array, positive),
    *_pairs("np.power(a, b)", positive, array),
    *_pairs("np.copysign(a, b)"),
    *_pairs("np.remainder(a, b)", positive, above_one),
    *(
        row(f"np.{name}(a, b)", a=_separate(0.2, *x), b=_separate(0.6, *y))
        for name in ("maximum", "minimum", "fmax", "fmin")
        for x, y in _PAIRS
    ),
    *table(
        "np.{}(a, b)",
        ("maximum", "minimum", "hypot", "power", "add"),
        a=positive(3),
        b=number(0.4, 0.9),
    ),
    *table(
        "np.{}(b, a)",
        ("maximum", "minimum", "hypot", "power", "add"),
        a=positive(3),
        b=number(0.4, 0.9),
    ),
    *table("np.{}(a, b)", ("maximum", "minimum"), a=number(1.0, 2.0), b=number(0.0, 0.5)),
    *table("np.maximum({})", ("a, 0", "a, 0.0", "0, a", "0.0, a", "a, 0.5"), a=array(4)),
    *table("np.minimum({})", ("a, 0", "0.0, a"), a=array(4)),
    row("np.maximum(a, b)", a=value(np.array([1.0, 2.0])), b=value(np.array([1.0, 0.0]))),
    row("np.absolute(a)", a=value(np.array([0.0, -1.0]))),
    row("np.hypot(a, b)", a=value(np.array([3.0, 1.0])), b=value(np.array([4.0, 0.0]))),
    # The derivative is zero wherever there is one
    *table("np.{}(a) + a", ("sign", "floor", "ceil", "trunc", "rint"), a=array(3)),
    *table("math.{}(a) + a", ("floor", "ceil", "trunc"), a=number()),
    row("np.power(a, 3)", a=array(3)),
    row("np.power(a, 0)", a=array(3)),
    row("np.power(2.0, a)", a=array(3)),
    row("np.power(a, n)", a=array(3), n=value(np.array([0, 1, 2]))),
    row("math.atan2(a, b)", a=number(), b=number()),
    row("math.hypot(a, b)", a=number(), b=number()),
    row("math.pow(a, b)", a=number(0.3, 2.0), b=number()),
    row("math.copysign(a, b)", a=number(), b=number()),
    row("math.log(a, b)", a=number(0.3, 2.0), b=number(2.0, 3.0)),
    row("math.log(a, 10)", a=number(0.3, 2.0)),
    # Choices
    *(
        row("np.where(m, a, b)", m=mask(2, 3), a=array(*x), b=array(*y))
        for x, y in combinations((), (3,), (2, 3), (2, 1))
    ),
    row("np.where(m, a, 0)", m=mask(3), a=array(3)),
    row("np.where(a > 0, a, 0.5 * a)", a=array(4)),
    row("np.where(a > 0, np.log(np.abs(a)), 0.0)", a=array(4)),
    row("np.where(m, a, b)", m=mask(3), a=number(), b=array(3)),
    row("np.where(m, a, b)", m=mask(3), a=number(), b=number()),
    *table(
        "np.clip(a, {})",
        ("-1.0, 1.0", "0, 1", "None, 0.5", "-0.5, None", "a_min=-1.0, a_max=1.0"),
        a=array(5),
    ),
    row("np.clip(a, b, c)", a=apart(5), b=number(-0.9, -0.8), c=number(0.8, 0.9)),
    row(
        "np.clip(a, b, c)",
        a=apart(2, 3),
        b=array(3, low=-0.9, high=-0.8),
        c=array(2, 1, low=0.8, high=0.9),
    ),
    row("a.clip(-1.0, 1.0)", a=array(5)),
    row("a.clip(min=0.1)", a=array(5)),
    refused("np.exp(a, where=m)", "where", a=array(3), m=mask(3)),
    refused("np.add(a, a, dtype=np.float32)", "dtype", a=array(3)),
    # Functions that are no ufuncs, or of integers too
    *(row("np.sinc(a)", a=array(*shape)) for shape in _SHAPES),
    row("np.sinc(a)", a=value(np.array([0.0, 1e-5, -2e-4, 1.5e-3, 1.0]))),
    *_pairs("np.logaddexp2(a, b)"),
    row("np.logaddexp(a, b)", a=value(np.array([800.0, -900.0])), b=number()),
    *_pairs("np.fmod(a, b)", array, above_one),
    *_pairs("np.float_power(a, b)", positive, array)[:6],
    # The quotient is what the result says, not what a / b is rounded to
    *table("np.{}(a, b)", ("remainder", "fmod"), a=number(2.2, 2.4), b=number(0.5, 0.6)),
    *table("math.{}(a, b)", ("remainder", "fmod"), a=number(1.2, 1.4), b=number(0.5, 0.6)),
    *table("np.divmod(a, b)[{}] + a * b", "01", a=positive(3), b=above_one(3)),
    *table("divmod(a, b)[{}] + a * b", "01", a=number(3.1, 3.9), b=number(1.1, 1.3)),
    *table("np.modf(a)[{}] + a", "01", a=array(3)),
    *table("math.modf(a)[{}] + a", "01", a=number()),
    *each(("np.ldexp(a, 2)", "np.ldexp(a, n)"), a=array(3), n=value(np.array([1, 0, -2]))),
    row("math.ldexp(a, 3)", a=number()),
    row("np.fix(a) + a", a=array(3)),
    *each(
        (
            "np.conjugate(a)",
            "np.conj(a) * a",
            "a.conj()",
            "np.real(a)",
            "a.real",
            "np.imag(a) + a",
            "a.imag + a",
            "np.real_if_close(a)",
            "np.angle(a) + a",
        ),
        a=array(3),
    ),
    row("math.erfc(a)", a=number()),
    row("math.fsum([a, b, a])", a=number(), b=number()),
    row("math.fsum(a)", a=array(3)),
    *each(("math.prod([a, b, 2.0])", "math.prod((a, b, a), start=3)"), a=number(), b=number()),
    row("math.prod(a)", a=array(4)),
    row("math.dist(a, b)", a=array(3), b=array(3)),
    row("math.dist((a, b), (b, 2.0))", a=number(), b=number()),
    *shapes_of("np.multiply(a, a + b)", (((3,), (2, 3)),)),
]
