"""Derivatives that a program makes while it runs: values of the compiler's, as functions are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adcompile.ir import Expr, Ref
from adcompile.kinds import Resolved
from adcompile.lower.closures import Partial
from adcompile.lower.frame import Frame
from adcompile.lower.made import Made
from adcompile.options import Options, of_derivative


class Derived(Partial):
    """A derivative that the program makes; its `function` is what it is of."""

    __slots__ = ("options",)

    def __init__(self, function: Expr, options: Options) -> None:
        super().__init__(f"{options.verb} of {name_of(function)}", function, (), {})
        self.options = options

    def _parts(self) -> tuple[object, ...]:
        return self.function, self.options

    def rebuilt(self, function: Expr, args: Sequence[Expr], kwargs: Mapping[str, Expr]) -> Derived:
        return Derived(function, self.options)


def name_of(function: Expr) -> str:
    """What a function is called in messages and in the text."""
    name = function.name if isinstance(function, Ref) else "f"
    return name.rpartition(".")[2] if name != "lambda" else "f"


class Along(Derived):
    """The derivative of a function at its arguments, as a function of the tangents."""

    __slots__ = ()

    def __init__(self, function: Expr, options: Options, args: Sequence[Expr]) -> None:
        super().__init__(function, options)
        self.args = tuple(args)

    def _parts(self) -> tuple[object, ...]:
        return self.function, self.options, self.args

    def rebuilt(self, function: Expr, args: Sequence[Expr], kwargs: Mapping[str, Expr]) -> Along:
        return Along(function, self.options, args)


class Pullback(Partial):
    """What `vjp` returns beside the value: the backward function, with what it needs, and the
    value, which cotangents are like."""

    __slots__ = ()

    def __init__(self, function: Expr, saved: Expr, value: Expr) -> None:
        super().__init__("pullback", function, (saved, value), {})

    def rebuilt(self, function: Expr, args: Sequence[Expr], kwargs: Mapping[str, Expr]) -> Pullback:
        return Pullback(function, *args)


class Matrix(Partial):
    """A matrix of derivatives that the program makes; its `function` is a product with it."""

    __slots__ = ("shape", "wrt")

    def __init__(self, function: Expr, wrt: int | str, shape: str) -> None:
        super().__init__(f"{shape} of {name_of(function)}", function, (), {})
        self.wrt = wrt
        self.shape = shape

    def _parts(self) -> tuple[object, ...]:
        return self.function, self.wrt, self.shape

    def rebuilt(self, function: Expr, args: Sequence[Expr], kwargs: Mapping[str, Expr]) -> Matrix:
        return Matrix(function, self.wrt, self.shape)


def of(frame: Frame, name: str, target: Any) -> Derived | None:
    """A derivative that is called: one that the program has made, or one from outside."""
    if isinstance(target, Derived):
        return target
    found = of_derivative(target)
    if found is None or isinstance(target, Made):
        return None
    function, options, place = found
    frame.session.assume_attribute(target, f"{place}primal", function)
    frame.session.assume_attribute(target, f"{place}request", repr(options))
    return Derived(Ref(name, function, Resolved(function)), options)
