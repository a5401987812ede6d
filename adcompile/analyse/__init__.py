"""Stage 3: which values of the IR need no adjoint although they depend on the arguments.

Kinds and activity are inferred while lowering, and what to record is decided with the backward
sweep at hand; what is left to find out in between are maxima that only prevent overflow (`shifts`),
which values not every path gives (`undefined`), what feeds a result (`liveness`), and which values
of a loop will have an adjoint (`reached`).
"""

from adcompile.analyse.liveness import Liveness, swept
from adcompile.analyse.reached import carried_adjoints, summed
from adcompile.analyse.shifts import ignore_shifts
from adcompile.analyse.undefined import Branches, branches, flows, is_absent, let_be_none

__all__ = [
    "Branches",
    "Liveness",
    "branches",
    "carried_adjoints",
    "flows",
    "ignore_shifts",
    "is_absent",
    "let_be_none",
    "summed",
    "swept",
]
