"""The command line: `python -m tests.benchmarks [workload ...]`, see `--help`."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .report import Report

ABOUT = "Measure gradients side by side. How to read the tables: tests/benchmarks/__init__.py."
ROUNDS = "rounds, 30 by default; 0 only checks the gradients"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def hold_still() -> str:
    """Keep this process and its children on one core with one thread, before NumPy is imported."""
    os.environ.update(dict.fromkeys(THREADS, "1"), JAX_PLATFORMS="cpu", ADCOMPILE_CACHE="off")
    if not hasattr(os, "sched_setaffinity"):
        return "one thread, not pinned to a core on this platform"
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return f"one thread, pinned to core {core}"


def main() -> int:
    """Measure the workloads that were asked for, print their tables, write the JSON file."""
    setting = hold_still()
    # Only now may NumPy be imported: it reads the number of threads when it is loaded.
    from .fresh import first_calls, imports
    from .measure import steady_state
    from .orders import ORDERS, orders
    from .report import machine
    from .standing import draw, standing
    from .verbs import measure
    from .workloads import FIRST_CALLS, STEADY_STATE
    from .workloads.verbs import TASKS

    measurements: dict[str, Callable[[int], "Report"]] = {
        **{workload.name: partial(steady_state, workload) for workload in STEADY_STATE},
        **{task.name: partial(measure, task) for task in TASKS},
        **{workload.name: partial(first_calls, workload) for workload in FIRST_CALLS},
        **{f"orders-{name}": partial(orders, name) for name in ORDERS},
        "import": imports,
    }
    options = parse(measurements)
    print(f"{machine()}; {setting}", flush=True)
    reports = []
    for name in options.workload or measurements:
        reports.append(measurements[name](options.repeats))
        print(f"\n{reports[-1].table()}", flush=True)
    if table := standing(reports):
        print(f"\nmin over that of the hand-written adjoint\n\n{table}")
    if options.plot:
        draw(reports, options.plot, f"{date.today()}, {machine()}, {setting}")
    if options.json:
        workloads = {report.workload: report.as_json() for report in reports}
        content = {"machine": machine(), "setting": setting, "workloads": workloads}
        options.json.write_text(json.dumps(content, indent=2) + "\n")
    return int(any(row.wrong for report in reports for row in report.rows))


def parse(names: Iterable[str]) -> argparse.Namespace:
    """The options; `workload` is a list of known names, empty for all of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=ABOUT)
    parser.add_argument("workload", nargs="*", help=f"any of {', '.join(names)} (default: all)")
    parser.add_argument("--repeats", type=int, default=30, metavar="N", help=ROUNDS)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the measurements there")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the standing there")
    options = parser.parse_args()
    unknown = set(options.workload).difference(names)
    if unknown:
        parser.error(f"no workload {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
