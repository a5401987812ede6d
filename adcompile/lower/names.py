"""Names: unpacking with a star, `del`, `import` inside a function."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import sys
import types
from typing import Any

from adcompile.ir import Apply, Expr
from adcompile.lower import arguments, container_methods, containers, expressions, statements
from adcompile.lower.frame import Frame


def bind_starred(frame: Frame, node: ast.AST, parts: list[ast.expr], value: Expr) -> None:
    """`a, *b, c = value`: the starred name is a list of what the others leave."""
    elements = arguments.spread(frame, node, value)
    position = next(i for i, part in enumerate(parts) if isinstance(part, ast.Starred))
    after = len(parts) - position - 1
    middle = elements[position : len(elements) - after]
    if len(elements) < len(parts) - 1:
        raise frame.refuse(
            node, f"{len(elements)} values cannot be unpacked into {len(parts) - 1} names and more"
        )
    rest = containers.identified(frame, Apply("list", tuple(middle)))
    taken = [*elements[:position], rest, *elements[len(elements) - after :]]
    for part, element in zip(parts, taken, strict=True):
        statements.bind(frame, part.value if isinstance(part, ast.Starred) else part, element)


def lower_delete(frame: Frame, node: ast.Delete) -> None:
    """`del name`."""
    for target in node.targets:
        if isinstance(target, ast.Subscript):
            container_methods.delete(frame, target)
            continue
        if not isinstance(target, ast.Name):
            raise frame.refuse(
                target,
                "`del` changes an object in place, which cannot be differentiated yet",
                "build a new one without it",
            )
        if target.id not in frame.env or target.id in frame.shared:
            raise frame.refuse(target, f"`{target.id}` cannot be deleted here", "leave it out")
        del frame.env[target.id]


# ----- imports -----


def lower_import(frame: Frame, node: ast.Import) -> None:
    """`import module` inside a function."""
    for alias in node.names:
        module = _module(frame, node, alias.name)
        root = alias.name.partition(".")[0]
        target = module if alias.asname else _module(frame, node, root)
        frame.env[alias.asname or root] = expressions.reference(alias.asname or root, target)


def lower_import_from(frame: Frame, node: ast.ImportFrom) -> None:
    """`from module import name` inside a function."""
    path = "." * node.level + (node.module or "")
    if node.level:
        package = getattr(frame.source.function, "__globals__", {}).get("__package__")
        try:
            path = importlib.util.resolve_name(path, package or "")
        except ImportError:
            raise _unknown(frame, node, path) from None
    module = _module(frame, node, path)
    for alias in node.names:
        if alias.name == "*":
            raise frame.refuse(node, "`import *` inside a function cannot be differentiated")
        place = ast.copy_location(
            ast.Attribute(ast.Name("", ast.Load()), alias.name, ast.Load()), node
        )
        value = expressions.member(frame, place, expressions.reference(path, module))
        frame.env[alias.asname or alias.name] = value


def _module(frame: Frame, node: ast.AST, path: str) -> types.ModuleType:
    """A module: NumPy, SciPy or `math`, or one that has been imported already; importing another
    one may do anything."""
    found: Any = sys.modules.get(path)
    if path.partition(".")[0] in ("numpy", "math", "scipy"):
        try:
            found = importlib.import_module(path)
        except ImportError:
            found = None
    elif frame.source.function is None:
        found = None
    if not isinstance(found, types.ModuleType):
        raise _unknown(frame, node, path)
    return found


def _unknown(frame: Frame, node: ast.AST, path: str) -> Exception:
    return frame.refuse(
        node, f"`{path}` is not imported while compiling", "import it at the top of the file"
    )
