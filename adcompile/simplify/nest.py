"""Forward substitution: a temporary that is used once goes back into the expression that uses it,
as long as the line stays readable."""

from __future__ import annotations

from collections import Counter
from functools import cache

from adcompile import ir
from adcompile.builder import is_repeatable
from adcompile.ir import Apply, Assign, Block, Const, Expr, Function, Ref, Statement, Var
from adcompile.kinds import Items, rank
from adcompile.simplify.contracted import contracted
from adcompile.simplify.in_place import Groups
from adcompile.simplify.uses import count_uses

_LINE = 74
_INDENT = 4

# Free to write again wherever they are needed.
_REPEATED = frozenset(
    {"attribute.T", "attribute.shape", "attribute.size", "attribute.ndim", "attribute.dtype"}
)
_STATEMENTS = frozenset(
    {
        "list.pop",
        "list",
        "scatter.add",
        "scatter.at",
        "scatter.store",
        "scatter.merge",
        "scatter.append",
        "scatter.pop",
    }
)


def nest(function: Function) -> None:
    """Nest the temporaries of a function."""
    _repeat(function)
    _unpack(function.body)
    nesting = _Nesting(count_uses(function), Groups(function))
    nesting.block(function.body, _INDENT, function)
    _hint(function.body)


def _repeat(function: Function) -> None:
    """Write shapes, transposes and lengths out where they are used."""
    env: dict[Var, Expr] = {}
    for statement in ir.walk(function.body):
        ir.replace_read(statement, env)
        if isinstance(statement, Assign) and len(statement.targets) == 1:
            target, value = statement.targets[0], statement.value
            if not target.named and (isinstance(value, (Const, Var)) or _is_repeated(value)):
                env[target] = value
    function.result = ir.substitute(function.result, env)
    for statement in ir.walk(function.body):
        ir.replace_handed_over(statement, env)
    _drop(function.body, env)


def _unpack(block: Block) -> None:
    """`W = p[0]` and `b = p[1]` are `W, b = p`."""
    for statement in block:
        for inner in ir.blocks(statement):
            _unpack(inner)
    result: Block = []
    position = 0
    while position < len(block):
        group = _parts_from(block, position)
        if group is None:
            result.append(block[position])
            position += 1
        else:
            result.append(group)
            position += len(group.targets)
    block[:] = result


def _parts_from(block: Block, position: int) -> Assign | None:
    """One assignment for all parts of a sequence, if it is taken apart from here on."""
    base = _part_of(block[position], 0)
    size = _size(base) if base is not None else None
    if base is None or size is None or size < 2:
        return None
    run = block[position : position + size]
    if [_part_of(s, i) for i, s in enumerate(run)] != [base] * size:
        return None
    parts = [s for s in run if isinstance(s, Assign)]
    return Assign(tuple(s.targets[0] for s in parts), base, parts[0].span)


def _part_of(statement: Statement, number: int) -> Expr | None:
    """The sequence whose part a statement gives the user's name."""
    if not isinstance(statement, Assign) or len(statement.targets) > 1:
        return None
    value = statement.value
    if not isinstance(value, Apply) or value.op != "index" or not statement.targets[0].named:
        return None
    return value.args[0] if value.args[1] == Const(number) else None


def _size(base: Expr) -> int | None:
    """The number of elements of a sequence, if it is known."""
    if isinstance(base, Var):
        return len(base.kind.items) if isinstance(base.kind, Items) else None
    if isinstance(base, Apply) and base.op == "attribute.shape" and isinstance(base.args[0], Var):
        return rank(base.args[0].kind)
    return None


def _is_repeated(value: Expr) -> bool:
    if not isinstance(value, Apply):
        return False
    if value.op == "index":
        base, key = value.args
        return isinstance(key, Const) and isinstance(base, Apply) and _is_repeated(base)
    if value.op == "builtins.len":
        return isinstance(value.args[0], Var)
    return value.op in _REPEATED and isinstance(value.args[0], Var)


def _drop(block: Block, env: dict[Var, Expr]) -> None:
    for statement in block:
        for inner in ir.blocks(statement):
            _drop(inner, env)
    block[:] = [s for s in block if not (isinstance(s, Assign) and s.targets[0] in env)]


# ----- temporaries used once -----


class _Nesting:
    """Nests the temporaries of a function.

    Args:
        uses: how often each value is read.
        groups: the arrays that are written to: what reads one stays before the next write to it.
    """

    def __init__(self, uses: Counter[Var], groups: Groups) -> None:
        self._uses = uses
        self._groups = groups

    def block(self, block: Block, indent: int, owner: Function | Statement) -> None:
        """Nest the temporaries of a block that `owner` holds."""
        uses = self._uses
        pending: dict[Var, Expr] = {}
        used: set[Var] = set()
        for position, statement in enumerate(block):
            _fill(statement, pending, used, indent)
            after = block[position + 1] if position + 1 < len(block) else None
            if _is_temporary(statement, uses) or _is_passed_on(statement, uses, after):
                assert isinstance(statement, Assign)
                pending[statement.targets[0]] = statement.value
                continue
            self._stay_before(statement, pending)
            for inner in ir.blocks(statement):
                self.block(inner, indent + _INDENT, statement)
        _fill_end(owner, block, pending, used, indent)
        block[:] = [s for s in block if not (isinstance(s, Assign) and s.targets[0] in used)]

    def _stay_before(self, statement: Statement, pending: dict[Var, Expr]) -> None:
        """What reads an array that a statement writes to is computed before it."""
        if not pending or not self._groups.any():
            return
        written = self._groups.written_by(statement)
        for var in [var for var, value in pending.items() if written & self._groups.of(value)]:
            del pending[var]


