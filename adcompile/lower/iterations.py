"""What a `for` runs over: a range, an array, the elements of a list, several of them in step."""

from __future__ import annotations

import ast
import builtins
import functools
from collections.abc import Callable, Sequence
from types import FunctionType

from adcompile.ir import Apply, Const, Expr, Ref, Var
from adcompile.kinds import (
    UNKNOWN,
    Array,
    Dim,
    Items,
    Kind,
    Many,
    Mapping,
    Nothing,
    Record,
    Resolved,
    Scalar,
    Text,
    Unknown,
    element,
    exact_length,
)
from adcompile.lower import (
    arguments,
    combined,
    comprehensions,
    container_writes,
    containers,
    expressions,
    generators,
)
from adcompile.lower.frame import Frame, is_module
from adcompile.lower.made import Generator, Made, made_function
from adcompile.records import record, replace
from adcompile.rules.registry import static_value
from adcompile.source import Source

UNROLLED = 32
UNROLLED_RANGE = 64


@record
class Iteration:
    """What a `for` runs over.

    Attributes:
        bounds: of the range of its index.
        element: from the index the element; None where the index is the element.
        items: the elements, where they are so different that each needs code of its own.
        known: gives the elements one by one, where their number is known.
        over: the identities of the lists and dicts that it takes its elements from.
        generator: what yields the elements, which have no positions then.
        endless: whether there is always one more.
        length: finds out the number of elements, where that may be asked of an argument.
    """

    bounds: tuple[Expr, ...]
    element: Callable[[Expr], Expr] | None
    items: tuple[Expr, ...] | None = None
    known: Callable[[], Sequence[Expr]] | None = None
    over: tuple[Var, ...] = ()
    generator: Generator | None = None
    endless: bool = False
    length: Callable[[], int | None] | None = None

    def elements(self) -> Sequence[Expr] | None:
        """The elements one by one, None where their number is not known."""
        if self.items is not None:
            return self.items
        return None if self.known is None else self.known()


def iteration_over(frame: Frame, node: ast.expr, in_turn: bool = False) -> Iteration:
    """How to run over an iterable by index, or `in_turn` if that is all it can."""
    node = _looked_through(frame, node)
    if isinstance(node, ast.Call):
        callee = callee_of(frame, node.func)
        if callee is not None and combined.combines(frame, node):
            return combined.ITERATORS[callee.target](frame, node, callee)
        name = "" if callee is None else callee.name
        if callee is not None and getattr(builtins, name, None) is not callee.target:
            name = ""
        if name == "enumerate":
            return _enumerate(frame, node, in_turn)
        if name in _ITERATORS and (not node.keywords or name == "zip"):
            return _ITERATORS[name](frame, node)
        if name in comprehensions.ITERATORS and not node.keywords:
            return comprehensions.ITERATORS[name](frame, node)
    if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
        return comprehensions.iteration(frame, node)
    value = generators.iterated(frame, node, expressions.lower(frame, node))
    generator = generators.generator_of(frame, value)
    if generator is None:
        return _over_value(frame, node, value)
    return _in_turn(frame, node, generator, in_turn)


def _looked_through(frame: Frame, node: ast.expr) -> ast.expr:
    """What `list(...)` makes a list of, where that is the same to run over: nothing is written to
    while the loop runs, and nothing is yielded."""
    while (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("list", "tuple")
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Call)
    ):
        callee = callee_of(frame, node.func)
        if callee is None or callee.target not in (list, tuple):
            break
        if not _is_the_same_later(frame, node.args[0]):
            break
        node = node.args[0]
    return node


def _is_the_same_later(frame: Frame, node: ast.expr) -> bool:
    """Whether what a call gives in turn is what it would give at once."""
    if not isinstance(node, ast.Call):
        return False
    callee = callee_of(frame, node.func)
    if callee is not None and callee.target is range:
        return True
    if frame.heap.followed:
        known = callee is not None and (callee.target in _IN_STEP or combined.combines(frame, node))
        return known and all(_is_the_same_later(frame, arg) for arg in node.args)
    return callee is not None and not isinstance(callee.target, (FunctionType, Source, Made))


_IN_STEP = (enumerate, zip, reversed)


def yields(frame: Frame, node: ast.GeneratorExp | ast.ListComp) -> bool:
    """Whether a comprehension runs over a generator first."""
    with frame.build.inner():
        return iteration_over(frame, node.generators[0].iter, True).generator is not None


def _in_turn(frame: Frame, node: ast.AST, generator: Generator, possible: bool) -> Iteration:
    if not possible:
        raise frame.refuse(
            node,
            f"`{generator.name}` yields in step with something else, which cannot be "
            "differentiated yet",
            f"make a list of it: `list({generator.name}(...))`",
        )
    return Iteration((), None, generator=generator)


