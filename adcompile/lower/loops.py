"""Lower loops: what changes in a loop becomes a carried value."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adcompile import ir
from adcompile.errors import RefusedError
from adcompile.ir import UNDEFINED, Apply, Block, Carry, Const, Expr, For, Ref, Var, While
from adcompile.kinds import (
    INT,
    UNKNOWN,
    Array,
    Cut,
    Dim,
    Items,
    Kind,
    Many,
    Mapping,
    Nothing,
    Origin,
    Record,
    Resolved,
    Scalar,
    Sym,
    Text,
    Unbound,
    Unknown,
    after_loop,
    element,
    forget_value,
    is_int,
    join,
    may_be_one,
    same_dtype,
)
from adcompile.lower import (
    calls,
    checkpoints,
    closures,
    comprehensions,
    containers,
    control,
    exits,
    expressions,
    memory,
    objects,
    scopes,
    statements,
    writes,
)
from adcompile.lower.frame import Frame
from adcompile.lower.made import lost, made_function
from adcompile.rules.registry import static_value

_ATTEMPTS = 12
_UNROLLED = 32
UNROLLED_RANGE = 64


@dataclass(slots=True)
class Slot:
    """One leaf of a variable that a loop may change, or of a memory that it writes to: `path` leads
    to it through displays."""

    name: str | memory.Memory
    path: tuple[object, ...]
    init: Expr
    kind: Kind
    varied: bool
    boxed: bool = False
    mixed: bool = False
    hint: str | None = None

    def value(self, kind: Kind) -> Var:
        """A value of this leaf."""
        var = Var(self.hint, kind, self.varied, True)
        var.boxed = self.boxed
        var.mixed = self.mixed
        return var


# ----- for -----


@dataclass(frozen=True, slots=True)
class Iteration:
    """What a `for` runs over.

    Attributes:
        bounds: of the range of its index.
        element: from the index the element; None where the index is the element.
        items: the elements, where they are so different that each needs code of its own.
        known: gives the elements one by one, where their number is known.
        over: the identities of the lists and dicts that it takes its elements from.
    """

    bounds: tuple[Expr, ...]
    element: Callable[[Expr], Expr] | None
    items: tuple[Expr, ...] | None = None
    known: Callable[[], Sequence[Expr]] | None = None
    over: tuple[Var, ...] = ()

    def elements(self) -> Sequence[Expr] | None:
        """The elements one by one, None where their number is not known."""
        if self.items is not None:
            return self.items
        return None if self.known is None else self.known()


def lower_for(frame: Frame, node: ast.For) -> None:
    """Lower a `for` loop without its `else`."""
    over = _range_backwards(frame, node)
    head = checkpoints.head(frame, over or node.iter)
    iteration = iteration_over(frame, head.node)
    items: Sequence[Expr] | None = iteration.items
    if items is None and containers.writes_elements(frame, node):
        items = iteration.elements()
    if head.snapshots is not None:
        iteration = _counted(frame, node, iteration, items)
    if items is not None:
        items = items[::-1] if over else items
        comprehensions.refuse_rebinding(frame, node)
        _written_out(frame, node, items, iteration.over)
        return
    span = frame.build.span
    target = node.target
    is_range = iteration.element is None and isinstance(target, ast.Name)
    hint = target.id if is_range and isinstance(target, ast.Name) else _index_name(frame)

    def body(inner: Frame, index: Var) -> None:
        element = index if iteration.element is None else iteration.element(index)
        inner.build.span = span
        statements.bind(inner, target, element)
        with containers.iterating(inner, iteration.over):
            control.lower_block(inner, node.body)

    names = _rebound(frame, [target, *node.body])
    index, carried, block = _settle(frame, node, names, Var(hint, INT, named=True), body)
    stop = exits.carried(frame, carried, endless=False)
    back = over is not None
    loop = For(index, iteration.bounds, carried, block, back, span, None, stop, head.snapshots)
    frame.build.span = span
    frame.build.block.append(loop)


def _range_backwards(frame: Frame, node: ast.For) -> ast.expr | None:
    """The range that a loop runs over from its end to its beginning; None of any other loop. One
    that may be left early counts its iterations."""
    inside = [inner for statement in node.body for inner in ast.walk(statement)]
    if any(isinstance(inner, (ast.Break, ast.Return)) for inner in inside):
        return None
    match node.iter:
        case ast.Call(
            func=ast.Name(id="reversed") as outer,
            args=[ast.Call(func=ast.Name(id="range") as inner) as span],
            keywords=[],
        ):
            functions = [expressions.lower(frame, name) for name in (outer, inner)]
            targets = [f.target if isinstance(f, Ref) else None for f in functions]
            return span if targets == [reversed, range] else None
    return None


def _counted(
    frame: Frame, node: ast.For, iteration: Iteration, items: Sequence[Expr] | None
) -> Iteration:
    """The iteration of a loop that is computed again: from zero, which its states are stored by."""
    if items is not None:
        raise frame.refuse(
            node.iter,
            "each iteration of this loop needs code of its own, so that none can be computed again",
            "leave `checkpoint` out",
        )
    if len(iteration.bounds) == 1:
        return iteration
    element = element_of(frame, node, iteration)
    return dataclasses.replace(iteration, bounds=(trips(frame, node, iteration),), element=element)


def _written_out(frame: Frame, node: ast.For, items: Sequence[Expr], over: Sequence[Var]) -> None:
    """A loop of which each iteration needs code of its own."""
    for position, item in enumerate(items):

        def body(position: int = position, item: Expr = item) -> None:
            statements.bind(frame, node.target, item)
            with containers.iterating(frame, over, position):
                control.lower_block(frame, node.body)

        control.go_on(frame, node, body)
        frame.left = exits.continued(frame, frame.left)


def _index_name(frame: Frame) -> str:
    """A name for an index that the user did not name."""
    taken = {n.id for n in ast.walk(frame.source.node) if isinstance(n, ast.Name)}
    return next((name for name in ("i", "j", "k", "n") if name not in taken), "index")


def iteration_over(frame: Frame, node: ast.expr) -> Iteration:
    """How to run over an iterable by index."""
    while (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("list", "tuple")
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Call)
    ):
        node = node.args[0]
    if isinstance(node, ast.Call):
        callee = expressions.lower(frame, node.func) if isinstance(node.func, ast.Name) else None
        name = callee.name if isinstance(callee, Ref) else ""
        if isinstance(callee, Ref) and getattr(builtins, name, None) is not callee.target:
            name = ""
        if name in _ITERATORS and (not node.keywords or name in ("enumerate", "zip")):
            return _ITERATORS[name](frame, node)
        if name in comprehensions.ITERATORS and not node.keywords:
            return comprehensions.ITERATORS[name](frame, node)
    if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
        return comprehensions.iteration(frame, node)
    value = expressions.lower(frame, node)
    over = over_sequence(frame, node, value)
    return dataclasses.replace(over, over=containers.iterated(frame, value))


def over_sequence(frame: Frame, node: ast.AST, value: Expr) -> Iteration:
    """How to run over a value by index."""
    kind = frame.kind(value)
    if isinstance(kind, Mapping) and kind.items is not None:
        keys = tuple(Const(key) for key, _ in kind.items)
        return Iteration((Const(len(keys)),), None, keys)
    if isinstance(kind, Items) and _differ(kind):
        items = tuple(calls.spread(frame, node, value))
        return Iteration((Const(len(items)),), None, items)
    if isinstance(kind, Scalar) or (isinstance(kind, Array) and kind.dims == ()):
        raise frame.refuse(node, "a number cannot be iterated over")
    if isinstance(kind, (Record, Resolved, Nothing)):
        raise frame.refuse(node, "what is iterated over is not known to be a sequence")
    known = None
    if isinstance(kind, Items) or isinstance(exact_array_length(kind), int):
        known = functools.partial(calls.spread, frame, node, value)
    if isinstance(value, Apply):
        value = containers.defined(frame, value)
    length = frame.apply(node, "builtins.len", value)
    return Iteration(
        (length,), lambda index: expressions.item(frame, node, value, index), known=known
    )


def exact_array_length(kind: Kind) -> Dim | None:
    """The length of an array along its first axis."""
    return kind.dims[0] if isinstance(kind, Array) and kind.dims else None


def _differ(kind: Items) -> bool:
    """Whether the elements of a sequence are too different for one loop body."""
    if not kind.items:
        return True
    if len(kind.items) > _UNROLLED:
        return False
    return _is_vague(element(kind))


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
        if frame.build.varied(bound) and not isinstance(frame.kind(bound), Scalar):
            raise frame.refuse(arg, "the bound of a loop must be an integer")
    values = [static_value(frame.kind(bound)) for bound in bounds]
    numbers = [value for known, value in values if known and isinstance(value, int)]
    if len(numbers) < len(values) or len(span := range(*numbers)) > UNROLLED_RANGE:
        return Iteration(bounds, None)
    return Iteration(bounds, None, known=lambda: [Const(number) for number in span])


def _enumerate(frame: Frame, node: ast.Call) -> Iteration:
    inner = iteration_over(frame, node.args[0])
    given = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
    start = expressions.lower(frame, given[0]) if given else Const(0)
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
    inners = [iteration_over(frame, arg) for arg in node.args]
    numbers = [trips(frame, node, inner) for inner in inners]
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


def _over(inners: Sequence[Iteration]) -> tuple[Var, ...]:
    return tuple(this for inner in inners for this in inner.over)


def _zip_items(
    frame: Frame,
    node: ast.Call,
    inners: list[Iteration],
    elements: list[Callable[[Expr], Expr]],
) -> Iteration:
    """`zip` where each element needs code of its own: all lengths must be known."""
    lengths = [_length_value(frame, trips(frame, node, inner)) for inner in inners]
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


_ITERATORS = {"range": _range, "zip": _zip, "enumerate": _enumerate, "reversed": _reversed}


def repeat(
    frame: Frame,
    node: ast.AST,
    bounds: tuple[Expr, ...],
    names: Sequence[str],
    body: Callable[[Frame, Var], None],
) -> None:
    """Append a loop of the compiler's own, whose body gives some names new values."""
    span = frame.build.span
    index = Var(_index_name(frame), INT, named=True)
    index, carried, block = _settle(frame, node, names, index, body)
    frame.build.span = span
    frame.build.block.append(For(index, bounds, carried, block, span=span))


