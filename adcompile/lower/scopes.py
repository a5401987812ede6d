"""Which names belong to a scope: nested functions, classes and comprehensions have their own."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from adcompile.source.blocks import statements_of

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def walk_scope(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a scope, those of the scopes inside it left out.

    A nested function is among them, without what is in it but its decorators and defaults, and so
    is a comprehension, of which what it iterates over first and its `:=` belong to the scope.
    """
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        yield node
        if node._fields and not isinstance(node, ast.Name):
            stack += _of_the_same_scope(node)[::-1]


def _of_the_same_scope(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, _FUNCTIONS):
        defaults = (*node.args.defaults, *filter(None, node.args.kw_defaults))
        return [*defaults, *getattr(node, "decorator_list", ())]
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases]
    if isinstance(node, _COMPREHENSIONS):
        return [node.generators[0].iter, *_assigned_inside(node)]
    children: list[ast.AST] = []
    for name in node._fields:  # as `ast.iter_child_nodes`, in half its time
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            children.append(value)
        elif isinstance(value, list):
            children += [item for item in value if isinstance(item, ast.AST)]
    return children


def _assigned_inside(node: ast.AST) -> Iterator[ast.AST]:
    """The targets of `:=` in a comprehension, which belong to the function around it."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.NamedExpr):
            yield inner.target


def stored(nodes: Iterable[ast.AST]) -> list[str]:
    """The names that statements bind, in order."""
    return _bound_by(walk_scope(nodes))


def _bound_by(nodes: Iterable[ast.AST]) -> list[str]:
    found: list[str] = []
    for node in nodes:
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                found.append(node.id)
        elif isinstance(node, ast.FunctionDef):
            found.append(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found += [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    return list(dict.fromkeys(found))


def rebound(nodes: Iterable[ast.AST]) -> tuple[list[str], set[str]]:
    """The names that statements bind, in order, and which of them they bind by nothing but `a += b`
    and the like."""
    nodes = list(walk_scope(nodes))
    names = _bound_by(nodes)
    updated = {n.target for n in nodes if isinstance(n, ast.AugAssign)}
    others = _bound_by(n for n in nodes if n not in updated)
    by_update = {n.id for n in updated if isinstance(n, ast.Name)}
    return names, by_update.difference(others)


def root_of(node: ast.expr) -> str | None:
    """The variable from which an object is reached."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def body_of(node: ast.FunctionDef | ast.Lambda) -> list[ast.AST]:
    """What a function runs."""
    return [node.body] if isinstance(node, ast.Lambda) else list(node.body)


def parameters(node: ast.FunctionDef | ast.Lambda) -> list[str]:
    """The names of a function's parameters."""
    a = node.args
    given = [*a.posonlyargs, *a.args, a.vararg, *a.kwonlyargs, a.kwarg]
    return [parameter.arg for parameter in given if parameter is not None]


def declared(node: ast.FunctionDef | ast.Lambda) -> dict[str, ast.AST]:
    """The names that a function declares `nonlocal`, with the declarations."""
    return {
        name: inner
        for inner in walk_scope(body_of(node))
        if isinstance(inner, ast.Nonlocal)
        for name in inner.names
    }


def declared_inside(node: ast.AST) -> list[str]:
    """The names that functions inside a function declare `nonlocal`."""
    found = (inner.names for inner in statements_of(node) if isinstance(inner, ast.Nonlocal))
    return sorted({name for names in found for name in names})


def local_names(node: ast.FunctionDef | ast.Lambda) -> set[str]:
    """The names that a function binds in its own scope."""
    nodes = list(walk_scope(body_of(node)))
    declared = (inner.names for inner in nodes if isinstance(inner, (ast.Global, ast.Nonlocal)))
    return {*parameters(node), *_bound_by(nodes)}.difference(*declared)


def is_bound_once(node: ast.FunctionDef | ast.Lambda, name: str) -> bool:
    """Whether a function gives a name its value once and for all."""
    times = parameters(node).count(name)
    for inner in walk_scope(body_of(node)):
        match inner:
            case ast.Name(id=found) if found == name and not isinstance(inner.ctx, ast.Load):
                times += 1
            case ast.FunctionDef(name=found) if found == name:
                times += 1
            case ast.For() | ast.While() if name in stored([inner]):
                return False
    return times == 1 and name not in declared_inside(node)


def has_early_return(node: ast.FunctionDef | ast.Lambda) -> bool:
    """Whether a function may return before the last of its statements."""
    last = body_of(node)[-1]
    return any(
        isinstance(inner, ast.Return) and inner is not last for inner in walk_scope(body_of(node))
    )


def is_generator(node: ast.FunctionDef | ast.Lambda) -> bool:
    """Whether a function yields."""
    return any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in walk_scope(body_of(node)))


def free_identifier(node: ast.AST, *wanted: str) -> str:
    """The first of some identifiers that a text does not use, or one with a number."""
    taken = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    taken |= {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
    free = next((name for name in wanted if name not in taken), None)
    if free is not None:
        return free
    return next(name for i in range(2, 10**6) if (name := f"{wanted[0]}_{i}") not in taken)
