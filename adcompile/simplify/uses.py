"""How often values are read."""

from __future__ import annotations

from collections import Counter
from itertools import chain

from adcompile import ir
from adcompile.ir import Function, Var


def count_uses(function: Function) -> Counter[Var]:
    """How often each value stands in the text of a function."""
    return Counter(chain(ir.variables(function.result), ir.reads(function.body)))


def blocks_of(body: ir.Block) -> list[ir.Block]:
    """A block and all blocks inside it."""
    found, stack = [], [body]
    while stack:
        block = stack.pop()
        found.append(block)
        for statement in block:
            stack.extend(ir.blocks(statement))
    return found
