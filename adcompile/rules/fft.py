"""Discrete Fourier transforms (NumPy manual: "Discrete Fourier Transform").

As linear maps `fft` and `ifft` are symmetric, so each is its own plain transpose, which is what the
backward sweep applies (see `complex_numbers`). Those of real signals leave out the half of a
spectrum that mirrors the other one: backwards, what stands for two coefficients counts twice.

An argument that is longer or shorter than the transform is cut off or filled up with zeros, and so
is its adjoint, the other way.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from adcompile.errors import RefusedError
from adcompile.kinds import Array, Dim, Dims, Items, Kind, Nothing, Origin, Sym, fresh, may_be_one
from adcompile.records import record
from adcompile.rules.infer import array_kind, dim_of, same, trial_dtype
from adcompile.rules.registry import Call, NotStaticError, Rule, Templates
from adcompile.rules.texts import certainly_equal, length_text, require_arrays, tuple_text


@record
class Transform:
    """One function of `numpy.fft`.

    Attributes:
        name: its name.
        form: "whole" for spectra of complex signals, "half" for those of real ones, "signal" for
            the real signals of these.
        backward: what transforms the adjoint: all axes, or of a signal the last one.
        rest: of a signal, what transforms the adjoint along the other axes.
        axes: the axes where the call names none; None for all.
    """

    name: str
    form: str
    backward: str
    rest: str = ""
    axes: tuple[int, ...] | None = (-1,)

    @property
    def along_one(self) -> bool:
        """Whether it takes one axis, by its number."""
        return self.axes == (-1,)


_LAST_TWO = (-2, -1)
TABLE = (
    Transform("fft", "whole", "fft"),
    Transform("ifft", "whole", "ifft"),
    Transform("fft2", "whole", "fftn", axes=_LAST_TWO),
    Transform("ifft2", "whole", "ifftn", axes=_LAST_TWO),
    Transform("fftn", "whole", "fftn", axes=None),
    Transform("ifftn", "whole", "ifftn", axes=None),
    Transform("rfft", "half", "fft"),
    Transform("ihfft", "half", "ifft"),
    Transform("rfft2", "half", "fftn", axes=_LAST_TWO),
    Transform("rfftn", "half", "fftn", axes=None),
    Transform("irfft", "signal", "ihfft"),
    Transform("hfft", "signal", "rfft"),
    Transform("irfft2", "signal", "ihfft", "ifftn", axes=_LAST_TWO),
    Transform("irfftn", "signal", "ihfft", "ifftn", axes=None),
)


@record
class Half(Origin):
    """The length of the half of a spectrum of so many coefficients."""

    whole: Sym


# ----- kinds -----


def _half(length: Dim) -> Dim:
    if isinstance(length, int):
        return length // 2 + 1
    return Sym(Half(length), one=may_be_one(length))


def _axes(call: Call, t: Transform, rank: int) -> tuple[int, ...]:
    """The axes of a transform, counted from the first one.

    Raises:
        RefusedError: one is named twice.
        NotStaticError: they are known only at run time.
    """
    axes = t.axes
    if t.along_one:
        axes = (call.static("axis"),)
    elif call.kinds["axes"] != Nothing():
        axes = tuple(call.static("axes"))
    elif axes is None:
        lengths = call.kinds["s"]
        axes = tuple(range(-len(lengths.items) if isinstance(lengths, Items) else -rank, 0))
    assert axes is not None
    axes = tuple(axis % rank for axis in axes)
    if len(set(axes)) < len(axes):
        raise RefusedError(
            f"`{call.rule.name}` along one axis twice has no derivative rule", "call it twice"
        )
    return axes


def _asked(call: Call, t: Transform, axes: tuple[int, ...]) -> dict[int, tuple[Dim, str]]:
    """By axis the lengths that a call asks for, and their texts."""
    kind = call.kinds["n" if t.along_one else "s"]
    if kind == Nothing():
        return {}
    if t.along_one:
        return {axes[0]: (dim_of(kind), "n")}
    if not isinstance(kind, Items):
        raise NotStaticError("s")
    # To NumPy, -1 is the length that is there.
    return {
        axis: (dim_of(kind.items[i]), f"s[{i}]")
        for i, axis in enumerate(axes)
        if kind.items[i] != Nothing() and getattr(kind.items[i], "value", None) != -1
    }


def _lengths(call: Call, t: Transform, shape: Dims) -> Dims:
    """The lengths of the axes of a result."""
    axes = _axes(call, t, len(shape))
    asked = _asked(call, t, axes)
    result = list(shape)
    for axis, (length, _) in asked.items():
        result[axis] = length
    last = axes[-1]
    if t.form == "half":
        result[last] = _half(result[last])
    elif t.form == "signal" and last not in asked:
        length = shape[last]
        result[last] = 2 * (length - 1) if isinstance(length, int) else fresh()
    return tuple(result)


def _kind(t: Transform) -> Callable[[Call], Kind]:
    def infer(call: Call) -> Kind:
        array = array_kind(call.kinds["a"])
        if array is None or not array.dims:
            return Array(None, None)
        # A real signal has the precision of its spectrum.
        function = _signal if t.form == "signal" else np.fft.fft
        dtype = trial_dtype(function, array)
        try:
            return Array(dtype, _lengths(call, t, array.dims))
        except (NotStaticError, RefusedError):
            return Array(dtype, tuple(fresh() for _ in array.dims))

    return infer


def _signal(spectrum: np.ndarray) -> np.ndarray:
    return np.fft.fft(spectrum).real


# ----- texts -----


def _pullback(t: Transform) -> Callable[[Call], Templates]:
    def pullback(call: Call) -> Templates:
        require_arrays(call, "a")
        array = array_kind(call.kinds["a"])
        if array is None or not array.dims:
            raise RefusedError(
                f"`{call.rule.name}` of an array whose number of axes is unknown while compiling",
                "give it its shape with `np.reshape`",
            )
        axes = _axes(call, t, len(array.dims))
        asked = _asked(call, t, axes)
        text = _TEXTS[t.form](call, t, axes, {axis: text for axis, (_, text) in asked.items()})
        changed = []
        for axis, (length, _) in asked.items():
            needed = _half(length) if t.form == "signal" and axis == axes[-1] else length
            if not certainly_equal(needed, array.dims[axis]):
                changed.append(axis)
        return {"a": _resized(call, text, changed)}

    return pullback


def _called(
    call: Call, t: Transform, name: str, text: str, axes: tuple[int, ...], lengths: str = ""
) -> str:
    """The call of a transform along some axes, in the norm of the user's."""
    norm = ", norm=norm" if "norm" in call.given else ""
    size = lengths and f", {lengths}"
    if t.along_one:
        along = ", axis=axis" if "axis" in call.given else ""
    elif name in ("ihfft", "rfft"):
        along = f", axis={axes[-1]}"
    else:
        along = f", axes={tuple_text(axes)}"
    return f"np.fft.{name}({text}{size}{along}{norm})"


