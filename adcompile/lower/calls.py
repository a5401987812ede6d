"""Lower calls: of NumPy, of builtins, of methods, of the user's own functions."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import functools
import inspect
import math
import types
from collections import abc
from typing import Any

import numpy as np

from adcompile import libraries
from adcompile.builder import DRAWS, has_effect
from adcompile.custom import CustomRule
from adcompile.errors import AdcompileError, RefusedError
from adcompile.ir import Apply, Const, Do, Expr, Keep, Ref, Var, walk
from adcompile.ir import expressions as expressions_of
from adcompile.kinds import (
    FLOAT,
    UNKNOWN,
    Array,
    Items,
    Kind,
    LengthNeededError,
    Mapping,
    Record,
    Resolved,
    is_number,
    is_object,
)
from adcompile.lower import (
    checkpoints,
    closures,
    consumers,
    container_methods,
    containers,
    control,
    custom,
    definitions,
    effects,
    expressions,
    functions,
    inspection,
    mapped,
    memory,
    nested,
    objects,
    rebase,
    scopes,
    statements,
    structures,
    writes,
)
from adcompile.lower.frame import Frame, NeedsStatementsError
from adcompile.lower.made import Made
from adcompile.lower.session import ReturnsFunctionError, Specialised
from adcompile.options import PRIMAL, of_derivative
from adcompile.rules import registry, unruled
from adcompile.rules.infer import elementwise_kind
from adcompile.source import Source

_INLINE_STATEMENTS = 3
_INLINE_DEPTH = 8


def dotted(target: Any) -> str | None:
    """The dotted name of something of Python's, NumPy's or SciPy's (`numpy.linalg.norm`), else
    None."""
    return _numpy_name(target) or libraries.name_of(target)


def _numpy_name(target: Any) -> str | None:
    name = getattr(target, "__name__", None)
    if not isinstance(name, str):
        return None
    if isinstance(target, np.ufunc) and getattr(np, name, None) is target:
        return f"numpy.{name}"
    space = getattr(target, "__module__", None)
    if isinstance(getattr(target, "__self__", None), np.random.RandomState):
        space = "numpy.random"
    if space == "adcompile.runtime":
        return f"runtime.{name}"
    module = {"builtins": builtins, "math": math}.get(str(space))
    if module is None and str(space).partition(".")[0] == "numpy":
        for module in (np, np.linalg, np.random, np.fft, np.lib.stride_tricks):
            if getattr(module, name, None) is target:
                break
    if module is None or getattr(module, name, None) is not target:
        return None
    return f"{module.__name__}.{name}"


def lower_call(frame: Frame, node: ast.Call) -> Expr:
    """The value of a call."""
    structure = structures.asked(frame, node)
    if structure is not None:
        return structure
    if isinstance(node.func, ast.Attribute):
        if objects.is_super(frame, node.func.value):
            return objects.call_super(frame, node, node.func.attr, *arguments(frame, node))
        value = expressions.lower(frame, node.func.value)
        if isinstance(value, Ref) and isinstance(value.target, type):
            return _class_method(frame, node, value.target, node.func.attr)
        if isinstance(value, Ref) and isinstance(value.target, np.ufunc):
            return _ufunc_method(frame, node, value, node.func.attr)
        if isinstance(value, Ref) and libraries.is_distribution(value.target):
            return _distribution_method(frame, node, value.target, node.func.attr)
        if not (isinstance(value, Ref) and isinstance(value.target, types.ModuleType)):
            return _method(frame, node, value, node.func.attr)
    callee = expressions.lower(frame, node.func)
    if isinstance(callee, Ref):
        consumed = consumers.lower(frame, node, callee)
        if consumed is not None:
            return consumed
    args, kwargs = arguments(frame, node)
    return call_value(frame, node, callee, args, kwargs)


def call_value(
    frame: Frame, node: ast.AST, callee: Expr, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """A call of a value."""
    kind = frame.kind(callee)
    if isinstance(kind, Record):
        return _record_method(frame, node, kind, callee, "__call__", args, kwargs)
    if not isinstance(kind, Resolved):
        place = node.func if isinstance(node, ast.Call) else node
        raise frame.refuse(place, "it is not known while compiling which function is called")
    name = callee.name if isinstance(callee, Ref) else getattr(callee, "hint", None) or "f"
    return _call_target(frame, node, name, kind.target, args, kwargs)


def _ufunc_method(frame: Frame, node: ast.Call, ufunc: Ref, name: str) -> Expr:
    """`np.add.at(...)`."""
    args, kwargs = arguments(frame, node)
    op = f"{dotted(ufunc.target)}.{name}"
    written = writes.function(frame, node, op, args, kwargs)
    if written is not None:
        return written
    method = getattr(ufunc.target, name)
    defined = definitions.lower(frame, node, op, args, kwargs)
    if defined is not None:
        return defined
    if _has_rule(frame, op, args, kwargs):
        return frame.apply(node, op, *args, **kwargs)
    if varied(frame, args, kwargs):
        raise frame.refuse(node, *unruled.message(op))
    return opaque(frame, node, Ref(_spelled(op), method), args, kwargs)


def _distribution_method(frame: Frame, node: ast.Call, owner: Any, name: str) -> Expr:
    """`stats.norm.logpdf(...)`."""
    try:
        method = getattr(owner, name)
    except AttributeError:
        raise frame.refuse(node, f"`{dotted(owner)}` has no `{name}`") from None
    args, kwargs = arguments(frame, node)
    return _library(frame, node, f"{dotted(owner)}.{name}", method, args, kwargs)


def _class_method(frame: Frame, node: ast.Call, owner: type, name: str) -> Expr:
    """`Class.method(...)`."""
    try:
        member = getattr(owner, name)
    except AttributeError:
        raise frame.refuse(node, f"`{owner.__name__}` has no `{name}`") from None
    args, kwargs = arguments(frame, node)
    if isinstance(member, types.MethodType) and member.__self__ is owner:
        args = [expressions.reference(owner.__name__, owner), *args]
        member = member.__func__
        frame.session.assume_attribute(owner, f"{name}.__func__", member)
    else:
        frame.session.assume_attribute(owner, name, member)
    return _call_target(frame, node, name, member, args, kwargs)


def arguments(frame: Frame, node: ast.Call) -> tuple[list[Expr], dict[str, Expr]]:
    """The arguments of a call, positional and by name."""
    args: list[Expr] = []
    for arg in node.args:
        if isinstance(arg, ast.Starred):
            args.extend(spread(frame, arg, expressions.lower_sequence(frame, arg.value)))
        else:
            args.append(expressions.lower(frame, arg))
    kwargs: dict[str, Expr] = {}
    for keyword in node.keywords:
        value = expressions.lower(frame, keyword.value)
        if keyword.arg is not None:
            kwargs[keyword.arg] = value
        else:
            kwargs |= spread_dict(frame, keyword.value, value)
    return args, kwargs


def spread_dict(frame: Frame, node: ast.AST, value: Expr) -> dict[str, Expr]:
    """What `**value` gives."""
    kind = frame.kind(value)
    if not isinstance(kind, Mapping) or kind.items is None:
        raise frame.refuse(node, "`**` needs a dict whose keys are known here")
    return {str(key.value): part for key, part in functions.entries(frame, node, value)}


def spread(frame: Frame, node: ast.AST, value: Expr) -> list[Expr]:
    """The elements of a sequence whose length is known."""
    value = containers.current(frame, node, value)
    if isinstance(value, Apply) and value.op in ("tuple", "list"):
        return list(value.args)
    kind = frame.kind(value)
    if isinstance(kind, (Items, Record)) and not is_object(kind):
        length = len(kind.items) if isinstance(kind, Items) else len(kind.fields)
        return [expressions.item(frame, node, value, Const(i)) for i in range(length)]
    if isinstance(kind, Array) and kind.dims and isinstance(kind.dims[0], int):
        return [expressions.item(frame, node, value, Const(i)) for i in range(kind.dims[0])]
    raise frame.refuse(node, "the number of elements to unpack is not known while compiling")


def _call_target(
    frame: Frame, node: ast.AST, name: str, target: Any, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    checkpoints.refuse_elsewhere(frame, node, target)
    op = name if name.startswith(("numpy.", "math.", "runtime.")) else dotted(target)
    if op is not None:
        return _library(frame, node, op, target, args, kwargs)
    known = functions.KNOWN.get(target) if is_hashable(target) else None
    if known is not None:
        result: Expr = known(frame, node, args, kwargs)
        return result
    if target is dataclasses.replace and len(args) == 1:
        changed = objects.replaced(frame, node, args[0], kwargs)
        if changed is not None:
            return changed
    if isinstance(target, CustomRule):
        return custom.call(frame, node, name, target, args, kwargs)
    if isinstance(target, np.vectorize) and varied(frame, args, kwargs):
        return mapped.call_vectorized(frame, node, name, target, args, kwargs)
    if isinstance(target, types.MethodType):
        for part in ("__self__", "__func__"):
            frame.session.assume_attribute(target, part, getattr(target, part))
        args = [expressions.reference(f"{name}.__self__", target.__self__), *args]
        target = target.__func__
    derived = of_derivative(target)
    if derived is not None and derived[1].verb == PRIMAL:
        return call_value(frame, node, expressions.reference(name, derived[0]), args, kwargs)
    asked = nested.asked(frame, node, target, args, kwargs)
    if asked is not None:
        return asked
    if isinstance(target, (types.FunctionType, Source)):
        return call_user(frame, node, name, target, args, kwargs)
    derivative = nested.called(frame, node, name, target, args, kwargs)
    if derivative is not None:
        return derivative
    if isinstance(target, functools.partial):
        target = closures.live_partial(frame, name, target)
    if isinstance(target, Made):
        return closures.call(frame, node, target, args, kwargs)
    if isinstance(target, type):
        made = objects.construct(frame, node, target, args, kwargs)
        if made is not None:
            return made
    return opaque(frame, node, Ref(name, target, Resolved(target)), args, kwargs)


def is_hashable(target: Any) -> bool:
    """Whether something can be looked up in a table."""
    return type(target).__hash__ is not None


def varied(frame: Frame, args: list[Expr], kwargs: dict[str, Expr]) -> bool:
    """Whether an argument of a call depends on what is differentiated."""
    return any(map(frame.build.varied, [*args, *kwargs.values()]))


def _library(
    frame: Frame, node: ast.AST, op: str, target: Any, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """A call of a function of NumPy's or Python's."""
    effects.refuse_reflection(frame, node, op)
    if op in _MATRICES:
        raise frame.refuse(node, *unruled.message(op))
    if op == "runtime.apart":
        frame.build.block.append(Do(Apply(op, tuple(args), tuple(kwargs.items()))))
        return Const(None)
    if op in inspection.BUILTINS:
        found = inspection.BUILTINS[op](frame, node, args)
        if found is not None:
            return found
    written = writes.function(frame, node, op, args, kwargs)
    if written is not None:
        return written
    special = None if frame.template else functions.SPECIAL.get(op)
    if special is not None:
        result: Expr | None = special(frame, node, args, kwargs)
        if result is not None:
            return result
    if op in _TEXTS and varied(frame, args, kwargs):
        raise frame.refuse(
            node,
            f"`{_spelled(op)}` makes a text of a value that is differentiated",
            "use the number",
        )
    defined = definitions.lower(frame, node, op, args, kwargs)
    if defined is not None:
        return defined
    if _has_rule(frame, op, args, kwargs):
        if isinstance(target, np.ufunc) and varied(frame, args, kwargs):
            args = containers.written_as_arrays(frame, node, args)
        return frame.apply(node, op, *containers.as_arrays(frame, node, op, args), **kwargs)
    if varied(frame, args, kwargs):
        raise frame.refuse(node, *unruled.message(op))
    kind = FLOAT if op.startswith("math.") and op not in _NOT_FLOAT else UNKNOWN
    return opaque(frame, node, Ref(_spelled(op), target, kind), args, kwargs)


# They make arrays whose operators are not those of arrays.
_MATRICES = {"numpy.matrix", "numpy.asmatrix", "numpy.bmat"}


def _has_rule(frame: Frame, op: str, args: list[Expr], kwargs: dict[str, Expr]) -> bool:
    """Whether a call is one that a rule is for. Where nothing is differentiated, any other form of
    it is kept as it is."""
    rule = registry.find(op)
    if rule is None or frame.template or varied(frame, args, kwargs):
        return rule is not None
    if rule.definition is not None and rule.pullback is None:
        return False
    try:
        registry.bind(op, tuple(args), tuple(kwargs.items()), frame.kind)
    except RefusedError:
        return False
    return True


_NOT_FLOAT = {
    f"math.{name}"
    for name in ("floor", "ceil", "trunc", "gcd", "lcm", "comb", "perm", "factorial", "isqrt",
                 "isnan", "isinf", "isfinite", "isclose", "frexp", "modf", "prod")
}  # fmt: skip


_TEXTS = {"builtins.str", "builtins.repr", "builtins.format"}


def _spelled(op: str) -> str:
    return op.replace("numpy.", "np.", 1).removeprefix("builtins.")


def opaque(
    frame: Frame, node: ast.AST, callee: Ref, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """A call of something that cannot be looked into: allowed where nothing is differentiated."""
    if varied(frame, args, kwargs):
        raise frame.refuse(
            node,
            f"`{callee.name}` cannot be looked into, and a differentiated value enters it",
            "write it as a Python function, or pass it values that are not differentiated",
        )
    if isinstance(callee.target, np.ufunc) and not kwargs and len(args) == callee.target.nin:
        kind = ufunc_kind(frame, callee.target, args)
        return frame.apply(node, "opaque", Ref(callee.name, callee.target, kind), *args)
    effects.refuse_writing(frame, node, callee, args, kwargs)
    known = dotted(callee.target)
    op = "opaque" if known is not None and not known.startswith(DRAWS) else "effect"
    return frame.apply(node, op, callee, *args, **kwargs)


def ufunc_kind(frame: Frame, ufunc: np.ufunc, args: list[Expr]) -> Kind:
    """The kind of the result of an elementwise function, of NumPy's or not."""
    if ufunc.nout != 1 or ufunc.signature is not None:
        return UNKNOWN
    return elementwise_kind(ufunc, [frame.kind(arg) for arg in args])


