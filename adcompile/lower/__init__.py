"""Stage 2: from the syntax tree to IR, with every operation resolved.

The kind of each value is inferred on the way, by the rule of its operation, and so is whether it
depends on a differentiated argument.
"""

from adcompile.lower.session import Session, Specialised

# The modules call one another in circles: they are loaded in one order, whichever is asked for.
from adcompile.lower import function  # isort: skip  # noqa: F401

__all__ = ["Session", "Specialised"]
