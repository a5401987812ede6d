"""The text of native functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any, Protocol

from adcompile import emit, ir
from adcompile.emit.printer import text_of
from adcompile.ir import Function
from adcompile.loading import Module
from adcompile.native.boundary import Native

FASTMATH = ("reassoc", "contract", "nsz")


class Program(Protocol):
    """The functions of a native gradient, see `differentiate.Program`."""

    pairs: Sequence[Any]
    main: Function
    around: Function | None
    checked: list[Function]


def module(program: Program, fastmath: bool) -> Module:
    """The text of a native gradient and of the functions that it calls.

    Args:
        program: its functions.
        fastmath: whether sums may be taken in any order.
    """
    outside = emit.Outside()
    main, around = program.main, program.around
    functions = emit.arrange(main, program.pairs, outside)
    checked = [function in program.checked for function in functions]
    name = main.name
    if around is not None:
        around.name = name = outside.claim(around.name, around)
        _called(around, main.name)
        functions = [*functions, around]
    outside.imports.member("numba", "njit", "njit")
    nodes = emit.trees(functions, outside)
    codes = _Codes()
    for node, is_checked in zip(nodes, checked, strict=False):
        codes.visit(node)
        node.decorator_list = [_decorator(is_checked, fastmath)]
    result = emit.assembled(name, text_of(nodes), outside, codes.constants())
    result.native = True
    return result


def _called(around: Function, name: str) -> None:
    """Let the Python function call the native one by its name."""
    for statement in around.body:
        for expr in ir.expressions(statement):
            callee = expr.args[0] if isinstance(expr, ir.Apply) and expr.op == "call" else None
            if isinstance(callee, ir.Ref) and isinstance(callee.target, tuple):
                native = callee.target[0]
                assert isinstance(native, Native)
                native.label["native"] = name


def _decorator(checked: bool, fastmath: bool) -> ast.expr:
    """`@njit(...)`."""
    keywords = [ast.keyword("error_model", ast.Constant("numpy"))]
    if checked:
        keywords.append(ast.keyword("boundscheck", ast.Constant(True)))
    if fastmath:
        flags: list[ast.expr] = [ast.Constant(flag) for flag in FASTMATH]
        keywords.append(ast.keyword("fastmath", ast.Set(flags)))
    return ast.Call(ast.Name("njit", ast.Load()), [], keywords)


class _Codes(ast.NodeTransformer):
    """Numbers in the place of the words that say how control has left a loop: numba takes seconds
    to compile a comparison of texts."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def constants(self) -> list[str]:
        """The definitions of the codes."""
        return [f"{name} = {number}" for number, name in enumerate(self._known.values())]

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if type(node.value) is not str:
            return node
        word = re.sub(r"\W+", "_", node.value).upper()
        name = self._known.setdefault(node.value, word)
        return ast.Name(name, ast.Load())

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        is_doc = isinstance(node.value, ast.Constant)
        return node if is_doc else ast.Expr(self.visit(node.value))
