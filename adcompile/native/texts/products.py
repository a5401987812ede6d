"""Products of vectors and matrices."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from adcompile.kinds import is_complex
from adcompile.rules.definitions import (
    shape_known,
)
from adcompile.rules.registry import Call
from adcompile.rules.texts import tuple_text


def _vdot(call: Call) -> str | None:
    a, b = (n if len(shape_known(call, n)) == 1 else f"np.ravel({n})" for n in "ab")
    if is_complex(call.kinds["a"]):
        a = f"np.conj({a})"
    return f"np.sum({a} * {b})"


def _kron(call: Call) -> str | None:
    ranks = [len(shape_known(call, name)) for name in "ab"]
    if 0 in ranks:
        return "a * b"
    rank = max(ranks)
    places, lengths = [], []
    for name, own in zip("ab", ranks, strict=True):
        new = ["None", "None"] * (rank - own)
        pair = [":", "None"] if name == "a" else ["None", ":"]
        places.append(f"{name}[{', '.join(new + pair * own)}]")
        lengths.append(["1"] * (rank - own) + [f"{name}.shape[{i}]" for i in range(own)])
    shape = tuple_text(f"{n} * {m}" for n, m in zip(*lengths, strict=True))
    return f"np.reshape({places[0]} * {places[1]}, {shape})"


def _outer(call: Call) -> str | None:
    flat = [len(shape_known(call, name)) == 1 for name in "ab"]
    if all(flat):
        return None
    a, b = (n if is_flat else f"np.ravel({n})" for n, is_flat in zip("ab", flat, strict=True))
    return f"np.outer({a}, {b})"


def _matrix_power(call: Call) -> str | None:
    n = call.static("n")
    if not isinstance(n, int) or n == 0 or abs(n) > 64:
        return None
    power, text = "a" if n > 0 else "np.linalg.inv(a)", ""
    for digit in reversed(f"{abs(n):b}"):
        if digit == "1":
            text = f"({text} @ {power})" if text else power
        power = f"({power} @ {power})"
    return text


TEXTS: Mapping[str, str | Callable[[Call], str | None]] = {
    "numpy.vdot": _vdot,
    "numpy.kron": _kron,
    "numpy.outer": _outer,
    "numpy.linalg.matrix_power": _matrix_power,
    "numpy.linalg.svdvals": "np.linalg.svd(x)[1]",
    "numpy.linalg.matrix_transpose": "np.swapaxes(a, -1, -2)",
}