# ----- while -----


def lower_while(frame: Frame, node: ast.While) -> None:
    """Lower a `while` loop without its `else`."""
    span = frame.build.span
    head = checkpoints.head(frame, node.test)
    tests: list[Expr] = []

    def body(inner: Frame, index: Var) -> None:
        tests[:] = [expressions.lower_nested(inner, head.node)]
        control.lower_block(inner, node.body)

    _, carried, block = _settle(frame, node, _rebound(frame, node.body), Var(None, INT), body)
    (test,) = tests
    stop = exits.carried(frame, carried, endless=isinstance(test, Const) and bool(test.value))
    frame.build.span = span
    frame.build.block.append(While([], test, carried, block, span, stop, head.snapshots))


# ----- carried values -----


def _rebound(frame: Frame, nodes: Sequence[ast.AST]) -> list[str]:
    """The names that may mean something else after a loop over these statements. `a += b` changes
    the array `a`, and not what the name means."""
    names, updated = scopes.rebound(nodes)
    changed = {name for name in updated if writes.is_array(frame, frame.env.get(name, UNDEFINED))}
    return [name for name in names if name not in changed] + closures.written(frame)


def _settle(
    frame: Frame,
    node: ast.AST,
    names: Sequence[str],
    index: Var,
    body: Callable[[Frame, Var], None],
) -> tuple[Var, list[Carry], Block]:
    """Lower a loop body until the kinds of what it carries no longer change."""
    outer, versions = frame.env, frame.heap.versions
    names = list(dict.fromkeys(names))
    # `L += [v]` changes the list L, and L is still its name.
    kept = [name for name in names if memory.identity(outer.get(name, UNDEFINED)) is not None]
    # What cannot be read before the loop cannot be read in it, before it has another value there.
    names = [
        name
        for name in names
        if name not in kept
        and not memory.is_lost(memory.at_end(frame, node, outer.get(name, UNDEFINED)))
    ]
    slots = [slot for name in names for slot in _slots(frame, node, name)]
    displays: _Displays = {name: outer.get(name, UNDEFINED) for name in names}
    shared = memory.Shared(frame, _shared(slots, [slot.init for slot in slots], displays))
    frame.depth += 1
    noted = frame.heap.noted
    for _ in range(_ATTEMPTS):
        frame.heap.forget(noted)
        inners = [slot.value(slot.kind) for slot in slots]
        made = len(frame.heap.identities)
        _enter(frame, (outer, versions), slots, inners, displays, shared)
        frame.left = exits.PASSED
        with frame.build.inner() as block:
            body(frame, index)
            rebound = [
                name
                for name in kept
                if not containers.is_one(outer[name], frame.env.get(name, UNDEFINED))
            ]
            if rebound:
                frame.heap.dropped |= ir.defined_in(block)
                kept = [name for name in kept if name not in rebound]
                frame.env, frame.heap.versions = outer, versions
                more = [slot for name in rebound for slot in _slots(frame, node, name)]
                inits: _Displays = {n: memory.at_end(frame, node, outer[n]) for n in rebound}
                shared.begin(frame, _shared(more, [slot.init for slot in more], inits))
                slots, displays = slots + more, displays | inits
                continue
            grown = _grown(frame, displays)
            if grown:
                frame.heap.dropped |= ir.defined_in(block)
                slots = [slot for slot in slots if slot.name not in grown]
                for key in grown:
                    slots.append(_grown_slot(frame, key, displays))
                continue
            after = _after(frame, node, displays)
            nexts = [_next(frame, node, slot, after[slot.name]) for slot in slots]
        try:
            changed = _widen(frame, slots, nexts)
        except NotSettledError:
            raise _not_settled(frame, node) from None
        inside = {*ir.defined_in(block), *inners, *frame.heap.identities[made:]}
        changed |= shared.extend(frame, versions, inside, _shared(slots, nexts, after))
        inits = _written(frame, node, versions, inside, displays, shared)
        more = [slot for key, init in inits.items() for slot in _slots_of(frame, node, key, init)]
        shared.begin(frame, _shared(more, [slot.init for slot in more], inits))
        slots, displays = slots + more, displays | inits
        if not changed and not inits:
            break
        frame.heap.dropped |= inside
    else:
        raise _not_settled(frame, node)
    frame.depth -= 1
    outs = [slot.value(after_loop(slot.kind)) for slot in slots]
    _enter(frame, (outer, versions), slots, outs, displays, shared)
    carried = [
        Carry(inner, slot.init, next, out)
        for slot, inner, next, out in zip(slots, inners, nexts, outs, strict=True)
    ]
    return index, carried, block


