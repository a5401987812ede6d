"""Asking for the native backend: options, refusals, files, the command line."""

import math
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import adcompile
from adcompile import RefusedError, UsageError, grad, value_and_grad
from adcompile.command_line.main import main

pytest.importorskip("numba")


def square(x):
    return np.sum(x * x)


def sorts(x):
    y = x * 2.0
    return np.sum(np.partition(y, 1) * x)


def test_refusal_names_the_construct_and_the_place() -> None:
    with pytest.raises(RefusedError) as caught:
        grad(sorts, backend="numba")(np.ones(3))
    message = str(caught.value)
    assert "native code has no `np.partition` of such operands" in message
    assert "return np.sum(np.partition(y, 1) * x)" in message
    assert "^^^^" in message
    assert 'leave out backend="numba", or give fallback=True' in message


REFUSED = {
    "prints": (
        "def f(a):\n    print(a)\n    return a * a\n",
        "native code prints nothing and draws nothing: NumPy may have to run it again",
    ),
    "draws": (
        "import numpy as np\ndef f(x):\n    return np.sum(x * np.random.normal(size=3))\n",
        "native code prints nothing and draws nothing: NumPy may have to run it again",
    ),
    "checkpoint": (
        "from adcompile import checkpoint\n"
        "def f(a, n):\n    for i in checkpoint(range(n)):\n        a = a * a\n    return a\n",
        "native code has no checkpoints",
    ),
    "partitioned": (
        "import numpy as np\ndef f(x):\n    return np.sum(np.partition(x, 1)[:1] ** 2)\n",
        "native code has no `np.partition` of such operands",
    ),
    "other dtype": (
        "import numpy as np\ndef f(x):\n    return np.sum(x.astype(np.float16) ** 2)\n",
        "is an array of float16, which native code does not know",
    ),
}


@pytest.mark.parametrize("label", REFUSED)
def test_refused(label: str, tmp_path: Path) -> None:
    program, reason = REFUSED[label]
    path = tmp_path / "program.py"
    path.write_text(program)
    namespace: dict[str, object] = {"__name__": "program"}
    exec(compile(program, str(path), "exec"), namespace)
    import linecache

    linecache.checkcache(str(path))
    arguments = {"x": np.ones(3), "a": 0.7, "n": 3}
    function = namespace["f"]
    names = function.__code__.co_varnames[: function.__code__.co_argcount]  # type: ignore[attr-defined]
    with pytest.raises(RefusedError) as caught:
        grad(function, backend="numba")(*(arguments[name] for name in names))
    assert reason in caught.value.reason
    assert caught.value.span is not None


def test_fallback() -> None:
    x = np.arange(3.0)
    g = grad(sorts, backend="numba", fallback=True)
    np.testing.assert_array_equal(g(x), grad(sorts)(x))
    assert "njit" not in g.source
    assert "njit" in grad(square, backend="numba", fallback=True).source_for(x)


def test_fallback_where_numba_refuses() -> None:
    def f(a, n):
        values = []
        if n > 9:
            values.append(a)
        return a * a + len(values)

    g = grad(f, backend="numba", fallback=True)
    assert g(3.0, 1) == 6.0


def test_default_backend() -> None:
    x = np.ones(3)
    adcompile.set_backend("numba")
    try:
        assert "njit" in grad(square).source_for(x)
        assert "njit" not in grad(square, backend="numpy").source_for(x)
    finally:
        adcompile.set_backend("numpy")
    assert "njit" not in grad(square).source_for(x)


def test_backend_of_the_environment() -> None:
    code = (
        "import textwrap, adcompile as a; print(a.grad(textwrap.dedent)._specialisations.options)"
    )
    for name in ("numba", "numpy"):
        environment = {**os.environ, "ADCOMPILE_BACKEND": name}
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert f"backend='{name}'" in done.stdout


def test_no_such_backend() -> None:
    with pytest.raises(UsageError, match="there is no backend 'cuda'"):
        grad(square, backend="cuda")
    with pytest.raises(UsageError, match="there is no backend"):
        adcompile.set_backend("jax")


def test_without_numba(monkeypatch) -> None:
    from adcompile.native import loading

    monkeypatch.setattr(loading, "available", lambda: False)
    with pytest.raises(RefusedError, match=r"pip install adcompile\[numba\]"):
        grad(lambda x: x * x, backend="numba")(1.0)


def test_sums_in_any_order_are_asked_for() -> None:
    x = np.ones(3)
    assert "fastmath" not in grad(square, backend="numba").source_for(x)
    text = grad(square, backend="numba", fastmath=True).source_for(x)
    assert 'fastmath={"reassoc", "contract", "nsz"}' in text
    np.testing.assert_array_equal(grad(square, backend="numba", fastmath=True)(x), 2 * x)


def test_value_and_aux() -> None:
    def f(x):
        y = np.sin(x)
        return np.sum(y), {"y": y, "n": len(x)}

    x = np.linspace(0.0, 1.0, 3)
    (value, aux), d_x = value_and_grad(f, has_aux=True, backend="numba")(x)
    assert value == pytest.approx(np.sum(np.sin(x)))
    np.testing.assert_allclose(aux["y"], np.sin(x))
    assert aux["n"] == 3
    np.testing.assert_allclose(d_x, np.cos(x))


