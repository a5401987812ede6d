"""From the text of a gradient to the function that runs it.

What a text that comes from the cache needs, and no more: loading one imports no part of the
compiler.
"""

from __future__ import annotations

import functools
import hashlib
import linecache
import types
from typing import Any

from adcompile.records import field, record

__all__ = ["GENERATED", "Module", "load"]

GENERATED = "adcompile.generated."


@record(frozen=False)
class Module:
    """A compiled gradient.

    Attributes:
        text: its text.
        name: the name of the function that it defines.
        outside: what its text names from outside, by name.
        native: whether numba compiles it.
    """

    text: str
    name: str
    outside: dict[str, Any] = field(default_factory=dict)
    native: bool = False


def load(compiled: Module, filename: str | None = None) -> Any:
    """The function that a text defines; tracebacks and debuggers show the text.

    Args:
        compiled: the text and what it names from outside.
        filename: the name under which the text is registered.
    """
    if compiled.native:
        from adcompile.native.loading import load_native

        return load_native(compiled)
    if filename is None:
        digest = hashlib.sha256(compiled.text.encode()).hexdigest()[:8]
        filename = f"<adcompile {compiled.name} {digest}>"
    lines = compiled.text.splitlines(keepends=True)
    linecache.cache[filename] = (len(compiled.text), None, lines, filename)
    namespace: dict[str, Any] = {"__name__": f"{GENERATED}{compiled.name}"}
    namespace |= compiled.outside
    exec(_code(compiled.text, filename), namespace)
    return namespace[compiled.name]


# A text is loaded again whenever something that it names from outside is replaced.
@functools.lru_cache(maxsize=512)
def _code(text: str, filename: str) -> types.CodeType:
    return compile(text, filename, "exec", dont_inherit=True)
