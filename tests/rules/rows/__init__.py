"""The rows of the contract, one module for each module of rules."""

import importlib

from tests.rules.contract import SCIPY, Row
from tests.rules.rows import (
    complex_numbers,
    creation,
    decompositions,
    differences,
    elementwise,
    fft,
    indexing,
    linalg,
    lists,
    operators,
    products,
    reductions,
    selecting,
    shape,
    sorting,
)

FAMILIES: dict[str, list[Row]] = {
    module.__name__.rpartition(".")[2]: module.ROWS
    for module in (
        operators,
        elementwise,
        indexing,
        reductions,
        shape,
        products,
        linalg,
        lists,
        creation,
        selecting,
        differences,
        sorting,
        decompositions,
        complex_numbers,
        fft,
    )
}

# Their rows name functions of SciPy's.
_OF_SCIPY = ("special", "linalg", "stats")
if SCIPY:
    FAMILIES |= {
        f"scipy {name}": importlib.import_module(f"tests.rules.rows.scipy_{name}").ROWS
        for name in _OF_SCIPY
    }
