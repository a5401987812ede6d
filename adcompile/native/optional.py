"""Values that are None at first: to numba a value is of one type, so that whether it is None is a
value of its own.

    best = None                         best_is_none = True
    for e in x:                         for e in x:
        if best is None:                    if best_is_none:
            best = e                            best = e
                                            best_is_none = False
"""

from __future__ import annotations

from collections.abc import Iterator

from adcompile import ir
from adcompile.builder import Builder
from adcompile.ir import Apply, Assign, Carry, Const, Do, Expr, Function, Merge, Var
from adcompile.kinds import (
    BOOL,
    FLOAT,
    UNBOUND,
    Array,
    Kind,
    Many,
    Sym,
    Unbound,
    Unknown,
    after_loop,
    dims,
    forget_value,
    fresh,
    join,
)
from adcompile.native import lists, table

_NONE = Const(None)
_ABSENT = (_NONE, ir.UNSET, ir.UNDEFINED)
_TESTS = ("operator.is_", "operator.is_not")
_ROUNDS = 8


def flag_none(function: Function, returned: Expr) -> None:
    """Let a function know by flags which values are None, or not there yet, where it asks, or
    calculates with them, in place.

    Args:
        function: the function.
        returned: what it returns, without what it hands over to another function.
    """
    optional = _optional(function)
    if optional:
        _find_kinds(function, optional)
    flagged = optional | _needed(function, _absent(function), returned)
    if flagged:
        flags = _Flags(function, flagged)
        flags.block(function.body)
        flags.returned(function, returned)


def _absent(function: Function) -> set[Var]:
    """The values that not every path gives."""
    found: set[Var] = set()
    known = -1
    while known < len(found):
        known = len(found)
        for statement in ir.walk(function.body):
            for var, sources in _flows(statement):
                if any(source in _ABSENT or source in found for source in sources):
                    found.add(var)
    return found


def _needed(function: Function, absent: set[Var], returned: Expr) -> set[Var]:
    """Those of some values with which something is calculated, and where they come from."""
    needed = absent & set(ir.variables(returned))
    for statement in ir.walk(function.body):
        for expr in _calculated(statement):
            needed.update(var for var in _operands(expr) if var in absent)
    known = -1
    while known < len(needed):
        known = len(needed)
        for statement in ir.walk(function.body):
            for var, sources in _flows(statement):
                if var in needed:
                    needed.update(s for s in sources if isinstance(s, Var) and s in absent)
        # What comes after a loop is made in it.
        for carry in (c for statement in ir.walk(function.body) for c in ir.carries(statement)):
            if carry.out in needed or carry.inner in needed:
                needed.update({carry.inner, carry.out} & absent)
    return needed


def _optional(function: Function) -> set[Var]:
    """The values that may be None, or something else."""
    found: set[Var] = set()
    stacks: set[Expr] = set()
    known = -1
    while known < len(found) + len(stacks):
        known = len(found) + len(stacks)
        for statement in ir.walk(function.body):
            if isinstance(statement, Do) and statement.value.op == "list.append":
                stack, value = statement.value.args
                if value in found:
                    stacks.add(stack)
            for var, sources in _flows(statement):
                if any(s == _NONE or s in found for s in sources):
                    found.add(var)
            popped = _popped(statement)
            if popped is not None and popped in stacks:
                assert isinstance(statement, Assign)
                found.add(statement.targets[0])
    tested = _tested(function)
    return found if tested & found else set()


def _tested(function: Function) -> set[Var]:
    """The values that are asked whether they are None."""
    tested: set[Var] = set()

    def note(expr: Apply) -> Apply:
        if expr.op in _TESTS and expr.args[1] == _NONE and isinstance(expr.args[0], Var):
            tested.add(expr.args[0])
        return expr

    for statement in ir.walk(function.body):
        ir.replace_operations(statement, note)
    return tested


def _flows(statement: ir.Statement) -> Iterator[tuple[Var, tuple[Expr, ...]]]:
    """The values that a statement only hands on, with what they may be."""
    if isinstance(statement, Assign) and isinstance(statement.value, Var):
        yield statement.targets[0], (statement.value,)
    for merge in statement.merges if isinstance(statement, ir.If) else ():
        yield merge.out, (merge.then, merge.orelse)
    for carry in ir.carries(statement):
        yield carry.inner, (carry.init, carry.next)
        yield carry.out, (carry.next,) if _runs(statement) else (carry.init, carry.next)


def _runs(loop: ir.Statement) -> bool:
    """Whether a loop certainly has an iteration."""
    if not isinstance(loop, ir.For) or loop.first is not None:
        return False
    bounds = [bound.value for bound in loop.bounds if isinstance(bound, Const)]
    return len(bounds) == len(loop.bounds) and len(range(*bounds)) > 0


def _popped(statement: ir.Statement) -> Expr | None:
    """The stack that a statement takes a value off."""
    value = statement.value if isinstance(statement, Assign) else None
    if isinstance(value, Apply) and value.op == "list.pop":
        return value.args[0]
    return None


# ----- kinds -----


