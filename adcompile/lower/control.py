"""Lower blocks, branches and the ways out of them, see `exits`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import partial

from adcompile import ir
from adcompile.ir import UNDEFINED, Apply, Block, Const, Expr, If, Merge, Var
from adcompile.lower import containers, exits, merging, reads, statements, steps, views
from adcompile.lower.frame import Frame
from adcompile.lower.heap import Versions, is_lost
from adcompile.lower.rule_text import RULE
from adcompile.records import record


def lower_body(frame: Frame, body: Sequence[ast.stmt]) -> Expr | None:
    """Lower a function body; what it returns, or None where it falls off its end."""
    nodes = statements.without_docstring(body)
    frame.codes = exits.codes(nodes)
    lower_block(frame, nodes)
    if frame.left == exits.PASSED:
        return None
    if frame.left.passes and not exits.returns_none(nodes):
        node = [s for s in nodes if any(isinstance(n, ast.Return) for n in ast.walk(s))][-1]
        raise frame.refuse(
            node, "the function returns nothing on one of its paths", "return a value on each path"
        )
    return Const(None) if frame.left.passes else frame.result


def _head(node: ast.stmt) -> ast.AST:
    """The part of a statement that stands on its first line."""
    if isinstance(node, (ast.If, ast.While)):
        return node.test
    return node.iter if isinstance(node, ast.For) else node


def lower_block(frame: Frame, body: Sequence[ast.stmt]) -> None:
    """Lower the statements of a block, as far as control comes."""
    for position, node in enumerate(body):
        if not frame.inlined and frame.source.filename != RULE:
            frame.build.span = frame.source.span(_head(node))
        if isinstance(node, ast.While) and steps.takes_statements(frame, node.test):
            lower_block(frame, [*steps.unrolled_test(frame, node), *body[position + 1 :]])
            return
        if isinstance(node, (ast.If, ast.For, ast.While)) and _may_leave(node):
            _leaving(frame, node, body[position + 1 :])
            return
        statements.lower_statement(frame, node)
        if not frame.left.passes:
            return


def _may_leave(node: ast.If | ast.For | ast.While) -> bool:
    """Whether control may leave a statement other than by its end."""
    if isinstance(node, ast.If):
        return any(True for _ in exits.jumps([node]))
    return bool(node.orelse) or any(True for _ in exits.jumps(node.body))


def _leaving(frame: Frame, node: ast.If | ast.For | ast.While, rest: Sequence[ast.stmt]) -> None:
    """A statement that control may leave, and what follows it in its block."""
    if isinstance(node, ast.If):
        rest = lower_if(frame, node, rest)
    else:
        statements.lower_statement(frame, node)
        rest = _after_loop(frame, node, frame.left, rest)
    if rest:
        go_on(frame, node, lambda: lower_block(frame, rest))


def go_on(frame: Frame, node: ast.stmt, rest: Callable[[], None]) -> None:
    """Lower what follows a statement, for as far as control passes its end."""
    left = frame.left
    if left == exits.PASSED:
        rest()
    elif left.passes:
        stay = partial(_stay, frame, left.without(exits.END))
        branch(frame, node, left.is_code(exits.END), rest, stay)


def _stay(frame: Frame, left: exits.Left) -> None:
    """A side on which nothing happens, because control has left."""
    frame.left = left


# ----- branches -----


def lower_if(frame: Frame, node: ast.If, rest: Sequence[ast.stmt] = ()) -> Sequence[ast.stmt]:
    """Lower an `if`; where one side always leaves, what follows belongs to the other.

    Args:
        frame: the function.
        node: the statement.
        rest: what follows it in its block, if control may leave it.

    Returns:
        What of `rest` is still to be lowered.
    """
    sides = [node.body, node.orelse]
    if any(map(exits.always_leaves, sides)) or _is_short(rest):
        sides = [side if exits.always_leaves(side) else [*side, *rest] for side in sides]
        rest = ()
    test = statements.lower_test(frame, node.test)
    if isinstance(test, Const) and isinstance(test.value, bool):
        lower_block(frame, sides[0] if test.value else sides[1])
    else:
        branch(frame, node, test, *(partial(lower_block, frame, side) for side in sides))
    return rest


def _is_short(rest: Sequence[ast.stmt]) -> bool:
    """Whether statements may as well be written twice."""
    return len(rest) <= _SHORT and not any(
        isinstance(s, (ast.If, ast.For, ast.While)) for s in rest
    )


_SHORT = 2


@record
class End:
    """How a side of a branch ends: the names and what memories hold there, how control leaves it,
    what it returns, and the statements that it consists of."""

    env: dict[str, Expr]
    versions: Versions
    left: exits.Left
    result: Expr
    block: Block

    @property
    def names_matter(self) -> bool:
        """Whether it matters what names mean there: not where the function has returned."""
        return bool(self.left.codes - exits.RETURNED.codes)

    @property
    def is_reached(self) -> bool:
        """Whether control comes there: not where an exception is raised."""
        return bool(self.left.codes)


def branch(
    frame: Frame,
    node: ast.AST,
    test: Expr,
    then: Callable[[], None],
    orelse: Callable[[], None],
) -> None:
    """Lower both sides of a branch, and merge what they leave."""
    span, heap = frame.build.span, frame.heap
    made = len(heap.identities)
    before, versions, result = frame.env, heap.versions, frame.result
    ends = []
    for side in (then, orelse):
        frame.env, frame.result, frame.left = dict(before), result, exits.PASSED
        heap.versions = dict(versions)
        with frame.build.inner() as block:
            side()
        ends.append(End(frame.env, heap.versions, frame.left, frame.result, block))
    merges: list[Merge] = []
    frame.env = _merged(frame, node, before, ends, merges)
    heap.versions = _merged_versions(frame, node, versions, ends, merges, heap.identities[made:])
    results = [end.result if end.is_reached else UNDEFINED for end in ends]
    frame.result = merging.merge(frame, node, results[0], results[1], merges, "result")
    frame.left = exits.merged(frame, ends[0].left, ends[1].left, merges)
    skips = [s for s, end in zip(_SIDES, ends, strict=True) if end.left == exits.CONTINUED]
    frame.build.span = span
    blocks = [end.block for end in ends]
    statement = If(test, blocks[0], blocks[1], merges, span, skips[0] if skips else None)
    frame.build.block.append(statement)
    if any(True for _ in containers.identities(frame.result)):
        # What a container holds may differ, also where it is the same one.
        frame.result = reads.current(frame, node, frame.result)


_SIDES = ("then", "orelse")


def _merged(
    frame: Frame, node: ast.AST, before: dict[str, Expr], ends: list[End], merges: list[Merge]
) -> dict[str, Expr]:
    """The names after a branch."""
    result = {}
    for name in dict.fromkeys([*ends[0].env, *ends[1].env]):
        values = [end.env.get(name, UNDEFINED) if end.names_matter else UNDEFINED for end in ends]
        known = [value for value, end in zip(values, ends, strict=True) if end.names_matter]
        old = before.get(name, UNDEFINED)
        if not known or (len(known) == 1 and known[0] is old):
            result[name] = old
            continue
        if values[0] != values[1]:
            values = [
                reads.reached(frame, node, end.versions, end.block, value)
                for end, value in zip(ends, values, strict=True)
            ]
        lost = next(filter(is_lost, values), None)
        if lost is None:
            lost = merging.merge(frame, node, values[0], values[1], merges, name)
            containers.name(frame, lost, name)
        result[name] = lost
    return result


def _merged_versions(
    frame: Frame,
    node: ast.AST,
    before: Versions,
    ends: list[End],
    merges: list[Merge],
    made: Sequence[Var],
) -> Versions:
    """What memories hold after a branch; `made` are the containers that it has made."""
    inside = ir.defined_in([*ends[0].block, *ends[1].block]).union(made)
    result = {}
    for key in reads.outlasting({**ends[0].versions, **ends[1].versions}, inside):
        sides = [end.versions.get(key, key.first) for end in ends]
        known = [side for side, end in zip(sides, ends, strict=True) if end.is_reached]
        lost = next(filter(is_lost, known), None)
        if lost is not None:
            result[key] = lost
        elif not known or all(side is before.get(key, key.first) for side in known):
            result[key] = before.get(key, key.first)
        elif sides[0] == sides[1]:
            result[key] = sides[0]
        elif any(isinstance(side, Apply) for side in known):
            result[key] = containers.merged(frame, node, key, ends, merges)
        else:
            values = [
                side if end.is_reached else UNDEFINED for side, end in zip(sides, ends, strict=True)
            ]
            varied = any(map(frame.build.varied, known))
            out = Var(key.initial.hint, frame.kind(known[0]), varied, named=True)
            merges.append(Merge(out, values[0], values[1]))
            views.note_whole(frame, key, out)
            result[key] = out
    return result


# ----- loops -----


def _after_loop(
    frame: Frame, node: ast.For | ast.While, left: exits.Left, rest: Sequence[ast.stmt]
) -> Sequence[ast.stmt]:
    """What follows a loop that has been left somehow: first what its `return`s return, where no
    loop stands around it, with all else under the other sides; then its `else`.

    Returns:
        What of `rest` is still to be lowered.
    """
    sites = [
        site
        for site in exits.jumps(node.body)
        if isinstance(site, ast.Return) and not isinstance(site, exits.Leave) and not frame.depth
    ]
    returns = {frame.codes[site]: site for site in sites}
    code = next((code for code in returns if code in left.codes), None)
    if code is None:
        return _else(frame, node, left, rest)
    leave = partial(statements.lower_return, frame, returns[code])
    if left.codes == {code}:
        leave()
        return ()

    def others() -> None:
        remaining = _after_loop(frame, node, left.without(code), rest)
        if remaining:
            go_on(frame, node, lambda: lower_block(frame, remaining))

    branch(frame, node, left.is_code(code), leave, others)
    return ()


def _else(
    frame: Frame, node: ast.For | ast.While, left: exits.Left, rest: Sequence[ast.stmt]
) -> Sequence[ast.stmt]:
    """The `else` of a loop, which runs where the loop came to its end; where it always leaves, what
    follows belongs to the other side.

    Returns:
        What of `rest` is still to be lowered.
    """
    if not node.orelse or not left.passes:
        unbroken(frame, node, left)
        return rest
    if left == exits.PASSED:
        frame.left = left
        lower_block(frame, node.orelse)
        return rest
    apart = exits.always_leaves(node.orelse)

    def broken() -> None:
        unbroken(frame, node, left.without(exits.END))
        if apart:
            go_on(frame, node, lambda: lower_block(frame, rest))

    ended = partial(lower_block, frame, node.orelse)
    branch(frame, node, left.is_code(exits.END), ended, broken)
    return () if apart else rest


def unbroken(frame: Frame, node: ast.AST, left: exits.Left) -> None:
    """How control leaves a loop, of which every `break` is the end."""
    returns = frozenset(filter(exits.is_return, left.codes)) | (left.codes & frame.through)
    frame.left = left if returns else exits.PASSED
    for code in sorted(left.codes - returns - {exits.END}) if returns else ():
        left = frame.left
        stay = partial(_stay, frame, left.without(code))
        branch(frame, node, left.is_code(code), partial(_stay, frame, exits.PASSED), stay)
