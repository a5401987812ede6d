"""The cache of compiled texts: what is found again, and above all what is not."""

import gc
import json
import os
import subprocess
import sys
import textwrap
import threading
import types
import weakref
from pathlib import Path

import numpy as np
import pytest

import adcompile
from adcompile import driver, grad, value_and_grad
from adcompile.cache import disk, programs, versions
from adcompile.specialisations import forget_all


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A cache folder for each test."""
    folder = tmp_path / "entries"
    monkeypatch.setenv("ADCOMPILE_CACHE", str(folder))
    new_process()
    return folder


@pytest.fixture
def compiled(monkeypatch):
    """The names of the functions compiled so far."""
    names = []
    original = driver.compile_gradient

    def counting(source, *args, **kwargs):
        names.append(source.name)
        return original(source, *args, **kwargs)

    monkeypatch.setattr(driver, "compile_gradient", counting)
    return names


def new_process():
    """Forget what a new process would not know."""
    programs.clear()
    forget_all()


def module(path, text):
    """A module made of a text, as a new process would load it."""
    path.write_text(textwrap.dedent(text))
    made = types.ModuleType("program")
    made.__file__ = str(path)
    exec(compile(path.read_text(), str(path), "exec"), made.__dict__)
    new_process()
    return made


def entries(folder):
    return sorted(folder.glob("*.json"))


SQUARE = """
    def f(x):
        return x * x
