"""Containers stay outside: a Python function takes the arguments apart, calls the native one with
numbers and arrays, and puts the results together."""

from __future__ import annotations

from typing import TypeGuard

import numpy as np

from adcompile import ir
from adcompile.builder import Builder
from adcompile.ir import Apply, Assign, Const, Expr, Function, Ref, Var
from adcompile.kinds import Array, Items, Kind, Mapping, Record, Resolved, Scalar
from adcompile.native import table, tuples
from adcompile.records import field, record
from adcompile.rules.registry import static_value


class Native:
    """The native function that a Python function calls.

    Attributes:
        label: its name.
    """

    def __init__(self, name: str) -> None:
        self.label = {"native": name}


@record(frozen=False)
class _Leaf:
    """A number or array that the native function takes.

    Attributes:
        var: its parameter.
        given: what the Python function passes.
    """

    var: Var
    given: Expr


@record(frozen=False)
class _Boundary:
    """The boundary under construction.

    Attributes:
        leaves: what the native function takes, by how it is reached.
        trees: the containers that are known part by part.
        whole: those of them of which a part is asked for that shows only when it runs, or which are
            changed: they are made where they are defined.
    """

    leaves: dict[Expr, _Leaf] = field(default_factory=dict)
    trees: dict[Var, Expr] = field(default_factory=dict)
    whole: set[Var] = field(default_factory=set)

    def tree(self, source: Expr, kind: Kind, hint: str) -> Expr:
        """A value from outside, with its numbers and arrays as parameters."""
        match kind:
            case Items(type, items):
                parts = (
                    self.tree(Apply("index", (source, Const(i))), item, f"{hint}_{i}")
                    for i, item in enumerate(items)
                )
                return Apply(type.__name__ if type in (list, tuple) else "tuple", tuple(parts))
            case Mapping(tuple() as pairs):
                found: list[Expr] = []
                for key, item in pairs:
                    name = key if isinstance(key, str) and key.isidentifier() else f"{hint}_{key}"
                    part = Apply("index", (source, Const(key)))
                    found += [Const(key), self.tree(part, item, name)]
                return Apply("dict", tuple(found))
            case Record(type, fields):
                return Apply(
                    "record",
                    (Ref(getattr(type, "__name__", "?"), type),),
                    tuple(
                        (name, self.tree(Apply(f"attribute.{name}", (source,)), item, name))
                        for name, item in fields
                    ),
                )
            case Scalar() | Array():
                return self.leaf(source, kind, hint)
        return source

    def leaf(self, source: Expr, kind: Kind, hint: str) -> Var:
        """The parameter for a number or array from outside."""
        if source not in self.leaves:
            name = hint.removeprefix("attribute.")
            name = name if name.isidentifier() else "part"
            var = source if isinstance(source, Var) else Var(name, _plain(kind), named=True)
            self.leaves[source] = _Leaf(var, _unboxed(source, kind))
        return self.leaves[source].var

    # ----- the body -----

    def block(self, block: ir.Block) -> None:
        """Replace containers by their parts, in place."""
        kept: ir.Block = []
        for statement in block:
            if isinstance(statement, Assign):
                self._copied_list(statement, kept)
                statement.value = self.known(statement.value)
                if len(statement.targets) == 1 and _is_tree(statement.value):
                    self.trees[statement.targets[0]] = statement.value
                    kept.append(statement)
                    continue
                if len(statement.targets) == 1 and _is_alias(statement.value):
                    self.trees[statement.targets[0]] = statement.value
                    continue
            elif isinstance(statement, ir.Do):
                value = self.known(statement.value)
                assert isinstance(value, Apply)
                statement.value = value
            elif isinstance(statement, ir.If):
                statement.test = self.known(statement.test)
            elif isinstance(statement, ir.For):
                statement.bounds = tuple(map(self.known, statement.bounds))
                statement.first = statement.first and self.known(statement.first)
            for carry in ir.carries(statement):
                carry.init = self.known(carry.init)
            for inner in ir.blocks(statement):
                self.block(inner)
            self._handed_over(statement)
            kept.append(statement)
        block[:] = kept

    def _copied_list(self, statement: Assign, block: ir.Block) -> None:
        """Let a copy of a tuple that is made of a list be a tuple made of a copy, in place."""
        value = statement.value
        if not isinstance(value, Apply) or value.op != "runtime.copied":
            return
        listed = self.known(value.args[0])
        if _is_listed(listed):
            copy = Var(None, ir.kind_of(listed.args[0]))
            copied = Apply(value.op, listed.args)
            block.append(Assign((copy,), copied, statement.span))
            statement.value = Apply("builtins.tuple", (copy,))

    def is_spare(self, statement: ir.Statement) -> bool:
        """Whether a statement makes a container that nothing asks for as such."""
        target = statement.targets[0] if isinstance(statement, Assign) else None
        return target in self.trees and target not in self.whole

    def _handed_over(self, statement: ir.Statement) -> None:
        if isinstance(statement, ir.If):
            for merge in statement.merges:
                merge.then, merge.orelse = self.known(merge.then), self.known(merge.orelse)
        for carry in ir.carries(statement):
            carry.next = self.known(carry.next)
        if isinstance(statement, ir.While):
            statement.test = self.known(statement.test)
        if isinstance(statement, (ir.For, ir.While)) and statement.stop is not None:
            statement.stop = self.known(statement.stop)

    def known(self, expr: Expr) -> Expr:
        """An expression with the parts of containers in the place of what takes them out."""
        if isinstance(expr, Var):
            return self.trees.get(expr, expr)
        if isinstance(expr, Ref):
            outside = isinstance(expr.kind, (Array, Items, Mapping, Record))
            is_part = outside and not isinstance(expr.kind, Resolved) and expr.name != "..."
            return self.tree(expr, expr.kind, expr.name) if is_part else expr
        if not isinstance(expr, Apply):
            return expr
        if _is_of_class(expr):
            kind = _KINDS.kind(expr)
            return self.leaf(expr, kind, expr.op) if isinstance(kind, (Scalar, Array)) else expr
        callee = expr.args[:1] if expr.op in _CALLS else ()
        args = (*callee, *map(self.known, expr.args[len(callee) :]))
        if expr.op not in _STRUCTURES:
            args = tuple(arg.args[0] if _is_listed(arg) else arg for arg in args)
        kwargs = tuple((k, self.known(v)) for k, v in expr.kwargs)
        found = _part(Apply(expr.op, args, kwargs))
        of = expr.args[0] if args and _is_tree(args[0]) else None
        if isinstance(of, Var) and _is_of_whole(found, args[0]):
            self.whole.add(of)
            return Apply(expr.op, (of, *args[1:]), kwargs)
        return found


