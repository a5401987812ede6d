"""Lower calls of `fixed_point` and `root`: the equation is lowered as a function of the solution
and of the parameters, for what it is to be differentiated by."""

from __future__ import annotations

import ast
import types
from typing import Any

from adcompile.ir import Expr, Ref
from adcompile.kinds import (
    Array,
    Kind,
    Resolved,
    Scalar,
    carries_derivative,
    dims,
    forget_value,
    is_complex,
)
from adcompile.lower import arguments, library_calls, marks, user_calls
from adcompile.lower.fits import is_similar, misfit
from adcompile.lower.frame import Frame
from adcompile.lower.heap import ArgumentWrittenError
from adcompile.lower.session import ReturnsFunctionError, Specialised
from adcompile.records import record
from adcompile.source import Source

_OPTIONS = ("tol", "steps")


@record(eq=False)
class Implicit:
    """What is called where the solution of an equation is differentiated.

    Attributes:
        name: `fixed_point` or `root`.
        spec: the function of the equation, lowered for the solution and the parameters.
        shares: whether the solution may share memory with an argument.
    """

    name: str
    spec: Specialised
    shares: bool

    @property
    def called(self) -> str:
        """What the text calls."""
        return f"runtime.{self.name}"


def lower(
    name: str, frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """`fixed_point(f, x, *params)` or `root(f, x, *params)`."""
    if len(args) < 2 or not kwargs.keys() <= {*_OPTIONS}:
        raise frame.refuse(
            node, f"this call of `{name}` does not fit", "give it a function, a start, parameters"
        )
    if any(map(frame.varied, kwargs.values())):
        raise frame.refuse(node, "the tolerance is differentiated", "pass a constant")
    function, start, *params = args
    source, target = _source(frame, node, name, function)
    # Where the search starts does not matter to where it ends.
    start = marks.lower_stop(frame, node, [start], {})
    if any(map(frame.varied, params)):
        spec, kind = _specialised(frame, node, name, source, start, params)
        callee = Ref(name, Implicit(name, spec, name == "fixed_point" and spec.shares), kind)
    else:
        callee = Ref(name, f"runtime.{name}", forget_value(frame.kind(start)))
    equation = Ref(getattr(function, "name", source.name), target, Resolved(target))
    return frame.apply(node, "opaque", callee, equation, start, *params, **kwargs)


def _source(frame: Frame, node: ast.AST, name: str, function: Expr) -> tuple[Source, Any]:
    kind = frame.kind(function)
    target = kind.target if isinstance(kind, Resolved) else None
    if isinstance(target, (types.FunctionType, Source)) and library_calls.dotted(target) is None:
        return frame.session.source_of(target), target
    raise frame.refuse(
        node,
        f"the function that `{name}` is given is not one defined outside",
        "define it at the top of the file, and pass what it captures as parameters",
    )


def _specialised(
    frame: Frame, node: ast.AST, name: str, source: Source, start: Expr, params: list[Expr]
) -> tuple[Specialised, Kind]:
    """The function lowered for a solution of the kind that it returns, and this kind."""
    kind = forget_value(frame.kind(start))
    if not isinstance(kind, (Scalar, Array)):
        raise frame.refuse(node, "the start is no number or array", "start from an array")
    if not carries_derivative(kind):
        raise frame.refuse(node, "the start is an integer", "start from a float")
    if name == "root" and is_complex(kind):
        raise frame.refuse(
            node,
            "a root is found by real steps, and this is complex",
            "solve for the real and imaginary parts",
        )
    bound = arguments.bind(frame, node, source, [start, *params], {})
    if list(bound.values()) != [start, *params]:
        raise frame.refuse(
            node,
            f"`{source.name}` has more parameters than `{name}` is given, or takes any number",
            "give it each of them",
        )
    shape = dims(kind)
    if name == "root" and (shape is None or len(shape) > 1):
        raise frame.refuse(
            node,
            "a root is one number or an array of one axis, and this is not known to be one",
            "start from such an array, annotated if the file is only read",
        )
    flags = (True, *(frame.varied(value) for value in [*bound.values()][1:]))
    try:
        spec, _ = user_calls.specialised(frame, source, bound, flags)
    except (ArgumentWrittenError, ReturnsFunctionError):
        spec = None
    if spec is None or spec.writes or user_calls.has_effects(spec):
        raise frame.refuse(
            node,
            f"`{source.name}` does more than return a value, and `{name}` calls it often",
            "let it return a new array, and do nothing else",
        )
    reason = misfit(kind, spec.result)
    if reason is None and shape is not None and not is_similar(kind, spec.result):
        reason = "is of a shape that is not known while compiling"
    if reason is not None:
        raise frame.refuse(
            node, f"what `{source.name}` returns {reason}", "let it return what it takes first"
        )
    return spec, kind
