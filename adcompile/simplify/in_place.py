"""Writes happen in the memory of the array that they are to, unless something still needs what was
there: then a copy is written to, or the view that is still needed is made a copy.

Each value of an array is another one in the IR; in the text they are one array. A value lives as
long as anything reads it or a view of it (see `emit.names`), so this is the last pass: no operation
may move after it.
"""

from __future__ import annotations

from adcompile import ir
from adcompile.builder import Builder, may_box
from adcompile.emit.names import Lives
from adcompile.ir import Apply, Assign, Do, Expr, Function, Var
from adcompile.kinds import Array, Items, Many, Mapping, Record, is_number
from adcompile.regions import allocates, holds_memory, is_foreign, is_list, targets
from adcompile.simplify.shapes import LIKE, SHAPES
from adcompile.simplify.unset import maybe_numbers, maybe_unset, shapeless

# What makes lists whose elements may be lists that are in memory already.
_PUT_IN = ("list", "tuple", "index", "call", "opaque", "effect", "unpack", "list.pop")
_READS_SHAPE = SHAPES | LIKE


def write_in_place(function: Function) -> None:
    """Make every write of a function one to memory that nothing else needs, in place."""
    if _writes(function):
        _read_shapes_of_living(function, Groups(function))
        _Placement(function)


def _writes(function: Function) -> bool:
    return any(map(is_write, ir.walk(function.body)))


def is_write(statement: ir.Statement) -> bool:
    """Whether a statement writes into an array."""
    value = statement.value if isinstance(statement, Assign) else None
    return isinstance(value, Apply) and value.op.startswith("scatter.")


# ----- which values may be one array -----


class Groups:
    """The values that may share memory with an array that is written to, in groups."""

    def __init__(self, function: Function) -> None:
        self._parent: dict[Var, Var] = {}
        self._written: set[Var] = set()
        if _writes(function):
            for statement in ir.walk(function.body):
                self._note(statement)
        self._written = {self._find(var) for var in self._written}

    def any(self) -> bool:
        """Whether anything is written to."""
        return bool(self._written)

    def of(self, expr: Expr) -> set[Var]:
        """The groups of arrays that an expression reads and something writes to."""
        return {self._find(var) for var in ir.variables(expr)} & self._written

    def written_by(self, statement: ir.Statement) -> set[Var]:
        """The groups of arrays that a statement, or one inside it, writes to."""
        writes = filter(is_write, ir.walk([statement]))
        return {group for write in writes for var in ir.defined(write) for group in self.of(var)}

    def _note(self, statement: ir.Statement) -> None:
        if isinstance(statement, Assign):
            value = statement.value
            if is_write(statement):
                assert isinstance(value, Apply)
                self._written.add(statement.targets[0])
                self._unite(statement.targets[0], value.args[0])
                if is_list(statement.targets[0]):
                    self._unite(statement.targets[0], value.args[2])
            else:
                for target, owned in targets(statement):
                    if not owned:
                        self._unite(target, value)
        if isinstance(statement, ir.If):
            for merge in statement.merges:
                self._unite(merge.out, merge.then)
                self._unite(merge.out, merge.orelse)
        for carry in ir.carries(statement):
            for expr in (carry.init, carry.next, carry.out):
                self._unite(carry.inner, expr)

    def _unite(self, var: Var, expr: Expr) -> None:
        if not holds_memory(var):
            return
        for other in ir.variables(expr):
            if holds_memory(other):
                self._parent[self._find(var)] = self._find(other)

    def _find(self, var: Var) -> Var:
        root = var
        while root in self._parent and self._parent[root] is not root:
            root = self._parent[root]
        while self._parent.get(var, root) is not root:
            self._parent[var], var = root, self._parent[var]
        return root


# ----- shapes -----


def _read_shapes_of_living(function: Function, groups: Groups) -> None:
    """Read the shape of an array off the value that it has at that point."""
    _Shapes(function, groups).block(function.body, set(function.params))


def _is_absent(expr: Expr) -> bool:
    return expr in (ir.UNDEFINED, ir.UNSET)


