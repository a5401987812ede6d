"""Stage 4: from the IR of a function to the IR of its gradient, driven by the rules."""

from adcompile.differentiate.calls import Pair
from adcompile.differentiate.gradient import Program, Request, gradient

__all__ = ["Pair", "Program", "Request", "gradient"]
