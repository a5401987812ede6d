"""From the text of a native gradient to the function that runs it.

The text is a file in the cache's folder, and numba keeps what it compiled next to it. The file's
name is a digest of the text and of the versions of everything that compiled it or is called by it,
so that neither is ever stale. Without a cache the text is compiled in memory.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.util
import linecache
import re
import sys
import types
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from adcompile.cache import disk, versions
from adcompile.errors import RefusedError
from adcompile.loading import Module

__all__ = ["available", "load_native", "version"]

_COMPILED = "__pycache__"


def version() -> str:
    """The version of numba, as a part of the key of a text.

    Raises:
        RefusedError: it is not installed.
    """
    if not available():
        raise RefusedError(
            'backend="numba" needs numba, which is not installed',
            "pip install adcompile[numba]",
        )
    import numba

    return str(numba.__version__)


def is_known() -> bool:
    """Whether numba is of a version whose insides are known: in others they are left alone, which
    compile as correctly and take longer."""
    import numba

    return numba.version_info.short in _KNOWN


_KNOWN = frozenset({(0, 68)})


def available() -> bool:
    """Whether numba is installed."""
    return importlib.util.find_spec("numba") is not None


def load_native(compiled: Module) -> Callable[..., Any]:
    """The function that a native text defines.

    Raises:
        RefusedError: numba is not installed.
    """
    if _uses_scipy(compiled.text):
        importlib.import_module("adcompile.native.special")
    name = _name(compiled.name, compiled.text)
    path = _written(name, compiled.text)
    module = types.ModuleType(name)
    module.__dict__.update(compiled.outside)
    filename = f"<{name}>" if path is None else str(path)
    module.__file__ = filename
    lines = compiled.text.splitlines(keepends=True)
    linecache.cache[filename] = (len(compiled.text), None, lines, filename)
    # What numba finds in its cache looks for its module by name.
    sys.modules[name] = module
    exec(compile(compiled.text, filename, "exec", dont_inherit=True), module.__dict__)
    functions = [value for value in vars(module).values() if _is_native(value, name)]
    _prepare(functions)
    if path is not None and is_known():
        _keep_machine_code(functions[-1:], path.parent, name)
    elif path is not None:
        functions[-1].enable_caching()
    return _guarded(getattr(module, compiled.name), compiled.name)


def _prepare(functions: Sequence[Any]) -> None:
    """Say that Python calls only the last one of some functions."""
    for function in functions:
        is_entry = function is functions[-1]
        function.targetoptions.update(no_cpython_wrapper=not is_entry, no_cfunc_wrapper=True)
        if is_known():
            from adcompile.native import pipeline

            pipeline.use(function, is_entry)
        if is_entry:
            function.compile = _quiet(function.compile)


def _name(name: str, text: str) -> str:
    """The name of a module: a digest of all that its machine code depends on."""
    of_scipy = None
    if _uses_scipy(text):
        import scipy

        of_scipy = scipy.__version__
    key = text, version(), versions.of_compiler(), of_scipy
    digest = hashlib.sha256(repr(key).encode())
    return f"adcompile_{name}_{digest.hexdigest()[:24]}"


def _uses_scipy(text: str) -> bool:
    """Whether a text calls special functions."""
    return re.search(r"^from scipy import", text, re.MULTILINE) is not None


def _keep_machine_code(functions: Sequence[Any], folder: Path, name: str) -> None:
    """Let functions, and what they call, be compiled by one process for all others."""
    from adcompile.native import machine_code

    for function in functions:
        machine_code.keep(function, folder / _COMPILED, name, is_entry=True)
        _keep_helpers(folder)


@functools.lru_cache(1)
def _keep_helpers(folder: Path) -> None:
    from adcompile.native import complexes, elementary, helpers, machine_code, rows, transforms

    # The text says to what the files of machine code belong.
    text = '"""The functions of `adcompile.native` that native texts call, compiled."""\n'
    name = _name("helpers", text)
    _written(name, text)
    for module in (complexes, elementary, helpers, rows, transforms):
        for value in vars(module).values():
            if _is_native(value, module.__name__):
                machine_code.keep(value, folder / _COMPILED, name, is_entry=False)


def _is_native(value: Any, module: str) -> bool:
    """Whether a value is a function that numba compiles, of this module."""
    return getattr(value, "__module__", None) == module and hasattr(value, "py_func")


def _quiet(compiled: Callable[..., Any]) -> Callable[..., Any]:
    """What compiles a function for types of arguments, without advice for who wrote it."""
    from numba.core.errors import NumbaPerformanceWarning

    def run(*types: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NumbaPerformanceWarning)
            return compiled(*types)

    return run


def _guarded(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The function, with what numba cannot compile as a refusal."""
    from numba.core.errors import NumbaError

    compiled = False

    def run(*args: Any) -> Any:
        nonlocal compiled
        if compiled:
            try:
                return function(*args)
            except NumbaError as error:
                raise _refusal(error, name) from error
        try:
            result = function(*args)
        except (NumbaError, AssertionError, NotImplementedError) as error:
            raise _refusal(error, name) from error
        compiled = True
        return result

    return run


def _refusal(error: Exception, name: str) -> RefusedError:
    """What numba says of a line of the text, which stands below the user's line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = next((line for line in lines if not line.startswith("Failed in")), "?")
    code, user = _lines_of(error, name)
    what = f"`{code}`, below `# {user}`," if user else f"`{code or name}`"
    return RefusedError(
        f"numba cannot compile {what}: {said[:200]}",
        'leave out backend="numba", or give fallback=True',
    )


def _lines_of(error: Exception, name: str) -> tuple[str, str]:
    """The line of the text that an error is about, and the user's line in the comment above it."""
    place = getattr(error, "loc", None)
    filename, number = (place.filename, place.line) if place is not None else ("", 0)
    # An error in a function that is called comes first.
    for found in re.finditer(r" at (\S+) \((\d+)\)", str(error)):
        if name in found[1]:
            filename, number = found[1], int(found[2])
            break
    code = linecache.getline(filename, number).strip()
    for before in range(number - 1, 0, -1):
        line = linecache.getline(filename, before).strip()
        if line.startswith("# ") and line != "# backward":
            return code, line.removeprefix("# ")
        if line.startswith("def "):
            break
    return code, ""


def _written(name: str, text: str) -> Path | None:
    """The file that holds a text; None without a folder that only the user can write to."""
    where = disk.native()
    if where is None:
        return None
    path = where / f"{name}.py"
    data = text.encode()
    with contextlib.suppress(OSError):
        if path.read_bytes() == data:
            return path
    try:
        disk.write(path, data)
    except OSError:
        return None
    return path
