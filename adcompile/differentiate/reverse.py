"""The reverse sweep: for each statement, from the last to the first, the adjoints of what it reads.

Griewank & Walther, Evaluating Derivatives (2008), chapter 3, on structured code: the adjoint of a
branch is a branch, of a loop the loop run backwards, of a call the call of a backward function.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from adcompile import ir
from adcompile.analyse import branches, flows, is_absent, let_be_none
from adcompile.builder import Builder, is_boxed, is_repeatable
from adcompile.differentiate import (
    calls,
    checkpoints,
    fields,
    indexing,
    own,
    recording,
    reversed_loops,
    templates,
    writes,
)
from adcompile.differentiate.adjoints import Adjoints
from adcompile.differentiate.exits import Exit, Site
from adcompile.differentiate.fitting import may_be_integer
from adcompile.differentiate.scopes import Path, Place, Scope
from adcompile.differentiate.shapes import unbroadcast, zero, zero_if_there
from adcompile.errors import RefusedError
from adcompile.ir import Apply, Assign, Block, Const, Expr, For, If, Keep, Merge, Var, While
from adcompile.kinds import (
    Array,
    Kind,
    Scalar,
    any_dtype,
    carries_derivative,
    dims,
    join,
)
from adcompile.lower import Session
from adcompile.rules import registry


class Reverse:
    """Writes the backward sweep of one function.

    Attributes:
        session: the compilation.
        build: where the backward sweep goes.
        adjoints: the adjoints at this point.
        loops: the loops around this point.
        recorded: the lists on which values are recorded.
        recorded_at: those on which they are only where a loop is left.
        once: for a list that a loop reads element by element, whether it reads each just once.
        trips: the counters of loops.
        exits: the branches that leave the loops around this point.
        sites: their sides that do.
        flows: for what a loop carries or a branch merges, where it comes from.
        branches: for what a branch merges, where that is.
        pairs: what the forward functions of calls hand over.
        versions: the values that are an array before or after a write.
        stored: what the forward sweep keeps of loops of which it keeps some states only.
    """

    def __init__(self, session: Session, function: ir.Function) -> None:
        self.session = session
        self.function = function
        self.build = Builder(adjoint=True)
        fields.note_complex(session, self.build, function)
        self.adjoints = Adjoints(self.build)
        self.loops: list[For | While] = []
        self.recorded: dict[Var, Var] = {}
        self.once: dict[Place, bool] = {}
        self.trips: dict[int, Var] = {}
        self.exits: dict[int, Exit] = {}
        self.sites: dict[int, Site] = {}
        self.flows = flows(function.body)
        self.branches = branches(function.body)
        self.recorded_at: dict[tuple[Var, int], Var] = {}
        self.pairs: dict[int, Var] = {}
        self.versions = writes.versions(function.body)
        self.adjoints.depths.update(dict.fromkeys(function.params, 0))
        self.stored: dict[int, checkpoints.Stored] = {}
        self.note(function.body, 0)

    def note(self, block: Block, depth: int) -> None:
        """Note what computes each value of the forward sweep, and how deep in loops."""
        for statement in block:
            if isinstance(statement, Assign):
                value = statement.value
                for target in statement.targets:
                    self.adjoints.depths[target] = depth
                    if isinstance(value, Apply) and len(statement.targets) == 1:
                        self.build.definitions[target] = value
            deeper = depth + isinstance(statement, (For, While))
            for var in ir.defined(statement):
                self.adjoints.depths[var] = depth
            for carry in ir.carries(statement):
                self.adjoints.depths[carry.inner] = deeper
            for inner in ir.blocks(statement):
                self.note(inner, deeper)

    # ----- statements -----

    def block(self, block: Block) -> None:
        """Write the adjoint of a block."""
        with self._known(block):
            for statement in reversed(block):
                self.build.span = getattr(statement, "span", None)
                match statement:
                    case Assign():
                        self._assign(statement)
                        if self.versions and writes.is_write(statement.value):
                            writes.undo(self, block, statement)
                    case If():
                        self._if(statement)
                    case For() | While():
                        reversed_loops.write(self, block, statement)

    @contextmanager
    def _known(self, block: Block) -> Iterator[None]:
        """Let the backward sweep use what the forward block has computed."""
        known = {
            statement.value: statement.targets[0]
            for statement in block
            if isinstance(statement, Assign)
            and isinstance(statement.value, Apply)
            and len(statement.targets) == 1
            and is_repeatable(statement.value)
        }
        with self.build.knowing(known):
            yield

    def _assign(self, statement: Assign) -> None:
        target = statement.targets[0]
        value = statement.value
        if not target.varied or self.adjoints.place(target) != (target, ()):
            return
        g = self.adjoints.take(target)
        if g is None:
            return
        if not isinstance(value, Apply):
            self.adjoints.accumulate(value, g)
        elif value.op == "call":
            calls.backward(self, statement, g)
        elif value.op == "index":
            indexing.backward(self, target, value, g)
        elif value.op in ("tuple", "list", "dict", "record"):
            self.adjoints.distribute(value, g)
        elif writes.is_write(value):
            writes.backward(self, target, value, g)
        elif value.op == "on_backward":
            own.run_hook(self, target, value, g)
        elif (custom := own.rule_of(value)) is not None:
            own.pull(self, custom, target, value, g)
        else:
            self._operation(target, value, g)

    def _operation(self, target: Var, value: Apply, g: Expr) -> None:
        """The pullback of an operation that has a rule."""
        rule = registry.find(value.op)
        if rule is None or rule.pullback is None:
            raise self._no_rule(value, rule)
        call = self.build.bind(value)
        reached = self._reached(g)
        bound = registry.Call(rule, call.args, call.kinds, call.given, target.kind, reached)
        try:
            fields.require_known(self.build, bound)
            texts = rule.pullbacks(bound)
        except RefusedError as error:
            raise error.at(self.build.span) from None
        except registry.NotStaticError as error:
            raise error.refusal(value.op).at(self.build.span) from None
        names = {**call.args, "g": g, "y": target}
        for param, arg in call.args.items():
            if self.build.varied(arg) and carries_derivative(call.kinds[param]):
                text = (texts or {}).get(param)
                if text is None:
                    raise rule.without(param, texts or {}, self.build.span)
                self._pull(rule, target, arg, text, names)

    def _reached(self, g: Expr) -> frozenset[str] | None:
        """The parts of a result, by name or place, whose adjoint is not zero; None where it has no
        parts."""
        if not isinstance(g, Apply) or g.op not in ("record", "tuple"):
            return None
        parts = g.kwargs or tuple((str(place), part) for place, part in enumerate(g.args))
        return frozenset(name for name, part in parts if not self._is_zeros(part))

    def _is_zeros(self, value: Expr) -> bool:
        definition = self.build.definition(value)
        zeros = definition is not None and definition.op == "numpy.zeros_like"
        return zeros or value in (Const(0.0), Const(None))

    def _pull(
        self,
        rule: registry.Rule,
        target: Var,
        arg: Expr,
        text: str | tuple[str, ...],
        names: dict[str, Expr],
    ) -> None:
        if isinstance(text, tuple):
            for position, part in enumerate(text):
                element = self._element(arg, position)
                if self.build.varied(element):
                    self._pull(rule, target, element, part, names)
            return
        if text == "0":
            self._pull_zero(arg)
            return
        contribution = templates.expand(self.build, text, names)
        if rule.elementwise:
            contribution = unbroadcast(self.build, contribution, target, arg)
        self.adjoints.accumulate(arg, contribution)

    def _pull_zero(self, arg: Expr) -> None:
        """A derivative that is zero everywhere: no contribution, but a dependence."""
        place = self.adjoints.place(arg)
        if place is not None and self.adjoints.current(place) is None:
            self.adjoints.accumulate(arg, zero(self.build, arg))

    def _element(self, sequence: Expr, position: int) -> Expr:
        if isinstance(sequence, Apply):
            return sequence.args[position]
        assert isinstance(sequence, Var)
        return self.adjoints.project(sequence, position)

    def _no_rule(self, value: Apply, rule: registry.Rule | None) -> RefusedError:
        why = rule.why if rule is not None else None
        space, _, name = value.op.rpartition(".")
        what = f"the attribute `{name}`" if space == "attribute" else f"`{value.op}`"
        return RefusedError(f"{what} has no derivative rule", why, self.build.span)

    def stacks(self) -> Block:
        """The lists on which the forward sweep records."""
        stacks = (*self.recorded.values(), *self.recorded_at.values())
        return [Assign((stack,), Apply("list")) for stack in stacks]

    # ----- writes -----

    @property
    def restored(self) -> dict[Var, Expr]:
        """For versions of arrays what holds the same at this point of the backward sweep."""
        return self.build.instead

    @restored.setter
    def restored(self, value: dict[Var, Expr]) -> None:
        self.build.instead = value

    def computed(self, expr: Expr) -> Var | None:
        """The value as which the forward sweep has computed an operation."""
        known = self.build.known(expr) if isinstance(expr, Apply) else None
        return None if known is None or self.adjoints.is_backward(known) else known

    def insert(self, block: Block, before: Assign, hint: str | None, value: Apply) -> Var:
        """Let the forward sweep compute one more value."""
        var = Var(hint, self.build.kind(value))
        var.boxed = is_boxed(value, var.kind)
        at = next(i for i, statement in enumerate(block) if statement is before)
        block.insert(at, Assign((var,), value, before.span))
        self.build.definitions[var] = value
        self.adjoints.depths[var] = self.adjoints.depths[before.targets[0]]
        return var

    # ----- branches -----

    def _if(self, statement: If) -> None:
        seeds = [(merge, self.adjoints.take(merge.out)) for merge in statement.merges]
        writing = any(merge.out in self.versions for merge in statement.merges)
        if all(seed is None for _, seed in seeds) and not writing:
            return
        survivor = next(
            (s for s in ("then", "orelse") if _raises(getattr(statement, _OTHER[s]))), None
        )
        if survivor is not None:
            # Whoever comes back took this one.
            writes.enter_side(self, statement, survivor)
            self.build.block += self._branch(statement, survivor, seeds)
            return
        outer = self.adjoints.scope
        span = self.build.span
        before = self.restored
        scopes, blocks, restored = [], [], []
        for side in _OTHER:
            self.adjoints.scope, self.restored = Scope(outer), dict(before)
            writes.enter_side(self, statement, side)
            blocks.append(self._branch(statement, side, seeds))
            scopes.append(self.adjoints.scope)
            restored.append(self.restored)
        self.adjoints.scope, self.restored = outer, before
        merges = self._merged(statement, scopes, blocks)
        merges += writes.leave_sides(statement, before, restored)
        self.build.span = span
        if merges or any(blocks):
            backward = If(statement.test, blocks[0], blocks[1], merges, span, statement.skips)
            self.build.block.append(backward)
            self._leave_by(statement, backward)

    def _leave_by(self, statement: If, backward: If) -> None:
        """Let the adjoint of a branch that leaves a loop read off the code whether it did."""
        exit = self.exits.get(id(statement))
        if exit is not None:
            backward.test = exit.test
            sides = (getattr(statement, exit.side), getattr(backward, exit.side))
            self.sites[id(statement)] = Site(self.loops[-1], *sides)

    def _branch(self, statement: If, side: str, seeds: list[tuple[Merge, Expr | None]]) -> Block:
        """The adjoint of one side of a branch."""
        body = getattr(statement, side)
        with self.build.inner() as block:
            for merge, seed in seeds:
                if seed is not None:
                    self.adjoints.accumulate(getattr(merge, side), seed)
            self.block(body)
            recording.resolve(self, body, block, statement, handed=self.adjoints.scope.values)
        return block

    def _merged(self, statement: If, scopes: list[Scope], blocks: list[Block]) -> list[Merge]:
        """The adjoints after a branch: what one side did not change is as before."""
        places = list(dict.fromkeys([*scopes[0].values, *scopes[1].values]))
        merges = []
        for place in places:
            before = self.adjoints.current(place)
            sides = []
            for side, scope, block in zip(_OTHER, scopes, blocks, strict=True):
                value = scope.values.get(place, before)
                if value is None:
                    value = self._zero_in(block, place, statement.test, side)
                sides.append(value)
            if sides[0] == sides[1]:
                self.adjoints.replace(place, sides[0])
                continue
            at = self.adjoints.part(*place)
            hint = self.adjoints.hints.get(place)
            out = self.one_of(hint, at.kind, sides, at.named)
            merges.append(Merge(out, sides[0], sides[1]))
            self.adjoints.scope.values[place] = out
        return merges

    def one_of(self, hint: str | None, kind: Kind, values: list[Expr], named: bool) -> Var:
        """An adjoint that is one of several: of the shape of its value, but possibly of another
        dtype."""
        joined = join(*map(self.build.kind, values))
        if isinstance(joined, Array) and isinstance(kind, (Scalar, Array)):
            kind = Array(joined.dtype, dims(kind))
        elif not isinstance(kind, (Scalar, Array)):
            kind = any_dtype(kind)
        out = Var(hint, kind, named=named)
        out.mixed = any(may_be_integer(self.build, value) for value in values)
        return out

    def _zero_in(self, block: Block, place: Place, test: Expr, side: str) -> Expr:
        """A zero adjoint, made on one side of a branch; none of what is not there on that side."""
        if is_absent(self.branches, place[0], test, side):
            return ir.UNDEFINED
        outer, self.build.block = self.build.block, block
        value = self._zero_at(*place)
        self.build.block = outer
        return value

    def zero(self, value: Var) -> Expr:
        """A zero adjoint, also where a path has given the value none."""
        may_be_none = let_be_none(self.flows, value)
        return zero_if_there(self.build, value) if may_be_none else zero(self.build, value)

    def _zero_at(self, value: Var, path: Path) -> Expr:
        """As `zero`, of a part of a container."""
        if not path or not let_be_none(self.flows, value):
            return self.zero(self.adjoints.at(value, path))
        found = self.zero(value)
        assert isinstance(found, Var)
        return self.adjoints.at(found, path)


_OTHER = {"then": "orelse", "orelse": "then"}


def _raises(block: Block) -> bool:
    """Whether control never passes the end of a block."""
    last = block[-1] if block else None
    if isinstance(last, If):
        return _raises(last.then) and _raises(last.orelse)
    return isinstance(last, Keep) and isinstance(last.node, ast.Raise)
