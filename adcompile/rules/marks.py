"""What is no operation at run time, and tells where derivatives go."""

from __future__ import annotations

from adcompile.rules.infer import same
from adcompile.rules.registry import Rule

RULES: tuple[Rule, ...] = (Rule("stop_gradient", "value", same("value"), {}, cost=0, fresh=False),)
