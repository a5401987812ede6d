"""What feeds a result: reachability from it, because each value is assigned once."""

from __future__ import annotations

from adcompile import ir
from adcompile.builder import has_effect
from adcompile.ir import (
    Apply,
    Assign,
    Block,
    Do,
    Expr,
    For,
    Function,
    If,
    Keep,
    Note,
    Statement,
    Var,
    While,
)


class Liveness:
    """Which values feed the results.

    Attributes:
        live: those values.
        kept: the statements that stay for their effect, by identity.
    """

    def __init__(self, function: Function, ignore: frozenset[str] = frozenset()) -> None:
        self.live: set[Var] = set()
        self.kept: set[int] = set()
        self._ignore = ignore
        self._feeds: dict[Var, list[Statement]] = {}
        self._around: dict[int, Statement | None] = {}
        self._pushes: dict[Var, list[Do]] = {}
        self._index(function.body)
        self._stack: list[Var] = []
        self._read(function.result)
        self._keep_effects(function.body)
        self._drain()

    def _index(self, body: Block) -> None:
        stack: list[tuple[Statement, Statement | None]] = [(s, None) for s in body]
        while stack:
            statement, owner = stack.pop()
            self._around[id(statement)] = owner
            for var in ir.defined(statement):
                self._feeds.setdefault(var, []).append(statement)
            if isinstance(statement, Assign):
                continue
            for carry in ir.carries(statement):
                self._feeds.setdefault(carry.inner, []).append(statement)
            if isinstance(statement, Do) and not is_effect(statement):
                target = statement.value.args[0]
                if isinstance(target, Var):
                    self._pushes.setdefault(target, []).append(statement)
            for block in ir.blocks(statement):
                stack.extend((inner, statement) for inner in block)

    def _keep_effects(self, body: Block) -> None:
        for statement in ir.walk(body):
            if isinstance(statement, Keep) or is_effect(statement):
                self._keep(statement)

    def _keep(self, statement: Statement | None) -> None:
        """A statement stays, and what stands around it."""
        while statement is not None and id(statement) not in self.kept:
            self.kept.add(id(statement))
            match statement:
                case Keep():
                    for expr in statement.reads.values():
                        self._read(expr)
                case Do() | Assign():
                    self._read(statement.value)
                case If():
                    self._read(statement.test)
                case For() | While():
                    for expr in ir.controls(statement):
                        self._read(expr)
            statement = self._around[id(statement)]

    def _read(self, expr: Expr) -> None:
        stack = [expr]
        while stack:
            top = stack.pop()
            if isinstance(top, Var):
                if top not in self.live:
                    self.live.add(top)
                    self._stack.append(top)
            elif isinstance(top, Apply) and top.op not in self._ignore:
                stack.extend(top.operands())

    def _drain(self) -> None:
        while self._stack:
            var = self._stack.pop()
            for push in self._pushes.get(var, ()):
                self._keep(push)
            for statement in self._feeds.get(var, ()):
                self._keep(self._around[id(statement)])
                self._feed(var, statement)

    def _feed(self, var: Var, statement: Statement) -> None:
        match statement:
            case Assign():
                self._read(statement.value)
            case If():
                self._keep(statement)
                for merge in statement.merges:
                    if merge.out is var:
                        self._read(merge.then)
                        self._read(merge.orelse)
            case For() | While():
                self._keep(statement)
                for carry in statement.carries:
                    if var in (carry.inner, carry.out):
                        self._read(carry.inner)
                        self._read(carry.init)
                        self._read(carry.next)


CHECKS = ("runtime.apart", "checks.finite", "native.at_least", "native.same", "native.present")


def is_effect(statement: Statement) -> bool:
    if isinstance(statement, Do):
        return statement.value.op in CHECKS
    if isinstance(statement, While):
        return has_effect(statement.test)
    return isinstance(statement, Assign) and has_effect(statement.value)


def swept(block: Block, liveness: Liveness) -> Block:
    """A block without the statements that feed neither a result nor an effect; those that hold
    blocks are changed in place."""
    kept: Block = []
    for statement in block:
        if not _stays(statement, liveness):
            continue
        match statement:
            case If():
                statement.then = swept(statement.then, liveness)
                statement.orelse = swept(statement.orelse, liveness)
                statement.merges = [m for m in statement.merges if m.out in liveness.live]
                if not (statement.then or statement.orelse or statement.merges):
                    continue
            case For() | While():
                statement.body = swept(statement.body, liveness)
                statement.carries = [
                    c for c in statement.carries if {c.inner, c.out} & liveness.live
                ]
                if not (statement.body or statement.carries or is_effect(statement)):
                    continue
        kept.append(statement)
    return kept


def _stays(statement: Statement, liveness: Liveness) -> bool:
    if isinstance(statement, Note):
        return statement.about is None or statement.about in liveness.live
    if id(statement) in liveness.kept:
        return True
    return isinstance(statement, Assign) and not liveness.live.isdisjoint(statement.targets)
