"""A row of the tables of refusals."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    label: str
    program: str
    reason: str
    hint: str | None = None
