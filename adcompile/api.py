"""The functions that users call: `grad` and `value_and_grad`."""

from __future__ import annotations

import functools
import inspect
import sys
import types
from collections.abc import Callable
from typing import Any, overload

from adcompile.errors import UsageError
from adcompile.options import PRIMAL, Options, Wrt
from adcompile.specialisations import Specialisations, forget_all


class Derivative:
    """A function that computes a derivative of another one, compiled when it is first called.

    `grad(f)` and a second `grad(f)` are two objects of one class of their own: `__call__` is looked
    up on the class, which has the dispatcher with the user's signature and all that was compiled.

    Attributes:
        __wrapped__: the user's function.
    """

    _specialisations: Specialisations

    def __init__(self) -> None:
        function = self._specialisations.function
        functools.update_wrapper(self, function)
        self.__dict__.pop(_KNOWN, None)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The derivative at these arguments."""
        raise NotImplementedError  # the class of each function has its own

    @property
    def primal(self) -> Callable[..., Any]:
        """The user's function."""
        return self._specialisations.function

    @property
    def request(self) -> str:
        """What was asked for, spelled out."""
        return repr(self._specialisations.options)

    @property
    def source(self) -> str | None:
        """The text made last, None before the first call."""
        return self._specialisations.source

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The text for arguments like these; nothing is run.

        Args:
            args: example arguments.
            kwargs: example arguments.

        Returns:
            The text that a call with such arguments runs.
        """
        bound = self._specialisations.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return self._specialisations.text(tuple(bound.arguments.values()))

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else BoundDerivative(self, instance)

    def __reduce__(self) -> Any:
        # The name of a decorated function finds the derivative itself: it pickles as functions do.
        function = self._specialisations.function
        found = _find(function.__module__, function.__qualname__)
        if found is self or getattr(found, "__func__", None) is self:
            return _unbound, (function.__module__, function.__qualname__)
        return _derivative, (function, self._specialisations.options)

    def __repr__(self) -> str:
        options, function = self._specialisations.options, self._specialisations.function
        return f"<{options.verb} of {function.__qualname__}>"


class BoundDerivative(functools.partial[Any]):
    """A derivative of a method, bound to an object.

    A `partial`, because that is made and called in half the time of a class written in Python.
    """

    __slots__ = ()

    @property
    def __func__(self) -> Derivative:
        """The derivative of the function in the class."""
        return self.func  # type: ignore[return-value]

    @property
    def __self__(self) -> Any:
        """The object."""
        return self.args[0]

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        """The user's method, bound."""
        return types.MethodType(self.__func__.primal, self.__self__)

    @property
    def primal(self) -> Callable[..., Any]:
        """The user's method, bound."""
        return self.__wrapped__

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self  # as a bound method in a class does

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """As `Derivative.source_for`."""
        return str(self.__func__.source_for(self.__self__, *args, **kwargs))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.func, name)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, BoundDerivative)
            and self.func is other.func
            and self.__self__ is other.__self__
        )

    def __hash__(self) -> int:
        return hash((id(self.func), id(self.__self__)))

    def __reduce__(self) -> Any:
        return BoundDerivative, (self.__func__, self.__self__)

    def __repr__(self) -> str:
        return f"<bound {self.__func__!r} of {self.__self__!r}>"


def clear_cache() -> int:
    """Forget every compiled gradient, in this process and on disk.

    Returns:
        The number of entries removed from the disk.
    """
    from adcompile.cache import disk, programs

    programs.clear()
    forget_all()
    return disk.clear()


# ----- one class for each function and request -----

# Where a function keeps the classes of its derivatives: they live as long as the function, which
# they refer to, so that no table elsewhere could tell when both are garbage.
_KNOWN = "__adcompile__"


class _Known(dict[Any, type[Derivative]]):
    """The classes of a function's derivatives, by request. A copy or pickle of it is empty."""

    def __init__(self, function: types.FunctionType) -> None:
        self._state = _state(function)

    def belongs_to(self, function: types.FunctionType) -> bool:
        """Whether they are of the function as it is: not of one from which `functools.wraps` copied
        its attributes, and not of what it was before `autoreload` replaced its parts."""
        return all(a is b for a, b in zip(self._state, _state(function), strict=True))

    def __reduce__(self) -> Any:
        return dict, ()


