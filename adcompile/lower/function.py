"""Lower a whole function."""

from __future__ import annotations

import ast

from adcompile import ir
from adcompile.builder import Builder
from adcompile.ir import Const, Var
from adcompile.kinds import Array, Kind
from adcompile.lower import control, expressions
from adcompile.lower.containers import anonymous
from adcompile.lower.frame import Frame
from adcompile.lower.heap import Heap, WritesError
from adcompile.lower.session import Session, Specialised
from adcompile.records import record
from adcompile.regions import FOREIGN, Roots
from adcompile.source import Source


@record
class Lowered:
    """A function as IR.

    Attributes:
        body: the IR.
        result: the kind of its result.
        varied: whether the result depends on what is differentiated.
        returns: the kinds of the values that it returns on its different paths.
        shares: whether the result may share memory with an argument.
        writes: the parameters whose arrays it writes to.
    """

    body: ir.Function
    result: Kind
    varied: bool
    returns: tuple[Kind, ...]
    shares: bool
    writes: tuple[str, ...]


def lower_function(session: Session, spec: Specialised) -> Lowered:
    """Lower a function for the kinds of its arguments."""
    try:
        return _lowered(session, spec, followed=False)
    except WritesError:
        return _lowered(session, spec, followed=True)


def _lowered(session: Session, spec: Specialised, followed: bool) -> Lowered:
    source = spec.source
    build = Builder(distinct=followed)
    names = list(source.signature.parameters)
    _refuse_module_names(source, names)
    params = [
        Var(name, kind, varied, named=True)
        for name, kind, varied in zip(names, spec.kinds, spec.varied, strict=True)
    ]
    for param in params:
        param.boxed = isinstance(param.kind, Array) and param.kind.dims == ()
        param.parts = spec.parts.get(param.hint or "")
    heap = Heap(followed, passed=frozenset(params))
    env = expressions.itself(source) | dict(zip(names, params, strict=True))
    frame = Frame(session, source, build, env, heap=heap)
    result = _lower_body(frame, source) if spec.write is None else spec.write(frame)
    function = ir.Function(source.name, params, build.block, result, settings=build.settings)
    if heap.identities:
        anonymous(function)
    return Lowered(
        function,
        build.kind(result),
        build.varied(result),
        tuple(frame.returns),
        FOREIGN in Roots(function, function.body).of(result),
        tuple(p.hint for p in params if p.hint and p in {m.initial for m in heap.written}),
    )


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
    result = control.lower_body(frame, source.node.body)
    if result is None:
        result = Const(None)
    return result
