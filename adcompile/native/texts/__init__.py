"""What functions of NumPy's are in terms of others that native code has loops for.

    "numpy.ptp": f"np.max(a{rest}) - np.min(a{rest})"

A text is as that of a definition in `rules.definitions`, from which it differs in that numba, not a
reader, is to do without the function. None leaves a call as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from adcompile.native.texts import (
    along,
    numbers,
    products,
    rearranging,
    reductions,
    shapes,
    spectra,
)
from adcompile.rules.registry import Call

# Texts of two lengths that must be equal.
EQUAL: Mapping[str, Callable[[Call], tuple[str, str] | None]] = {"numpy.split": shapes.divided}

TEXTS: Mapping[str, str | Callable[[Call], str | None]] = {
    **along.TEXTS,
    **reductions.TEXTS,
    **shapes.TEXTS,
    **rearranging.TEXTS,
    **numbers.TEXTS,
    **products.TEXTS,
    **spectra.TEXTS,
}
