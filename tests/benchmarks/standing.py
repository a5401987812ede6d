"""All workloads in one table and one plot: how long each contestant takes beside the hand-written
adjoint in NumPy."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from .report import Report, number, time

YARDSTICK = "hand-written"
CONTESTANTS = (
    "C++ by hand",
    "adcompile",
    "adcompile numba",
    "autograd",
    "torch",
    "torch compiled",
    "JAX",
    "JAX jit",
)


def standing(reports: Sequence[Report]) -> str:
    """A table in Markdown: a row for each workload that has a hand-written adjoint."""
    lines = [["", YARDSTICK, *CONTESTANTS], ["---", *["---:"] * (len(CONTESTANTS) + 1)]]
    for report in reports:
        ratios = _ratios(report)
        if ratios:
            cells = [number(ratios[name]) if name in ratios else "-" for name in CONTESTANTS]
            lines.append([report.workload, time(_times(report)[YARDSTICK]), *cells])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) if len(lines) > 2 else ""


def draw(reports: Sequence[Report], path: Path, caption: str) -> None:
    """Write the standing as a plot: a row of dots for each workload, time on a logarithmic axis.

    Args:
        reports: what was measured.
        path: of the file; its ending says the format.
        caption: what is written below: machine, versions, date.
    """
    from matplotlib import pyplot, rcParams

    rcParams["svg.hashsalt"] = "standing"  # the same numbers give the same file
    shown = {report.workload: ratios for report in reports if (ratios := _ratios(report))}
    figure, axes = pyplot.subplots(figsize=(9, 1.5 + 0.45 * len(shown)), layout="constrained")
    for name, marker in zip(CONTESTANTS, "s*P^ovdD", strict=True):
        places = {-y: ratios[name] for y, ratios in enumerate(shown.values()) if name in ratios}
        size = 160 if name.startswith("adcompile") else 55
        axes.scatter([*places.values()], [*places], s=size, marker=marker, label=name, zorder=3)
    axes.axvline(1.0, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_yticks([-y for y in range(len(shown))], [*shown])
    axes.grid(axis="x", alpha=0.4)
    axes.set_xlabel("time of a gradient / time of the hand-written adjoint in NumPy")
    figure.supxlabel(fill(caption, 110), fontsize="small")
    figure.legend(loc="outside upper center", ncols=4, frameon=False)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    pyplot.close(figure)


def _times(report: Report) -> dict[str, float]:
    return {row.contestant: row.best for row in report.rows if row.best is not None}


def _ratios(report: Report) -> dict[str, float]:
    """The times over the yardstick's; empty for a workload without one."""
    times = _times(report)
    if YARDSTICK not in times or not times.keys() & set(CONTESTANTS):
        return {}
    return {name: times[name] / times[YARDSTICK] for name in CONTESTANTS if name in times}