_KINDS = Builder()
_CALLS = ("call", "opaque", "effect")
_OF_WHOLE = ("index", "runtime.zeros", "runtime.add", "runtime.copied", "builtins.list")
_STRUCTURES = ("tuple", "list", "dict", "record")


def _is_tree(expr: Expr) -> bool:
    """Whether a container is known part by part. An empty list is one that will grow."""
    return isinstance(expr, Apply) and expr.op in _STRUCTURES and expr != Apply("list")


def _is_of_whole(expr: Expr, container: Expr) -> bool:
    """Whether an operation is one of a container that must be there as such."""
    if not isinstance(expr, Apply) or expr.args[:1] != (container,):
        return False
    return expr.op in _OF_WHOLE or expr.op.startswith("scatter.")


def _is_of_class(value: Expr) -> TypeGuard[Apply]:
    """Whether a value is a constant of a class, or of a module."""
    of = value.args[0] if isinstance(value, Apply) and value.op.startswith("attribute.") else None
    return isinstance(of, Ref) and isinstance(of.kind, Resolved)


def _is_listed(expr: Expr) -> TypeGuard[Apply]:
    """Whether a tuple is made of a list, as which native code has it."""
    return isinstance(expr, Apply) and expr.op == "builtins.tuple" and isinstance(expr.args[0], Var)


def _is_alias(value: Expr) -> bool:
    """Whether a value is another one under a name of its own."""
    return isinstance(value, Var) or _is_listed(value)


