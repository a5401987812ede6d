"""Write the golden files anew."""

from pathlib import Path

from adcompile import grad, hessian, jacobian
from adcompile.api import derive
from tests.golden.functions import OTHERS, ROWS

FOLDER = Path(__file__).parent / "text"
NAMES = (*ROWS, *OTHERS)


def text(name: str) -> str:
    """The text of one gradient, or of another derivative."""
    if name in OTHERS:
        return text_of_other(name)
    function, arguments, wrt = ROWS[name]
    return grad(function, wrt=wrt).source_for(*arguments)


def text_of_other(name: str) -> str:
    """The text of a derivative along tangents, of a pullback, or of a derivative of a derivative; of
    a gradient that is not that of the function, on purpose."""
    verb, function, arguments, wrt = OTHERS[name]
    positions = wrt if isinstance(wrt, tuple) else (wrt,)
    if verb.startswith("sparse"):
        matrix = hessian if verb == "sparse hessian" else jacobian
        return str(matrix(function, wrt=wrt, sparse=True).pattern_source_for(*arguments))
    tangents = () if verb in ("vjp", "grad") else tuple(arguments[i] for i in positions)
    return str(derive(verb, function, wrt).source_for(*arguments, *tangents))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in NAMES:
        (FOLDER / f"{name}.py").write_text(text(name))