"""


def test_a_second_process_does_not_compile_again(tmp_path, compiled):
    first = grad(module(tmp_path / "a.py", SQUARE).f)
    assert first(3.0) == 6.0
    second = grad(module(tmp_path / "a.py", SQUARE).f)
    assert second(3.0) == 6.0
    assert second(5.0) == 10.0
    assert compiled == ["f"]
    assert "def f_grad(x):" in second.source


def test_a_hit_imports_no_part_of_the_compiler(tmp_path):
    (tmp_path / "program.py").write_text(
        "import sys\nfrom adcompile import grad\n"
        "def f(x):\n    return x * x\n"
        "compiler = ('adcompile.lower', 'adcompile.emit', 'astor')\n"
        "print(grad(f)(3.0), [m for m in sys.modules if m.startswith(compiler)])"
    )
    assert run(tmp_path).startswith("6.0 ['")
    assert run(tmp_path) == "6.0 []"


def run(folder, script="program.py", **environment):
    """What a script prints, in a process of its own."""
    root = Path(adcompile.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, str(folder / script)],
        env={**os.environ, "PYTHONPATH": str(root), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# ----- what changes the key, or fails the check of what was read -----

EDITS = {
    "function": ("def f(x):\n    return x * x", "x * x", "x * x * x"),
    "comment": ("def f(x):\n    return x * x  # square", "square", "the square"),
    "comment after the end": ("def f(x):\n    y = x * x\n    return y\n    # one", "one", "two"),
    "name": ("def g(x):\n    return x * x\nf = g", "def g", "def h\ng = h"),
    "global": ("K = 2.0\ndef f(x):\n    return K * x", "K = 2.0", "K = 3.0"),
    "global type": ("K = 2\ndef f(x):\n    return K * x", "K = 2", "K = 2.0"),
    "partial": (
        "from functools import partial\ndef g(k, x):\n    return k * x\nh = partial(g, 2.0)\n"
        "def f(x):\n    return h(x)",
        "2.0",
        "3.0",
    ),
    "keyword of a partial": (
        "from functools import partial\ndef g(x, k):\n    return k * x\nh = partial(g, k=2.0)\n"
        "def f(x):\n    return h(x)",
        "2.0",
        "3.0",
    ),
    "global of a nested function": (
        "K = 2.0\ndef f(x):\n    g = lambda z: z * K\n    return sum(g(z) for z in (x, x))",
        "K = 2.0",
        "K = 3.0",
    ),
    "closure": (
        "def make(k):\n    def f(x):\n        return k * x\n    return f\nf = make(2.0)",
        "make(2.0)",
        "make(3.0)",
    ),
    "callee": (
        "def g(x):\n    return 2.0 * x\ndef f(x):\n    return g(x)",
        "2.0",
        "5.0",
    ),
    "callee's comment": (
        "def g(x):\n    # a\n    return 2.0 * x\ndef f(x):\n    return g(x)",
        "# a",
        "# b",
    ),
    "callee's callee": (
        "def h(x):\n    return 2.0 * x\ndef g(x):\n    return h(x)\ndef f(x):\n    return g(x)",
        "2.0",
        "5.0",
    ),
    "callee's global": (
        "K = 2.0\ndef g(x):\n    return K * x\ndef f(x):\n    return g(x)",
        "K = 2.0",
        "K = 5.0",
    ),
    "callee's default": (
        "def g(x, k=2.0):\n    return k * x\ndef f(x):\n    return g(x)",
        "k=2.0",
        "k=5.0",
    ),
    "another callee": (
        "def h(x):\n    return 2.0 * x\ndef k(x):\n    return 3.0 * x\ng = h\n"
        "def f(x):\n    return g(x)",
        "g = h",
        "g = k",
    ),
    "function of NumPy": (
        "from numpy import sin as g\ndef f(x):\n    return g(x)",
        "sin",
        "cos",
    ),
    "a builtin's name": (
        "def g(x):\n    return 2 * x\ndef f(x):\n    return abs(x)",
        "def g",
        "def abs",
    ),
    "another library": (
        "import numpy as np\ndef f(x):\n    return np.fabs(x)",
        "import numpy as np",
        "import types\nnp = types.SimpleNamespace(fabs=lambda x: 2 * x)",
    ),
    "rank of a global array": (
        "import numpy as np\nW = np.ones(1)\ndef f(x):\n    return np.sum(W * x)",
        "np.ones(1)",
        "np.ones((3, 1))",
    ),
    "number of elements": (
        "W = [1.0, 2.0]\ndef f(x):\n    s = 0.0\n"
        "    for w in W:\n        s = s + w * x\n    return s",
        "2.0]",
        "2.0, 3.0]",
    ),
    "member of a module": (
        "import types\nm = types.ModuleType('m')\nm.k = 2.0\ndef f(x):\n    return m.k * x",
        "m.k = 2.0",
        "m.k = 3.0",
    ),
    "method": (
        "class C:\n    def __init__(self):\n        self.k = 2.0\n"
        "    def g(self, x):\n        return self.k * x\n"
        "c = C()\ndef f(x):\n    return c.g(x)",
        "return self.k * x",
        "return self.k * x * 5.0",
    ),
    "bound method": (
        "class C:\n    k = 1.0\n    def __init__(self):\n        self.a = 1.0\n"
        "    def g(self, x):\n        return 2.0 * x\n"
        "g = C().g\ndef f(x):\n    return g(x)",
        "2.0 * x",
        "3.0 * x",
    ),
    "property": (
        "class C:\n    def __init__(self):\n        self.k = 2.0\n"
        "    @property\n    def g(self):\n        return self.k * 2.0\n"
        "c = C()\ndef f(x):\n    return c.g * x",
        "self.k * 2.0",
        "self.k * 3.0",
    ),
}


@pytest.mark.parametrize(("text", "old", "new"), EDITS.values(), ids=EDITS)
def test_an_edit_compiles_again(tmp_path, compiled, text, old, new):
    for _ in range(2):
        before = grad(module(tmp_path / "a.py", text).f)
        assert before(1.5) == pytest.approx(slope(before.primal, 1.5))
    assert len(compiled) == 1
    for _ in range(2):
        after = grad(module(tmp_path / "a.py", replaced(text, old, new)).f)
        assert after(1.5) == pytest.approx(slope(after.primal, 1.5))
    assert len(compiled) == 2


def replaced(text, old, new):
    """The text with the last occurrence replaced, or as the case of a renamed function needs."""
    if old == "def g" and "\n" in new:
        return "def h(x):\n    return x * x\nf = h"
    head, found, tail = text.rpartition(old)
    assert found
    return head + new + tail


def slope(function, x, h=1e-6):
    return (function(x + h) - function(x - h)) / (2 * h)


def test_what_is_asked_for_is_part_of_the_key(tmp_path, compiled):
    text = """
        import numpy as np
        def f(x, y, mode="a"):
            return np.sum(x * y), 1.0

        def g(x, y, mode="a"):
            return np.sum(x * y)
    """

    def calls(made):
        array, column = np.ones(3), np.ones((3, 1))
        return [
            lambda: grad(made.g)(2.0, 3.0),
            lambda: grad(made.g, wrt=1)(2.0, 3.0),
            lambda: grad(made.g, wrt=(0,))(2.0, 3.0),
            lambda: grad(made.g, wrt=(0, 1))(2.0, 3.0),
            lambda: grad(made.g, wrt=(1, 0))(2.0, 3.0),
            lambda: value_and_grad(made.g)(2.0, 3.0),
            lambda: grad(made.f, has_aux=True)(2.0, 3.0),
            lambda: grad(made.g, allow_unused=True)(2.0, 3.0),
            lambda: grad(made.g)(2.0, 3),
            lambda: grad(made.g)(2.0, 3.0, "b"),
            lambda: grad(made.g)(array, 3.0),
            lambda: grad(made.g)(array.astype(np.float32), 3.0),
            lambda: grad(made.g)(array[:1], 3.0),
            lambda: grad(made.g)(array, column),
            lambda: grad(made.g)(array, column.T),
        ]

    expected = [call() for call in calls(module(tmp_path / "a.py", text))]
    assert len(compiled) == len(expected)
    found = [call() for call in calls(module(tmp_path / "a.py", text))]
    assert len(compiled) == len(expected)
    assert repr(found) == repr(expected)


def test_versions_are_part_of_the_key(tmp_path, compiled, monkeypatch):
    def call():
        new_process()
        assert grad(module(tmp_path / "a.py", SQUARE).f)(3.0) == 6.0
        return len(compiled)

    assert call() == call() == 1
    monkeypatch.setattr(np, "__version__", "2.0.0.faked")
    assert call() == call() == 2
    monkeypatch.setattr(versions, "_files", lambda: "the package was edited")
    assert call() == call() == 3
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert call() == call() == 4


def test_without_the_package_s_files_nothing_is_kept(tmp_path, compiled, monkeypatch, folder):
    monkeypatch.setattr(versions, "_files", lambda: None)
    assert grad(module(tmp_path / "a.py", SQUARE).f)(3.0) == 6.0
    assert entries(folder) == []


# ----- what does not -----

SAME = {
    "lines before it": ("def f(x):\n    return x * x", "def f", "A = 1\n\n\ndef f"),
    "lines after it": ("def f(x):\n    return x * x\nA = 1", "A = 1", "A = 2"),
    "a global it does not read": ("A = 1\ndef f(x):\n    return x * x", "A = 1", "A = 2"),
    "the elements of an array": (
        "import numpy as np\nW = np.ones(3)\ndef f(x):\n    return np.sum(W * x)",
        "np.ones(3)",
        "np.full(5, 2.0)",
    ),
    "the numbers in a list": (
        "W = [1.0, 2.0]\ndef f(x):\n    return W[0] * x * x + W[1] * x",
        "[1.0, 2.0]",
        "[3.0, 4.0]",
    ),
    "the fields of an object": (
        "class C:\n    pass\nc = C()\nc.k = 2.0\ndef f(x):\n    return c.k * x",
        "c.k = 2.0",
        "c.k = 3.0",
    ),
}


@pytest.mark.parametrize(("text", "old", "new"), SAME.values(), ids=SAME)
def test_what_the_text_does_not_depend_on(tmp_path, compiled, text, old, new):
    for program in (text, replaced(text, old, new)):
        derivative = grad(module(tmp_path / "a.py", program).f)
        assert derivative(1.5) == pytest.approx(slope(derivative.primal, 1.5))
    assert len(compiled) == 1


def test_a_moved_file_is_found_again(tmp_path, compiled):
    assert grad(module(tmp_path / "a.py", SQUARE).f)(3.0) == 6.0
    assert grad(module(tmp_path / "b.py", SQUARE).f)(3.0) == 6.0
    assert len(compiled) == 1


def test_two_lambdas_of_one_line(tmp_path, compiled):
    text = "fs = [lambda x: x * x, lambda x: x * x * x]"
    for _ in range(2):
        made = module(tmp_path / "a.py", text)
        assert [grad(f)(2.0) for f in made.fs] == [4.0, 12.0]
    assert len(compiled) == 2


# ----- one object in two places -----

CLOSURES = """
    def make(k):
        def g(x):
            y = k * x
            for _ in range(1):
                y = y * 1.0
            return y
        return g

    one = make(2.0)
    two = {two}

    def f(x, a=one, b=two):
        return a(x) + b(x)

    def h(x):
        return one(x) + two(x)