# ----- methods -----

IN_PLACE = {
    "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update",
    "setdefault", "fill", "put", "itemset", "resize", "partition", "setflags", "add", "discard",
}  # fmt: skip


def _method(frame: Frame, node: ast.Call, value: Expr, name: str) -> Expr:
    """`value.name(...)`."""
    if name == "extend" and len(node.args) == 1:
        args: list[Expr] = [expressions.lower_sequence(frame, node.args[0])]
        kwargs: dict[str, Expr] = {}
    else:
        args, kwargs = arguments(frame, node)
    kind = frame.kind(value)
    if isinstance(kind, Record):
        return _record_method(frame, node, kind, value, name, args, kwargs)
    written = writes.method(frame, node, value, name, args, kwargs)
    if written is None:
        written = container_methods.method(frame, node, value, name, args, kwargs)
    if written is not None:
        return written
    if name in IN_PLACE:
        raise frame.refuse(
            node,
            f"`.{name}()` changes a value in place, which cannot be differentiated yet",
            "build a new value instead",
        )
    if isinstance(kind, Mapping):
        return _mapping_method(frame, node, kind, value, name, args)
    op = f"ndarray.{name}"
    defined = definitions.lower(frame, node, op, [value, *args], kwargs)
    if defined is not None:
        return defined
    if registry.find(op) is not None:
        return frame.apply(node, op, value, *args, **kwargs)
    if varied(frame, [value, *args], kwargs):
        raise frame.refuse(node, *unruled.message(op))
    return frame.apply(node, f"ndarray.{name}", value, *args, **kwargs)


