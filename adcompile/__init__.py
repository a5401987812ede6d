"""Source-to-source automatic differentiation of Python and NumPy.

`grad` reads a function and writes the function that computes its gradient, as Python text that a
person can read, step through, change, save and ship.
"""

from adcompile.api import clear_cache, grad, value_and_grad
from adcompile.checkpointing import checkpoint
from adcompile.directional import elementwise_grad, hvp, jvp, linearize
from adcompile.errors import AdcompileError, RefusedError, SourceError, UsageError
from adcompile.jacobians import hessian, hessian_diag, jacobian
from adcompile.options import set_backend
from adcompile.pullbacks import vjp

__version__ = "0.1.0"

__all__ = [
    "AdcompileError",
    "RefusedError",
    "SourceError",
    "UsageError",
    "checkpoint",
    "clear_cache",
    "elementwise_grad",
    "grad",
    "hessian",
    "hessian_diag",
    "hvp",
    "jacobian",
    "jvp",
    "linearize",
    "set_backend",
    "value_and_grad",
    "vjp",
]