def _of_whole(call: Call, t: Transform, axes: tuple[int, ...], asked: dict[int, str]) -> str:
    return _called(call, t, t.backward, "g", axes)


def _of_half(call: Call, t: Transform, axes: tuple[int, ...], asked: dict[int, str]) -> str:
    """What is left out of the spectrum has the adjoint zero, which the transform fills in."""
    lengths = [asked.get(axis, length_text(call, "a", axis)) for axis in axes]
    text = lengths[0] if t.along_one else tuple_text(lengths)
    return f"np.real({_called(call, t, t.backward, 'g', axes, text)})"


def _of_signal(call: Call, t: Transform, axes: tuple[int, ...], asked: dict[int, str]) -> str:
    *rest, last = axes
    spectrum = _called(call, t, t.backward, "g", axes)
    text = f"runtime.mirrored({spectrum}, np.shape(g)[{last}], {last})"
    return _called(call, t, t.rest, text, tuple(rest)) if rest else text


_TEXTS = {"whole": _of_whole, "half": _of_half, "signal": _of_signal}


def _resized(call: Call, text: str, axes: list[int]) -> str:
    """`text` with the lengths of the argument along some axes."""
    if not axes:
        return text
    lengths = [length_text(call, "a", axis) for axis in axes]
    if len(axes) == 1:
        return f"runtime.resized({text}, {lengths[0]}, {axes[0]})"
    return f"runtime.resized({text}, {tuple_text(lengths)}, {tuple_text(axes)})"


def _resized_kind(call: Call) -> Kind:
    array = array_kind(call.kinds["t"]) or Array(None, None)
    return Array(array.dtype, array.dims and tuple(fresh() for _ in array.dims))


def _resized_back(call: Call) -> Templates:
    axes = call.static("axis")
    one = isinstance(axes, int)
    lengths = [f"np.shape(t)[{axis}]" for axis in ((axes,) if one else axes)]
    return {"t": f"runtime.resized(g, {lengths[0] if one else tuple_text(lengths)}, axis)"}


# ----- the table -----


def _params(t: Transform) -> str:
    if t.along_one:
        return "a, n=None, axis=-1, norm=None, out=!"
    return f"a, s=None, axes={t.axes}, norm=None, out=!".replace("(-2, -1)", "None")


RULES: tuple[Rule, ...] = (
    *(
        Rule(f"numpy.fft.{t.name}", _params(t), _kind(t), _pullback(t), linear=("a",), cost=3)
        for t in TABLE
    ),
    Rule("runtime.resized", "t, n, axis", _resized_kind, _resized_back, linear=("t",), cost=3),
    Rule(
        "runtime.mirrored",
        "t, n, axis",
        same("t"),
        {"t": "runtime.mirrored(g, n, axis)"},
        linear=("t",),
        cost=3,
    ),
    Rule(
        "numpy.fft.fftfreq",
        "n, d=1.0, *, device=!",
        lambda call: Array(np.dtype(float), (dim_of(call.kinds["n"]),)),
        {},
        cost=1,
    ),
    Rule(
        "numpy.fft.rfftfreq",
        "n, d=1.0, *, device=!",
        lambda call: Array(np.dtype(float), (_half(dim_of(call.kinds["n"])),)),
        {},
        cost=1,
    ),
)
