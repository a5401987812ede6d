"""Lower objects: those that a function makes, and the attributes that objects have of their class.

An object that the function makes is a display of its fields, like a tuple. Where the function
writes, it is memory like a list, see `containers`: its identity tells it from another of the same
fields, and writing an attribute makes a new display, which it holds from then on.
"""

from __future__ import annotations

import ast
import dataclasses
import types
from typing import Any, TypeGuard

import numpy as np

from adcompile import ir
from adcompile.classes import ABSENT, constructor, is_generated, member, writes_plainly
from adcompile.ir import Apply, Const, Expr, Ref, Var
from adcompile.kinds import Kind, Nothing, Record, Scalar, Text
from adcompile.lower import (
    array_writes,
    boxes,
    closures,
    container_methods,
    container_writes,
    containers,
    control,
    expressions,
    merging,
    reads,
    scopes,
    statements,
    user_calls,
    writes,
)
from adcompile.lower.frame import Frame
from adcompile.lower.heap import Memory, WritesError, is_container
from adcompile.source import Source
from adcompile.source.classes import layout_of


def is_display(value: Expr) -> TypeGuard[Apply]:
    """Whether a value is a display of an object."""
    return isinstance(value, Apply) and value.op == "record"


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
    filled: dict[str, Expr] = {}
    if form != "init":
        fields_of = _fields_of_namedtuple if form == "namedtuple" else _fields_of_dataclass
        filled, args, kwargs = fields_of(frame, node, owner, args, kwargs), [], {}
    display = containers.identified(frame, _display(owner, filled))
    called = {"init": "__init__", "dataclass": "__post_init__"}.get(form, "")
    init = member(owner, called)
    if not isinstance(init, types.FunctionType):
        if args or kwargs:
            raise frame.refuse(node, f"`{owner.__name__}` takes no arguments")
        return display
    frame.session.assume_attribute(owner, called, init)
    return _initialised(frame, node, display, init, args, kwargs)


def _display(owner: type, fields: dict[str, Expr]) -> Apply:
    return Apply("record", (Ref(owner.__name__, owner),), tuple(fields.items()))


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
    frame: Frame,
    node: ast.AST,
    display: Expr,
    init: types.FunctionType,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr:
    """An object after an `__init__`, which is looked into in the place of the call."""
    source = frame.session.source_of(init)
    inner = user_calls.frame_of(frame, node, source, [display, *args], kwargs)
    if inner.inlined > _DEPTH:
        raise frame.refuse(node, f"`{source.name}` calls itself while it makes an object")
    assert isinstance(source.node, ast.FunctionDef)
    result = control.lower_body(inner, source.node.body)
    if result not in (None, Const(None)):
        raise frame.refuse(node, f"`{source.name}` does more than fill its object")
    return containers.current(frame, node, display)


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
    if function is object.__init__ and not args and not kwargs:
        return Const(None)
    return user_calls.call_user(frame, node, name, function, [this, *args], kwargs)


def _inherited(frame: Frame, node: ast.Call, name: str) -> tuple[Expr, Any]:
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
    if not isinstance(function, types.FunctionType) and function is not object.__init__:
        raise frame.refuse(node, f"`super().{name}` is no method that can be looked into")
    frame.session.assume_attribute(owner, name, function)
    return this, function


# ----- writing -----


def write(frame: Frame, target: ast.Attribute, value: Expr) -> None:
    """`p.x = value`."""
    put(frame, target, expressions.lower(frame, target.value), value)


def put(frame: Frame, target: ast.Attribute, base: Expr, value: Expr) -> None:
    """`base.x = value`."""
    kind, name = frame.kind(base), target.attr
    if isinstance(base, Ref) or not isinstance(kind, Record):
        raise frame.refuse(target, *_reason(frame, target, base))
    if not writes_plainly(kind.type, name):
        raise frame.refuse(
            target,
            f"`{name}` of a `{kind.type.__name__}` cannot be written as a variable can",
            "make a new object",
        )
    what, display = _held(frame, target, base)
    value = _named(frame, what, name, reads.current(frame, target, value))
    container_writes.refuse_inside_itself(frame, target, what, [value])
    fields = dict(display.kwargs) | {name: value}
    after = Apply("record", display.args, tuple(fields.items()))
    container_writes.change(frame, target, what, after, [value])


