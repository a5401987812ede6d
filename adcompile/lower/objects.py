"""Lower objects: those that a function makes, and the attributes that objects have of their class.

An object that the function makes is a display of its fields, like a tuple; `Made` tells it from
another of the same fields. Writing an attribute makes a new display, which takes the place of the
old one under every name of the object. Once the object itself has gone into a statement (a call, a
branch, a loop) it may be known there by other names, and is not written any more.
"""

from __future__ import annotations

import ast
import dataclasses
import types
from collections.abc import Sequence
from typing import Any

import numpy as np

from adcompile import ir
from adcompile.classes import ABSENT, constructor, member, writes_plainly
from adcompile.errors import RefusedError
from adcompile.ir import Apply, Const, Expr, Made
from adcompile.kinds import Array, Nothing, Record, Scalar, Text
from adcompile.lower import boxes, calls, closures, control, expressions, scopes, statements, writes
from adcompile.lower.frame import Frame
from adcompile.lower.memory import Memory
from adcompile.source import Source
from adcompile.source.classes import layout_of


def made(value: Expr) -> Made | None:
    """The object that a display is, if it is one that the function makes."""
    if isinstance(value, Apply) and value.op == "record" and isinstance(value.args[0], Made):
        return value.args[0]
    return None


def is_object(value: Expr) -> bool:
    """Whether a value is a display of an object."""
    return isinstance(value, Apply) and value.op == "record"


def another(display: Apply, parts: Sequence[Expr]) -> Apply:
    """An object of a class like another, of which it is not known which one it is."""
    owner = display.args[0]
    assert isinstance(owner, ir.Ref)
    names = [name for name, _ in display.kwargs]
    return Apply(
        "record", (ir.Ref(owner.name, owner.target),), tuple(zip(names, parts, strict=True))
    )


def hand_on(frame: Frame, value: Expr) -> None:
    """Note that an object goes where it is not told from others."""
    this = made(value)
    if this is not None and this in frame.objects:
        frame.objects[this] = []


# ----- making -----


