"""Functions with derivatives of the user's own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["CustomRule", "custom_rule"]

Code = TypeVar("Code", bound=Callable[..., Any])


class CustomRule:
    """A function whose derivative is what its user says it is. Called, it is the function.

    Attributes:
        function: the function.
        pulled: the pullback, None as long as there is none.
        pushed: the pushforward, None as long as there is none.
    """

    function: Callable[..., Any]
    pulled: Callable[..., Any] | None = None
    pushed: Callable[..., Any] | None = None

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function, updated=())
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else functools.partial(self, instance)

    def pullback(self, code: Code) -> Code:
        """Give the function its derivative in reverse mode. A decorator.

        Args:
            code: takes the derivative of what is differentiated by the result of the function, the
                result, and the arguments of the function as it takes them. It returns the
                derivative by the argument; where the function takes several, a tuple of one for
                each that may be given by position, None for one that has none.

        Returns:
            `code` as it is.
        """
        self.pulled = code
        return code

    def pushforward(self, code: Code) -> Code:
        """Give the function its derivative in forward mode. A decorator.

        Args:
            code: takes the tangents of the arguments that may be given by position, one for each
                (None for what has none), the result, and the arguments as the function takes them.
                It returns the tangent of the result.

        Returns:
            `code` as it is.
        """
        self.pushed = code
        return code


def custom_rule(function: Callable[..., Any]) -> CustomRule:
    """Let the user say what the derivative of a function is. A decorator; or, for a function from
    elsewhere, `agm = custom_rule(scipy.special.agm)`.

    The derivative is then written as a function, and becomes part of the text of derivatives:

        @custom_rule
        def softplus(x):
            return np.logaddexp(0.0, x)

        @softplus.pullback
        def softplus_pullback(d_y, y, x):
            return d_y / (1.0 + np.exp(-x))

    The function is called but never looked into: it must not change its arguments.

    Args:
        function: what is called.

    Returns:
        The function, with `pullback` and `pushforward` to give it derivatives.
    """
    return CustomRule(function)
