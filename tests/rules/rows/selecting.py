import numpy as np

from tests.rules.contract import (
    apart,
    array,
    each,
    integers,
    mask,
    number,
    refused,
    row,
    table,
    value,
)

_PLACES = value(np.array([2, 0, 2]))

ROWS = [
    # Taking
    *each(
        ("np.take(a, n)", "a.take(n)", "np.take(a, [0, 2])", "np.take(a, (1, 1))"),
        a=array(4),
        n=_PLACES,
    ),
    *table(
        "np.take(a, n{})",
        ("", ", axis=0", ", axis=1", ", axis=-1", ", 0"),
        a=array(3, 4),
        n=_PLACES,
    ),
    *each(("np.take(a, 1)", "np.take(a, 1, axis=0)", "a.take(2, 1)"), a=array(3, 4)),
    row("np.take(a, n, axis=-2)", a=array(2, 3, 4), n=integers(2, 2)),
    refused("np.take(a, n, mode='wrap')", "mode", a=array(4), n=integers(2)),
    refused("np.take(a, m)", "integers", a=array(4), m=mask(2)),
    *table(
        "np.take_along_axis(a, np.argsort(a, axis={0}), {0})".replace("{0}", "{}"),
        ("0", "1", "-1"),
        a=apart(3, 4),
    ),
    row("np.take_along_axis(a, n, axis=None)", a=array(3, 4), n=_PLACES),
    row("np.take_along_axis(a, n, axis=1)", a=array(3, 4), n=integers(3, 2)),
    row("np.take_along_axis(a, n, axis=1)", a=array(2, 3, 4), n=integers(2, 2, 4)),
    row("np.take_along_axis(a, n, 0)", a=array(4), n=integers(2)),
    *each(("np.compress(m, a)", "a.compress(m)", "np.extract(m, a)"), a=array(4), m=mask(4)),
    *each(("np.compress(m, a, axis=0)", "a.compress(m, axis=0)"), a=array(3, 4), m=mask(3)),
    *table("np.compress(m, a{})", (", axis=1", ", axis=-1", ""), a=array(3, 4), m=mask(4)),
    row("np.extract(m, a)", a=array(2, 3), m=mask(2, 3)),
    *table("np.delete(a, {})", ("1", "-1", "[0, 2]", "slice(1, 3)", "n"), a=array(4), n=_PLACES),
    *table("np.delete(a, {})", ("1, axis=0", "[0, 2], axis=1", "1", "-1, -1"), a=array(3, 4)),
    *table(
        "np.insert(a, {})",
        ("1, b", "-1, b", "n, b", "0, 2.0 * b"),
        a=array(4),
        b=number(),
        n=value(2),
    ),
    row("np.insert(a, 1, b)", a=array(4), b=array(2)),
    row("np.insert(a, 1, b)", a=array(2, 3), b=number()),
    refused("np.insert(a, [0, 1], b)", "several places", a=array(4), b=number()),
    refused("np.insert(a, 1, b, axis=0)", "rows", a=array(3, 4), b=array(4)),
    row("a[n, np.arange(3)]", a=array(2, 3), n=value(np.array([[0, 1, 1], [0, 0, 1]]))),
    row("a[np.arange(1), n]", a=array(2, 3), n=value(np.array([0, 2, 2]))),
    row("a[np.arange(-2, 2), [1, 1, 1, 1]]", a=array(2, 3)),
    # Choosing
    *table(
        "np.select({})",
        (
            "[a > 0, a < -1], [a, a * b]",
            "[a > 0, a < -1], [a, b], default=2.0",
            "[a > 0, m], [np.sqrt(np.abs(a)), 0.0], b * a",
        ),
        a=array(5),
        b=number(),
        m=mask(5),
    ),
    *each(
        ("np.choose(n, (a, b))", "np.choose(n, [a, b * a])", "n.choose((a, b))"),
        a=array(4),
        b=array(4),
        n=value(np.array([0, 1, 1, 0])),
    ),
    row("np.choose([0, 1, 0], (a, b))", a=array(3), b=array(3)),
    row("np.choose(n, (a, b))", a=array(), b=array(3), n=value(np.array([[0], [1]]))),
    refused("np.choose(n, a)", "one array", a=array(2, 3), n=value(np.array([0, 1, 1]))),
    # Joining and splitting
    *each(
        ("np.append(a, b)", "np.append(a, 2.0) * b[0]", "np.append(b, a)"),
        a=array(2, 3),
        b=array(2),
    ),
    *each(("np.append(a, b, axis=0)", "np.append(a, b, 0)"), a=array(2, 3), b=array(1, 3)),
    row("np.append(a, b)", a=array(3), b=number()),
    row("np.dstack((a, b))", a=array(2, 3), b=array(2, 3)),
    row("np.dstack((a, b))", a=array(3), b=array(3)),
    row("np.dstack([a, b])", a=array(2, 3, 2), b=array(2, 3)),
    *each(("np.hsplit(a, 2)[0]", "np.hsplit(a, [1])[1]"), a=array(4)),
    *each(("np.hsplit(a, 2)[1]", "np.vsplit(a, 2)[0]", "np.vsplit(a, [1, 2])[1]"), a=array(4, 6)),
    row("np.dsplit(a, 2)[1]", a=array(2, 3, 4)),
    *each(
        ("np.unstack(a)[1]", "np.unstack(a, axis=1)[0] * np.unstack(a, axis=-1)[2]"), a=array(2, 3)
    ),
    *each(
        (
            "np.block([a, b])",
            "np.block([[a, b], [b, a]])",
            "np.block([[a], [b]])",
            "np.block(a) * b",
        ),
        a=array(2, 2),
        b=array(2, 2),
    ),
    *each(("np.block([a, b, 1.0])", "np.block([[a, b], [0.0, a]])"), a=array(3), b=number()),
    row("np.block([[a, b], [b.T, c]])", a=array(2, 2), b=array(2, 1), c=array(1, 1)),
    # Shapes
    *each(
        ("np.broadcast_arrays(a, b)[0] * b", "np.broadcast_arrays(a, b)[1] * a"),
        a=array(2, 1),
        b=array(3),
    ),
    *each(
        (
            "np.rollaxis(a, 2)",
            "np.rollaxis(a, 0, 3)",
            "np.rollaxis(a, 1, 1)",
            "np.rollaxis(a, -1, 1)",
        ),
        a=array(2, 3, 4),
    ),
    *table("np.resize(a, {})", ("7", "(2, 2)", "(3, 4)", "n"), a=array(2, 3), n=value(4)),
    *each(("np.diagflat(a)", "np.diagflat(a, 1)"), a=array(2, 2)),
    *table(
        "np.lib.stride_tricks.sliding_window_view(a, {})",
        ("2, axis=0", "3, axis=1", "(2, 2)", "2, axis=-1", "(2, 3), axis=(1, 0)"),
        a=array(3, 4),
    ),
    row("np.lib.stride_tricks.sliding_window_view(a, n)", a=array(5), n=value(3)),
    *each(("a.item(1)", "a[0].item()", "a.item(-1) * a"), a=array(3)),
    *each(("a.item(1, 2)", "a.item(4)"), a=array(2, 3)),
]
