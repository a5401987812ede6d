"""What a value is after a branch: that of one side or of the other."""

from __future__ import annotations

import ast
from typing import NoReturn

from adcompile.ir import UNDEFINED, Apply, Const, Expr, Merge, Var
from adcompile.kinds import Many, Resolved, Text, Unknown, is_int, is_part_complex, join
from adcompile.lower import closures, containers, objects, reads, sharing
from adcompile.lower.frame import Frame
from adcompile.lower.made import lost, made_function


def merge(
    frame: Frame, node: ast.AST, then: Expr, orelse: Expr, merges: list[Merge], hint: str | None
) -> Expr:
    """The value that is `then` after one branch and `orelse` after the other; displays of the same
    form are merged element by element."""
    if then == orelse or containers.is_one(frame, then, orelse):
        return then
    function = next((m for v in (then, orelse) if (m := made_function(frame.kind(v)))), None)
    if function is not None and not (isinstance(then, Apply) and isinstance(orelse, Apply)):
        # What a branch alone defines must not be called after it; one that raises has no say.
        other = orelse if then is UNDEFINED else then
        alone = UNDEFINED in (then, orelse) and closures.is_free(other)
        return other if alone else lost(hint or function.name)
    absent = UNDEFINED in (then, orelse)
    if absent and isinstance(then if orelse is UNDEFINED else orelse, Apply):
        return _merged_display(frame, node, then, orelse, merges)
    if isinstance(then, Apply) and isinstance(orelse, Apply) and _same_form(then, orelse):
        args = tuple(
            merge(frame, node, a, b, merges, None)
            for a, b in zip(then.args, orelse.args, strict=True)
        )
        return containers.joined(frame, Apply(then.op, args), (then, orelse))
    if objects.are_alike(then, orelse):
        display = objects.merged(frame, node, then, orelse, merges)
        return containers.joined(frame, display, (then, orelse))
    kinds = [frame.kind(side) for side in (then, orelse) if side is not UNDEFINED]
    kind = kinds[0] if len(kinds) == 1 else join(*kinds)
    differs = isinstance(kind, Unknown) and not all(isinstance(k, Unknown) for k in kinds)
    if differs and any(isinstance(k, (Text, Resolved)) for k in kinds):
        raise frame.refuse(
            node, f"{reads.quoted(hint or 'this value')} has different types on two paths"
        )
    if len(kinds) == 2 and is_part_complex(*kinds):
        refuse_part_complex(frame, node, hint)
    if isinstance(kind, Many) and (frame.build.varied(then) or frame.build.varied(orelse)):
        raise frame.refuse(
            node,
            f"{reads.quoted(hint or 'this value')} has different lengths on two paths",
            "give it the same length on both",
        )
    out = Var(hint, kind, frame.build.varied(then) or frame.build.varied(orelse), bool(hint))
    out.mixed = not is_int(kind) and any(is_int(k) for k in kinds)
    out.boxed = any(isinstance(side, Var) and side.boxed for side in (then, orelse))
    merges.append(Merge(out, then, orelse))
    sharing.join(frame, out, (then, orelse), sharing.apart(frame, merges))
    return out


def refuse_part_complex(frame: Frame, node: ast.AST, hint: str | None) -> NoReturn:
    """Refuse an array that is complex on some paths, or in some iterations, only: what its adjoint
    is to hold would not be known."""
    raise frame.refuse(
        node,
        f"{reads.quoted(hint or 'this array')} is not of the same complex numbers on every path",
        "make it so from the start, as in `x.astype(complex)`",
    )


def _merged_display(
    frame: Frame, node: ast.AST, then: Expr, orelse: Expr, merges: list[Merge]
) -> Expr:
    """A display that only one of two branches computes."""
    display = then if orelse is UNDEFINED else orelse
    assert isinstance(display, Apply)
    if display.op == "record":
        merged = objects.merged(frame, node, then, orelse, merges)
        return containers.joined(frame, merged, [display])
    pairs = [(p, UNDEFINED) if orelse is UNDEFINED else (UNDEFINED, p) for p in display.args]
    args = tuple(
        display.args[i]
        if isinstance(display.args[i], Const)
        else merge(frame, node, a, b, merges, None)
        for i, (a, b) in enumerate(pairs)
    )
    return containers.joined(frame, Apply(display.op, args), [display])


def _same_form(a: Apply, b: Apply) -> bool:
    return (
        a.op == b.op
        and a.op in ("tuple", "list", "dict")
        and len(a.args) == len(b.args)
        and (a.op != "dict" or a.args[::2] == b.args[::2])
    )
