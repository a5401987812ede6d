"""Write the golden files anew."""

from pathlib import Path

from adcompile import grad
from tests.golden.functions import ROWS

FOLDER = Path(__file__).parent / "text"


def text(name: str) -> str:
    """The text of one gradient."""
    function, arguments, wrt = ROWS[name]
    return grad(function, wrt=wrt).source_for(*arguments)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in ROWS:
        (FOLDER / f"{name}.py").write_text(text(name))
