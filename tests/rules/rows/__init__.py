"""The rows of the contract, one module for each module of rules."""

from tests.rules.contract import Row
from tests.rules.rows import (
    complex_numbers,
    creation,
    decompositions,
    differences,
    elementwise,
    fft,
    indexing,
    linalg,
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
        creation,
        selecting,
        differences,
        sorting,
        decompositions,
        complex_numbers,
        fft,
    )
}
