"""The contract that every derivative rule keeps, over rows of a table.

A row is an expression as text and a maker for each name in it. What is checked of it is the same
for all functions, see `Program.check`; adding a function is adding rows (in `rows/`).
"""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import math
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import adcompile
from adcompile.libraries import MODULES
from adcompile.testing import check_grads

Maker = Callable[[np.random.Generator], Any]


# ----- makers of arguments -----


def array(*shape: int, low: float = -2.0, high: float = 2.0, dtype: Any = np.float64) -> Maker:
    """Random floats, some negative, none near zero or another place where functions have kinks."""

    def make(rng: np.random.Generator) -> Any:
        values = rng.uniform(low, high, shape)
        return np.where(np.abs(values) < 0.05, 0.3, values).astype(dtype)[()]

    return make


def complexes(*shape: int, dtype: Any = np.complex128) -> Maker:
    """Random complex numbers, no part of which is near zero."""

    def make(rng: np.random.Generator) -> Any:
        parts = [array(*shape)(rng) for _ in range(2)]
        return np.asarray(parts[0] + 1j * parts[1]).astype(dtype)[()]

    return make


def hermitian(*shape: int) -> Maker:
    """Hermitian positive definite matrices, of the last two axes."""

    def make(rng: np.random.Generator) -> Any:
        x = complexes(*shape)(rng)
        return x @ np.conj(np.swapaxes(x, -1, -2)) + shape[-1] * np.eye(shape[-1])

    return make


def complex_regular(*shape: int) -> Maker:
    """Complex matrices far from singular, of the last two axes."""
    return lambda rng: complexes(*shape)(rng) / 2 + 3 * np.eye(shape[-1])


def complex_number() -> Maker:
    """A Python complex number."""
    return lambda rng: complex(complexes()(rng))


def positive(*shape: int) -> Maker:
    return array(*shape, low=0.3, high=2.0)


def inside(*shape: int) -> Maker:
    """Between minus one and one."""
    return array(*shape, low=-0.9, high=0.9)


def above_one(*shape: int) -> Maker:
    return array(*shape, low=1.2, high=3.0)


def apart(*shape: int) -> Maker:
    """No two elements are near each other."""

    def make(rng: np.random.Generator) -> Any:
        count = int(np.prod(shape, dtype=int))
        return ((rng.permutation(count) - count / 2 + 0.3) / 2).reshape(shape)

    return make


def definite(*shape: int) -> Maker:
    """Symmetric positive definite matrices, of the last two axes."""

    def make(rng: np.random.Generator) -> Any:
        x = rng.normal(size=shape)
        return x @ np.swapaxes(x, -1, -2) + shape[-1] * np.eye(shape[-1])

    return make


def regular(*shape: int) -> Maker:
    """Matrices far from singular, of the last two axes."""
    return lambda rng: rng.normal(size=shape) + 3 * np.eye(shape[-1])


def integers(*shape: int, below: int = 3) -> Maker:
    return lambda rng: rng.integers(0, below, shape)


def mask(*shape: int) -> Maker:
    """Booleans, both kinds if there are two."""

    def make(rng: np.random.Generator) -> Any:
        count = int(np.prod(shape, dtype=int))
        return (rng.permutation(count) % 2 == 0).reshape(shape)

    return make


def number(low: float = -2.0, high: float = 2.0) -> Maker:
    """A Python float."""
    return lambda rng: float(array(low=low, high=high)(rng))


def value(given: Any) -> Maker:
    """This very value."""
    return lambda rng: np.array(given) if isinstance(given, np.ndarray) else given


# ----- rows -----


