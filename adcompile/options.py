"""What is asked of a derivative."""

from __future__ import annotations

import inspect
import operator
import os
from collections.abc import Sequence
from typing import Any, NamedTuple

from adcompile.errors import UsageError
from adcompile.parts import Part, parsed, within

__all__ = [
    "BACKENDS",
    "PRIMAL",
    "Options",
    "Wrt",
    "called_with",
    "checked_backend",
    "default_backend",
    "of_derivative",
    "set_backend",
]

Wrt = int | str | Sequence[int | str]


class Options(NamedTuple):
    """What is asked of a derivative.

    Attributes:
        verb: the function of the API.
        wrt: position, name, part of a parameter, or a tuple of them.
        has_aux: whether the function returns `(value, aux)`.
        allow_unused: whether an argument that the result does not depend on has gradient zero.
        along: for the derivative of a gradient the parameters along which it is taken; None for
            those that the gradient is by.
        vector: whether tangents, or cotangents, come several at once, with a leading axis.
        pattern: whether sets of what they depend on come in the place of tangents.
        debug: whether it is checked that every number is finite.
        inner: what was asked of the derivative that this one is of; None for one of a function.
        backend: what runs the text: "numpy" or "numba".
        fastmath: whether numba may take sums in any order.
        fallback: whether NumPy runs what numba cannot.
    """

    verb: str
    wrt: int | str | tuple[int | str, ...]
    has_aux: bool
    allow_unused: bool
    along: tuple[int | str, ...] | None = None
    vector: bool = False
    pattern: bool = False
    debug: bool = False
    inner: Options | None = None
    backend: str = "numpy"
    fastmath: bool = False
    fallback: bool = False

    @classmethod
    def of(cls, verb: str, wrt: Wrt, has_aux: bool, allow_unused: bool) -> Options:
        """Options as users write them: `wrt` may be any sequence, or NumPy's integers.

        Raises:
            UsageError: `wrt` is something else.
        """
        if isinstance(wrt, (tuple, list)):
            return cls(verb, tuple(map(_item, wrt)), bool(has_aux), bool(allow_unused))
        return cls(verb, _item(wrt), bool(has_aux), bool(allow_unused))

    def running(self, backend: str | None, fastmath: bool, fallback: bool) -> Options:
        """The same, run by a backend; None is the one of `set_backend`.

        Raises:
            UsageError: there is no such backend.
        """
        found = default_backend() if backend is None else checked_backend(backend)
        return self._replace(backend=found, fastmath=bool(fastmath), fallback=bool(fallback))

    @property
    def native(self) -> bool:
        """Whether numba runs the text."""
        return self.backend == "numba"

    @property
    def value(self) -> bool:
        """Whether the value is returned too."""
        return self.verb == "value_and_grad"

    @property
    def in_turn(self) -> tuple[Options, ...]:
        """What is asked for in turn: first of the function, last this."""
        return (self,) if self.inner is None else (*self.inner.in_turn, self)

    def parts(self, signature: inspect.Signature) -> tuple[Part, ...]:
        """The parameters, and parts of parameters, that `wrt` means.

        Positions count the arguments that a caller writes: `self` is not one of them.

        Raises:
            UsageError: there is no such parameter.
        """
        return _parts(signature, self.wrt, may_be_empty=self.verb == PRIMAL)

    def directions(self, signature: inspect.Signature) -> tuple[Part, ...]:
        """The parameters, and parts of parameters, whose tangents are arguments.

        Raises:
            UsageError: there is no such parameter.
        """
        if self.verb not in _DIRECTIONAL:
            return ()
        return _parts(signature, self.wrt if self.along is None else self.along)

    def request(self, wrt: tuple[Part, ...], along: tuple[Part, ...]) -> dict[str, Any]:
        """What is asked of the compiler, as the fields of `differentiate.Request`."""
        return {
            "wrt": () if self.verb == "jvp" else wrt,
            "many": isinstance(self.wrt, tuple),
            "value": self.value,
            "has_aux": self.has_aux,
            "allow_unused": self.allow_unused,
            "summed": self.verb == "elementwise_grad",
            "along": along,
            "split": self.verb == "vjp" and not self.native,
            "seeded": self.verb == "vjp" and self.native,
            "tangent_only": self.verb == "hvp",
            "vector": self.vector,
            "pattern": self.pattern,
            "debug": self.debug,
        }


