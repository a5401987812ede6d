"""The functions that users call: `grad` and `value_and_grad`."""

from __future__ import annotations

import functools
import inspect
import threading
import types
from collections.abc import Callable, Sequence
from typing import Any, overload

import numpy as np

from adcompile.errors import UsageError
from adcompile.trees import leaves

Wrt = int | str | Sequence[int | str]


class Derivative:
    """A function that computes a derivative of another one, compiled when it is first called.

    Attributes:
        __wrapped__: the user's function.
        source: the text compiled last, None before the first call.
    """

    def __init__(self, function: Callable[..., Any], options: Options) -> None:
        self.__wrapped__ = function
        self._options = options
        self._lock = threading.RLock()
        self._entries: list[Any] = []
        self.source: str | None = None
        functools.update_wrapper(self, function)
        self.__signature__ = inspect.signature(function)
        self.__class__ = type("Derivative", (Derivative,), {"__slots__": ()})
        self._install()

    # `__call__` is looked up on the class: each derivative has its own, with the user's signature.
    def _install(self) -> None:
        from adcompile.dispatch import dispatcher

        dispatch = dispatcher(self._parameters, self._entries, self._compile_and_run)
        type(self).__call__ = staticmethod(dispatch)  # type: ignore[attr-defined]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The derivative at these arguments."""
        raise NotImplementedError  # replaced by the dispatcher

    @property
    def _parameters(self) -> inspect.Signature:
        return inspect.signature(self.__wrapped__, follow_wrapped=False)

    @property
    def primal(self) -> Callable[..., Any]:
        """The user's function."""
        return self.__wrapped__

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else BoundDerivative(self, instance)

    def __reduce__(self) -> Any:
        name = getattr(self.__wrapped__, "__qualname__", "")
        module = inspect.getmodule(self.__wrapped__)
        if _find(module, name) is self:
            return _find, (module.__name__, name)  # type: ignore[union-attr]
        return _rebuild, (self.__wrapped__, self._options)

    def __repr__(self) -> str:
        return f"<{self._options.verb} of {self.__wrapped__.__qualname__}>"

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The text for arguments like these; nothing is run.

        Args:
            args: example arguments.
            kwargs: example arguments.

        Returns:
            The text that a call with such arguments runs.
        """
        bound = self._parameters.bind(*args, **kwargs)
        bound.apply_defaults()
        return str(self._compile(tuple(bound.arguments.values())).module.text)

    def _compile_and_run(self, *values: Any) -> Any:
        """Compile for these arguments, run, and let the dispatcher know."""
        from adcompile import emit
        from adcompile.dispatch import Entry

        with self._lock:
            compiled = self._compile(values)
            function = emit.load(compiled.module)
            self.source = compiled.module.text
            kinds = self._kinds(values)
            entry = Entry(
                values=values,
                kinds=kinds,
                function=function,
                assumptions=compiled.assumptions,
                fast=compiled.fast,
                plain=functools.partial(self._run_plain, kinds),
            )
            self._entries.insert(0, entry)
            self._install()
        passed = self._passed(values)
        if not compiled.fast:
            return function(*passed)
        try:
            return function(*passed)
        except (ArithmeticError, ValueError):
            return entry.plain(*passed)

    def _run_plain(self, kinds: Any, *values: Any) -> Any:
        """Run the text with NumPy as the user wrote it, for its answers at inf and nan."""
        from adcompile import driver, emit

        source, request = self._resolved()
        compiled = driver.compile_gradient(source, kinds, request, fast=False)
        return emit.load(compiled.module)(*values)

    def _passed(self, values: tuple[Any, ...]) -> list[Any]:
        names = self._options.names(self._parameters)
        return [
            float(value) if name in names and type(value) is int else value
            for name, value in zip(self._parameters.parameters, values, strict=True)
        ]

    def _compile(self, values: tuple[Any, ...]) -> Any:
        from adcompile import driver

        source, request = self._resolved()
        for name, value in zip(self._parameters.parameters, values, strict=True):
            if name in request.wrt:
                _check_differentiable(name, value)
        return driver.compile_gradient(source, self._kinds(values), request)

    def _resolved(self) -> Any:
        from adcompile.differentiate import Request
        from adcompile.source import of_function

        source = of_function(self.__wrapped__)
        options = self._options
        names = options.names(self._parameters)
        return source, Request(
            names,
            many=not isinstance(options.wrt, (int, str)),
            value=options.value,
            has_aux=options.has_aux,
            allow_unused=options.allow_unused,
        )

    def _kinds(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        from adcompile.kinds import FLOAT, of_value

        names = self._options.names(self._parameters)
        return tuple(
            FLOAT if name in names and type(value) is int else of_value(value, name)
            for name, value in zip(self._parameters.parameters, values, strict=True)
        )


class BoundDerivative:
    """A derivative of a method, bound to an object."""

    def __init__(self, derivative: Derivative, instance: object) -> None:
        self.__wrapped__ = derivative.__wrapped__
        self.__self__ = instance
        self.__func__ = derivative

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The derivative at these arguments."""
        return self.__func__(self.__self__, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__func__, name)

    def primal(self, *args: Any, **kwargs: Any) -> Any:
        """The user's method."""
        return self.__wrapped__(self.__self__, *args, **kwargs)

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """As `Derivative.source_for`."""
        return self.__func__.source_for(self.__self__, *args, **kwargs)


