"""The text of native functions."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, Protocol

import numpy as np

from adcompile import emit, ir
from adcompile.emit.printer import text_of
from adcompile.ir import Expr, Function, Var
from adcompile.kinds import Array, Items, Kind, Many, Scalar, Unknown, dims
from adcompile.loading import Module
from adcompile.native import lists, loops
from adcompile.native.boundary import Native

FASTMATH = ("reassoc", "contract", "nsz")


# The functions of `runtime` that native code has in a form of its own.
_NATIVE = {
    f"runtime.{name}": f"containers.{name}" for name in ("add", "zeros", "copied", "derivative")
}


class Program(Protocol):
    """The functions of a native gradient, see `differentiate.Program`."""

    pairs: Sequence[Any]
    main: Function
    around: Function | None


def module(program: Program, fastmath: bool) -> Module:
    """The text of a native gradient and of the functions that it calls.

    Args:
        program: its functions.
        fastmath: whether sums may be taken in any order.
    """
    outside = emit.Outside()
    main, around = program.main, program.around
    functions = emit.arrange(main, program.pairs, outside)
    name = main.name
    if around is not None:
        around.name = name = outside.claim(around.name, around)
        _called(around, main.name)
        functions = [*functions, around]
    outside.imports.member("numba", "njit", "njit")
    for function in functions:
        _name(function)
        _mark_absent(function)
    nodes = emit.trees(functions, outside, placeholder)
    python = {node.name for node, f in zip(nodes, functions, strict=True) if f is around}
    nodes = _once_each(nodes, {main.name, *python})
    codes = _Codes(nodes)
    written_out = _called_once(nodes) - {main.name}
    for node in nodes:
        if node.name not in python:
            codes.visit(node)
            node.decorator_list = [_decorator(fastmath, node.name in written_out)]
    outside.helpers = {alias: _NATIVE.get(path, path) for alias, path in outside.helpers.items()}
    result = emit.assembled(name, text_of(nodes), outside, codes.constants())
    result.native = True
    return result


def _name(function: Function) -> None:
    """Call temporaries by what they are: to numba a name has one type."""
    for statement in ir.walk(function.body):
        for var in (*ir.defined(statement), *(carry.inner for carry in ir.carries(statement))):
            if var.hint is None:
                var.hint = _hint(var.kind)
            elif var.hint == "d_t":
                var.hint = f"d_{_hint(var.kind) or 't'}"
    _tell_apart(function)


def _tell_apart(function: Function) -> None:
    """Let arrays of other numbers than those that have their name already have another one."""
    known: dict[str, str] = {}
    found = [*function.params]
    for statement in ir.walk(function.body):
        found += [*ir.defined(statement), *(carry.inner for carry in ir.carries(statement))]
    for var in found:
        kind = var.kind
        if not isinstance(kind, Array) or not kind.dims or kind.dtype is None or not var.hint:
            continue
        numbers = kind.dtype.kind
        if known.setdefault(var.hint, numbers) != numbers:
            var.hint = f"{var.hint}_{_WORDS.get(numbers, numbers)}"


_WORDS = {"b": "mask", "i": "places", "f": "values", "c": "complex"}


def _mark_absent(function: Function) -> None:
    """Let `None` for a number or an array, which nothing reads, be no value at all, in place."""

    def marked(var: Var, value: Expr) -> Expr:
        absent = value == ir.Const(None) and isinstance(var.kind, (Scalar, Array))
        return ir.UNSET if absent else value

    for statement in ir.walk(function.body):
        for merge in statement.merges if isinstance(statement, ir.If) else ():
            merge.then, merge.orelse = (marked(merge.out, v) for v in (merge.then, merge.orelse))
        for carry in ir.carries(statement):
            carry.init = marked(carry.inner, carry.init)


def _hint(kind: Kind) -> str | None:
    if isinstance(kind, Items):
        return "parts"
    rank = len(dims(kind) or ())
    if rank:
        return ("v", "m")[rank - 1] if rank < 3 else "a"
    return "n" if isinstance(kind, Scalar) and kind.type is int else None


def placeholder(var: Var) -> Expr:
    """What stands in for a value that a path does not have, and that nothing reads there: numba
    wants values of one type."""
    kind = var.kind
    if isinstance(kind, Scalar):
        return ir.Const(kind.type(0))
    if isinstance(kind, Items):
        return ir.Apply(kind.type.__name__, tuple(map(lists.blank, kind.items)))
    if isinstance(kind, Many) and kind.type is list and not isinstance(kind.element, Unknown):
        return lists.blank(kind)
    if not isinstance(kind, Array) or kind.dims is None or kind.dtype is None:
        return ir.UNSET
    if not kind.dims:
        return ir.Const(kind.dtype.type(0).item())
    shape: Expr = ir.Apply("tuple", tuple(ir.Const(0) for _ in kind.dims))
    dtype = () if kind.dtype == np.float64 else (loops.dtype_ref(kind.dtype),)
    return ir.Apply("numpy.empty", (shape, *dtype))


def _called(around: Function, name: str) -> None:
    """Let the Python function call the native one by its name."""
    for statement in around.body:
        for expr in ir.expressions(statement):
            callee = expr.args[0] if isinstance(expr, ir.Apply) and expr.op == "call" else None
            if isinstance(callee, ir.Ref) and isinstance(callee.target, tuple):
                native = callee.target[0]
                assert isinstance(native, Native)
                native.label["native"] = name


def _once_each(nodes: Sequence[ast.FunctionDef], kept: Collection[str]) -> list[ast.FunctionDef]:
    """The functions without those that do what an earlier one does: they were made for other
    lengths, and numba takes seconds for each."""
    nodes = list(nodes)
    while True:
        first: dict[str, str] = {}
        names = {node.name: first.setdefault(_done(node), node.name) for node in nodes}
        same = {name: other for name, other in names.items() if name != other and name not in kept}
        if not same:
            return nodes
        nodes = [node for node in nodes if node.name not in same]
        for call in (inner for node in nodes for inner in ast.walk(node)):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                call.func.id = same.get(call.func.id, call.func.id)


def _done(node: ast.FunctionDef) -> str:
    """What a function does, whatever it is called."""
    done = ast.dump(node)
    for before in ("FunctionDef(name=", "func=Name(id="):
        done = done.replace(f"{before}'{node.name}'", f"{before}''")
    return done


def _called_once(nodes: Sequence[ast.FunctionDef]) -> set[str]:
    """The functions without loops and calls of others that are called in one place: written out
    there they take half the time. What has loops has no gain, and is longer to compile."""
    calls = {node.name: Counter(map(_callee, ast.walk(node))) for node in nodes}
    total: Counter[str | None] = Counter()
    for names in calls.values():
        total.update(names)
    return {
        node.name
        for node in nodes
        if total[node.name] == 1
        and not any(isinstance(inner, (ast.For, ast.While)) for inner in ast.walk(node))
        and not calls.keys() & calls[node.name].keys()
    }


def _callee(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id
    return None


def _decorator(fastmath: bool, once: bool) -> ast.expr:
    """`@njit(...)`."""
    keywords = [
        ast.keyword("error_model", ast.Constant("numpy")),
        ast.keyword("nogil", ast.Constant(True)),
    ]
    if once:
        keywords.append(ast.keyword("forceinline", ast.Constant(True)))
    if fastmath:
        flags: list[ast.expr] = [ast.Constant(flag) for flag in FASTMATH]
        keywords.append(ast.keyword("fastmath", ast.Set(flags)))
    return ast.Call(ast.Name("njit", ast.Load()), [], keywords)


class _Codes(ast.NodeTransformer):
    """Numbers in the place of the words that say how control has left a loop: numba takes seconds
    to compile a comparison of texts.

    Args:
        functions: the functions, whose names the codes leave alone.
    """

    def __init__(self, functions: Sequence[ast.FunctionDef]) -> None:
        nodes = [node for function in functions for node in ast.walk(function)]
        self._taken = {node.id for node in nodes if isinstance(node, ast.Name)}
        self._taken |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        self._known: dict[str, str] = {}

    def constants(self) -> list[str]:
        """The definitions of the codes."""
        return [f"{name} = {number}" for number, name in enumerate(self._known.values())]

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if type(node.value) is not str:
            return node
        if node.value not in self._known:
            self._known[node.value] = self._name(node.value)
        return ast.Name(self._known[node.value], ast.Load())

    def _name(self, word: str) -> str:
        base = re.sub(r"\W+", "_", word).upper()
        base = base if base.isidentifier() else f"WORD_{base}"
        name, number = base, 0
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._taken.add(name)
        return name

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """What functions of NumPy's are told stays as it is."""
        if isinstance(node.func, ast.Attribute):
            node.args = [
                arg if isinstance(arg, ast.Constant) else self.visit(arg) for arg in node.args
            ]
            for keyword in node.keywords:
                if not isinstance(keyword.value, ast.Constant):
                    keyword.value = self.visit(keyword.value)
            return node
        self.generic_visit(node)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        is_doc = isinstance(node.value, ast.Constant)
        return node if is_doc else ast.Expr(self.visit(node.value))
