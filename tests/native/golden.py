"""The golden texts of native functions."""

from pathlib import Path

from adcompile import grad
from tests.golden.functions import ROWS

FOLDER = Path(__file__).parent / "text"
NAMES = (
    "rollout", "exits", "smoothed", "dictionary", "two_calls", "masked", "gather", "log_sum_exp",
    "hidden_states", "diffused", "interference",
)  # fmt: skip


def text(name: str) -> str:
    """The native text of one gradient."""
    function, arguments, wrt = ROWS[name]
    return grad(function, wrt=wrt, backend="numba").source_for(*arguments)


def write() -> None:
    """Write the files anew."""
    FOLDER.mkdir(exist_ok=True)
    for name in NAMES:
        (FOLDER / f"{name}.py").write_text(text(name))
