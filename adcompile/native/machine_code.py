"""What numba has compiled, between processes.

numba can keep machine code by itself, but before it looks for any it prepares to compile, which is
most of what a second process waits for; and it keeps an index for each function, in which two
processes that write at once may leave what is the other's. Here each function and each types of
its arguments have a file of their own, whose name is a digest of them.
"""

from __future__ import annotations

import contextlib
import hashlib
import pickle
from pathlib import Path
from typing import Any

from llvmlite import binding
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.runtime.nrt import rtsys
from numba.core.serialize import dumps

from adcompile.cache import disk

__all__ = ["keep"]


def keep(function: Any, folder: Path, prefix: str, is_entry: bool) -> None:
    """Let a function that numba compiles be looked for in a folder first, and be written there.

    Args:
        function: the dispatcher.
        folder: which nobody but the user can write to.
        prefix: how its files begin: a digest of all that its code depends on.
        is_entry: whether Python calls it, and not other functions.
    """
    function._cache = _Kept(folder, f"{prefix}.{function.py_func.__name__}", is_entry)


class _Kept(NullCache):
    """The files of one function, as numba asks for them."""

    def __init__(self, folder: Path, prefix: str, is_entry: bool) -> None:
        self._folder = folder
        self._prefix = prefix
        self._is_entry = is_entry

    @property
    def cache_path(self) -> str:
        """The folder."""
        return str(self._folder)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The machine code for types of arguments; None where there is none."""
        try:
            content = disk.read(self._path(sig, target_context.codegen()))
        except OSError:
            return None
        payload = None if content is None else _checked(content)
        if payload is None:
            return None
        # What the code calls to allocate memory.
        rtsys.initialize(target_context)
        try:
            known, parts = pickle.loads(payload)
        except (AttributeError, ImportError):
            return None
        return CompileResult._rebuild(target_context, *parts) if known == sig else None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Write the machine code for types of arguments."""
        if data.lifted or data.library.has_dynamic_globals:
            return
        library, descriptor, *rest = data._reduce()
        if self._is_entry:
            library = _unlinked(library, descriptor.llvm_cpython_wrapper_name)
        payload = dumps((sig, (library, descriptor, *rest)))
        path = self._path(sig, data.codegen)
        with contextlib.suppress(OSError):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            disk.write(path, hashlib.sha256(payload).digest() + payload)

    def _path(self, sig: Any, codegen: Any) -> Path:
        asked = repr((sig, codegen.magic_tuple()))
        digest = hashlib.sha256(asked.encode()).hexdigest()[:24]
        return self._folder / f"{self._prefix}.{digest}.nbc"


def _unlinked(library: Any, name: str) -> Any:
    """A library without what other functions are linked with, which is longer than the machine code
    and takes longer to read; of that only the name of the function is looked up."""
    known, form, (code, _) = library
    module = binding.parse_assembly(f'define void @"{name}"() {{ ret void }}')
    return known, form, (code, module.as_bitcode())


def _checked(content: bytes) -> bytes | None:
    """The payload of a file; None where it was damaged."""
    checksum, payload = content[:32], content[32:]
    return payload if hashlib.sha256(payload).digest() == checksum else None