@dataclass(frozen=True)
class Row:
    """One expression and its arguments.

    Attributes:
        expr: the expression.
        makers: for each name in it how its value is made.
        refusal: None, or a part of the reason why it is refused.
        single: whether it is also checked in float32.
    """

    expr: str
    makers: tuple[tuple[str, Maker], ...]
    refusal: str | None = None
    single: bool = True

    def arguments(self) -> dict[str, Any]:
        rng = np.random.default_rng(zlib.crc32(self.expr.encode()))
        return {name: make(rng) for name, make in self.makers}

    def evaluate(self, arguments: dict[str, Any]) -> Any:
        return eval(self.expr, {"np": np, **NAMES}, arguments)

    def assert_value(
        self, function: Callable[..., Any], arguments: dict[str, Any], value: Any
    ) -> None:
        """Assert that the text has the function's value, but for the last digit: for a single
        number it may use `math`. By `@`, a contraction adds up in another order: that digit is then
        one of the sum of the magnitudes."""
        scale = 0.0
        if "np.einsum" in self.expr:
            scale = abs(function(**{k: _magnitudes(v) for k, v in arguments.items()}))
        np.testing.assert_allclose(value, function(**arguments), rtol=1e-15, atol=1e-15 * scale)

    @property
    def has_complex_result(self) -> bool:
        return self.refusal is None and np.iscomplexobj(self.evaluate(self.arguments()))

    @property
    def label(self) -> str:
        shapes = ",".join(
            f"{name}{'x'.join(map(str, np.shape(v))) if isinstance(v, np.ndarray) else ''}"
            for name, v in self.arguments().items()
        )
        return f"{self.expr} [{shapes}]"


def _magnitudes(value: Any) -> Any:
    return np.abs(value) if is_array(value) else value


# The modules of SciPy by the names that rows give them, where it is installed
SCIPY: dict[str, Any] = {
    path.partition(".")[2]: importlib.import_module(path)
    for path in (MODULES if importlib.util.find_spec("scipy") is not None else ())
}
NAMES: dict[str, Any] = {"math": math, **SCIPY}


def row(expr: str, /, *, single: bool = True, **makers: Maker) -> Row:
    return Row(expr, tuple(makers.items()), None, single)


def refused(expr: str, reason: str, /, **makers: Maker) -> Row:
    return Row(expr, tuple(makers.items()), reason)


def each(exprs: Iterable[str], /, **makers: Maker) -> list[Row]:
    """A row for each expression, all with the same arguments."""
    return [row(expr, **makers) for expr in exprs]


def table(expr: str, names: Iterable[str], /, **makers: Maker) -> list[Row]:
    """A row for each name in the place of `{}`."""
    return each([expr.replace("{}", name) for name in names], **makers)


def shapes_of(expr: str, shapes: Iterable[tuple[tuple[int, ...], ...]], /) -> list[Row]:
    """A row for each tuple of shapes of `a`, `b`, ..."""
    return [
        row(expr, **{name: array(*shape) for name, shape in zip("abcd", combination)})
        for combination in shapes
    ]


# ----- programs -----


@dataclass
class Program:
    """A row as functions in a module: weighted, plain, and bare.

    Attributes:
        row: the row.
        weighted: sums the result with weights, so that no two elements have the same adjoint.
        plain: sums the result, so that the adjoint is one number that is broadcast.
        bare: returns the result.
    """

    row: Row
    weighted: Callable[..., Any]
    plain: Callable[..., Any]
    bare: Callable[..., Any]

    def check(self) -> None:
        """Check the gradients by every float argument.

        In both functions the value is what the undifferentiated function gives; the gradient agrees
        with differences, has the type, shape and dtype of the argument, is the same when computed
        again, and no argument is changed. Each gradient is an array of its own, that can be
        written to. In float32 it is in float32, and close.
        """
        arguments = self.row.arguments()
        names = tuple(name for name, v in arguments.items() if is_float(v))
        weights = make_weights(self.row.evaluate(arguments))
        self._check(self.plain, arguments, names)
        gradient = self._check(self.weighted, {**arguments, "weights": weights}, names)
        if self.row.single:
            self._check_single({**arguments, "weights": weights}, names, gradient)

    def _check(
        self, f: Callable[..., Any], arguments: dict[str, Any], names: tuple[str, ...]
    ) -> tuple[Any, ...]:
        derivative = adcompile.value_and_grad(f, wrt=names)
        given, derivatives = derivative(**arguments)
        self.row.assert_value(f, arguments, given)
        check_grads(
            f,
            tuple(arguments.values()),
            wrt=names,
            gradient=lambda *args: derivative(*args)[1],
        )
        assert isinstance(derivatives, tuple)
        check_ownership(derivatives, arguments)
        return derivatives

    def _check_single(
        self, arguments: dict[str, Any], names: tuple[str, ...], gradient: tuple[Any, ...]
    ) -> None:
        single = {name: to_single(v) for name, v in arguments.items()}
        in_single = adcompile.grad(self.weighted, wrt=names)(**single)
        for name, got, expected in zip(names, in_single, gradient, strict=True):
            given = np.asarray(to_single(arguments[name])).dtype
            wanted = given if is_array(arguments[name]) else np.result_type(given, np.float64)
            assert np.asarray(got).dtype == wanted, (name, np.asarray(got).dtype)
            scale = float(np.max(np.abs(expected), initial=1.0))
            np.testing.assert_allclose(got, expected, rtol=2e-3, atol=2e-4 * scale, err_msg=name)