def _enter(
    frame: Frame,
    around: tuple[dict[str, Expr], memory.Versions],
    slots: list[Slot],
    values: Sequence[Var],
    displays: _Displays,
    shared: memory.Shared,
) -> None:
    """Let what a loop carries stand for these values."""
    outer, versions = around
    frame.env, frame.heap.versions = dict(outer), {**versions, **shared.lost}
    leaves = {(slot.name, slot.path): value for slot, value in zip(slots, values, strict=True)}
    now = {name: _assembled(frame, display, name, leaves) for name, display in displays.items()}
    for name, value in now.items():
        if isinstance(name, str):
            frame.env[name] = value
            continue
        frame.heap.versions[name] = value
        if isinstance(value, Var):
            memory.holds(frame, name, value)
    shared.relate(frame, _shared(slots, values, now))


_Displays = dict[str | memory.Memory, Expr]


def _shared(slots: list[Slot], leaves: Sequence[Expr], displays: _Displays) -> memory.Places:
    """The values that may share memory, by place: what a loop carries, and the containers that it
    is in."""
    found: memory.Places = {
        (slot.name, slot.path): leaf for slot, leaf in zip(slots, leaves, strict=True)
    }
    for name, display in displays.items():
        for path, this in containers.identities(display):
            if path or isinstance(name, str):
                found[name, path] = this
    return found


