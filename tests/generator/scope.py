"""What a program has in reach while it is written: names, and what each of them stands for.

A name stands for the same type of thing, of the same shape, as long as it is in reach, so that
every statement runs wherever it is written: in a branch, or in the seventh trip of a loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Shape = tuple[int, ...]
"""The shape of an array; a float has none."""
NUMBER: Shape = ()


@dataclass(frozen=True)
class Counter:
    """An integer between two bounds, which are included."""

    low: int
    high: int


@dataclass(frozen=True)
class ListOf:
    """A list of at least two values of a shape."""

    item: Shape


@dataclass(frozen=True)
class DictOf:
    """A dict with the keys "p" and "q"."""

    item: Shape


@dataclass(frozen=True)
class BoxOf:
    """An object with an array `v` and a number `c`."""

    item: Shape


@dataclass(frozen=True)
class FunctionOf:
    """A function of one value."""

    argument: Shape
    result: Shape | None


@dataclass(frozen=True)
class Setting:
    """An argument that nothing is differentiated by: indices, a mask, a number of trips."""


Type = Shape | Counter | ListOf | DictOf | BoxOf | FunctionOf | Setting


class Draws:
    """Choices made by Hypothesis. They shrink towards the first of what can be chosen."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def pick(self, choices: Sequence[T]) -> T:
        return self._draw(st.sampled_from(choices)) if len(choices) > 1 else choices[0]

    def count(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))

    def once_in(self, n: int) -> bool:
        return self.count(1, n) == n

    def some(self, most: int, step: Callable[[], None]) -> None:
        """Take a step a few times. Hypothesis can leave out any of them when it shrinks."""

        @st.composite
        def taken(draw: Any) -> bool:
            if draw(st.integers(0, 5)) == 0:
                return False
            step()
            return True

        for _ in range(most):
            if not self._draw(taken()):
                break

    def subset(self, choices: Sequence[T], low: int, high: int) -> list[T]:
        return self._draw(
            st.lists(st.sampled_from(choices), min_size=low, max_size=high, unique=True)
        )


@dataclass
class Scope:
    """The names in reach, and where in the program they are.

    Attributes:
        names: what each name in reach stands for.
        depth: how many blocks are open.
        in_loop: whether `break` and `continue` have a loop to act on.
        lists_may_change: whether no list is being walked through.
        fixed: names that may not be bound anew, as they are those of a function around this one.
        counts: how many names of each stem the program has.
    """

    names: dict[str, Type]
    depth: int = 0
    in_loop: bool = False
    lists_may_change: bool = True
    fixed: frozenset[str] = frozenset()
    counts: dict[str, int] = field(default_factory=dict)

    def of(self, kind: type) -> list[str]:
        """The names of a type of thing."""
        return [name for name, what in self.names.items() if isinstance(what, kind)]

    def shaped(self, shape: Shape) -> list[str]:
        return [name for name, what in self.names.items() if what == shape]

    def rebindable(self, shape: Shape) -> list[str]:
        return [name for name in self.shaped(shape) if name not in self.fixed]

    @property
    def arrays(self) -> list[str]:
        return [name for name in self.of(tuple) if self.names[name] != NUMBER]

    def fresh(self, stem: str) -> str:
        """A name that the program has not used yet."""
        self.counts[stem] = self.counts.get(stem, -1) + 1
        return f"{stem}{self.counts[stem]}"

    def inner(self, *, loop: bool | None = None, more: dict[str, Type] | None = None) -> Scope:
        """The scope of a block: what is defined there is out of reach behind it."""
        return Scope(
            {**self.names, **(more or {})},
            self.depth + 1,
            self.in_loop if loop is None else loop,
            self.lists_may_change,
            self.fixed,
            self.counts,
        )


def views(text: str, shape: Shape, counters: dict[str, Counter]) -> Iterator[tuple[str, Shape]]:
    """Ways to look at an array, most often without a copy: text and shape."""
    yield text, shape
    if len(shape) == 1:
        (length,) = shape
        yield f"{text}[::-1]", shape
        yield f"{text}[...]", shape
        yield f"{text}[:, None]", (length, 1)
        yield f"{text}[None]", (1, length)
        if length > 1:
            yield f"{text}[1:]", (length - 1,)
            yield f"{text}[:-1]", (length - 1,)
            yield f"{text}[::2]", ((length + 1) // 2,)
            yield f"{text}[-1:]", (1,)
        if length % 2 == 0:
            yield f"{text}.reshape(2, -1)", (2, length // 2)
            yield f"{text}.reshape(-1, 2).T", (2, length // 2)
    if len(shape) == 2:
        rows, columns = shape
        yield f"{text}[0]", (columns,)
        yield f"{text}[-1, :]", (columns,)
        yield f"{text}[0, ...]", (columns,)
        yield f"{text}[:, 0]", (rows,)
        yield f"{text}[..., -1]", (rows,)
        yield f"{text}.T", (columns, rows)
        yield f"np.transpose({text})", (columns, rows)
        yield f"{text}.ravel()", (rows * columns,)
        yield f"{text}.reshape(-1)", (rows * columns,)
        yield f"np.reshape({text}, ({columns}, {rows}))", (columns, rows)
        yield f"{text}[::-1, ::2]", (rows, (columns + 1) // 2)
        yield f"{text}.T[0]", (rows,)
        if rows > 1:
            yield f"{text}[1:]", (rows - 1, columns)
        for name, counter in counters.items():
            if counter.low >= 0 and counter.high < rows:
                yield f"{text}[{name}]", (columns,)
                yield f"{text}[{name}, ...]", (columns,)


def elements(text: str, shape: Shape, counters: dict[str, Counter]) -> Iterator[str]:
    """Ways to name an element of an array."""
    zeros, ends = ", ".join("0" for _ in shape), ", ".join("-1" for _ in shape)
    yield f"{text}[{zeros}]"
    yield f"{text}[{ends}]"
    if len(shape) == 2:
        yield f"{text}[0][-1]"
    for name, counter in counters.items():
        if counter.low >= 0 and counter.high < shape[0]:
            yield f"{text}[{name}{', 0' * (len(shape) - 1)}]"
        if counter.low >= 1 and counter.high <= shape[0]:
            yield f"{text}[{name} - 1{', -1' * (len(shape) - 1)}]"
        if len(shape) == 1 and counter.low >= 0 and counter.high < shape[0]:
            yield f"{text}[-{name} - 1]"