def _part(expr: Apply) -> Expr:
    """What an operation takes out of a container that is known part by part."""
    base = expr.args[0] if expr.args else None
    if not isinstance(base, Apply) or not _is_tree(base):
        return expr
    if expr.op == "builtins.len":
        return Const(len(base.args) // (2 if base.op == "dict" else 1))
    if expr.op.startswith("attribute.") and base.op == "record":
        return dict(base.kwargs).get(expr.op.removeprefix("attribute."), expr)
    if expr.op != "index" or not isinstance(expr.args[1], (Const, Var)):
        return expr
    known, key = static_value(ir.kind_of(expr.args[1]))
    if not known:
        return expr
    if base.op == "dict":
        keys = [k.value for k in base.args[::2] if isinstance(k, Const)]
        return base.args[2 * keys.index(key) + 1] if key in keys else expr
    parts = tuple(v for _, v in base.kwargs) if base.op == "record" else base.args
    return parts[key] if isinstance(key, int) and -len(parts) <= key < len(parts) else expr


def _plain(kind: Kind) -> Kind:
    return Scalar(kind.type) if isinstance(kind, Scalar) else kind


_NUMBER = {
    "f": "builtins.float",
    "i": "builtins.int",
    "u": "builtins.int",
    "b": "builtins.bool",
} | {"c": "builtins.complex"}


def _unboxed(source: Expr, kind: Kind) -> Expr:
    """An argument as native code takes it: an array of no axes as a number."""
    if isinstance(kind, Array) and kind.dims == () and kind.dtype is not None:
        op = _NUMBER.get(kind.dtype.kind)
        return source if op is None else Apply(op, (source,))
    return source


def _is_trivial(main: Function, leaves: list[_Leaf], results: list[Expr]) -> bool:
    """Whether the native function can be called as it is."""
    plain = [leaf.given for leaf in leaves] == list(main.params)
    numbers = [r.kind for r in results if isinstance(r, Var)]
    single = any(isinstance(k, Array) and k.dims == () and k.dtype != np.float64 for k in numbers)
    same = all(tuples.tuple_kind(kind) == kind for kind in numbers)
    return plain and _is_of_tuples(main.result) and same and not single


def _is_of_tuples(result: Expr) -> bool:
    """Whether a result is a value, or a tuple of such."""
    if isinstance(result, Apply) and result.op == "tuple":
        return all(map(_is_of_tuples, result.args))
    return isinstance(result, Var)


def separate(main: Function) -> Function | None:
    """Let a gradient take and return numbers and arrays only.

    Args:
        main: the gradient, which becomes the native function.

    Returns:
        The Python function around it, None where none is needed.

    Raises:
        RefusedError: an argument is of a kind that native code does not know.
    """
    boundary = _Boundary()
    params = list(main.params)
    for param in params:
        tree = boundary.tree(param, param.kind, param.hint or "part")
        if tree is not param:
            boundary.trees[param] = tree
    apart = [s for s in main.body if isinstance(s, ir.Do) and s.value.op == "runtime.apart"]
    main.body[:] = [statement for statement in main.body if statement not in apart]
    boundary.block(main.body)
    result = boundary.known(main.result)
    _make_whole(main.body, boundary, params)
    read = set(ir.variables(result))
    for statement in ir.walk(main.body):
        for expr in ir.expressions(statement):
            read.update(ir.variables(expr))
    leaves = [leaf for leaf in boundary.leaves.values() if leaf.var in read]
    taken = {leaf.var for leaf in leaves}
    for param in params:
        if param in read and param not in taken | boundary.whole:
            raise table.refused(f"`{param.hint}` is no number or array")
    results = _results(result)
    main.result = result
    if len(leaves) == len(params) and not apart and _is_trivial(main, leaves, results):
        main.defaults = {}
        return None
    around = _around(main, params, leaves, results)
    own: dict[Var, Expr] = dict(zip(params, around.params, strict=True))
    for statement in apart:
        ir.replace_read(statement, own)
    around.body[:0] = apart
    return around


def _make_whole(body: ir.Block, boundary: _Boundary, params: list[Var]) -> None:
    """Let only those containers be made that are read as such, in place."""
    made = [param for param in params if param in boundary.whole]
    body[:0] = [Assign((param,), boundary.trees[param]) for param in made]
    _drop_spare(body, boundary)


def _drop_spare(block: ir.Block, boundary: _Boundary) -> None:
    for statement in block:
        for inner in ir.blocks(statement):
            _drop_spare(inner, boundary)
    block[:] = [statement for statement in block if not boundary.is_spare(statement)]


def _around(
    main: Function, params: list[Var], leaves: list[_Leaf], results: list[Expr]
) -> Function:
    """The Python function that calls the native one."""
    own: dict[Expr, Var] = {}
    for param in params:
        own[param] = Var(param.hint, param.kind)
    for expr in results:
        if isinstance(expr, Var):
            own.setdefault(expr, Var(expr.hint or "result", expr.kind))
    computed = [expr for expr in results if expr not in params]
    targets = tuple(
        own.setdefault(expr, Var("result", ir.kind_of(expr))) for expr in dict.fromkeys(computed)
    )
    env: dict[Var, Expr] = {param: own[param] for param in params}
    given = tuple(ir.substitute(leaf.given, env) for leaf in leaves)
    native = Ref(f"{main.name}_native", (Native(f"{main.name}_native"), "native"))
    called = Apply("call", (native, *given))
    call: ir.Statement = Assign(targets, called) if targets else ir.Do(called)
    final = _rebuilt(main.result, own)
    around = Function(
        main.name, [own[p] for p in params], [call] if main.body else [], final, main.doc,
        dict(main.defaults), dict(main.settings),
    )  # fmt: skip
    main.name, main.doc, main.defaults = f"{main.name}_native", "", {}
    main.params = [leaf.var for leaf in leaves]
    values = tuple(dict.fromkeys(computed))
    main.result = values[0] if len(values) == 1 else Apply("tuple", values)
    return around


def _results(result: Expr) -> list[Expr]:
    """The numbers and arrays of a result."""
    if isinstance(result, Apply) and (result.op in _STRUCTURES or _is_listed(result)):
        operands = result.operands()
        if result.op == "dict":
            operands = result.args[1::2]
        elif result.op == "record":
            operands = tuple(value for _, value in result.kwargs)
        return [leaf for part in operands for leaf in _results(part)]
    return [] if isinstance(result, (Const, Ref)) else [result]


def _rebuilt(result: Expr, own: dict[Expr, Var]) -> Expr:
    """The result out of what the native function returns."""
    if isinstance(result, Apply) and (result.op in _STRUCTURES or _is_listed(result)):
        return Apply(
            result.op,
            tuple(_rebuilt(arg, own) for arg in result.args),
            tuple((name, _rebuilt(value, own)) for name, value in result.kwargs),
        )
    if isinstance(result, (Const, Ref)):
        return result
    var, kind = own[result], ir.kind_of(result)
    if isinstance(kind, Array) and kind.dims == () and kind.dtype == np.float32:
        return Apply("numpy.float32", (var,))
    return tuples.rebuilt(var, kind)
