"""Runs the command on files of a test, in this process and in others."""

import dataclasses
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from adcompile.command_line import main

ROOT = Path(__file__).parents[2]


@dataclasses.dataclass
class Result:
    status: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder, with a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADCOMPILE_CACHE", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def write(folder):
    """Writes a file; returns its name."""

    def write(text, name="model.py"):
        (folder / name).write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return name

    return write


@pytest.fixture
def command(folder, capsys):
    """Runs the command in this process."""

    def command(*argv):
        capsys.readouterr()
        status = main([str(arg) for arg in argv])
        return Result(status, *capsys.readouterr())

    return command


@pytest.fixture
def shell(folder):
    """Runs `python -m adcompile` in a process of its own."""

    def shell(*argv, **kwargs):
        env = os.environ | {"PYTHONPATH": str(ROOT)} | kwargs.pop("env", {})
        line = [sys.executable, "-m", "adcompile", *map(str, argv)]
        done = subprocess.run(
            line, cwd=folder, env=env, capture_output=True, text=True, timeout=120, **kwargs
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return shell


@pytest.fixture
def alone(folder):
    """Runs Python code where adcompile cannot be imported; returns what it prints."""

    def alone(code):
        env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        head = (
            "import sys\n"
            "class Absent:\n"
            "    def find_spec(self, name, path=None, target=None):\n"
            "        if name.partition('.')[0] in ('adcompile', 'astor'):\n"
            "            raise ModuleNotFoundError(name)\n"
            "sys.meta_path.insert(0, Absent())\n"
            "sys.path.insert(0, '.')\n"
        )
        done = subprocess.run(
            [sys.executable, "-I", "-c", head + textwrap.dedent(code)],
            cwd=folder, env=env, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return alone


@pytest.fixture
def lint(folder):
    """Asserts that ruff finds nothing in a file, with its defaults and with our rules."""

    pytest.importorskip("ruff")

    def lint(path):
        for options in (["--isolated"], ["--config", str(ROOT / "pyproject.toml")]):
            done = subprocess.run(
                [sys.executable, "-m", "ruff", "check", "--no-cache", *options, str(path)],
                cwd=folder, capture_output=True, text=True, timeout=60,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout + done.stderr

    return lint