def _named(frame: Frame, what: Memory, name: str, value: Expr) -> Expr:
    """A value that becomes an attribute; one of an object without a name gets it later."""
    called = what.initial.hint
    if called is None and isinstance(value, Var) and not value.named:
        frame.heap.attributes.add(value)
    return statements.named(frame, f"{called}.{name}" if called else name, value)


def _held(frame: Frame, target: ast.Attribute, base: Expr) -> tuple[Memory, Apply]:
    """The object whose attribute is to be written, and its fields."""
    if not frame.heap.followed:
        raise WritesError
    if frame.nested:
        raise closures.needs_statements(frame, target)
    what = containers.memory_of(frame, base)
    if what is not None:
        assert is_display(base)
        return what, base
    assert isinstance(base, Var)
    reason = _reason(frame, target, base)
    raise array_writes.unknown(frame, target, frame.heap.origin(base).memory, *reason)


def _reason(frame: Frame, target: ast.Attribute, base: Expr) -> tuple[str, str]:
    """Why an attribute cannot be written, and the way round."""
    from_outside = isinstance(base, Ref) or base in frame.heap.passed
    if from_outside or scopes.root_of(target) in frame.source.signature.parameters:
        return (
            "writing an attribute of an object from outside is a write that outlives the call",
            "keep the value in a variable and return it",
        )
    return (
        "this attribute is written where it is not known which object it is",
        "keep the value in a variable, or make a new object",
    )


def augment(frame: Frame, node: ast.AugAssign, target: ast.Attribute) -> None:
    """`p.x += value`: of an array in place, of a number by another one."""
    base = expressions.lower(frame, target.value)
    old = containers.current(frame, node, expressions.attribute(frame, target, base, target.attr))
    if writes.is_array(frame, old):
        writes.update_whole(frame, node, old)
        return
    if is_container(frame.kind(old)):
        container_methods.update(frame, node, old)
        return
    if is_display(base) and not boxes.is_replaced(frame, old):
        raise frame.refuse(
            node,
            f"this changes the value of `.{target.attr}` in place, which cannot be differentiated "
            "yet",
            f"`.{target.attr} = .{target.attr} + ...` makes a new value",
        )
    name = expressions.operator_name(node.op)
    value = expressions.lower(frame, node.value)
    put(frame, target, base, expressions.binary(frame, node, name, old, value))


def is_tuple(display: Apply) -> bool:
    """Whether a display of an object is that of a named tuple."""
    assert isinstance(display.args[0], ir.Ref)
    return issubclass(display.args[0].target, tuple)


def are_alike(a: Expr, b: Expr) -> bool:
    """Whether two displays are of objects of one class with the same attributes."""
    return (
        is_display(a)
        and is_display(b)
        and a.args[0] == b.args[0]
        and dict(a.kwargs).keys() == dict(b.kwargs).keys()
    )


