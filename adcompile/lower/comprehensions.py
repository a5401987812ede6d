"""Comprehensions, generator expressions, `map` and `filter`.

Where the number of elements is known they are written out, as a display. Generators that are added
up or compared become loops, see `consumers`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from adcompile.errors import RefusedError
from adcompile.ir import Apply, Const, Expr
from adcompile.lower import (
    closures,
    consumers,
    containers,
    expressions,
    iterations,
    scopes,
    statements,
)
from adcompile.lower.frame import Frame
from adcompile.lower.heap import WritesError
from adcompile.rules.registry import static_value

Node = TypeVar("Node", bound=ast.AST)
Lazy = ast.GeneratorExp | ast.ListComp
_Element = Callable[[Frame], Expr]


class _UnknownNumberError(Exception):
    """The number of elements is not known while compiling."""


def scope(frame: Frame) -> Frame:
    """The scope of a comprehension: its targets are names of its own."""
    return Frame(
        frame.session,
        frame.source,
        frame.build,
        inlined=frame.inlined,
        outer=frame,
        caller=frame,
        start=frame.build.block,
        comprehension=True,
        heap=frame.heap,
    )


def elements(
    frame: Frame, generators: Sequence[ast.comprehension], element: _Element
) -> list[Expr] | None:
    """The elements of a comprehension, None where their number is not known."""
    found: list[Expr] = []
    try:
        inner = scope(frame)
        for _ in _runs(inner, list(generators)):
            found.append(element(inner))
    except _UnknownNumberError:
        return None
    return found


def _runs(frame: Frame, generators: list[ast.comprehension]) -> Iterator[None]:
    """Bind the targets as every innermost iteration finds them."""
    if not generators:
        yield
        return
    first, *rest = generators
    if first.is_async:
        raise frame.refuse(first.iter, "`async for` cannot be differentiated yet")
    items = iterations.iteration_over(frame, first.iter, in_turn=True).elements()
    if items is None:
        raise _UnknownNumberError
    for item in items:
        statements.bind(frame, first.target, item)
        if all(_holds(frame, condition) for condition in first.ifs):
            yield from _runs(frame, rest)


def _holds(frame: Frame, condition: ast.expr) -> bool:
    test = statements.lower_test(frame, condition)
    if not isinstance(test, Const):
        raise _UnknownNumberError
    return bool(test.value)


def refuse_unknown_length(frame: Frame, node: ast.expr, what: str) -> RefusedError:
    """The error for a container whose length is known only at run time."""
    return frame.refuse(
        node,
        f"{what} whose length is not known while compiling cannot be differentiated yet",
        "write a NumPy expression, or add the elements up in a `for` loop",
    )


# ----- displays -----


def lower_list(frame: Frame, node: Lazy) -> Expr:
    """A list comprehension, or a generator that is made a list at once."""
    _require_statements(frame, node)
    found = elements(frame, node.generators, lambda inner: expressions.lower(inner, node.elt))
    return _grown(frame, node) if found is None else Apply("list", tuple(found))


def _grown(frame: Frame, node: Lazy) -> Expr:
    """A list whose length is known only at run time: a loop appends its elements."""
    if not frame.heap.followed:
        raise WritesError

    def body(name: str) -> ast.stmt:
        append = ast.Attribute(ast.Name(name, ast.Load()), "append", ast.Load())
        return ast.Expr(ast.Call(append, [node.elt], []))

    start = containers.identified(frame, Apply("list"))
    made = consumers.looped(frame, node, "elements", start, body)
    return containers.current(frame, node, made)


def written(frame: Frame, node: ast.AST, text: str, names: dict[str, Expr]) -> Expr:
    """The list of a comprehension in which these names stand for values."""
    inner = scope(frame)
    inner.env |= names
    made = ast.parse(text, mode="eval").body
    assert isinstance(made, ast.ListComp)
    for part in ast.walk(made):
        ast.copy_location(part, node)
    return containers.identified(frame, lower_list(inner, made))


def lower_dict(frame: Frame, node: ast.DictComp) -> Expr:
    """A dict comprehension; of a key that comes twice, the last value counts."""
    _require_statements(frame, node)

    def pair(inner: Frame) -> Expr:
        key, value = expressions.lower(inner, node.key), expressions.lower(inner, node.value)
        return Apply("tuple", (key, value))

    pairs = elements(frame, node.generators, pair)
    if pairs is None:
        raise frame.refuse(
            node,
            "a dict whose keys are not known while compiling cannot be differentiated yet",
            "iterate over keys that are literals",
        )
    return dict_of(frame, node, [p.args for p in pairs if isinstance(p, Apply)])


def dict_of(frame: Frame, node: ast.AST, pairs: Sequence[Sequence[Expr]]) -> Expr:
    """The dict of some pairs of a key and a value."""
    values: dict[Expr, Expr] = {}
    for key, value in pairs:
        known, literal = static_value(frame.kind(key))
        if not known:
            raise frame.refuse(
                node, "a key of this dict is not known while compiling", "write it as a literal"
            )
        values[Const(literal)] = value
    return Apply("dict", tuple(part for pair in values.items() for part in pair))


def lower_set(frame: Frame, node: ast.SetComp | ast.Set) -> Expr:
    """A set of values that are not differentiated."""
    if isinstance(node, ast.Set):
        found: list[Expr] | None = [expressions.lower(frame, part) for part in node.elts]
    else:
        _require_statements(frame, node)
        found = elements(frame, node.generators, lambda inner: expressions.lower(inner, node.elt))
    if found is None:
        raise refuse_unknown_length(frame, node, "a set")
    if any(map(frame.build.varied, found)):
        raise frame.refuse(
            node, "a set of values that are differentiated has no derivative rule", "use a tuple"
        )
    return frame.apply(
        node, "opaque", expressions.reference("set", set), Apply("list", tuple(found))
    )


def refuse_generator(frame: Frame, node: ast.GeneratorExp) -> Expr:
    """A generator as a value is empty after its first use."""
    raise frame.refuse(
        node,
        "a generator expression as a value cannot be differentiated yet",
        "use it directly in `sum`, `min`, `max`, `any`, `all`, `list`, `tuple` or `for`",
    )


def _require_statements(frame: Frame, node: ast.AST) -> None:
    if frame.nested:
        raise closures.needs_statements(frame, node)


# ----- what a `for` runs over -----


def iteration(frame: Frame, node: Lazy) -> iterations.Iteration:
    """A comprehension as something to iterate over. A generator calculates an element when the
    loop comes to it, a list calculates all of them before."""
    simple = len(node.generators) == 1 and not node.generators[0].ifs
    if isinstance(node, ast.ListComp) or not simple:
        value = expressions.lower(
            frame, ast.copy_location(ast.ListComp(node.elt, node.generators), node)
        )
        return iterations.over_sequence(frame, node, value)
    first = node.generators[0]
    inner = scope(frame)
    over = iterations.iteration_over(inner, first.iter)

    def element(item: Expr) -> Expr:
        inner.nested = frame.nested
        statements.bind(inner, first.target, item)
        return expressions.lower(inner, node.elt)

    return mapped(frame, node, over, element)


def mapped(
    frame: Frame, node: ast.AST, over: iterations.Iteration, element: Callable[[Expr], Expr]
) -> iterations.Iteration:
    """What is made of each element of something to iterate over."""
    if over.items is not None:
        return iterations.Iteration(over.bounds, None, tuple(map(element, over.items)))
    known, at = over.known, iterations.element_of(frame, node, over)
    return iterations.Iteration(
        (iterations.trips(frame, node, over),),
        lambda index: element(at(index)),
        known=known and (lambda: [element(item) for item in known()]),
    )


def refuse_rebinding(frame: Frame, node: ast.For) -> None:
    """Refuse a body that changes what later elements are calculated from."""
    lazy = [
        n
        for n in ast.walk(node.iter)
        if isinstance(n, (ast.GeneratorExp, ast.Lambda))
        or (isinstance(n, ast.Call) and getattr(n.func, "id", None) in ITERATORS)
    ]
    changed = {*scopes.stored(node.body), *closures.written(frame)}
    for inner in (name for part in lazy for name in ast.walk(part) if isinstance(name, ast.Name)):
        if inner.id in changed:
            raise frame.refuse(
                inner, f"the loop changes `{inner.id}`, which later elements are calculated from"
            )


def _map(frame: Frame, node: ast.Call) -> iterations.Iteration:
    return iteration(*as_generator(frame, node))


def as_generator(frame: Frame, node: ast.Call) -> tuple[Frame, ast.GeneratorExp]:
    """`map(f, xs)` is `(f(x) for x in xs)`, `filter(f, xs)` is `(x for x in xs if f(x))`; with the
    scope that knows `f`."""
    assert isinstance(node.func, ast.Name)
    function, *sequences = node.args or [node]
    is_map = node.func.id == "map"
    fits = 1 <= len(sequences) <= (len(_NAMES) if is_map else 1)
    if not fits or node.keywords or any(isinstance(arg, ast.Starred) for arg in node.args):
        raise frame.refuse(
            node, f"this call of `{node.func.id}` cannot be differentiated yet", "write a `for`"
        )
    inner = scope(frame)
    inner.env |= {
        _FUNCTION: expressions.lower(frame, function),
        _ZIP: expressions.reference("zip", zip),
    }
    names = [scopes.free_identifier(frame.source.node, n) for n in _NAMES[: len(sequences)]]
    stores: list[ast.expr] = [ast.Name(name, ast.Store()) for name in names]
    over, target = sequences[0], stores[0]
    if len(sequences) > 1:
        over = ast.Call(ast.Name(_ZIP, ast.Load()), sequences, [])
        target = ast.Tuple(stores, ast.Store())
    called = ast.Call(ast.Name(_FUNCTION, ast.Load()), [ast.Name(n, ast.Load()) for n in names], [])
    element: ast.expr = called if is_map else ast.Name(names[0], ast.Load())
    test: ast.expr = called
    if isinstance(function, ast.Constant) and function.value is None:
        test = ast.Name(names[0], ast.Load())
    ifs = [] if is_map else [test]
    generator = ast.GeneratorExp(element, [ast.comprehension(target, over, ifs, 0)])
    return inner, located(generator, node)


_NAMES = ("element", "other", "third", "fourth")
# No names of the user's.
_FUNCTION, _ZIP = ".function", ".zip"


def located(made: Node, at: ast.AST) -> Node:
    """A tree that the compiler made, placed where what it was made of stands."""
    for inner in ast.walk(made):
        if "lineno" in inner._attributes and not hasattr(inner, "lineno"):
            ast.copy_location(inner, at)
    return made


ITERATORS = {"map": _map, "filter": _map}
