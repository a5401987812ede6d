"""Stage 1: the text and syntax tree of a function, proof that it is the running code, its names."""

from adcompile.source.function import Source, of_function
from adcompile.source.names import Guard, LiveScope, Scope

__all__ = ["Guard", "LiveScope", "Scope", "Source", "of_function"]
