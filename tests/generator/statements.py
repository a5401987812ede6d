"""Statements: assignments, blocks, calls, containers."""

from __future__ import annotations

from tests.generator.scope import (
    NUMBER,
    BoxOf,
    Counter,
    DictOf,
    Draws,
    FunctionOf,
    ListOf,
    Scope,
    Shape,
)
from tests.generator.writes import Writes

SHAPES: tuple[Shape, ...] = ((4,), (3, 4), (3,), (4, 3))


def indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


class Statements(Writes):
    """Writes blocks; each method named in FEATURES returns the lines of one statement."""

    def __init__(
        self, draws: Draws, features: frozenset[str], result: Shape | None, returns: bool = True
    ) -> None:
        super().__init__(draws, features)
        self.result = result
        self.returns = returns

    def block(self, scope: Scope, longest: int) -> list[str]:
        kinds = [name for name in FEATURES if name in self.features] or ["pure"]
        lines: list[str] = []

        def statement() -> None:
            kind = self.draws.pick(["pure", *kinds * 2])
            lines.extend(FEATURES[kind](self, scope) if scope.arrays else self.pure(scope))

        self.draws.some(longest, statement)
        return lines or ["pass"]

    def inner(self, scope: Scope, longest: int = 3) -> list[str]:
        return indented(self.block(scope, longest))

    # ----- assignments -----

    def bound(self, scope: Scope, shape: Shape, value: str) -> str:
        """An assignment to a name of the program's with this shape, or to a new one."""
        names = scope.rebindable(shape)
        name = self.draws.pick([*names, ""]) if names else ""
        if not name:
            name = scope.fresh("s" if shape == NUMBER else "u")
        scope.names[name] = shape
        return f"{name} = {value}"

    def pure(self, scope: Scope) -> list[str]:
        shape = self.draws.pick((NUMBER, *SHAPES[:2]))
        value = self.value(scope, shape)
        if shape != NUMBER and self.draws.once_in(3):
            maker = self.draws.pick(("np.zeros({})", "np.ones({})", "np.full({}, 0.4)"))
            value = maker.format(shape)
        return [self.bound(scope, shape, value)]

    def alias(self, scope: Scope) -> list[str]:
        one = self.draws.pick(scope.arrays)
        shape = scope.names[one]
        assert isinstance(shape, tuple)
        other = self.draws.pick(scope.shaped(shape))
        value = one if one == other else f"{one} if {self.test(scope)} else {other}"
        return [self.bound(scope, shape, value)]

    def view_kept(self, scope: Scope) -> list[str]:
        text, shape = self.view(scope)
        return [self.bound(scope, shape, text)]

    def swap(self, scope: Scope) -> list[str]:
        groups = [names for shape in (*SHAPES, NUMBER) if len(names := scope.rebindable(shape)) > 1]
        if not groups:
            return self.pure(scope)
        names = self.draws.pick(groups)
        one, other = names[0], self.draws.pick(names[1:])
        shape = scope.names[one]
        assert isinstance(shape, tuple)
        value = self.draws.pick((one, self.value(scope, shape, 1)))
        return [f"{one}, {other} = {other}, {value}"]

    # ----- control flow -----

    def branch(self, scope: Scope) -> list[str]:
        if scope.depth > 2:
            return self.pure(scope)
        lines = [f"if {self.test(scope)}:", *self.inner(scope.inner())]
        if self.draws.once_in(2):
            lines += ["else:", *self.inner(scope.inner())]
        return lines

    def loop(self, scope: Scope) -> list[str]:
        if scope.depth > 2:
            return self.pure(scope)
        name = scope.fresh("i")
        bounds = [("3", 0, 2), ("1, 4", 1, 3), ("2, -1, -1", 0, 2)]
        if "n" in scope.names:
            bounds += [("n", 0, 2), ("n", 0, 2), ("1, n + 1", 1, 3)]
        text, low, high = self.draws.pick(bounds)
        inner = scope.inner(loop=True, more={name: Counter(low, high)})
        lines = [f"for {name} in range({text}):", *self.inner(inner)]
        if "n" not in text:
            self.stay(scope, inner)
        return lines + self.otherwise(scope)

    def stay(self, scope: Scope, inner: Scope) -> None:
        """What a loop's body defined is in reach behind the loop, if that surely ran."""
        if "exits" not in self.features:
            scope.names.update(inner.names)

    def otherwise(self, scope: Scope) -> list[str]:
        if "exits" not in self.features or not self.draws.once_in(3):
            return []
        return ["else:", *self.inner(scope.inner(), 2)]

    def while_loop(self, scope: Scope) -> list[str]:
        if scope.depth > 2:
            return self.pure(scope)
        name = scope.fresh("j")
        bound = self.draws.pick(("n", "3")) if "n" in scope.names else "3"
        test = self.draws.pick((f"{name} < {bound}", f"{name} < {bound} and {self.test(scope)}"))
        inner = scope.inner(loop=True, more={name: Counter(1, 3)})
        body = indented([f"{name} += 1"]) + self.inner(inner)
        return [f"{name} = 0", f"while {test}:", *body, *self.otherwise(scope)]

    def rows(self, scope: Scope) -> list[str]:
        """A loop over the rows or elements of an array."""
        if scope.depth > 2:
            return self.pure(scope)
        text, shape = self.view(scope)
        name = scope.fresh("r")
        inner = scope.inner(loop=True, more={name: shape[1:]})
        lines = [f"for {name} in {text}:", *self.inner(inner)]
        self.stay(scope, inner)
        return lines + self.otherwise(scope)

    def exit(self, scope: Scope) -> list[str]:
        if not scope.in_loop:
            return self.loop(scope)
        return [f"if {self.test(scope)}:", f"    {self.draws.pick(('break', 'continue'))}"]

    def early_return(self, scope: Scope) -> list[str]:
        if not self.returns or not scope.depth:
            return self.branch(scope)
        value = "" if self.result is None else f" {self.value(scope, self.result, 1)}"
        return [f"if {self.test(scope)}:", f"    return{value}"]

    # ----- calls -----

    def called(self, scope: Scope) -> list[str]:
        """A call for its effect, or a name for its result."""
        names = [name for name in scope.of(FunctionOf) if self.arguments(scope, name)]
        if not names:
            return self.pure(scope)
        name = self.draws.pick(names)
        function = scope.names[name]
        assert isinstance(function, FunctionOf)
        call = f"{name}({self.draws.pick(self.arguments(scope, name))})"
        if function.result is None:
            return [call]
        return [self.bound(scope, function.result, call)]

    def arguments(self, scope: Scope, name: str) -> list[str]:
        function = scope.names[name]
        assert isinstance(function, FunctionOf)
        if function.argument == NUMBER:
            return [*scope.shaped(NUMBER), "0.5"]
        return [text for text, shape in self._views(scope) if shape == function.argument]

    def looping(self, scope: Scope) -> list[str]:
        """A call of a function with a loop, which keeps its argument, and a write to that."""
        text, shape = self.view(scope)
        call = self.draws.pick(("grown", "norm"))
        lines = [self.bound(scope, shape if call == "grown" else NUMBER, f"{call}({text})")]
        return [*lines, *self.draws.pick((self.store, self.augmented, self.whole))(scope)]

    def context(self, scope: Scope) -> list[str]:
        if scope.depth > 2:
            return self.pure(scope)
        if self.draws.once_in(3):
            lines = ["try:", f"    assert {self.test(scope)}", "except AssertionError:", "    pass"]
            return [*lines, "finally:", "    pass"] if self.draws.once_in(2) else lines
        inner = scope.inner()
        lines = ["with np.errstate(all='ignore'):", *self.inner(inner)]
        if not {"exits", "returns"} & self.features:
            scope.names.update(inner.names)
        return lines

    def closure(self, scope: Scope) -> list[str]:
        """A function inside the function, or a call of one."""
        if scope.of(FunctionOf) and self.draws.once_in(2):
            return self.called(scope)
        if scope.depth > 2:
            return self.pure(scope)
        argument = self.draws.pick((NUMBER, (4,)))
        name, parameter = scope.fresh("g"), scope.fresh("z")
        if self.draws.once_in(2):
            inner = scope.inner(more={parameter: argument})
            kept = scope.shaped(argument)
            default = ""
            if kept and self.draws.once_in(3):
                inner.names["w"] = argument
                default = f", w={self.draws.pick(kept)}"
            value = self.value(inner, argument, 1)
            text = f"{name} = lambda {parameter}{default}: {value}"
            scope.names[name] = FunctionOf(argument, argument)
            return [text]
        result = self.draws.pick((argument, None))
        lines = nested(self, scope, name, parameter, FunctionOf(argument, result))
        scope.names[name] = FunctionOf(argument, result)
        return lines

    # ----- containers -----

    def items(self, scope: Scope) -> list[str]:
        names = scope.of(ListOf)
        if not names or self.draws.once_in(4):
            item = self.draws.pick((NUMBER, (4,)))
            values = f"{self.atom(scope, item)}, {self.value(scope, item, 1)}"
            name = scope.fresh("items")
            scope.names[name] = ListOf(item)
            return [f"{name} = [{values}]"]
        name = self.draws.pick(names)
        what = scope.names[name]
        assert isinstance(what, ListOf)
        depth = self.draws.count(0, 1)
        value = self.value(scope, what.item, depth)
        forms = [
            lambda: [f"{name}[0] = {value}"],
            lambda: [f"{name}[0], {name}[-1] = {name}[-1], {name}[0]"],
            lambda: [self.update(scope, f"{name}[-1]", what.item)],
            lambda: self.walk(scope, name, what.item),
        ]
        if scope.lists_may_change:
            forms += [
                lambda: [f"{name}.append({value})"],
                lambda: [f"{name}.append({value})", self.popped(scope, name, what.item)],
                lambda: [f"if len({name}) > 2:", f"    {name}.pop()"],
                lambda: self.other_list(scope, name, what),
            ]
        return self.draws.pick(forms)()

    def popped(self, scope: Scope, name: str, item: Shape) -> str:
        return self.bound(scope, item, f"{name}.pop()")

    def other_list(self, scope: Scope, name: str, what: ListOf) -> list[str]:
        other = scope.fresh("items")
        value = self.draws.pick((name, f"{name}[::-1]", f"list({name})"))
        scope.names[other] = what
        return [f"{other} = {value}"]

    def walk(self, scope: Scope, name: str, item: Shape) -> list[str]:
        if scope.depth > 2:
            return self.pure(scope)
        element = scope.fresh("e")
        inner = scope.inner(loop=True, more={element: item})
        inner.lists_may_change = False
        lines = [f"for {element} in {name}:", *self.inner(inner)]
        self.stay(scope, inner)
        return lines + self.otherwise(scope)

    def dictionary(self, scope: Scope) -> list[str]:
        names = scope.of(DictOf)
        if not names or self.draws.once_in(4):
            item = self.draws.pick((NUMBER, (4,)))
            name = scope.fresh("d")
            text = f'{{"p": {self.atom(scope, item)}, "q": {self.value(scope, item, 1)}}}'
            scope.names[name] = DictOf(item)
            return [f"{name} = {text}"]
        name = self.draws.pick(names)
        what = scope.names[name]
        assert isinstance(what, DictOf)
        key = self.draws.pick(('["p"]', '["q"]'))
        if self.draws.once_in(2):
            return [f"{name}{key} = {self.value(scope, what.item, 1)}"]
        return [self.update(scope, f"{name}{key}", what.item)]

    def pack(self, scope: Scope) -> list[str]:
        """A tuple, taken apart again: with a write through it in between, maybe."""
        item = self.draws.pick((NUMBER, (4,)))
        name = scope.fresh("t")
        lines = [f"{name} = ({self.atom(scope, item)}, {self.atom(scope, item)})"]
        if item != NUMBER:
            lines.append(f"{name}[0][1:] = {self.value(scope, (3,), 1)}")
        return [*lines, self.bound(scope, item, f"{name}[{self.draws.pick('01')}]")]

    def comprehension(self, scope: Scope) -> list[str]:
        lists = [(name, scope.names[name].item) for name in scope.of(ListOf)]
        sources = [*lists, *((name, scope.names[name][1:]) for name in scope.arrays)]
        source, item = self.draws.pick(sources)
        if (source, item) not in lists and scope.names[source][0] < 2:
            return self.pure(scope)
        element = scope.fresh("e")
        inner = scope.inner(more={element: item})
        value = self.value(inner, item, 1)
        test = f" if {self.number(inner)} > -5" if self.draws.once_in(3) else ""
        if item == NUMBER and self.draws.once_in(2):
            return [self.bound(scope, item, f"sum({value} for {element} in {source})")]
        name = scope.fresh("items")
        scope.names[name] = ListOf(item)
        return [f"{name} = [{value} for {element} in {source}{test}]"]

    def box(self, scope: Scope) -> list[str]:
        names = scope.of(BoxOf)
        if not names or self.draws.once_in(4):
            name = scope.fresh("box")
            text = f"Box({self.array(scope, (4,))}, {self.number(scope)})"
            scope.names[name] = BoxOf((4,))
            return [f"{name} = {text}"]
        name = self.draws.pick(names)
        forms = [
            lambda: f"{name} = Box(0.5 * {name}.v, {self.value(scope, NUMBER, 1)})",
            lambda: self.other_box(scope, name),
            lambda: f"{name}.c = {self.value(scope, NUMBER, 1)}",
            lambda: f"{name}.v = {self.value(scope, (4,), 1)}",
            lambda: self.update(scope, f"{name}.v", (4,)),
            lambda: f"{name}.v[1:] = {self.value(scope, (3,), 1)}",
            lambda: f"{name}.step({self.number(scope)})",
            lambda: self.bound(scope, NUMBER, f"{name}.step({self.number(scope)})"),
            lambda: f"{name}.turn()",
            lambda: f"{name}.v, {name}.w = {name}.w, {name}.v",
            lambda: f"{name}.run({'n' if 'n' in scope.names else 2})",
            lambda: self.bound(scope, (4,), f"{name}.run(2)"),
        ]
        return [self.draws.pick(forms)()]

    def other_box(self, scope: Scope, name: str) -> str:
        other = scope.fresh("box")
        scope.names[other] = scope.names[name]
        return f"{other} = {name}"


