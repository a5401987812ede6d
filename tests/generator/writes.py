"""Statements that write into memory: elements, slices, masks, whole arrays."""

from __future__ import annotations

from tests.generator.expressions import BOUNDS, Expressions
from tests.generator.scope import NUMBER, Scope, Shape, elements, views

UPDATES = ("+=", "-=", "*=", "/=", "**=")
MASKED = (
    "{text}[{chosen}] = {number}",
    "{text}[{chosen}] *= {number}",
    "{text}[{chosen}] += {values}[{chosen}]",
    "np.putmask({text}, {chosen}, {values})",
    "np.copyto({text}, {values}, where={chosen})",
)
SCATTERED = (
    "{text}[{index}] = {value}",
    "{text}[{index}] += {value}",
    "{text}[{index}] *= {value}",
    "np.add.at({text}, {index}, {value})",
)
INTO = (
    "np.copyto({text}, {one})",
    "np.tanh({one}, out={text})",
    "np.add({text}, {one}, out={text})",
    "np.multiply({one}, {other}, out={text})",
)


class Writes(Expressions):
    """Writes the statements of a few features; each method returns the lines of one statement."""

    def target(self, scope: Scope) -> tuple[str, Shape]:
        """An array in reach, or a part of a container that is one."""
        parts = [(text, shape) for text, shape in self._parts(scope) if shape != NUMBER]
        return self.draws.pick([(name, scope.names[name]) for name in scope.arrays] + parts)

    def part(self, scope: Scope) -> tuple[str, Shape]:
        """What can be written to of an array: an element, a slice, all of it."""
        text, shape = self.target(scope)
        counters = self.counters(scope)
        parts = [(element, NUMBER) for element in elements(text, shape, counters)]
        for view, found in views(text, shape, counters):
            if view == text:
                parts.append((f"{text}[:]", shape))
            elif view.endswith("]"):
                parts.append((view, found))
            elif "views" in self.features and "copy" not in view:
                parts.append((f"{view}[...]", found))
        return self.draws.pick(parts)

    def right_side(self, scope: Scope, shape: Shape) -> str:
        """What is written: of the shape that is written to, or one number for all of it."""
        return self.value(scope, self.draws.pick((shape, NUMBER)), 1)

    def update(self, scope: Scope, text: str, shape: Shape) -> str:
        """An augmented assignment that keeps values moderate."""
        operator = self.draws.pick(UPDATES)
        match operator:
            case "/=":
                return f"{text} /= 1.5 + np.cos({self.right_side(scope, shape)})"
            case "**=":
                return f"{text} **= 2"
            case _:
                return f"{text} {operator} {self.right_side(scope, shape)}"

    def store(self, scope: Scope) -> list[str]:
        text, shape = self.part(scope)
        return [f"{text} = {self.right_side(scope, shape)}"]

    def augmented(self, scope: Scope) -> list[str]:
        return [self.update(scope, *self.part(scope))]

    def whole(self, scope: Scope) -> list[str]:
        names = [name for name in scope.arrays if name not in scope.fixed]
        if not names:
            return ["pass"]
        name = self.draws.pick(names)
        return [self.update(scope, name, scope.names[name])]

    def mask(self, scope: Scope) -> list[str]:
        text, shape = self.target(scope)
        chosen = f"{text} > {self.draws.pick(BOUNDS)}"
        if shape == (4,) and "mask" in scope.names:
            chosen = self.draws.pick((chosen, "mask"))
        form = self.draws.pick(MASKED)
        number, values = self.value(scope, NUMBER, 1), self.fresh(scope, shape)
        return [form.format(text=text, chosen=chosen, number=number, values=values)]

    def gather(self, scope: Scope) -> list[str]:
        """Writes through an array of indices with repeats."""
        text, shape = self.target(scope)
        rest = shape[1:]
        indices = ["[0, -1]", "[0, 0]"]
        if shape[0] > 2:
            indices.append("[0, 2, 2]")
        index = self.draws.pick(indices)
        count = index.count(",") + 1
        if shape[0] > 2 and count == 3 and "k" in scope.names:
            index = self.draws.pick((index, "k"))
        value = self.fresh(scope, (count, *rest))
        return [self.draws.pick(SCATTERED).format(text=text, index=index, value=value)]

    def index(self, scope: Scope) -> list[str]:
        """Writes through an array of indices that is written to in between."""
        text, shape = self.target(scope)
        if shape[0] < 3:
            return self.gather(scope)
        index = scope.fresh("q")
        value, later = (self.fresh(scope, (3, *shape[1:])) for _ in range(2))
        first, second = (self.draws.pick(SCATTERED) for _ in range(2))
        return [
            f"{index} = np.array([0, 2, 2])",
            first.format(text=text, index=index, value=value),
            f"{index}[{self.draws.pick('012')}] = 1",
            second.format(text=text, index=index, value=later),
        ]

    def out(self, scope: Scope) -> list[str]:
        text, shape = self.target(scope)
        if self.draws.once_in(4):
            return [f"{text}.fill({self.number(scope)})"]
        one, other = self.array(scope, shape), self.array(scope, shape)
        return [self.draws.pick(INTO).format(text=text, one=one, other=other)]
