"""Lower loops: `for` and `while`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from adcompile import ir
from adcompile.ir import Const, Expr, For, Ref, Var, While
from adcompile.kinds import (
    INT,
)
from adcompile.lower import (
    checkpoints,
    comprehensions,
    container_writes,
    containers,
    control,
    exits,
    expressions,
    generators,
    iterations,
    loop_settling,
    statements,
)
from adcompile.lower.frame import Frame
from adcompile.lower.heap import NeedsUnrollingError, is_object
from adcompile.lower.iterations import Iteration
from adcompile.records import replace
from adcompile.source.blocks import statements_of


def lower_for(frame: Frame, node: ast.For) -> None:
    """Lower a `for` loop without its `else`."""
    over = _range_backwards(frame, node)
    head = checkpoints.head(frame, over or node.iter)
    iteration = iterations.iteration_over(frame, head.node, in_turn=True)
    if iteration.generator is not None:
        if head.snapshots is not None:
            raise frame.refuse(
                node.iter,
                f"`{iteration.generator.name}` yields in turn, so that none can be computed again",
                "leave `checkpoint` out",
            )
        generators.lower_for(frame, node, iteration.generator)
        return
    items: Sequence[Expr] | None = iteration.items
    if items is None and (
        containers.writes_elements(frame, node) or _runs_over_objects(frame, node, iteration)
    ):
        items = iteration.elements()
    if head.snapshots is not None:
        iteration = _counted(frame, node, iteration, items)
    if items is not None:
        _unroll(frame, node, iteration, items, over is not None)
        return
    env, versions, noted = frame.env, frame.heap.versions, frame.heap.noted
    depth, span = frame.depth, frame.build.span
    try:
        _lower_loop(frame, node, iteration, head.snapshots, over is not None)
    except NeedsUnrollingError:
        if iteration.known is None or head.snapshots is not None:
            raise
        frame.env, frame.heap.versions, frame.depth = env, versions, depth
        frame.heap.forget(noted)
        frame.left, frame.build.span = exits.PASSED, span
        items = iteration.known()
        if len(items) > iterations.UNROLLED:
            raise
        _unroll(frame, node, iteration, items, over is not None)


def _unroll(
    frame: Frame, node: ast.For, iteration: Iteration, items: Sequence[Expr], back: bool
) -> None:
    """Lower a loop of which each iteration needs code of its own."""
    comprehensions.refuse_rebinding(frame, node)
    _written_out(frame, node, items[::-1] if back else items, iteration.over)


def _lower_loop(
    frame: Frame, node: ast.For, iteration: Iteration, snapshots: Expr | None, back: bool
) -> None:
    """Lower a loop whose iterations have one body; `snapshots` is as in `ir.For`."""
    span = frame.build.span
    target = node.target
    is_range = iteration.element is None and isinstance(target, ast.Name)
    hint = target.id if is_range and isinstance(target, ast.Name) else _index_name(frame)

    def body(inner: Frame, index: Var) -> None:
        inner.build.span = span
        element = index if iteration.element is None else iteration.element(index)
        statements.bind(inner, target, element)
        with container_writes.iterating(inner, iteration.over):
            control.lower_block(inner, node.body)

    names = loop_settling.rebound(frame, [target, *node.body])
    index, carries, block = loop_settling.settle(
        frame, node, names, Var(hint, INT, named=True), body, iteration.bounds
    )
    stop = exits.carried(frame, carries, endless=False)
    loop = For(index, iteration.bounds, carries, block, back, span, None, stop, snapshots)
    frame.build.span = span
    frame.build.block.append(loop)


def _runs_over_objects(frame: Frame, node: ast.For, iteration: Iteration) -> bool:
    """Whether a loop runs over objects that the function has made, or over their numbers in a
    list: it may write to them."""
    if not frame.heap.followed or iteration.known is None:
        return False
    before = dict(frame.heap.versions)
    with frame.build.inner():
        elements = iteration.known()
    frame.heap.versions = before
    return any(map(_holds_objects, elements)) or _picks_objects(frame, node)


def _holds_objects(value: Expr) -> bool:
    return any(is_object(this.kind) for _, this in containers.identities(value))


def _picks_objects(frame: Frame, node: ast.For) -> bool:
    """Whether a loop takes objects that the function has made out of a list, by its index."""
    own = {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
    return any(
        _holds_objects(frame.env.get(inner.value.id, ir.UNDEFINED))
        for statement in node.body
        for inner in ast.walk(statement)
        if isinstance(inner, ast.Subscript) and isinstance(inner.value, ast.Name)
        if any(isinstance(n, ast.Name) and n.id in own for n in ast.walk(inner.slice))
    )


def _range_backwards(frame: Frame, node: ast.For) -> ast.expr | None:
    """The range that a loop runs over from its end to its beginning; None of any other loop. One
    that may be left early counts its iterations."""
    if any(isinstance(inner, (ast.Break, ast.Return)) for inner in statements_of(node)):
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
    element = iterations.element_of(frame, node, iteration)
    return replace(iteration, bounds=(iterations.trips(frame, node, iteration),), element=element)


def _written_out(frame: Frame, node: ast.For, items: Sequence[Expr], over: Sequence[Var]) -> None:
    """A loop of which each iteration needs code of its own."""
    for position, item in enumerate(items):

        def body(position: int = position, item: Expr = item) -> None:
            statements.bind(frame, node.target, item)
            with container_writes.iterating(frame, over, position):
                control.lower_block(frame, node.body)

        control.go_on(frame, node, body)
        frame.left = exits.continued(frame, frame.left)


def _index_name(frame: Frame) -> str:
    """A name for an index that the user did not name."""
    taken = {n.id for n in ast.walk(frame.source.node) if isinstance(n, ast.Name)}
    return next((name for name in ("i", "j", "k", "n") if name not in taken), "index")


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
    index, carries, block = loop_settling.settle(frame, node, names, index, body)
    frame.build.span = span
    frame.build.block.append(For(index, bounds, carries, block, span=span))


# ----- while -----


def lower_while(frame: Frame, node: ast.While) -> None:
    """Lower a `while` loop without its `else`."""
    span = frame.build.span
    head = checkpoints.head(frame, node.test)
    tests: list[Expr] = []

    def body(inner: Frame, index: Var) -> None:
        tests[:] = [expressions.lower_nested(inner, head.node)]
        control.lower_block(inner, node.body)

    _, carries, block = loop_settling.settle(
        frame, node, loop_settling.rebound(frame, node.body), Var(None, INT), body
    )
    (test,) = tests
    stop = exits.carried(frame, carries, endless=isinstance(test, Const) and bool(test.value))
    frame.build.span = span
    frame.build.block.append(While([], test, carries, block, span, stop, head.snapshots))