def _grown(frame: Frame, displays: _Displays) -> list[memory.Memory]:
    """The lists that an iteration leaves with another length than it found."""
    found = []
    for name, display in displays.items():
        if isinstance(name, memory.Memory) and isinstance(display, Apply) and display.op == "list":
            now = frame.heap.holds(name)
            if not memory.is_lost(now) and not (
                isinstance(now, Apply) and len(now.args) == len(display.args)
            ):
                found.append(name)
    return found


def _grown_slot(frame: Frame, key: memory.Memory, displays: _Displays) -> Slot:
    """What a loop carries of a list that changes its length: all of it."""
    init, now = displays[key], frame.heap.holds(key)
    kind = containers.many(frame.kind(init), frame.kind(now))
    displays[key] = Var(None, kind)  # no display any more
    varied = frame.build.varied(init) or frame.build.varied(now)
    return Slot(key, (), init, kind, varied, hint=key.initial.hint)


def _after(frame: Frame, node: ast.AST, displays: _Displays) -> _Displays:
    """What is carried, at the end of an iteration."""
    found: _Displays = {}
    for name, display in displays.items():
        if isinstance(name, str):
            value = frame.env.get(name, UNDEFINED)
            called = name
        else:
            value = memory.readable(frame, node, name.name, frame.heap.holds(name))
            called = name.name
        found[name] = value = memory.at_end(frame, node, value)
        _check_form(frame, node, called, display, value)
    return found


