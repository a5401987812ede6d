"""The command line: `python -m adcompile file.py [function ...]`."""

from adcompile.command_line.main import main

__all__ = ["main"]
