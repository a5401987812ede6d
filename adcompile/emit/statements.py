"""From IR statements to syntax trees, with comments that quote the user's lines."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Sequence

from adcompile import ir
from adcompile.analyse import flows, let_be_none
from adcompile.builder import has_effect
from adcompile.emit.expressions import Writer, literal, load, store
from adcompile.emit.jumps import Skip, write_jumps
from adcompile.emit.names import Names
from adcompile.emit.ownership import Ownership
from adcompile.emit.pops import write_pops
from adcompile.emit.printer import Comment, Doc, bare, line_of
from adcompile.errors import Span
from adcompile.ir import Apply, Assign, Block, Expr, Function, Statement, Var
from adcompile.places import filled, nested, split
from adcompile.regions import is_list

_QUOTE = 72
# The kinds of errors that `np.errstate` knows.
ERRORS = ("divide", "over", "under", "invalid")
_COMPOUND = ("for ", "while ", "if ", "elif ", "else", "match ", "case ")


Placeholder = Callable[[Var], Expr]


def none(var: Var) -> Expr:
    """None, in the place of a value that a path does not have."""
    return ir.UNSET


class Emitter:
    """Writes one function.

    Args:
        function: the function.
        names: the names of its values.
        writer: writes expressions.
        placeholder: what stands in for a value that a path does not have.
    """

    def __init__(
        self, function: Function, names: Names, writer: Writer, placeholder: Placeholder
    ) -> None:
        self._placeholder = placeholder
        self._names = names
        self._writer = writer
        self._ownership = Ownership(function)
        self._quoted: tuple[str, int] | None = None
        self._last_line: str = ""
        self._function = function

    def emit(self) -> ast.FunctionDef:
        """The function as a syntax tree."""
        function = self._function
        self._define_copied()
        body: list[ast.stmt] = []
        if function.doc:
            body.append(ast.Expr(ast.Constant(Doc(function.doc))))
        inner = [*self._block(function.body), self._return(function.result)]
        body += [self._under(function.settings, inner)] if function.settings else inner
        params = [ast.arg(self._names.of(param)) for param in function.params]
        hints = [param.hint for param in function.params]
        defaults = [literal(function.defaults[h].value) for h in hints if h in function.defaults]
        args = ast.arguments([], params, None, [], [], None, defaults)
        node = ast.FunctionDef(function.name, args, body, [])
        if any(map(_jumps, ir.walk(function.body))):
            write_jumps(node)
        write_pops(node)
        return node

    def _define_copied(self) -> None:
        """Let what is copied from one name to another have a value on every path."""
        known = flows(self._function.body)
        for target, sources in known.items():
            for holder, side in sources:
                value: Expr = getattr(holder, side)
                if isinstance(holder, ir.Carry) and target is holder.out:
                    value = holder.inner
                if isinstance(value, Var) and self._names.of(value) != self._names.of(target):
                    let_be_none(known, value)

    def _under(self, settings: dict[str, str], body: list[ast.stmt]) -> ast.stmt:
        """`with np.errstate(...)` around a body."""
        if len(settings) == len(ERRORS) and len(set(settings.values())) == 1:
            settings = {"all": next(iter(settings.values()))}
        keywords = [ast.keyword(name, ast.Constant(value)) for name, value in settings.items()]
        context = ast.Call(self._np("np.errstate"), [], keywords)
        return ast.With([ast.withitem(context)], body)

    def _return(self, result: Expr) -> ast.Return:
        value = self._writer.write(result)
        if isinstance(value, ast.Tuple) and len(value.elts) > 1:
            bare(value)
        return ast.Return(value)

    # ----- statements -----

    def _block(self, block: Block) -> list[ast.stmt]:
        result: list[ast.stmt] = []
        for statement in block:
            nodes = self._statement(statement)
            result += self._comment(statement, nodes)
            result += nodes
        return result

    def _statement(self, statement: Statement) -> list[ast.stmt]:
        match statement:
            case Assign():
                return self._assign(statement)
            case ir.Do():
                return [ast.Expr(self._writer.write(statement.value))]
            case ir.Note():
                self._quoted = None
                body = self._function.body
                alone = statement is body[0] or statement is body[-1]
                return [] if alone else [Comment(statement.text, statement.blank)]
            case ir.Keep():
                return [self._kept(statement)]
            case ir.If():
                return [self._if(statement)]
            case ir.For():
                return self._for(statement)
        return self._while(statement)

    def _assign(self, statement: Assign) -> list[ast.stmt]:
        value = statement.value
        target = statement.targets[0]
        if len(statement.targets) > 1 or (isinstance(value, Apply) and value.op == "unpack"):
            return [self._unpack(statement)]
        if isinstance(value, Apply) and value.op.startswith("scatter."):
            return self._scatter(target, value)
        if isinstance(value, Var) and self._names.of(value) == self._names.of(target):
            return []
        if has_effect(value) and self._ownership.is_unread(target):
            return [ast.Expr(self._writer.write(value))]
        return [self._plain(target, value)]

    def _unpack(self, statement: Assign) -> ast.stmt:
        unread = [self._ownership.is_unread(t) for t in statement.targets]
        names: list[ast.expr] = [
            store("_" if hidden else self._names.of(t))
            for t, hidden in zip(statement.targets, unread, strict=True)
        ]
        target = ast.Tuple(names, ast.Store())
        bare(target)
        value = statement.value
        source = value.args[0] if isinstance(value, Apply) and value.op == "unpack" else value
        return ast.Assign([target], self._writer.write(source), lineno=1)

    def _plain(self, target: Var, value: Expr) -> ast.stmt:
        name = self._names.of(target)
        is_sum = isinstance(value, Apply) and value.op in ("operator.add", "operator.sub")
        if is_sum and isinstance(value, Apply) and name.startswith(("d_", "trips")):
            first = value.args[0]
            if (
                isinstance(first, Var)
                and self._names.of(first) == name
                and self._ownership.may_update(first, target)
            ):
                op = ast.Add() if value.op == "operator.add" else ast.Sub()
                return ast.AugAssign(store(name), op, self._writer.write(value.args[1]))
        return ast.Assign([store(name)], self._writer.write(value), lineno=1)

    def _scatter(self, target: Var, value: Apply) -> list[ast.stmt]:
        """`d_x[i] += g` in the memory of `d_x`, which the generated code owns."""
        value = _as_subtraction(value)
        base, index, g = value.args
        name = self._names.of(target)
        nodes: list[ast.stmt] = []
        first = isinstance(base, Apply)
        if isinstance(base, Var):
            if self._names.of(base) != name:
                nodes.append(ast.Assign([store(name)], self._writer.write(base), lineno=1))
        else:
            nodes.append(ast.Assign([store(name)], self._writer.write(base), lineno=1))
        if value.op in ("scatter.append", "scatter.pop"):
            method = ast.Attribute(load(name), value.op.removeprefix("scatter."), ast.Load())
            given = [] if value.op == "scatter.pop" else [self._writer.write(g)]
            return [*nodes, ast.Expr(ast.Call(method, given, []))]
        place = self._writer.place(target, index)
        written = self._writer.write(g)
        match value.op:
            case "scatter.at":
                numpy_add_at = ast.Attribute(self._np("np.add"), "at", ast.Load())
                view, inner = split(index)
                args = [
                    self._writer.write(filled(view, target)),
                    self._writer.write(inner),
                    written,
                ]
                nodes.append(ast.Expr(ast.Call(numpy_add_at, args, [])))
            case "scatter.sub":
                nodes.append(ast.AugAssign(place, ast.Sub(), written))
            case "scatter.store" if (update := self._update(target, value)) is not None:
                nodes.append(ast.AugAssign(place, *update))
            case "scatter.store":
                place = self._writer.place(target, index, store=True)
                nodes.append(ast.Assign([place], written, lineno=1))
            case "scatter.merge":
                old = self._writer.subscript(target, index)
                merged = self._writer.write(Apply("runtime.add"))
                assert isinstance(merged, ast.Call)
                merged.args = [old, written]
                nodes.append(ast.Assign([place], merged, lineno=1))
            case _ if first and isinstance(base, Apply) and base.op == "numpy.zeros_like":
                place = self._writer.place(target, index, store=True)
                nodes.append(ast.Assign([place], written, lineno=1))
            case _:
                nodes.append(ast.AugAssign(place, ast.Add(), written))
        return nodes

    def _update(self, target: Var, value: Apply) -> tuple[ast.operator, ast.expr] | None:
        """`a[i] = a[i] * e` as `a[i] *= e`."""
        base, index, new = value.args
        if is_list(target):
            return None  # an element that is an array would be changed
        if not isinstance(new, Apply) or new.args[:1] != (nested(base, index),):
            return None
        op = self._writer.operator_of(new)
        return None if op is None else (op, self._writer.write(new.args[1]))

    def _np(self, name: str) -> ast.expr:
        return self._writer.write(ir.Ref(name, "numpy"))

    def _kept(self, statement: ir.Keep) -> ast.stmt:
        node = copy.deepcopy(statement.node)
        replaced = {name: self._writer.write(expr) for name, expr in statement.reads.items()}
        renamed: ast.stmt = _Rename(replaced).visit(node)
        return ast.fix_missing_locations(renamed)

    def _if(self, statement: ir.If) -> ast.stmt:
        then = self._block(statement.then)
        then += self._copies([(m.out, m.then) for m in statement.merges])
        orelse = self._block(statement.orelse)
        orelse += self._copies([(m.out, m.orelse) for m in statement.merges])
        test = self._writer.write(statement.test)
        if statement.skips is not None:
            (then if statement.skips == "then" else orelse).append(Skip())
        if not then:
            test, then, orelse = self._writer.write(_negated(statement.test)), orelse, []
        if not any(not isinstance(node, Comment) for node in then):
            then = [*then, ast.Pass()]
        return ast.If(test, then, orelse)

    def _for(self, loop: ir.For) -> list[ast.stmt]:
        before = self._copies([(c.inner, c.init) for c in loop.carries])
        body = self._block(loop.body)
        body += self._copies([(c.inner, c.next) for c in loop.carries])
        body += self._stop(loop)
        after = self._copies([(c.out, c.inner) for c in loop.carries])
        span: ast.expr = ast.Call(load("range"), [self._writer.write(b) for b in loop.bounds], [])
        if loop.first is not None:
            part = ast.Slice(None, self._writer.write(loop.first), None)
            span = ast.Subscript(span, part, ast.Load())
        if loop.backward:
            span = ast.Call(load("reversed"), [span], [])
        index = store(self._names.of(loop.index))
        return [*before, ast.For(index, span, body or [ast.Pass()], [], lineno=1), *after]

    def _while(self, loop: ir.While) -> list[ast.stmt]:
        before = self._copies([(c.inner, c.init) for c in loop.carries])
        body = self._block(loop.body)
        body += self._copies([(c.inner, c.next) for c in loop.carries])
        body += self._stop(loop)
        after = self._copies([(c.out, c.inner) for c in loop.carries])
        test = self._writer.write(loop.test)
        return [*before, ast.While(test, body or [ast.Pass()], []), *after]

    def _stop(self, loop: ir.For | ir.While) -> list[ast.stmt]:
        if loop.stop is None:
            return []
        return [ast.If(self._writer.write(loop.stop), [ast.Break()], [])]

    # ----- what flows through loops and branches -----

    def _copies(self, moves: Sequence[tuple[Var, Expr]]) -> list[ast.stmt]:
        """`x = value` for each move, where the names differ; together where order matters."""
        pending = []
        for target, value in moves:
            if value is ir.UNDEFINED:
                continue
            if isinstance(value, Var) and self._names.of(value) == self._names.of(target):
                continue
            absent = value is ir.UNSET
            pending.append((target, self._placeholder(target) if absent else value))
        nodes: list[ast.stmt] = []
        while pending:
            free = next((move for move in pending if not self._is_read(move, pending)), None)
            if free is None:
                nodes.append(self._swap(pending))
                break
            pending.remove(free)
            nodes.append(self._plain(*free))
        return nodes

    def _is_read(self, move: tuple[Var, Expr], others: Sequence[tuple[Var, Expr]]) -> bool:
        """Whether another move still reads the name that a move writes."""
        name = self._names.of(move[0])
        return any(
            name == self._names.of(var)
            for other in others
            if other is not move
            for var in ir.variables(other[1])
        )

    def _swap(self, moves: Sequence[tuple[Var, Expr]]) -> ast.stmt:
        """`u, v = v, u`."""
        targets: list[ast.expr] = [store(self._names.of(target)) for target, _ in moves]
        values = [self._writer.write(value) for _, value in moves]
        left, right = ast.Tuple(targets, ast.Store()), ast.Tuple(values, ast.Load())
        bare(left)
        bare(right)
        return ast.Assign([left], right, lineno=1)

    # ----- comments -----

    def _comment(self, statement: Statement, nodes: list[ast.stmt]) -> list[ast.stmt]:
        """The user's line above what became of it, unless it is the same."""
        span = getattr(statement, "span", None)
        if span is None or not nodes or isinstance(statement, (ir.Keep, ir.Note)):
            return []
        if (
            isinstance(statement, (ir.For, ir.If, ir.While))
            or (span.text, span.line) == self._quoted
        ):
            return []
        self._quoted = (span.text, span.line)
        text = quoted(span)
        if text.startswith(_COMPOUND):
            return []
        same = len(nodes) == 1 and _may_read(nodes[0], text) and line_of(nodes[0]) == text
        return [] if same else [Comment(text)]


