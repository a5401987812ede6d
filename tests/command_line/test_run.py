"""`--run` executes the file and shows what its calls compiled."""

import pytest

PROGRAM = """
    import sys

    import numpy as np

    from adcompile import grad, value_and_grad

    WEIGHTS = np.arange(3.0)
    STEP = 0.5


    def helper(n):
        total = 0
        for i in range(n):
            total += i
        return total


    @grad
    def loss(x, n=3):
        return np.sum(np.sin(x) * WEIGHTS) * STEP * helper(n)


    @value_and_grad
    def other(x):
        return x * x


    if __name__ == "__main__":
        print("arguments", sys.argv[1:], __name__)
        loss(np.ones(3))
        loss(np.zeros(3))
        other(2.0)
        loss(np.ones((2, 3)))
        other(3.0)
        if "fail" in sys.argv:
            raise ValueError("wrong")
        if "exit" in sys.argv:
            sys.exit(7)
        if "message" in sys.argv:
            sys.exit("goodbye")
"""


def test_prints_what_was_compiled(write, command):
    write(PROGRAM)
    result = command("model.py", "--run")
    assert result.status == 0, result.err
    assert result.out.startswith("arguments [] __main__\n")
    headings = [line for line in result.out.splitlines() if line.startswith("# ")]
    assert headings == [
        "# loss(x: float64[x.0], n: int)",
        "# other(x: float)",
        "# loss(x: float64[x.0, x.1], n: int)",
    ]
    assert result.out.count("def loss_grad(x, n=3):") == 2
    assert result.out.count("def other_value_and_grad(x):") == 1


def test_arguments_of_the_file(write, command):
    write(PROGRAM)
    assert command("model.py", "--run", "--", "-a", "b").out.startswith("arguments ['-a', 'b'] ")


def test_named_functions(write, command):
    write(PROGRAM)
    out = command("model.py", "--run", "other").out
    assert "def other_value_and_grad" in out
    assert "def loss_grad" not in out


def test_nothing_called(write, command):
    write("print('hello')\n")
    result = command("model.py", "--run")
    assert result.out == "hello\n"
    assert "the run called no derivative" in result.err


@pytest.mark.parametrize(
    ("argument", "status", "message"),
    [("fail", 1, "ValueError: wrong"), ("exit", 7, ""), ("message", 1, "goodbye")],
)
def test_status_of_the_file(write, command, argument, status, message):
    write(PROGRAM)
    result = command("model.py", "--run", "--", argument)
    assert result.status == status
    assert message in result.err
    assert "def loss_grad" in result.out


def test_traceback_is_the_files_own(write, command):
    write("def f():\n    return 1 / 0\n\n\nf()\n")
    result = command("model.py", "--run")
    assert result.status == 1
    assert result.err.count("File ") == 2
    assert "command_line" not in result.err


def test_refusals_of_the_run_are_tracebacks(write, command):
    write("from adcompile import grad\n\nf = grad(lambda x: [y for y in x])\nf(1.0)\n")
    result = command("model.py", "--run")
    assert result.status == 1
    assert "RefusedError" in result.err


def test_same_as_python(write, command, folder):
    write("STEP = 2.0\n", "helpers.py")
    write("import helpers, sys, __main__\nprint(__main__.__file__, sys.path[0], helpers.STEP)\n")
    import sys

    main, path = sys.modules["__main__"], list(sys.path)
    out = command("model.py", "--run").out
    assert out.split() == [str(folder / "model.py"), str(folder), "2.0"]
    assert sys.modules["__main__"] is main
    assert sys.path == path
    del sys.modules["helpers"]


def test_stages(write, command):
    write(PROGRAM)
    out = command("model.py", "--run", "other", "--stages").out
    for stage in ("source", "lowered", "gradient", "simplified", "text"):
        assert f"# ----- other: {stage} -" in out


def test_output_stands_alone(write, command, folder, lint, alone):
    write(PROGRAM)
    result = command("model.py", "--run", "-o", "out.py")
    assert result.status == 0, result.err
    assert result.out == "arguments [] __main__\n"
    text = (folder / "out.py").read_text()
    lint("out.py")
    assert "WEIGHTS = np.array([0.0, 1.0, 2.0], dtype=np.float64)" in text
    assert "def helper(n):" in text
    assert "def loss_grad(x, n=3):" in text
    assert "def loss_grad_1(x, n=3):" in text
    assert "loss_grad_1 is for loss(x: float64[x.0, x.1], n: int)." in text
    assert float(alone("import out\nprint(out.other_value_and_grad(2.0)[1])")) == 4.0
    alone("import numpy as np, out\nout.loss_grad(np.ones(3)), out.loss_grad_1(np.ones((2, 3)))")


def test_output_of_what_cannot_be_written(write, command, folder):
    write(
        """
        import numpy as np

        from adcompile import grad

        TABLE = np.ones(5000)


        @grad
        def loss(x):
            return np.sum(x * TABLE)


        loss(2.0)
        """
    )
    result = command("model.py", "--run", "-o", "out.py")
    assert result.status == 1
    assert "`TABLE` is a ndarray, which cannot be written into a file" in result.err
    assert not (folder / "out.py").exists()