def construct(
    frame: Frame, node: ast.AST, owner: type, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr | None:
    """The object that calling a class makes, None where that cannot be looked into."""
    form = constructor(owner)
    if form is None or not _is_told(owner):
        return None
    if frame.nested:
        raise frame.refuse(
            node, "an object is made where it may not be needed", "make it on a line of its own"
        )
    this = Made(owner.__name__, owner)
    frame.objects[this] = frame.build.block
    if form == "init":
        return _initialised(frame, node, this, args, kwargs)
    fields = _fields_of_namedtuple if form == "namedtuple" else _fields_of_dataclass
    display = Apply("record", (this,), tuple(fields(frame, node, owner, args, kwargs).items()))
    after = getattr(owner, "__post_init__", None)
    if form != "dataclass" or after is None:
        return display
    frame.session.assume_attribute(owner, "__post_init__", after)
    return run_init(frame, node, this, display, after, [], {})


def _is_told(owner: type) -> bool:
    """Whether a class that was read off a file is known well enough to make its objects."""
    layout = layout_of(owner)
    if layout is None or isinstance(layout.node, ast.Call):
        return True
    body = layout.node.body
    return (
        layout.form in ("dataclass", "namedtuple")
        and all(isinstance(d, (ast.Name, ast.Attribute)) for d in layout.node.decorator_list)
        and len(layout.node.bases) == (layout.form == "namedtuple")
        and not any(isinstance(s, ast.FunctionDef) and s.name.startswith("__") for s in body)
        and not any(isinstance(s, ast.AnnAssign) and not _is_simple(s) for s in body)
    )


def _is_simple(field: ast.AnnAssign) -> bool:
    annotation = ast.unparse(field.annotation)
    return not isinstance(field.value, ast.Call) and not any(
        special in annotation for special in ("KW_ONLY", "InitVar", "ClassVar")
    )


def _fields_of_namedtuple(
    frame: Frame, node: ast.AST, owner: Any, args: list[Expr], kwargs: dict[str, Expr]
) -> dict[str, Expr]:
    names = list(owner._fields)
    given = {*names[: len(args)], *kwargs}
    defaults = {
        name: _value(frame, node, value)
        for name, value in owner._field_defaults.items()
        if name not in given
    }
    frame.session.assume_attribute(owner, "__new__", owner.__new__)
    return _bound(frame, node, owner, names, names, defaults, args, kwargs)


def _fields_of_dataclass(
    frame: Frame, node: ast.AST, owner: Any, args: list[Expr], kwargs: dict[str, Expr]
) -> dict[str, Expr]:
    frame.session.assume_attribute(owner, "__init__", owner.__init__)
    fields = dataclasses.fields(owner)
    taken = [f.name for f in fields if f.init]
    positional = [f.name for f in fields if f.init and not f.kw_only]
    given = {*positional[: len(args)], *kwargs}
    defaults = {f.name: _default(frame, node, f) for f in fields if f.name not in given}
    known = {name: value for name, value in defaults.items() if value is not None}
    fixed = {f.name: known[f.name] for f in fields if not f.init and f.name in known}
    values = _bound(frame, node, owner, taken, positional, known, args, kwargs) | fixed
    return {f.name: values[f.name] for f in fields if f.name in values}


def _default(frame: Frame, node: ast.AST, field: dataclasses.Field[Any]) -> Expr | None:
    if field.default is not dataclasses.MISSING:
        return _value(frame, node, field.default)
    if field.default_factory is dataclasses.MISSING:
        return None
    empty = {list: "list", dict: "dict", tuple: "tuple"}.get(field.default_factory)  # type: ignore[call-overload]
    if empty is None:
        raise frame.refuse(
            node,
            f"the default of `{field.name}` comes from a function that cannot be looked into",
            f"give `{field.name}` here",
        )
    return Apply(empty)


def _value(frame: Frame, node: ast.AST, value: Any) -> Expr:
    """A default as a literal."""
    if isinstance(value, (bool, int, float, complex, str, type(None))):
        return Const(value)
    raise frame.refuse(node, "the default of a field is no literal", "give the field here")


def _bound(
    frame: Frame,
    node: ast.AST,
    owner: type,
    names: list[str],
    positional: list[str],
    defaults: dict[str, Expr],
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> dict[str, Expr]:
    """The arguments of a constructor by field."""
    values = dict(zip(positional, args, strict=False))
    fits = len(args) <= len(positional) and not (values.keys() & kwargs.keys())
    values |= kwargs
    missing = [name for name in names if name not in values and name not in defaults]
    if not fits or missing or not values.keys() <= set(names):
        raise frame.refuse(
            node, f"this call of `{owner.__name__}` does not fit its fields {', '.join(names)}"
        )
    return {name: values[name] if name in values else defaults[name] for name in names}


def _initialised(
    frame: Frame, node: ast.AST, this: Made, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """The object after its `__init__`, which is looked into in the place of the call."""
    owner = this.target
    empty = Apply("record", (this,))
    init = owner.__init__
    if init is object.__init__:
        if args or kwargs:
            raise frame.refuse(node, f"`{owner.__name__}` takes no arguments")
        return empty
    frame.session.assume_attribute(owner, "__init__", init)
    return run_init(frame, node, this, empty, init, args, kwargs)


def run_init(
    frame: Frame,
    node: ast.AST,
    this: Made,
    display: Expr,
    init: types.FunctionType,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr:
    """An object after an `__init__`."""
    source = frame.session.source_of(init)
    inner = calls.frame_of(frame, node, source, [display, *args], kwargs)
    inner.objects[this] = frame.objects[this]
    if inner.inlined > _DEPTH:
        raise frame.refuse(node, f"`{source.name}` calls itself while it makes an object")
    first = next(iter(source.signature.parameters))
    assert isinstance(source.node, ast.FunctionDef)
    if scopes.has_early_return(source.node):
        early = next(n for n in ast.walk(source.node) if isinstance(n, ast.Return))
        raise source.refuse(
            early, f"`{source.name}` may return before it has filled its object", "write `else`"
        )
    result = control.lower_body(inner, source.node.body)
    after = inner.env[first]
    if result not in (None, Const(None)) or made(after) is not this:
        raise frame.refuse(node, f"`{source.name}` does more than fill its object")
    return after


_DEPTH = 8


def is_super(frame: Frame, node: ast.expr) -> bool:
    """Whether an expression is `super()`."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "super"
        and not node.args
        and "super" not in frame.env
        and expressions.outside(frame, "super", node).target is super
    )


def call_super(
    frame: Frame, node: ast.Call, name: str, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """`super().name(...)`."""
    this, function = _inherited(frame, node, name)
    return calls.call_user(frame, node, name, function, [this, *args], kwargs)


def _inherited(frame: Frame, node: ast.Call, name: str) -> tuple[Expr, types.FunctionType]:
    """The object, and the method that comes after those of the class around the text."""
    first = next(iter(frame.source.signature.parameters), "")
    this = frame.env.get(first, ir.UNDEFINED)
    kind = frame.kind(this)
    try:
        here = frame.source.scope.lookup("__class__")
    except KeyError:
        here = None
    order = getattr(getattr(kind, "type", None), "__mro__", ())
    if here not in order:
        raise frame.refuse(node, "it is not known while compiling which class `super` means")
    frame.session.assume(frame.source, "__class__", here)
    after = order[order.index(here) + 1 :]
    owner = next((owner for owner in after if name in vars(owner)), object)
    function = vars(owner).get(name)
    if not isinstance(function, types.FunctionType):
        raise frame.refuse(node, f"`super().{name}` is no method that can be looked into")
    frame.session.assume_attribute(owner, name, function)
    return this, function


def initialises(frame: Frame, node: ast.Call) -> bool:
    """Whether a statement is `super().__init__(...)`; if so it is done."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "__init__":
        return False
    if not is_super(frame, node.func.value):
        return False
    args, kwargs = calls.arguments(frame, node)
    display = frame.env[next(iter(frame.source.signature.parameters))]
    this = made(display)
    if this is None or this not in frame.objects:
        raise frame.refuse(node, "`__init__` is called again on an object", "make a new one")
    owner = this.target
    if all("__init__" not in vars(c) for c in owner.__mro__[_place(frame, owner) + 1 : -1]):
        return True  # that of `object`
    _, init = _inherited(frame, node, "__init__")
    after = run_init(frame, node, this, display, init, args, kwargs)
    _replace(frame, this, after)
    return True


def _place(frame: Frame, owner: type) -> int:
    """Where the class around the text stands among those that a class inherits from."""
    here = frame.source.scope.lookup("__class__")
    frame.session.assume(frame.source, "__class__", here)
    return owner.__mro__.index(here)


# ----- writing -----


def write(frame: Frame, target: ast.Attribute, value: Expr) -> None:
    """`p.x = value`."""
    display = expressions.lower(frame, target.value)
    this = made(display)
    if this is None or this not in frame.objects or scopes.root_of(target) is None:
        raise _refused(frame, target, display, this)
    assert isinstance(display, Apply)
    owner = this.target
    if not writes_plainly(owner, target.attr):
        raise frame.refuse(
            target,
            f"`{target.attr}` of a `{owner.__name__}` cannot be written as a variable can",
            "make a new object",
        )
    if _has_escaped(frame, this) or _holds(value, this):
        raise frame.refuse(
            target,
            "this object has been handed on, and may be known by another name",
            "write its attributes before it is used, or make a new object",
        )
    fields = dict(display.kwargs) | {target.attr: statements.named(frame, target.attr, value)}
    after = Apply("record", (this,), tuple(fields.items()))
    _replace(frame, this, after)


def _replace(frame: Frame, this: Made, after: Expr) -> None:
    """Let an object be another display wherever it is known."""
    frame.env = {name: _replaced(known, this, after) for name, known in frame.env.items()}
    frame.heap.versions |= {
        memory: _replaced(held, this, after)
        for memory, held in _contents(frame)
        if _holds(held, this)
    }


def augment(frame: Frame, node: ast.AugAssign, target: ast.Attribute) -> None:
    """`p.x += value`: of an array in place, of a number by another one."""
    load = ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
    old = expressions.lower(frame, load)
    if writes.is_array(frame, old):
        writes.update_whole(frame, node, old)
        return
    is_made = made(expressions.lower(frame, target.value)) is not None
    if is_made and not boxes.is_replaced(frame, old):
        raise frame.refuse(
            node,
            f"this changes the value of `.{target.attr}` in place, which cannot be differentiated "
            "yet",
            f"`.{target.attr} = .{target.attr} + ...` makes a new value",
        )
    name = expressions.operator_name(node.op)
    write(
        frame,
        target,
        expressions.binary(frame, node, name, old, expressions.lower(frame, node.value)),
    )


def _refused(frame: Frame, target: ast.Attribute, display: Expr, this: Made | None) -> RefusedError:
    if this is not None:
        return frame.refuse(
            target,
            "a method that changes the object it is called on cannot be differentiated yet",
            "return the new values, or make a new object",
        )
    if isinstance(display, ir.Ref) or scopes.root_of(target) in frame.source.signature.parameters:
        return frame.refuse(
            target,
            "writing an attribute of an object from outside is a write that outlives the call",
            "keep the value in a variable and return it",
        )
    return frame.refuse(
        target,
        "this attribute is written where it is not known which object it is: in a loop, or after "
        "a branch",
        "keep the value in a variable, or make a new object",
    )


def is_tuple(display: Apply) -> bool:
    """Whether a display of an object is that of a named tuple."""
    assert isinstance(display.args[0], ir.Ref)
    return issubclass(display.args[0].target, tuple)


def are_one(a: Expr, b: Expr) -> bool:
    """Whether two displays are of one object."""
    return made(a) is not None and made(a) is made(b)


def merged(frame: Frame, node: ast.AST, then: Expr, orelse: Expr, merges: list[ir.Merge]) -> Expr:
    """An object after a branch that has written its attributes, or has made it."""
    sides = [dict(side.kwargs) if isinstance(side, Apply) else {} for side in (then, orelse)]
    display = then if isinstance(then, Apply) else orelse
    assert isinstance(display, Apply)
    fields = {
        name: expressions.merge(
            frame,
            node,
            sides[0].get(name, ir.UNDEFINED),
            sides[1].get(name, ir.UNDEFINED),
            merges,
            name,
        )
        for name in dict.fromkeys([*sides[0], *sides[1]])
    }
    return Apply("record", display.args, tuple(fields.items()))


def _has_escaped(frame: Frame, this: Made) -> bool:
    """Whether a statement since the making of an object may have given it another name, or a
    function has been made that keeps it."""
    values = [*frame.env.values(), *(value for _, value in _contents(frame))]
    if any(_is_kept(value, this) for value in values):
        return True
    if not any(block is frame.objects[this] for block in frame.build.around()):
        return True
    return any(
        _holds(expr, this)
        for block in frame.build.around()
        for statement in ir.walk(block)
        if not isinstance(statement, ir.Keep) and not _yields_numbers(statement)
        for expr in ir.expressions(statement)
    )


def _contents(frame: Frame) -> list[tuple[Memory, Expr]]:
    """The lists and dicts that the function makes, with what they hold."""
    memories = [frame.heap.origins[this].memory for this in frame.heap.identities]
    return [(memory, frame.heap.holds(memory)) for memory in memories]


def _is_kept(value: Expr, this: Made) -> bool:
    """Whether a value is, or has in it, a function that keeps an object."""
    if isinstance(value, Apply):
        return any(_is_kept(part, this) for part in value.operands())
    kept = closures.held(value.target) if isinstance(value, ir.Ref) else []
    return any(_holds(part, this) or _is_kept(part, this) for part in kept)


def _yields_numbers(statement: ir.Statement) -> bool:
    """Whether what a statement computes cannot hold an object."""
    return isinstance(statement, ir.Assign) and all(
        isinstance(target.kind, (Scalar, Array, Text, Nothing)) for target in statement.targets
    )


def _holds(expr: Expr, this: Made) -> bool:
    return expr is this or (
        isinstance(expr, Apply) and any(_holds(part, this) for part in expr.operands())
    )


def _replaced(expr: Expr, this: Made, after: Expr) -> Expr:
    """A value with a new display of an object in it."""
    if not isinstance(expr, Apply) or not _holds(expr, this):
        return expr
    if made(expr) is this:
        return after
    args = tuple(_replaced(arg, this, after) for arg in expr.args)
    return Apply(expr.op, args, tuple((k, _replaced(v, this, after)) for k, v in expr.kwargs))


# ----- what objects have of their class -----


def attribute(frame: Frame, node: ast.AST, value: Expr, kind: Record, name: str) -> Expr:
    """An attribute that an object has of its class: a property, or a constant of the class."""
    owner = kind.type
    known = member(owner, name)
    if isinstance(known, property) and isinstance(known.fget, (types.FunctionType, Source)):
        frame.session.assume_attribute(owner, name, known)
        frame.session.assume_attribute(known, "fget", known.fget)
        return calls.call_user(frame, node, name, known.fget, [value], {})
    if known is ABSENT or not isinstance(known, _CONSTANTS):
        raise frame.refuse(node, f"`{owner.__name__}` has no attribute `{name}` here")
    frame.session.assume_attribute(owner, name, known)
    if made(value) is None:
        return frame.apply(node, f"attribute.{name}", value)
    literal = isinstance(known, (bool, int, float, complex, str, type(None)))
    return Const(known) if literal else expressions.reference(name, known)


def assume_constant(frame: Frame, owner: type, name: str) -> None:
    """Note what a class has under a name, where the kind of that is part of the text."""
    known = member(owner, name)
    if isinstance(known, (bool, int, float, complex, str)):
        frame.session.assume_attribute(owner, name, known)


_CONSTANTS = (bool, int, float, complex, str, type(None), np.ndarray, np.generic, tuple)


def is_same(frame: Frame, node: ast.AST, name: str, left: Expr, right: Expr) -> Expr | None:
    """`p is q` and `p == q` where one is an object that the function makes."""
    this, that = made(left), made(right)
    display = next(filter(is_object, (left, right)), None)
    if not isinstance(display, Apply):
        return None
    owner = display.args[0]
    assert isinstance(owner, ir.Ref)
    by_identity = name in ("is_", "is_not") or (
        name in ("eq", "ne") and owner.target.__eq__ is object.__eq__
    )
    if not (by_identity or name.endswith("contains")):
        return None
    known = (this and that) or any(
        isinstance(frame.kind(side), (Nothing, Scalar, Text)) for side in (left, right)
    )
    if name.endswith("contains") or not known:
        raise frame.refuse(node, "whether these are one object is not known while compiling")
    return Const((this is not None and this is that) == (name in ("is_", "eq")))


def replaced(frame: Frame, node: ast.AST, value: Expr, changes: dict[str, Expr]) -> Expr | None:
    """`dataclasses.replace(p, x=...)`, `p._replace(x=...)`: a new object."""
    kind = frame.kind(value)
    if not isinstance(kind, Record) or constructor(kind.type) not in ("dataclass", "namedtuple"):
        return None
    names = [name for name, _ in kind.fields]
    if not changes.keys() <= set(names):
        return None
    fields = {
        name: changes[name] if name in changes else expressions.attribute(frame, node, value, name)
        for name in names
    }
    this = Made(kind.type.__name__, kind.type)
    frame.objects[this] = frame.build.block
    return Apply("record", (this,), tuple(fields.items()))


# ----- operators -----


def operated(frame: Frame, node: ast.AST, name: str, left: Expr, right: Expr) -> Expr | None:
    """`p + q` where one is an object: its class says what that is. None where none is."""
    kinds = frame.kind(left), frame.kind(right)
    if not any(isinstance(kind, Record) for kind in kinds):
        return None
    varied = frame.build.varied(left) or frame.build.varied(right)
    stem = name.rstrip("_")
    for this, other, method in ((0, 1, f"__{stem}__"), (1, 0, f"__r{stem}__")):
        kind, sides = kinds[this], (left, right)
        if not isinstance(kind, Record):
            continue
        function = member(kind.type, method)
        partner = kinds[other]
        plain = isinstance(partner, Scalar) or (
            isinstance(partner, Record) and partner.type is kind.type
        )
        if not isinstance(function, (types.FunctionType, Source)) or not plain:
            break
        if _declines(frame, function):
            break
        frame.session.assume_attribute(kind.type, method, function)
        return calls.call_user(frame, node, method, function, [sides[this], sides[other]], {})
    if varied:
        raise frame.refuse(node, "arithmetic on these objects has no derivative rule")
    return None


def _declines(frame: Frame, function: types.FunctionType | Source) -> bool:
    """Whether a method may leave an operation to the other operand."""
    source = frame.session.source_of(function)
    return any(
        isinstance(node, ast.Name) and node.id == "NotImplemented" for node in ast.walk(source.node)
    )
