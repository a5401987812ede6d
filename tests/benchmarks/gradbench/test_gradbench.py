"""GradBench's functions against their definitions, and the protocol through a process."""

import json
import subprocess
import sys

import numpy as np
import pytest

from adcompile import trees

from . import NAMES, references
from .protocol import Tool, import_eval


def run(name, function, example=0):
    """What a task returns at an example, and its arguments."""
    found = import_eval(name)
    arguments = found.tasks[function].prepare(found.examples[example])
    return found.tasks[function].run(*arguments), arguments


def slope(f, x):
    """The derivative of a function of complex numbers, with the axes of x last."""
    columns = []
    for at in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[at] += 1e-30j
        columns.append(np.imag(f(moved)) / 1e-30)
    columns = np.moveaxis(np.array(columns), 0, -1)
    return columns.reshape(columns.shape[:-1] + x.shape)


def agree(found, expected):
    np.testing.assert_allclose(found, np.real(expected), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "value", "gradient", "of_gradient"),
    [
        ("lse", "primal", "gradient", references.lse),
        ("llsq", "primal", "gradient", references.llsq),
        ("ode", "primal", "gradient", lambda *given: references.ode(*given)[-1]),
        ("det", "primal", "gradient", references.det),
    ],
)
def test_gradient_by_the_first_argument(name, value, gradient, of_gradient):
    found, arguments = run(name, value)
    agree(found, getattr(references, name)(*arguments))
    found, (x, *rest) = run(name, gradient)
    agree(found, slope(lambda x: of_gradient(x, *rest), x))


def test_hello():
    assert run("hello", "square")[0] == 1.0
    assert run("hello", "double")[0] == 2.0


def test_large_determinant_is_expanded_by_its_rows_first(monkeypatch):
    from . import det

    a = np.random.default_rng(0).normal(size=(5, 5))
    monkeypatch.setattr(det, "TOGETHER", 3)
    gradient = import_eval("det").tasks["gradient"].run(a)
    agree(det.determinant(a), references.det(a))
    agree(gradient, slope(references.det, a))


def test_many_coefficients():
    from .llsq import half_squares

    x, gradient = np.linspace(-1.0, 2.0, 37), import_eval("llsq").tasks["gradient"].run
    agree(half_squares(x, 5), references.llsq(x, 5))
    agree(gradient(x, 5), slope(lambda x: references.llsq(x, 5), x))


def test_kmeans():
    found, (points, centroids) = run("kmeans", "cost")
    agree(found, references.kmeans(points, centroids))
    found, _ = run("kmeans", "dir")

    def gradient(centroids):
        return slope(lambda c: references.kmeans(points, c), centroids)

    diagonal = np.empty_like(centroids)
    for at in np.ndindex(centroids.shape):
        step = np.zeros_like(centroids)
        step[at] = 0.01  # the gradient is linear
        diagonal[at] = (gradient(centroids + step)[at] - gradient(centroids - step)[at]) / 0.02
    agree(found, gradient(centroids) / diagonal)


@pytest.mark.parametrize(("name", "variables"), [("gmm", 4), ("lstm", 2)])
def test_gradient_by_several_arguments(name, variables):
    reference = getattr(references, name)
    found, given = run(name, "objective")
    agree(found, reference(*given))
    found, _ = run(name, "jacobian")
    for i in range(variables):
        agree(found[i], slope(lambda x: reference(*given[:i], x, *given[i + 1 :]), given[i]))


def test_bundle_adjustment():
    (errors, of_weights), given = run("ba", "objective")
    agree(np.concatenate((errors.ravel(), of_weights)), references.ba(*given))
    (starts, columns, values), _ = run("ba", "jacobian")
    sizes = [part.size for part in given[:3]]
    matrix = np.zeros((3 * len(given[2]), sum(sizes)))
    for row in range(len(matrix)):
        within = slice(starts[row], starts[row + 1])
        matrix[row, columns[within]] = values[within]
    assert starts[-1] == len(columns) == len(values)
    parts = [
        slope(lambda x: references.ba(*given[:i], x, *given[i + 1 :]), given[i]) for i in range(3)
    ]
    agree(matrix, np.hstack([part.reshape(len(matrix), -1) for part in parts]))


def test_bundle_adjustment_in_several_pieces(monkeypatch):
    from . import ba

    (whole, _), _ = run("ba", "objective")
    matrix, _ = run("ba", "jacobian")
    monkeypatch.setattr(ba, "AT_ONCE", 3)
    (pieces, _), _ = run("ba", "objective")
    agree(pieces, whole)
    for found, expected in zip(run("ba", "jacobian")[0], matrix, strict=True):
        agree(found, expected)


