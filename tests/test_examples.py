"""The examples do what they say, run as a user runs them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def run(tmp_path):
    """Runs `python *args` in an empty folder with an empty cache; returns what it prints."""

    def run(*args):
        env = os.environ | {"ADCOMPILE_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-W", "error::RuntimeWarning", *map(str, args)]
        done = subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def accuracy(output):
    return float(re.search(r"test accuracy (\d\.\d+)", output)[1])


def test_logistic_regression(run):
    output = run(ROOT / "examples/logistic_regression.py")
    assert "def loss_grad(w, b, x, y):" in output
    assert accuracy(output) >= 0.95


def test_logistic_regression_takes_a_number_of_steps(run):
    losses = [
        float(re.search(r"^loss (\S+),", output, re.MULTILINE)[1])
        for output in (
            run(ROOT / "examples/logistic_regression.py", "--steps", steps) for steps in (1, 10)
        )
    ]
    assert losses[0] > losses[1]


def test_logistic_regression_on_the_command_line(run):
    output = run("-m", "adcompile", ROOT / "examples/logistic_regression.py")
    assert "def loss_grad(w" in output
    assert "test accuracy" not in output


def test_digits_mlp(run, tmp_path):
    output = run(ROOT / "examples/digits_mlp.py")
    assert accuracy(output) >= 0.95
    assert (tmp_path / "digits_mlp.png").stat().st_size > 0


def test_digits_mlp_saves_its_plot_where_told(run, tmp_path):
    plot = tmp_path / "loss.png"
    output = run(ROOT / "examples/digits_mlp.py", "--epochs", 15, "--plot", plot)
    assert f"loss curve in {plot}" in output
    assert plot.stat().st_size > 0


def test_moon_landing(run):
    output = run(ROOT / "examples/moon_landing.py")
    before, after, _ = (float(n) for n in re.findall(r"hardest landing (\S+) m/s", output))
    assert after < 5.0 < before


def test_kepler(run):
    output = run(ROOT / "examples/kepler.py")
    assert "E = fixed_point(kepler, M, e, M)" in output
    eccentricity, phase = re.search(r"eccentricity (\d\.\d+), phase (\d\.\d+)", output).groups()
    assert abs(float(eccentricity) - 0.6) < 0.02
    assert abs(float(phase) - 0.8) < 0.02
