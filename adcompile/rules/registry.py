"""The table of operations: what each returns, and its derivative as text.

A rule is data: the parameters of the function, the kind of its result, and for each parameter that
can be differentiated the pullback as a Python expression, for example

    Rule("numpy.tanh", "x", elementwise(np.tanh), {"x": "g * (1 - y * y)"})

In a pullback, `g` is the adjoint of the result, `y` the result, and the parameters stand for the
arguments; what it mentions is what the backward sweep needs. It is never executed: it becomes part
of the text of the gradient. Where the expression depends on ranks, axes or other facts that are
known while compiling, the pullback is a function from the `Call` to such a table.

In forward mode the text of an elementwise pullback serves again, with the tangent of the argument
for `g`, and what is linear in an argument is applied to its tangent. Other operations say their
`pushforward`, in which `g` is the tangent of the argument.

What is short in terms of other operations has a definition instead, see `definitions`.

An argument that a rule does not name is refused: its parameter list marks it `name=!`, or
`name=!False` where False is what the function does anyway.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from adcompile.errors import RefusedError, Span
from adcompile.ir import Apply, Const, Expr
from adcompile.kinds import Items, Kind, Nothing, Record, Scalar, Sym, Text, holds_complex, is_real
from adcompile.records import field, record, replace
from adcompile.rules import aliases

Templates = Mapping[str, "str | tuple[str, ...]"]


class NotStaticError(Exception):
    """An argument must be known while compiling, and is not."""

    def __init__(self, name: str) -> None:
        self.name = name

    def refusal(self, op: str) -> RefusedError:
        """The error that tells the user, for a call of `op`."""
        return RefusedError(
            f"the argument `{self.name}` of `{op}` must be known while compiling",
            "write it as a literal",
        )


class Call(NamedTuple):
    """A call bound to the parameters of its rule.

    Attributes:
        rule: the rule.
        args: for each parameter its expression; defaults are filled in.
        kinds: for each parameter the kind of its argument.
        given: the parameters that the call gives.
        result: the kind of the result (while a pullback is chosen), else None.
        reached: of a result with parts, the names or places of those with an adjoint that is not
            zero; None for all.
    """

    rule: Rule
    args: Mapping[str, Expr]
    kinds: Mapping[str, Kind]
    given: frozenset[str]
    result: Kind | None = None
    reached: frozenset[str] | None = None

    def reaches(self, part: str) -> bool:
        """Whether the adjoint of a part of the result may be other than zero."""
        return self.reached is None or part in self.reached

    def static(self, name: str) -> Any:
        """The value of an argument that is known while compiling.

        Raises:
            NotStaticError: it is known only at run time.
        """
        known, value = static_value(self.kinds[name])
        if not known:
            raise NotStaticError(name)
        return value

    def is_static(self, name: str) -> bool:
        """Whether an argument is known while compiling."""
        return static_value(self.kinds[name])[0]

    def is_complex(self) -> bool:
        """Whether an argument or the result is complex, or holds a complex number."""
        kinds = [*self.kinds.values(), *([self.result] if self.result is not None else [])]
        return any(map(holds_complex, kinds))


def static_value(kind: Kind) -> tuple[bool, Any]:
    """Whether a kind determines the value, and the value."""
    match kind:
        case Nothing():
            return True, None
        case Scalar(_, value) if value is not None and not isinstance(value, Sym):
            return True, value
        case Text(str() as value):
            return True, value
        case Items(type, items):
            parts = [static_value(item) for item in items]
            return all(known for known, _ in parts), type(value for _, value in parts)
        case Record(type, fields) if type is slice:
            parts = [static_value(item) for _, item in fields]
            known = all(known for known, _ in parts)
            return known, slice(*(value for _, value in parts)) if known else None
    return False, None


@record
class Complex:
    """What a rule is for complex numbers: the same, where it says nothing else.

    Attributes:
        pullback: as in `Rule`.
        pushforward: as in `Rule`.
        either: whether it holds for real numbers too, and serves where it is not known which they
            are.
    """

    pullback: Templates | Callable[[Call], Templates] | None = None
    pushforward: Templates | Callable[[Call], Templates] | None = None
    either: bool = False


REAL = Complex(either=True)


@record
class Rule:
    """One operation.

    Attributes:
        name: its dotted name, as in the text.
        params: its parameters, as in a `def`; `name=!` marks one that is refused when given.
        kind: the kind of the result.
        pullback: for each differentiable parameter the pullback; None where it has no derivative
            rule, an empty table where the derivative is zero wherever it exists.
        elementwise: the pullbacks have the shape of the result, and are summed over broadcast axes.
        linear: the parameters in each of which the function is linear.
        jointly: whether it is linear in all of these together.
        pushforward: for parameters in which it is neither elementwise nor linear, what their
            tangents contribute to that of the result.
        cost: 0 for what is free to repeat (shapes, views), 1 for arithmetic, 2 for functions such
            as `exp`, 3 for what is never repeated where it can be recorded.
        pure: calling it again gives an equal result and has no effect.
        fresh: its result shares no memory with its arguments.
        hint: a name for the result where it needs one.
        why: for an operation without a rule, the reason and the way round it.
        definition: what stands in the place of a call that is differentiated, a text in terms of
            other operations; None for call forms that the rule itself covers.
        arrays: the parameters of which NumPy makes arrays, where these are lists or tuples, also
            where they are not differentiated.
        of_complex: what it is where an argument or the result is complex; None where it has no
            derivative then. See `complex_numbers`.
    """

    name: str
    params: str
    kind: Callable[[Call], Kind]
    pullback: Templates | Callable[[Call], Templates] | None = None
    elementwise: bool = False
    linear: tuple[str, ...] = ()
    jointly: bool = False
    pushforward: Templates | Callable[[Call], Templates] | None = None
    cost: int = 2
    pure: bool = True
    fresh: bool = True
    hint: str | None = None
    why: str | None = None
    definition: Callable[[Call], str | None] | None = None
    arrays: tuple[str, ...] = ()
    of_complex: Complex | None = None

    def bind(self, args: Iterable[Expr], kwargs: Iterable[tuple[str, Expr]], kind_of: Any) -> Call:
        """Bind arguments to the parameters.

        Raises:
            RefusedError: an argument that the rule does not name.
        """
        params = parameters(self.params)
        args = tuple(args)
        bound: dict[str, Expr] = dict(zip(params.positional, args, strict=False))
        further = args[len(params.positional) :]
        if params.star is not None:
            bound[params.star] = Apply("tuple", further)
        elif further:
            count = len(params.positional)
            raise RefusedError(f"`{self.name}` takes {count} positional arguments here")
        for name, value in kwargs:
            if name not in params.named or name in bound:
                raise self._refused(name)
            bound[name] = value
        return self._complete(params.all, bound, kind_of)

    def _complete(
        self, params: tuple[Parameter, ...], bound: dict[str, Expr], kind_of: Any
    ) -> Call:
        given = frozenset(bound)
        for param in params:
            if param.refused and param.name in bound:
                if not param.allows(kind_of(bound[param.name])):
                    raise self._refused(param.name)
                del bound[param.name]
            elif param.name not in bound:
                if param.required:
                    raise RefusedError(f"`{self.name}` misses its argument `{param.name}`")
                if not param.refused:
                    bound[param.name] = param.default
        return Call(self, bound, {name: kind_of(value) for name, value in bound.items()}, given)

    def _refused(self, name: str) -> RefusedError:
        return RefusedError(
            f"the argument `{name}` of `{self.name}` has no derivative rule",
            "leave it out, or write what it does as separate operations",
        )

    def is_constant(self, kinds: Iterable[Kind]) -> bool:
        """Whether the derivative is zero wherever it exists, for arguments of these kinds."""
        return self.pullback == {} and (self.of_complex is None or all(map(is_real, kinds)))

    def without(self, param: str, texts: Templates, span: Span | None) -> RefusedError:
        """The error for a parameter that has no derivative, where others have one."""
        others = ", ".join(f"`{name}`" for name in texts)
        return RefusedError(
            f"`{self.name}` has no derivative with respect to `{param}`",
            f"it has one with respect to {others}" if others else None,
            span,
        )

    def pullbacks(self, call: Call) -> Templates | None:
        """The pullbacks for a call, None where there is no rule."""
        pullback = self.require_of(call).pullback or self.pullback
        return pullback(call) if callable(pullback) else pullback

    def pushforwards(self, call: Call) -> Templates:
        """The texts of the pushforward for a call, without those of parameters that it is linear
        in."""
        form = self.require_of(call)
        pushforward = form.pushforward or self.pushforward
        texts = pushforward(call) if callable(pushforward) else pushforward
        if self.elementwise:
            return {**(self.pullbacks(call) or {}), **(texts or {})}
        return texts or {}

    def require_of(self, call: Call) -> Complex:
        """What it is for the numbers of a call.

        Raises:
            RefusedError: they are complex, and it has no derivative for such.
        """
        form = self.of_complex
        if not call.is_complex():
            known = form is None or not form.either or all(map(is_real, call.kinds.values()))
            return form if form is not None and not known else REAL
        if form is None:
            raise RefusedError(
                f"`{self.name}` of complex numbers has no derivative rule",
                "write it with functions that have one, or with the real and imaginary parts",
            )
        return form


@record
class Parameter:
    """One parameter of a rule.

    Attributes:
        name: its name.
        default: what it is if it is not given.
        required: whether it must be given.
        refused: whether it must not be given, but for None and the default.
        star: whether it takes all further positional arguments.
        keyword: whether it is given by name only.
    """

    name: str
    default: Expr = field(default_factory=lambda: Const(None))
    required: bool = False
    refused: bool = False
    star: bool = False
    keyword: bool = False

    def allows(self, kind: Kind) -> bool:
        """Whether a refused parameter may be given a value."""
        value = self.default.value if isinstance(self.default, Const) else None
        return kind == Nothing() or static_value(kind) == (True, value)


class Parameters(NamedTuple):
    """The parameters of a rule.

    Attributes:
        all: them all.
        positional: the names of those that may be given by position.
        star: the name of that which takes all further positional arguments, if there is one.
        named: the names of those that may be given by name.
    """

    all: tuple[Parameter, ...]
    positional: tuple[str, ...]
    star: str | None
    named: frozenset[str]


@cache
def parameters(text: str) -> Parameters:
    """Parse a parameter list such as `a, axis=None, out=!, *, keepdims=False`."""
    params = tuple(_parsed(text))
    positional = tuple(p.name for p in params if not p.keyword and not p.star)
    star = next((p.name for p in params if p.star), None)
    return Parameters(params, positional, star, frozenset(p.name for p in params if not p.star))


def _parsed(text: str) -> Iterator[Parameter]:
    keyword = False
    for part in filter(None, map(str.strip, text.split(","))):
        name, _, default = part.partition("=")
        if part == "*":
            keyword = True
        elif part.startswith("*"):
            yield Parameter(name[1:], star=True)
            keyword = True
        elif not default:
            yield Parameter(name, required=True, keyword=keyword)
        elif default.startswith("!"):
            allowed = Const(ast.literal_eval(default[1:] or "None"))
            yield Parameter(name, allowed, refused=True, keyword=keyword)
        else:
            yield Parameter(name, Const(ast.literal_eval(default)), keyword=keyword)


MODULES = (
    "operators",
    "builtins",
    "elementwise",
    "reductions",
    "shape",
    "joining",
    "repeating",
    "diagonals",
    "selecting",
    "differences",
    "sorting",
    "missing",
    "products",
    "einsum",
    "fft",
    "linalg",
    "matrices",
    "decompositions",
    "eigen",
    "least_squares",
    "ufuncs",
    "polynomials",
    "creation",
    "passive",
    "random",
    "runtime",
    "native",
    "marks",
    "sets",
    "checks",
)


# Those for SciPy's functions, by the module that these are in.
SCIPY: Mapping[str, tuple[str, ...]] = {
    "special": ("special",),
    "linalg": ("linalg", "factorisations", "structured", "equations"),
    "stats": ("stats",),
    "signal": ("signal",),
    "integrate": ("integrate",),
}


@cache
def table() -> Mapping[str, Rule]:
    """Every rule for Python and NumPy by its dotted name; loaded at the first compilation."""
    rules = _by_name(MODULES)
    for name, form in importlib.import_module("adcompile.rules.complex_numbers").FORMS.items():
        rules[name] = replace(rules[name], of_complex=form)
    return rules


@cache
def scipy_table(module: str) -> Mapping[str, Rule]:
    """The rules for a module of SciPy's; loaded when a program uses it."""
    return _by_name(f"scipy.{name}" for name in SCIPY.get(module, ()))


