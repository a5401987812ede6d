"""Text of rules, on its way into IR."""

from __future__ import annotations

import ast
import importlib
import math
from functools import cache
from typing import Any

import numpy as np

from adcompile import libraries, runtime
from adcompile.source import Guard, Source

_NAMES = {
    "np": np,
    "math": math,
    "runtime": runtime,
    **{f.__name__: f for f in (list, len, min, max, float, complex, zip, bool)},
}
# Modules of SciPy, which is imported where its rules are used.
_SCIPY = {name.partition(".")[2]: name for name in libraries.MODULES}


class RuleScope:
    """The names that a rule may use besides its parameters."""

    def lookup(self, name: str) -> Any:
        return importlib.import_module(_SCIPY[name]) if name in _SCIPY else _NAMES[name]

    def guard(self, name: str) -> Guard | None:
        return None


# Where the text of a rule stands, as far as anything does that asks for a place.
RULE = "<rule>"


@cache
def parsed(text: str) -> Source:
    """The expression of a rule as the body of a function."""
    node = ast.parse(text, RULE, "eval").body
    empty = ast.arguments([], [], None, [], [], None, [])
    return Source("rule", ast.Lambda(empty, node), RULE, (text,), 0, RuleScope(), {})
