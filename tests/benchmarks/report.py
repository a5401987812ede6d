"""What was measured, as a table and as JSON."""

import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from statistics import median
from typing import Any

from .check import WrongGradientError

PACKAGES = ("numpy", "numba", "autograd", "torch", "jax")
YARDSTICKS = (
    "primal",
    "gradient",
    "row by row",
    "hand-written",
    "C++ by hand",
    "autograd",
    "JAX jit",
)

Sampler = Callable[[], float]
"""Measures once: seconds."""


class LeftOutError(Exception):
    """A contestant takes no part in a workload; the message is the note that says why."""


def first_line(error: Exception) -> str:
    """An error as a note."""
    if isinstance(error, ModuleNotFoundError):
        return f"no module named {error.name}"
    name = "" if isinstance(error, LeftOutError) else f"{type(error).__name__}: "
    return f"{name}{error}".splitlines()[0]


@dataclass
class Row:
    """One contestant: how to take a sample (None: left out, see `note`) and the samples taken."""

    contestant: str
    sample: Sampler | None = None
    times: list[float] = field(default_factory=list)
    first: float | None = None
    note: str = ""

    @property
    def best(self) -> float | None:
        """The least of the samples."""
        return min(self.times, default=None)

    @property
    def middle(self) -> float | None:
        """The median of the samples."""
        return median(self.times) if self.times else None

    @property
    def wrong(self) -> bool:
        """Whether it was left out for a wrong gradient."""
        return self.note.startswith(WrongGradientError.__name__)

    def leave_out(self, error: Exception) -> None:
        """Take no more samples, forget those taken, and note why."""
        self.sample, self.note = None, first_line(error)
        self.times.clear()

    def as_json(self) -> dict[str, Any]:
        """The measurements, in seconds, or the note why there are none."""
        if self.note:
            return {"note": self.note, "wrong": self.wrong}
        rounds = len(self.times)
        return {"min": self.best, "median": self.middle, "rounds": rounds, "first": self.first}


@dataclass
class Report:
    """The rows of one workload."""

    workload: str
    title: str
    rows: list[Row]

    def as_json(self) -> dict[str, Any]:
        """What was measured, by contestant."""
        contestants = {row.contestant: row.as_json() for row in self.rows}
        return {"title": self.title, "contestants": contestants}

    def table(self) -> str:
        """The rows as text: times, and ratios to the yardsticks that were measured."""
        best = {row.contestant: row.best for row in self.rows}
        yardsticks = [name for name in YARDSTICKS if best.get(name)]
        lines = [["", "min", "median", "first call", *(f"x {name}" for name in yardsticks)]]
        for row in self.rows:
            times = (time(seconds) for seconds in (row.best, row.middle, row.first))
            ratios = (_ratio(row.best, best[name]) for name in yardsticks)
            lines.append([row.contestant, *times, *ratios])
        if not any(row.first for row in self.rows):
            lines = [[*line[:3], *line[4:]] for line in lines]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        text = [f"{self.workload}: {self.title}", _aligned(lines[0], widths)]
        for row, cells in zip(self.rows, lines[1:], strict=True):
            left_out = f"  {row.contestant:<{widths[0]}}  left out: {row.note}"
            text.append(left_out if row.note else _aligned(cells, widths))
        return "\n".join(text)


def machine() -> str:
    """What the times depend on, in one line."""
    versions = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return f"{platform.system()} {platform.machine()}, {', '.join(versions)}"


def _aligned(cells: list[str], widths: list[int]) -> str:
    name, *numbers = (f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
    return "  ".join([f"  {name.strip():<{widths[0]}}", *numbers]).rstrip()


def _ratio(time: float | None, yardstick: float | None) -> str:
    return number(time / yardstick) if time and yardstick else ""


def time(seconds: float | None) -> str:
    """Seconds, in the unit that suits them."""
    if seconds is None:
        return ""
    units = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
    unit = next((unit for unit, size in units.items() if seconds >= size), "ns")
    return f"{number(seconds / units[unit])} {unit}"


def number(value: float) -> str:
    """Two or three digits that count."""
    if value < 0.1:
        return f"{value:.1g}"
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}"
