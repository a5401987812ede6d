"""The command line: `python -m tests.benchmarks.gradbench [--backend NAME]`."""

import argparse
import contextlib
import ctypes
import json
import sys

from ..__main__ import hold_still
from . import ABOUT


def keep_memory() -> None:
    """Let freed memory stay with the process, as far as the C library can be told so: to get large
    arrays from the system page by page takes longer than to calculate them."""
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        for parameter, value in ((_TRIM_THRESHOLD, 2**31 - 1), (_MMAP_THRESHOLD, 2**30)):
            library.mallopt(parameter, value)


_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3


def main() -> int:
    """Answer the messages on standard input, line by line, until there are no more."""
    setting = hold_still()
    keep_memory()
    # Only now may NumPy be imported: it reads the number of threads when it is loaded.
    import adcompile

    from .protocol import Tool

    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.gradbench", description=ABOUT)
    parser.add_argument(
        "--backend",
        default="numpy",
        choices=("numpy", "numba"),
        help="what the derivatives are compiled for",
    )
    backend = parser.parse_args().backend
    adcompile.set_backend(backend)
    tool = Tool({"backend": backend, "setting": setting})
    for line in sys.stdin:
        print(json.dumps(tool.answer(json.loads(line))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
