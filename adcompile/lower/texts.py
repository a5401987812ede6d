"""Formatted strings of values that are not differentiated."""

from __future__ import annotations

import ast

from adcompile.ir import Const, Expr
from adcompile.lower import expressions
from adcompile.lower.frame import Frame
from adcompile.rules.registry import static_value

_PLAIN = (bool, int, str)


def lower_formatted(frame: Frame, node: ast.JoinedStr) -> Expr:
    """`f"..."`: a literal where its parts are known, else `"...".format(...)`."""
    template, values = _template(frame, node)
    for value in values:
        if frame.varied(value):
            raise frame.refuse(
                node,
                "a formatted string makes a text of a value that is differentiated",
                "use the number",
            )
    found = [static_value(frame.kind(value)) for value in values]
    if all(known and isinstance(value, _PLAIN) for known, value in found):
        return Const(template.format(*(value for _, value in found)))
    return frame.apply(node, "ndarray.format", Const(template), *values)


def _template(frame: Frame, node: ast.JoinedStr) -> tuple[str, list[Expr]]:
    """The text with braces, and what stands in them."""
    text, values = "", []
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value).replace("{", "{{").replace("}", "}}")
            continue
        assert isinstance(part, ast.FormattedValue)
        values.append(expressions.lower(frame, part.value))
        text += "{" + (f"!{chr(part.conversion)}" if part.conversion > 0 else "")
        if isinstance(part.format_spec, ast.JoinedStr):
            inner, more = _template(frame, part.format_spec)
            text += f":{inner}"
            values += more
        text += "}"
    return text, values
