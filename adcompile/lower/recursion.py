"""Nested functions that call themselves: what they capture becomes parameters, and with these they
are functions like any other."""

from __future__ import annotations

import ast
import contextlib
import copy
import types
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adcompile.ir import Const, Expr
from adcompile.lower import closures, expressions, scopes, user_calls
from adcompile.lower.frame import Frame
from adcompile.lower.made import made_function
from adcompile.records import replace
from adcompile.source import Source

if TYPE_CHECKING:
    from adcompile.lower.closures import Closure


def call(frame: Frame, node: ast.AST, function: Closure, bound: Mapping[str, Expr]) -> Expr | None:
    """The value of a call of a nested function that calls itself, None of any other, or where what
    it captures cannot be passed to it."""
    source = function.source
    if source.function is None or not isinstance(source.node, ast.FunctionDef):
        return None
    if not _calls_itself(source.node, source.name):
        return None
    captured = _captured(frame, function)
    if captured is None or closures.takes_function(frame, bound):
        return None
    lifted = frame.session.lifted.get(source.node)
    if lifted is None:
        lifted = frame.session.lifted[source.node] = _lifted(source, list(captured))
    return user_calls.call_user(frame, node, source.name, lifted, [], {**bound, **captured})


def _calls_itself(node: ast.FunctionDef, name: str) -> bool:
    """Whether a function calls itself, and does nothing else with itself."""
    read = [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == name]
    called = {n.func for n in ast.walk(node) if isinstance(n, ast.Call)}
    a = node.args
    plain = not (a.vararg or a.kwarg or a.posonlyargs or scopes.declared(node))
    constant = all(isinstance(d, ast.Constant) for d in (*a.defaults, *filter(None, a.kw_defaults)))
    return bool(read) and plain and constant and all(n in called for n in read)


def _captured(frame: Frame, function: Closure) -> dict[str, Expr] | None:
    """The values that a function captures, by name; None where one is a function of the program's,
    or its name means something else inside the function, too."""
    source = function.source
    own = scopes.local_names(source.node)
    inner = Frame(
        frame.session,
        source,
        frame.build,
        outer=function.frame,
        caller=frame,
        start=frame.build.block,
        heap=frame.heap,
    )
    names = {
        n.id: n
        for n in ast.walk(source.node)
        if isinstance(n, ast.Name) and n.id not in own and n.id != source.name
    }
    found: dict[str, Expr] = {}
    for name, node in names.items():
        if isinstance(node.ctx, ast.Store):
            continue  # of a comprehension
        if closures.captured(inner, name, node) is None:
            continue
        value = expressions.lower(inner, ast.copy_location(ast.Name(name, ast.Load()), node))
        stored = any(
            (isinstance(n, ast.arg) and n.arg == name)
            or (isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store))
            for n in ast.walk(source.node)
        )
        if stored or made_function(frame.kind(value)) is not None:
            return None
        found[name] = value
    return found


def _lifted(source: Source, captured: list[str]) -> Source:
    """The function with what it captures as parameters, which it hands on when it calls itself."""
    node = copy.deepcopy(source.node)
    assert isinstance(node, ast.FunctionDef)
    node.decorator_list = []
    for inner in list(ast.walk(node)):
        if isinstance(inner, ast.Call) and getattr(inner.func, "id", None) == source.name:
            inner.keywords += [_handed_on(inner, name) for name in captured]
    for name in captured:
        node.args.kwonlyargs.append(ast.copy_location(ast.arg(name), node))
        node.args.kw_defaults.append(None)
    defaults = {
        name: value.value for name, value in source.defaults.items() if isinstance(value, Const)
    }
    return replace(source, node=node, defaults=defaults, lifted=_live(source, node))


def _live(source: Source, node: ast.FunctionDef) -> types.FunctionType:
    """The function with its parameters, as Python runs it: it sees what the one around it sees."""
    around: Any = source.function
    cells = dict(zip(around.__code__.co_freevars, around.__closure__ or (), strict=True))
    known = {}
    for name, cell in cells.items():
        with contextlib.suppress(ValueError):  # an empty cell
            known[name] = cell.cell_contents
    wrapper = ast.parse(f"def around({', '.join(known)}):\n    return {source.name}").body[0]
    assert isinstance(wrapper, ast.FunctionDef)
    wrapper.body.insert(0, node)
    module = ast.fix_missing_locations(ast.Module([wrapper], []))
    made: dict[str, Any] = {}
    exec(compile(module, source.filename, "exec", dont_inherit=True), around.__globals__, made)
    live: types.FunctionType = made["around"](**known)
    return live


def _handed_on(place: ast.Call, name: str) -> ast.keyword:
    value = ast.copy_location(ast.Name(name, ast.Load()), place)
    return ast.copy_location(ast.keyword(name, value), place)
