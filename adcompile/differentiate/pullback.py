"""The derivative of a function that may return anything, as two functions: one for its value, and
one from the derivative by that value to those by the arguments."""

from __future__ import annotations

from adcompile import ir
from adcompile.differentiate.calls import Pair, write
from adcompile.differentiate.fitting import result_for
from adcompile.differentiate.gradient import Program, Request, checks
from adcompile.ir import Apply, Ref
from adcompile.lower import Session, Specialised
from adcompile.records import record


@record(frozen=False, eq=False)
class _Split(Pair):
    """A pair whose forward function is the main one of a program."""

    @property
    def joint(self) -> bool:
        return False  # what it saves is all that is asked for

    def sides(self) -> dict[str, ir.Function]:
        assert self.backward is not None
        return {"backward": self.backward}


def pullback(session: Session, spec: Specialised, request: Request) -> Program:
    """A program that returns the value of a function and what its backward function needs.

    Args:
        session: the compilation.
        spec: the function, lowered for the kinds of its arguments.
        request: what to differentiate with respect to.
    """
    function = spec.body
    assert function is not None
    params = {param.hint: param for param in function.params}
    pair = _Split(spec, tuple(range(len(request.wrt))))
    write(
        session,
        pair,
        lambda adjoints: [
            result_for(adjoints, params[part.name], request.allow_unused, part)
            for part in request.wrt
        ],
        request.many,
    )
    assert pair.forward is not None and pair.backward is not None
    assert isinstance(pair.forward.result, Apply)
    backward = Ref(pair.backward.name, (pair, "backward"))
    pair.forward.result = Apply("tuple", (*pair.forward.result.args, backward))
    names = ", ".join(map(str, request.wrt))
    pair.forward.body[:0] = checks(spec, function)
    pair.forward.doc = (
        f"Value of `{function.name}`, what the derivative needs of it, and the function for that."
    )
    pair.backward.doc = (
        f"Derivative with respect to {names} of what `{function.name}` returns.\n\n"
        "    d_v is the derivative of the result by v.\n    "
    )
    return Program([pair, *session.pairs.values()], pair.forward)
