"""The versions of everything that writes a text, as a part of its key."""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
from collections.abc import Iterator

import numpy as np

from adcompile.cache import disk

__all__ = ["of_compiler"]


def of_compiler() -> tuple[object, ...] | None:
    """The versions of Python, NumPy, astor and this package.

    This package and astor count by the sizes and times of their files: that is right while somebody
    works on them, and ten times faster than asking for the version of an installed one.

    Returns:
        The versions, None where the files are not to be had.
    """
    files = _files()
    if files is None:
        return None
    return (sys.implementation.name, *sys.version_info[:2], np.__version__, files)


@functools.cache
def _files() -> str | None:
    astor = importlib.util.find_spec("astor")
    if astor is None or not astor.submodule_search_locations:
        return None
    try:
        folders = os.path.dirname(os.path.dirname(__file__)), astor.submodule_search_locations[0]
        return disk.key(*(tuple(sorted(_stamps(folder))) for folder in folders))
    except OSError:
        return None


def _stamps(folder: str, prefix: str = "") -> Iterator[tuple[str, int, int]]:
    """The files of a package, each with its size and the time it was changed."""
    with os.scandir(folder) as found:
        for file in found:
            name = f"{prefix}/{file.name}"
            if file.name.endswith(".py"):
                status = file.stat()
                yield name, status.st_size, status.st_mtime_ns
            elif file.name != "__pycache__" and file.is_dir():
                yield from _stamps(file.path, name)