"""


@pytest.mark.parametrize("name", ["f", "h"])
@pytest.mark.parametrize("order", [("one", "make(3.0)"), ("make(3.0)", "one")])
def test_two_closures_of_one_function_are_not_one_closure(tmp_path, name, order):
    for two in order:
        made = module(tmp_path / "a.py", CLOSURES.format(two=two))
        assert grad(getattr(made, name))(1.0) == 4.0 if two == "one" else 5.0


def test_two_arrays_are_not_one_array(tmp_path, compiled):
    text = """
        import numpy as np
        a = np.ones(2)
        b = {b}
        def f(x):
            return np.sum(a * x) + np.sum(b * x * x)
    """
    for b in ("a", "np.full(2, 5.0)"):
        derivative = grad(module(tmp_path / "a.py", text.format(b=b)).f)
        assert derivative(1.0) == pytest.approx(slope(derivative.primal, 1.0))


# ----- entries that are not what they should be -----


def broken_text(folder):
    rewrite(folder, lambda program: program | {"text": "def f_grad(x:"})


def other_function(folder):
    rewrite(folder, lambda program: program | {"name": "other"})


def failing_text(folder):
    rewrite(folder, lambda program: program | {"text": "raise SystemError\n" + program["text"]})


def no_text(folder):
    rewrite(folder, lambda program: {k: v for k, v in program.items() if k != "text"})


def wrong_place(folder):
    rewrite(folder, lambda program: program | {"outside": {"x": [["argument", 7]]}})


def wrong_steps(folder):
    rewrite(folder, lambda program: program | {"outside": {"x": [["fly"]]}})


def wrong_reads(folder):
    rewrite(folder, lambda program: program | {"reads": [1, None]})


def wrong_pairs(folder):
    rewrite(folder, lambda program: program | {"same": [[[], []], 3]})


def no_programs(folder):
    for path in entries(folder):
        disk.store(path.stem, {"anything": 1})


def truncated(folder):
    for path in entries(folder):
        path.write_bytes(path.read_bytes()[:100])


def damaged(folder):
    for path in entries(folder):
        path.write_bytes(path.read_bytes().replace(b"return", b"retort"))


def world_writable(folder):
    for path in entries(folder):
        path.chmod(0o666)


def rewrite(folder, change):
    for path in entries(folder):
        (program,) = disk.load(path.stem)["programs"]
        disk.store(path.stem, {"programs": [change(program)]})


@pytest.mark.parametrize(
    "spoil",
    [
        broken_text, other_function, failing_text, no_text, wrong_place, wrong_steps, wrong_reads,
        wrong_pairs, no_programs, truncated, damaged,
        pytest.param(world_writable, marks=pytest.mark.skipif(os.name == "nt", reason="modes")),
    ],
)  # fmt: skip
def test_a_spoiled_entry_is_rewritten(tmp_path, compiled, folder, spoil):
    def call():
        assert grad(module(tmp_path / "a.py", SQUARE).f)(3.0) == 6.0
        return len(compiled)

    assert call() == 1
    spoil(folder)
    assert call() == 2
    assert call() == 2


@pytest.mark.skipif(os.name == "nt", reason="modes")
def test_an_entry_in_a_folder_that_others_may_write_to_is_not_used(tmp_path, compiled, folder):
    for number in (1, 2):
        assert grad(module(tmp_path / "a.py", SQUARE).f)(3.0) == 6.0
        assert len(compiled) == number
        folder.chmod(0o777)


# ----- the folder -----


def test_off(tmp_path, compiled, monkeypatch, folder):
    monkeypatch.setenv("ADCOMPILE_CACHE", "off")
    for number in (1, 2):
        assert grad(module(tmp_path / "a.py", SQUARE).f)(3.0) == 6.0
        assert len(compiled) == number
    assert not folder.exists()


def test_another_folder(tmp_path, compiled, monkeypatch, folder):
    assert grad(module(tmp_path / "a.py", SQUARE).f)(3.0) == 6.0
    monkeypatch.setenv("ADCOMPILE_CACHE", str(tmp_path / "other"))
    assert grad(module(tmp_path / "a.py", SQUARE).f)(3.0) == 6.0
    assert len(compiled) == 2
    assert [path.name for path in entries(tmp_path / "other")] == [p.name for p in entries(folder)]


def test_a_folder_that_cannot_be_written(tmp_path, compiled, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ADCOMPILE_CACHE", str(tmp_path / "file" / "cache"))
    assert grad(module(tmp_path / "a.py", SQUARE).f)(3.0) == 6.0


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="modes do not stop this user")
def test_a_read_only_folder(tmp_path, compiled, folder):
    folder.mkdir(mode=0o500)
    assert grad(module(tmp_path / "a.py", SQUARE).f)(3.0) == 6.0
    assert entries(folder) == []


def test_clear_cache_forgets_everything(tmp_path, compiled, folder):
    derivative = grad(module(tmp_path / "a.py", SQUARE).f)
    assert derivative(3.0) == 6.0
    assert adcompile.clear_cache() == 1
    assert entries(folder) == []
    assert derivative.source is None
    assert derivative(3.0) == 6.0
    assert len(compiled) == 2


def test_processes_may_race(tmp_path, folder):
    (tmp_path / "program.py").write_text(
        "import numpy as np\nfrom adcompile import grad\n"
        "K = 3.0\ndef g(x):\n    return K * x * x\n"
        "def f(x):\n    return np.sin(g(x))\n"
        "print(float(grad(f)(0.5)))\n"
    )
    root = str(Path(adcompile.__file__).parents[1])
    command = [sys.executable, str(tmp_path / "program.py")]
    environment = {**os.environ, "PYTHONPATH": root}
    racing = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    expected = np.cos(0.75) * 3.0
    for process in racing:
        printed, _ = process.communicate()
        assert float(printed) == pytest.approx(expected)
    assert all(json.loads(path.read_text()) for path in entries(folder))
    assert float(run(tmp_path)) == pytest.approx(expected)


# ----- in memory -----


def test_threads_compile_once(compiled):
    def f(x, y):
        z = np.sin(x) * y
        return np.sum(z * z)

    derivative = grad(f, wrt=(0, 1))
    x, y = np.linspace(0.0, 1.0, 4), np.linspace(1.0, 2.0, 4)
    barrier, results = threading.Barrier(12), []

    def call():
        barrier.wait()
        results.append(derivative(x, y))

    threads = [threading.Thread(target=call) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 12
    assert compiled == ["f"]
    z = np.sin(x) * y
    for d_x, d_y in results:
        np.testing.assert_allclose(d_x, 2 * z * np.cos(x) * y)
        np.testing.assert_allclose(d_y, 2 * z * np.sin(x))


def test_threads_with_arguments_of_different_kinds(compiled):
    def f(x):
        return np.sum(x * x)

    derivative = grad(f)
    arguments = [2.0, np.ones(3), np.ones((2, 2)), np.ones((2, 1)), np.float32(1.0)] * 3
    barrier, results = threading.Barrier(len(arguments)), {}

    def call(number, x):
        barrier.wait()
        results[number] = derivative(x)

    threads = [threading.Thread(target=call, args=pair) for pair in enumerate(arguments)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(compiled) == 5
    for number, x in enumerate(arguments):
        np.testing.assert_array_equal(results[number], 2 * x)


def test_grad_written_inline_compiles_once(compiled):
    def f(x):
        return x * x * x

    assert [grad(f)(float(x)) for x in range(5)] == [3.0 * x * x for x in range(5)]
    assert [grad(f, wrt="x")(float(x)) for x in range(5)] == [3.0 * x * x for x in range(5)]
    assert compiled == ["f"]


def test_a_function_made_again_is_not_compiled_again(compiled):
    def make(k):
        def f(x):
            return k * x

        return f

    for k in (2.0, 2.0, 3.0):
        assert grad(make(k))(1.0) == k
    assert compiled == ["f", "f"]


def test_attributes_copied_to_another_function_bring_no_texts(compiled):
    import functools

    def f(x):
        return x * x

    assert grad(f)(3.0) == 6.0

    @functools.wraps(f)
    def g(x):
        return x * x * x

    assert grad(g)(3.0) == 27.0


def test_functions_and_arguments_are_not_kept_alive():
    def run_once():
        def f(x, c):
            return np.sum(x * c)

        x, c = np.ones(3), np.ones(3)
        grad(f)(x, c)
        return weakref.ref(f), weakref.ref(x), weakref.ref(c)

    found = run_once()
    gc.collect()
    assert [reference() for reference in found] == [None, None, None]


def test_arguments_are_not_kept_by_the_derivative():
    def f(x):
        return np.sum(x * x)

    derivative, x = grad(f), np.ones(3)
    derivative(x)
    found = weakref.ref(x)
    del x
    assert found() is None


scale = 2.0
weights = np.ones(2)
factors = [1.0, 2.0]


def helper(x):
    return 2.0 * x


def other_helper(x):
    return 7.0 * x


def uses_constant(x):
    return scale * x


def uses_array(x):
    return np.sum(weights * x)


def uses_list(x):
    total = 0.0
    for factor in factors:
        total = total + factor * x
    return total


def uses_helper(x):
    return helper(x)


def uses_builtin(x):
    return abs(x)


CHANGES = [
    ("uses_constant", "scale", 5.0),
    ("uses_constant", "scale", np.full(1, 3.0)),
    ("uses_array", "weights", np.full(2, 3.0)),
    ("uses_array", "weights", np.full((2, 2), 3.0)),
    ("uses_list", "factors", [1.0, 2.0, 3.0]),
    ("uses_helper", "helper", other_helper),
    ("uses_builtin", "abs", other_helper),
]


@pytest.mark.parametrize(("name", "changed", "value"), CHANGES)
def test_a_global_changed_between_calls(monkeypatch, name, changed, value):
    function = globals()[name]
    derivative = grad(function)
    before = derivative(1.5)
    assert before == pytest.approx(slope(function, 1.5))
    with monkeypatch.context() as patch:
        patch.setitem(globals(), changed, value)
        assert derivative(1.5) == pytest.approx(np.squeeze(slope(function, 1.5)))
    assert derivative(1.5) == before


def test_a_list_changed_in_place():
    derivative = grad(uses_list)
    assert derivative(1.0) == 3.0
    factors.append(10.0)
    try:
        assert derivative(1.0) == 13.0
    finally:
        factors.pop()
    assert derivative(1.0) == 3.0


def test_a_member_of_a_module_changed_between_calls():
    space = types.ModuleType("space")
    space.k = 2.0

    def f(x):
        return space.k * x

    derivative = grad(f)
    assert derivative(1.0) == 2.0
    space.k = 3.0
    assert derivative(1.0) == 3.0


def test_a_method_replaced_between_calls():
    class Model:
        def __init__(self):
            self.k = 2.0

        def apply(self, x):
            return self.k * x

    model = Model()

    def f(x):
        return model.apply(x)

    derivative = grad(f)
    assert derivative(1.0) == 2.0
    Model.apply = lambda self, x: self.k * x * 10.0
    assert derivative(1.0) == 20.0


def test_code_replaced_inside_a_function(tmp_path):
    """IPython's `autoreload` does that."""
    text = "def g(x):\n    return 2.0 * x\ndef f(x):\n    return g(x)"
    made = module(tmp_path / "a.py", text)
    derivative = grad(made.f)
    assert derivative(1.0) == 2.0
    edited = module(tmp_path / "a.py", text.replace("2.0", "30.0"))
    made.g.__code__ = edited.g.__code__
    assert derivative(1.0) == 30.0
    edited = module(tmp_path / "a.py", text.replace("return g(x)", "return g(x) * x"))
    made.g.__code__, made.f.__code__ = edited.g.__code__, edited.f.__code__
    assert derivative(3.0) == 12.0