def _may_read(node: ast.stmt, text: str) -> bool:
    """Whether a statement may print as a text, as far as that is quick to see."""
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    return not isinstance(target, ast.Name) or text.startswith(target.id)


def _jumps(statement: Statement) -> bool:
    """Whether control may leave a loop or an iteration early."""
    if isinstance(statement, ir.If):
        return statement.skips is not None
    return isinstance(statement, (ir.For, ir.While)) and statement.stop is not None


def _as_subtraction(value: Apply) -> Apply:
    """`d_x[i] += -2.0 * g` is `d_x[i] -= 2.0 * g`."""
    base, index, g = value.args
    fresh = isinstance(base, Apply) and base.op == "numpy.zeros_like"
    positive = _positive(g) if value.op == "scatter.add" and not fresh else None
    return value if positive is None else Apply("scatter.sub", (base, index, positive))


def _positive(expr: Expr) -> Expr | None:
    """The negative of a product that begins with a minus or a negative number; None for others."""
    match expr:
        case Apply("operator.neg", (operand,)):
            return operand
        case ir.Const(int() | float() as number) if number < 0:
            return ir.Const(-number)
        case Apply("operator.mul" | "operator.truediv" as op, (first, second)):
            positive = _positive(first)
            return None if positive is None else Apply(op, (positive, second))
    return None


def quoted(span: Span) -> str:
    """A line of the user's, for a comment."""
    text = " ".join(span.text.split())
    return text if len(text) <= _QUOTE else f"{text[: _QUOTE - 4]} ..."


def _negated(test: Expr) -> Expr:
    match test:
        case Apply("operator.eq", (_, ir.Const(str()))):
            return Apply("operator.ne", test.args)
        case Apply("operator.ne", (_, ir.Const(str()))):
            return Apply("operator.eq", test.args)
    return Apply("operator.not_", (test,))


class _Rename(ast.NodeTransformer):
    """Replaces names in a statement that is kept."""

    def __init__(self, replaced: dict[str, ast.expr]) -> None:
        self._replaced = replaced

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if isinstance(node.ctx, ast.Load):
            return self._replaced.get(node.id, node)
        return node
