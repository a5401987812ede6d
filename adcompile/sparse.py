"""Sparse Jacobians and Hessians: `jacobian(f, sparse=True)`, `hessian(f, sparse=True)`.

Before the first matrix the function's pattern is found, by text that is compiled from the function
as its derivatives are (see `differentiate.patterns`); then columns that do not meet are given one
colour, and there is one sweep for each colour. A pattern is kept for the shapes of the arguments,
and for the values of those that the text reads more of: the ones that decide its branches and
indices. So it is never that of another path; where `x` decides on its branches, it is found anew
for each `x`.
"""

from __future__ import annotations

import importlib
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from adcompile import sets
from adcompile.api import derivative_of
from adcompile.colouring import Colouring, Pattern, of_columns, of_symmetric
from adcompile.directional import Arguments, derivative_function
from adcompile.errors import UsageError
from adcompile.fingerprints import key_of
from adcompile.jacobians import Hessian, Jacobian, Mode, Numbers, is_float
from adcompile.options import Options, Wrt

__all__ = ["SparseHessian", "SparseJacobian"]

_KEPT = 32  # patterns of one function


@dataclass
class Known:
    """What is known of a matrix before it is calculated.

    Attributes:
        pattern: where it may be other than zero.
        outside: what the function returns; of a Hessian, what it is by.
    """

    pattern: Pattern
    outside: Numbers

    @cached_property
    def by_columns(self) -> Colouring:
        """Groups of columns that do not meet."""
        return of_columns(self.pattern)

    @cached_property
    def by_rows(self) -> Colouring:
        """Groups of rows that do not meet."""
        return of_columns(self.pattern.transposed())

    @cached_property
    def star(self) -> Colouring:
        """Groups of columns of a symmetric matrix."""
        return of_symmetric(self.pattern)


class Patterns:
    """The patterns of a function's derivatives, as far as they are known.

    Args:
        verb: the derivative.
        function: the user's function.
        wrt: what it is by.
        allow_unused: as for `grad`.
    """

    def __init__(
        self, verb: str, function: Callable[..., Any], wrt: Wrt, allow_unused: bool
    ) -> None:
        options = Options.of(verb, wrt, False, allow_unused)._replace(pattern=True)
        self._derivative = derivative_function(derivative_of(function, options))
        self._many = isinstance(options.wrt, tuple)
        self._known: OrderedDict[Hashable, Known] = OrderedDict()
        # Of each text the arguments whose values its answer depends on, as it tells itself.
        self._needed: weakref.WeakKeyDictionary[Any, tuple[str, ...] | None]
        self._needed = weakref.WeakKeyDictionary()

    def of(
        self,
        call: Arguments,
        inside: Numbers,
        outside: Callable[[], Numbers],
        symmetric: bool = False,
    ) -> Known:
        """The pattern for arguments, found or remembered.

        Args:
            call: the arguments.
            inside: what is differentiated of them.
            outside: tells what comes out.
            symmetric: whether the matrix is.
        """
        entry = self._entry(call, inside)
        arguments = dict(zip(call.names, call.values, strict=True))
        if entry.function in self._needed:
            key = key_of(arguments, self._needed[entry.function])
            known = self._known.get((entry.function, key)) if key is not None else None
        else:
            known = None
        if known is None:
            found, needed = entry.run((*call.values, *_inputs(inside)))
            self._needed[entry.function] = needed
            key = key_of(arguments, needed)
            result = outside()
            whole = found if symmetric and self._many else (found,)
            pattern = Pattern.of_rows(result.sets(whole), inside.size)
            known = Known(pattern.symmetric() if symmetric else pattern, result)
            assert known.outside.size == pattern.shape[0]
        if key is not None:
            self._known[entry.function, key] = known
            self._known.move_to_end((entry.function, key))
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return known

    def text(self, call: Arguments, inside: Numbers) -> str:
        """The text that finds the pattern for arguments."""
        return str(self._entry(call, inside).text)

    def _entry(self, call: Arguments, inside: Numbers) -> Any:
        alike = map(sets.nothing, inside.values)
        return self._derivative._specialisations.entry((*call.values, *alike))  # type: ignore[attr-defined]


def _inputs(inside: Numbers) -> list[Any]:
    found, first = [], 0
    for value in inside.values:
        numbered, first = sets.inputs(value, first, is_float)
        found.append(numbered)
    return found


# ----- the matrices -----


