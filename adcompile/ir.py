"""The intermediate representation: structured, one assignment per value.

A function is a block of statements over values (`Var`), each assigned once. `For`, `While` and
`If` hold blocks; what changes in a loop is *carried* from one iteration to the next, and what a
branch computes is *merged*, so there is no other way for a value to change. Names are only hints
here: the emitter gives the user's names back.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from adcompile.errors import Span
from adcompile.kinds import UNBOUND, UNKNOWN, Kind, of_constant
from adcompile.records import field, record


class Var:
    """A value: assigned once, compared by identity.

    Attributes:
        hint: the name the user or the compiler would give it, None for a temporary.
        kind: what is known of it.
        varied: whether it depends on an argument that is differentiated.
        named: whether the user (or an adjoint of the user's variable) gave the name, so that it
            is worth a line of its own.
        boxed: whether it may be an array of no axes, which can be changed in place, where its
            kind says that it is one number.
        mixed: whether it may be an int, where its kind says float.
        unset: whether it may be None, as it is recorded where not every path has given it a value.
        parts: of a container, the parts that are differentiated, as paths of keys; None for all.
    """

    __slots__ = ("boxed", "hint", "kind", "mixed", "named", "parts", "unset", "varied")

    def __init__(
        self, hint: str | None, kind: Kind = UNKNOWN, varied: bool = False, named: bool = False
    ) -> None:
        self.hint = hint
        self.kind = kind
        self.varied = varied
        self.named = named
        self.boxed = False
        self.mixed = False
        self.unset = False
        self.parts: tuple[tuple[object, ...], ...] | None = None

    def __repr__(self) -> str:
        return f"%{self.hint or 't'}_{id(self) % 9973}"


@record
class Const:
    """A literal."""

    value: Any

    def __eq__(self, other: object) -> bool:
        # 1 == 1.0 == True in Python, but they are different literals, and so are 0.0 and -0.0.
        return (
            isinstance(other, Const)
            and type(self.value) is type(other.value)
            and repr(self.value) == repr(other.value)
        )

    def __hash__(self) -> int:
        return hash((type(self.value), repr(self.value)))


@record(eq=False)
class Ref:
    """Something outside the function that the text names: a function, a global array, ...

    Two of them are equal if they are the same thing; modules may each have a `W`.
    """

    name: str
    target: Any
    kind: Kind = UNKNOWN

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ref) or self.name != other.name:
            return False
        if isinstance(self.target, (str, tuple)):
            return bool(self.target == other.target)
        return self.target is other.target

    def __hash__(self) -> int:
        return hash(self.name)


class Apply(NamedTuple):
    """An operation: `op` is its dotted name (`numpy.sum`, `operator.add`, `ndarray.sum`,
    `attribute.T`, `index`, `tuple`, `record`, `slice`, ...), see `rules`.

    A tuple, because most of what a compilation makes, compares and hashes are these.
    """

    op: str
    args: tuple[Expr, ...] = ()
    kwargs: tuple[tuple[str, Expr], ...] = ()

    def operands(self) -> tuple[Expr, ...]:
        """All operands, positional and by name."""
        return (*self.args, *(value for _, value in self.kwargs)) if self.kwargs else self.args


Expr = Var | Const | Ref | Apply


@record(frozen=False)
class Assign:
    """`targets = value`; several targets unpack a call that returns a tuple."""

    targets: tuple[Var, ...]
    value: Expr
    span: Span | None = None


@record(frozen=False)
class Do:
    """An operation done for its effect: `x_saved.append(x)`."""

    value: Apply
    span: Span | None = None


@record(frozen=False)
class Keep:
    """A statement of the user's that takes no part in the derivative and is kept as it is.

    `reads` maps the names that it reads to values, `refs` to things outside the function.
    """

    node: ast.stmt
    reads: dict[str, Expr]
    span: Span | None = None


@record(frozen=False)
class Note:
    """A comment of the compiler's own; `blank` lines stand before it. It goes with what it is
    `about`."""

    text: str
    blank: int = 0
    span: Span | None = None
    about: Var | None = None


@record(frozen=False)
class Merge:
    """`out` is `then` after the one branch and `orelse` after the other."""

    out: Var
    then: Expr
    orelse: Expr


@record(frozen=False)
class If:
    """`then` or `orelse`, and the values that either leaves; `skips` names the side after which
    the user goes on to the next iteration, which is how it reads best."""

    test: Expr
    then: Block
    orelse: Block
    merges: list[Merge]
    span: Span | None = None
    skips: str | None = None


@record(frozen=False)
class Carry:
    """`inner` is `init` in the first iteration and `next` of the iteration before in the others;
    `out` is its value after the loop."""

    inner: Var
    init: Expr
    next: Expr
    out: Var


@record(frozen=False)
class For:
    """`for index in range(*bounds)`; `backward` runs the range from its end, `first` only so many
    of its numbers. After an iteration, when what is carried has its new values, `stop` ends it.
    `snapshots` is how many states the user wants kept, None where all are, Python's None where the
    number is left open."""

    index: Var
    bounds: tuple[Expr, ...]
    carries: list[Carry]
    body: Block
    backward: bool = False
    span: Span | None = None
    first: Expr | None = None
    stop: Expr | None = None
    snapshots: Expr | None = None


@record(frozen=False)
class While:
    """`test_block` computes `test` from the carried values before each iteration; `stop` and
    `snapshots` are as in `For`."""

    test_block: Block
    test: Expr
    carries: list[Carry]
    body: Block
    span: Span | None = None
    stop: Expr | None = None
    snapshots: Expr | None = None


Statement = Assign | Do | Keep | Note | If | For | While
Block = list[Statement]


@record(frozen=False)
class Function:
    """A function: `result` is what it returns; `defaults` are those of its last parameters;
    `settings` are those of NumPy's errors under which it runs."""

    name: str
    params: list[Var]
    body: Block
    result: Expr
    doc: str = ""
    defaults: dict[str, Const] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)