def _mapping_method(
    frame: Frame, node: ast.Call, kind: Mapping, value: Expr, name: str, args: list[Expr]
) -> Expr:
    """`d.items()`, `d.keys()`, `d.values()`, `d.get(key)` where the keys are known."""
    if kind.items is not None:
        keys = [Const(key) for key, _ in kind.items]
        values = [expressions.item(frame, node, value, key) for key in keys]
        match name:
            case "keys":
                return containers.view(frame, value, Apply("tuple", tuple(keys)))
            case "values":
                return containers.view(frame, value, Apply("tuple", tuple(values)))
            case "items":
                pairs = (Apply("tuple", pair) for pair in zip(keys, values, strict=True))
                return containers.view(frame, value, Apply("tuple", tuple(pairs)))
            case "copy":
                return Apply(
                    "dict", tuple(p for pair in zip(keys, values, strict=True) for p in pair)
                )
            case "get" if args and isinstance(args[0], Const):
                found = args[0] in keys
                default = args[1] if len(args) > 1 else Const(None)
                return values[keys.index(args[0])] if found else default
    raise frame.refuse(node, f"`.{name}()` of this dict is not known while compiling")


def _record_method(
    frame: Frame,
    node: ast.AST,
    kind: Record,
    value: Expr,
    name: str,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr:
    if kind.type in (np.random.Generator, np.random.RandomState):
        return _draw(frame, node, value, name, args, kwargs)
    fields = dict(kind.fields)
    known = fields.get(name)
    if isinstance(known, Resolved):
        return _call_target(frame, node, name, known.target, args, kwargs)
    member = method_of(frame, node, kind, name)
    if name == "_replace" and not args:
        changed = objects.replaced(frame, node, value, kwargs)
        if changed is not None:
            return changed
    if isinstance(member, staticmethod):
        return _call_target(frame, node, name, member.__func__, args, kwargs)
    if isinstance(member, classmethod):
        frame.session.assume_attribute(kind.type, f"{name}.__func__", member.__func__)
        owner = expressions.reference(kind.type.__name__, kind.type)
        return _call_target(frame, node, name, member.__func__, [owner, *args], kwargs)
    if isinstance(member, (types.FunctionType, Source)):
        return call_user(frame, node, name, member, [value, *args], kwargs)
    if isinstance(member, CustomRule):
        frame.session.assume_attribute(kind.type, name, member)
        return custom.call(frame, node, name, member, [value, *args], kwargs)
    if of_derivative(member) is not None:
        return _call_target(frame, node, name, member, [value, *args], kwargs)
    return opaque(frame, node, Ref(name, member), [value, *args], kwargs)


def method_of(frame: Frame, node: ast.AST, kind: Record, name: str) -> Any:
    """A method as it stands in the class of an object."""
    try:
        member = inspect.getattr_static(kind.type, name)
    except AttributeError:
        raise frame.refuse(node, f"`{kind.type.__name__}` has no method `{name}`") from None
    known = isinstance(member, (staticmethod, types.FunctionType))
    if known or of_derivative(member) is not None:
        frame.session.assume_attribute(kind.type, name, getattr(kind.type, name))
    return member


def _draw(
    frame: Frame, node: ast.AST, rng: Expr, name: str, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """A method of a generator of random numbers."""
    if registry.find(f"generator.{name}") is None:
        raise frame.refuse(
            node,
            f"`.{name}()` of a random generator is not known",
            "draw outside and pass the draws in",
        )
    return frame.apply(node, f"generator.{name}", rng, *args, **kwargs)


# ----- functions of the user's -----


def call_user(
    frame: Frame,
    node: ast.AST,
    name: str,
    target: types.FunctionType | Source,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr:
    """A call of a Python function: inlined where it is tiny, else specialised."""
    try:
        source = frame.session.source_of(target)
        bound = bind(frame, node, source, args, kwargs)
    except AdcompileError:
        if varied(frame, args, kwargs):
            raise
        return opaque(frame, node, Ref(name, target), args, kwargs)
    if scopes.is_generator(source.node):
        reason = f"`{source.name}` is a generator, which cannot be differentiated yet"
        raise frame.refuse(node, reason)
    if closures.takes_function(frame, bound):
        return closures.inline(frame, node, source, bound)
    try:
        return _called(frame, node, Ref(name, target), source, bound, (args, kwargs))
    except ReturnsFunctionError:
        return closures.inline(frame, node, source, bound)


def _called(
    frame: Frame,
    node: ast.AST,
    function: Ref,
    source: Source,
    bound: dict[str, Expr],
    given: tuple[list[Expr], dict[str, Expr]],
) -> Expr:
    """A call of a function that neither takes nor returns one that the program made."""
    name, target, (args, kwargs) = function.name, function.target, given
    is_varied = varied(frame, args, kwargs)
    joint = checkpoints.is_joint(frame.session, source)
    tiny = not (frame.nested or joint) and frame.inlined < _INLINE_DEPTH and _is_tiny(source)
    if tiny and (is_varied or _has_passive(frame, source, bound)):
        return _inlined(frame, source, bound)
    if not is_varied or frame.nested:
        return _passive_call(frame, node, Ref(name, target), source, bound, args, kwargs)
    if not joint and _is_flat(frame, bound) and not closures.is_running(frame, source):
        return closures.inline(frame, node, source, bound)
    flags = tuple(frame.build.varied(value) for value in bound.values())
    try:
        spec, back = specialised(frame, source, bound, flags)
    except memory.ArgumentWrittenError:
        return _written_out(frame, node, source, bound)
    if _touches_memory(frame, spec, bound):
        return _written_out(frame, node, source, bound)
    if _returns_structure(frame, spec) and not (joint or closures.is_running(frame, source)):
        return closures.inline(frame, node, source, bound)
    callee = Ref(name, spec, rebase.out_of(spec.result, back))
    result = frame.apply(node, "call", callee, *bound.values())
    return containers.taken_apart(frame, node, result)


def _has_passive(frame: Frame, source: Source, bound: dict[str, Expr]) -> bool:
    """Whether a function can be looked into where it is not differentiated."""
    try:
        return passive(frame, source, bound)[0] is not None
    except memory.ArgumentWrittenError:
        return True


def _passive_call(
    frame: Frame,
    node: ast.AST,
    name: Ref,
    source: Source,
    bound: dict[str, Expr],
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr:
    """A call that is not differentiated stays one, of the user's function."""
    try:
        spec, kind = passive(frame, source, bound)
    except memory.ArgumentWrittenError:
        return _written_out(frame, node, source, bound)
    if spec is None:
        effects.refuse_writing(frame, node, name, list(bound.values()), {})
    elif _touches_memory(frame, spec, bound):
        return _written_out(frame, node, source, bound)
    quiet = spec is not None and not has_effects(spec)
    flat = _is_flat(frame, bound) or (spec is not None and _returns_structure(frame, spec))
    if quiet and frame.session.native and not (frame.nested and flat):
        if flat and not closures.is_running(frame, source):
            return closures.inline(frame, node, source, bound)
        result = frame.apply(node, "call", Ref(name.name, spec, kind), *bound.values())
    else:
        callee = Ref(name.name, name.target, kind)
        result = frame.apply(node, "opaque" if quiet else "effect", callee, *args, **kwargs)
    if spec is None or spec.shares:
        return result
    memory.own(frame, result)
    return containers.taken_apart(frame, node, result)


def _is_flat(frame: Frame, bound: dict[str, Expr]) -> bool:
    """Whether the body of a function stands in the place of its call: native functions take
    numbers and arrays only."""
    if frame.session.flat or not frame.session.native:
        return frame.session.flat
    return any(isinstance(frame.kind(value), _NOT_NATIVE) for value in bound.values())


def _returns_structure(frame: Frame, spec: Specialised) -> bool:
    """Whether a native function would return what only Python knows."""
    parts = spec.result.items if isinstance(spec.result, Items) else (spec.result,)
    return frame.session.native and any(isinstance(part, (Mapping, Record)) for part in parts)


_NOT_NATIVE = (Items, Mapping, Record, Resolved)


def _touches_memory(frame: Frame, spec: Specialised, bound: dict[str, Expr]) -> bool:
    """Whether a function must be looked into to know what it does to its caller's arrays. Of one
    that calls itself, the result is taken for any part of its arguments."""
    hands_on = spec.shares and memory.may_share(spec.result) and not spec.recursive
    written = [bound[name] for name in spec.writes if not _is_number(frame, bound[name])]
    return bool(written) or (frame.heap.followed and hands_on)


def _is_number(frame: Frame, value: Expr) -> bool:
    """Whether a value is certainly no array, not even one of no axes."""
    return is_number(frame.kind(value)) and not (isinstance(value, Var) and value.boxed)


def _written_out(frame: Frame, node: ast.AST, source: Source, bound: dict[str, Expr]) -> Expr:
    """The value of a call of a function that writes into its arguments, or returns part of one:
    its body takes the place of the call."""
    if frame.nested:
        raise NeedsStatementsError(
            f"`{source.name}` writes into its argument, where it may be called often or not at all",
            "call it on a line of its own",
            frame.source.span(node),
        )
    return closures.inline(frame, node, source, bound)


def bind(
    frame: Frame,
    node: ast.AST,
    source: Source,
    args: list[Expr],
    kwargs: dict[str, Expr],
    defaults: abc.Mapping[str, Expr] | None = None,
) -> dict[str, Expr]:
    """The value of each parameter of a call, defaults included.

    Args:
        frame: where the call stands.
        node: the call.
        source: the function.
        args: the positional arguments.
        kwargs: the others.
        defaults: of a nested function, the values of its defaults.
    """
    try:
        bound = source.signature.bind(*args, **kwargs)
    except TypeError as error:
        raise frame.refuse(node, f"this call of `{source.name}` does not fit: {error}") from None
    values: dict[str, Expr] = {}
    for name, parameter in source.signature.parameters.items():
        if name in bound.arguments:
            given = bound.arguments[name]
            if parameter.kind is parameter.VAR_POSITIONAL:
                given = Apply("tuple", tuple(given))
            elif parameter.kind is parameter.VAR_KEYWORD:
                parts = [part for key, value in given.items() for part in (Const(key), value)]
                given = containers.identified(frame, Apply("dict", tuple(parts)))
            values[name] = given
        elif parameter.kind is parameter.VAR_POSITIONAL:
            values[name] = Apply("tuple")
        elif parameter.kind is parameter.VAR_KEYWORD:
            values[name] = containers.identified(frame, Apply("dict"))
        elif defaults is not None:
            values[name] = defaults[name]
        else:
            frame.session.assume_default(source, name, source.defaults[name])
            values[name] = default(source, name)
    return values


def default(source: Source, name: str) -> Expr:
    """The value of a parameter that a call leaves out."""
    value = source.defaults[name]
    if isinstance(value, (bool, int, float, complex, str, type(None))):
        return Const(value)
    return expressions.reference(name, value)


def _is_tiny(source: Source) -> bool:
    """Whether a function is so short that its text reads better in the place of its call."""
    if isinstance(source.node, ast.Lambda):
        return True
    body = statements.without_docstring(source.node.body)
    return (
        len(body) <= _INLINE_STATEMENTS
        and isinstance(body[-1], ast.Return)
        and body[-1].value is not None
        and all(
            isinstance(s, ast.Assign) and all(isinstance(t, ast.Name) for t in s.targets)
            for s in body[:-1]
        )
        and not any(
            isinstance(n, ast.Name) and n.id == source.name for s in body for n in ast.walk(s)
        )
    )


def frame_of(
    frame: Frame, node: ast.AST, source: Source, args: list[Expr], kwargs: dict[str, Expr]
) -> Frame:
    """Where the body of a function stands in the place of its call."""
    return _frame(frame, source, bind(frame, node, source, args, kwargs))


def _frame(frame: Frame, source: Source, bound: dict[str, Expr]) -> Frame:
    return Frame(
        frame.session,
        source,
        frame.build,
        dict(bound),
        frame.nested,
        frame.inlined + 1,
        caller=frame,
        start=frame.build.block,
        heap=frame.heap,
    )


def _inlined(frame: Frame, source: Source, bound: dict[str, Expr]) -> Expr:
    """The value of a call, with the body of the function in its place."""
    inner = _frame(frame, source, bound)
    if isinstance(source.node, ast.Lambda):
        result: Expr | None = expressions.lower(inner, source.node.body)
    else:
        result = control.lower_body(inner, source.node.body)
    return Const(None) if result is None else result


def specialised(
    frame: Frame, source: Source, bound: dict[str, Expr], flags: tuple[bool, ...]
) -> tuple[Specialised, rebase.Origins]:
    """A function lowered for the arguments of a call, and what maps its lengths back."""
    kinds, back = rebase.into(list(bound), [frame.kind(value) for value in bound.values()])
    try:
        return frame.session.specialise(source, kinds, flags), back
    except LengthNeededError as needed:
        raise rebase.ask(needed, back) from None


def has_effects(spec: Specialised) -> bool:
    """Whether a function that can be lowered draws random numbers or prints."""
    if spec.body is None:
        return False
    return any(
        isinstance(statement, Keep) or any(map(has_effect, expressions_of(statement)))
        for statement in walk(spec.body.body)
    )


def passive(
    frame: Frame, source: Source, bound: dict[str, Expr]
) -> tuple[Specialised | None, Kind]:
    """The function of a call that is not differentiated, None where it cannot be lowered, and the
    kind of the call's result."""
    try:
        spec, back = specialised(frame, source, bound, (False,) * len(bound))
    except memory.ArgumentWrittenError:
        raise
    except (AdcompileError, RecursionError):
        return None, UNKNOWN
    return spec, rebase.out_of(spec.result, back)
