"""The command line: `python -m tests.benchmarks.gradbench [--backend NAME]`."""

import argparse
import json
import sys

from ..__main__ import hold_still
from . import ABOUT


def main() -> int:
    """Answer the messages on standard input, line by line, until there are no more."""
    setting = hold_still()
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