@pytest.mark.parametrize("example", [0, 1], ids=["simple", "complicated"])
def test_hand_tracking(example):
    found, (theta, us, *given) = run("ht", "objective", example)
    agree(found.ravel(), references.ht(theta, us, *given))
    found, _ = run("ht", "jacobian", example)
    by_theta = slope(lambda theta: references.ht(theta, us, *given), theta)
    expected = by_theta
    if len(us):
        by_us = slope(lambda us: references.ht(theta, us, *given), us)
        own = [by_us[i, i // 3] for i in range(len(by_us))]
        expected = np.hstack((own, by_theta))
    agree(np.concatenate(found), expected)


@pytest.mark.parametrize("modes", ["rr", "rf", "fr", "ff"])
def test_saddle(modes):
    """Each minimum is found up to the length of the last step."""
    found, _ = run("saddle", modes)
    np.testing.assert_allclose(found, 0.0, atol=1e-4)


@pytest.mark.parametrize("modes", ["rr", "rf", "fr", "ff"])
def test_particle(modes):
    found, _ = run("particle", modes)
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        same = references.where_it_lands(middle) * references.where_it_lands(low) > 0
        low, high = (middle, high) if same else (low, middle)
    np.testing.assert_allclose(found, low, atol=1e-4)


def test_every_task_reports_json():
    """What is asked of the tool over the pipe is answered by it, in order."""
    names = [name for name in NAMES if name not in ("particle", "saddle")]
    messages = [{"kind": "start", "eval": "all of them"}, {"kind": "define", "module": "nothing"}]
    for name in names:
        found = import_eval(name)
        messages.append({"kind": "define", "module": name})
        for function in found.tasks:
            given = found.examples[-1]
            if isinstance(given, dict):
                given = {**given, "min_runs": 2, "min_seconds": 0}
            about = {"kind": "evaluate", "module": name, "function": function}
            messages.append({**about, "input": given})
    messages.append({"kind": "analysis", "of": 3, "valid": True})
    messages.append({"kind": "evaluate", "module": "lse", "function": "primal", "input": {}})
    answers = spoken_to(messages)
    assert [answer["id"] for answer in answers] == list(range(len(messages)))
    for message, answer in zip(messages[2:-2], answers[2:-2], strict=True):
        assert answer["success"], answer
        assert answer["timings"]
        if message["kind"] == "evaluate":
            assert {timing["name"] for timing in answer["timings"]} == {"evaluate"}
            assert len(answer["timings"]) == (1 if message["module"] == "hello" else 2)
    assert answers[0]["tool"] == "adcompile"
    assert (answers[1]["success"], answers[1]["error"]) == (False, "there is no nothing")
    assert answers[-2] == {"id": len(messages) - 2}
    assert not answers[-1]["success"]
    assert "KeyError" in answers[-1]["error"]


def spoken_to(messages, *options):
    """The answers of a new process to messages."""
    lines = [json.dumps({"id": i, **message}) for i, message in enumerate(messages)]
    command = [sys.executable, "-m", "tests.benchmarks.gradbench", *options]
    done = subprocess.run(command, input="\n".join(lines), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("name", ["ba", "kmeans", "llsq", "lse", "saddle"])
def test_native_answers_are_those_of_numpy(name):
    pytest.importorskip("numba")
    found = import_eval(name)
    tasks = [*found.tasks][:2]
    about = [{"kind": "evaluate", "module": name, "function": task} for task in tasks]
    messages = [{**each, "input": found.examples[-1]} for each in about]
    expected, got = spoken_to(messages), spoken_to(messages, "--backend", "numba")
    for one, other in zip(got, expected, strict=True):
        assert one["success"], one
        for (path, number), (_, same) in zip(
            trees.leaves(one["output"]), trees.leaves(other["output"]), strict=True
        ):
            assert number == pytest.approx(same, rel=1e-9, abs=1e-12), path


def test_unknown_backend_is_refused():
    command = [sys.executable, "-m", "tests.benchmarks.gradbench", "--backend", "abacus"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "abacus" in done.stderr


def test_runs_until_both_limits_are_met():
    tool = Tool({})
    given = {"x": [1.0, 2.0], "min_runs": 5, "min_seconds": 0}
    message = {"id": 7, "kind": "evaluate", "module": "lse", "function": "primal", "input": given}
    assert len(tool.answer(message)["timings"]) == 5
    given.update(min_runs=1, min_seconds=0.01)
    timings = tool.answer(message)["timings"]
    total = sum(timing["nanoseconds"] for timing in timings)
    assert total >= 1e7 > total - timings[-1]["nanoseconds"]
