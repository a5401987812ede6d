"""The helper with which generated code checks itself."""

from __future__ import annotations

from adcompile.kinds import NONE
from adcompile.rules.infer import constant
from adcompile.rules.registry import Rule

RULES: tuple[Rule, ...] = (
    Rule("checks.finite", "x, label, file, line, column, end", constant(NONE), cost=3),
)