def _by_name(modules: Iterable[str]) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for module in modules:
        for rule in importlib.import_module(f"adcompile.rules.{module}").RULES:
            assert rule.name not in rules, rule.name
            rules[rule.name] = rule
    return rules


def is_fresh(expr: Apply) -> bool:
    """Whether the result of an operation is always memory of its own."""
    rule = find(expr.op)
    # Of one operand it may be a view: `np.einsum("ij->ji", a)`.
    return rule is not None and (rule.fresh or (rule.name == "numpy.einsum" and len(expr.args) > 2))


@cache
def find(op: str) -> Rule | None:
    """The rule of an operation, through the aliases (`ndarray.sum` is `numpy.sum`)."""
    op = aliases.canonical(op) if op.startswith("scipy.") else op
    if op.startswith("scipy."):
        return scipy_table(op.split(".")[1]).get(op)
    rules = table()
    # What `math` has under the name of something of NumPy's need not be the same function.
    found = rules.get(op)
    return found or (None if op.startswith("math.") else rules.get(aliases.canonical(op)))


def bind(
    op: str, args: tuple[Expr, ...], kwargs: tuple[tuple[str, Expr], ...], kind_of: Any
) -> Call:
    """Bind a call of an operation that has a rule."""
    rule = find(op)
    assert rule is not None, op
    args, kwargs = aliases.adapt(op, args, kwargs, kind_of)
    return rule.bind(args, kwargs, kind_of)
