"""Records, held against what `dataclasses` makes of the same class."""

import copy
import dataclasses
import pickle
from typing import Any

import pytest

from adcompile.records import field, record, replace

STANDARD = {
    "frozen": (record, dataclasses.dataclass(frozen=True, slots=True)),
    "changing": (record(frozen=False), dataclasses.dataclass(slots=True)),
    "single": (record(eq=False), dataclasses.dataclass(frozen=True, slots=True, eq=False)),
}


def of(decorator: Any) -> Any:
    @decorator
    class Point:
        """A point."""

        x: float
        labels: list[str] = field(default_factory=list)
        why: str = field(default="", compare=False)

        def moved(self, by: float) -> float:
            return self.x + by

    return Point


@pytest.mark.parametrize("both", STANDARD.values(), ids=STANDARD)
def test_as_dataclasses(both: tuple[Any, Any]) -> None:
    ours, theirs = map(of, both)
    for make in (lambda c: c(1.0), lambda c: c(x=2.0, labels=["a"], why="so"), lambda c: c(1, [])):
        a, b = make(ours), make(theirs)
        assert repr(a).rpartition(".")[2] == repr(b).rpartition(".")[2]
        assert (a == make(ours)) == (b == make(theirs))
        assert (a == ours(1.0, [], "else")) == (b == theirs(1.0, [], "else"))
        assert a != b
        assert a == copy.copy(a) or both is STANDARD["single"]
        assert a.moved(1.0) == b.moved(1.0)
    assert (ours.__hash__ is None) == (theirs.__hash__ is None)
    assert ours.__match_args__ == theirs.__match_args__ == ("x", "labels", "why")
    assert ours(1.0).labels is not ours(1.0).labels
    assert ours.__doc__ == "A point."
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        ours()
    with pytest.raises(AttributeError):
        ours(1.0).other = 2


@record
class Named:
    name: str


@record
class Numbered(Named):
    number: int = 3


@record
class Empty:
    pass


def test_of_another_record() -> None:
    assert Numbered("a") == Numbered(name="a", number=3) != Numbered("a", 4)
    assert Numbered("a") != Named("a")
    assert repr(Numbered("a")) == "Numbered(name='a', number=3)"
    assert {Numbered("a"): 1}[Numbered("a")] == 1
    assert replace(Numbered("a"), number=5) == Numbered("a", 5)


def test_no_fields() -> None:
    assert Empty() == Empty() != Named("a")
    assert hash(Empty()) == hash(Empty())
    assert repr(Empty()) == "Empty()"


def test_what_the_class_defines_stays() -> None:
    @record
    class Odd:
        number: int

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Odd)

        def __hash__(self) -> int:
            return 7

    assert Odd(1) == Odd(2)
    assert hash(Odd(1)) == 7


def test_pickles() -> None:
    assert pickle.loads(pickle.dumps(Numbered("a", 4))) == Numbered("a", 4)
