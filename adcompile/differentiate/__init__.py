"""Stage 4: from the IR of a function to the IR of its gradient, driven by the rules."""

from adcompile.differentiate.calls import Callee, Pair, keep_plain
from adcompile.differentiate.gradient import Program, Request, gradient
from adcompile.differentiate.patterns import patternise, tell_needed
from adcompile.differentiate.pullback import pullback
from adcompile.differentiate.pushed import pushforward
from adcompile.differentiate.vectorised import vectorise

__all__ = [
    "Callee",
    "Pair",
    "Program",
    "Request",
    "gradient",
    "keep_plain",
    "patternise",
    "pullback",
    "pushforward",
    "tell_needed",
    "vectorise",
]