# What a variable is set to so that it can be recorded before it has a value.
UNSET = Ref("None", "unset", UNBOUND)
UNDEFINED = Ref("<undefined>", None, UNBOUND)


def kind_of(expr: Expr) -> Kind:
    """The kind of an atom (of an `Apply` only the builder knows it)."""
    if isinstance(expr, Const):
        return of_constant(expr.value)
    return UNKNOWN if isinstance(expr, Apply) else expr.kind


def variables(expr: Expr) -> Sequence[Var]:
    """The values that an expression reads, in order, with repetition."""
    if not isinstance(expr, Apply):
        return (expr,) if isinstance(expr, Var) else ()
    found: list[Var] = []
    for operand in expr.operands():
        if isinstance(operand, Var):
            found.append(operand)
        elif isinstance(operand, Apply):
            found += variables(operand)
    return found


def reads(block: Block) -> Iterator[Var]:
    """The values that the statements of a block read, with repetition."""
    for statement in walk(block):
        for expr in expressions(statement):
            yield from variables(expr)


def operations(function: Function) -> set[str]:
    """The names of the operations of a function."""
    return mentions(function)[0]


def mentions(function: Function) -> tuple[set[str], set[str]]:
    """The names of the operations of a function, and of what is outside it."""
    stack = [expr for statement in walk(function.body) for expr in expressions(statement)]
    stack.append(function.result)
    operations: set[str] = set()
    outside: set[str] = set()
    while stack:
        top = stack.pop()
        if isinstance(top, Apply):
            operations.add(top.op)
            stack.extend(top.operands())
        elif isinstance(top, Ref):
            outside.add(top.name)
    return operations, outside


def first_variable(expr: Apply) -> Var:
    """The first operand, which is a value."""
    assert isinstance(expr.args[0], Var)
    return expr.args[0]


def substitute(expr: Expr, env: dict[Var, Expr]) -> Expr:
    """`expr` with values replaced."""
    if isinstance(expr, Var):
        return env.get(expr, expr)
    if isinstance(expr, Apply) and not env.keys().isdisjoint(variables(expr)):
        return Apply(
            expr.op,
            tuple(substitute(a, env) for a in expr.args),
            tuple((k, substitute(v, env)) for k, v in expr.kwargs),
        )
    return expr


def replace_read(statement: Statement, env: dict[Var, Expr]) -> None:
    """Replace values in what a statement reads when it starts."""
    if not env:
        return
    match statement:
        case Assign() | Do():
            statement.value = substitute(statement.value, env)
        case Keep():
            statement.reads = {k: substitute(v, env) for k, v in statement.reads.items()}
        case If():
            statement.test = substitute(statement.test, env)
        case For():
            statement.bounds = tuple(substitute(bound, env) for bound in statement.bounds)
            if statement.first is not None:
                statement.first = substitute(statement.first, env)
        case While():
            statement.test = substitute(statement.test, env)
    for carry in carries(statement):
        carry.init = substitute(carry.init, env)