def check_ownership(gradients: tuple[Any, ...], arguments: dict[str, Any]) -> None:
    """Assert that the gradients share no memory with each other or with the arguments."""
    arrays = [g for g in gradients if isinstance(g, np.ndarray)]
    assert all(g.flags.writeable for g in arrays), "a gradient cannot be written to"
    given = [v for v in arguments.values() if isinstance(v, np.ndarray)]
    for i, g in enumerate(arrays):
        for other in (*arrays[:i], *given):
            assert not np.shares_memory(g, other), "a gradient shares memory"


def is_array(value: Any) -> bool:
    return isinstance(value, (np.ndarray, np.generic))


def is_float(value: Any) -> bool:
    if is_array(value):
        return bool(value.dtype.kind in "fc")
    return isinstance(value, (float, complex))


def takes_complex(row: Row) -> bool:
    """Whether a row has a complex argument."""
    return any(np.iscomplexobj(value) for value in row.arguments().values())


def to_single(value: Any) -> Any:
    if not (is_array(value) and is_float(value)):
        return value
    return value.astype(np.complex64 if np.iscomplexobj(value) else np.float32)


def make_weights(result: Any) -> Any:
    """Fixed weights of the shape of a result; in Fortran order, as a transposed array has it."""
    rng = np.random.default_rng(7)
    weights = rng.uniform(0.5, 1.5, np.shape(result))
    if np.iscomplexobj(result):
        weights = weights + 1j * rng.uniform(-1.5, 1.5, np.shape(result))
    return np.asarray(weights, order="F")[()]


HEAD = "import math\n\nimport numpy as np\n" + (
    f"from scipy import {', '.join(sorted(SCIPY))}\n" if SCIPY else ""
)


def source_of(rows: Iterable[Row]) -> str:
    """The text of a module with the functions of some rows."""
    parts = [HEAD]
    for i, one in enumerate(rows):
        names = ", ".join(name for name, _ in one.makers)
        weighted, plain = f"np.sum(weights * ({one.expr}))", f"np.sum({one.expr})"
        if one.has_complex_result:
            weighted, plain = f"np.real({weighted})", f"np.real((0.5 - 2.0j) * {plain})"
        parts.append(
            f"\n\ndef weighted_{i}({names}, weights):\n    return {weighted}\n"
            f"\n\ndef plain_{i}({names}):\n    return {plain}\n"
            f"\n\ndef bare_{i}({names}):\n    return {one.expr}\n"
        )
    return "".join(parts)


@dataclass
class Programs:
    """The modules of all rows, each family's made when it is first asked for.

    The compiler reads source, so they are real files.
    """

    folder: Path
    modules: dict[str, ModuleType] = field(default_factory=dict)

    def program(self, family: str, rows: list[Row], index: int) -> Program:
        if family not in self.modules:
            self.modules[family] = self._load(family, rows)
        module = self.modules[family]
        functions = (getattr(module, f"{name}_{index}") for name in ("weighted", "plain", "bare"))
        return Program(rows[index], *functions)

    def _load(self, family: str, rows: list[Row]) -> ModuleType:
        path = self.folder / f"rows_of_{family.replace(' ', '_')}.py"
        path.write_text(source_of(rows))
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
        return module


def combinations(*shapes: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """All pairs of shapes that broadcast against each other."""
    for a, b in itertools.product(shapes, repeat=2):
        try:
            np.broadcast_shapes(a, b)
        except ValueError:
            continue
        yield a, b