class Options:
    """What is asked of a derivative.

    Attributes:
        verb: the function of the API.
        wrt: position, name, or a sequence of them.
        value: whether the value is returned too.
        has_aux: whether the function returns `(value, aux)`.
        allow_unused: whether an argument that the result does not depend on has gradient zero.
    """

    def __init__(self, verb: str, wrt: Wrt, has_aux: bool, allow_unused: bool) -> None:
        self.verb = verb
        self.wrt = wrt if isinstance(wrt, (int, str)) else tuple(wrt)
        self.value = verb == "value_and_grad"
        self.has_aux = has_aux
        self.allow_unused = allow_unused

    def names(self, signature: inspect.Signature) -> tuple[str, ...]:
        """The names of the parameters that `wrt` means.

        Positions count the arguments that a caller writes: `self` is not one of them.

        Raises:
            UsageError: there is no such parameter.
        """
        wanted = (self.wrt,) if isinstance(self.wrt, (int, str)) else self.wrt
        names = tuple(_parameter(signature, item) for item in wanted)
        if not names:
            raise UsageError("`wrt` is empty", "name at least one parameter")
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise UsageError(f"`wrt` names `{twice}` twice", "name each parameter once")
        return names


def _parameter(signature: inspect.Signature, item: int | str) -> str:
    names = list(signature.parameters)
    if isinstance(item, str):
        if item in names:
            return item
        raise UsageError(
            f"`wrt` names `{item}`, which is not a parameter",
            f"the parameters are {', '.join(names)}",
        )
    if isinstance(item, bool) or not isinstance(item, (int, np.integer)):
        raise UsageError(
            f"`wrt` must be positions or names of parameters, not {item!r}",
            f"the parameters are {', '.join(names)}",
        )
    counted = names[1:] if names[:1] in (["self"], ["cls"]) else names
    if not -len(counted) <= item < len(counted):
        raise UsageError(
            f"`wrt` is position {item}, but there are {len(counted)} parameters",
            f"the parameters are {', '.join(counted)}",
        )
    return counted[item]


def _check_differentiable(name: str, value: Any) -> None:
    """Refuse what has no derivative: integers in arrays, strings, booleans.

    Raises:
        UsageError: a leaf of the argument is an integer array, or no leaf is a number.
    """
    found = leaves(value)
    for path, leaf in found:
        if isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind in "biu":
            raise UsageError(
                f"`{name}{path}` is an array of {leaf.dtype}; only floating-point arrays have "
                "a derivative",
                f"pass `{name}{path}.astype(float)`",
            )
        if isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind == "O":
            raise UsageError(f"`{name}{path}` is an array of objects", "pass an array of floats")
    if len(found) == 1 and found[0][0] == "" and isinstance(value, (bool, str, type(None))):
        raise UsageError(
            f"`{name}` is {value!r}; only numbers have a derivative",
            "leave it out of `wrt`",
        )