def replace_operations(statement: Statement, change: Callable[[Apply], Apply]) -> None:
    """Replace the operations in a statement, those inside others first."""

    def visit(expr: Expr) -> Expr:
        if not isinstance(expr, Apply):
            return expr
        args = tuple(map(visit, expr.args))
        return change(Apply(expr.op, args, tuple((k, visit(v)) for k, v in expr.kwargs)))

    match statement:
        case Assign():
            statement.value = visit(statement.value)
        case Do():
            statement.value = change(statement.value)
        case Keep():
            statement.reads = {k: visit(v) for k, v in statement.reads.items()}
        case If():
            statement.test = visit(statement.test)
        case For():
            statement.bounds = tuple(map(visit, statement.bounds))
        case While():
            statement.test = visit(statement.test)
    for merge in statement.merges if isinstance(statement, If) else ():
        merge.then, merge.orelse = visit(merge.then), visit(merge.orelse)
    for carry in carries(statement):
        carry.init, carry.next = visit(carry.init), visit(carry.next)


def replace_handed_over(statement: Statement, env: dict[Var, Expr]) -> None:
    """Replace values in what the blocks of a statement hand over at their ends."""
    if isinstance(statement, If):
        for merge in statement.merges:
            merge.then = substitute(merge.then, env)
            merge.orelse = substitute(merge.orelse, env)
    for carry in carries(statement):
        carry.next = substitute(carry.next, env)
    if isinstance(statement, While):
        statement.test = substitute(statement.test, env)
    if isinstance(statement, (For, While)) and statement.stop is not None:
        statement.stop = substitute(statement.stop, env)


def blocks(statement: Statement) -> tuple[Block, ...]:
    """The blocks inside a statement."""
    match statement:
        case Assign():
            return ()
        case If():
            return (statement.then, statement.orelse)
        case For():
            return (statement.body,)
        case While():
            return (statement.test_block, statement.body)
    return ()


def carries(statement: Statement) -> list[Carry]:
    """What a statement carries from one iteration to the next."""
    return statement.carries if isinstance(statement, (For, While)) else []


def defined(statement: Statement) -> Sequence[Var]:
    """The values that a statement defines for the statements after it."""
    match statement:
        case Assign():
            return statement.targets
        case If():
            return [merge.out for merge in statement.merges]
        case For() | While():
            return [carry.out for carry in statement.carries]
    return ()


def defined_in(block: Block) -> set[Var]:
    """The values that a block defines, in the blocks inside it too."""
    found: set[Var] = set()
    for statement in walk(block):
        found.update(defined(statement))
        found.update(carry.inner for carry in carries(statement))
    return found


def read_in(block: Block) -> list[Var]:
    """The values that a block reads and does not define, in order."""
    inside = defined_in(block)
    inside.update(s.index for s in walk(block) if isinstance(s, For))
    return [var for var in dict.fromkeys(reads(block)) if var not in inside]


def expressions(statement: Statement) -> Sequence[Expr]:
    """The expressions of a statement itself, without those of the blocks inside it."""
    match statement:
        case Assign() | Do():
            return (statement.value,)
        case Keep():
            return tuple(statement.reads.values())
        case If():
            handed = [side for m in statement.merges for side in (m.then, m.orelse)]
            return (statement.test, *handed)
        case For() | While():
            handed = [side for c in statement.carries for side in (c.init, c.next)]
            return (*controls(statement), *handed)
    return ()


def controls(loop: For | While) -> Iterator[Expr]:
    """What decides how often a loop runs."""
    if isinstance(loop, For):
        yield from loop.bounds
        if loop.first is not None:
            yield loop.first
    else:
        yield loop.test
    if loop.stop is not None:
        yield loop.stop


def walk(block: Block) -> Sequence[Statement]:
    """Every statement of a block and of the blocks inside it, in textual order, as it is now."""
    found: list[Statement] = []
    for statement in block:
        found.append(statement)
        if not isinstance(statement, (Assign, Do)):
            for inner in blocks(statement):
                found += walk(inner)
    return found
