"""Lower `with` and `try`: the settings of NumPy's errors, and what is kept whole."""

from __future__ import annotations

import ast

import numpy as np

from adcompile.errors import RefusedError
from adcompile.lower import effects, expressions, statements
from adcompile.lower.frame import Frame
from adcompile.source.through import CONTEXT, is_passive, parts

# What `np.errstate` may be told of each kind of error, so that values stay what they are.
_QUIET = ("ignore", "warn")
KINDS = ("divide", "over", "under", "invalid")


class WritesInsideError(RefusedError):
    """What a statement that would be kept whole calls writes."""


def enters(frame: Frame, node: ast.expr) -> bool:
    """Whether a statement stands for the beginning of a `with`; if so it is lowered."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return False
    if node.func.id != CONTEXT:
        return False
    context = node.args[0]
    settings = _settings(frame, context)
    if settings is None:
        raise frame.refuse(
            context,
            "this context may change what its body computes",
            "move it around the call; `np.errstate` is known",
        )
    _enter(frame, settings)
    return True


def enters_all(frame: Frame, node: ast.With | ast.Try) -> bool:
    """Whether the body of a `with` can stand for it; if so its contexts are entered."""
    if isinstance(node, ast.Try) or any(item.optional_vars is not None for item in node.items):
        return False
    settings = [_settings(frame, item.context_expr) for item in node.items]
    if None in settings:
        return False
    for known in filter(None, settings):
        _enter(frame, known)
    return True


def _enter(frame: Frame, settings: dict[str, str]) -> None:
    # The whole function gets them, forward and backward: to ignore wins over to warn.
    known = frame.build.settings
    for kind, setting in settings.items():
        known[kind] = setting if known.get(kind) != "ignore" else "ignore"


def _settings(frame: Frame, context: ast.expr) -> dict[str, str] | None:
    """What `np.errstate(...)` sets; None for any other context."""
    if not isinstance(context, ast.Call) or not isinstance(context.func, (ast.Name, ast.Attribute)):
        return None
    callee = expressions.lower(frame, context.func)
    if getattr(callee, "target", None) is not np.errstate or context.args:
        return None
    settings: dict[str, str] = {}
    for keyword in context.keywords:
        value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
        if value not in _QUIET or keyword.arg not in ("all", *KINDS):
            raise frame.refuse(
                keyword.value,
                "inside a differentiated function, `np.errstate` can only ignore and warn",
                'write "ignore" or "warn"',
            )
        names = KINDS if keyword.arg == "all" else (str(keyword.arg),)
        settings |= {
            kind: str(value) for kind in names if keyword.arg != "all" or kind not in settings
        }
    return settings


def check_kept(frame: Frame, node: ast.With | ast.Try) -> None:
    """Refuse a `with` or `try` that cannot be kept whole."""
    name = "with" if isinstance(node, ast.With) else "try"
    if not is_passive(parts(node)):
        raise frame.refuse(
            node,
            f"this `{name}` does more than print and the like, so it cannot be differentiated yet",
            "move it around the call",
        )
    given = {
        inner.id
        for item in getattr(node, "items", [])
        if item.optional_vars is not None
        for inner in ast.walk(item.optional_vars)
        if isinstance(inner, ast.Name)
    }
    given |= {handler.name for handler in getattr(node, "handlers", []) if handler.name}
    for name in given:
        uses = [n for n in ast.walk(frame.source.node) if _names(n, name)]
        own = [n for n in ast.walk(node) if _names(n, name)]
        if len(uses) != len(own):
            raise frame.refuse(node, f"`{name}` is used outside this statement as well")
    for item in getattr(node, "items", []):
        _check_context(frame, item.context_expr)
    for statement in parts(node):
        if isinstance(statement, (ast.With, ast.Try)):
            check_kept(frame, statement)
        else:
            before = dict(frame.heap.versions)
            statements.look_into(frame, statement)
            if frame.heap.versions != before:
                frame.heap.versions = before
                raise WritesInsideError(
                    "a call inside a statement that is kept writes into an array",
                    "call it on a line of its own, outside",
                    frame.source.span(statement),
                )
            effects.check_kept(frame, statement)
            _check_call(frame, statement)


def _check_call(frame: Frame, statement: ast.stmt) -> None:
    """Refuse a call for its effect with something that it could change."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or effects.is_shown(call):
        return
    for node in ast.walk(call):
        value = frame.env.get(node.id) if isinstance(node, ast.Name) else None
        if value is not None and not effects.is_immutable(frame.kind(value)):
            raise frame.refuse(
                node,
                "a call inside a statement that is kept might change this",
                "call it on a line of its own, outside",
            )


def _check_context(frame: Frame, context: ast.expr) -> None:
    """Refuse a context that may change a value."""
    for node in ast.walk(context):
        if isinstance(node, ast.Call) and not _is_of_python(frame, node):
            effects.check_kept(frame, ast.copy_location(ast.Return(node), node))


# Modules whose contexts change no value of a calculation.
_MODULES = ("contextlib", "warnings", "io", "_io")


def _is_of_python(frame: Frame, node: ast.Call) -> bool:
    target = effects.resolved(frame, node.func)
    return getattr(target, "__module__", None) in _MODULES


def _names(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