def _find(module: types.ModuleType | str | None, name: str) -> Any:
    """What a qualified name means in a module, None if nothing."""
    import sys

    found: Any = sys.modules.get(module) if isinstance(module, str) else module
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _rebuild(function: Callable[..., Any], options: Options) -> Derivative:
    return Derivative(function, options)


def _derive(verb: str, function: Any, wrt: Wrt, has_aux: bool, allow_unused: bool) -> Any:
    if function is None:
        return functools.partial(_derive, verb, wrt=wrt, has_aux=has_aux, allow_unused=allow_unused)
    if not callable(function):
        raise UsageError(
            f"`{verb}` takes a function, not {function!r}",
            f"write {verb}(f, wrt=...) or @{verb}(wrt=...)",
        )
    options = Options(verb, wrt, has_aux, allow_unused)
    if isinstance(function, types.MethodType):
        inner: Any = function.__func__
        return BoundDerivative(Derivative(inner, options), function.__self__)
    if not isinstance(function, types.FunctionType):
        from adcompile.source import of_function

        of_function(function)
    options.names(inspect.signature(function, follow_wrapped=False))
    return Derivative(function, options)


@overload
def grad(
    function: Callable[..., Any], /, wrt: Wrt = 0, *, has_aux: bool = False,
    allow_unused: bool = False,
) -> Derivative: ...  # fmt: skip
@overload
def grad(
    function: None = None, /, wrt: Wrt = 0, *, has_aux: bool = False, allow_unused: bool = False
) -> Callable[[Callable[..., Any]], Derivative]: ...
def grad(
    function: Any = None, /, wrt: Wrt = 0, *, has_aux: bool = False, allow_unused: bool = False
) -> Any:
    """The gradient of a function that returns one number.

    Args:
        function: a function written in Python and NumPy. Without it, `grad(wrt=...)` is a
            decorator.
        wrt: what to differentiate with respect to: position or name of a parameter, or a tuple of
            them. A parameter may be a float, a floating-point array, or a tuple, list, dict,
            namedtuple or dataclass of them.
        has_aux: whether the function returns a pair `(value, aux)`, of which only the value is
            differentiated.
        allow_unused: whether a parameter that the value does not depend on has gradient zero;
            otherwise it is an error.

    Returns:
        A function of the same arguments that returns the gradient, in the structure, shape and
        dtype of the parameter; a tuple of gradients if `wrt` is a tuple; `(gradient, aux)` with
        `has_aux`. It is compiled at its first call for arguments of each kind.

    Raises:
        UsageError: at once, if `wrt` does not fit the function.
        AdcompileError: at the first call, if the derivative cannot be proven right.
    """
    return _derive("grad", function, wrt, has_aux, allow_unused)


@overload
def value_and_grad(
    function: Callable[..., Any], /, wrt: Wrt = 0, *, has_aux: bool = False,
    allow_unused: bool = False,
) -> Derivative: ...  # fmt: skip
@overload
def value_and_grad(
    function: None = None, /, wrt: Wrt = 0, *, has_aux: bool = False, allow_unused: bool = False
) -> Callable[[Callable[..., Any]], Derivative]: ...
def value_and_grad(
    function: Any = None, /, wrt: Wrt = 0, *, has_aux: bool = False, allow_unused: bool = False
) -> Any:
    """The value and the gradient of a function that returns one number.

    Args:
        function: as for `grad`.
        wrt: as for `grad`.
        has_aux: as for `grad`.
        allow_unused: as for `grad`.

    Returns:
        A function that returns `(value, gradient)`, or `((value, aux), gradient)` with `has_aux`.

    Raises:
        AdcompileError: as for `grad`.
    """
    return _derive("value_and_grad", function, wrt, has_aux, allow_unused)