def _hint(block: Block) -> None:
    """Name the temporaries that stay: `x[i]` is `x_i`."""
    for statement in ir.walk(block):
        if isinstance(statement, Assign) and statement.targets[0].hint is None:
            value = statement.value
            if isinstance(value, Apply) and value.op == "index":
                base, key = value.args
                if isinstance(base, Var) and isinstance(key, Var) and base.hint and key.hint:
                    statement.targets[0].hint = f"{base.hint}_{key.hint}"


def _is_temporary(statement: Statement, uses: Counter[Var]) -> bool:
    return (
        isinstance(statement, Assign)
        and len(statement.targets) == 1
        and not statement.targets[0].named
        and uses[statement.targets[0]] == 1
        and isinstance(statement.value, Apply)
        and statement.value.op not in _STATEMENTS
        and is_repeatable(statement.value)
    )


def _is_passed_on(statement: Statement, uses: Counter[Var], after: Statement | None) -> bool:
    """Whether a call's result is only read by the next statement."""
    return (
        isinstance(statement, Assign)
        and isinstance(after, Assign)
        and len(statement.targets) == 1
        and not statement.targets[0].named
        and uses[statement.targets[0]] == 1
        and isinstance(statement.value, Apply)
        and statement.value.op == "call"
        and statement.targets[0] in set(ir.variables(after.value))
        and is_repeatable(after.value)
    )


def _fill(statement: Statement, pending: dict[Var, Expr], used: set[Var], indent: int) -> None:
    """Put pending temporaries into what a statement reads."""
    match statement:
        case Assign(value=Apply(op=op) as value) if op.startswith("scatter."):
            # The memory that is added to stands on a line of its own: no limit.
            base = _filled(value.args[0], pending, used, 10 * _LINE)
            rest = Apply("tuple", value.args[1:])
            filled = _filled(rest, pending, used, _LINE - indent - _names_width(statement.targets))
            assert isinstance(filled, Apply)
            statement.value = Apply(op, (base, *filled.args))
        case Assign():
            limit = _LINE - indent - _names_width(statement.targets)
            statement.value = contracted(_filled(statement.value, pending, used, limit))
        case ir.Do():
            filled = _filled(statement.value, pending, used, _LINE - indent)
            assert isinstance(filled, Apply)
            statement.value = filled
        case ir.If():
            statement.test = _filled(statement.test, pending, used, _LINE - indent - 4)
        case ir.For():
            statement.bounds = tuple(
                _filled(bound, pending, used, _LINE - indent - 20) for bound in statement.bounds
            )
    for carry in ir.carries(statement):
        carry.init = _filled(carry.init, pending, used, _LINE - indent - 8)


def _fill_end(
    owner: Function | Statement, block: Block, pending: dict[Var, Expr], used: set[Var], indent: int
) -> None:
    """Put pending temporaries into what a block hands over at its end."""
    limit = _LINE - indent - 8
    match owner:
        case Function():
            owner.result = _filled(owner.result, pending, used, limit)
        case ir.If():
            for merge in owner.merges:
                if owner.then is block:
                    merge.then = _filled(merge.then, pending, used, limit)
                else:
                    merge.orelse = _filled(merge.orelse, pending, used, limit)
        case ir.For() | ir.While():
            for carry in owner.carries:
                carry.next = _filled(carry.next, pending, used, limit)


def _filled(expr: Expr, pending: dict[Var, Expr], used: set[Var], limit: int) -> Expr:
    """`expr` with pending temporaries in their places, from the left, while it fits the line."""
    for var in list(ir.variables(expr)):
        if var in pending:
            candidate = ir.substitute(expr, {var: pending[var]})
            if width(candidate) <= limit:
                expr = candidate
                del pending[var]
                used.add(var)
    return expr


def _names_width(targets: tuple[Var, ...]) -> int:
    return sum(len(target.hint or "t") + 2 for target in targets) + 1


def width(expr: Expr) -> int:
    """About how many characters an expression takes."""
    total = 0
    stack = [expr]
    while stack:
        top = stack.pop()
        match top:
            case Var():
                total += len(top.hint or "t") + 1  # some get a number
            case Const(value):
                total += len(repr(value))
            case Apply("slice", args):
                total += 2 + sum(map(width, (arg for arg in args if arg != Const(None))))
            case Ref(name):
                total += len(name)
            case Apply(op):
                total += _own_width(op, len(top.args))
                total += sum(len(name) + 3 for name, _ in top.kwargs)
                stack.extend(top.operands())
    return total


@cache
def _own_width(op: str, operands: int) -> int:
    space, _, name = op.rpartition(".")
    if space == "operator":
        return 3
    if space == "attribute":
        return len(name) + 1
    if space == "numpy":
        name = f"np.{name}"
    elif space.startswith("scipy."):
        name = f"{space.removeprefix('scipy.')}.{name}"
    return len(name) + 2 * operands if space else 2 * operands
