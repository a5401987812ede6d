"""Enter the contestants, check what they return, and time them in turns."""

from importlib import import_module
from time import perf_counter
from timeit import Timer
from typing import Any

import numpy as np

from .check import check
from .contestants import CONTESTANTS, Contestant
from .report import Report, Row, Sampler
from .workload import Function, Workload

SAMPLE = 0.005
"""Seconds that a sample should last: quick functions are called many times in a row."""
PATIENCE = 5.0
"""Seconds after which a contestant sits out the remaining rounds of a workload."""


def steady_state(workload: Workload, rounds: int) -> Report:
    """Time one function that is called again and again."""
    keep_memory()
    rows = [Row(contestant.name) for contestant in CONTESTANTS]
    for contestant, row in zip(CONTESTANTS, rows, strict=True):
        try:
            row.first, run, arguments = first_call(workload, contestant)
            row.sample = sampler(run, arguments)
        except Exception as error:
            row.leave_out(error)
    return take_turns(Report(workload.name, workload.title, rows), rounds)


def keep_memory() -> None:
    """Have glibc's malloc keep what is freed, as it comes to do by itself in a long process.

    Without a large block having been freed once, each large temporary is new from the system, and
    whether that has happened yet would depend on the contestants that came before.
    """
    np.empty(1 << 21)


def first_call(
    workload: Workload, contestant: Contestant
) -> tuple[float, Function, tuple[Any, ...]]:
    """Build a derivative, call it once, check the result: seconds, the derivative, arguments."""
    import_module(contestant.module)
    build, arguments = contestant.start(workload)
    start = perf_counter()
    run = build()
    result = run(*arguments)
    seconds = perf_counter() - start
    if contestant.differentiates:
        check(workload, result)
    return seconds, run, arguments


def sampler(run: Function, arguments: tuple[Any, ...]) -> Sampler:
    """What takes a sample: the seconds of one call, averaged over a few in a row."""
    names = {f"argument{i}": argument for i, argument in enumerate(arguments)}
    # The call is spelled out, as `run(*arguments)` would add to the time of the shortest functions.
    timer = Timer(f"run({', '.join(names)})", globals={"run": run, **names})
    calls = max(1, round(SAMPLE / timer.timeit(1)))
    return lambda: timer.timeit(calls) / calls


def take_turns(report: Report, rounds: int) -> Report:
    """Take a sample of every contestant in every round, as long as it has time left."""
    spent = {row.contestant: 0.0 for row in report.rows}
    for _ in range(rounds):
        for row in report.rows:
            if row.sample is None or spent[row.contestant] > PATIENCE:
                continue
            start = perf_counter()
            try:
                row.times.append(row.sample())
            except Exception as error:
                row.leave_out(error)
            spent[row.contestant] += perf_counter() - start
    return report
