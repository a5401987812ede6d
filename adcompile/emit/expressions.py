"""From IR expressions to syntax trees: each operation is written the way it is read."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from typing import Any

from adcompile.classes import takes_fields
from adcompile.emit.printer import bare
from adcompile.ir import Apply, Const, Expr, Ref, Var
from adcompile.places import WHOLE, nested

_BINARY: dict[str, ast.operator] = {
    "add": ast.Add(),
    "sub": ast.Sub(),
    "mul": ast.Mult(),
    "truediv": ast.Div(),
    "floordiv": ast.FloorDiv(),
    "mod": ast.Mod(),
    "pow": ast.Pow(),
    "matmul": ast.MatMult(),
    "and_": ast.BitAnd(),
    "or_": ast.BitOr(),
    "xor": ast.BitXor(),
    "lshift": ast.LShift(),
    "rshift": ast.RShift(),
}
_COMPARE: dict[str, ast.cmpop] = {
    "lt": ast.Lt(),
    "le": ast.LtE(),
    "gt": ast.Gt(),
    "ge": ast.GtE(),
    "eq": ast.Eq(),
    "ne": ast.NotEq(),
    "is_": ast.Is(),
    "is_not": ast.IsNot(),
    "contains": ast.In(),
    "not_contains": ast.NotIn(),
}
_UNARY: dict[str, ast.unaryop] = {
    "neg": ast.USub(),
    "pos": ast.UAdd(),
    "not_": ast.Not(),
    "invert": ast.Invert(),
}

# The modules of helpers, by how the names of the operations begin that call them.
HELPERS = {space: f"adcompile.{space}" for space in ("runtime", "sets", "checks")} | {
    "native": "adcompile.native.helpers",
    "containers": "adcompile.native.containers",
    "solvers": "adcompile.native.solvers",
    "elementary": "adcompile.native.elementary",
    "complexes": "adcompile.native.complexes",
    "rows": "adcompile.native.rows",
    "transforms": "adcompile.native.transforms",
}

# How the dotted names of operations begin in the text.
_MODULES = {"numpy": "np", "math": "math"}

# `np.s_[1:, 0]` is the index that `[1:, 0]` is.
_BRACKETS = Ref("np.s_", "numpy")


def _is_slice(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op == "slice"


class Writer:
    """Writes expressions, and notes what they need from outside.

    Args:
        name_of: the name of a value.
        refer: the name of something outside, which is noted.
    """

    def __init__(self, name_of: Callable[[Var], str], refer: Callable[[Ref], str]) -> None:
        self._name_of = name_of
        self._refer = refer

    def write(self, expr: Expr) -> ast.expr:
        """The tree of an expression."""
        match expr:
            case Var():
                return load(self._name_of(expr))
            case Const(value):
                return literal(value)
            case Ref("..."):
                return ast.Constant(...)
            case Ref("None"):
                return ast.Constant(None)
            case Ref():
                return dotted(self._refer(expr))
        space, _, name = expr.op.rpartition(".")
        handler = getattr(self, f"_{space or expr.op}", None)
        if handler is None:
            return self._function(expr)
        node: ast.expr = handler(expr, name)
        return node

    def _all(self, exprs: tuple[Expr, ...]) -> list[ast.expr]:
        return [self.write(expr) for expr in exprs]

    def _function(self, expr: Apply) -> ast.expr:
        """`np.sum(x, axis=0)`."""
        space, _, name = expr.op.rpartition(".")
        root, _, rest = space.partition(".")
        callee: ast.expr
        if root == "builtins":
            callee = load(self._refer(Ref(name, getattr(builtins, name, None))))
        elif root in HELPERS:
            callee = load(self._refer(Ref(name, expr.op)))
        elif root == "scipy":
            callee = dotted(self._refer(Ref(expr.op, root)))
        else:
            parts = [_MODULES[root], *filter(None, [rest]), name]
            callee = dotted(self._refer(Ref(".".join(parts), root)))
        return self._called(callee, expr.args, expr)

    def _called(self, callee: ast.expr, args: tuple[Expr, ...], expr: Apply) -> ast.expr:
        keywords = [ast.keyword(key, self.write(value)) for key, value in expr.kwargs]
        return ast.Call(callee, self._all(args), keywords)

    def _operator(self, expr: Apply, name: str) -> ast.expr:
        parts = self._all(expr.args)
        if name in ("and", "or"):
            return _flattened(ast.And() if name == "and" else ast.Or(), parts)
        if name in _COMPARE:
            return ast.Compare(parts[0], [_COMPARE[name]], parts[1:])
        if name in _UNARY:
            return ast.UnaryOp(_UNARY[name], parts[0])
        return ast.BinOp(parts[0], _BINARY[name], parts[1])

    def _attribute(self, expr: Apply, name: str) -> ast.expr:
        return ast.Attribute(self.write(expr.args[0]), name, ast.Load())

    def _ndarray(self, expr: Apply, name: str) -> ast.expr:
        method = ast.Attribute(self.write(expr.args[0]), name, ast.Load())
        return self._called(method, expr.args[1:], expr)

    # A method of a generator of random numbers.
    _generator = _ndarray

    def _list(self, expr: Apply, name: str) -> ast.expr:
        if name in ("", "list"):
            return ast.List(self._all(expr.args), ast.Load())
        method = ast.Attribute(self.write(expr.args[0]), name, ast.Load())
        return self._called(method, expr.args[1:], expr)

    def _tuple(self, expr: Apply, name: str) -> ast.expr:
        if any(map(_is_slice, expr.args)):
            return self.subscript(_BRACKETS, expr)
        return ast.Tuple(self._all(expr.args), ast.Load())

    def _dict(self, expr: Apply, name: str) -> ast.expr:
        return ast.Dict(list(self._all(expr.args[::2])), self._all(expr.args[1::2]))

    def _slice(self, expr: Apply, name: str) -> ast.expr:
        return self.subscript(_BRACKETS, expr)

    def _index(self, expr: Apply, name: str) -> ast.expr:
        return self.subscript(expr.args[0], expr.args[1])

    def subscript(self, base: Expr, index: Expr, store: bool = False) -> ast.Subscript:
        """`base[index]`; a tuple of indices stands without parentheses."""
        node = self._bracketed(index)
        if isinstance(node, ast.Tuple) and node.elts:
            bare(node)
        return ast.Subscript(self.write(base), node, ast.Store() if store else ast.Load())

    def _bracketed(self, index: Expr) -> ast.expr:
        """An index in brackets, where alone slices can be written."""
        if isinstance(index, Apply) and index.op == "slice":
            parts = [None if arg == Const(None) else self.write(arg) for arg in index.args]
            return ast.Slice(*parts)
        if isinstance(index, Apply) and index.op == "tuple":
            return ast.Tuple([*map(self._bracketed, index.args)], ast.Load())
        return self.write(index)

    def place(self, array: Var, index: Expr, store: bool = False) -> ast.Name | ast.Subscript:
        """Where a `scatter` writes: all of an array can be updated, but only parts be assigned."""
        if index == WHOLE and not store:
            return ast.Name(self._name_of(array), ast.Store())
        if isinstance(index, Apply) and index.op == "place":
            view = nested(array, index)
            if isinstance(view, Apply) and view.op == "index":
                return self.subscript(view.args[0], view.args[1], store=True)
            return self.subscript(view, WHOLE, store=True)
        return self.subscript(array, index, store=True)

    def operator_of(self, expr: Apply) -> ast.operator | None:
        """The operator of a binary operation."""
        space, _, name = expr.op.rpartition(".")
        return _BINARY.get(name) if space == "operator" else None

    def _ifexp(self, expr: Apply, name: str) -> ast.expr:
        return ast.IfExp(*self._all(expr.args))

    def _call(self, expr: Apply, name: str) -> ast.expr:
        return self._called(self.write(expr.args[0]), expr.args[1:], expr)

    _opaque = _call
    _effect = _call

    def _record(self, expr: Apply, name: str) -> ast.expr:
        """An object: by a call of its class if that does no more than make it."""
        owner = expr.args[0]
        assert isinstance(owner, Ref)
        plain = takes_fields(owner.target)
        return self._call(expr, name) if plain else self._function(expr._replace(op="runtime.make"))


def _flattened(op: ast.boolop, parts: list[ast.expr]) -> ast.expr:
    """A chain of comparisons that share their ends is written as `a < b < c`."""
    if isinstance(op, ast.And) and all(isinstance(part, ast.Compare) for part in parts):
        first = parts[0]
        assert isinstance(first, ast.Compare)
        chain = ast.Compare(first.left, list(first.ops), list(first.comparators))
        for part in parts[1:]:
            assert isinstance(part, ast.Compare)
            if ast.dump(part.left) != ast.dump(chain.comparators[-1]):
                return ast.BoolOp(op, parts)
            chain.ops += part.ops
            chain.comparators += part.comparators
        return chain
    return ast.BoolOp(op, parts)


def load(name: str) -> ast.Name:
    """A name that is read."""
    return ast.Name(name, ast.Load())


def store(name: str) -> ast.Name:
    """A name that is assigned to."""
    return ast.Name(name, ast.Store())


def dotted(name: str) -> ast.expr:
    """`a.b.c` as a tree."""
    first, *rest = name.split(".")
    node: ast.expr = load(first)
    for part in rest:
        node = ast.Attribute(node, part, ast.Load())
    return node


def literal(value: Any) -> ast.expr:
    """A literal; negative numbers are a minus and a number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if value != value or value in (float("inf"), float("-inf")):
            return ast.Call(load("float"), [ast.Constant(str(value))], [])
        if str(value).startswith("-"):
            return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)
