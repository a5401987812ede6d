import numpy as np

from tests.rules.contract import (
    apart,
    array,
    each,
    mask,
    number,
    positive,
    refused,
    row,
    table,
    value,
)

_MISSING = "np.where(m, np.nan, a)"
_SOME = value(np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 1, 0, 1]], dtype=bool))

_PLACES = value(np.array([1, 3]))
_QUANTILES = ("[0.2, 0.8]", "(0.2, 0.8), axis=0", "np.array([0.1, 0.75]), 0")

ROWS = [
    *table("np.sort(a{})", ("", ", axis=0", ", axis=None", ", kind='stable'"), a=apart(5)),
    *table("np.sort(a{})", ("", ", axis=0", ", axis=-2", ", axis=None", ", 1"), a=apart(3, 4)),
    *table("np.partition(a, {})", ("2", "1, axis=0", "[0, 3]", "-1"), a=apart(5)),
    *table("np.partition(a, 1{})", ("", ", axis=0", ", axis=None"), a=apart(3, 4)),
    *table("np.median(a{})", ("", ", axis=0", ", keepdims=True"), a=apart(5)),
    row("np.median(a)", a=apart(4)),
    *table("np.median(a{})", ("", ", axis=0", ", axis=-1", ", 1, keepdims=True"), a=apart(3, 4)),
    *table("np.quantile(a, {})", ("0.3", "0.0", "1.0", "0.7, axis=0"), a=apart(5)),
    *table("np.quantile(a, {})", ("0.3", "0.25, axis=1", "0.6, 0, keepdims=True"), a=apart(3, 4)),
    *table("np.percentile(a, {})", ("30", "25.0, axis=1", "60, axis=0"), a=apart(3, 4)),
    *table("np.quantile(a, {})", _QUANTILES, a=apart(4, 3)),
    row("np.percentile(a, [20, 50, 90], axis=1, keepdims=True)", a=apart(3, 4)),
    *table("np.{}(a)", ("unique", "unique_values"), a=apart(5)),
    row("np.unique(np.concatenate((a, a)))", a=apart(4)),
    row("np.unique(a) * np.arange(6)", a=apart(2, 3)),
    row("np.union1d(a, b)", a=apart(3), b=value(np.array([7.0, 8.5]))),
    *each(
        (
            f"np.nanmedian({_MISSING})",
            f"np.nanquantile({_MISSING}, 0.3)",
            f"np.nanpercentile({_MISSING}, 60.0)",
        ),
        a=apart(3, 4),
        m=_SOME,
    ),
    refused("np.nanmedian(a, axis=0)", "along an axis", a=apart(2, 3)),
    refused("np.unique(a, return_counts=True)[0]", "return_counts", a=apart(3)),
    refused("np.quantile(a, 0.2, method='lower')", "method", a=apart(5)),
    refused("np.median(a, axis=(0, 1))", "several axes", a=apart(3, 4)),
    # What is missing
    *(
        r
        for name in ("sum", "prod", "max", "min", "mean", "var", "std")
        for r in table(
            f"np.nan{name}({_MISSING}{{}})",
            ("", ", axis=0", ", axis=1, keepdims=True"),
            a=apart(3, 4),
            m=_SOME,
        )
    ),
    *table(f"np.nan{{}}({_MISSING})", ("cumsum", "cumprod"), a=array(4), m=mask(4)),
    *table("np.nan{}(a, axis=1)", ("var", "std", "mean", "sum"), a=array(3, 4)),
    row(f"np.nanvar({_MISSING}, ddof=1)", a=apart(3, 4), m=_SOME),
    row(f"np.nanstd({_MISSING})", a=value(np.full(3, 2.0)), m=mask(3)),
    row(f"np.nan_to_num({_MISSING}) * 2.0", a=array(4), m=mask(4)),
    # where, initial, dtype
    *(
        r
        for name in ("sum", "prod", "mean")
        for r in table(
            f"np.{name}(a, {{}})",
            ("where=m", "axis=0, where=m", "where=m, keepdims=True", "where=m[:, :1]"),
            a=array(3, 4),
            m=mask(3, 4),
        )
    ),
    *table("np.{}(a, initial=b)", ("sum", "prod", "max", "min"), a=apart(4), b=number()),
    *table("np.{}(a, axis=1, initial=2.0)", ("sum", "prod", "max", "min"), a=apart(3, 4)),
    *table(
        "np.{}(a, where=m, initial=b)",
        ("sum", "prod", "max", "min"),
        a=apart(4),
        b=number(),
        m=mask(4),
    ),
    refused("np.max(a, where=m)", "initial", a=apart(4), m=mask(4)),
    *(
        row(f"np.{name}(a, dtype=np.float64)", a=array(4), single=False)
        for name in ("sum", "prod", "mean", "var", "std", "cumsum", "cumprod")
    ),
    row("np.std(a, correction=1)", a=array(4)),
    row("np.var(a, axis=0, correction=1)", a=positive(4, 2)),
    # Methods of ufuncs
    *table("np.{}.reduce(a)", ("add", "multiply", "maximum", "minimum"), a=apart(3, 4)),
    *table("np.{}.reduce(a, axis=1, keepdims=True)", ("add", "maximum"), a=apart(3, 4)),
    *table("np.{}.reduce(a, axis=None)", ("add", "multiply"), a=array(3, 4)),
    *table("np.add.reduceat(a, {})", ("[0, 2, 3]", "[2, 1, 1]", "n"), a=array(5), n=_PLACES),
    row("np.add.reduceat(a, [0, 2])", a=array(4, 3)),
    refused("np.multiply.reduceat(a, [0, 2])", "reduceat", a=array(4)),
    refused("np.add.reduceat(a, [0, 1], axis=1)", "axis", a=array(2, 2)),
    *table("np.{}.accumulate(a)", ("add", "multiply"), a=array(4)),
    *table("np.{}.accumulate(a, 1)", ("add", "multiply"), a=array(3, 4)),
    *table(
        "np.{}.outer(a, b)",
        ("add", "subtract", "multiply", "hypot", "maximum"),
        a=apart(3),
        b=array(2),
    ),
    row("np.divide.outer(a, b)", a=array(2, 2), b=positive(3)),
    row("np.power.outer(a, b)", a=positive(2), b=array(2, 2)),
    *each(("np.add.outer(a, 2.0) * b", "np.add.outer(b, a)"), a=array(3), b=number()),
    # Running products, with zeros
    *table("np.cumprod(a{})", ("", ", axis=0", ", axis=-1", ", 1"), a=array(2, 3, 4)),
    *each(("np.cumprod(a)", "a.cumprod()"), a=array(4)),
    row("np.cumprod(a)", a=value(np.array([2.0, 0.0, 3.0, -1.0]))),
    row("np.cumprod(a)", a=value(np.array([2.0, 0.0, 3.0, 0.0, 1.5]))),
    row("np.cumprod(a)", a=array(1)),
]
