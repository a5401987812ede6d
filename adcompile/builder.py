"""Builds IR: gives every operation its kind, and computes nothing twice.

Lowering and differentiation both write their code through a `Builder`. In the forward sweep the
user's operations stay as they are; in the backward sweep (`adjoint=True`) the identities of
`algebra` apply.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from adcompile import algebra
from adcompile.errors import AdcompileError, Span
from adcompile.ir import Apply, Assign, Block, Const, Expr, Ref, Var, kind_of, substitute
from adcompile.kinds import (
    UNBOUND,
    UNKNOWN,
    Array,
    Items,
    Kind,
    Many,
    Mapping,
    Record,
    Unbound,
    attribute,
    carries_derivative,
    is_array,
    is_object,
)
from adcompile.rules import registry
from adcompile.rules.registry import static_value

STRUCTURES = frozenset({"tuple", "list", "dict", "record", "slice"})


class Builder:
    """A place to put statements: the current block, and what has been computed already.

    Attributes:
        block: where the next statement goes.
        adjoint: whether algebraic identities apply.
        span: the place in the user's source that the next statements come from.
        distinct: whether two equal arrays or lists are two, because one of them may be written to.
        instead: values to be read in place of others.
        settings: what the function's `np.errstate` asks for.
        has_complex: whether a value may be complex of which nothing else is known.
    """

    def __init__(self, adjoint: bool = False, distinct: bool = False) -> None:
        self.block: Block = []
        self.adjoint = adjoint
        self.distinct = distinct
        self.instead: dict[Var, Expr] = {}
        self.span: Span | None = None
        self.definitions: dict[Var, Apply] = {}
        self._known: list[dict[Apply, Var]] = [{}]
        self.settings: dict[str, str] = {}
        self.has_complex = False
        self._outer: list[Block] = []

    @contextmanager
    def inner(self) -> Iterator[Block]:
        """A block inside the current one; what it computes is forgotten after it."""
        self._outer.append(self.block)
        self.block = []
        self._known.append({})
        try:
            yield self.block
        finally:
            self.block = self._outer.pop()
            self._known.pop()

    def around(self) -> list[Block]:
        """The blocks that the next statement stands in, the outermost first."""
        return [*self._outer, self.block]

    @contextmanager
    def reopened(self, block: Block) -> Iterator[None]:
        """Go on with a block that has been left."""
        with self.inner():
            self.block = block
            yield

    @contextmanager
    def knowing(self, known: dict[Apply, Var]) -> Iterator[None]:
        """Let operations that have been computed elsewhere count as computed."""
        self._known.insert(-1, known)
        yield
        at = next(i for i, scope in enumerate(self._known) if scope is known)
        del self._known[at]

    def kind(self, expr: Expr) -> Kind:
        """The kind of an expression."""
        if isinstance(expr, Var):
            return expr.kind
        if isinstance(expr, Apply):
            if expr.op in STRUCTURES:
                return self._structure(expr)
            if expr.op in ("call", "opaque", "effect"):
                return kind_of(expr.args[0])
            rule = registry.find(expr.op)
            if rule is None:
                return self._part(expr)
            call = self.bind(expr)
            for kind in call.kinds.values():
                if isinstance(kind, Unbound):
                    return UNBOUND
            return rule.kind(call)
        return kind_of(expr)

    def _part(self, expr: Apply) -> Kind:
        """The kind of an attribute of an object."""
        kind = self.kind(expr.args[0]) if expr.args else UNKNOWN
        if not expr.op.startswith("attribute."):
            return UNKNOWN
        return attribute(kind, expr.op.removeprefix("attribute."))

    def _structure(self, expr: Apply) -> Kind:
        match expr.op:
            case "record":
                assert isinstance(expr.args[0], Ref)
                fields = tuple((name, self.kind(value)) for name, value in expr.kwargs)
                return Record(expr.args[0].target, fields)
            case "slice":
                names = ("start", "stop", "step")
                kinds = map(self.kind, expr.args)
                return Record(slice, tuple(zip(names, kinds, strict=True)))
            case "dict":
                keys, values = expr.args[::2], expr.args[1::2]
                if not all(isinstance(key, Const) for key in keys):
                    return Mapping(None)
                items = zip(keys, values, strict=True)
                return Mapping(
                    tuple((k.value, self.kind(v)) for k, v in items if isinstance(k, Const))
                )
        type_ = tuple if expr.op == "tuple" else list
        return Items(type_, tuple(map(self.kind, expr.args)))

    def bind(self, expr: Apply) -> registry.Call:
        """The call bound to the parameters of its rule."""
        return registry.bind(expr.op, expr.args, expr.kwargs, self.kind)

    def definition(self, expr: Expr) -> Apply | None:
        """The operation that computes a value, if it is one."""
        if isinstance(expr, Apply):
            return expr
        return self.definitions.get(expr) if isinstance(expr, Var) else None

    def apply(self, op: str, *args: Expr, **kwargs: Expr) -> Expr:
        """The result of an operation: an atom that is known, or a new value."""
        return self.operation(Apply(op, args, tuple(kwargs.items())))

    def folded(self, expr: Apply) -> Expr:
        """An expression in one piece; calculated if it is of constants."""
        constants = all(isinstance(arg, Const) for arg in expr.args)
        simpler = algebra.simplify(self, expr) if constants else None
        return expr if simpler is None else simpler

    def operation(self, expr: Apply) -> Expr:
        """As `apply`, for an `Apply`."""
        if expr.op in STRUCTURES:
            return expr
        try:
            return self._operation(expr)
        except AdcompileError as error:
            raise error.at(self.span) from None
        except registry.NotStaticError as error:
            raise error.refusal(expr.op).at(self.span) from None

    def known(self, expr: Apply) -> Var | None:
        """The value that an operation has been computed as."""
        for scope in reversed(self._known):
            if expr in scope:
                return scope[expr]
        return None

    def _operation(self, expr: Apply) -> Expr:
        if self.instead:
            replaced = substitute(expr, self.instead)
            assert isinstance(replaced, Apply)
            expr = replaced
        if self.adjoint:
            simpler = algebra.simplify(self, expr)
            if simpler is not None:
                return simpler
        rule = registry.find(expr.op)
        kind = self.kind(expr)
        is_list = isinstance(kind, Many) and kind.type is list
        is_another = self.distinct and (is_array(kind) or is_list) and rule and rule.fresh
        if is_pure(expr.op) and not is_another:
            known = self.known(expr)
            if known is not None:
                return known
        var = Var(rule.hint if rule else None, kind)
        var.varied = self._varies(expr, rule, var.kind)
        var.parts = self._parts(expr)
        var.boxed = is_boxed(expr, kind)
        self.define(var, expr)
        return var

    def _varies(self, expr: Apply, rule: registry.Rule | None, kind: Kind) -> bool:
        if not self.varied(expr) or not carries_derivative(kind):
            return False
        return rule is None or not rule.is_constant(map(self.kind, expr.args))

    def varied(self, expr: Expr) -> bool:
        """Whether an expression reads something that depends on a differentiated argument."""
        if isinstance(expr, Var):
            return expr.varied
        if not isinstance(expr, Apply):
            return False
        return self._parts(expr) != () and any(map(self.varied, expr.operands()))

    def _parts(self, expr: Apply) -> tuple[tuple[object, ...], ...] | None:
        """The parts that are differentiated of what an operation takes out of a container."""
        base = expr.args[0] if expr.args else None
        if not isinstance(base, Var) or not base.parts or not self.is_projection(expr):
            return None
        key = self.key(expr)
        rest = tuple(path[1:] for path in base.parts if path[0] == key)
        return None if () in rest else rest

    def is_projection(self, expr: Apply) -> bool:
        """Whether an operation takes a part with a known key out of a container."""
        if not isinstance(expr.args[0] if expr.args else None, Var):
            return False
        kind = self.kind(expr.args[0])
        if expr.op.startswith("attribute."):
            return isinstance(kind, Record)
        if expr.op != "index" or not isinstance(kind, (Items, Mapping, Record)) or is_object(kind):
            return False
        known, key = static_value(self.kind(expr.args[1]))
        return known and not isinstance(key, slice)

    def key(self, projection: Apply) -> object:
        """The key of the part that a projection takes."""
        if projection.op != "index":
            return projection.op.removeprefix("attribute.")
        key = static_value(self.kind(projection.args[1]))[1]
        kind = self.kind(projection.args[0])
        if isinstance(kind, Items):
            return key % len(kind.items)
        return kind.fields[key][0] if isinstance(kind, Record) else key

    def note_known(self, value: Apply, var: Var) -> None:
        """Let an operation count as computed, by a value that is there."""
        self._known[-1].setdefault(value, var)

    def define(self, var: Var, value: Expr) -> Var:
        """Assign a value."""
        self.block.append(Assign((var,), value, self.span))
        if isinstance(value, Apply):
            self.definitions[var] = value
            self._known[-1][value] = var
        return var


def is_repeatable(expr: Expr) -> bool:
    """Whether an expression, with all that is nested in it, gives the same when evaluated again."""
    if not isinstance(expr, Apply):
        return True
    if expr.op not in STRUCTURES and not is_pure(expr.op):
        return False
    inner = [operand for operand in expr.operands() if isinstance(operand, Apply)]
    return all(map(is_repeatable, inner))


# They make arrays even of one number.
BOXING = frozenset(
    {f"numpy.{name}" for name in ("array", "asarray", "copy", "full", "zeros", "ones", "empty")}
    | {"numpy.where", "numpy.select", "numpy.tensordot", "numpy.astype"}
    | {f"numpy.{name}_like" for name in ("full", "zeros", "ones", "empty")}
    | {"ndarray.copy", "ndarray.astype"}
)


def is_boxed(expr: Apply, kind: Kind) -> bool:
    """Whether the result of an operation, which is of this kind, may be an array of no axes that
    can be changed in place."""
    return isinstance(kind, Array) and kind.dims == () and may_box(expr)


def may_box(expr: Apply) -> bool:
    """Whether the result of an operation may be an array of no axes."""
    if expr.op == "call" and isinstance(expr.args[0], Ref):
        return bool(getattr(expr.args[0].target, "boxed", True))
    if expr.op == "index":
        index = expr.args[1]
        parts = index.args if isinstance(index, Apply) else (index,)
        return any(isinstance(part, Ref) for part in parts)
    rule = registry.find(expr.op)
    return rule is None or not rule.fresh or rule.name in BOXING


# How the names of operations begin that draw random numbers, or may.
DRAWS = ("numpy.random.", "generator.", "scipy.stats.", "scipy.linalg.", "scipy.integrate.")


def has_effect(expr: Expr) -> bool:
    """Whether an expression does more than have a value: it must run even where its value feeds
    nothing, because it draws a random number or may print."""
    if not isinstance(expr, Apply):
        return False
    if _acts(expr.op):
        return True
    inner = [operand for operand in expr.operands() if isinstance(operand, Apply)]
    return any(map(has_effect, inner))


@cache
def _acts(op: str) -> bool:
    rule = registry.find(op)
    draws = rule is not None and not rule.pure and rule.name.startswith(DRAWS)
    return draws or op == "effect"


@cache
def is_pure(op: str) -> bool:
    """Whether an operation may be computed once for several uses, again, or not at all."""
    if op in ("call", "opaque", "effect"):
        return False
    rule = registry.find(op)
    return rule.pure if rule is not None else op.startswith("attribute.")
