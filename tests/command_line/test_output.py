"""Where the text goes: files, terminals, the text of every stage."""

import io
import itertools
import os
import stat
import sys

import pytest

from adcompile.command_line import highlight, output
from adcompile.command_line.main import main

LOSS = """
    import numpy as np

    def loss(x: np.ndarray, n: int = 2):
        for _ in range(n):
            x = np.sin(x) if n > 1 else x
        return np.sum(x)
"""


def test_written_file_is_what_is_printed(write, command, folder):
    write(LOSS)
    printed = command("model.py", "loss").out
    command("model.py", "loss", "-o", "out.py")
    assert (folder / "out.py").read_text() == printed
    assert printed.startswith('"""Gradients of model.py, written by adcompile ')


def test_no_other_file_is_left(write, command, folder):
    write(LOSS)
    command("model.py", "loss", "-o", "out.py")
    assert sorted(os.listdir(folder)) == ["model.py", "out.py"]


def test_existing_file_is_replaced_as_a_whole(write, command, folder):
    write(LOSS)
    old = folder / "out.py"
    old.write_text("old")
    old.chmod(0o600)
    with open(old) as reader:
        command("model.py", "loss", "-o", "out.py")
        assert reader.read() == "old"
    assert "def loss_grad" in old.read_text()
    assert stat.S_IMODE(old.stat().st_mode) == 0o600


def test_failed_write_leaves_nothing(folder, monkeypatch):
    def broken(*args):
        raise OSError("no")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(OSError, match="no"):
        output.write("out.py", "text")
    assert os.listdir(folder) == []


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_input_under_another_name_is_kept(write, command, folder):
    write(LOSS)
    (folder / "link.py").symlink_to("model.py")
    before = (folder / "model.py").read_text()
    result = command("model.py", "loss", "-o", "link.py")
    assert result.status == 2
    assert (folder / "model.py").read_text() == before


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="no /dev/stdout")
def test_output_that_is_no_file(write, shell):
    write(LOSS)
    assert "def loss_grad" in shell("model.py", "loss", "-o", "/dev/stdout").out


def test_stages(write, command):
    write(LOSS)
    out = command("model.py", "loss", "--stages").out
    parts = [f"# ----- loss: {s} -" for s in ("source", "lowered", "gradient", "simplified")]
    places = [out.index(part) for part in (*parts, "# ----- text -")]
    assert places == sorted(places)
    source, lowered, gradient = (out[a:b] for a, b in itertools.pairwise(places[:4]))
    assert "def loss(x: np.ndarray, n: int = 2):\n    for _ in range(n):" in source
    assert "def loss(%x: array[...], %n: int):" in lowered
    assert "for %_ in range(%n):" in lowered
    assert "carry %x_2 = %x, then %" in lowered
    assert "numpy.sin(%x_2)" in lowered
    assert "if operator.gt(%n, 1):" in lowered
    assert "merge %" in lowered
    assert "for %_ in reversed(range(%n)):" in gradient
    assert "# backward" in gradient
    assert "def loss_grad(x, n=2):" in out[places[4] :]


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def colours(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_colours_on_a_terminal_only(write, folder, monkeypatch, colours):
    write(LOSS)
    for stream, coloured in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(["model.py", "loss"]) == 0
        assert ("\x1b[" in stream.getvalue()) is coloured


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colours_are_turned_off(monkeypatch, colours, name, value):
    assert highlight.wanted(Terminal())
    monkeypatch.setenv(name, value)
    assert not highlight.wanted(Terminal())


def test_highlighting_changes_no_character():
    import re

    text = 'def f(x):\n    """Doc\n    string."""\n    return [f"{x!r}", "é", 1.5, None]  # é\n'
    coloured = highlight.highlight(text)
    assert re.sub("\x1b\\[\\d*m", "", coloured) == text
    assert "\x1b[34mdef\x1b[0m \x1b[1mf\x1b[0m(x):" in coloured
    assert "\x1b[2m# é\x1b[0m" in coloured
    assert "\x1b[36m1.5\x1b[0m" in coloured


def test_what_is_not_python_stays(capsys):
    assert highlight.highlight("def f(:\n  '''") == "def f(:\n  '''"
