"""The intermediate representation as text, for people who work on the compiler.

    def loss(%x: float64[x.0], %n: int):
        %t = numpy.sin(%x)                      float64[x.0]
        for %i in range(%n):
            carry %y_2 = %y, then %y_3, out %y_4
            %y_3 = operator.mul(%y_2, %t)       float64[x.0]
        return %y_4

A length is written after the axis of the argument that it comes from: `x.0` is `x.shape[0]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adcompile import ir
from adcompile.ir import Block, Const, Expr, Function, Ref, Statement, Var
from adcompile.kinds import (
    ArgumentAxis,
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
    Sym,
    Text,
)

_STEP = "    "
_KINDS_COLUMN = 60


def text_of(functions: Sequence[Function]) -> str:
    """The text of functions.

    Args:
        functions: the functions.

    Returns:
        The text, with a line feed at its end.
    """
    return "\n".join(Printer().function(function) for function in functions)


class Printer:
    """Writes functions; every value has a name of its own."""

    def __init__(self) -> None:
        self._names: dict[Var, str] = {}
        self._used: dict[str, int] = {}

    def function(self, function: Function) -> str:
        """The text of one function."""
        params = ", ".join(f"{self.name(p)}: {short(p.kind)}" for p in function.params)
        lines = [f"def {function.name}({params}):"]
        lines += (_aligned(_STEP + line) for line in self._block(function.body))
        lines.append(f"{_STEP}return {self.expr(function.result)}")
        return "\n".join(lines) + "\n"

    def name(self, var: Var) -> str:
        """The name of a value: what it would be called, and a number where that is taken."""
        if var not in self._names:
            hint = var.hint or "t"
            count = self._used[hint] = self._used.get(hint, 0) + 1
            self._names[var] = f"%{hint}" if count == 1 else f"%{hint}_{count}"
        return self._names[var]

    def expr(self, expr: Expr) -> str:
        """The text of an expression."""
        match expr:
            case Var():
                return self.name(expr)
            case Const(value):
                return repr(value)
            case Ref(name):
                return name
        parts = [self.expr(arg) for arg in expr.args]
        parts += (f"{key}={self.expr(value)}" for key, value in expr.kwargs)
        return f"{expr.op}({', '.join(parts)})"

    def _block(self, block: Block) -> Iterator[str]:
        for statement in block:
            yield from self._statement(statement)

    def _statement(self, statement: Statement) -> Iterator[str]:
        match statement:
            case ir.Assign(targets, value):
                text = f"{', '.join(map(self.name, targets))} = {self.expr(value)}"
                kinds = ", ".join(short(target.kind) for target in targets)
                yield f"{text}\t{kinds}"
            case ir.Do(value):
                yield f"do {self.expr(value)}"
            case ir.Keep():
                reads = ", ".join(f"{n}={self.expr(v)}" for n, v in statement.reads.items())
                yield f"keep {type(statement.node).__name__}({reads})"
            case ir.Note(text):
                yield f"# {text}"
            case ir.If():
                yield from self._if(statement)
            case ir.For() | ir.While():
                yield from self._loop(statement)

    def _if(self, statement: ir.If) -> Iterator[str]:
        yield f"if {self.expr(statement.test)}:"
        yield from self._indented(statement.then)
        if statement.orelse:
            yield "else:"
            yield from self._indented(statement.orelse)
        for merge in statement.merges:
            sides = f"{self.expr(merge.then)} | {self.expr(merge.orelse)}"
            yield f"merge {self.name(merge.out)} = {sides}"

    def _loop(self, loop: ir.For | ir.While) -> Iterator[str]:
        if isinstance(loop, ir.For):
            span = f"range({', '.join(map(self.expr, loop.bounds))})"
            span = span if loop.first is None else f"{span}[:{self.expr(loop.first)}]"
            span = f"reversed({span})" if loop.backward else span
            yield f"for {self.name(loop.index)} in {span}:"
        else:
            yield from self._block(loop.test_block)
            yield f"while {self.expr(loop.test)}:"
        for carry in loop.carries:
            flow = f"{self.name(carry.inner)} = {self.expr(carry.init)}"
            ends = f"then {self.expr(carry.next)}, out {self.name(carry.out)}"
            yield f"{_STEP}carry {flow}, {ends}"
        yield from self._indented(loop.body)
        if loop.stop is not None:
            yield f"{_STEP}stop if {self.expr(loop.stop)}"

    def _indented(self, block: Block) -> Iterator[str]:
        lines = list(self._block(block)) or ["pass"]
        yield from (_STEP + line for line in lines)


def _aligned(line: str) -> str:
    """The line with its kind, which follows a tab, in a column of its own."""
    text, tab, kind = line.partition("\t")
    return f"{text:<{_KINDS_COLUMN}}  {kind}" if tab else line


def short(kind: Kind) -> str:
    """A kind in short form: `float64[x.0, 3]`, `(float, int)`, `?`."""
    match kind:
        case Scalar(type, value):
            known = value is not None and not isinstance(value, Sym)
            return f"{type.__name__}={value!r}" if known else type.__name__
        case Text(value):
            return "str" if value is None else repr(value)
        case Nothing():
            return "None"
        case Array(dtype, dims):
            lengths = "..." if dims is None else ", ".join(map(_dim, dims))
            return f"{'array' if dtype is None else dtype}[{lengths}]"
        case Items(type, items):
            parts = ", ".join(map(short, items))
            comma = "," if len(items) == 1 else ""
            return f"[{parts}]" if type is list else f"({parts}{comma})"
        case Many(type, element):
            return f"{type.__name__}[{short(element)}, ...]"
        case Mapping(tuple() as pairs):
            return "{" + ", ".join(f"{key!r}: {short(item)}" for key, item in pairs) + "}"
        case Mapping():
            return "dict"
        case Record(type, fields):
            parts = ", ".join(f"{name}: {short(field)}" for name, field in fields)
            return f"{type.__name__}({parts})"
        case Resolved(target):
            return f"<{getattr(target, '__name__', None) or getattr(target, 'name', '?')}>"
    return "?"


def _dim(dim: Dim) -> str:
    if isinstance(dim, int):
        return str(dim)
    if not isinstance(dim.origin, ArgumentAxis):
        return "?"
    offset = f"{dim.offset:+d}" if dim.offset else ""
    return f"{dim.origin.path}.{dim.origin.axis}{offset}"
