"""Stage 5: what feeds nothing goes, and temporaries go back into the expressions they came from."""

from adcompile import ir
from adcompile.simplify.dead import remove_dead
from adcompile.simplify.nest import nest
from adcompile.simplify.numbers import use_math
from adcompile.simplify.sizes import borrow_shapes

__all__ = ["simplify"]


def simplify(function: ir.Function, *, fast: bool) -> bool:
    """Simplify a function in place.

    Args:
        function: the function.
        fast: whether single numbers may be calculated with `math`.

    Returns:
        Whether `math` took the place of NumPy anywhere.
    """
    borrow_shapes(function)
    remove_dead(function)
    changed = fast and use_math(function)
    nest(function)
    return changed
