"""How control leaves a block: the code of the exit that was taken, a value like any other.

`break`, `continue` and `return` only set the code. Where it may be other than "end", what follows
in the block goes under a test of it, and a loop stops after the iteration that set it. So the IR
has no jumps; the emitter writes them again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from adcompile.ir import UNDEFINED, Apply, Carry, Const, Expr, Merge, Var
from adcompile.kinds import Text
from adcompile.records import record

if TYPE_CHECKING:
    from adcompile.lower.frame import Frame

END = "end"
_CONTINUE = "continue"
_RETURN = "return"


@record
class Left:
    """How control has left a block.

    Attributes:
        value: the code, when the function runs.
        codes: those that it may be; without "end" control does not pass the end of the block, and
            without any it does not leave the block either: it raises an exception.
    """

    value: Expr
    codes: frozenset[str]

    @property
    def passes(self) -> bool:
        """Whether control may pass the end of the block."""
        return END in self.codes

    def without(self, *codes: str) -> Left:
        """The same, where some codes are known not to be."""
        return left(self.value, self.codes.difference(codes))

    def is_code(self, code: str) -> Apply:
        """The test for a code."""
        return Apply("operator.eq", (self.value, Const(code)))


def left(value: Expr, codes: frozenset[str]) -> Left:
    """An exit; where only one is possible, its code is known."""
    return Left(Const(*codes) if len(codes) == 1 else value, codes)


def one(code: str) -> Left:
    """One certain exit."""
    return Left(Const(code), frozenset({code}))


PASSED = one(END)
CONTINUED = one(_CONTINUE)
RETURNED = one("returned")
RAISED = Left(UNDEFINED, frozenset())


def merged(frame: Frame, then: Left, orelse: Left, merges: list[Merge]) -> Left:
    """The exit after a branch."""
    codes = then.codes | orelse.codes
    if len(codes) < 2 or then.value == orelse.value:
        return left(then.value, codes)
    out = Var("left", Text(), named=True)
    merges.append(Merge(out, then.value, orelse.value))
    frame.exits[out] = (merges, merges[-1])
    return Left(out, codes)


def carried(frame: Frame, carries: list[Carry], endless: bool) -> Expr | None:
    """Let a loop carry the exit of its body, in `frame.left`, which becomes that of the loop.

    Args:
        frame: the function.
        carries: those of the loop, to which one is added.
        endless: whether only an exit ends the loop.

    Returns:
        What stops the loop after an iteration, None for nothing.
    """
    codes = frame.left.codes - {END, _CONTINUE}
    if not codes:
        frame.left = PASSED
        return None
    inner, out = Var("left", Text(), named=True), Var("left", Text(), named=True)
    carries.append(Carry(inner, Const(END), _settled(frame, frame.left.value, inner), out))
    frame.left = left(out, codes if endless else codes | {END})
    return Apply("operator.ne", (inner, Const(END)))


def continued(frame: Frame, ended: Left) -> Left:
    """The exit of an iteration that is written out: `continue` is its end."""
    if _CONTINUE not in ended.codes:
        return ended
    value = _settled(frame, ended.value, PASSED.value)
    return left(value, ended.codes - {_CONTINUE} | {END})


def _settled(frame: Frame, value: Expr, start: Expr) -> Expr:
    """A code at the end of an iteration: after `continue` it is what it was at the start."""
    if value in (PASSED.value, CONTINUED.value):
        return start
    if not isinstance(value, Var) or value not in frame.exits:
        return value
    merges, merge = frame.exits[value]
    then, orelse = (_settled(frame, side, start) for side in (merge.then, merge.orelse))
    if then == orelse:
        return then
    out = Var("left", Text(), named=True)
    merges.append(Merge(out, then, orelse))
    frame.exits[out] = (merges, merges[-1])
    return out


# ----- what the text says -----

_LOOPS = (ast.For, ast.While)
_JUMPS = (ast.Break, ast.Continue, ast.Return)


def jumps(nodes: Sequence[ast.stmt], in_loop: bool = False) -> Iterator[ast.stmt]:
    """The statements that leave a block other than by its end."""
    for node in nodes:
        if isinstance(node, ast.Return) or (isinstance(node, _JUMPS) and not in_loop):
            yield node
        elif isinstance(node, _LOOPS):
            yield from jumps(node.body, True)
            yield from jumps(node.orelse, in_loop)
        elif isinstance(node, ast.If):
            yield from jumps(node.body, in_loop)
            yield from jumps(node.orelse, in_loop)


def returns_none(nodes: Sequence[ast.stmt]) -> bool:
    """Whether every `return` among these statements returns None, as the end of a function does."""
    returns = (node for node in jumps(nodes) if isinstance(node, ast.Return))
    return all(
        node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)
        for node in returns
    )


def always_leaves(body: Sequence[ast.stmt]) -> bool:
    """Whether control never passes the end of a block."""
    return any(
        isinstance(node, (*_JUMPS, ast.Raise))
        or (isinstance(node, ast.If) and always_leaves(node.body) and always_leaves(node.orelse))
        for node in body
    )


def codes(body: Sequence[ast.stmt]) -> dict[ast.stmt, str]:
    """The codes of a function's exits from loops: each has one of its own."""
    found: dict[ast.stmt, str] = {}
    returns: list[ast.stmt] = []
    stack = [(node, False) for node in body]
    while stack:
        node, in_loop = stack.pop()
        if isinstance(node, _LOOPS):
            breaks = [exit for exit in jumps(node.body) if isinstance(exit, ast.Break)]
            found.update(zip(breaks, _numbered("break", len(breaks)), strict=True))
            stack += [(inner, in_loop) for inner in reversed(node.orelse)]
            stack += [(inner, True) for inner in reversed(node.body)]
        elif isinstance(node, ast.If):
            stack += [(inner, in_loop) for inner in reversed([*node.body, *node.orelse])]
        elif isinstance(node, ast.Return) and in_loop:
            returns.append(node)
    found.update(zip(returns, _numbered(_RETURN, len(returns)), strict=True))
    return found


def _numbered(code: str, number: int) -> Iterator[str]:
    return (code if i == 0 else f"{code} {i + 1}" for i in range(number))


class Leave(ast.Return):
    """A way out of all loops up to one further out; its code is not that of a `return`."""

    code: str


def leave(place: ast.stmt, code: str) -> Leave:
    """A way out with a code, in the place of another."""
    made = ast.copy_location(Leave(None), place)
    made.code = code
    return made


def is_return(code: str) -> bool:
    """Whether a code is that of a `return`."""
    return code.startswith(_RETURN)
