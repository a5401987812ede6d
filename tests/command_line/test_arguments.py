"""Wrong usage, files that cannot be read, exit statuses."""

import os

import pytest

LOSS = """
    from adcompile import grad

    @grad
    def loss(x: float):
        return x * x

    def other(a: float, b: float):
        return a * b
"""


def test_help_has_examples(command):
    result = command("--help")
    assert result.status == 0
    assert "examples:" in result.out
    assert "python -m adcompile model.py" in result.out


def test_version(command):
    import adcompile

    assert command("--version").out == f"adcompile {adcompile.__version__}\n"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "name a file"),
        (["--bogus"], "unrecognized arguments: --bogus"),
        (["model.py", "--wrt"], "expected one argument"),
        (["model.py", "--wrt", ","], "name at least one parameter"),
        (["model.py", "--", "3"], "need --run"),
        (["model.py", "--run", "--value"], "do not go with --run"),
        (["absent.py"], "absent.py: No such file or directory"),
        (["."], ".: Is a directory"),
        (["model.py", "losss"], "model.py: there is no function `losss`; it has loss, other"),
        (["model.py", "-o", "model.py"], "model.py: this is the input file; it stays as it is"),
        (["model.py", "-o", "no/where.py"], "no/where.py: No such file or directory"),
        (["model.py", "loss", "--wrt", "z"], "`wrt` names `z`, which is not a parameter"),
    ],
)
def test_wrong_usage(write, command, argv, message):
    write(LOSS)
    result = command(*argv)
    assert result.status == 2
    assert message in result.err
    assert result.out == ""


def test_syntax_error(write, command):
    write("x = 1\n\ndef f(x):\n    return x +\n")
    result = command("model.py")
    assert result.status == 2
    assert result.err == "model.py:4:15: invalid syntax\n    return x +\n              ^\n"


@pytest.mark.parametrize("content", [b"x = 1\0", b"\xff\xfe", b"# coding: nonsense\n"])
def test_file_that_is_not_text(folder, command, content):
    (folder / "model.py").write_bytes(content)
    result = command("model.py")
    assert result.status == 2
    assert result.err.startswith("model.py")
    assert "Traceback" not in result.err


def test_nothing_to_do(write, command):
    write("def f(x):\n    return x\n")
    result = command("model.py")
    assert result.status == 2
    assert "no function is decorated" in result.err


def test_refused_function_leaves_the_others(write, command):
    write(
        """
        from adcompile import grad

        @grad
        def first(x: float):
            return x * x

        @grad
        def second(x: float):
            return max({x, 2 * x})

        @grad
        def third(x: float):
            return x * x * x
        """
    )
    result = command("model.py")
    assert result.status == 1
    assert "def first_grad(x):" in result.out
    assert "second" not in result.out
    assert "def third_grad(x):" in result.out
    assert '--> File "model.py", line 9' in result.err
    assert "^^^" in result.err


def test_refused_function_is_not_written(write, command, folder):
    write("from adcompile import grad\n\n@grad\ndef f(x: float):\n    return [y for y in x]\n")
    result = command("model.py", "-o", "out.py")
    assert result.status == 1
    assert "out.py: not written" in result.err
    assert not (folder / "out.py").exists()


def test_function_and_options(write, command):
    write(LOSS)
    assert "def other_grad(a, b):" in command("model.py", "other").out
    assert "respect to b." in command("model.py", "other", "--wrt", "b").out
    assert "respect to b." in command("model.py", "--wrt", "-1", "other").out
    assert "respect to a, b." in command("model.py", "--wrt", "0,b", "other").out
    assert "return (" not in command("model.py", "--wrt", "b", "other").out
    assert "def other_value_and_grad(a, b):" in command("model.py", "--value", "other").out
    assert "def loss_value_and_grad(x):" in command("model.py", "loss", "--value").out


def test_clear_cache(write, command):
    write(LOSS + "\n\n    print(loss(2.0))\n")
    command("model.py", "--run")
    assert command("--clear-cache").out == "1 compiled gradient removed\n"
    assert command("--clear-cache").out == "0 compiled gradients removed\n"


def test_process(write, shell):
    write(LOSS)
    result = shell("model.py")
    assert result.status == 0
    assert "def loss_grad(x):" in result.out
    assert "\x1b" not in result.out
    assert shell("absent.py").status == 2


@pytest.mark.skipif(os.name != "posix", reason="needs a shell with pipes")
def test_broken_pipe(write, folder):
    import subprocess
    import sys

    from tests.command_line.conftest import ROOT

    write(LOSS)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "adcompile", "model.py"],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60,
    )  # fmt: skip
    os.close(writer)
    assert done.returncode == 141
    assert done.stderr == ""
