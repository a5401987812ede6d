"""Stage 4: from the IR of a function to the IR of its gradient, driven by the rules."""

from adcompile.differentiate.gradient import Request, gradient

__all__ = ["Request", "gradient"]