def _state(function: types.FunctionType) -> tuple[object, ...]:
    return function, function.__code__, function.__defaults__, function.__kwdefaults__


def _derivative(function: types.FunctionType, options: Options) -> Derivative:
    """A derivative of a function.

    Raises:
        UsageError: the options do not fit the function.
    """
    known = function.__dict__.get(_KNOWN)
    if not isinstance(known, _Known) or not known.belongs_to(function):
        known = function.__dict__[_KNOWN] = _Known(function)
    class_ = known.get(options)
    if class_ is None:
        class_ = known.setdefault(options, _class(function, options))
    return class_()


def _class(function: types.FunctionType, options: Options) -> type[Derivative]:
    if function.__code__.co_flags & _NOT_PLAIN:
        raise UsageError(
            f"`{function.__qualname__}` is a generator or asynchronous",
            "differentiate a plain function",
        )
    class_: Any = type("Derivative", (Derivative,), {"__module__": __name__})

    def install(call: Callable[..., Any]) -> None:
        class_.__call__ = staticmethod(call)

    class_._specialisations = Specialisations(function, options, install)
    return class_  # type: ignore[no-any-return]


_NOT_PLAIN = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


def _find(module: str | None, name: str) -> Any:
    """What a qualified name means in a module, None if nothing."""
    found: Any = sys.modules.get(module or "")
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _unbound(module: str, name: str) -> Any:
    """The derivative that a qualified name means, not bound to the class it is found in."""
    import importlib

    importlib.import_module(module)
    found = _find(module, name)
    return found.__func__ if isinstance(found, BoundDerivative | types.MethodType) else found


def derive(
    verb: str,
    function: Any,
    wrt: Wrt,
    has_aux: bool = False,
    allow_unused: bool = False,
    debug: bool = False,
    backend: str | None = None,
    fastmath: bool = False,
    fallback: bool = False,
) -> Any:
    """A derivative of anything callable; without it a decorator.

    Raises:
        UsageError: it is no function, or what is asked for does not fit it.
    """
    options = Options.of(verb, wrt, has_aux, allow_unused)._replace(debug=bool(debug))
    options = options.running(backend, fastmath, fallback)
    if function is None:
        return functools.partial(derivative_of, options=options)
    return derivative_of(function, options)


def derivative_of(function: Any, options: Options) -> Any:
    """A derivative of anything callable.

    Raises:
        UsageError: it is no function, or the options do not fit it.
    """
    if isinstance(function, types.FunctionType):
        return _derivative(function, options)
    if isinstance(function, types.MethodType) and isinstance(function.__func__, types.FunctionType):
        return BoundDerivative(_derivative(function.__func__, options), function.__self__)
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(derivative_of(function.__func__, options))
    if isinstance(function, (Derivative, BoundDerivative)):
        if function._specialisations.options.verb == PRIMAL:
            return derivative_of(function.primal, options)
        return derivative_of(function.primal, outermost(options, function))
    if type(function).__module__.startswith("adcompile."):
        raise UsageError(
            f"`{options.verb}` takes a function that calls a {type(function).__name__}",
            f"write `{options.verb}(lambda x: ...)`",
        )
    if not callable(function):
        raise UsageError(
            f"`{options.verb}` takes a function, not {function!r}",
            f"write {options.verb}(f, wrt=...) or @{options.verb}(wrt=...)",
        )
    from adcompile.source import of_function

    return of_function(function)  # raises: there is no source


def outermost(options: Options, function: Derivative | BoundDerivative) -> Options:
    """What is asked of a derivative, as a request to the function that it is of."""
    inner = function._specialisations.options
    return options._replace(inner=inner)


