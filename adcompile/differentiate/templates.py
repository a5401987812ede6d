"""Rules as text become IR: a pullback is lowered with its names bound to the call's values."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from adcompile import runtime
from adcompile.builder import Builder
from adcompile.ir import Expr
from adcompile.lower import Session, expressions
from adcompile.lower.frame import Frame
from adcompile.source import Guard, Source

_NAMES = {"np": np, "math": math, "runtime": runtime, "list": list, "len": len}


class RuleScope:
    """The names that a rule may use besides its parameters."""

    def lookup(self, name: str) -> Any:
        return _NAMES[name]

    def guard(self, name: str) -> Guard | None:
        return None


@cache
def _parsed(text: str) -> Source:
    node = ast.parse(text, "<rule>", "eval").body
    empty = ast.arguments([], [], None, [], [], None, [])
    return Source("rule", ast.Lambda(empty, node), "<rule>", (text,), 0, RuleScope(), {})


_SESSION = Session()


def expand(build: Builder, text: str, names: Mapping[str, Expr]) -> Expr:
    """The value of a rule's expression.

    Args:
        build: where its operations go.
        text: the expression.
        names: the values of `g`, `y` and the parameters.
    """
    source = _parsed(text)
    frame = Frame(_SESSION, source, build, dict(names), template=True)
    assert isinstance(source.node, ast.Lambda)
    return expressions.lower(frame, source.node.body)