class SparseJacobian(Jacobian):
    """The Jacobian of a function as a sparse matrix, by as many sweeps as there are colours.

    Attributes:
        __wrapped__: the user's function.
    """

    def __init__(
        self, function: Callable[..., Any], wrt: Wrt, mode: Mode, allow_unused: bool
    ) -> None:
        super().__init__(function, wrt, mode, allow_unused)
        self._scipy = _scipy_sparse()
        self._patterns = Patterns("jvp", function, wrt, allow_unused)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The Jacobian at these arguments."""
        call, inside = self.arguments(args, kwargs)
        known = self._known(call, inside)
        colouring, is_forward = self._colouring(known)
        if is_forward:
            found = self.by_columns(call, inside, known.outside, colouring)
        else:
            found = self.by_rows(call, inside, known.outside, colouring)
        matrix = _matrix(self._scipy, colouring, colouring.elements(found))
        matrix = matrix if is_forward else matrix.T.tocsr()
        return self._one_or_many(tuple(matrix[:, part] for part in _slices(inside)))

    def pattern_for(self, *args: Any, **kwargs: Any) -> Any:
        """Where the matrix may be other than zero, as a sparse matrix of booleans."""
        call, inside = self.arguments(args, kwargs)
        return _booleans(self._scipy, self._known(call, inside).pattern)

    def colours_for(self, *args: Any, **kwargs: Any) -> int:
        """The number of directions in which the function is differentiated."""
        return self._colouring(self._known(*self.arguments(args, kwargs)))[0].count

    def pattern_source_for(self, *args: Any, **kwargs: Any) -> str:
        """The text that finds the pattern."""
        return self._patterns.text(*self.arguments(args, kwargs))

    def _known(self, call: Arguments, inside: Numbers) -> Known:
        return self._patterns.of(call, inside, lambda: self.results(call, inside))

    def _colouring(self, known: Known) -> tuple[Colouring, bool]:
        """The colours, and whether they are those of columns."""
        if self._mode == "forward":
            return known.by_columns, True
        if self._mode == "reverse" or known.by_rows.count < known.by_columns.count:
            return known.by_rows, False
        return known.by_columns, True


class SparseHessian(Hessian):
    """The Hessian of a function as a sparse matrix, by as many products with it as a star colouring
    has colours.

    Attributes:
        __wrapped__: the user's function.
    """

    def __init__(self, function: Callable[..., Any], wrt: Wrt) -> None:
        super().__init__(function, wrt, False)
        self._scipy = _scipy_sparse()
        self._patterns = Patterns("hvp", function, wrt, False)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The Hessian at these arguments."""
        call, inside = self.arguments(args, kwargs)
        colouring = self._known(call, inside).star
        found = self.products(call, inside, colouring)
        matrix = _matrix(self._scipy, colouring, colouring.elements(found))
        parts = _slices(inside)
        return self._one_or_many(
            tuple(self._one_or_many(tuple(matrix[a][:, b] for b in parts)) for a in parts)
        )

    def pattern_for(self, *args: Any, **kwargs: Any) -> Any:
        """As `SparseJacobian.pattern_for`."""
        return _booleans(self._scipy, self._known(*self.arguments(args, kwargs)).pattern)

    def colours_for(self, *args: Any, **kwargs: Any) -> int:
        """As `SparseJacobian.colours_for`."""
        return self._known(*self.arguments(args, kwargs)).star.count

    def pattern_source_for(self, *args: Any, **kwargs: Any) -> str:
        """As `SparseJacobian.pattern_source_for`."""
        return self._patterns.text(*self.arguments(args, kwargs))

    def _known(self, call: Arguments, inside: Numbers) -> Known:
        return self._patterns.of(call, inside, lambda: inside, symmetric=True)


def _scipy_sparse() -> Any:
    """
    Raises:
        UsageError: SciPy is not installed.
    """
    try:
        return importlib.import_module("scipy.sparse")
    except ImportError:
        raise UsageError(
            "`sparse=True` returns matrices of SciPy's, which is not installed",
            "run `pip install scipy`, or leave out sparse=True",
        ) from None


def _matrix(scipy_sparse: Any, colouring: Colouring, elements: Any) -> Any:
    pattern = colouring.pattern
    return scipy_sparse.csr_array((elements, pattern.columns, pattern.starts), shape=pattern.shape)


def _booleans(scipy_sparse: Any, pattern: Pattern) -> Any:
    ones = np.ones(len(pattern.columns), bool)
    return scipy_sparse.csr_array((ones, pattern.columns, pattern.starts), shape=pattern.shape)


def _slices(inside: Numbers) -> list[slice]:
    """Which columns belong to which of the values that are differentiated."""
    ends = np.cumsum([0, *(Numbers((value,)).size for value in inside.values)]).tolist()
    return [slice(a, b) for a, b in pairwise(ends)]