PROGRAM = """
    import sys
    import numpy as np
    from adcompile import grad

    def f(x, n):
        for i in range(n):
            x = x + 0.01 * np.sin(x) * x
        return np.sum(x)

    g = grad(f, backend="numba")
    print(repr(g(np.ones(3), 5).tolist()))
    (module,) = [m for name, m in sys.modules.items() if name.startswith("adcompile_f_grad")]
    print(sum(module.f_grad.stats.cache_hits.values()))
"""


def test_a_second_process_starts_warm(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(textwrap.dedent(PROGRAM))
    environment = {**os.environ, "ADCOMPILE_CACHE": str(tmp_path / "cache")}
    runs = [
        subprocess.run(
            [sys.executable, str(path)], env=environment, capture_output=True, text=True, check=True
        ).stdout.splitlines()
        for _ in range(2)
    ]
    assert runs[0][0] == runs[1][0]
    assert (runs[0][1], runs[1][1]) == ("0", "1")
    folder = tmp_path / "cache" / "native"
    assert len(list(folder.glob("adcompile_f_grad_*.py"))) == 1
    compiled = {p.suffix for p in (folder / "__pycache__").iterdir()}
    assert compiled == {".nbc"}
    path.write_text(path.read_text().replace("0.01", "0.02"))
    changed = subprocess.run(
        [sys.executable, str(path)], env=environment, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert changed[0] != runs[0][0]


HELPED = """
    import numpy as np
    from adcompile import grad
    from adcompile.native import helpers

    def f(x, i):
        return {} * x[i] ** 2

    print(grad(f, backend="numba")(np.ones(3), 2).tolist())
    print(sum(helpers.within.stats.cache_hits.values()))
"""


def test_another_function_finds_what_it_calls_compiled(tmp_path: Path) -> None:
    environment = {**os.environ, "ADCOMPILE_CACHE": str(tmp_path / "cache")}

    def run(factor: float) -> list[str]:
        path = tmp_path / "program.py"
        path.write_text(textwrap.dedent(HELPED.format(factor)))
        return subprocess.run(
            [sys.executable, str(path)], env=environment, capture_output=True, text=True, check=True
        ).stdout.splitlines()

    assert run(1.0) == ["[0.0, 0.0, 2.0]", "0"]
    assert run(2.0) == ["[0.0, 0.0, 4.0]", "1"]
    for file in (tmp_path / "cache" / "native" / "__pycache__").iterdir():
        file.write_bytes(file.read_bytes()[:-1])
    assert run(2.0) == ["[0.0, 0.0, 4.0]", "0"]
    assert run(3.0) == ["[0.0, 0.0, 6.0]", "1"]
    # What others may write to is not run.
    for file in (tmp_path / "cache" / "native" / "__pycache__").iterdir():
        file.chmod(0o666)
    assert run(4.0) == ["[0.0, 0.0, 8.0]", "0"]


UNKNOWN = """
    import numpy as np
    from adcompile import grad
    from adcompile.native import loading

    loading._KNOWN = frozenset()

    def power(x, n):
        if n == 0:
            return 1.0
        return x * power(x, n - 1)

    def f(x):
        total = 0.0
        for i in range(len(x)):
            total += power(x[i], i)
        return total

    print(grad(f, backend="numba")(np.ones(4)).tolist())
"""


def test_numba_of_a_version_that_is_not_known(tmp_path: Path) -> None:
    """It compiles, and keeps what it compiled, in its own ways."""
    path = tmp_path / "program.py"
    path.write_text(textwrap.dedent(UNKNOWN))
    environment = {**os.environ, "ADCOMPILE_CACHE": str(tmp_path / "cache")}
    for _ in range(2):
        run = subprocess.run(
            [sys.executable, str(path)], env=environment, capture_output=True, text=True, check=True
        )
        assert run.stdout == "[0.0, 1.0, 2.0, 3.0]\n"
        kept = (tmp_path / "cache" / "native" / "__pycache__").iterdir()
        assert {file.suffix for file in kept} == {".nbc", ".nbi"}


def test_clearing_the_cache_removes_native_texts(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("ADCOMPILE_CACHE", str(tmp_path / "cache"))
    grad(square, backend="numba")(np.ones(3))
    folder = tmp_path / "cache" / "native"
    (folder / "of_the_user.py").write_text("")
    assert list(folder.glob("adcompile_square_grad_*.py"))
    assert list((folder / "__pycache__").iterdir())
    adcompile.clear_cache()
    assert [p.name for p in folder.glob("*.py")] == ["of_the_user.py"]
    assert list((folder / "__pycache__").iterdir()) == []


def test_command_line(tmp_path: Path, capsys) -> None:
    path = tmp_path / "model.py"
    path.write_text(
        "from adcompile import grad\nimport numpy as np\n\n\n"
        "@grad\ndef f(x: float, n: int):\n"
        "    for _ in range(n):\n        x = x * np.sin(x)\n    return x\n"
    )
    assert main(["--backend", "numba", str(path)]) == 0
    text = capsys.readouterr().out
    assert '@njit(error_model="numpy", nogil=True)\ndef f_grad(x, n):' in text
    assert main([str(path)]) == 0
    assert "njit" not in capsys.readouterr().out


def test_what_numba_refuses_is_named() -> None:
    def f(a, b, mode):
        y = np.sin(a * b) * np.cos(a * b)
        if math.remainder(mode, 3.0) > 0:
            y = y * 2
        return y

    with pytest.raises(RefusedError, match=r"compile `if math\.remainder\(.*:`, below `# y = "):
        grad(f, backend="numba")(0.5, 2.0, 2.0)
