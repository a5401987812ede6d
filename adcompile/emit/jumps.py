"""`break` and `continue` in the place of codes that say how control has left a block.

The IR has no jumps: it sets a code where control leaves, tests it before what is skipped, and a
loop stops after the iteration that set it. Here, from tree to tree, a branch that ends where such
tests are all that follows gets the jump that they amount to, what it skips moves out of the
`else`, and codes that nothing reads any more go.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from adcompile.emit.printer import Comment

END = "end"
Stmts = list[ast.stmt]
# The names that hold a code that is known.
Facts = dict[str, object]


class Skip(ast.stmt):
    """Where the user goes on to the next iteration."""

    _fields = ()


def write_jumps(function: ast.FunctionDef) -> None:
    """Write the jumps of a function, in place."""
    for node in list(ast.walk(function)):
        if isinstance(node, (ast.For, ast.While)):
            node.body = _tail(node.body, [], _at_start(node.body))
            _drop_last(node.body)
    function.body = _pruned(function.body)


def _at_start(body: Stmts) -> Facts:
    """What is known where an iteration begins: a loop goes on only with the code it tests for."""
    test = _tested(body[-1])
    stops = test is not None and isinstance(body[-1], ast.If) and _jumps(body[-1].body)
    return {test[0]: test[1]} if test is not None and stops else {}


# ----- the ends of iterations -----


def _tail(block: Stmts, rest: Stmts, facts: Facts) -> Stmts:
    """Write the jumps of a block.

    Args:
        block: the block.
        rest: what follows it in the iteration; only tests of codes can be jumped over.
        facts: what is known where the block begins.
    """
    if not block:
        return block
    *before, last = block
    if isinstance(last, Skip):
        return [*before, *_jump(rest, _after(before, facts), skip=True)]
    if not isinstance(last, ast.If):
        return [*block, *_jump(rest, _after(block, facts), skip=_is_exit(last))]
    known = _after(before, facts) or {}
    last.body = _tail(last.body, rest, _inside(last, True, known))
    last.orelse = _tail(last.orelse, rest, _inside(last, False, known))
    if _tested(last) is not None:
        before = _tail(before, [last, *rest], facts)
        then = _after(before, facts)
        decided = None if then is None else _decided(last, then)
        if then is None:
            return before
        if decided is not None:
            return [*before, *(last.body if decided else last.orelse)]
    return [*before, *_flat(last)]


def _drop_last(body: Stmts) -> None:
    """Drop a `continue` at the end of an iteration."""
    if body and isinstance(body[-1], ast.Continue):
        body.pop()
    elif body and isinstance(body[-1], ast.If):
        _drop_last(body[-1].body)
        _drop_last(body[-1].orelse)


def _is_exit(node: ast.stmt) -> bool:
    known = _assigned(node)
    return known is not None and known[1] != END


def _jump(rest: Stmts, facts: Facts | None, skip: bool) -> Stmts:
    """The jump that what follows amounts to: none where it is more than tests, or where nothing is
    there to be skipped."""
    todo = list(rest)
    while todo and facts is not None:
        node = todo.pop(0)
        if isinstance(node, (ast.Break, ast.Continue)):
            return [type(node)()]
        decided = _decided(node, facts)
        if decided is None and not isinstance(node, Comment):
            return []
        if isinstance(node, ast.If):
            todo[:0] = node.body if decided else node.orelse
    return [ast.Continue()] if skip and facts is not None else []


def _flat(node: ast.If) -> Stmts:
    """A branch of which one side jumps, with the other side after it."""
    if _jumps(node.body):
        return [node, *_taken(node, "orelse")]
    if _jumps(node.orelse):
        body = _taken(node, "body")
        return [_swapped(node), *body]
    return [node]


def _taken(node: ast.If, side: str) -> Stmts:
    """Take the statements of a side away."""
    body: Stmts = getattr(node, side)
    setattr(node, side, [])
    return body


def _swapped(node: ast.If) -> ast.If:
    test: ast.expr = ast.UnaryOp(ast.Not(), node.test)
    if _tested(node) is not None and isinstance(node.test, ast.Compare):
        op = ast.NotEq() if isinstance(node.test.ops[0], ast.Eq) else ast.Eq()
        test = ast.Compare(node.test.left, [op], node.test.comparators)
    return ast.If(test, node.orelse, node.body)


def _jumps(body: Sequence[ast.stmt]) -> bool:
    """Whether a block ends with a jump."""
    return bool(body) and isinstance(body[-1], (ast.Break, ast.Continue))


# ----- tests of codes -----


def _tested(node: ast.stmt) -> tuple[str, object, bool] | None:
    """The name and the code that an `if` compares, and whether it is for equality."""
    if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare):
        return None
    left, ops, right = node.test.left, node.test.ops, node.test.comparators
    if len(ops) > 1 or not isinstance(ops[0], (ast.Eq, ast.NotEq)):
        return None
    if not isinstance(left, ast.Name) or not isinstance(right[0], ast.Constant):
        return None
    is_code = isinstance(right[0].value, str)
    return (left.id, right[0].value, isinstance(ops[0], ast.Eq)) if is_code else None


def _decided(node: ast.stmt, facts: Facts) -> bool | None:
    """The outcome of a test of a code, where it is known."""
    test = _tested(node)
    if test is None or test[0] not in facts:
        return None
    return (facts[test[0]] == test[1]) is test[2]


def _assigned(node: ast.stmt) -> tuple[str, str] | None:
    """The name and the code of `left = "break"`."""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
        target, value = node.targets[0], node.value.value
        if isinstance(target, ast.Name) and isinstance(value, str):
            return target.id, value
    return None


def _after(body: Sequence[ast.stmt], facts: Facts) -> Facts | None:
    """What is known after statements; None where control does not pass their end."""
    facts = dict(facts)
    for node in body:
        known = _assigned(node)
        if known is not None:
            facts[known[0]] = known[1]
        elif isinstance(node, (ast.Break, ast.Continue, ast.Return, ast.Raise)):
            return None
        elif isinstance(node, ast.If):
            sides = (
                _after(node.body, _inside(node, True, facts)),
                _after(node.orelse, _inside(node, False, facts)),
            )
            ends = [side for side in sides if side is not None]
            if not ends:
                return None
            facts = {k: v for k, v in ends[0].items() if all(e.get(k) == v for e in ends)}
        else:
            stored = _named(node, ast.Store)
            facts = {name: code for name, code in facts.items() if name not in stored}
    return facts


def _named(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
    """The names that a part of the text reads, or writes."""
    names = (n for n in ast.walk(node) if isinstance(n, ast.Name))
    return {name.id for name in names if isinstance(name.ctx, context)}


def _inside(node: ast.If, side: bool, facts: Facts) -> Facts:
    """What is known where a side of a branch begins."""
    test = _tested(node)
    return {**facts, test[0]: test[1]} if test is not None and test[2] is side else facts


# ----- what is left over -----


def _pruned(block: Stmts) -> Stmts:
    """A function without codes that nothing reads and jumps that skip nothing."""
    return _Pruner().block(block, set())[0]


class _Pruner:
    """Removes what has no effect, from the end to the start.

    Attributes:
        targets: the names that are needed after the innermost loop, and at its next iteration.
    """

    def __init__(self, after: set[str] | None = None, head: set[str] | None = None) -> None:
        self._targets = {ast.Break: after or set(), ast.Continue: head or set()}

    def block(self, block: Stmts, live: set[str]) -> tuple[Stmts, set[str]]:
        """The block, and the names that are needed before it, given those needed after it."""
        result: Stmts = []
        for node in reversed(block):
            kept, live = self._statement(node, live)
            result[:0] = kept
        return result, live

    def _statement(self, node: ast.stmt, live: set[str]) -> tuple[Stmts, set[str]]:
        match node:
            case ast.Break() | ast.Continue():
                return [node], self._targets[type(node)]
            case ast.If():
                return self._if(node, live)
            case ast.With():
                node.body, live = self.block(node.body, live)
                return [node], live | _named(node, ast.Load)
            case ast.For() | ast.While():
                head = live | _named(node, ast.Load)
                node.body, _ = _Pruner(live, head).block(node.body, head)
                node.body = node.body or [ast.Pass()]
                return [node], head
            case Skip():
                return [], live
        known = _assigned(node)
        if known is not None:
            return ([node], live - {known[0]}) if known[0] in live else ([], live)
        return [node], live | _named(node, ast.Load)

    def _if(self, node: ast.If, live: set[str]) -> tuple[Stmts, set[str]]:
        node.body, then = self.block(node.body, live)
        node.orelse, orelse = self.block(node.orelse, live)
        if not _is_something(node.body):
            if not _is_something(node.orelse):
                return [], live
            node = _swapped(node)
            node.orelse = []
        return [node], then | orelse | _named(node.test, ast.Load)


def _is_something(block: Stmts) -> bool:
    return any(not isinstance(node, Comment) for node in block)
