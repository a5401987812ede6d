"""The README tells the truth: its gradients are what comes out, its files are there."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

from adcompile import checkpoint, grad
from adcompile.testing import check_grads

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

RNG = np.random.default_rng(0)

# Functions of the README whose gradients it shows, and arguments that take every path.
SHOWN = {
    "loss": [(RNG.normal(size=3), 0.5, RNG.normal(size=(8, 3)), RNG.integers(2, size=8) + 0.0)],
    "running_product": [(RNG.normal(size=n),) for n in (2, 5)],
    "exits": [(x, 8) for x in (0.3, 3.0, -9.0)],
    "diffused": [(RNG.normal(size=8), np.fft.fftfreq(8, 1 / 8), 0.02)],
}
EACH_SHOWN = pytest.mark.parametrize("name", SHOWN)


def block(marker):
    """The fenced block that follows `<!-- marker -->`."""
    pattern = rf"^<!-- {re.escape(marker)} -->\n```\w+\n(.*?)^```$"
    (text,) = re.findall(pattern, README, re.DOTALL | re.MULTILINE)
    return text


def table(marker):
    """The rows of the table that follows `<!-- marker -->`, without its head."""
    rows = README.split(f"<!-- {marker} -->\n", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


@pytest.fixture
def shown(name, tmp_path):
    """A gradient that the README has a program for, from a file: adcompile reads source."""
    path = tmp_path / f"readme_{name}.py"
    path.write_text(block(f"readme: {name}"), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


def test_every_gradient_is_checked():
    found = set(re.findall(r"^<!-- readme: (\w+)_grad -->$", README, re.MULTILINE))
    assert found == set(SHOWN)


@EACH_SHOWN
def test_gradient_is_the_one_shown(name, shown):
    assert shown.source_for(*SHOWN[name][0]).strip() == block(f"readme: {name}_grad").strip()


@EACH_SHOWN
def test_shown_gradient_runs_on_its_own(name, shown):
    namespace = {"np": np}
    exec(block(f"readme: {name}_grad"), namespace)
    for args in SHOWN[name]:
        np.testing.assert_equal(namespace[f"{name}_grad"](*args), shown(*args))


@EACH_SHOWN
def test_shown_gradient_is_right(name, shown):
    for args in SHOWN[name]:
        check_grads(shown.primal, args, wrt=("w", "b") if name == "loss" else 0)


def rollout(u, n):
    for t in checkpoint(range(n), snapshots=4):
        u = u + 0.1 * np.sin(u)
    return np.sum(u)


def test_checkpointed_gradient_is_the_one_shown():
    source = grad(rollout).source_for(np.ones(3), 5)
    assert source[source.index("def ") :].strip() == block("readme: checkpointed").strip()


@pytest.mark.parametrize("name", ["weighted"])
def test_derivatives_of_your_own(name, shown):
    """What is clipped and stopped on purpose does not agree with differences."""
    x = np.array([0.5, -1.0, 2.0])
    assert shown.source_for(x).strip() == block("readme: text of weighted").strip()
    h = np.logaddexp(0.0, x)
    expected = np.clip(2.0 * h * h / np.sum(h), -1.0, 1.0) / (1.0 + np.exp(-x))
    np.testing.assert_allclose(shown(x), expected, rtol=1e-14)


@pytest.mark.parametrize("name", ["run", "test"])
def test_command_is_one_line_on_files_that_exist(name):
    (command,) = block(f"command: {name}").splitlines()
    assert command.startswith("python3 -m venv .venv && . .venv/bin/activate && pip install -e ")
    for path in re.findall(r"\S+\.py\b", command):
        assert (ROOT / path).is_file()


def test_map_is_of_what_is_there():
    """Every place that the map names exists, and it names every part of the package."""
    named = set()
    for where, _ in table("readme: map"):
        first, *others = re.findall(r"`([^`]+)`", where)
        named |= {first, *(str(Path(first).parent / other) for other in others)}
    assert {path for path in named if not (ROOT / path).exists()} == set()
    package = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "adcompile").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    unnamed = {path for path in package if not path.endswith(("__init__.py", "__main__.py"))}
    assert unnamed - named == set()