def merged(frame: Frame, node: ast.AST, then: Expr, orelse: Expr, merges: list[ir.Merge]) -> Apply:
    """An object after a branch that has written its attributes, or has made it."""
    sides = [dict(side.kwargs) if is_display(side) else {} for side in (then, orelse)]
    display = then if is_display(then) else orelse
    assert is_display(display)
    fields = {
        name: merging.merge(
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


# ----- what objects have of their class -----


def attribute(frame: Frame, node: ast.AST, value: Expr, kind: Record, name: str) -> Expr:
    """An attribute that an object has of its class: a property, or a constant of the class."""
    owner = kind.type
    known = member(owner, name)
    if isinstance(known, property) and isinstance(known.fget, (types.FunctionType, Source)):
        frame.session.assume_attribute(owner, name, known)
        frame.session.assume_attribute(known, "fget", known.fget)
        return user_calls.call_user(frame, node, name, known.fget, [value], {})
    if known is ABSENT or not isinstance(known, _CONSTANTS):
        raise frame.refuse(node, f"`{owner.__name__}` has no attribute `{name}` here")
    frame.session.assume_attribute(owner, name, known)
    if not is_display(value):
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
    display = left if is_display(left) else right
    if not is_display(display):
        return None
    owner = display.args[0]
    assert isinstance(owner, Ref)
    by_identity = name in ("is_", "is_not") or (
        name in ("eq", "ne") and owner.target.__eq__ is object.__eq__
    )
    if not (by_identity or name.endswith("contains")):
        return None
    same = None if name.endswith("contains") else _are_one(frame, left, right)
    if same is None:
        raise frame.refuse(node, "whether these are one object is not known while compiling")
    return Const(same == (name in ("is_", "eq")))


def _are_one(frame: Frame, left: Expr, right: Expr) -> bool | None:
    """Whether two values are one object, None where that is not known."""
    if any(isinstance(frame.kind(side), (Nothing, Scalar, Text)) for side in (left, right)):
        return False
    if not frame.heap.followed:
        raise WritesError
    this, that = (containers.memory_of(frame, side) for side in (left, right))
    if this is None or that is None or this in frame.heap.near(that):
        return None
    return this is that


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
    return _display(kind.type, fields)


# ----- operators -----


def called(frame: Frame, node: ast.AST, method: str, this: Expr, *others: Expr) -> Expr | None:
    """What a method of an object's class makes of it, None where there is none."""
    kind = frame.kind(this)
    function = member(kind.type, method) if isinstance(kind, Record) else None
    if not isinstance(function, (types.FunctionType, Source)):
        return None
    assert isinstance(kind, Record)
    frame.session.assume_attribute(kind.type, method, function)
    return user_calls.call_user(frame, node, method, function, [this, *others], {})


_REFLECTED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}


def compared(frame: Frame, node: ast.AST, name: str, left: Expr, right: Expr) -> Expr | None:
    """`p < q` where the class of an object says what that is. None where none does."""
    if name not in _REFLECTED:
        return None
    kind, partner = frame.kind(left), frame.kind(right)
    plain = isinstance(partner, Scalar) or (
        isinstance(kind, Record) and isinstance(partner, Record) and partner.type is kind.type
    )
    function = _comparison(kind, name)
    if function is None or not plain or _declines(frame, function):
        refuse_compared(frame, node, name, left, right)
        return None
    return called(frame, node, f"__{name}__", left, right)


def refuse_compared(frame: Frame, node: ast.AST, name: str, left: Expr, right: Expr) -> None:
    """Refuse a comparison that a class of the user's decides, of values that are differentiated."""
    if name not in _REFLECTED or not (frame.varied(left) or frame.varied(right)):
        return
    decides = _comparison(frame.kind(left), name) or _comparison(
        frame.kind(right), _REFLECTED[name]
    )
    if decides is not None:
        raise frame.refuse(node, "this comparison of objects cannot be followed")


def _comparison(kind: Kind, name: str) -> types.FunctionType | Source | None:
    """The user's function that compares objects of a kind, if there is one."""
    if not isinstance(kind, Record):
        return None
    function = member(kind.type, f"__{name}__")
    if name == "ne" and function is object.__ne__:
        function = member(kind.type, "__eq__")
    written = isinstance(function, (types.FunctionType, Source)) and not is_generated(function)
    return function if written else None


def operated(frame: Frame, node: ast.AST, name: str, left: Expr, right: Expr) -> Expr | None:
    """`p + q` where one is an object: its class says what that is. None where none is."""
    kinds = frame.kind(left), frame.kind(right)
    if not any(isinstance(kind, Record) for kind in kinds):
        return None
    varied = frame.varied(left) or frame.varied(right)
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
        return user_calls.call_user(frame, node, method, function, [sides[this], sides[other]], {})
    if varied:
        raise frame.refuse(node, "arithmetic on these objects has no derivative rule")
    return None


def _declines(frame: Frame, function: types.FunctionType | Source) -> bool:
    """Whether a method may leave an operation to the other operand."""
    source = frame.session.source_of(function)
    return any(
        isinstance(node, ast.Name) and node.id == "NotImplemented" for node in ast.walk(source.node)
    )
