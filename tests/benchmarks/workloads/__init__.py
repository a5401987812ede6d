"""The workloads: those timed in their steady state, and those whose first call is timed."""

from ..workload import Workload
from .bundle_adjustment import BUNDLE_ADJUSTMENT
from .compiling import LOOPS, STRAIGHT_LINES, TEN_LINES
from .elementwise import LONG_CHAIN, SHORT_CHAIN
from .gmm import GMM, GMM_EINSUM
from .in_place import STENCIL, SWEEP
from .mlp import MLP, SMALL_MLP
from .scalar import LOOP, POLYNOMIAL

STEADY_STATE: tuple[Workload, ...] = (
    POLYNOMIAL,
    LOOP,
    SMALL_MLP,
    MLP,
    GMM,
    GMM_EINSUM,
    BUNDLE_ADJUSTMENT,
    SHORT_CHAIN,
    LONG_CHAIN,
    SWEEP,
    STENCIL,
)
FIRST_CALLS: tuple[Workload, ...] = (TEN_LINES, *STRAIGHT_LINES, *LOOPS)