@overload
def grad(
    function: Callable[..., Any], /, wrt: Wrt = 0, *, has_aux: bool = False,
    allow_unused: bool = False, debug: bool = False, backend: str | None = None,
    fastmath: bool = False, fallback: bool = False,
) -> Derivative: ...  # fmt: skip
@overload
def grad(
    function: None = None, /, wrt: Wrt = 0, *, has_aux: bool = False, allow_unused: bool = False,
    debug: bool = False, backend: str | None = None, fastmath: bool = False,
    fallback: bool = False,
) -> Callable[[Callable[..., Any]], Derivative]: ...  # fmt: skip
def grad(
    function: Any = None,
    /,
    wrt: Wrt = 0,
    *,
    has_aux: bool = False,
    allow_unused: bool = False,
    debug: bool = False,
    backend: str | None = None,
    fastmath: bool = False,
    fallback: bool = False,
) -> Any:
    """The gradient of a function that returns one number.

    Args:
        function: a function written in Python and NumPy. Without it, `grad(wrt=...)` is a
            decorator.
        wrt: what to differentiate with respect to: position or name of a parameter, a part of one
            such as `"self.W"` or `"params['w']"`, or a tuple of them. It may be a float or complex
            number, an array of such, or a tuple, list, dict, namedtuple, dataclass or other object
            of them.
        has_aux: whether the function returns a pair `(value, aux)`, of which only the value is
            differentiated.
        allow_unused: whether a parameter that the value does not depend on has gradient zero;
            otherwise it is an error.
        debug: whether to check every line of the function, and of its derivative, for numbers that
            are infinite or nan. The first one raises a `NotFiniteError` (a `FloatingPointError`)
            with the line.
        backend: what runs the gradient: "numpy", or "numba" for loops compiled to machine code;
            without it the one of `set_backend`.
        fastmath: whether numba may take sums in any order, which is faster.
        fallback: whether NumPy runs what numba cannot; otherwise that is an error.

    Returns:
        A function of the same arguments that returns the gradient, in the structure, shape and
        dtype of the parameter; a tuple of gradients if `wrt` is a tuple; `(gradient, aux)` with
        `has_aux`. It is compiled at its first call for arguments of each kind.

    Raises:
        UsageError: at once, if `wrt` does not fit the function.
        AdcompileError: at the first call, if the derivative cannot be proven right.
    """
    return derive("grad", function, wrt, has_aux, allow_unused, debug, backend, fastmath, fallback)


@overload
def value_and_grad(
    function: Callable[..., Any], /, wrt: Wrt = 0, *, has_aux: bool = False,
    allow_unused: bool = False, debug: bool = False, backend: str | None = None,
    fastmath: bool = False, fallback: bool = False,
) -> Derivative: ...  # fmt: skip
@overload
def value_and_grad(
    function: None = None, /, wrt: Wrt = 0, *, has_aux: bool = False, allow_unused: bool = False,
    debug: bool = False, backend: str | None = None, fastmath: bool = False,
    fallback: bool = False,
) -> Callable[[Callable[..., Any]], Derivative]: ...  # fmt: skip
def value_and_grad(
    function: Any = None,
    /,
    wrt: Wrt = 0,
    *,
    has_aux: bool = False,
    allow_unused: bool = False,
    debug: bool = False,
    backend: str | None = None,
    fastmath: bool = False,
    fallback: bool = False,
) -> Any:
    """The value and the gradient of a function that returns one number.

    Args:
        function: as for `grad`.
        wrt: as for `grad`.
        has_aux: as for `grad`.
        allow_unused: as for `grad`.
        debug: as for `grad`.
        backend: as for `grad`.
        fastmath: as for `grad`.
        fallback: as for `grad`.

    Returns:
        A function that returns `(value, gradient)`, or `((value, aux), gradient)` with `has_aux`.

    Raises:
        AdcompileError: as for `grad`.
    """
    return derive(
        "value_and_grad", function, wrt, has_aux, allow_unused, debug, backend, fastmath, fallback
    )


def compiled(function: Any = None, /, *, fastmath: bool = False, fallback: bool = False) -> Any:
    """A function itself, as loops compiled to machine code: what a search along a line needs
    beside a gradient of `backend="numba"`.

    Args:
        function: a function of Python and NumPy, as for `grad`; it may return anything. It must
            neither write to its arguments nor print. Without it, `compiled(...)` is a decorator.
        fastmath: as for `grad`.
        fallback: as for `grad`.

    Returns:
        A function of the same arguments that returns the same; derivatives of it are those of the
        function.

    Raises:
        AdcompileError: as for `grad`.
    """
    return derive(PRIMAL, function, (), backend="numba", fastmath=fastmath, fallback=fallback)