class _Shapes:
    """Reads shapes off living values."""

    def __init__(self, function: Function, groups: Groups) -> None:
        self._lives = Lives(function, ignore=_READS_SHAPE)
        self._groups = groups
        self._members: dict[Var, list[Var]] = {}
        unset = shapeless(function)
        for var in self._lives.lives:
            for group in groups.of(var) if var not in unset else ():
                self._members.setdefault(group, []).append(var)

    def block(self, block: ir.Block, there: set[Var]) -> None:
        """Visit the statements of a block.

        Args:
            block: the block.
            there: the values that are given on every path to it; its own are added.
        """
        for statement in block:
            time = self._lives.start(statement)
            for carry in ir.carries(statement):
                carry.init = self._visit(carry.init, time + 1, there)
            # The range of a loop is made after what is carried has its first value.
            first = there | {c.inner for c in ir.carries(statement) if not _is_absent(c.init)}
            match statement:
                case Assign():
                    statement.value = self._visit(statement.value, time + 1, there)
                case ir.For():
                    bounds = (self._visit(bound, time + 3, first) for bound in statement.bounds)
                    statement.bounds = tuple(bounds)
            inners = {carry.inner for carry in ir.carries(statement)}
            for inner in ir.blocks(statement):
                there |= inners
                self.block(inner, there)
                there -= ir.defined_in(inner) | inners
            there.update(ir.defined(statement))

    def _living(self, var: Var, time: int, there: set[Var]) -> Var:
        if not isinstance(var.kind, Array) or var.kind.dims is None:
            return var
        same = [
            other
            for group in self._groups.of(var)
            for other in self._members.get(group, [])
            if isinstance(other.kind, Array) and other.kind == var.kind and other in there
        ]
        alive = (o for o in (var, *same) if self._lives.is_there(o, time))
        return next(alive, var)

    def _visit(self, expr: Expr, time: int, there: set[Var]) -> Expr:
        if not isinstance(expr, Apply):
            return expr
        first = expr.args[0] if expr.args else None
        if expr.op in _READS_SHAPE and isinstance(first, Var):
            return Apply(expr.op, (self._living(first, time, there), *expr.args[1:]), expr.kwargs)
        args = tuple(self._visit(arg, time, there) for arg in expr.args)
        kwargs = tuple((k, self._visit(v, time, there)) for k, v in expr.kwargs)
        return Apply(expr.op, args, kwargs)


# ----- regions of memory -----


