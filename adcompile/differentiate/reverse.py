"""The reverse sweep: for each statement, from the last to the first, the adjoints of what it reads.

Griewank & Walther, Evaluating Derivatives (2008), chapter 3, on structured code: the adjoint of a
branch is a branch, of a loop the loop run backwards, of a call the call of a backward function.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from adcompile import ir
from adcompile.builder import Builder
from adcompile.differentiate import calls, indexing, recording, templates
from adcompile.differentiate.displays import display
from adcompile.differentiate.scopes import Place, Scope
from adcompile.differentiate.shapes import unbroadcast, zero
from adcompile.errors import RefusedError
from adcompile.ir import Apply, Assign, Block, Carry, Const, Expr, For, If, Keep, Merge, Var, While
from adcompile.kinds import (
    Array,
    Items,
    Mapping,
    Record,
    Scalar,
    carries_derivative,
    children,
    dims,
    is_complex,
    join,
)
from adcompile.lower import Session
from adcompile.rules import registry
from adcompile.rules.registry import static_value


class Reverse:
    """Writes the backward sweep of one function.

    Attributes:
        session: the compilation.
        build: where the backward sweep goes.
        scope: the adjoints at this point.
        loops: the loops around this point.
        depths: how many loops stand around each value of the forward sweep.
        recorded: the lists on which values are recorded.
        once: for a list that a loop reads element by element, whether it reads each just once.
        trips: the counters of `while` loops.
        pairs: what the forward functions of calls hand over.
    """

    def __init__(self, session: Session, function: ir.Function) -> None:
        self.session = session
        self.function = function
        self.build = Builder(adjoint=True)
        self.scope = Scope()
        self.loops: list[For | While] = []
        self.depths: dict[Var, int] = {}
        self.recorded: dict[Var, Var] = {}
        self.once: dict[Place, bool] = {}
        self.trips: dict[int, Var] = {}
        self.pairs: dict[int, Var] = {}
        self._hints: dict[Place, str] = {}
        self.depths.update(dict.fromkeys(function.params, 0))
        self._remember(function.body, 0)

    def _remember(self, block: Block, depth: int) -> None:
        """Note what computes each value of the forward sweep, and how deep in loops."""
        for statement in block:
            if isinstance(statement, Assign):
                value = statement.value
                for target in statement.targets:
                    self.depths[target] = depth
                    if isinstance(value, Apply) and len(statement.targets) == 1:
                        self.build.definitions[target] = value
            deeper = depth + isinstance(statement, (For, While))
            for var in ir.defined(statement):
                self.depths[var] = depth
            for carry in ir.carries(statement):
                self.depths[carry.inner] = deeper
            for inner in ir.blocks(statement):
                self._remember(inner, deeper)

    # ----- places -----

    def place(self, expr: Expr) -> Place | None:
        """Where the adjoint of an atom is kept: parts of containers belong to the container."""
        if not isinstance(expr, Var):
            return None
        definition = self.build.definitions.get(expr)
        if definition is not None and self.is_projection(definition):
            base = self.place(definition.args[0])
            if base is not None:
                return base[0], (*base[1], self.key(definition))
            return None
        return expr, ()

    def is_projection(self, definition: Apply) -> bool:
        """Whether an operation takes a part with a known key out of a container."""
        if not isinstance(definition.args[0] if definition.args else None, Var):
            return False
        kind = self.build.kind(definition.args[0])
        if definition.op.startswith("attribute."):
            return isinstance(kind, Record)
        if definition.op != "index" or not isinstance(kind, (Items, Mapping, Record)):
            return False
        known, key = static_value(self.build.kind(definition.args[1]))
        return known and not isinstance(key, slice)

    def key(self, projection: Apply) -> object:
        """The key of the part that a projection takes."""
        if projection.op != "index":
            return projection.op.removeprefix("attribute.")
        key = static_value(self.build.kind(projection.args[1]))[1]
        kind = self.build.kind(projection.args[0])
        if isinstance(kind, Items):
            return key % len(kind.items)
        return kind.fields[key][0] if isinstance(kind, Record) else key

    # ----- adjoints -----

    def accumulate(self, expr: Expr, contribution: Expr) -> None:
        """Add to the adjoint of a value."""
        if isinstance(expr, Apply) and expr.op in ("tuple", "list", "dict"):
            self._distribute(expr, contribution)
            return
        if not self.build.varied(expr):
            return
        place = self.place(expr)
        assert place is not None and isinstance(expr, Var), expr
        if children(expr.kind):
            self._spread(expr, contribution)
        else:
            self._add(place, expr, contribution)

    def _add(self, place: Place, var: Var, contribution: Expr) -> None:
        self.note_hint(place, var)
        current = self.scope.current(place, self._carrier)
        if current is not None:
            contribution = self.build.apply("operator.add", current, contribution)
        self.set(place, contribution)

    def note_hint(self, place: Place, var: Var) -> None:
        """Name the adjoint of a place after the value."""
        if var.hint is not None:
            self._hints.setdefault(place, f"d_{var.hint}")

    def is_backward(self, var: Var) -> bool:
        """Whether a value was computed by the backward sweep."""
        return var not in self.depths

    def set(self, place: Place, value: Expr) -> None:
        """Replace the adjoint of a place."""
        if isinstance(value, Var) and value.hint is None and self.is_backward(value):
            value.hint = self._hints.get(place)
        self.scope.values[place] = value

    def current(self, place: Place) -> Expr | None:
        return self.scope.current(place, self._carrier)

    def _spread(self, var: Var, contribution: Expr) -> None:
        """Add the adjoint of a container to those of its parts."""
        for key, kind in children(var.kind):
            if not carries_derivative(kind):
                continue
            part = self.project(var, key)
            if isinstance(contribution, Apply) and contribution.op in ("tuple", "list"):
                self.accumulate(part, contribution.args[key])  # type: ignore[index]
            else:
                self.accumulate(part, self._part_of(contribution, var, key))

    def _part_of(self, contribution: Expr, var: Var, key: object) -> Expr:
        if isinstance(var.kind, Record):
            return self.build.apply(f"attribute.{key}", contribution)
        return self.build.apply("index", contribution, Const(key))

    def project(self, var: Var, key: object) -> Var:
        """The part of a container with a key, as a value of the forward sweep."""
        if isinstance(var.kind, Record):
            expr = Apply(f"attribute.{key}", (var,))
        else:
            expr = Apply("index", (var, Const(key)))
        for known, definition in self.build.definitions.items():
            if definition == expr:
                return known
        part = Var(str(key) if isinstance(key, str) else None, dict(children(var.kind))[key], True)
        self.build.definitions[part] = expr
        return part

    def _distribute(self, display: Apply, contribution: Expr) -> None:
        values = display.args[1::2] if display.op == "dict" else display.args
        for position, part in enumerate(values):
            if not self.build.varied(part):
                continue
            key = display.args[2 * position] if display.op == "dict" else Const(position)
            if isinstance(contribution, Apply) and contribution.op in ("tuple", "list"):
                self.accumulate(part, contribution.args[position])
            else:
                self.accumulate(part, self.build.apply("index", contribution, key))

    def full(self, value: Expr, like: Var) -> Expr:
        """An adjoint in memory of its own, where it may be read-only or smaller so far."""
        definition = self.build.definition(value)
        if definition is None or definition.op != "numpy.broadcast_to":
            return value
        if definition.args[0] == Const(1.0):
            return self.build.apply("numpy.ones_like", like)
        if dims(self.build.kind(definition.args[0])) == ():
            return self.build.apply("numpy.full_like", like, definition.args[0])
        return self.build.apply("ndarray.copy", value)

    def take(self, var: Var) -> Expr | None:
        """The finished adjoint of a value, at the statement that defines it; None for zero."""
        paths = self.scope.parts(var)
        if not paths:
            return None
        if paths == [()]:
            return self._finished(var, (var, ()))
        return self.assemble(var, var.kind, (), remove=True)

    def _finished(self, var: Var, place: Place) -> Expr:
        return self.named(self.scope.values.pop(place), place, var)

    def named(self, value: Expr, place: Place, var: Var) -> Expr:
        """A finished adjoint is worth a line where its variable is."""
        self.note_hint(place, var)
        hint = self._hints.get(place)
        definition = self.build.definition(value)
        if definition is not None and definition.op == "numpy.broadcast_to":
            return value  # it will be smaller still where it is used
        if isinstance(value, Var) and self.is_backward(value) and value.hint in (None, "d_t", hint):
            value.hint = hint or "d_t"
            value.named = value.named or var.named
        return value

    def assemble(self, var: Var, kind: ir.Kind, path: tuple[object, ...], remove: bool) -> Expr:
        """The adjoint of a container, put together from those of its parts."""
        place = (var, path)
        if place in self.scope.values:
            whole = self.scope.values.pop(place) if remove else self.scope.values[place]
            rest = self._rest(var, kind, path, remove)
            return whole if rest == Const(None) else self.build.apply("runtime.add", whole, rest)
        parts = list(children(kind))
        if not parts:
            return self.zero_at(var, path, kind)
        return display(kind, [self.assemble(var, k, (*path, key), remove) for key, k in parts])

    def _rest(self, var: Var, kind: ir.Kind, path: tuple[object, ...], remove: bool) -> Expr:
        """What was added to parts of a container whose adjoint is kept whole; None for nothing."""
        values: list[Expr] = []
        for key, child in children(kind):
            place = (var, (*path, key))
            if place in self.scope.values:
                values.append(self.assemble(var, child, place[1], remove))
            else:
                values.append(self._rest(var, child, place[1], remove))
        return Const(None) if all(v == Const(None) for v in values) else display(kind, values)

    def zero_at(self, var: Var, path: tuple[object, ...], kind: ir.Kind) -> Expr:
        if not carries_derivative(kind):
            return Const(None)
        return zero(self.build, self.at(var, path))

    def at(self, var: Var, path: tuple[object, ...]) -> Var:
        """The value at a path into a container, as the generated code reaches it."""
        for key in path:
            if isinstance(var.kind, Record):
                part = self.build.apply(f"attribute.{key}", var)
            else:
                part = self.build.apply("index", var, Const(key))
            assert isinstance(part, Var)
            var = part
        return var

    def part(self, var: Var, path: tuple[object, ...]) -> Var:
        """As `at`, where only its kind and name are asked for."""
        for key in path:
            var = self.project(var, key)
        return var

    def _carrier(self, place: Place) -> Var:
        """A fresh carried adjoint for a place outside the loop."""
        value = self.part(*place)
        hint = self._hints.get(place) or (f"d_{value.hint}" if value.hint else None)
        return Var(hint, value.kind, named=True)

    # ----- statements -----

    def block(self, block: Block) -> None:
        """Write the adjoint of a block."""
        with self._known(block):
            for statement in reversed(block):
                self.build.span = getattr(statement, "span", None)
                match statement:
                    case Assign():
                        self._assign(statement)
                    case If():
                        self._if(statement)
                    case For() | While():
                        self._loop(statement)

    @contextmanager
    def _known(self, block: Block) -> Iterator[None]:
        """Let the backward sweep use what the forward block has computed."""
        known = {
            statement.value: statement.targets[0]
            for statement in block
            if isinstance(statement, Assign)
            and isinstance(statement.value, Apply)
            and len(statement.targets) == 1
            and recording.is_pure(statement.value)
        }
        with self.build.knowing(known):
            yield

    def _assign(self, statement: Assign) -> None:
        target = statement.targets[0]
        value = statement.value
        if not target.varied or self.place(target) != (target, ()):
            return
        g = self.take(target)
        if g is None:
            return
        if not isinstance(value, Apply):
            self.accumulate(value, g)
        elif value.op == "call":
            calls.backward(self, statement, g)
        elif value.op == "index":
            indexing.backward(self, target, value, g)
        elif value.op in ("tuple", "list", "dict"):
            self._distribute(value, g)
        else:
            self._operation(target, value, g)

    def _operation(self, target: Var, value: Apply, g: Expr) -> None:
        """The pullback of an operation that has a rule."""
        rule = registry.find(value.op)
        if rule is None or rule.pullback is None:
            raise self._no_rule(value, rule)
        self.refuse_complex(target)
        call = self.build.bind(value)
        bound = registry.Call(rule, call.args, call.kinds, call.given, target.kind)
        try:
            texts = rule.pullbacks(bound)
        except RefusedError as error:
            raise error.at(self.build.span) from None
        except registry.NotStatic as error:
            raise RefusedError(
                f"the argument `{error.name}` of `{value.op}` must be known while compiling",
                "write it as a literal",
                self.build.span,
            ) from None
        names = {**call.args, "g": g, "y": target}
        for param, arg in call.args.items():
            if self.build.varied(arg) and carries_derivative(call.kinds[param]):
                text = (texts or {}).get(param)
                if text is None:
                    raise RefusedError(
                        f"`{rule.name}` has no derivative with respect to `{param}`",
                        None,
                        self.build.span,
                    )
                self._pull(rule, target, arg, text, names)

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
        contribution = templates.expand(self.build, text, names)
        if rule.elementwise:
            contribution = unbroadcast(self.build, contribution, target, arg)
        self.accumulate(arg, contribution)

    def _element(self, sequence: Expr, position: int) -> Expr:
        if isinstance(sequence, Apply):
            return sequence.args[position]
        assert isinstance(sequence, Var)
        return self.project(sequence, position)

    def _no_rule(self, value: Apply, rule: registry.Rule | None) -> RefusedError:
        why = rule.why if rule is not None else None
        return RefusedError(f"`{value.op}` has no derivative rule", why, self.build.span)

    def refuse_complex(self, target: Var) -> None:
        if is_complex(target.kind):
            raise RefusedError(
                "complex numbers cannot be differentiated yet",
                "write the real and imaginary parts as separate values",
                self.build.span,
            )

    def stacks(self) -> Block:
        """The lists on which the forward sweep records."""
        return [Assign((stack,), Apply("list")) for stack in self.recorded.values()]

    # ----- branches -----

    def _if(self, statement: If) -> None:
        seeds = [(merge, self.take(merge.out)) for merge in statement.merges]
        if not self._reaches(statement, seeds):
            return
        survivor = next((s for s in ("then", "orelse") if _raises(getattr(statement, _OTHER[s]))), None)
        if survivor is not None:
            self._only_branch(statement, survivor, seeds)
            return
        outer = self.scope
        span = self.build.span
        scopes, blocks = [], []
        for side, body in (("then", statement.then), ("orelse", statement.orelse)):
            self.scope = Scope(outer)
            with self.build.inner() as block:
                for merge, seed in seeds:
                    if seed is not None:
                        self.accumulate(getattr(merge, side), seed)
                self.block(body)
                recording.resolve(self, body, block, statement)
            scopes.append(self.scope)
            blocks.append(block)
        self.scope = outer
        merges = self._merged(scopes, blocks)
        self.build.span = span
        if merges or any(blocks):
            self.build.block.append(If(statement.test, blocks[0], blocks[1], merges, span))

    def _only_branch(
        self, statement: If, side: str, seeds: list[tuple[Merge, Expr | None]]
    ) -> None:
        """The adjoint of a branch whose other side raises: whoever comes back took this one."""
        body = getattr(statement, side)
        with self.build.inner() as block:
            for merge, seed in seeds:
                if seed is not None:
                    self.accumulate(getattr(merge, side), seed)
            self.block(body)
            recording.resolve(self, body, block, statement)
        self.build.block += block

    def _reaches(self, statement: If, seeds: list[tuple[Merge, Expr | None]]) -> bool:
        return any(seed is not None for _, seed in seeds)

    def _merged(self, scopes: list[Scope], blocks: list[Block]) -> list[Merge]:
        """The adjoints after a branch: what one side did not change is as before."""
        places = list(dict.fromkeys([*scopes[0].values, *scopes[1].values]))
        merges = []
        for place in places:
            before = self.current(place)
            sides = []
            for scope, block in zip(scopes, blocks, strict=True):
                value = scope.values.get(place, before)
                if value is None:
                    value = self._zero_in(block, place)
                sides.append(value)
            if sides[0] == sides[1]:
                self.set(place, sides[0])
                continue
            at = self.part(*place)
            hint = self._hints.get(place)
            out = Var(hint, self._kind_after(at.kind, sides), named=at.named)
            merges.append(Merge(out, sides[0], sides[1]))
            self.scope.values[place] = out
        return merges

    def _kind_after(self, kind: ir.Kind, values: list[Expr]) -> ir.Kind:
        """The kind of an adjoint that is one of several: of the shape of its value, but possibly
        of another dtype."""
        joined = join(*map(self.build.kind, values))
        if isinstance(joined, Array) and isinstance(kind, (Scalar, Array)):
            return Array(joined.dtype, dims(kind))
        return kind

    def _zero_in(self, block: Block, place: Place) -> Expr:
        """A zero adjoint, made inside a block."""
        outer, self.build.block = self.build.block, block
        value = zero(self.build, self.at(*place))
        self.build.block = outer
        return value

    # ----- loops -----

    def _loop(self, loop: For | While) -> None:
        """The loop run backwards; its adjoints are carried from iteration to iteration."""
        seeds = {id(c): self.take(c.out) for c in loop.carries}
        active = {key for key, seed in seeds.items() if seed is not None}
        if not active:
            return
        outer, span = self.scope, self.build.span
        own = _defined_inside(loop)
        constant: set[int] = set()
        vague: set[int] = set()
        self.loops.append(loop)
        while True:
            self.scope = Scope(outer, own)
            with self.build.inner() as block:
                incoming = self._enter(loop, active, constant, vague, seeds)
                self.block(loop.body)
                found = {id(c) for c in loop.carries if self.scope.parts(c.inner)}
                outgoing = self._leave(loop, active)
            same = {k for k in active - constant if seeds[k] and outgoing[k] is incoming[k]}
            unsure = {
                key
                for key in active - constant - vague
                if self._changes_dtype(incoming[key], seeds[key], outgoing[key])
            }
            if found <= active and not same and not unsure:
                break
            active |= found
            constant |= same
            vague |= unsure
        scope, self.scope = self.scope, outer
        self.loops.pop()
        self.build.span = span
        moved = self._carried_adjoints(loop, active - constant, seeds, incoming, outgoing)
        carries = [*moved, *self._accumulators(scope)]
        backward = self._reversed_loop(loop, carries, block)
        recording.resolve(self, loop.body, block, loop, backward)
        self.build.block.append(backward)
        moving = iter(moved)
        for carry in loop.carries:
            if id(carry) in constant:
                self.accumulate(carry.init, incoming[id(carry)])
            elif id(carry) in active:
                self.accumulate(carry.init, next(moving).out)

    def _enter(
        self,
        loop: For | While,
        active: set[int],
        constant: set[int],
        vague: set[int],
        seeds: dict[int, Expr | None],
    ) -> dict[int, Expr]:
        """At the start of an iteration the adjoint of what the iteration computed arrives; the
        adjoint of a sum is the same in each."""
        incoming: dict[int, Expr] = {}
        for carry in loop.carries:
            if id(carry) not in active:
                continue
            inner = seeds[id(carry)] if id(carry) in constant else None
            if inner is None:
                kind = self.build.kind(carry.next)
                if id(carry) in vague and isinstance(kind, Array):
                    kind = Array(None, kind.dims)
                inner = Var(f"d_{carry.inner.hint}", kind, named=True)
            incoming[id(carry)] = inner
            self.accumulate(carry.next, inner)
        return incoming

    def _changes_dtype(self, inner: Expr, seed: Expr | None, leaving: Expr) -> bool:
        """Whether an adjoint enters or leaves an iteration in another dtype than its value has."""
        kinds = [self.build.kind(e) for e in (inner, seed, leaving) if e is not None]
        return len({k.dtype for k in kinds if isinstance(k, Array)}) > 1

    def _leave(self, loop: For | While, active: set[int]) -> dict[int, Expr]:
        """At its end, the adjoint of what the iteration began with leaves."""
        outgoing: dict[int, Expr] = {}
        for carry in loop.carries:
            if id(carry) in active:
                value = self.take(carry.inner)
                outgoing[id(carry)] = zero(self.build, carry.inner) if value is None else value
        return outgoing

    def _carried_adjoints(
        self,
        loop: For | While,
        active: set[int],
        seeds: dict[int, Expr | None],
        incoming: dict[int, Expr],
        outgoing: dict[int, Expr],
    ) -> list[Carry]:
        carries = []
        for carry in loop.carries:
            if id(carry) not in active:
                continue
            seed = seeds[id(carry)]
            init = zero(self.build, carry.out) if seed is None else self.full(seed, carry.out)
            inner = incoming[id(carry)]
            assert isinstance(inner, Var)
            leaving = outgoing[id(carry)]
            out = Var(inner.hint, self._kind_after(carry.inner.kind, [init, leaving]), named=True)
            carries.append(Carry(inner, init, leaving, out))
        return carries

    def _accumulators(self, scope: Scope) -> list[Carry]:
        """The adjoints of values from outside the loop, summed over its iterations."""
        carries = []
        for place, inner in scope.carried.items():
            before = self.current(place)
            at = self.at(*place)
            init = indexing.initial(self, place) if before is None else self.full(before, at)
            leaving = scope.values[place]
            kind = self._kind_after(at.kind, [init, leaving])
            out = Var(inner.hint, kind, named=inner.named)
            carries.append(Carry(inner, init, leaving, out))
            self._hints.setdefault(place, inner.hint or "d_t")
            self.scope.values[place] = out
        return carries

    def _reversed_loop(self, loop: For | While, carries: list[Carry], block: Block) -> For:
        if isinstance(loop, For):
            return For(loop.index, loop.bounds, carries, block, not loop.backward, self.build.span)
        trips = recording.count_trips(self, loop)
        return For(Var("_", ir.kind_of(Const(0))), (trips,), carries, block, span=self.build.span)


_OTHER = {"then": "orelse", "orelse": "then"}


def _raises(block: Block) -> bool:
    """Whether control never passes the end of a block."""
    last = block[-1] if block else None
    if isinstance(last, If):
        return _raises(last.then) and _raises(last.orelse)
    return isinstance(last, Keep) and isinstance(last.node, ast.Raise)


def _defined_inside(loop: For | While) -> set[Var]:
    """The values that the body of a loop defines."""
    found = {carry.inner for carry in loop.carries}
    for statement in ir.walk(loop.body):
        found.update(ir.defined(statement))
        found.update(carry.inner for carry in ir.carries(statement))
    return found


__all__ = ["Reverse"]
