"""Remove what feeds nothing: adjoint liveness (Hascoet & Pascual 2013, section 4.1) is reachability
from the results."""

from __future__ import annotations

from adcompile.analyse import Liveness, swept
from adcompile.ir import Function


def remove_dead(function: Function) -> None:
    """Remove the statements that feed neither the result nor an effect."""
    liveness = Liveness(function)
    function.body = swept(function.body, liveness)
