"""Rules as text become IR: a pullback is lowered with its names bound to the call's values."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from adcompile.builder import Builder
from adcompile.ir import Expr
from adcompile.lower import Session, expressions
from adcompile.lower.frame import Frame
from adcompile.lower.rule_text import parsed

_SESSION = Session()


def expand(build: Builder, text: str, names: Mapping[str, Expr]) -> Expr:
    """The value of a rule's expression.

    Args:
        build: where its operations go.
        text: the expression.
        names: the values of `g`, `y` and the parameters.
    """
    source = parsed(text)
    frame = Frame(_SESSION, source, build, dict(names), template=True)
    assert isinstance(source.node, ast.Lambda)
    return expressions.lower(frame, source.node.body)