def callee_of(frame: Frame, node: ast.expr) -> Ref | None:
    """The function that is called, by a name of its own or that of its module before it."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        if not is_module(expressions.lower(frame, node.value)):
            return None
    elif not isinstance(node, ast.Name):
        return None
    callee = expressions.lower(frame, node)
    return callee if isinstance(callee, Ref) else None


def _over_value(frame: Frame, node: ast.AST, value: Expr) -> Iteration:
    over = over_sequence(frame, node, value)
    return replace(over, over=container_writes.iterated(frame, value))


def over_sequence(frame: Frame, node: ast.AST, value: Expr) -> Iteration:
    """How to run over a value by index."""
    kind = frame.kind(value)
    if isinstance(kind, Unknown) and not frame.varied(value) and not frame.template:
        # A set and an iterator have no index, that of a dict is not what running over it gives.
        value = frame.apply(node, "opaque", Ref("list", list, Many(list, UNKNOWN)), value)
        kind = frame.kind(value)
    elif isinstance(kind, Unknown) and " is a " in kind.why:  # an argument of another type
        raise frame.refuse(node, "what is iterated over is not known to be a sequence")
    if isinstance(kind, Mapping) and kind.items is not None:
        keys = tuple(Const(key) for key, _ in kind.items)
        return Iteration((Const(len(keys)),), None, keys)
    if isinstance(value, Const) and isinstance(value.value, str):
        letters = tuple(map(Const, value.value))
        return Iteration((Const(len(letters)),), None, letters)
    if isinstance(kind, Items) and _differ(kind):
        items = tuple(arguments.spread(frame, node, value))
        return Iteration((Const(len(items)),), None, items)
    if isinstance(kind, Scalar) or (isinstance(kind, Array) and kind.dims == ()):
        raise frame.refuse(node, "a number cannot be iterated over")
    if isinstance(kind, (Record, Resolved, Nothing)):
        raise frame.refuse(node, "what is iterated over is not known to be a sequence")
    known = None
    if isinstance(kind, Items) or isinstance(exact_array_length(kind), int):
        known = functools.partial(arguments.spread, frame, node, value)
    if isinstance(value, Apply):
        value = containers.defined(frame, value)
    length = frame.apply(node, "builtins.len", value)
    dim = exact_array_length(kind)
    return Iteration(
        (length,),
        lambda index: expressions.item(frame, node, value, index),
        known=known,
        length=None if dim is None else functools.partial(exact_length, dim),
    )


def exact_array_length(kind: Kind) -> Dim | None:
    """The length of an array along its first axis."""
    return kind.dims[0] if isinstance(kind, Array) and kind.dims else None


def _differ(kind: Items) -> bool:
    """Whether the elements of a sequence are too different for one loop body."""
    if not kind.items:
        return True
    if len(kind.items) > UNROLLED:
        return False
    return _is_vague(element(kind)) or made_function(kind) is not None


def _is_vague(kind: Kind) -> bool:
    match kind:
        case Array(_, None) | Unknown() | Text():
            return True
        case Items(_, items):
            return any(map(_is_vague, items))
    return isinstance(kind, Many) or made_function(kind) is not None


def _range(frame: Frame, node: ast.Call) -> Iteration:
    bounds = tuple(expressions.lower(frame, arg) for arg in node.args)
    for bound, arg in zip(bounds, node.args, strict=True):
        if frame.varied(bound) and not isinstance(frame.kind(bound), Scalar):
            raise frame.refuse(arg, "the bound of a loop must be an integer")
    values = [static_value(frame.kind(bound)) for bound in bounds]
    numbers = [value for known, value in values if known and isinstance(value, int)]
    if len(numbers) < len(values) or len(span := range(*numbers)) > UNROLLED_RANGE:
        return Iteration(bounds, None)
    return Iteration(bounds, None, known=lambda: [Const(number) for number in span])


def _enumerate(frame: Frame, node: ast.Call, in_turn: bool = False) -> Iteration:
    inner = iteration_over(frame, node.args[0], in_turn)
    given = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
    start = expressions.lower(frame, given[0]) if given else Const(0)
    if inner.generator is not None:
        return Iteration(
            (), None, generator=generators.counted(frame, node, inner.generator, start)
        )
    element = element_of(frame, node, inner)

    def number(index: Expr) -> Expr:
        return index if start == Const(0) else frame.apply(node, "operator.add", index, start)

    if inner.items is not None:
        pairs = [Apply("tuple", (number(Const(i)), e)) for i, e in enumerate(inner.items)]
        return Iteration(inner.bounds, None, tuple(pairs))
    known = inner.known
    return Iteration(
        (trips(frame, node, inner),),
        lambda i: Apply("tuple", (number(i), element(i))),
        known=known
        and (lambda: [Apply("tuple", (number(Const(i)), e)) for i, e in enumerate(known())]),
    )


def _zip(frame: Frame, node: ast.Call) -> Iteration:
    columns = _columns(frame, node)
    if columns is not None:
        return Iteration((Const(len(columns)),), None, columns)
    inners = [inner for arg in node.args for inner in _zipped(frame, arg)]
    if not inners:
        return Iteration((Const(0),), None, ())
    numbers = [trips(frame, node, inner) for inner in inners if not inner.endless]
    if not numbers:
        raise frame.refuse(node, "this runs without end", "zip it with something that ends")
    shortest = numbers[0]
    for other in numbers[1:]:
        if _length_value(frame, shortest) != _length_value(frame, other):
            shortest = frame.apply(node, "builtins.min", shortest, other)
    elements = [element_of(frame, node, inner) for inner in inners]
    if any(inner.items is not None for inner in inners):
        return _zip_items(frame, node, inners, elements)
    known = [inner.known for inner in inners if inner.known is not None]
    return Iteration(
        (shortest,),
        lambda i: Apply("tuple", tuple(e(i) for e in elements)),
        known=None
        if len(known) < len(inners)
        else lambda: [Apply("tuple", row) for row in zip(*(k() for k in known), strict=False)],
        over=_over(inners),
    )


def _columns(frame: Frame, node: ast.Call) -> tuple[Expr, ...] | None:
    """`zip(*rows)` of an unknown number of rows of so many parts each; None of anything else."""
    if len(node.args) != 1 or not isinstance(node.args[0], ast.Starred):
        return None
    rows = expressions.lower(frame, node.args[0].value)
    kind = frame.kind(rows)
    if not (isinstance(kind, Many) and isinstance(kind.element, Items)):
        return None
    return tuple(
        comprehensions.written(frame, node, f"[row[{i}] for row in rows]", {"rows": rows})
        for i in range(len(kind.element.items))
    )


def _zipped(frame: Frame, node: ast.expr) -> list[Iteration]:
    """What an argument of `zip` stands for: `*rows` for each of the rows."""
    if not isinstance(node, ast.Starred):
        return [combined.endless(frame, node) or iteration_over(frame, node)]
    values = iteration_over(frame, node.value).elements()
    if values is None:
        raise frame.refuse(
            node,
            "the number of what is zipped is not known while compiling",
            "take the columns one by one: `[row[0] for row in rows]`",
        )
    return [_over_value(frame, node, value) for value in values]


def _over(inners: Sequence[Iteration]) -> tuple[Var, ...]:
    return tuple(this for inner in inners for this in inner.over)


def _zip_items(
    frame: Frame,
    node: ast.Call,
    inners: list[Iteration],
    elements: list[Callable[[Expr], Expr]],
) -> Iteration:
    """`zip` where each element needs code of its own: all lengths must be known."""
    ending = [inner for inner in inners if not inner.endless]
    lengths = [
        _length_value(frame, trips(frame, node, inner)) if inner.length is None else inner.length()
        for inner in ending
    ]
    if not all(isinstance(length, int) for length in lengths):
        raise frame.refuse(node, "the lengths of what is zipped are not known while compiling")
    number = min(length for length in lengths if isinstance(length, int))
    rows = [
        Apply(
            "tuple",
            tuple(
                element(Const(i)) if inner.items is None else inner.items[i]
                for inner, element in zip(inners, elements, strict=True)
            ),
        )
        for i in range(number)
    ]
    return Iteration((Const(number),), None, tuple(rows), over=_over(inners))


def _length_value(frame: Frame, expr: Expr) -> object:
    kind = frame.kind(expr)
    known = isinstance(kind, Scalar) and kind.value is not None
    return kind.value if known and isinstance(kind, Scalar) else expr


def _reversed(frame: Frame, node: ast.Call) -> Iteration:
    inner = iteration_over(frame, node.args[0])
    number = trips(frame, node, inner)
    element = element_of(frame, node, inner)
    last = frame.apply(node, "operator.sub", number, Const(1))

    def mirrored(index: Expr) -> Expr:
        return element(frame.apply(node, "operator.sub", last, index))

    if inner.items is not None:
        return Iteration(inner.bounds, None, inner.items[::-1], over=inner.over)
    known = inner.known
    return Iteration(
        (number,), mirrored, known=known and (lambda: list(known())[::-1]), over=inner.over
    )


def trips(frame: Frame, node: ast.AST, iteration: Iteration) -> Expr:
    """The number of iterations."""
    bounds = iteration.bounds
    if len(bounds) == 1:
        return bounds[0]
    return frame.apply(node, "builtins.len", frame.apply(node, "builtins.range", *bounds))


def element_of(frame: Frame, node: ast.AST, iteration: Iteration) -> Callable[[Expr], Expr]:
    """The element at a position, counted from zero."""
    if iteration.element is not None:
        return iteration.element
    bounds = iteration.bounds
    if len(bounds) == 1:
        return lambda index: index
    whole = frame.apply(node, "builtins.range", *bounds)
    return lambda index: frame.apply(node, "index", whole, index)


_ITERATORS = {"range": _range, "zip": _zip, "reversed": _reversed}
