"""The rows of the rules' contract on both backends."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import adcompile
from adcompile.errors import RefusedError
from tests.native.comparing import RIGHT, require_equal
from tests.rules.contract import Program, Programs, is_float, make_weights
from tests.rules.rows import FAMILIES


def outcome(program: Program) -> str:
    """`RIGHT`, or why native code refuses a row.

    Raises:
        AssertionError: the backends disagree.
    """
    arguments = program.row.arguments()
    names = tuple(name for name, value in arguments.items() if is_float(value))
    arguments["weights"] = make_weights(program.row.evaluate(arguments))
    native = adcompile.value_and_grad(program.weighted, wrt=names, backend="numba")
    try:
        got = native(**arguments)
    except RefusedError as error:
        return error.reason
    numpy = adcompile.value_and_grad(program.weighted, wrt=names)
    require_equal(got, numpy(**arguments), 1e-11)
    return RIGHT


def run(parts: Sequence[str], every: int) -> int:
    """Say what becomes of the rows whose labels have all these parts; the number of wrong ones."""
    programs = Programs(Path(tempfile.mkdtemp()))
    counts = {"right": 0, "refused": 0, "wrong": 0}
    rows = [
        (family, index, f"{family}: {row.label}")
        for family, rows in FAMILIES.items()
        for index, row in enumerate(rows)
        if row.refusal is None
    ]
    for family, index, label in [r for r in rows if all(part in r[2] for part in parts)][::every]:
        try:
            with np.errstate(all="ignore"):
                found = outcome(programs.program(family, FAMILIES[family], index))
        except Exception as error:
            counts["wrong"] += 1
            print(f"WRONG {label}: {type(error).__name__}: {str(error)[:300]}", flush=True)
            continue
        counts["right" if found == RIGHT else "refused"] += 1
        if found != RIGHT:
            print(f"refused {label}: {found[:200]}", flush=True)
    print(", ".join(f"{number} {what}" for what, number in counts.items()))
    return counts["wrong"]