def test_a_global_that_changes_at_every_call_does_not_pile_up(monkeypatch, compiled):
    derivative = grad(uses_array)
    for number in range(50):
        monkeypatch.setitem(globals(), "weights", np.full(2, float(number)))
        assert derivative(1.0) == 2.0 * number
    assert len(derivative._specialisations._entries) == 1
    assert compiled == ["uses_array"]


def test_a_constant_that_changes_at_every_call_does_not_pile_up(monkeypatch, folder):
    derivative = grad(uses_constant)
    for number in range(20):
        monkeypatch.setitem(globals(), "scale", float(number))
        assert derivative(1.0) == float(number)
    assert len(derivative._specialisations._entries) == 1
    (path,) = entries(folder)
    assert len(disk.load(path.stem)["programs"]) <= 8


def test_the_number_of_kinds_is_bounded():
    def f(x, mode):
        return x * x

    derivative = grad(f)
    for number in range(100):
        assert derivative(3.0, f"mode {number}") == 6.0
    assert len(derivative._specialisations._entries) <= 32
    assert derivative(3.0, "mode 0") == 6.0


RULE = """
    import numpy as np
    from adcompile import custom_rule, fixed_point, on_backward, stop_gradient

    seen = []

    @custom_rule
    def square(x):
        return x * x

    @square.pullback
    def pulled(d, y, x):
        return FACTOR * d * x

    FACTOR = 2.0

    def note(d):
        seen.append(d)

    def halved(z, a):
        return 0.5 * z + a

    def f(x):
        y = square(on_backward(x, note)) * stop_gradient(x)
        return y + fixed_point(halved, 0.0, x)
"""


