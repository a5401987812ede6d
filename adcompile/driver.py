"""The straight line from a function to the function that computes its gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from adcompile import emit, ir
from adcompile.differentiate import Request, gradient
from adcompile.kinds import Kind
from adcompile.lower import Session
from adcompile.lower.session import Assumption
from adcompile.simplify import simplify
from adcompile.source import Source


@dataclass(slots=True)
class Compiled:
    """A compiled gradient.

    Attributes:
        module: its text, and what the text names from outside.
        assumptions: what it was compiled for, besides the kinds of the arguments.
        fast: whether it calculates with `math` where the user wrote NumPy for single numbers, so
            that it must be run again as written where `math` raises an exception.
    """

    module: emit.Module
    assumptions: Sequence[Assumption]
    fast: bool
    stages: dict[str, str] = field(default_factory=dict)


def compile_gradient(
    source: Source, kinds: Sequence[Kind], request: Request, *, fast: bool = True
) -> Compiled:
    """Compile the gradient of a function for arguments of certain kinds.

    Args:
        source: the function.
        kinds: the kinds of its parameters.
        request: what to differentiate with respect to, and what to return.
        fast: whether single numbers may be calculated with `math`.

    Raises:
        AdcompileError: the gradient is refused, or the request does not fit the function.
    """
    session = Session()
    varied = tuple(name in request.wrt for name in source.signature.parameters)
    spec = session.lower(source, tuple(kinds), varied)
    program = gradient(session, spec, request)
    functions = [
        f for pair in program.pairs for f in (pair.forward, pair.backward) if f is not None
    ]
    functions.append(program.main)
    changed = [simplify(function, fast=fast) for function in functions]
    module = emit.module(program.main, program.pairs)
    return Compiled(module, tuple(session.assumptions.values()), any(changed))


__all__ = ["Compiled", "compile_gradient", "ir"]
