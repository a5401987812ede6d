"""What a first call and an import cost: every sample in a process of its own.

Such a process is `python -m tests.benchmarks.fresh WORKLOAD CONTESTANT`; it prints the seconds of
the first call, imports not counted, or ends with the first line of what went wrong.
"""

import subprocess
import sys
from functools import partial

from .contestants import COMPILER, CONTESTANTS, PEERS
from .measure import first_call, take_turns
from .report import LeftOutError, Report, Row, first_line
from .workload import Workload

LIMIT = 30
"""Seconds that a process may take."""

IMPORT = """
import time, numpy
start = time.perf_counter()
import {module}
print(time.perf_counter() - start)
"""


def first_calls(workload: Workload, rounds: int) -> Report:
    """Time building a derivative and calling it once; at least once, as that is its check."""
    rows = []
    for contestant in (COMPILER, *PEERS):
        command = ("-m", __name__, workload.name, contestant.name)
        rows.append(Row(contestant.name, partial(_seconds, *command)))
    return take_turns(Report(workload.name, workload.title, rows), max(rounds, 1))


def imports(rounds: int) -> Report:
    """Time the import of every contestant's package after NumPy's."""
    modules = dict.fromkeys(contestant.module for contestant in (COMPILER, *PEERS))
    rows = [Row(m, partial(_seconds, "-c", IMPORT.format(module=m))) for m in modules]
    title = "importing the package after `import numpy`, in fresh processes"
    return take_turns(Report("import", title, rows), rounds)


def _seconds(*command: str) -> float:
    """The number that a new interpreter prints."""
    try:
        done = subprocess.run(
            [sys.executable, *command], capture_output=True, text=True, timeout=LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        raise LeftOutError(f"not ready after {LIMIT} s") from None
    if done.returncode:
        said = done.stderr.splitlines() or [f"ended with exit status {done.returncode}"]
        raise LeftOutError(said[-1])
    return float(done.stdout.split()[-1])


def main(workload: str, contestant: str) -> None:
    """Take one sample in this process."""
    from .workloads import FIRST_CALLS

    workloads = {candidate.name: candidate for candidate in FIRST_CALLS}
    contestants = {candidate.name: candidate for candidate in CONTESTANTS}
    try:
        seconds, *_ = first_call(workloads[workload], contestants[contestant])
    except Exception as error:
        sys.exit(first_line(error))
    print(seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