def _find_kinds(function: Function, optional: set[Var]) -> None:
    """Give values that may be None the kinds that they have otherwise, and to what is made of
    them."""
    finder = _Finder(function, optional)
    for _ in range(_ROUNDS):
        if not finder.changes():
            finder.restore()
            return
    raise table.refused("native code cannot tell the type of what is None at first")


class _Finder:
    """Finds kinds, from those of which more is known to the others."""

    def __init__(self, function: Function, optional: set[Var]) -> None:
        self._optional = optional
        self._body = function.body
        self._before = {v: v.kind for v in ir.defined_in(function.body) if is_vague(v.kind)}
        for var in self._before:
            var.kind = UNBOUND
        self._elements: dict[Expr, Kind] = {}
        self._lengths: dict[tuple[Var, int], Sym] = {}

    def changes(self) -> bool:
        """Whether another round finds more."""
        changed = False
        for statement in ir.walk(self._body):
            if isinstance(statement, Do) and statement.value.op == "list.append":
                stack, value = statement.value.args
                self._elements[stack] = join(
                    self._elements.get(stack, UNBOUND), forget_value(_KINDS.kind(value))
                )
            for var, found in self._found(statement):
                kind = self._own_lengths(var, found) if var in self._optional else found
                if var in self._before and kind != var.kind and not isinstance(kind, Unbound):
                    changed = changed or not _are_alike(var.kind, kind)
                    var.kind = kind
        return changed

    def restore(self) -> None:
        """Let be what could not be found."""
        for var, kind in self._before.items():
            if isinstance(var.kind, Unbound):
                var.kind = kind

    def _found(self, statement: ir.Statement) -> Iterator[tuple[Var, Kind]]:
        for var, sources in _flows(statement):
            joined: Kind = UNBOUND
            for source in sources:
                if source != _NONE and source is not ir.UNSET:
                    joined = join(joined, forget_value(_KINDS.kind(source)))
            yield var, self._own_lengths(var, after_loop(joined))
        if not isinstance(statement, Assign) or len(statement.targets) > 1:
            return
        stack = _popped(statement)
        if stack is not None:
            yield statement.targets[0], self._elements.get(stack, UNBOUND)
        elif isinstance(statement.value, Apply):
            kind = kind_of(statement.value)
            yield statement.targets[0], UNBOUND if isinstance(kind, Unknown) else kind

    def _own_lengths(self, var: Var, kind: Kind) -> Kind:
        """The kind, with lengths of its own where they are not those of the last round, or where it
        may have none."""
        if not isinstance(kind, Array) or kind.dims is None:
            return kind
        before = var.kind.dims if isinstance(var.kind, Array) else None
        if var not in self._optional and (before is None or len(before) != len(kind.dims)):
            return kind
        lengths = (
            length
            if var not in self._optional and before is not None and before[axis] == length
            else self._lengths.setdefault((var, axis), fresh())
            for axis, length in enumerate(kind.dims)
        )
        return Array(kind.dtype, tuple(lengths))


_KINDS = Builder()


def kind_of(value: Apply) -> Kind:
    """The kind of the result of an operation."""
    if value.op == "runtime.seed" and dims(_KINDS.kind(value.args[0])) == ():
        return FLOAT
    return _KINDS.kind(value)


def is_vague(kind: Kind) -> bool:
    """Whether the type, the dtype or the number of axes of a value is not known."""
    if isinstance(kind, Array):
        return kind.dtype is None or kind.dims is None
    return isinstance(kind, Unknown)


def _are_alike(a: Kind, b: Kind) -> bool:
    """Whether two kinds differ in lengths at most."""
    if isinstance(a, Array) and isinstance(b, Array) and a.dims is not None and b.dims is not None:
        return a.dtype == b.dtype and len(a.dims) == len(b.dims)
    return a == b


# ----- flags -----


