"""Source-to-source automatic differentiation of Python and NumPy.

`grad` reads a function and writes the function that computes its gradient, as Python text that a
person can read, step through, change, save and ship.
"""

from adcompile.api import clear_cache, compiled, grad, value_and_grad
from adcompile.batches import in_threads
from adcompile.checkpointing import checkpoint
from adcompile.custom import custom_rule
from adcompile.directional import elementwise_grad, hvp, jvp, linearize
from adcompile.errors import AdcompileError, NotFiniteError, RefusedError, SourceError, UsageError
from adcompile.implicit import fixed_point, root
from adcompile.jacobians import hessian, hessian_diag, jacobian
from adcompile.marks import on_backward, stop_gradient
from adcompile.options import set_backend
from adcompile.pullbacks import vjp

__version__ = "0.1.0"

__all__ = [
    "AdcompileError",
    "NotFiniteError",
    "RefusedError",
    "SourceError",
    "UsageError",
    "checkpoint",
    "clear_cache",
    "compiled",
    "custom_rule",
    "elementwise_grad",
    "fixed_point",
    "grad",
    "hessian",
    "hessian_diag",
    "hvp",
    "in_threads",
    "jacobian",
    "jvp",
    "linearize",
    "on_backward",
    "root",
    "set_backend",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]