class _Regions:
    """For each array the regions of memory that it may be in, if every write happens in place.

    Attributes:
        foreign: regions that the function may not write to.
        contents: for each list the regions that its elements may be in.
        members: the arrays and lists by region.
        views: where arrays that are views are defined.
        copied: what loops carry that must be copied before the loop.
    """

    def __init__(self, function: Function, lives: Lives) -> None:
        self._function = function
        self._lives = lives
        self._loops = [s for s in ir.walk(function.body) if isinstance(s, (ir.For, ir.While))]
        self.copied: set[Var] = set()
        self._apart = {
            carry.inner
            for loop in self._loops
            for carry in loop.carries
            if holds_memory(carry.inner)
        }
        self._compute()
        while self._changes():
            self._compute()

    def of(self, expr: Expr) -> set[Var]:
        """The regions that a value may be in; none for memory that nothing else has yet."""
        found: set[Var] = set()
        if isinstance(expr, Apply) and (allocates(expr) or expr.op == "list"):
            return found
        for var in ir.variables(expr):
            if holds_memory(var):
                found |= self.known.get(var, set())
        return found

    def inside(self, expr: Expr) -> set[Var]:
        """The regions that a value may be in, and the elements of the lists in it."""
        found = {r for var in ir.variables(expr) for r in self.contents.get(var, ())}
        return found.union(*(self.known.get(var, ()) for var in ir.variables(expr)))

    def part(self, view: Var) -> None:
        """Note that a view has been made a copy: what is taken from it may be in its memory."""
        if self.known[view] & self.written:
            self.written.add(view)
        self.known[view] = {view}
        self.members[view] = [view]
        stack = [view]
        while stack:
            for target in self._taken.get(stack.pop(), ()):
                if view not in self.known[target]:
                    self.known[target].add(view)
                    self.members[view].append(target)
                    stack.append(target)

    def _compute(self) -> None:
        self.known: dict[Var, set[Var]] = {}
        self.contents: dict[Var, set[Var]] = {}
        self._taken: dict[Var, list[Var]] = {}
        self.foreign = set(self._function.params)
        self.views: dict[Var, Assign] = {}
        self.written: set[Var] = set()
        for param in self._function.params:
            self.known[param] = {param}
            self._fill(param, param)
        self._block(self._function.body)
        self._write_in_turn()
        self._hand_around()
        self.members: dict[Var, list[Var]] = {}
        for var, regions in [*self.known.items(), *self.contents.items()]:
            for region in regions:
                self.members.setdefault(region, []).append(var)

    def holds(self, var: Var, region: Var) -> bool:
        """Whether a value may be in a region, or have an element in it."""
        return region in self.known[var] or region in self.contents.get(var, ())

    def _hand_around(self) -> None:
        """An element of a list that is carried, too, is in another region in the next iteration."""
        carries = [c for loop in self._loops for c in loop.carries if c.inner in self._apart]
        changed = bool(self.contents)
        while changed:
            changed = False
            for carry in carries:
                entering = self.of(carry.init) | self.of(carry.next)
                for regions in self.contents.values():
                    if regions & entering and not regions >= {carry.inner, carry.out}:
                        regions |= {carry.inner, carry.out}
                        changed = True

    def _write_in_turn(self) -> None:
        """What a loop is handed is written to if what it carries is; `u, v = v, u` hands memory
        around."""
        carries = [c for loop in self._loops for c in loop.carries if c.inner in self._apart]
        size = -1
        while size != len(self.written):
            size = len(self.written)
            for carry in carries:
                if carry.inner in self.written or carry.out in self.written:
                    self.written |= self.of(carry.next) | {carry.inner}
                    if carry.inner not in self.copied:
                        self.written |= self.of(carry.init)

    def _block(self, block: ir.Block) -> None:
        for statement in block:
            match statement:
                case Assign():
                    self._assign(statement)
                case ir.If():
                    self._block(statement.then)
                    self._block(statement.orelse)
                    for merge in statement.merges:
                        self.known[merge.out] = self.of(merge.then) | self.of(merge.orelse)
                        if any(isinstance(e, Apply) for e in (merge.then, merge.orelse)):
                            self.known[merge.out].add(merge.out)
                        if any(map(_is_handed, (merge.then, merge.orelse))):
                            self.foreign.add(merge.out)
                        self._take(merge.out, merge.then, merge.orelse)
                        self._fill(merge.out, merge.then, merge.orelse)
                case ir.For() | ir.While():
                    self._loop(statement)

    def _assign(self, statement: Assign) -> None:
        value = statement.value
        for target, owned in targets(statement):
            if not holds_memory(target):
                continue
            if is_write(statement):
                assert isinstance(value, Apply)
                regions = self.of(value.args[0]) - self.foreign
                self.written |= regions
                self.known[target] = regions or {target}
                self._take(target, value.args[0])
                self._fill(target, value.args[0], Apply("list", (value.args[2],)))
            elif owned or (isinstance(value, Apply) and value.op == "list"):
                self.known[target] = {target}
                self._fill(target, value)
            elif isinstance(value, Apply) and is_foreign(value):
                self.foreign.add(target)
                self.known[target] = {target} | self.of(value)
                self._take(target, value)
                self._fill(target, value)
            else:
                self.known[target] = self._read(target, value)
                self._take(target, value)
                self._fill(target, value)
                if isinstance(value, Apply) and len(statement.targets) == 1:
                    self.views[target] = statement

    def _read(self, target: Var, value: Expr) -> set[Var]:
        """The regions that a value may be in that is read out of others."""
        base = value.args[0] if isinstance(value, Apply) and value.op == "index" else None
        if isinstance(base, Var) and is_list(base) and not is_list(target):
            return set(self.contents.get(base, ()))
        return self.of(value) if isinstance(value, Var) else self.inside(value)

    def _fill(self, target: Var, *sources: Expr) -> None:
        """Note what may be the elements of a list: those of others, or what is put in a display."""
        if is_list(target):
            self._take(target, *sources)
            found = map(self._elements, sources)
            self.contents.setdefault(target, set()).update(*found)

    def _take(self, target: Var, *sources: Expr) -> None:
        """Note that a value is, or is taken from, one of others."""
        for source in sources:
            for var in ir.variables(source):
                self._taken.setdefault(var, []).append(target)

    def _elements(self, source: Expr) -> set[Var]:
        """What the elements of a list that is made of a value may be."""
        if isinstance(source, Apply) and source.op in _PUT_IN:
            return self.inside(source)
        found: set[Var] = set()
        for var in ir.variables(source):
            found |= self.contents.get(var, set()) if is_list(var) else self.known.get(var, set())
        return found

    def _loop(self, loop: ir.For | ir.While) -> None:
        arrays = [carry for carry in loop.carries if holds_memory(carry.inner)]
        for carry in arrays:
            own = carry.inner in self._apart
            self.known[carry.inner] = {carry.inner} if own else self.of(carry.init)
            self._fill(carry.inner, carry.init)
        for _ in range(2):  # what is carried around more than once is found in the second round
            self._block(loop.body)
            for carry in arrays:
                self._fill(carry.inner, carry.next)
                if carry.inner not in self._apart:
                    self.known[carry.inner] |= self.of(carry.next)
                    self._take(carry.inner, carry.init, carry.next)
        for carry in arrays:
            own = carry.inner in self._apart
            self.known[carry.out] = {carry.out} if own else set(self.known[carry.inner])
            if not own:
                self._take(carry.out, carry.inner)
            self._fill(carry.out, carry.inner)

    def _changes(self) -> bool:
        """Drop what does not hold of the loops; whether that was anything."""
        before = (len(self.copied), len(self._apart))
        for loop in self._loops:
            self._check(loop)
        return before != (len(self.copied), len(self._apart))

    def _check(self, loop: ir.For | ir.While) -> None:
        start = self._lives.start(loop)
        arrays = [carry for carry in loop.carries if holds_memory(carry.inner)]
        apart = [carry for carry in arrays if carry.inner in self._apart]
        local = ir.defined_in(loop.body) | {carry.inner for carry in apart}
        entered: set[Var] = set()
        for carry in apart:
            init = set() if carry.inner in self.copied else self.of(carry.init)
            handed = init & (entered | self.foreign) or _is_handed(carry.init)
            if handed or self._needed(init, start + 1):
                if carry.inner in self.written:
                    self.copied.add(carry.inner)
                    init = set()
                else:
                    self._apart.discard(carry.inner)
            next = self.of(carry.next)
            others = (self.of(other.next) for other in arrays if other is not carry)
            taken = self.foreign.union(*others)
            if next & taken or _is_handed(carry.next) or not next <= local:
                self._apart.discard(carry.inner)
            entered |= init

    def _needed(self, regions: set[Var], time: int) -> bool:
        return any(
            self._lives.is_needed_after(var, time)
            for region in regions
            for var in self.members[region]
        )


