"""Functions of `itertools` as Python says them: lowered like functions of the user's that yield."""

from __future__ import annotations

from typing import Any


def chain(*iterables: Any) -> Any:
    for iterable in iterables:
        yield from iterable


def from_iterable(iterables: Any) -> Any:
    for iterable in iterables:
        yield from iterable


def accumulate(iterable: Any, function: Any) -> Any:
    total = 0.0
    for i, element in enumerate(iterable):
        total = element if i == 0 else function(total, element)
        yield total


def accumulate_from(iterable: Any, function: Any, initial: Any) -> Any:
    total = initial
    yield total
    for element in iterable:
        total = function(total, element)
        yield total


def islice(iterable: Any, start: Any, stop: Any, step: Any) -> Any:
    if start < stop:
        for i, element in enumerate(iterable):
            if i >= start and (i - start) % step == 0:
                yield element
            if i + 1 >= stop:
                return


def islice_to_end(iterable: Any, start: Any, step: Any) -> Any:
    for i, element in enumerate(iterable):
        if i >= start and (i - start) % step == 0:
            yield element


def count(start: Any, step: Any) -> Any:
    number = start
    while True:
        yield number
        number = number + step


def takewhile(function: Any, iterable: Any) -> Any:
    for element in iterable:
        if not function(element):
            return
        yield element


def starmap(function: Any, iterable: Any) -> Any:
    for element in iterable:
        yield function(*element)
