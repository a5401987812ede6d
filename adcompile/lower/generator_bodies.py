"""The body of a function that yields, written anew to stand in the place of a loop over it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from typing import Any

from adcompile.errors import AdcompileError
from adcompile.ir import Expr, Ref
from adcompile.lower import exits, expressions, scopes
from adcompile.lower.frame import Frame
from adcompile.lower.made import Generator
from adcompile.records import record
from adcompile.source import Source


class Step(ast.For):
    """A `yield` with the body of the loop that runs over it: `for target in (value,): body`."""


@record
class Written:
    """The body of a generator, to stand in the place of a loop.

    Attributes:
        body: the statements.
        own: its names, with those that they have there.
        start: what these are to begin with.
        through: the codes with which the loop, and the generator, are left.
    """

    body: list[ast.stmt]
    own: dict[str, str]
    start: dict[str, Expr]
    through: set[str]


def written_out(frame: Frame, node: ast.For, generator: Generator, dots: str) -> Written:
    """The body of a generator, in which its names have these dots behind them."""
    source = generator.source
    level = f" {len(dots)}" if len(dots) > 1 else ""
    leave, done, number = f"leave{level}", f"done{level}", f"count{dots}"
    own = {name: name + dots for name in scopes.local_names(source.node)}
    outside = _outside(frame, generator, own)
    names = own | {name: name + dots for name in outside}
    writer = _Writer(names, done, dots, None if _same_text(source, frame.source) else source)
    body = [part for statement in scopes.body_of(source.node) for part in writer.written(statement)]
    if writer.returns and node.orelse:
        raise source.refuse(
            writer.returns[0],
            f"`{source.name}` may return early, and the loop over it has an `else`",
            "leave out the `else`",
        )
    inside = _without_breaks(frame, node, leave)
    for step in writer.steps:
        step.target, step.body = node.target, inside
        if generator.start is not None:
            _count(step, number)
    start = {own[name]: value for name, value in generator.bound.items()}
    start |= {name + dots: value for name, value in outside.items()}
    if generator.start is not None:
        start[number] = generator.start
    return Written(body, own, start, {leave, done})


def _count(step: Step, number: str) -> None:
    """Let a step take a number with its value, as `enumerate` does."""
    step.iter = _at(step, ast.Tuple([_read(number), step.iter], ast.Load()))
    more = ast.BinOp(_read(number), ast.Add(), ast.Constant(1))
    counted = ast.Assign([ast.Name(number, ast.Store())], more)
    step.body = [_at(step, counted), *step.body]


# ----- names -----


def _outside(frame: Frame, generator: Generator, own: Mapping[str, str]) -> dict[str, Expr]:
    """The free names of a generator that mean something else where its body stands, and what."""
    closure = generator.closure
    if closure is not None and closure.frame is frame:
        return {}
    inside = Frame(
        frame.session,
        generator.source,
        frame.build,
        outer=None if closure is None else closure.frame,
        caller=frame,
        heap=frame.heap,
    )
    found = {}
    for name, node in _free_names(generator.source, own).items():
        value = expressions.lower(inside, node)
        if isinstance(value, Ref) and _means(frame, name) is value.target:
            continue
        if closure is not None and not scopes.is_bound_once(closure.frame.source.node, name):
            raise generator.source.refuse(
                node,
                f"`{name}` of `{closure.frame.source.name}`, which `{generator.name}` reads, may "
                "change while it is run over",
                f"pass `{name}` in",
            )
        found[name] = value
    return found


def _free_names(source: Source, own: Mapping[str, str]) -> dict[str, ast.Name]:
    return {
        inner.id: inner
        for statement in scopes.body_of(source.node)
        for inner in ast.walk(statement)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load) and inner.id not in own
        if inner.id not in _bound_inside(statement)
    }


def _bound_inside(statement: ast.AST) -> set[str]:
    """The names that comprehensions and lambdas inside a statement bind."""
    found = {n.arg for n in ast.walk(statement) if isinstance(n, ast.arg)}
    for inner in ast.walk(statement):
        if isinstance(inner, ast.comprehension):
            found |= set(scopes.stored([inner.target]))
    return found


def _means(frame: Frame, name: str) -> object:
    """What a name from outside means where the loop stands, None where it is one of a function."""
    around: Frame | None = frame
    while around is not None:
        if name in around.env or around.binds(name):
            return None
        around = around.outer
    try:
        return frame.source.scope.lookup(name)
    except (KeyError, AdcompileError):
        return None


def _at(place: ast.AST, made: Any) -> Any:
    """A tree that the compiler made, where something else stands."""
    for inner in ast.walk(made):
        if "lineno" in inner._attributes and not hasattr(inner, "lineno"):
            ast.copy_location(inner, place)
    return made


def _read(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _same_text(one: Source, other: Source) -> bool:
    return (one.filename, one.lines, one.offset) == (other.filename, other.lines, other.offset)


class _Writer(ast.NodeTransformer):
    """Writes the body of a generator anew.

    Attributes:
        names: what its names become.
        done: the code of its `return`s.
        dots: what its names have behind them.
        source: the text that it stands in, None for that of the loop.
        steps: what has become of its `yield`s.
        returns: its `return`s.
    """

    def __init__(
        self, names: Mapping[str, str], done: str, dots: str, source: Source | None
    ) -> None:
        self.names = dict(names)
        self.done = done
        self.dots = dots
        self.source = source
        self.steps: list[Step] = []
        self.returns: list[ast.AST] = []

    def written(self, statement: ast.AST) -> list[ast.stmt]:
        made = self.visit(copy.deepcopy(statement))
        parts = made if isinstance(made, list) else [made]
        for part in parts if self.source is not None else ():
            for inner in ast.walk(part):
                inner.source = self.source  # type: ignore[attr-defined]
        return parts

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        match node.value:
            case ast.Yield(value=value):
                given: Any = ast.Constant(None) if value is None else self.visit(value)
                return self._step(node, given)
            case ast.YieldFrom(value=value):
                name = f"element{self.dots}"
                step = self._step(node, _read(name))
                loop = ast.For(ast.Name(name, ast.Store()), self.visit(value), [step], [])
                return ast.fix_missing_locations(ast.copy_location(loop, node))
        return self.generic_visit(node)

    def _step(self, node: ast.AST, value: ast.expr) -> Step:
        step = Step(ast.Name("", ast.Store()), value, [], [])
        ast.fix_missing_locations(ast.copy_location(step, node))
        self.steps.append(step)
        return step

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.returns.append(node)
        return exits.leave(node, self.done)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        node.args.defaults = [self.visit(value) for value in node.args.defaults]
        before, self.names = self.names, dict(self.names)
        for name in scopes.parameters(node):
            self.names.pop(name, None)
        node.body = self.visit(node.body)
        self.names = before
        return node

    def visit_GeneratorExp(
        self, node: ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp
    ) -> ast.AST:
        first = node.generators[0]
        first.iter = self.visit(first.iter)
        before, self.names = self.names, dict(self.names)
        for part in node.generators:
            for name in scopes.stored([part.target]):
                self.names.pop(name, None)
        kept, first.iter = first.iter, ast.Constant(None)
        self.generic_visit(node)
        first.iter, self.names = kept, before
        return node

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        return self.visit_GeneratorExp(node)

    def visit_SetComp(self, node: ast.SetComp) -> ast.AST:
        return self.visit_GeneratorExp(node)

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        return self.visit_GeneratorExp(node)


def _without_breaks(frame: Frame, node: ast.For, code: str) -> list[ast.stmt]:
    """The body of a loop, whose `break`s leave with a code."""

    def written(statement: ast.stmt) -> ast.stmt:
        if isinstance(statement, ast.Break):
            return exits.leave(statement, code)
        if not any(isinstance(n, ast.Break) for n in ast.walk(statement)):
            return statement
        if isinstance(statement, ast.If):
            made: ast.stmt = ast.If(
                statement.test, [*map(written, statement.body)], [*map(written, statement.orelse)]
            )
            return ast.copy_location(made, statement)
        is_loop = isinstance(statement, (ast.For, ast.While))
        after = statement.orelse if isinstance(statement, (ast.For, ast.While)) else []
        if is_loop and not any(isinstance(n, ast.Break) for s in after for n in ast.walk(s)):
            return statement
        raise frame.refuse(
            statement, "a `break` here, in a loop over a generator, cannot be differentiated yet"
        )

    return [*map(written, node.body)]
