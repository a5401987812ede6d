"""Stage 3: facts about the IR that the differentiation relies on."""

from adcompile.analyse.shifts import ignore_shifts

__all__ = ["ignore_shifts"]