def _next(frame: Frame, node: ast.AST, slot: Slot, after: Expr) -> Expr:
    """What an iteration hands to the next one."""
    value = memory.at_end(frame, node, _at(frame, node, after, slot))
    called = slot.name if isinstance(slot.name, str) else slot.name.name
    return memory.readable(frame, node, called, value)


def _written(
    frame: Frame,
    node: ast.AST,
    outer: memory.Versions,
    inside: set[Var],
    displays: _Displays,
    shared: memory.Shared,
) -> _Displays:
    """What the memories from outside hold first that the body has been found to write to."""
    versions = frame.heap.versions
    keys = [key for key in versions if key not in displays and key not in shared.lost]
    found: _Displays = {}
    for key in memory.outlasting(keys, inside):
        init = outer.get(key, key.first)
        if versions[key] is not init and not memory.is_lost(versions[key]):
            if isinstance(init, Apply):
                with memory.at_versions(frame, outer):
                    init = memory.at_end(frame, node, init)
            found[key] = init
    return found


class NotSettledError(Exception):
    """A variable is a number in one iteration and a container in the next."""


def _not_settled(frame: Frame, node: ast.AST) -> RefusedError:
    return frame.refuse(node, "the types of the variables in this loop do not settle")


def _slots(frame: Frame, node: ast.AST, name: str) -> list[Slot]:
    """The leaves of a variable's value before the loop."""
    before = memory.readable(frame, node, name, frame.env.get(name, UNDEFINED))
    return _slots_of(frame, node, name, memory.at_end(frame, node, before))


def _slots_of(frame: Frame, node: ast.AST, name: str | memory.Memory, before: Expr) -> list[Slot]:
    """The leaves of a value before the loop."""
    result: list[Slot] = []

    def visit(value: Expr, path: tuple[object, ...], hint: str | None) -> None:
        parts = containers.parts_of(value)
        if parts is not None:
            objects.hand_on(frame, value)
            for key, part in parts:
                inner = f"{hint}_{key}" if hint and objects.is_object(value) else hint
                visit(part, (*path, key), inner)
        else:
            kind = forget_value(frame.kind(value))
            boxed = isinstance(value, Var) and value.boxed
            result.append(
                Slot(name, path, value, kind, frame.build.varied(value), boxed, hint=hint)
            )

    visit(before, (), name if isinstance(name, str) else name.initial.hint)
    called = name if isinstance(name, str) else name.name
    for slot in result:
        memory.readable(frame, node, called, slot.init)
    return result


def _assembled(
    frame: Frame,
    init: Expr,
    name: str | memory.Memory,
    leaves: dict[tuple[str | memory.Memory, tuple[object, ...]], Var],
) -> Expr:
    """The value of a variable or memory, put together from its leaves."""

    def build(value: Expr, path: tuple[object, ...]) -> Expr:
        parts = containers.parts_of(value)
        if parts is None:
            return leaves[name, path]
        assert isinstance(value, Apply)
        now = [build(part, (*path, key)) for key, part in parts]
        same = not path and isinstance(name, memory.Memory)
        return containers.with_parts(frame, value, now, same)

    return build(init, ())


def _at(frame: Frame, node: ast.AST, value: Expr, slot: Slot) -> Expr:
    """The leaf of a value that belongs to a slot."""
    for step in slot.path:
        value = containers.part(frame, node, value, step)
    function = made_function(frame.kind(value))
    if function is None or value == slot.init:
        return value
    return lost(str(slot.name))


