"""The import statements at the top of a text, in the order that linters want."""

from __future__ import annotations

import sys

from adcompile.records import field, record

# In the text, NumPy is always called `np`.
MODULES = {
    "np": "numpy",
    "math": "math",
    "itertools": "itertools",
    "statistics": "statistics",
}


@record(frozen=False)
class Imports:
    """What a text imports.

    Attributes:
        modules: modules with the names they have in the text: `import numpy as np`.
        members: modules, the names of things in them, and the names they have in the text.
    """

    modules: set[tuple[str, str]] = field(default_factory=set)
    members: set[tuple[str, str, str]] = field(default_factory=set)

    def module(self, path: str, name: str) -> None:
        """Note that the module `path` is called `name`."""
        self.modules.add((path, name))

    def member(self, path: str, member: str, name: str) -> None:
        """Note that `member` of the module `path` is called `name`."""
        self.members.add((path, member, name))

    def add(self, other: Imports) -> None:
        """Take over what another text imports."""
        self.modules |= other.modules
        self.members |= other.members

    def origins(self) -> list[tuple[str, str]]:
        """What is imported, by dotted name, with the names in the text."""
        members = ((f"{path}.{member}", name) for path, member, name in self.members)
        return sorted({*self.modules, *members})

    def render(self) -> str:
        """The statements: the standard library, other packages, adcompile; each group sorted."""
        groups = [[line for place, line in self._lines() if place == group] for group in range(3)]
        return "\n\n".join("\n".join(group) for group in groups if group)

    def _lines(self) -> list[tuple[int, str]]:
        lines = [
            (_group(path), f"import {path}" if path == name else f"import {path} as {name}")
            for path, name in sorted(self.modules)
        ]
        for path in sorted({path for path, *_ in self.members}):
            found = sorted(
                [(member, name) for p, member, name in self.members if p == path],
                key=lambda pair: (_rank(pair[0]), pair),
            )
            plain = [member for member, name in found if member == name]
            if plain:
                lines.append((_group(path), f"from {path} import {', '.join(plain)}"))
            lines += (
                (_group(path), f"from {path} import {member} as {name}")
                for member, name in found
                if member != name
            )
        return lines


def _group(path: str) -> int:
    root = path.partition(".")[0]
    return 0 if root in sys.stdlib_module_names else 2 if root == "adcompile" else 1


def _rank(name: str) -> int:
    """Linters sort constants before classes before the rest."""
    return 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
