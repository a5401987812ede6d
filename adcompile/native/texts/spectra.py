"""The functions of `np.fft` by `np.fft.fft` and `np.fft.ifft` along the last axis of complex
arrays, which `transforms` has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from adcompile.kinds import Items, is_complex
from adcompile.rules.definitions import axis_number, cut, is_given, shape_known
from adcompile.rules.registry import Call

_FORWARD = {"backward": "{}", "ortho": "{} / np.sqrt({n})", "forward": "{} / {n}"}
_INVERSE = {"backward": "{}", "ortho": "{} * np.sqrt({n})", "forward": "{} * {n}"}


def _scaled(call: Call, text: str, n: str, is_forward: bool) -> str:
    norm = call.static("norm") or "backward"
    return (_FORWARD if is_forward else _INVERSE)[norm].replace("{n}", f"({n})").format(text)


def _whole(name: str, is_forward: bool) -> Callable[[Call], str | None]:
    """A transform of a complex array."""

    def made(call: Call) -> str | None:
        rank, axis = len(shape_known(call, "a")), axis_number(call, "a")
        text, n = "a", f"a.shape[{axis}]"
        if is_given(call, "n"):
            text, n = f"runtime.resized({text}, n, {axis})", "n"
        if not is_complex(call.kinds["a"]):
            text = f"{text}.astype(np.complex128)"
        if axis != rank - 1:
            moved = f"np.fft.{name}(np.moveaxis({text}, {axis}, -1))"
            text = f"np.moveaxis({moved}, -1, {axis})"
        elif text != "a" or call.static("norm") not in (None, "backward"):
            text = f"np.fft.{name}({text})"
        else:
            return None
        return _scaled(call, text, n, is_forward)

    return made


def _rest(call: Call) -> str:
    return f", axis={axis_number(call, 'a')}"


def _rfft(call: Call) -> str:
    """Half of the spectrum, which has the other half in it."""
    axis = axis_number(call, "a")
    n = "n" if is_given(call, "n") else f"a.shape[{axis}]"
    text = f"runtime.resized(a, n, {axis})" if is_given(call, "n") else "a"
    whole = f"np.fft.fft({text}, axis={axis})"
    return _scaled(call, cut(whole, axis, f":{n} // 2 + 1"), n, True)


def _irfft(call: Call) -> str:
    """The signal of half of a spectrum: the other half is its conjugate, from the end."""
    axis = axis_number(call, "a")
    n = "n" if is_given(call, "n") else f"(2 * (a.shape[{axis}] - 1))"
    half = f"runtime.resized(a, {n} // 2 + 1, {axis})" if is_given(call, "n") else "a"
    if not is_complex(call.kinds["a"]):
        half = f"{half}.astype(np.complex128)"
    other = cut(cut(f"np.conj({half})", axis, f"1:({n} + 1) // 2"), axis, "::-1")
    whole = f"np.concatenate(({half}, {other}), axis={axis})"
    return _scaled(call, f"np.real(np.fft.ifft({whole}, axis={axis}))", n, False)


def _hfft(call: Call) -> str:
    axis = axis_number(call, "a")
    n = "n" if is_given(call, "n") else f"(2 * (a.shape[{axis}] - 1))"
    return f"np.fft.irfft(np.conj(a), {n}, {axis}, {_norm_backwards(call)!r})"


def _ihfft(call: Call) -> str:
    axis = axis_number(call, "a")
    n = "n" if is_given(call, "n") else f"a.shape[{axis}]"
    return f"np.conj(np.fft.rfft(a, {n}, {axis}, {_norm_backwards(call)!r}))"


def _norm_backwards(call: Call) -> str:
    """What a transform by its inverse has for `norm`."""
    back = {"backward": "forward", "forward": "backward", "ortho": "ortho"}
    return back[call.static("norm") or "backward"]


def _several(first: str, others: str) -> Callable[[Call], str | None]:
    """Along several axes, one after the other, the last one first or (an inverse) last."""

    def made(call: Call) -> str | None:
        rank = len(shape_known(call, "a"))
        asked = call.static("axes") if "axes" in call.kinds else None
        sizes = call.kinds["s"]
        is_known = is_given(call, "s") and call.is_static("s")
        if is_known and -1 in call.static("s"):
            return None
        is_two = call.rule.name.endswith("2")
        count = len(sizes.items) if isinstance(sizes, Items) else rank
        axes = asked if asked is not None else tuple(range(-min(count, 2 if is_two else rank), 0))
        norm = f", norm={call.static('norm')!r}" if is_given(call, "norm") else ""

        def along(name: str, text: str, i: int) -> str:
            n = f", n=s[{i}]" if is_given(call, "s") else ""
            return f"np.fft.{name}({text}{n}, axis={axes[i] % rank}{norm})"

        text, last = "a", len(axes) - 1
        if first != "irfft":
            text = along(first, text, last)
        for i in reversed(range(last)):
            text = along(others, text, i)
        return along(first, text, last) if first == "irfft" else text

    return made


TEXTS: Mapping[str, Callable[[Call], str | None]] = {
    "numpy.fft.fft": _whole("fft", True),
    "numpy.fft.ifft": _whole("ifft", False),
    "numpy.fft.rfft": _rfft,
    "numpy.fft.irfft": _irfft,
    "numpy.fft.hfft": _hfft,
    "numpy.fft.ihfft": _ihfft,
    "numpy.fft.fft2": _several("fft", "fft"),
    "numpy.fft.fftn": _several("fft", "fft"),
    "numpy.fft.ifft2": _several("ifft", "ifft"),
    "numpy.fft.ifftn": _several("ifft", "ifft"),
    "numpy.fft.rfft2": _several("rfft", "fft"),
    "numpy.fft.rfftn": _several("rfft", "fft"),
    "numpy.fft.irfft2": _several("irfft", "ifft"),
    "numpy.fft.irfftn": _several("irfft", "ifft"),
}
