"""What `python -m adcompile` does, and its exit status."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import adcompile
from adcompile.command_line import arguments, output
from adcompile.command_line.arguments import Arguments
from adcompile.command_line.status import INTERRUPTED, OK, PIPE, USAGE, StopError


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Args:
        argv: its arguments, without the name of the program.

    Returns:
        The exit status.
    """
    try:
        typed = arguments.parse(argv)
        status = _command(typed)
        sys.stdout.flush()
        return status
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else USAGE
    except StopError as stop:
        print(stop, file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone; without this, Python complains when it closes stdout.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE


def _command(typed: Arguments) -> int:
    if typed.clear_cache:
        removed = adcompile.clear_cache()
        print(f"{removed} compiled {'gradient' if removed == 1 else 'gradients'} removed")
    if typed.rules:
        from adcompile.rules.account import printed

        print(*printed(), sep="\n")
    if typed.file is None:
        return OK
    if typed.output is not None and output.is_same_file(typed.file, typed.output):
        raise StopError(f"{typed.output}: this is the input file; it stays as it is")
    from adcompile.command_line import compiling

    file = _read(typed.file)
    if typed.run:
        return compiling.executed(typed)
    return compiling.read(file, typed)


def _read(path: str) -> Any:
    """The file, which is not executed."""
    from adcompile.source.static import File

    try:
        return File(path)
    except OSError as error:
        raise StopError(f"{path}: {error.strerror or error}") from None
    except SyntaxError as error:
        raise StopError(_syntax_error(path, error)) from None
    except ValueError as error:
        raise StopError(f"{path}: this is not Python text: {error}") from None
    except RecursionError:
        raise StopError(f"{path}: the code is nested too deeply") from None


def _syntax_error(path: str, error: SyntaxError) -> str:
    """`file.py:3:5: invalid syntax`, the line, and a caret."""
    if error.lineno is None:
        return f"{path}: {error.msg}"
    column = max(error.offset or 1, 1)
    lines = [f"{path}:{error.lineno}:{column}: {error.msg}"]
    if error.text is not None:
        code = error.text.rstrip("\n")
        indent = len(code) - len(code.lstrip())
        lines += [f"    {code.lstrip()}", f"    {' ' * (column - 1 - indent)}^"]
    return "\n".join(lines)
