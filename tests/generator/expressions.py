"""Expressions of moderate size: of a float, of an array of a shape, of a truth value."""

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
    elements,
    views,
)

CONSTANTS = ("0.5", "1.0", "-0.7", "1.5")
BOUNDS = ("0.13", "-0.21", "0.61")


class Expressions:
    """Writes expressions of what is in reach, with the features that a program has."""

    def __init__(self, draws: Draws, features: frozenset[str]) -> None:
        self.draws = draws
        self.features = features

    def counters(self, scope: Scope) -> dict[str, Counter]:
        return {name: scope.names[name] for name in scope.of(Counter)}

    def value(self, scope: Scope, shape: Shape, depth: int = 2) -> str:
        """An expression of a shape, most often a new array."""
        if depth == 0:
            return self.atom(scope, shape)
        one, other = (
            (lambda: self.value(scope, shape, depth - 1)),
            (lambda: self.atom(scope, shape)),
        )
        forms = [
            lambda: self.atom(scope, shape),
            lambda: f"np.tanh({one()})",
            lambda: f"{one()} * {self.atom(scope, NUMBER)}",
            lambda: f"0.5 * ({one()} - {other()})",
            lambda: f"np.sin({one()}) * {other()}",
            lambda: f"{other()} * {other()}",
            lambda: f"{one()} / (1.5 + np.cos({other()}))",
        ]
        if shape == NUMBER and scope.arrays:
            forms.append(lambda: f"0.3 * np.sum({self.view(scope)[0]})")
        if shape != NUMBER:
            forms.append(lambda: f"np.where({one()} > {self.draws.pick(BOUNDS)}, {one()}, 0.2)")
        if "branches" in self.features:
            forms.append(lambda: f"({one()} if {self.test(scope)} else {other()})")
        if "k" in scope.names and shape == (3,):
            forms += [lambda: f"{self.array(scope, (4,))}[k]"]
        for name in scope.of(FunctionOf):
            function = scope.names[name]
            if function.result == shape and depth > 1:
                forms.append(lambda n=name, f=function: self.call(scope, n, f))
        return f"{self.draws.pick(forms)()}"

    def call(self, scope: Scope, name: str, function: FunctionOf) -> str:
        return f"{name}({self.value(scope, function.argument, 1)})"

    def fresh(self, scope: Scope, shape: Shape) -> str:
        """An expression that is surely no view of what is in reach."""
        return f"np.tanh({self.value(scope, shape, 1)})"

    def atom(self, scope: Scope, shape: Shape) -> str:
        """A name, a part of an array or container, or a constant."""
        return self.number(scope) if shape == NUMBER else self.array(scope, shape)

    def number(self, scope: Scope) -> str:
        counters = self.counters(scope)
        choices = scope.shaped(NUMBER) * 2
        choices += [f"0.1 * {name}" for name in counters]
        for name in scope.arrays:
            choices += elements(name, scope.names[name], counters)
        choices += [text for text, shape in self._parts(scope) if shape == NUMBER] * 2
        return self.draws.pick([*choices, *CONSTANTS])

    def array(self, scope: Scope, shape: Shape) -> str:
        choices = [text for text, found in self._views(scope) if found == shape]
        names = scope.shaped(shape)
        return self.draws.pick([*names * 2, *choices] or [f"np.full({shape}, 0.3)"])

    def view(self, scope: Scope) -> tuple[str, Shape]:
        """A look at any array in reach."""
        return self.draws.pick(self._views(scope))

    def _views(self, scope: Scope) -> list[tuple[str, Shape]]:
        counters = self.counters(scope)
        arrays = [(name, scope.names[name]) for name in scope.arrays]
        arrays += [(text, shape) for text, shape in self._parts(scope) if shape != NUMBER]
        if "views" not in self.features:
            return arrays
        return [view for text, shape in arrays for view in views(text, shape, counters)]

    def _parts(self, scope: Scope) -> list[tuple[str, Shape]]:
        """What containers in reach hold."""
        parts: list[tuple[str, Shape]] = []
        for name, what in scope.names.items():
            match what:
                case ListOf(item):
                    parts += [(f"{name}[0]", item), (f"{name}[-1]", item)]
                case DictOf(item):
                    parts += [(f'{name}["p"]', item), (f'{name}["q"]', item)]
                case BoxOf(item):
                    parts += [(f"{name}.{a}", item) for a in "vw"] + [(f"{name}.c", NUMBER)]
        return parts

    def test(self, scope: Scope) -> str:
        """A condition, on what is differentiated or not."""
        passive = ["n > 1"] if "n" in scope.names else []
        passive += [f"{name} % 2 == 0" for name in self.counters(scope) if name != "n"]
        operator = self.draws.pick(("<", ">"))
        active = f"{self.number(scope)} {operator} {self.draws.pick(BOUNDS)}"
        choices = [*passive, active]
        if passive:
            choices.append(f"{passive[-1]} and {active}")
        return self.draws.pick(choices)
