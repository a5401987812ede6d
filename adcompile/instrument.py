"""Checks in a gradient that say where a number stops being finite: `grad(f, debug=True)`.

After each line of the forward sweep, and wherever a derivative gets its value, stands a call of
`finite` with the place in the user's source. As the checks read what they check, the whole function
is calculated, and the first check that fails is where it began.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adcompile import ir
from adcompile.builder import is_repeatable
from adcompile.differentiate import Program
from adcompile.errors import Span
from adcompile.ir import Apply, Assign, Block, Const, Do, Expr, For, Note, Ref, Var, While
from adcompile.kinds import Array, Scalar, carries_derivative
from adcompile.places import nested

# What only takes up a value that was checked when it was made; and what makes an array in which
# anything may stand until it is written to.
_TAKEN = (
    "list.pop", "unpack", "call", "numpy.empty", "numpy.empty_like", "numpy.full",
    "numpy.full_like",
)  # fmt: skip


def instrument(program: Program, span: Span) -> None:
    """Put checks into a program, before it is simplified.

    Args:
        program: the program.
        span: of the function, for its arguments.
    """
    main = program.main
    for pair in program.pairs:
        for side, function in pair.sides().items():
            function.body = _Checks(side == "backward").block(function.body)
    arguments = [_check(f"the argument `{p.hint}`", p, span) for p in main.params if _may_fail(p)]
    notes = [i for i, s in enumerate(main.body) if isinstance(s, Note) and s.text == "backward"]
    start = notes[0] if notes else len(main.body)
    forward, backward = _Checks(False), _Checks(True)
    main.body = [*arguments, *forward.block(main.body[:start]), *backward.block(main.body[start:])]
    results = {var: var for var in ir.variables(main.result) if var not in main.params}
    main.body += backward.of_others(main.body, results)


class _Checks:
    """Puts checks into blocks.

    Args:
        is_backward: whether the blocks calculate derivatives.
    """

    def __init__(self, is_backward: bool) -> None:
        self._is_backward = is_backward
        self._checked: set[Var] = set()
        self._spans: dict[Var, Span] = {}

    def block(self, block: Block) -> Block:
        """A block with checks in it, and in the blocks inside it."""
        result: Block = []
        for i, statement in enumerate(block):
            for name in ("then", "orelse", "test_block", "body"):
                if hasattr(statement, name):
                    setattr(statement, name, self.block(getattr(statement, name)))
            if isinstance(statement, (For, While)):
                following = {c.next: c.inner for c in statement.carries if isinstance(c.next, Var)}
                statement.body += self.of_others(statement.body, following)
            result.append(statement)
            if isinstance(statement, Assign) and statement.span is not None:
                self._spans.update(dict.fromkeys(statement.targets, statement.span))
                ends = not self._is_backward and _ends_line(statement.span, block[i + 1 :])
                result += self._of_assigned(statement, statement.span, ends)
        return result

    def of_others(self, block: Block, values: Mapping[Var, Var]) -> Iterator[Do]:
        """Checks of what a block hands over, and is not checked yet; and as what."""
        own = {target for s in block if isinstance(s, Assign) for target in s.targets}
        for var, known_as in values.items():
            if var in own and var in self._spans and var not in self._checked and _may_fail(var):
                self._checked.add(var)
                yield _check(_label(known_as, self._is_backward), var, self._spans[var])

    def _of_assigned(self, statement: Assign, span: Span, ends: bool) -> Iterator[Do]:
        value = statement.value
        if not isinstance(value, Apply) or value.op in _TAKEN:
            return
        for target in statement.targets:
            if (target.named or ends) and _may_fail(target):
                self._checked.add(target)
                yield _check(_label(target, self._is_backward), _written(target, value), span)


def _ends_line(span: Span, following: Block) -> bool:
    """Whether no further operation of a line follows."""
    after = next((s for s in following if not isinstance(s, Do)), None)
    other = after.span if isinstance(after, Assign) else None
    return other is None or (other.filename, other.line) != (span.filename, span.line)


def _may_fail(var: Var) -> bool:
    return isinstance(var.kind, (Scalar, Array)) and carries_derivative(var.kind)


def _written(target: Var, value: Apply) -> Expr:
    """What an operation has calculated: of an array that it writes into, the elements written."""
    if value.op.startswith("scatter."):
        part = nested(target, value.args[1])
        return part if is_repeatable(part) else target
    return target


def _label(var: Var, is_backward: bool) -> str:
    if var.hint is None or not var.named:
        return "a derivative" if is_backward else "a value"
    derived = is_backward and var.hint.startswith("d_")
    return f"the derivative `{var.hint}`" if derived else f"`{var.hint}`"


def _check(label: str, value: Expr, span: Span) -> Do:
    file = Ref("FILE", span.filename)
    place = (Const(span.line), Const(span.column), Const(span.end_column))
    return Do(Apply("checks.finite", (value, Const(label), file, *place)), None)
