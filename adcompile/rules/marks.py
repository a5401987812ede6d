"""What is no operation at run time, and tells where derivatives go."""

from __future__ import annotations

from adcompile.errors import RefusedError
from adcompile.rules.infer import same
from adcompile.rules.registry import Call, Rule, Templates


def _refuse(call: Call) -> Templates:
    raise RefusedError(
        "a hook runs in the backward sweep, and forward mode has none",
        "differentiate in reverse mode, or leave `on_backward` out",
    )


def _refuse_twice(call: Call) -> Templates:
    raise RefusedError(*TWICE)


TWICE = (
    "the derivative of a fixed point is found by iteration, and cannot be differentiated again",
    "write it as the `root` of `f(x) - x`",
)


RULES: tuple[Rule, ...] = (
    Rule("stop_gradient", "value", same("value"), {}, cost=0, fresh=False),
    Rule(
        "on_backward",
        "value, hook, *captured",
        same("value"),
        {"value": "g"},
        pushforward=_refuse,
        cost=0,
        fresh=False,
    ),
    Rule("converged", "w", same("w"), {"w": "g"}, pushforward=_refuse_twice, cost=0, fresh=False),
)
