"""`--run`: execute a file as Python does, and note what is compiled meanwhile."""

from __future__ import annotations

import builtins
import os
import sys
import traceback
import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from adcompile import specialisations
from adcompile.command_line.status import INTERRUPTED, OK, REFUSED
from adcompile.kinds import Kind
from adcompile.records import record
from adcompile.specialisations import Specialisations


@record
class Call:
    """A text that was made for the arguments of a call.

    Attributes:
        of: the function and what is asked of it.
        kinds: the kinds of the arguments.
        text: the text.
    """

    of: Specialisations
    kinds: tuple[Kind, ...]
    text: str

    @property
    def name(self) -> str:
        """The qualified name of the function, as on the command line."""
        return self.of.function.__qualname__.replace("<locals>.", "")


def execute(path: str, arguments: Sequence[str]) -> tuple[list[Call], int]:
    """Execute a file as `python path arguments` does.

    Args:
        path: the file.
        arguments: its arguments.

    Returns:
        The texts that its calls of derivatives ran, each once, and its exit status.
    """
    calls: list[Call] = []

    def note(of: Specialisations, kinds: tuple[Kind, ...], text: str) -> None:
        known = any(c.of.function is of.function and c.text == text for c in calls)
        if not known:
            calls.append(Call(of, kinds, text))

    specialisations.listeners.append(note)
    try:
        status = _run(path, arguments)
    finally:
        specialisations.listeners.remove(note)
    return calls, status


def _run(path: str, arguments: Sequence[str]) -> int:
    full = os.path.abspath(path)
    with open(full, "rb") as stream:
        code = compile(stream.read(), full, "exec", dont_inherit=True)
    with _as_main(full, arguments) as main:
        try:
            exec(code, main.__dict__)
        except SystemExit as stop:
            return _status(stop)
        except KeyboardInterrupt:
            return INTERRUPTED
        except BaseException as error:
            # The frame of this function is no business of the user's.
            trace = error.__traceback__
            traceback.print_exception(type(error), error, trace.tb_next if trace else None)
            return REFUSED
    return OK


@contextmanager
def _as_main(path: str, arguments: Sequence[str]) -> Iterator[types.ModuleType]:
    """A module `__main__` for a file, with what Python sets up for it."""
    before: Any = sys.argv, sys.path[:], sys.modules["__main__"]
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=path, __builtins__=builtins, __cached__=None)
    sys.argv = [path, *arguments]
    # `python -m` puts the working folder first, `python path` the folder of the file.
    sys.path[:1] = [os.path.dirname(path)]
    sys.modules["__main__"] = main
    try:
        yield main
    finally:
        sys.argv, sys.path[:], sys.modules["__main__"] = before


def _status(stop: SystemExit) -> int:
    if stop.code is None or isinstance(stop.code, int):
        return stop.code or 0
    print(stop.code, file=sys.stderr)
    return REFUSED