def test_rules_of_the_users_own_are_part_of_the_program(tmp_path, compiled):
    for text, expected in ((RULE, 20.0), (RULE, 20.0), (RULE.replace("* d *", "+ d *"), 13.0)):
        program = module(tmp_path / "a.py", text)
        assert grad(program.f)(3.0) == pytest.approx(expected)
        assert len(program.seen) == 1
    assert compiled == ["f", "f"]


def test_a_new_pullback_is_compiled(tmp_path):
    program = module(tmp_path / "a.py", RULE)
    derivative = grad(program.f)
    assert derivative(3.0) == pytest.approx(20.0)
    program.square.pullback(module(tmp_path / "b.py", RULE.replace("* d *", "+ d *")).pulled)
    assert derivative(3.0) == pytest.approx(13.0)


NESTED = """
    import numpy as np
    from adcompile import grad

    FACTOR = 2.0

    def inner(y, a):
        return FACTOR * y**2 * a**3

    slope = grad(inner)

    def f(x):
        return slope(x, x) + grad(lambda y: inner(y, x))(x)
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("grad(inner)", "grad(inner, wrt=1)"),
        ("FACTOR = 2.0", "FACTOR = 3.0"),
        ("y**2", "y**4"),
        ("inner(y, x)", "inner(x, y)"),
    ],
)
def test_derivatives_inside_are_looked_at_again(tmp_path, compiled, old, new):
    path = tmp_path / "a.py"
    first = grad(module(path, NESTED).f)
    value = first(1.5)
    assert grad(module(path, NESTED).f)(1.5) == value
    assert compiled.count("f") == 1
    second = grad(module(path, NESTED.replace(old, new)).f)
    changed = second(1.5)
    assert compiled.count("f") == 2
    h = 1e-6
    plain = second.primal
    assert changed == pytest.approx((plain(1.5 + h) - plain(1.5 - h)) / (2 * h), rel=1e-6)
    assert changed != value


def test_a_derivative_of_a_derivative_is_found_again(tmp_path, compiled):
    for _ in range(2):
        second = grad(grad(module(tmp_path / "a.py", NESTED).inner))
        assert second(1.5, 2.0) == 32.0
    assert compiled == ["inner_grad"]
