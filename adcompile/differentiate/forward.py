"""The forward sweep with tangents: beside each statement, the derivative of what it computes.

Griewank & Walther, Evaluating Derivatives (2008), section 3.1, on structured code: loops carry the
tangents of what they carry, branches merge those of what they merge, a list of recorded values has
a list of their tangents. It takes the IR of any function, that of a gradient too, which gives
second derivatives. A tangent stands before the statement that it belongs to, as long as it does not
read what that computes: so `x` may be overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from adcompile import ir
from adcompile.builder import STRUCTURES, Builder, is_repeatable
from adcompile.differentiate import fields, own, states, templates
from adcompile.differentiate.activity import is_split, reads
from adcompile.differentiate.factors import sum_of
from adcompile.differentiate.lists import RESIZING
from adcompile.differentiate.tangents import Tangents, beside, tangent_kind
from adcompile.errors import RefusedError
from adcompile.ir import (
    Apply,
    Assign,
    Block,
    Carry,
    Const,
    Do,
    Expr,
    For,
    If,
    Merge,
    Ref,
    Var,
    While,
)
from adcompile.kinds import (
    Array,
    Items,
    Many,
    carries_derivative,
    dims,
    may_be_one,
)
from adcompile.places import WHOLE
from adcompile.rules import registry

if TYPE_CHECKING:
    from adcompile.differentiate.pushed import Pushes


class Forward:
    """Writes a function with its tangents.

    Attributes:
        pushes: the functions that have been written for calls.
        build: where the statements go.
        tangents: the tangents of the values.
        active: the values that have one.
        dropped: tangents of what a result depends on with derivative zero.
    """

    def __init__(self, pushes: Pushes, function: ir.Function, active: set[Var]) -> None:
        self.pushes = pushes
        self.active = active
        self.build = Builder(adjoint=True)
        fields.note_complex(pushes.session, self.build, function)
        self.tangents = Tangents(self.build)
        self.dropped: list[Expr] = []

    def block(self, block: Block) -> None:
        """Write a block: its statements and their tangents."""
        for statement in block:
            self.build.span = getattr(statement, "span", None)
            match statement:
                case Assign():
                    self._assign(statement)
                case Do():
                    self._do(statement)
                case If():
                    self._if(statement)
                case For() | While():
                    self._loop(statement)
                case _:
                    self.build.block.append(statement)

    # ----- assignments -----

    def _assign(self, statement: Assign) -> None:
        if statement.targets[0] in self.active:
            statement.value = self._in_steps(statement.value)
        value = statement.value
        if isinstance(value, Apply) and value.op == "call":
            self._call(statement, value)
            return
        if isinstance(value, Apply) and value.op == "unpack":
            self._unpack(statement, value)
            return
        target = statement.targets[0]
        block, start = self.build.block, len(self.build.block)
        tangent = self._tangent(target, value) if target in self.active else None
        if tangent is not None:
            tangent = self._named(tangent, target, block[start:])
        self.tangents.set(target, tangent)
        written = {target}
        reading = any(reads(e, written) for s in ir.walk(block[start:]) for e in ir.expressions(s))
        block.insert(start if reading else len(block), statement)
        self._know(statement)

    def _in_steps(self, value: Expr) -> Expr:
        """An operation on values: what is nested in it and has a tangent becomes one."""
        if not isinstance(value, Apply) or not reads(value, self.active):
            return value
        operands = {
            i: self._as_value(operand)
            for i, operand in enumerate(value.operands())
            if isinstance(operand, Apply) and reads(operand, self.active)
        }
        return _with_operands(value, operands) if operands else value

    def _as_value(self, operand: Apply) -> Expr:
        if operand.op in STRUCTURES or operand.op == "place":
            return self._in_steps(operand)
        rule = registry.find(operand.op)
        var = Var(None, self.build.kind(operand))
        constant = rule is not None and rule.is_constant(map(self.build.kind, operand.args))
        if carries_derivative(var.kind) and not constant:
            self.active.add(var)
        self._assign(Assign((var,), operand, self.build.span))
        return var

    def _know(self, statement: Assign) -> None:
        """Let what is computed again be what has been computed."""
        value, target = statement.value, statement.targets[0]
        if isinstance(value, Apply):
            self.build.definitions[target] = value
            if is_repeatable(value):
                self.build.note_known(value, target)

    def _named(self, tangent: Expr, target: Var, written: Block) -> Expr:
        """Name a tangent after its value; a container that is written out gets a name too."""
        name = f"{target.hint}_dot" if target.hint else None
        if isinstance(tangent, Apply):
            is_stack = tangent == Apply("list")
            kind = target.kind if is_stack else self.build.kind(tangent)
            named = Var(name, kind, named=target.named)
            return self.build.define(named, tangent)
        new = isinstance(tangent, Var) and any(tangent in ir.defined(s) for s in written)
        if new and isinstance(tangent, Var):
            tangent.hint = name
            tangent.named = target.named
        return tangent

    def _tangent(self, target: Var, value: Expr) -> Expr | None:
        """The tangent of what is assigned, None where it is zero."""
        if not isinstance(value, Apply):
            return self.tangents.of(value)
        if value.op in ("tuple", "list", "dict", "record"):
            return Apply("list") if value == Apply("list") else self.tangents.of(value)
        if value.op == "list.pop":
            return self._popped(target, value)
        if value.op == "index" and not self.build.is_projection(value):
            return self._indexed(value)
        if isinstance(value.args[0] if value.args else None, Var) and self.build.is_projection(
            value
        ):
            return self.tangents.part(target, ir.first_variable(value), self.build.key(value))
        if value.op.startswith("scatter."):
            return self._write(value)
        if value.op == "builtins.tuple":
            tangent = self.tangents.of(value.args[0])
            return None if tangent is None else self.build.apply(value.op, tangent)
        custom = own.rule_of(value)
        if custom is not None:
            return own.push(self, custom, target, value)
        return self._operation(target, value)

    def _popped(self, target: Var, value: Apply) -> Expr | None:
        stack = self.tangents.of(value.args[0])
        if stack is None:
            return None
        popped = Var(None, tangent_kind(target.kind))
        popped.unset = target.unset
        return self.build.define(popped, Apply("list.pop", (stack,)))

    def _indexed(self, value: Apply) -> Expr | None:
        tangent = self.tangents.of(value.args[0])
        return None if tangent is None else self.build.apply("index", tangent, *value.args[1:])

    def _write(self, value: Apply) -> Expr | None:
        """The tangent of a write is written at the same place of the tangent."""
        base, place, written = value.args
        before, new = self.tangents.of(base), self.tangents.of(written)
        stores = value.op in ("scatter.store", "scatter.merge")
        if new is None and (before is None or not (stores or value.op in RESIZING)):
            return before
        if before is None:
            before = self.tangents.zero(base)
        if new is not None:
            before = fields.of_dtype(self.build, before, base)
        if stores and place == WHOLE and new is not None and _same_dims(self.build, new, base):
            return new
        if new is None:
            new = self.tangents.full(written) if value.op in RESIZING else Const(0.0)
        return self.build.apply(value.op, before, place, new)

    # ----- operations that have a rule -----

    def _operation(self, target: Var, value: Apply) -> Expr | None:
        rule = registry.find(value.op)
        if rule is None or (rule.pullback is None and not (rule.linear or rule.pushforward)):
            raise self._refused(value, rule)
        try:
            return self._pushed(rule, target, value)
        except RefusedError as error:
            raise error.at(self.build.span) from None
        except registry.NotStaticError as error:
            raise error.refusal(value.op).at(self.build.span) from None

    def _refused(self, value: Apply, rule: registry.Rule | None) -> RefusedError:
        space, _, name = value.op.rpartition(".")
        if value.op in ("opaque", "effect") and isinstance(value.args[0], Ref):
            name = value.args[0].name
            return RefusedError(
                f"`{name}` cannot be looked into, and a differentiated value enters it",
                "write it with functions that have a derivative",
                self.build.span,
            )
        what = f"the attribute `{name}`" if space == "attribute" else f"`{value.op}`"
        if rule is not None and rule.pullback is None and rule.why is None:
            return RefusedError(
                f"{what} has no derivative rule in forward mode", None, self.build.span
            )
        why = rule.why if rule is not None else None
        return RefusedError(f"{what} has no derivative rule", why, self.build.span)

    def _pushed(self, rule: registry.Rule, target: Var, value: Apply) -> Expr | None:
        """The sum of what the tangents of the arguments contribute."""
        call = self.build.bind(value)
        call = registry.Call(rule, call.args, call.kinds, call.given, target.kind)
        fields.require_known(self.build, call)
        texts = rule.pushforwards(call)
        total: Expr | None = None
        direct = [name for name in rule.linear if name not in texts or rule.elementwise]
        for contribution in self._applied(rule, value, direct):
            total = self._added(total, contribution)
        for param, arg in call.args.items():
            tangent = self.tangents.of(arg) if param not in direct else None
            if tangent is None:
                continue
            text = texts.get(param)
            if not isinstance(text, str):
                raise rule.without(param, texts, self.build.span)
            if text == "0":
                self.dropped.append(tangent)
            else:
                names = {**call.args, "g": tangent, "y": target}
                total = self._added(total, templates.expand(self.build, text, names))
        if total is None:
            return None
        total = fields.in_field_of_result(self.build, total, target, rule.name)
        return self._spread(total, target) if rule.elementwise else total

    def _added(self, total: Expr | None, contribution: Expr) -> Expr:
        return contribution if total is None else sum_of(self.build, total, contribution)

    def _spread(self, tangent: Expr, target: Var) -> Expr:
        """A tangent in the shape of its value, where an operand was broadcast."""
        if _same_dims(self.build, tangent, target):
            return tangent
        shape = self.build.apply("numpy.shape", target)
        return self.build.apply("numpy.broadcast_to", tangent, shape)

    def _applied(self, rule: registry.Rule, value: Apply, params: list[str]) -> list[Expr]:
        """The operation itself, on the tangents of what it is linear in."""
        operands = list(value.operands())
        found = self._operands_of(value, params)
        tangents = {i: self.tangents.of(operands[i]) for i in found}
        active = [i for i, tangent in tangents.items() if tangent is not None]
        if not active:
            return []
        if rule.jointly:
            replaced = [{i: self.tangents.full(operands[i]) for i in found}]
        else:
            replaced = [{i: self.tangents.full(operands[i])} for i in active]
        return [self.build.operation(_with_operands(value, tangents)) for tangents in replaced]

    def _operands_of(self, value: Apply, params: list[str]) -> list[int]:
        """The positions of the operands that some parameters are bound to."""
        if not params:
            return []
        stands_for = {
            i: Var(None, self.build.kind(operand)) for i, operand in enumerate(value.operands())
        }
        call = self.build.bind(_with_operands(value, stands_for))
        bound = {var for param in params for var in ir.variables(call.args[param])}
        return [i for i, var in stands_for.items() if var in bound]

    # ----- calls -----

    def _call(self, statement: Assign, value: Apply) -> None:
        """`y, y_dot = f_jvp(x, x_dot)`."""
        args = value.args[1:]
        if not is_split(value) and all(self.tangents.of(arg) is None for arg in args):
            self.build.block.append(statement)
            return
        value = self.pushes.as_pair(statement, value)
        callee, wanted = self.pushes.callee(value.args[0])
        dots = [self.tangents.full(args[i]) for i in wanted]
        targets = statement.targets
        tangents = list(map(beside, targets))
        operation = Apply("call", (callee, *args, *dots))
        self.build.block.append(Assign((*statement.targets, *tangents), operation, statement.span))
        for target, tangent in zip(targets, tangents, strict=True):
            self.tangents.set(target, tangent if carries_derivative(target.kind) else None)

    def _unpack(self, statement: Assign, value: Apply) -> None:
        """What a forward function has saved, or the state of a loop, and the tangents of what has
        one."""
        if states.is_taken(value):
            active = reads(value, self.active)
            taken = states.taken(self.tangents, statement) if active else statement
            self.build.block.append(taken)
            return
        saved = self.tangents.of(value.args[0])
        self.build.block.append(statement)
        targets = [t for t in statement.targets if t in self.active]
        if saved is None or not targets:
            return
        dots = list(map(beside, targets))
        self.build.block.append(Assign(tuple(dots), Apply("unpack", (saved,)), statement.span))
        for target, tangent in zip(targets, dots, strict=True):
            self.tangents.set(target, tangent)

    def _do(self, statement: Do) -> None:
        value = statement.value
        if value.op == "list.append" and value.args[0] in self.active:
            if states.is_stored(value):
                self.build.block.append(Do(states.stored(self.tangents, value), statement.span))
                return
            stack, recorded = value.args
            tangent = Apply(
                "list.append", (self.tangents.full(stack), self.tangents.full(recorded))
            )
            self.build.block.append(Do(tangent, statement.span))
        self.build.block.append(statement)

    # ----- branches and loops -----

    def _if(self, statement: If) -> None:
        merges = [merge for merge in statement.merges if merge.out in self.active]
        sides: list[list[Expr | None]] = []
        blocks = []
        for side in ("then", "orelse"):
            with self.build.inner() as block:
                self.block(getattr(statement, side))
                sides.append([self.tangents.of(getattr(merge, side)) for merge in merges])
            blocks.append(block)
        statement.then, statement.orelse = blocks
        for merge, then, orelse in zip(merges, *sides, strict=True):
            if then == orelse:
                self.tangents.set(merge.out, then)
                continue
            values = [
                self._zero_in(block, expr) if tangent is None else tangent
                for block, expr, tangent in zip(
                    blocks, (merge.then, merge.orelse), (then, orelse), strict=True
                )
            ]
            out = beside(merge.out)
            statement.merges.append(Merge(out, values[0], values[1]))
            self.tangents.set(merge.out, out)
        self.build.block.append(statement)

    def _zero_in(self, block: Block, expr: Expr) -> Expr:
        with self.build.reopened(block):
            return self.tangents.zero(expr)

    def _loop(self, loop: For | While) -> None:
        active = [carry for carry in loop.carries if carry.inner in self.active]
        carried: list[tuple[Carry, Var, Expr]] = []
        for carry in active:
            init = fields.of_dtype(self.build, self.tangents.full(carry.init), carry.init)
            inner = beside(carry.inner)
            self.tangents.set(carry.inner, inner)
            carried.append((carry, inner, init))
        if isinstance(loop, While):
            with self.build.inner() as block:
                self.block(loop.test_block)
            loop.test_block = block
        with self.build.inner() as block:
            self.block(loop.body)
            following = [
                fields.of_dtype(self.build, self.tangents.full(carry.next), carry.next)
                for carry in active
            ]
        loop.body = block
        for (carry, inner, init), leaving in zip(carried, following, strict=True):
            out = beside(carry.out)
            self.tangents.set(carry.out, out)
            loop.carries.append(Carry(inner, init, leaving, out))
        self.build.block.append(loop)


def _with_operands(value: Apply, operands: Mapping[int, Expr]) -> Apply:
    """An operation with other operands in some positions."""
    args = tuple(operands.get(i, arg) for i, arg in enumerate(value.args))
    kwargs = tuple(
        (name, operands.get(i, arg)) for i, (name, arg) in enumerate(value.kwargs, len(args))
    )
    return Apply(value.op, args, kwargs)


def _same_dims(build: Builder, tangent: Expr, value: Expr) -> bool:
    """Whether a tangent certainly has the shape of its value."""
    kind = build.kind(value)
    ours, theirs = dims(build.kind(tangent)), dims(kind)
    if ours is None or theirs is None:
        return isinstance(kind, (Items, Many)) and not isinstance(kind, Array)
    return len(ours) == len(theirs) and all(
        n == m or not may_be_one(n) for n, m in zip(ours, theirs, strict=True)
    )
