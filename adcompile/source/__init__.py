"""Stage 1: the text and syntax tree of a function, proof that it is the running code, its names."""

from adcompile.source.function import Source, default_nodes, is_generated, of_function
from adcompile.source.names import Assumption, Global, Guard, LiveScope, Scope

__all__ = [
    "Assumption",
    "Global",
    "Guard",
    "LiveScope",
    "Scope",
    "Source",
    "default_nodes",
    "is_generated",
    "of_function",
]
