"""Stage 5: what feeds nothing goes, and temporaries go back into the expressions they came from.

Single numbers also move from NumPy to `math`, and the backward sweep gets its shortest spelling.
"""

from collections.abc import Callable, Iterable

from adcompile import ir
from adcompile.differentiate import Callee, Program
from adcompile.rules import registry
from adcompile.simplify.cleared import append_first, store_first
from adcompile.simplify.dead import remove_dead
from adcompile.simplify.in_place import write_in_place
from adcompile.simplify.kept import part_from_kept
from adcompile.simplify.marks import drop_marks
from adcompile.simplify.nest import nest
from adcompile.simplify.numbers import use_math
from adcompile.simplify.order import update_last
from adcompile.simplify.products import sum_first
from adcompile.simplify.saved import trim_saved
from adcompile.simplify.shapes import LIKE, SHAPES
from adcompile.simplify.sizes import borrow_shapes
from adcompile.simplify.spelling import index_new_axes, respell
from adcompile.simplify.undone import skip_undone
from adcompile.simplify.unset import drop_unset

__all__ = ["reduce", "simplify"]


def simplify(program: Program, *, fast: bool) -> bool:
    """Simplify the functions of a program in place.

    Args:
        program: the functions.
        fast: whether single numbers may be calculated with `math`.

    Returns:
        Whether `math` took the place of NumPy anywhere.
    """
    functions = [f for pair in program.pairs for f in pair.sides().values()] + [program.main]
    for function in functions:
        drop_marks(function)
    reduce(program)
    operations = [ir.operations(function) for function in functions]
    fast = fast and all(map(_is_repeatable, functions, operations))
    changed = [fast and use_math(function) for function in functions]
    for function, there in zip(functions, operations, strict=True):
        for rewrite, what in _REWRITES:
            if what is None or what in there:
                rewrite(function)
    return any(changed)


# How functions are brought into their final form, in order; each with the operation that it is
# about, if it is about one.
_REWRITES: tuple[tuple[Callable[[ir.Function], None], str | None], ...] = (
    (store_first, "scatter.store"),
    (append_first, "scatter.append"),
    (index_new_axes, "numpy.expand_dims"),
    (nest, None),
    (respell, None),
    (update_last, None),
    (part_from_kept, "call"),
    (write_in_place, None),
)


def reduce(program: Program) -> None:
    """Remove what feeds nothing; the program can be differentiated once more."""
    for pair in program.pairs:
        for side, function in reversed(pair.sides().items()):
            _reduce(function, _handed(pair, function) if side == "forward" else NOTHING)
            if side == "backward":
                trim_saved(pair.sides().get("forward", program.main), function, pair.handed)
    split = [pair for pair in program.pairs if pair.handed and "forward" not in pair.sides()]
    _reduce(program.main, _handed(split[0], program.main) if split else NOTHING)


NOTHING = ir.Apply("tuple")


def _handed(pair: Callee, forward: ir.Function) -> ir.Expr:
    """What a forward function hands over to its backward function."""
    assert isinstance(forward.result, ir.Apply)
    results = forward.result.args
    return ir.Apply("tuple", tuple(results[i] for i in pair.handed.values()))


def _is_repeatable(function: ir.Function, operations: Iterable[str]) -> bool:
    """Whether a function of these operations can be run once more without being noticed."""
    if any(isinstance(statement, ir.Keep) for statement in ir.walk(function.body)):
        return False
    return not any(map(_has_effect, operations))


def _has_effect(operation: str) -> bool:
    """Whether an operation may do more than return a value: print, or draw a random number."""
    if operation in ("opaque", "effect"):
        return True
    rule = registry.find(operation)
    return rule is not None and not rule.pure


def _reduce(function: ir.Function, saved: ir.Expr) -> None:
    operations = ir.operations(function)
    if operations & (SHAPES | LIKE):
        borrow_shapes(function)
    remove_dead(function)
    skipped = "scatter.store" in operations and skip_undone(function)
    summed = "numpy.sum" in operations and sum_first(function)
    if skipped or summed:
        remove_dead(function)
    drop_unset(function, saved)
