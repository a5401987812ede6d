"""Random programs are right or refused, and not all refused."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, Phase, given, settings

from tests.generator.outcome import judged
from tests.generator.program import Program, programs

PROGRAMS = 150
SHARE = 0.7
"""The part of the programs that must be right."""


def test_programs() -> None:
    kinds: Counter[str] = Counter()

    @settings(
        max_examples=PROGRAMS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # shrinking may take minutes; `python -m tests.generator` shrinks
        suppress_health_check=list(HealthCheck),
    )
    @given(programs())
    def right_or_refused(program: Program) -> None:
        outcome = judged(program, forward=sum(kinds.values()) % 3 == 0)
        kinds[outcome.kind] += 1
        assert not outcome.failed, f"{outcome.kind}: {outcome.reason}\n{program.text}"

    right_or_refused()
    total = sum(kinds.values())
    assert kinds["right"] >= SHARE * total, kinds
    assert kinds["no reference"] <= 0.05 * total, kinds
