"""What the names of a file are bound to, read off its syntax tree: the file is never executed."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from adcompile.records import record


@record
class Imported:
    """A name that an import binds; `path` is the dotted name of what it imports."""

    name: str
    path: str
    node: ast.stmt


@record
class Defined:
    """The name of a function or class."""

    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@record
class Assigned:
    """A name to which the value of an expression is assigned."""

    name: str
    value: ast.expr
    node: ast.stmt


@record
class Other:
    """A name that is bound in a way that is not followed: a loop, `with`, `+=`, `global`."""

    name: str
    node: ast.stmt


Binding = Imported | Defined | Assigned | Other

STAR = "*"


def of_module(tree: ast.Module) -> dict[str, list[Binding]]:
    """Every binding of every name at the top level of a file.

    Args:
        tree: the file; statements inside its `if`, `try`, `with`, `for` and `while` count too.

    Returns:
        The bindings by name, in the order of the text. `STAR` stands for the names of a
        `from module import *`.
    """
    found: dict[str, list[Binding]] = {}
    for binding in _of_block(tree.body):
        found.setdefault(binding.name, []).append(binding)
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            for name in node.names:
                found.setdefault(name, []).append(Other(name, node))
    return found


def _of_block(body: Sequence[ast.stmt]) -> Iterator[Binding]:
    for node in body:
        yield from _of_statement(node)
        for inner in _blocks(node):
            yield from _of_block(inner)


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return
    for field in ("body", "orelse", "finalbody"):
        inner = getattr(node, field, None)
        if isinstance(inner, list):
            yield inner
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body


def _of_statement(node: ast.stmt) -> Iterator[Binding]:
    match node:
        case ast.Import(names=names):
            for alias in names:
                root = alias.name.partition(".")[0]
                yield Imported(alias.asname or root, alias.name if alias.asname else root, node)
        case ast.ImportFrom(module=module, names=names, level=level):
            base = "." * level + (module or "")
            for alias in names:
                yield Imported(alias.asname or alias.name, f"{base}.{alias.name}", node)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield Defined(name, node)
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _of_target(target, value, node)
        case ast.AnnAssign(target=ast.Name() as target, value=ast.expr() as value):
            yield from _of_target(target, value, node)
        case ast.AnnAssign(value=None):
            return
        case _:
            yield from (Other(name, node) for name in _stored(_own_parts(node)))
            alias_name, alias_value = getattr(node, "name", None), getattr(node, "value", None)
            if isinstance(alias_name, ast.Name) and isinstance(alias_value, ast.expr):
                yield Assigned(alias_name.id, alias_value, node)  # type Matrix = ...


def _of_target(target: ast.expr, value: ast.expr, node: ast.stmt) -> Iterator[Binding]:
    match target, value:
        case ast.Name(id=name), _:
            yield Assigned(name, value, node)
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            for part, element in zip(targets, values, strict=True):
                yield from _of_target(part, element, node)
        case _:
            yield from (Other(name, node) for name in _stored([target]))


def _own_parts(node: ast.stmt) -> list[ast.AST]:
    """The parts of a statement that are not statements themselves."""
    return [
        child
        for child in ast.iter_child_nodes(node)
        if not isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case))
        and child is not getattr(node, "name", None)
    ]


def _stored(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for root in nodes:
        for node in ast.walk(root):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                yield node.id


def local_names(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> set[str]:
    """The names that a function binds itself: parameters, assignments, definitions."""
    found: set[str] = set()
    declared: set[str] = set()
    for inner in ast.walk(node):
        match inner:
            case ast.arg(arg=name):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) if inner is not node:
                found.add(name)
            case ast.Global(names=names):
                declared.update(names)
    return found - declared


# Methods that change the object they belong to.
IN_PLACE = frozenset(
    {
        "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update",
        "setdefault", "fill", "put", "itemset", "resize", "partition", "setflags", "add",
        "discard", "popitem", "setfield", "byteswap",
    }
)  # fmt: skip
_LOOKING = frozenset({"print", "len", "repr", "str", "isinstance"})


def changed(tree: ast.Module) -> set[str]:
    """The names of the file whose values may be changed in place somewhere in it."""
    found: set[str] = set()
    _find_changed(tree, frozenset(), found)
    return found


def _find_changed(node: ast.AST, hidden: frozenset[str], found: set[str]) -> None:
    """Collect changes below a node; `hidden` are the names that functions around it bind."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        hidden = hidden | local_names(node)
    changes = (name for target in _changes(node) for name in _root(target))
    found.update(name for name in changes if name not in hidden)
    for child in ast.iter_child_nodes(node):
        _find_changed(child, hidden, found)


def _changes(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions whose values one node changes."""
    match node:
        case ast.Subscript(ctx=ast.Store() | ast.Del()):
            yield node
        case ast.Attribute(ctx=ast.Store() | ast.Del()):
            yield node
        case ast.Call(func=function, keywords=keywords):
            yield from (keyword.value for keyword in keywords if keyword.arg == "out")
            if isinstance(function, ast.Attribute) and function.attr in IN_PLACE:
                yield function.value
        case ast.Expr(value=ast.Call(func=function, args=args)):
            # A call whose result is thrown away is there for what it does to its arguments.
            if not (isinstance(function, ast.Name) and function.id in _LOOKING):
                yield from args


def _root(node: ast.expr) -> Iterator[str]:
    while isinstance(node, (ast.Subscript, ast.Attribute, ast.Starred)):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
