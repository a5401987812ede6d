"""A block of the forward sweep once more: the same operations, on values of their own."""

from __future__ import annotations

import ast

from adcompile import ir
from adcompile.errors import RefusedError
from adcompile.ir import Apply, Assign, Block, Carry, Do, Expr, For, If, Keep, Merge, Var, While
from adcompile.lower.repeating import is_effect


def repeated(block: Block, env: dict[Var, Expr]) -> Block:
    """A copy of a block that defines values of its own, without what is only shown.

    Args:
        block: the block.
        env: what is read in the place of values from outside it; the copies are added.
    """
    return [copy for statement in block if (copy := _copy(statement, env)) is not None]


def fresh(var: Var) -> Var:
    """Another value of which the same is known."""
    copy = Var(var.hint, var.kind, var.varied, var.named)
    copy.boxed, copy.mixed, copy.parts = var.boxed, var.mixed, var.parts
    copy.unset = var.unset
    return copy


def _new(env: dict[Var, Expr], var: Var) -> Var:
    env[var] = copy = fresh(var)
    return copy


def _copy(statement: ir.Statement, env: dict[Var, Expr]) -> ir.Statement | None:
    match statement:
        case Assign(targets, value, span):
            value = ir.substitute(value, env)
            return Assign(tuple(_new(env, target) for target in targets), value, span)
        case Do(value, span):
            done = ir.substitute(value, env)
            assert isinstance(done, Apply)
            return Do(done, span)
        case Keep(node, reads, span):
            if not isinstance(node, ast.Raise):
                return None
            return Keep(node, {k: ir.substitute(v, env) for k, v in reads.items()}, span)
        case If():
            return _if(statement, env)
        case For() | While():
            return _loop(statement, env)
    return statement


def _if(statement: If, env: dict[Var, Expr]) -> If:
    test = ir.substitute(statement.test, env)
    then, orelse = (repeated(block, env) for block in ir.blocks(statement))
    merges = []
    for merge in statement.merges:
        sides = ir.substitute(merge.then, env), ir.substitute(merge.orelse, env)
        merges.append(Merge(fresh(merge.out), *sides))
    env.update({old.out: new.out for old, new in zip(statement.merges, merges, strict=True)})
    return If(test, then, orelse, merges, statement.span, statement.skips)


def _loop(loop: For | While, env: dict[Var, Expr]) -> For | While:
    inits = [ir.substitute(carry.init, env) for carry in loop.carries]
    inners = [_new(env, carry.inner) for carry in loop.carries]
    kept = None if loop.snapshots is None else ir.substitute(loop.snapshots, env)
    copy: For | While
    if isinstance(loop, For):
        bounds = tuple(ir.substitute(bound, env) for bound in loop.bounds)
        index = _new(env, loop.index)
        body = repeated(loop.body, env)
        copy = For(index, bounds, [], body, span=loop.span, snapshots=kept)
    else:
        before = repeated(loop.test_block, env)
        test = ir.substitute(loop.test, env)
        copy = While(before, test, [], repeated(loop.body, env), loop.span, snapshots=kept)
    nexts = [ir.substitute(carry.next, env) for carry in loop.carries]
    copy.stop = None if loop.stop is None else ir.substitute(loop.stop, env)
    outs = [_new(env, carry.out) for carry in loop.carries]
    copy.carries = [Carry(*parts) for parts in zip(inners, inits, nexts, outs, strict=True)]
    return copy


def refuse_effects(block: Block, asked: str) -> None:
    """Refuse to compute a block again that does more than calculate."""
    for statement in ir.walk(block):
        if isinstance(statement, Do) or (
            not isinstance(statement, Keep) and any(map(is_effect, ir.expressions(statement)))
        ):
            raise RefusedError(
                f"{asked} is computed again in the backward sweep, and this draws a random number, "
                "prints, changes a list, or calls what cannot be looked into",
                "move it out, or leave `checkpoint` out",
                getattr(statement, "span", None),
            )
