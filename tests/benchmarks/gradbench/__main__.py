"""The command line: `python -m tests.benchmarks.gradbench [--backend NAME]`."""

import argparse
import json
import sys

from ..__main__ import hold_still
from . import ABOUT, EVALS


def main() -> int:
    """Answer the messages on standard input, line by line, until there are no more."""
    setting = hold_still()
    options = parse()
    # Only now may NumPy be imported: it reads the number of threads when it is loaded.
    from .protocol import Tool

    tool = Tool(EVALS, {"backend": options.backend, "setting": setting})
    for line in sys.stdin:
        print(json.dumps(tool.answer(json.loads(line))), flush=True)
    return 0


def parse() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.gradbench", description=ABOUT)
    parser.add_argument("--backend", default="numpy", help="what the derivatives are compiled for")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
