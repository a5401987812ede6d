"""Convolutions and filters (SciPy manual: `scipy.signal`)."""

from __future__ import annotations

from collections.abc import Callable

from scipy import signal

from adcompile.kinds import Array, Dim, Kind, fresh
from adcompile.rules.definitions import refusal, shape_known, shape_of
from adcompile.rules.infer import array_kind, trial_dtype
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import refuse_unless, require_arrays, tuple_text

# ----- convolutions -----


def _folded_kind(name: str) -> Callable[[Call], Kind]:
    function = getattr(signal, name)

    def infer(call: Call) -> Kind:
        kinds = [array_kind(call.kinds[param]) for param in ("in1", "in2")]
        # Of integers it depends on the shapes.
        floats = all(k is not None and k.dtype is not None and k.dtype.kind == "f" for k in kinds)
        dtype = trial_dtype(function, call.kinds["in1"], call.kinds["in2"]) if floats else None
        a, b = shape_of(call, "in1"), shape_of(call, "in2")
        if a is None or b is None or len(a) != len(b) or not call.is_static("mode"):
            return Array(dtype, None)
        if call.static("mode") == "same":
            return Array(dtype, a)
        full = call.static("mode") == "full"
        return Array(dtype, tuple(_length(m, n, full) for m, n in zip(a, b, strict=True)))

    return infer


def _length(a: Dim, b: Dim, full: bool) -> Dim:
    if not isinstance(a, int) or not isinstance(b, int):
        return fresh()
    return a + b - 1 if full else abs(a - b) + 1


def _whole(call: Call) -> str:
    """The adjoint of all that overlaps, of that of the part that the mode asks for."""
    require_arrays(call, "in1", "in2")
    rank = len(shape_known(call, "in1"))
    mode = call.static("mode")
    if rank == 0 or len(shape_known(call, "in2")) != rank:
        raise refusal(call, "of other than arrays with as many axes", "use `np.reshape`")
    refuse_unless(call, "mode", "full", "same", "valid")
    if mode == "full":
        return "g"
    pairs = []
    for axis in range(rank):
        if mode == "same":
            length = f"in2.shape[{axis}]"
            before, after = f"({length} - 1) // 2", f"{length} // 2"
            # Of an even length, it looks at the middle from the other side.
            turned = call.rule.name.endswith("correlate2d")
            pairs.append(f"({after}, {before})" if turned else f"({before}, {after})")
        else:
            beyond = f"min(in1.shape[{axis}], in2.shape[{axis}]) - 1"
            pairs.append(f"({beyond}, {beyond})")
    return f"np.pad(g, {tuple_text(pairs)})"


def _settings(call: Call) -> None:
    """Refuse what is neither how it is computed nor the mode."""
    for name, value in (("axes", None), ("boundary", "fill"), ("fillvalue", 0)):
        if name in call.kinds:
            refuse_unless(call, name, value)


def _convolve(call: Call) -> Templates:
    _settings(call)
    g = _whole(call)
    fold = _folding(call)
    return {"in1": fold.format(g, "in2"), "in2": fold.format(g, "in1")}


def _folding(call: Call) -> str:
    if call.rule.name.endswith(("fftconvolve", "oaconvolve")):
        return f"signal.{call.rule.name.rpartition('.')[2]}({{}}, np.flip({{}}), 'valid')"
    return "signal.correlate({}, {}, 'valid')"


def _correlate(call: Call) -> Templates:
    _settings(call)
    g = _whole(call)
    return {
        "in1": f"signal.convolve({g}, in2, 'valid')",
        "in2": f"np.flip(signal.correlate({g}, in1, 'valid'))",
    }


# ----- filters -----


def _filtered_kind(call: Call) -> Kind:
    dtype = trial_dtype(
        lambda b, a, x: signal.lfilter(b, a, x), *(call.kinds[p] for p in ("b", "a", "x"))
    )
    return Array(dtype, shape_of(call, "x"))


def _filter(call: Call) -> Templates:
    """The sums of the coefficients times the shifted results are those of the inputs."""
    require_arrays(call, "x")
    axis = "axis" if len(shape_known(call, "x")) > 1 else "0"
    back = f"np.flip(signal.lfilter({{}}, a, np.flip(g, {axis}), axis), {axis})"
    texts = {"x": back.format("b")}
    if len(shape_known(call, "x")) == 1:
        before = back.format("[1.0]")
        for param, shifted, sign in (("b", "x", ""), ("a", "y", "-")):
            whole = f"np.correlate(np.pad({before}, (0, len({param}))), {shifted}, 'full')"
            start = "x.shape[0] - 1"
            texts[param] = f"{sign}{whole}[{start} : {start} + len({param})]"
    return texts


_FILTER_FORWARD = {
    "a": "-signal.lfilter([1.0], a, signal.lfilter(g, [1.0], y, axis), axis)",
}

_FOLDING = {
    "convolve": "in1, in2, mode='full', method='auto'",
    "fftconvolve": "in1, in2, mode='full', axes=None",
    "oaconvolve": "in1, in2, mode='full', axes=None",
    "convolve2d": "in1, in2, mode='full', boundary='fill', fillvalue=0",
}
_CORRELATING = {
    "correlate": "in1, in2, mode='full', method='auto'",
    "correlate2d": "in1, in2, mode='full', boundary='fill', fillvalue=0",
}

RULES: tuple[Rule, ...] = (
    *(
        Rule(
            f"scipy.signal.{name}",
            params,
            _folded_kind(name),
            pullback,
            linear=("in1", "in2"),
            cost=3,
        )
        for table, pullback in ((_FOLDING, _convolve), (_CORRELATING, _correlate))
        for name, params in table.items()
    ),
    Rule(
        "scipy.signal.lfilter",
        "b, a, x, axis=-1, zi=!",
        _filtered_kind,
        _filter,
        linear=("b", "x"),
        pushforward=_FILTER_FORWARD,
        cost=3,
    ),
)
