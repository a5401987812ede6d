"""The rows of the contract, computed by the NumPy and SciPy of a peer."""

from __future__ import annotations

import types
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import adcompile
from tests.rules.contract import Program, Programs, Row, is_float, make_weights
from tests.rules.rows import FAMILIES

Gradients = Callable[[Any, Sequence[int], Mapping[str, Any]], Sequence[Any]]


class Peer(NamedTuple):
    """Where a peer has NumPy and SciPy, and how it is asked for gradients by arguments at places.

    What `gradients` raises, or gradients of other shapes than the arguments', say that it has none.
    """

    numpy: str
    scipy: str
    gradients: Gradients


def by_jax(function: Any, places: Sequence[int], arguments: Mapping[str, Any]) -> Sequence[Any]:
    import jax

    return jax.grad(function, tuple(places))(*arguments.values())


def by_autograd(
    function: Any, places: Sequence[int], arguments: Mapping[str, Any]
) -> Sequence[Any]:
    from autograd import grad

    return [grad(function, place)(*arguments.values()) for place in places]


JAX = Peer("jax.numpy", "jax.scipy", by_jax)
AUTOGRAD = Peer("autograd.numpy", "autograd.scipy", by_autograd)


def twin_of(module: types.ModuleType, peer: Peer) -> types.ModuleType:
    """The module with the peer's NumPy and SciPy."""
    assert module.__file__ is not None
    text = Path(module.__file__).read_text()
    text = text.replace("import numpy as np", f"import {peer.numpy} as np")
    twin = types.ModuleType(module.__name__)
    exec(text.replace("from scipy import", f"from {peer.scipy} import"), vars(twin))
    return twin


def with_weights(row: Row) -> dict[str, Any]:
    arguments = row.arguments()
    return {**arguments, "weights": make_weights(row.evaluate(arguments))}


class Compared(NamedTuple):
    """The gradients of a row: by which arguments, ours and the peer's."""

    names: tuple[str, ...]
    ours: Sequence[Any]
    theirs: Sequence[Any]

    def agree(self) -> bool:
        pairs = zip(self.ours, self.theirs, strict=True)
        return all(np.allclose(g, e, rtol=1e-7, atol=1e-9) for g, e in pairs)


def compared(program: Program, twin: types.ModuleType, index: int, peer: Peer) -> Compared | None:
    """A row's gradients by both, None where the peer has none."""
    arguments = with_weights(program.row)
    names = tuple(name for name in program.row.arguments() if is_float(arguments[name]))
    places = [list(arguments).index(name) for name in names]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = peer.gradients(getattr(twin, f"weighted_{index}"), places, arguments)
    except Exception:  # whatever it stumbles over
        return None
    if not all(fits(g, arguments[name]) for g, name in zip(theirs, names, strict=True)):
        return None
    return Compared(names, adcompile.grad(program.weighted, wrt=names)(**arguments), theirs)


def fits(gradient: Any, argument: Any) -> bool:
    """Whether a peer's gradient has its argument's shape, which broadcasting may have cost it."""
    return np.shape(gradient) == np.shape(argument) and np.asarray(gradient).dtype != object


def assert_agreement(
    programs: Programs, family: str, peer: Peer, others: tuple[str, ...], share: int
) -> None:
    """All rows of a family but `others` agree; the peer has one in `share` of them at least."""
    rows = FAMILIES[family]
    programs.program(family, rows, 0)
    twin = twin_of(programs.modules[family], peer)
    different, known = [], 0
    for i, row in enumerate(rows):
        if row.refusal is not None or row.label.startswith(others):
            continue
        both = compared(programs.program(family, rows, i), twin, i, peer)
        if both is not None:
            known += 1
            different += [] if both.agree() else [row.label]
    assert different == []
    assert known > len(rows) // share