def nested(
    outside: Statements, scope: Scope, name: str, parameter: str, function: FunctionOf
) -> list[str]:
    """The lines of a function with one parameter, that may read and write what is around it."""
    inner = scope.inner(loop=False, more={parameter: function.argument})
    inner.fixed = frozenset(scope.names)
    inner.lists_may_change = False  # it may be called where one is walked through
    inside = Statements(outside.draws, outside.features, function.result)
    first = []
    if numbers := [n for n in scope.rebindable(NUMBER) if n != parameter]:
        if outside.draws.once_in(3):
            chosen = outside.draws.pick(numbers)
            inner.fixed -= {chosen}
            first = [f"    nonlocal {chosen}"]
    body = indented(inside.block(inner, 2))
    if function.result is not None:
        body.append(f"    return {inside.value(inner, function.result, 1)}")
    return [f"def {name}({parameter}):", *first, *body]


FEATURES = {
    "pure": Statements.pure,
    "alias": Statements.alias,
    "views": Statements.view_kept,
    "swaps": Statements.swap,
    "store": Statements.store,
    "augmented": Statements.augmented,
    "whole": Statements.whole,
    "masks": Statements.mask,
    "gathers": Statements.gather,
    "indices": Statements.index,
    "out": Statements.out,
    "branches": Statements.branch,
    "loops": Statements.loop,
    "whiles": Statements.while_loop,
    "rows": Statements.rows,
    "exits": Statements.exit,
    "returns": Statements.early_return,
    "helpers": Statements.called,
    "looping": Statements.looping,
    "closures": Statements.closure,
    "lists": Statements.items,
    "dicts": Statements.dictionary,
    "tuples": Statements.pack,
    "comprehensions": Statements.comprehension,
    "objects": Statements.box,
    "contexts": Statements.context,
}
"""What a program may be made of: each with the method that writes a statement of it."""
