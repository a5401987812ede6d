"""Differences, their sums, and interpolation (NumPy manual: "Mathematical functions")."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from adcompile.errors import RefusedError
from adcompile.kinds import UNKNOWN, Array, Items, Kind, dims, fresh
from adcompile.rules.definitions import (
    axis_number,
    cut,
    defined,
    in_dtype_of,
    is_given,
    is_scalar,
    refusal,
    shape_known,
    shape_of,
)
from adcompile.rules.infer import array_kind, trial_dtype
from adcompile.rules.registry import Call, NotStaticError, Rule, Templates
from adcompile.rules.texts import require_arrays, tuple_text

# ----- differences -----


def _diff(call: Call) -> str:
    n, axis = call.static("n"), axis_number(call, "a")
    joined = [
        _edge(call, name, axis) for name in ("prepend", "a", "append") if is_given(call, name)
    ]
    text = "a"
    if len(joined) > 1:
        text = f"np.concatenate({tuple_text(joined)}, axis={axis})"
    if n == 0:
        raise refusal(call, "with `n=0`, which is the array itself,", "leave it out")
    for _ in range(n - 1):
        text = f"np.diff({text}, axis={axis})"
    return f"{cut(text, axis, '1:')} - {cut(text, axis, ':-1')}"


def _edge(call: Call, name: str, axis: int) -> str:
    """What is put before or after an array."""
    if name == "a" or shape_of(call, name):
        return name
    if len(shape_known(call, "a")) > 1:
        raise refusal(call, f"with a number for `{name}`", f"give `{name}` an array")
    return f"np.atleast_1d({name})"


def _ediff1d(call: Call) -> str:
    shape = shape_of(call, "ary")
    flat = "ary" if shape is not None and len(shape) == 1 else "np.ravel(ary)"
    parts = [f"{flat}[1:] - {flat}[:-1]"]
    for name, at in (("to_begin", 0), ("to_end", len(parts) + 1)):
        if is_given(call, name):
            parts.insert(at, f"np.ravel({in_dtype_of(call, 'ary', name)})")
    return f"np.concatenate({tuple_text(parts)})" if len(parts) > 1 else parts[0]


def gradient_axes(call: Call) -> list[int]:
    rank = len(shape_known(call, "f"))
    given = call.static("axis")
    axes = range(rank) if given is None else given if isinstance(given, tuple) else (given,)
    return [axis % rank for axis in axes]


def _gradient(call: Call) -> str | None:
    """Along several axes, one after the other; by a distance that is no literal, by differences."""
    if call.static("edge_order") != 1:
        raise refusal(call, "with `edge_order=2`", "leave it out")
    axes, steps = gradient_axes(call), call.kinds["varargs"]
    assert isinstance(steps, Items)
    if not all(map(is_scalar, steps.items)):
        raise refusal(call, "with a distance for each point", "divide `np.diff(f)` by `np.diff(x)`")
    if len(axes) == 1 and call.is_static("varargs"):
        return None
    texts = []
    for k, axis in enumerate(axes):
        step = f"varargs[{k if len(steps.items) > 1 else 0}]" if steps.items else ""
        along = f"np.gradient(f{step and f', {step}'}, axis={axis})"
        texts.append(along if len(axes) > 1 else slope(axis, step))
    return tuple_text(texts) if len(texts) > 1 else texts[0]


def _gradient_kind(call: Call) -> Kind:
    array = array_kind(call.kinds["f"]) or Array(None, None)
    try:
        certain = len(gradient_axes(call)) == 1
    except (RefusedError, NotStaticError):
        certain = False
    dtype = trial_dtype(lambda f: np.gradient(np.resize(f, 2)), call.kinds["f"])
    return Array(dtype, array.dims) if certain else UNKNOWN


def _gradient_pullback(call: Call) -> Templates:
    """A central difference is spread half to the one before and half to the one behind, one at an
    end as a whole: with these mirrored at the ends, that is a difference again."""
    require_arrays(call, "f")
    (axis,), steps = gradient_axes(call), call.static("varargs")
    first, inner, last = (cut("g", axis, part) for part in (":1", "1:-1", "-1:"))
    spread = f"np.concatenate((-{first}, {first}, {inner} / 2, {last}, -{last}), axis={axis})"
    text = f"{cut(spread, axis, ':-2')} - {cut(spread, axis, '2:')}"
    return {"f": f"({text}) / {steps[0]!r}" if steps else text}


def slope(axis: int, step: str) -> str:
    """Central differences, one-sided at the ends."""
    first, last, inner = (
        f"{cut('f', axis, a)} - {cut('f', axis, b)}"
        for a, b in (("1", "0"), ("-1", "-2"), ("2:", ":-2"))
    )
    ends = (f"({first}) / {step}", f"({last}) / {step}") if step else (first, last)
    before, after = (f"np.expand_dims({end}, {axis})" for end in ends)
    parts = (before, f"({inner}) / {f'(2.0 * {step})' if step else '2.0'}", after)
    return f"np.concatenate({tuple_text(parts)}, axis={axis})"


def _trapezoid(call: Call) -> str:
    rank = len(shape_known(call, "y"))
    axis = axis_number(call, "y")
    width = "dx"
    if is_given(call, "x"):
        width = f"np.diff(x, axis={axis})"
        if len(shape_known(call, "x")) == 1:
            width = (
                f"np.diff(x){'[:' + ', None' * (rank - axis - 1) + ']' if axis < rank - 1 else ''}"
            )
    heights = f"({cut('y', axis, '1:')} + {cut('y', axis, ':-1')})"
    return f"np.sum({width} * {heights} / 2.0{f', axis={axis}' if rank > 1 else ''})"


# ----- folding -----


def _convolve(call: Call) -> str | None:
    """The middle of the whole convolution; that has a rule."""
    return _middle(call, "np.convolve(a, v)")


def _middle(call: Call, whole: str) -> str | None:
    mode = call.static("mode")
    shorter, longer = (f"{f}(len(a), len(v))" for f in ("min", "max"))
    if mode == "full":
        return whole if "::-1" in whole else None
    if mode == "valid":
        return f"{whole}[{shorter} - 1 : {longer}]"
    start = f"({shorter} - 1) // 2"
    if "::-1" in whole:
        start = f"({shorter} - (len(a) >= len(v))) // 2"
    return f"{whole}[{start} : {start} + {longer}]"


def _correlate(call: Call) -> str | None:
    lengths = [shape[0] for n in "av" if (shape := shape_of(call, n))]
    if call.static("mode") == "valid" and len(lengths) == 2:
        a, v = lengths
        if isinstance(a, int) and isinstance(v, int) and a >= v:
            return None
    back = "np.conj(v)[::-1]" if call.is_complex() else "v[::-1]"
    return _middle(call, f"np.convolve(a, {back})")


def _folded_kind(call: Call) -> Kind:
    dtype = trial_dtype(np.convolve, call.kinds["a"], call.kinds["v"])
    return Array(dtype, (fresh(),))


# ----- interpolation -----

# `xp[i]` is the last of `xp` before `x`, and `s` is how far from there to the next `x` is.
_I = "np.clip(np.searchsorted(xp, x, side='right') - 1, 0, len(xp) - 2)"
_S = f"np.clip((x - xp[{_I}]) / (xp[{_I} + 1] - xp[{_I}]), 0.0, 1.0)"
_SLOPE = f"(fp[{_I} + 1] - fp[{_I}]) / (xp[{_I} + 1] - xp[{_I}])"
_OUTSIDE = "(x < xp[0]) | (x > xp[-1])"


def _interp_kind(call: Call) -> Kind:
    dtype = trial_dtype(np.float64, call.kinds["fp"])
    return Array(dtype, dims(call.kinds["x"]))


def _shared(text: str) -> str:
    """`text`, of the shape of `x`, added to what stands at either end of the piece of each `x`."""
    ends = (f"np.ravel({_I}), np.ravel({text} * (1 - {_S}))",
            f"np.ravel({_I}) + 1, np.ravel({text} * {_S})")  # fmt: skip
    return " + ".join(f"np.bincount({end}, len(xp))" for end in ends)


def _interp(call: Call) -> Templates:
    """Outside of `xp` the result is that at the end, or what `left` and `right` say."""
    require_arrays(call, "xp", "fp")
    along = f"np.where({_OUTSIDE}, 0.0, g * {_SLOPE})"
    reached = "g"
    if is_given(call, "left") or is_given(call, "right"):
        ends = [t for n, t in (("left", "(x < xp[0])"), ("right", "(x > xp[-1])"))
                if is_given(call, n)]  # fmt: skip
        reached = f"np.where({' | '.join(ends)}, 0.0, g)"
    return {"x": along, "xp": f"-({_shared(along)})", "fp": _shared(reached)}


def _interp_forward(call: Call) -> Templates:
    along = f"np.where({_OUTSIDE}, 0.0, g * {_SLOPE})"
    moved = f"(g[{_I}] * (1 - {_S}) + g[{_I} + 1] * {_S})"
    ends = "".join(f", {n}={n} * 0.0" for n in ("left", "right") if is_given(call, n))
    return {
        "x": along,
        "xp": f"np.where({_OUTSIDE}, 0.0, -{moved} * {_SLOPE})",
        "fp": f"np.interp(x, xp, g{ends})",
    }


# ----- spectra -----


def _shifted(sign: str) -> Callable[[Call], str]:
    """`fftshift` and its inverse: half of the length of each axis further, or back."""

    def text(call: Call) -> str:
        rank = len(shape_known(call, "x"))
        given = call.static("axes")
        axes = range(rank) if given is None else given if isinstance(given, tuple) else (given,)
        by = [f"{sign}(np.shape(x)[{axis}] // 2)" for axis in axes]
        if rank == 1:
            return f"np.roll(x, {by[0]})"
        return f"np.roll(x, {tuple_text(by)}, {tuple_text(axes)})"

    return text


RULES: tuple[Rule, ...] = (
    defined("numpy.fft.fftshift", "x, axes=None", _shifted("")),
    defined("numpy.fft.ifftshift", "x, axes=None", _shifted("-")),
    defined("numpy.diff", "a, n=1, axis=-1, prepend=None, append=None", _diff, "a prepend append"),
    defined("numpy.ediff1d", "ary, to_end=None, to_begin=None", _ediff1d, "ary to_end to_begin"),
    Rule(
        "numpy.gradient",
        "f, *varargs, axis=None, edge_order=1",
        _gradient_kind,
        _gradient_pullback,
        linear=("f",),
        cost=3,
        definition=_gradient,
        arrays=("f",),
    ),
    defined("numpy.trapezoid", "y, x=None, dx=1.0, axis=-1", _trapezoid, "y x"),
    Rule(
        "numpy.convolve",
        "a, v, mode='full'",
        _folded_kind,
        # The adjoint is never shorter than either.
        {"a": "np.correlate(g, v, 'valid')", "v": "np.correlate(g, a, 'valid')"},
        linear=("a", "v"),
        cost=3,
        definition=_convolve,
        arrays=("a", "v"),
    ),
    Rule(
        "numpy.correlate",
        "a, v, mode='valid'",
        _folded_kind,
        # Here `a` is not shorter than `v`.
        {"a": "np.convolve(g, v)", "v": "np.correlate(a, g, 'valid')"},
        linear=("a", "v"),
        cost=3,
        definition=_correlate,
        arrays=("a", "v"),
    ),
    Rule(
        "numpy.interp",
        "x, xp, fp, left=None, right=None, period=!",
        _interp_kind,
        _interp,
        pushforward=_interp_forward,
        arrays=("x", "xp", "fp"),
        cost=3,
    ),
)
