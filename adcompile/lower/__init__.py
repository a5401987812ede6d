"""Stage 2: from the syntax tree to IR, with every operation resolved.

The kind of each value is inferred on the way, by the rule of its operation, and so is whether it
depends on a differentiated argument.
"""

# The modules call one another in circles: loaded from `function` on, they are loaded in one order,
# whichever is asked for.
from adcompile.lower import function as function
from adcompile.lower.session import Session, Specialised

__all__ = ["Session", "Specialised"]