# The verb of a function that is compiled as it is.
PRIMAL = "compiled"
BACKENDS = ("numpy", "numba")
_default = os.environ.get("ADCOMPILE_BACKEND") or "numpy"


def set_backend(backend: str) -> None:
    """Choose what runs the derivatives that are asked for from now on.

    Args:
        backend: "numpy" or "numba"; at first it is that of the environment variable
            ``ADCOMPILE_BACKEND``, else "numpy".

    Raises:
        UsageError: there is no such backend.
    """
    global _default
    _default = checked_backend(backend)


def default_backend() -> str:
    """The backend of `set_backend`."""
    return checked_backend(_default)


def checked_backend(backend: object) -> str:
    """The name of a backend.

    Raises:
        UsageError: there is no such backend.
    """
    if backend not in BACKENDS:
        raise UsageError(f"there is no backend {backend!r}", 'write "numpy" or "numba"')
    return str(backend)


# The verbs whose derivatives take tangents after the function's arguments.
_DIRECTIONAL = ("jvp", "hvp", "jvp of grad")


def with_cotangent(signature: inspect.Signature) -> inspect.Signature:
    """The signature of a derivative backwards: after the parameters, one for what the function
    returns."""
    names = list(signature.parameters)
    last = "d_result"
    while last in names:
        last += "_"
    return _positional([*names, last])


def _positional(names: Sequence[str]) -> inspect.Signature:
    either = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature([inspect.Parameter(name, either) for name in names])


def called_with(signature: inspect.Signature, directions: Sequence[Part]) -> inspect.Signature:
    """The signature of a derivative: that of the function, or, with tangents, its parameters one
    after the other and then they."""
    if not directions:
        return signature
    names = list(signature.parameters)
    for part in directions:
        name = f"{part.steps[-1].key if part.steps else part.name}_dot"
        while name in names or not name.isidentifier():
            name = f"{name}_" if name.isidentifier() else f"part_{len(names)}_dot"
        names.append(name)
    return _positional(names)


def of_derivative(target: Any) -> tuple[Any, Options, str] | None:
    """The function that an object is a derivative of, what was asked of it, and where in the object
    its attributes are found; None if it is no derivative. A bound derivative is that of the bound
    function."""
    inner = getattr(target, "_derivative", target)
    specialisations = getattr(getattr(inner, "func", inner), "_specialisations", None)
    if specialisations is None:
        return None
    place = "" if inner is target else "_derivative."
    return inner.primal, specialisations.options, place


def _parts(
    signature: inspect.Signature,
    wrt: int | str | tuple[int | str, ...],
    may_be_empty: bool = False,
) -> tuple[Part, ...]:
    wanted = wrt if isinstance(wrt, tuple) else (wrt,)
    parts = tuple(_part(signature, item) for item in wanted)
    if not parts and not may_be_empty:
        raise UsageError("`wrt` is empty", "name at least one parameter")
    for i, part in enumerate(parts):
        if any(within(part, other) for other in (*parts[:i], *parts[i + 1 :])):
            raise UsageError(f"`wrt` names `{part}` twice", "name each parameter once")
    return parts


def _item(item: Any) -> int | str:
    if isinstance(item, str):
        return item
    try:
        if not isinstance(item, bool):
            return operator.index(item)
    except TypeError:
        pass
    raise UsageError(
        f"`wrt` must be a position or name of a parameter, or a tuple of them, not {item!r}",
        'write wrt=0, wrt="x" or wrt=("x", "y")',
    )


def _part(signature: inspect.Signature, item: int | str) -> Part:
    names = list(signature.parameters)
    if isinstance(item, str):
        part = parsed(item)
        if part.name in names:
            return part
        raise UsageError(
            f"`wrt` names `{part.name}`, which is not a parameter",
            f"the parameters are {', '.join(names)}" if names else "the function has none",
        )
    counted = names[1:] if names[:1] in (["self"], ["cls"]) else names
    if not -len(counted) <= item < len(counted):
        raise UsageError(
            f"`wrt` is position {item}, but there are {len(counted)} parameters",
            f"the parameters are {', '.join(counted)}" if counted else "the function has none",
        )
    return Part(counted[item])