def _is_handed(expr: Expr) -> bool:
    """Whether an expression is an operation whose result may be memory of others."""
    return isinstance(expr, Apply) and is_foreign(expr)


# ----- copies -----


_KINDS = Builder()


def _copy(value: Expr) -> Expr:
    """A copy of an array, or a container, with all that is in it; or of one number that may be an
    array of no axes."""
    kind = _KINDS.kind(value)
    whole = isinstance(kind, (Items, Many, Mapping, Record)) or is_number(kind)
    own = whole and not (isinstance(value, Var) and is_list(value))
    return Apply("runtime.copied" if own else "ndarray.copy", (value,))


class _Placement:
    """Decides for each write whether it may happen in place."""

    def __init__(self, function: Function) -> None:
        self._lives = Lives(function)
        self._regions = _Regions(function, self._lives)
        self._unset = maybe_unset(function) | maybe_numbers(function)
        self._calls: dict[Expr, Assign] = {
            target: statement
            for statement in ir.walk(function.body)
            if isinstance(statement, Assign)
            for target in statement.targets[1:]
            if not isinstance(target.kind, Array)
        }
        for statement in ir.walk(function.body):
            for carry in ir.carries(statement):
                if carry.inner in self._regions.copied:
                    carry.init = self._copied(carry.init)
            if isinstance(statement, Assign) and is_write(statement):
                self._write(statement)
            elif isinstance(statement, Do) and statement.value.op == "list.append":
                self._append(statement)

    def _write(self, statement: Assign) -> None:
        value = statement.value
        assert isinstance(value, Apply)
        base = value.args[0]
        if isinstance(base, Apply) and (allocates(base) or base.op == "list"):
            return
        regions = self._regions.of(base)
        own = isinstance(base, Var) and regions and not regions & self._regions.foreign
        if not own or not self._is_clear(regions, statement):
            statement.value = Apply(value.op, (_copy(base), *value.args[1:]), value.kwargs)

    def _is_clear(self, regions: set[Var], statement: Assign) -> bool:
        """Whether nothing else in these regions is needed after a write; views that are needed are
        made copies."""
        time = self._lives.start(statement) + 3
        views = self._regions.views
        needed = [
            var
            for region in regions
            for var in self._regions.members.get(region, [])
            if var is not statement.targets[0]
            and self._regions.holds(var, region)
            and self._lives.is_needed_after(var, time)
        ]
        if any(var not in views or is_list(var) for var in needed):
            return False
        for view in dict.fromkeys(needed):
            definition = views.pop(view)
            definition.value = _copy(definition.value)
            self._regions.part(view)
        return True

    def _append(self, statement: Do) -> None:
        """What is recorded must not change."""
        stack, value = statement.value.args
        if isinstance(value, Apply) and value.op == "tuple":
            value = Apply("tuple", tuple(map(self._lasting, value.args)))
        else:
            value = self._lasting(value)
        statement.value = Apply("list.append", (stack, value))

    def _lasting(self, value: Expr) -> Expr:
        """A value that no write changes."""
        if isinstance(value, Var) and is_list(value):
            written = self._regions.inside(value) & self._regions.written
            return Apply("runtime.copied", (value,)) if written else value
        element = isinstance(value, Apply) and is_number(_KINDS.kind(value)) and not may_box(value)
        if element or not self._regions.of(value) & self._regions.written:
            return value
        call = self._calls.get(value)
        if call is not None:
            call.value = self._of_copies(call.value)
            return value
        return self._copied(value)

    def _copied(self, value: Expr) -> Expr:
        """A copy of an array, or what it is else: None where it may have no value yet, a number."""
        return Apply("runtime.copied", (value,)) if value in self._unset else _copy(value)

    def _of_copies(self, call: Expr) -> Expr:
        """A call that may keep its arguments, of copies of those that are written to."""
        assert isinstance(call, Apply)
        callee, *args = call.args
        return Apply(call.op, (callee, *map(self._parted, args)), call.kwargs)

    def _parted(self, arg: Expr) -> Expr:
        """An argument, or a copy of it if it may be written to."""
        if isinstance(arg, Apply) and arg.op in ("tuple", "list", "dict", "record"):
            fields = tuple((name, self._parted(value)) for name, value in arg.kwargs)
            return Apply(arg.op, tuple(map(self._parted, arg.args)), fields)
        if not isinstance(arg, (Var, Apply)) or not self._may_be_written(arg):
            return arg
        plain = isinstance(_KINDS.kind(arg), Array) and arg not in self._unset
        return Apply("ndarray.copy" if plain else "runtime.copied", (arg,))

    def _may_be_written(self, value: Var | Apply) -> bool:
        """Whether a value is, or has in it, memory that something writes to."""
        boxed = value.boxed if isinstance(value, Var) else may_box(value)
        if is_number(_KINDS.kind(value)) and not boxed:
            return False
        regions = self._regions.of(value)
        if isinstance(value, Var):
            regions = regions | self._regions.inside(value)
        return bool(regions & self._regions.written)
