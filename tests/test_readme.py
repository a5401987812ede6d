"""The README tells the truth: its gradient is what comes out, its commands are there."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

from adcompile import checkpoint, grad

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

RNG = np.random.default_rng(0)
LOSS_ARGS = (
    RNG.normal(size=3),
    0.5,
    RNG.normal(size=(8, 3)),
    RNG.integers(2, size=8).astype(float),
)


def block(marker):
    """The fenced block that follows `<!-- marker -->`."""
    pattern = rf"^<!-- {re.escape(marker)} -->\n```\w+\n(.*?)^```$"
    (text,) = re.findall(pattern, README, re.DOTALL | re.MULTILINE)
    return text


@pytest.fixture
def loss(tmp_path):
    """The README's loss, from a file of its own: adcompile reads source."""
    path = tmp_path / "readme_loss.py"
    path.write_text(block("readme: loss"), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.loss


def test_gradient_is_the_one_shown(loss):
    loss(*LOSS_ARGS)
    assert loss.source.strip() == block("readme: loss_grad").strip()


def test_shown_gradient_runs_on_its_own(loss):
    namespace = {"np": np}
    exec(block("readme: loss_grad"), namespace)
    shown, compiled = namespace["loss_grad"](*LOSS_ARGS), loss(*LOSS_ARGS)
    for one, other in zip(shown, compiled, strict=True):
        np.testing.assert_array_equal(one, other)


def rollout(u, n):
    for t in checkpoint(range(n), snapshots=4):
        u = u + 0.1 * np.sin(u)
    return np.sum(u)


def test_checkpointed_gradient_is_the_one_shown():
    source = grad(rollout).source_for(np.ones(3), 5)
    assert source[source.index("def ") :].strip() == block("readme: checkpointed").strip()


@pytest.mark.parametrize("name", ["run", "test"])
def test_command_is_one_line_on_files_that_exist(name):
    (command,) = block(f"command: {name}").splitlines()
    assert command.startswith("python3 -m venv .venv && . .venv/bin/activate && pip install -e ")
    for path in re.findall(r"\S+\.py\b", command):
        assert (ROOT / path).is_file()
