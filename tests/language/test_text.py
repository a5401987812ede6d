"""The text of every sample's gradient: the same each time, tidy, without dead and clumsy lines."""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
import itertools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import adcompile
from tests.language.inputs import SAMPLES, Sample, module_of

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.label)


def compiled(sample: Sample, verb: str = "grad") -> str:
    derivative = getattr(adcompile, verb)(sample.function, wrt=sample.wrt, allow_unused=True)
    return str(derivative.source_for(**sample.arguments()))


@functools.cache
def text_of(sample: Sample, verb: str = "grad") -> str:
    return compiled(sample, verb)


@each_sample
def test_deterministic(sample: Sample) -> None:
    assert text_of(sample) == compiled(sample)


@each_sample
def test_lines(sample: Sample) -> None:
    """Lines fit the page, are no blank padding, and say something."""
    for verb in ("grad", "value_and_grad"):
        lines = text_of(sample, verb).splitlines()
        assert max(map(len, lines)) <= 88
        assert not [line for line in lines if line != line.rstrip()]
        for line, after in zip(lines, [*lines[1:], ""], strict=True):
            if line.strip() == "# backward":
                assert after.strip()[:6] not in ("return", "")


@each_sample
def test_no_clumsy_statements(sample: Sample) -> None:
    users = source_of(sample)
    for verb in ("grad", "value_and_grad"):
        found = clumsy(ast.parse(text_of(sample, verb)))
        assert not [text for text in found if text.partition(";")[0] not in users]


def clumsy(tree: ast.AST) -> Iterator[str]:
    """Statements that a careful person would not write."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=other)):
                if name == other:
                    yield ast.unparse(node)
            case ast.Assign(targets=[ast.Name(id=name)]) if name.startswith("d_"):
                yield from _unfolded(node.value)
            case ast.If(body=[ast.Pass()]):
                yield ast.unparse(node)
        for body in (getattr(node, "body", None), getattr(node, "orelse", None)):
            if isinstance(body, list):
                yield from _added_to_zero(body)


def _unfolded(expression: ast.AST) -> Iterator[str]:
    """Arithmetic that is done when compiling: with zeros, and with two literals."""
    for node in ast.walk(expression):
        match node:
            case ast.BinOp(left=ast.Constant(), right=ast.Constant()):
                yield ast.unparse(node)
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult(), right=right):
                if zero(left) or zero(right):
                    yield ast.unparse(node)
            case ast.UnaryOp(op=ast.USub(), operand=ast.UnaryOp(op=ast.USub())):
                yield ast.unparse(node)


def _added_to_zero(body: list[ast.stmt]) -> Iterator[str]:
    """`d_x = 0.0` followed by `d_x += ...`."""
    for first, second in itertools.pairwise(body):
        if isinstance(first, ast.Assign) and isinstance(second, ast.AugAssign):
            blank = zero(first.value) or ast.unparse(first.value).startswith("np.zeros")
            if blank and ast.unparse(second.target) == ast.unparse(first.targets[0]):
                yield f"{ast.unparse(first)}; {ast.unparse(second)}"


def zero(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value == 0


@each_sample
def test_names(sample: Sample) -> None:
    """The forward part knows no adjoints; where kinds are known no helper adapts shapes."""
    text = text_of(sample, "value_and_grad")
    users = set(re.findall(r"\w+", source_of(sample)))
    main = text[text.rindex("\ndef ") if "\ndef " in text else 0 :]
    forward = main.partition("# backward")[0] if "# backward" in main else ""
    assert set(re.findall(r"^ +(d_\w+)(?:, \w+)* = ", forward, re.MULTILINE)) <= users
    known = sample.label not in UNKNOWN_KINDS and sample.group not in STRETCHED
    assert "unbroadcast" not in text or "unbroadcast" in users or not known


def source_of(sample: Sample) -> str:
    return inspect.getsource(sample.function)


# A write stretches what is written to the length of a slice, or to the number of elements chosen,
# which is only known when the program runs.
STRETCHED = ("writes", "aliases", "growing", "buffers")

# What kinds these have depends on data, or on the path.
UNKNOWN_KINDS = {
    "straight.cast_times",
    "loops.defined_in_first_iteration",
    "loops.defined_late",
    "calls.recursion_mutual",
    "calls.recursion_of_fourier",
    "calls.recursion_that_joins",
    "functions.nested_recursion",
    "straight.masks",
    "found.mask_that_changes_before_an_update",
    "found.variation_from_none",
    "found.squares_from_none",
    "found.controlled_from_none",
    "found.rows_and_slices_written_at_once",
    "branches.ternary_of_shapes",
    "branches.array_or_number",
    "loops.largest_from_none",
    "loops.number_becomes_array",
    "loops.broadcast_grows",
    "loops.length_one_grows",
    "loops.axes_change",
    "calls.counted_in_loop",
    "calls.recursion_of_containers",
    "calls.recursion_of_slices",
    "growing.arrays_concatenated",
    "growing.arrays_of_matrices",
    "states.descends_with_momentum",
    "states.builds_layers_in_a_loop",
}


READS_AHEAD = ("loops_defined_late_",)


def test_linter_finds_nothing(tmp_path: Path) -> None:
    """All texts as modules pass pycodestyle and Pyflakes."""
    for sample in SAMPLES:
        for verb in ("grad", "value_and_grad"):
            path = tmp_path / f"{sample.group}_{sample.function.__name__}_{verb}.py"
            with contextlib.suppress(Exception):  # which the other tests report
                path.write_text(text_of(sample, verb))
    assert len(list(tmp_path.iterdir())) > len(SAMPLES)
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select=E,F,W", "--line-length=88",
         "--output-format=concise", "--no-cache", "--quiet", str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.stderr == ""
    lines = checked.stdout.replace(f"{tmp_path}/", "").splitlines()
    assert "\n".join(line for line in lines if not _names_users_object(line)) == ""


def _names_users_object(complaint: str) -> bool:
    """Whether a linter's complaint is about something of the user's that no text can define (a
    method, too, stands there as the function that it is), or about a variable that the function,
    too, reads above the line that sets it."""
    if complaint.startswith(READS_AHEAD):
        return True
    found = re.fullmatch(r"([a-z]+)_.*: F821 Undefined name `(\w+)`", complaint)
    if found is None:
        return False
    module = module_of(found[1])
    classes = (value for value in vars(module).values() if isinstance(value, type))
    return any(hasattr(place, found[2]) for place in (module, *classes))
