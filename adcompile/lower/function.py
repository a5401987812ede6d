"""Lower a whole function."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from adcompile import ir
from adcompile.builder import Builder
from adcompile.ir import Const, Var
from adcompile.kinds import Array, Kind
from adcompile.lower import expressions, statements
from adcompile.lower.frame import Frame
from adcompile.lower.session import Session, Specialised
from adcompile.source import Source


@dataclass(frozen=True, slots=True)
class Lowered:
    """A function as IR.

    Attributes:
        body: the IR.
        result: the kind of its result.
        varied: whether the result depends on what is differentiated.
        returns: the kinds of the values that it returns on its different paths.
    """

    body: ir.Function
    result: Kind
    varied: bool
    returns: tuple[Kind, ...]


def lower_function(session: Session, spec: Specialised) -> Lowered:
    """Lower a function for the kinds of its arguments."""
    source = spec.source
    build = Builder()
    names = list(source.signature.parameters)
    _refuse_module_names(source, names)
    params = [
        Var(name, kind, varied, named=True)
        for name, kind, varied in zip(names, spec.kinds, spec.varied, strict=True)
    ]
    for param in params:
        param.boxed = isinstance(param.kind, Array) and param.kind.dims == ()
        param.parts = spec.parts.get(param.hint or "")
    frame = Frame(session, source, build, dict(zip(names, params, strict=True)))
    result = _lower_body(frame, source)
    function = ir.Function(source.name, params, build.block, result, settings=build.settings)
    return Lowered(function, build.kind(result), build.varied(result), tuple(frame.returns))


def _refuse_module_names(source: Source, names: list[str]) -> None:
    """The text needs NumPy and some builtins by their names, and parameters keep theirs."""
    for name in _NEEDED:
        if name in names:
            raise source.refuse(
                source.node,
                f"a parameter is called `{name}`, a name that the gradient's text needs itself",
                "rename the parameter",
            )


_NEEDED = ("np", "math", "range", "reversed", "len", "float", "tuple")


def _lower_body(frame: Frame, source: Source) -> ir.Expr:
    if isinstance(source.node, ast.Lambda):
        frame.build.span = source.span(source.node.body)
        return expressions.lower(frame, source.node.body)
    result = statements.lower_body(frame, source.node.body)
    if result is None:
        result = Const(None)
    return result
