"""The README's table of what is refused has a row for each pinned refusal, and no other row."""

from __future__ import annotations

import re
from pathlib import Path

from tests.refusals.families import FAMILIES, family
from tests.refusals.test_refusals import GROUPS
from tests.refusals.test_usage import ROWS as USAGE

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")

REASONS = sorted({row.reason for rows in GROUPS.values() for row in rows})


def _table() -> dict[str, str]:
    """The first two cells of each row."""
    table = README.split("<!-- readme: refused -->\n", 1)[1].split("\n\n", 1)[0]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()[2:]]
    assert all(len(row) == 3 for row in rows)
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0].strip(): row[1].strip() for row in rows}


def test_rows_are_the_families() -> None:
    assert set(_table()) == set(FAMILIES)


def test_each_refusal_has_a_row() -> None:
    assert [reason for reason in REASONS if family(reason) is None] == []


def test_each_row_has_a_refusal() -> None:
    found = {family(reason) for reason in [*REASONS, *(row[2] for row in USAGE.values())]}
    assert found - {None} == set(FAMILIES)


def test_what_is_not_yet_says_so() -> None:
    """A row says "not yet" only where a message does."""
    said = {family(reason) for reason in REASONS if re.search(r"\byet\b", reason)}
    assert {name for name, because in _table().items() if because == "not yet"} <= said
