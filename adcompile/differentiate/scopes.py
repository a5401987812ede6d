"""Where adjoints are while the backward sweep is being written.

An adjoint that nothing has contributed to yet is absent: a structural zero. The first contribution
is it, later ones are added. Inside a loop, the adjoint of a value from outside is carried.
"""

from __future__ import annotations

from collections.abc import Callable

from adcompile.ir import Expr, Var
from adcompile.records import field, record

Path = tuple[object, ...]
Place = tuple[Var, Path]
# Makes the adjoint that a loop carries for a place outside it.
Carrier = Callable[[Place], Var]


@record(frozen=False, eq=False)
class Scope:
    """The adjoints in a block of the backward sweep.

    Attributes:
        parent: the block around it.
        own: for a loop body, the values that the body of the forward loop defines; else None.
        values: the adjoints that this block has changed.
        carried: for a loop body, the adjoints that enter each iteration from the one before.
    """

    parent: Scope | None = None
    own: set[Var] | None = None
    values: dict[Place, Expr] = field(default_factory=dict)
    carried: dict[Place, Var] = field(default_factory=dict)

    def current(self, place: Place, carry: Carrier) -> Expr | None:
        """The adjoint of a place, None while it is zero."""
        if place in self.values:
            return self.values[place]
        if self.own is not None:
            if place[0] in self.own:
                return None
            self.carried[place] = self.values[place] = carry(place)
            return self.values[place]
        return self.parent.current(place, carry) if self.parent is not None else None

    def is_zero(self, place: Place) -> bool:
        """Whether nothing has contributed to the adjoint of a place so far."""
        if place in self.values:
            return False
        if self.parent is None or (self.own is not None and place[0] in self.own):
            return True
        return self.parent.is_zero(place)

    def parts(self, var: Var) -> list[Path]:
        """The paths into a value that have an adjoint here."""
        return [path for root, path in self.values if root is var]
