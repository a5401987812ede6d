"""The table and the plot of all workloads."""

import pytest

from .report import Report, Row
from .standing import draw, standing


def report(name, **times):
    return Report(name, "", [Row(who.replace("_", " "), times=[t]) for who, t in times.items()])


REPORTS = [
    Report("loop", "", [Row("hand-written", times=[2e-3, 3e-3]), Row("adcompile", times=[1e-3])]),
    report("nobody beside it", primal=1.0, adcompile=2.0),
    report("sweep", **{"hand-written": 1.0, "JAX jit": 25.0}),
]


def test_table_is_of_ratios():
    heading, _, *rows = standing(REPORTS).splitlines()
    assert heading.startswith("|  | hand-written | C++ by hand | adcompile |")
    assert rows == [
        "| loop | 2.00 ms | - | 0.50 | - | - | - | - | - | - |",
        "| sweep | 1.00 s | - | - | - | - | - | - | - | 25.0 |",
    ]


def test_no_table_of_nothing():
    assert standing(REPORTS[1:2]) == ""


def test_plot_is_the_same_each_time(tmp_path):
    pytest.importorskip("matplotlib")
    files = [tmp_path / "one.svg", tmp_path / "two.svg"]
    for file in files:
        draw(REPORTS, file, "a machine")
    one, two = (file.read_text() for file in files)
    assert one == two
    assert "<svg" in one