def _check_form(frame: Frame, node: ast.AST, name: str, init: Expr, next: Expr | None) -> None:
    """Refuse a sequence that does not keep its length: its elements are carried one by one."""
    if next is None or next is UNDEFINED or not isinstance(init, Apply):
        return
    if init.op == "dict" and next is not init:
        kinds = frame.kind(init), frame.kind(next)
        keys = [[k for k, _ in kind.items or ()] for kind in kinds if isinstance(kind, Mapping)]
        if len(keys) < 2 or keys[0] != keys[1]:
            raise frame.refuse(
                node,
                f"{memory.quoted(name)} changes its keys in the loop",
                "give it the same keys in every iteration",
            )
    kind = frame.kind(next)
    if init.op == "record" and not _is_alike(frame.kind(init), kind):
        raise frame.refuse(
            node,
            f"{memory.quoted(name)} is an object of another class or of other attributes in the "
            "loop",
            "give it the same attributes in every iteration",
        )
    is_sequence = init.op in ("tuple", "list")
    if is_sequence and (not isinstance(kind, Items) or len(kind.items) != len(init.args)):
        raise frame.refuse(
            node,
            f"{memory.quoted(name)} changes its length in the loop",
            "give it the same length in every iteration",
        )
    for key, part in containers.parts_of(init) or ():
        if isinstance(part, Apply):
            inner = containers.part(frame, node, next, key)
            _check_form(frame, node, name, part, inner)


def _is_alike(kind: Kind, other: Kind) -> bool:
    """Whether values are objects of one class with the same attributes."""
    if not (isinstance(kind, Record) and isinstance(other, Record)):
        return False
    return kind.type is other.type and dict(kind.fields).keys() == dict(other.fields).keys()


def _widen(frame: Frame, slots: list[Slot], nexts: list[Expr]) -> bool:
    """Let the kinds of the slots cover the values after the body; whether any had to change."""
    changed = False
    for slot, next in zip(slots, nexts, strict=True):
        if next is UNDEFINED:
            continue
        kind = _between_iterations(forget_value(frame.kind(next)))
        if not absorbs(slot.kind, kind):
            wider = join(slot.kind, kind)
            if isinstance(wider, (Unknown, Many)) and isinstance(kind, (Items, Mapping, Record)):
                raise NotSettledError
            bound = not isinstance(slot.kind, Unbound)
            slot.mixed = bound and not is_int(wider) and (is_int(slot.kind) or is_int(kind))
            slot.kind, changed = wider, True
        if frame.build.varied(next) and not slot.varied:
            slot.varied = changed = True
        if isinstance(next, Var) and next.boxed and not slot.boxed:
            slot.boxed = changed = True
    return changed


def _between_iterations(kind: Kind) -> Kind:
    """The kind of a value in another iteration: there the bounds of slices have other values."""
    match kind:
        case Array(dtype, tuple() as axes):
            lengths = (
                Sym(Origin(), one=d.one) if isinstance(d, Sym) and isinstance(d.origin, Cut) else d
                for d in axes
            )
            return Array(dtype, tuple(lengths))
        case Items(type, items):
            return Items(type, tuple(map(_between_iterations, items)))
        case Many(type, element):
            return Many(type, _between_iterations(element))
    return kind


def absorbs(wide: Kind, kind: Kind) -> bool:
    """Whether what is known of `wide` holds for every value of `kind` as well."""
    if (
        wide == kind
        or isinstance(kind, Unbound)
        or (isinstance(wide, Array) and join(wide, kind) == wide)
    ):
        return True
    match wide, kind:
        case Scalar(), Scalar():
            return wide.value is None and join(wide, kind) == wide
        case Text(None), Text():
            return True
        case Array(), Array():
            if wide.dtype is not None and not same_dtype(wide.dtype, kind.dtype):
                return False
            if wide.dims is None:
                return True
            if kind.dims is None or len(kind.dims) != len(wide.dims):
                return False
            return all(map(_absorbs_dim, wide.dims, kind.dims))
        case Items(), Items() if wide.type is kind.type and len(wide.items) == len(kind.items):
            return all(map(absorbs, wide.items, kind.items))
        case Mapping(tuple() as left), Mapping(tuple() as right) if len(left) == len(right):
            return all(a == b and absorbs(x, y) for (a, x), (b, y) in zip(left, right, strict=True))
        case Many(), Many() if wide.type is kind.type:
            return absorbs(wide.element, kind.element)
        case Record(), Record() if wide.type is kind.type and len(wide.fields) == len(kind.fields):
            return all(
                a == b and absorbs(x, y)
                for (a, x), (b, y) in zip(wide.fields, kind.fields, strict=True)
            )
    return wide == UNKNOWN


def _absorbs_dim(wide: Dim, dim: Dim) -> bool:
    if wide == dim:
        return True
    # Lengths that `join` made stand for no other length: they may change from trip to trip.
    return (
        isinstance(wide, Sym)
        and type(wide.origin) is Origin
        and wide.offset == 0
        and (wide.one or not may_be_one(dim))
    )
