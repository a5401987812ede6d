"""Many programs in a given time: how many are right, and the wrong ones shrunk."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.generator.outcome import Outcome, judged
from tests.generator.program import Program, programs
from tests.generator.statements import FEATURES

ROUND = 100
"""Programs for one seed of Hypothesis; a round ends with the first failure, shrunk."""
SHRINKING = 30.0
"""Seconds that shrinking may take."""
KINDS = ("right", "refused", "no reference", "wrong", "crashed", "broken")


class FailedError(AssertionError):
    """A program that is neither right nor refused."""


class CrashedError(FailedError):
    """An exception that the program itself does not raise; shrunk apart from wrong numbers."""


@dataclass
class Campaign:
    """What has been seen so far."""

    show: bool = False
    features: tuple[str, ...] = tuple(FEATURES)
    forward: bool = False
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    by_feature: dict[str, Counter[str]] = field(default_factory=dict)
    failures: dict[str, Outcome] = field(default_factory=dict)

    def run(self, seconds: float, first: int) -> None:
        """Rounds with the seeds `first`, `first + 1`, ... until the time is over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            failed = _Round(self, end).failure(first)
            if failed is not None:
                program, outcome = failed
                self.failures[program.text] = outcome
            first += 1

    def count(self, program: Program, outcome: Outcome) -> None:
        self.kinds[outcome.kind] += 1
        for feature in program.features:
            self.by_feature.setdefault(feature, Counter())[outcome.kind] += 1
        if outcome.kind == "refused":
            self.reasons[outcome.reason] += 1
        if self.show:
            print(f"{program.text}\n# {outcome.kind}: {outcome.reason}\n", flush=True)

    def report(self) -> str:
        total = sum(self.kinds.values())
        parts = [f"{total} programs: " + ", ".join(f"{self.kinds[k]} {k}" for k in KINDS)]
        parts.append("\nright of each feature's programs:")
        for feature in self.features:
            counts = self.by_feature.get(feature, Counter())
            parts.append(f"  {feature:16}{counts['right']:6} of {sum(counts.values())}")
        parts.append("\nrefused most often:")
        parts += [f"  {count:6}  {reason}" for reason, count in self.reasons.most_common(15)]
        for text, outcome in self.failures.items():
            parts.append(f"\n{'-' * 70}\n{text}\n{outcome.kind}: {outcome.reason}")
        return "\n".join(parts)


class _Round:
    """Programs up to the first that fails, which is then made smaller."""

    def __init__(self, campaign: Campaign, end: float) -> None:
        self._campaign = campaign
        self._end = end
        self._shrunk_by = 0.0
        self._seen: dict[str, Outcome] = {}
        self._failed: tuple[Program, Outcome] | None = None

    def failure(self, number: int) -> tuple[Program, Outcome] | None:
        """The smallest program found to fail, if any."""

        @seed(number)
        @settings(
            max_examples=ROUND,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(programs(self._campaign.features))
        def attempt(program: Program) -> None:
            self._try(program)

        try:
            attempt()
        except FailedError:
            return self._failed
        return None

    def _try(self, program: Program) -> None:
        outcome = self._outcome(program)
        if outcome is not None and outcome.failed:
            self._failed = program, outcome
            raise (FailedError if outcome.kind == "wrong" else CrashedError)(outcome.reason)

    def _outcome(self, program: Program) -> Outcome | None:
        """What becomes of a program; None where there is no time left to see."""
        if program.text not in self._seen:
            if time.monotonic() > (self._shrunk_by or self._end):
                return None
            outcome = self._seen[program.text] = judged(program, self._campaign.forward)
            if not self._shrunk_by:
                self._campaign.count(program, outcome)
            if outcome.failed and not self._shrunk_by:
                self._shrunk_by = time.monotonic() + SHRINKING
        return self._seen[program.text]