class _Flags:
    """Puts flags beside values.

    Args:
        function: the function.
        optional: the values that may be None, or not there yet.
    """

    def __init__(self, function: Function, optional: set[Var]) -> None:
        self._flags = {var: _flag(var) for var in optional}
        self._popped = {
            _popped(statement)
            for statement in ir.walk(function.body)
            if isinstance(statement, Assign) and statement.targets[0] in optional
        }
        self._stacks: dict[Expr, Var] = {}
        # What a test says when it is true: of which value, and whether that is None.
        self._tests: dict[Expr, tuple[Var, bool]] = {}

    def block(self, block: ir.Block, known: frozenset[Var] = frozenset()) -> None:
        """Put flags into a block, in place.

        Args:
            block: the block.
            known: the values that are not None in it.
        """
        result: ir.Block = []
        for statement in block:
            checked = self._unproven(statement, known)
            result += [Do(self._check(var), statement.span) for var in checked]
            known = known | set(checked)
            ir.replace_operations(statement, self._tested)
            self._simplify(statement)
            result.append(statement)
            then, orelse = known, known
            if isinstance(statement, ir.If) and statement.test in self._tests:
                var, is_none = self._tests[statement.test]
                then, orelse = (known, known | {var}) if is_none else (known | {var}, known)
            self._carried(statement)
            for inner in ir.blocks(statement):
                is_other = isinstance(statement, ir.If) and inner is statement.orelse
                self.block(inner, orelse if is_other else then)
            result += self._beside(statement)
        block[:] = result

    def returned(self, function: Function, returned: Expr) -> None:
        """Check that what a function returns is not None, in place."""
        for var in dict.fromkeys(ir.variables(returned)):
            if var in self._flags:
                function.body.append(Do(self._check(var)))

    def of(self, expr: Expr) -> Expr:
        """Whether an expression is None."""
        if isinstance(expr, Var) and expr in self._flags:
            return self._flags[expr]
        return Const(expr in _ABSENT)

    def _tested(self, expr: Apply) -> Apply:
        if expr.op not in _TESTS or expr.args[1] != _NONE:
            return expr
        is_none = expr.op == "operator.is_"
        test = Apply("builtins.bool" if is_none else "operator.not_", (self.of(expr.args[0]),))
        if isinstance(expr.args[0], Var):
            self._tests[test] = expr.args[0], is_none
        return test

    def _simplify(self, statement: ir.Statement) -> None:
        """Let a test of a flag be the flag, and note what names tests have, in place."""
        if isinstance(statement, Assign) and statement.value in self._tests:
            self._tests[statement.targets[0]] = self._tests[statement.value]
        if isinstance(statement, ir.If) and isinstance(statement.test, Apply):
            test = statement.test
            if test in self._tests and test.op == "builtins.bool":
                statement.test = test.args[0]
                self._tests[statement.test] = self._tests[test]

    def _unproven(self, statement: ir.Statement, known: frozenset[Var]) -> list[Var]:
        """The values that a statement calculates with, and that may be None."""
        if isinstance(statement, Do) and statement.value.op == "list.append":
            return []
        operands = (var for expr in _calculated(statement) for var in _operands(expr))
        return [v for v in dict.fromkeys(operands) if v in self._flags and v not in known]

    def _check(self, var: Var) -> Apply:
        return Apply("native.present", (self._flags[var],))

    def _carried(self, statement: ir.Statement) -> None:
        """Hand the flags on as the values are."""
        if isinstance(statement, ir.If):
            for merge in list(statement.merges):
                if merge.out in self._flags:
                    flag = self._flags[merge.out]
                    statement.merges.append(Merge(flag, self.of(merge.then), self.of(merge.orelse)))
                    merge.then = _blank(merge.then, merge.out)
                    merge.orelse = _blank(merge.orelse, merge.out)
        for carry in list(ir.carries(statement)):
            if carry.inner in self._flags or carry.out in self._flags:
                inner, out = (
                    self._flags.get(var) or _flag(var) for var in (carry.inner, carry.out)
                )
                beside = Carry(inner, self.of(carry.init), self.of(carry.next), out)
                ir.carries(statement).append(beside)
                carry.init = _blank(carry.init, carry.inner)
                carry.next = _blank(carry.next, carry.inner)

    def _beside(self, statement: ir.Statement) -> Iterator[ir.Statement]:
        """What is done with the flags where something is done with the values."""
        if isinstance(statement, Assign):
            target, value = statement.targets[0], statement.value
            popped = _popped(statement)
            if popped in self._stacks and target in self._flags:
                pop = Apply("list.pop", (self._stacks[popped],))
                yield Assign((self._flags[target],), pop, statement.span)
            elif isinstance(value, Var) and target in self._flags:
                yield Assign((self._flags[target],), self.of(value), statement.span)
            elif target in self._popped:
                stack = _flag(target)
                stack.kind = Many(list, BOOL)
                self._stacks[target] = stack
                yield Assign((stack,), Apply("list"), statement.span)
        if isinstance(statement, Do) and statement.value.op == "list.append":
            stack_of, value = statement.value.args
            if value in self._flags and stack_of in self._stacks:
                yield Do(Apply("list.append", (self._stacks[stack_of], self.of(value))))


def _flag(var: Var) -> Var:
    return Var(f"{var.hint or 'value'}_is_none", BOOL, named=True)


def _calculated(statement: ir.Statement) -> Iterator[Expr]:
    """The expressions of a statement that are more than a value that is handed on."""
    match statement:
        case Assign():
            exprs: tuple[Expr, ...] = (statement.value,)
        case ir.Keep():
            exprs = tuple(statement.reads.values())
        case ir.If() | ir.While():
            exprs = (statement.test,)
        case ir.For():
            exprs = statement.bounds
        case _:
            exprs = ()
    return (expr for expr in exprs if isinstance(expr, Apply))


def _operands(expr: Expr) -> Iterator[Var]:
    """The values that an expression calculates with; not those of which it only asks whether they
    are None, or makes zeros."""
    if isinstance(expr, Var):
        yield expr
    elif isinstance(expr, Apply):
        is_test = expr.op in _TESTS and expr.args[1] == _NONE
        harmless = is_test or expr.op in ("numpy.zeros_like", "runtime.zeros")
        for operand in () if harmless else expr.operands():
            yield from _operands(operand)


def _blank(expr: Expr, var: Var) -> Expr:
    """What stands for None."""
    if expr not in _ABSENT or is_vague(var.kind):
        return expr
    return lists.blank(var.kind)
