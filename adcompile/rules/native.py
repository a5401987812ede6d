"""What native code calls besides NumPy, see `native.helpers`; no program of the user's has them."""

from __future__ import annotations

from adcompile.kinds import BOOL, FLOAT, INT, NONE, UNKNOWN, Scalar
from adcompile.rules.infer import constant, same
from adcompile.rules.registry import Rule

_COMPLEX = Scalar(complex)

RULES: tuple[Rule, ...] = (
    Rule("native.same", "a, b", constant(INT), {}, cost=1, hint="size"),
    Rule("native.nonempty", "n", constant(INT), {}, cost=1),
    Rule("native.within", "i, n", constant(INT), {}, cost=1),
    Rule("native.at_least", "n, least", constant(NONE), {}, cost=1),
    Rule("native.present", "is_none", constant(NONE), {}, cost=1),
    Rule("native.first", "start, n", constant(INT), {}, cost=1),
    Rule("native.last", "start, n", constant(INT), {}, cost=1),
    Rule("native.rounded", "x, digits", constant(FLOAT), {}, cost=1),
    Rule("native.greatest", "values", constant(FLOAT), {}, cost=3),
    Rule("native.least", "values", constant(FLOAT), {}, cost=3),
    Rule("native.turned", "shift, n", constant(INT), {}, cost=1, hint="shift"),
    Rule("native.plus", "a, b", constant(INT), {}, cost=1),
    Rule("native.minus", "a, b", constant(INT), {}, cost=1),
    Rule("native.times", "a, b", constant(INT), {}, cost=1),
    Rule("native.power", "a, b", constant(INT), {}, cost=1),
    Rule("native.quotient", "a, b", constant(INT), {}, cost=1),
    Rule("native.remainder", "a, b", constant(INT), {}, cost=1),
    Rule("native.integer", "x", constant(INT), {}, cost=1),
    Rule("native.truth", "x", constant(BOOL), {}, cost=1),
    Rule("containers.zero", "x", same("x"), {}, cost=3),
    Rule("native.heaviside", "x, h", constant(FLOAT), {}, cost=1),
    Rule("native.log_gamma", "x", constant(FLOAT), {}, cost=1),
    Rule("native.gamma", "x", constant(FLOAT), {}, cost=1),
    Rule("native.products", "a, b", constant(UNKNOWN), {}, cost=3),
    Rule("native.stacked", "values", constant(UNKNOWN), {}, cost=3),
    Rule("native.pieces", "g, arrays, axis", constant(UNKNOWN), {}, cost=3),
    Rule("native.transposed", "a, axes", constant(UNKNOWN), {}, cost=0, fresh=False),
    Rule("native.joined", "values, axis", constant(UNKNOWN), {}, cost=3),
    *(
        Rule(f"complexes.{name}", "z", constant(_COMPLEX), {}, cost=2)
        for name in ("sinh", "cosh", "tanh", "sign")
    ),
    Rule("complexes.power", "z, w", constant(_COMPLEX), {}, cost=2),
    Rule("transforms.fft", "a", constant(UNKNOWN), {}, cost=3),
    Rule("transforms.ifft", "a", constant(UNKNOWN), {}, cost=3),
    *(
        Rule(f"rows.{name}", params, constant(UNKNOWN), {}, cost=3)
        for name, params in (
            ("sort", "a"),
            ("argsort", "a"),
            ("cumsum", "a"),
            ("cumprod", "a"),
            ("products_of_others", "a"),
            ("products_of_others_along", "a, v"),
            ("cumprod_adjoint", "h, a"),
            ("cumprod_tangent", "h, a"),
            ("resized", "t, n"),
            ("mirrored", "t, n"),
            ("from_diagonal", "g, n, m, offset"),
            ("value_of_polynomial", "p, x"),
        )
    ),
    Rule("elementary.exp", "x", constant(FLOAT), {}, cost=2),
    Rule("elementary.tanh", "x", constant(FLOAT), {}, cost=2),
    Rule("elementary.log", "x", constant(FLOAT), {}, cost=2),
    Rule("elementary.largest", "x", constant(FLOAT), {}, cost=3),
    Rule("elementary.smallest", "x", constant(FLOAT), {}, cost=3),
    Rule("native.trips", "start, stop, step", constant(INT), {}, cost=1),
)
