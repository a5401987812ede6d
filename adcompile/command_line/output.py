"""Where the text goes: the terminal, or a file."""

from __future__ import annotations

import contextlib
import os
import stat
import sys

from adcompile.command_line.highlight import highlight, wanted


def show(text: str) -> None:
    """Print Python text, in colours on a terminal."""
    sys.stdout.write(highlight(text) if wanted(sys.stdout) else text)


def write(path: str, text: str) -> None:
    """Write a file in one step: it is there as a whole, or it is as it was.

    Raises:
        OSError: it cannot be written.
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode):
        # A pipe or terminal cannot be replaced, and shows no half-written file.
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        return
    path = os.path.realpath(path)
    temporary = f"{path}.{os.urandom(4).hex()}.tmp"
    try:
        with open(temporary, "x", encoding="utf-8") as stream:
            stream.write(text)
        if mode is not None:
            os.chmod(temporary, stat.S_IMODE(mode))
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def is_same_file(path: str, other: str) -> bool:
    """Whether two names are of one file."""
    try:
        return os.path.samefile(path, other)
    except OSError:
        return False
