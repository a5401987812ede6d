"""Every program of the tables, see `inputs`: its gradient, for every kind of argument."""

from __future__ import annotations

import copy
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile import trees
from adcompile.errors import RefusedError
from adcompile.testing import check_grads
from tests.language.inputs import (
    GROUPS,
    SAMPLES,
    WITHOUT_AUTOGRAD,
    Sample,
    converted,
    functions_of,
    module_of,
)

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.label)


def derivatives(sample: Sample) -> tuple[Callable[..., Any], Callable[..., Any]]:
    options: dict[str, Any] = {"wrt": sample.wrt, "allow_unused": True}
    return (
        adcompile.grad(sample.function, **options),
        adcompile.value_and_grad(sample.function, **options),
    )


@each_sample
def test_gradient(sample: Sample) -> None:
    """Against differences and the complex step, on every path; and the value is the function's."""
    grad, value_and_grad = derivatives(sample)
    for arguments in sample.variants():
        args, kwargs = split(sample, arguments)
        before = copy.deepcopy(args)
        try:
            expected = sample.function(*copy.deepcopy(args), **kwargs)
        except UnboundLocalError:
            with pytest.raises(UnboundLocalError):
                grad(*args, **kwargs)
            continue
        value, gradient = value_and_grad(*args, **kwargs)
        for (_, one), (_, other) in zip(trees.leaves(args), trees.leaves(before), strict=True):
            np.testing.assert_array_equal(one, other)
        np.testing.assert_allclose(value, expected, rtol=1e-14)
        check_grads(sample.function, args, kwargs, wrt=sample.wrt, gradient=grad)
        require_equal(gradient, grad(*args, **kwargs), 1e-15)


def single(value: Any) -> Any:
    """The same numbers in half the precision."""
    return np.asarray(value).astype(np.complex64 if np.iscomplexobj(value) else np.float32)


KINDS: dict[str, tuple[Callable[[Any], Any], float]] = {
    "NumPy scalars": (lambda v: np.array(v)[()] if isinstance(v, (float, complex)) else v, 1e-13),
    "arrays without axes": (lambda v: np.array(v), 1e-13),
    "float32": (lambda v: v if np.ndim(v) == 0 else single(v), 1e-4),
    "float32 scalars": (lambda v: single(v)[()] if isinstance(v, (float, complex)) else v, 1e-4),
    "reversed memory": (lambda v: np.array(v.T, order="C").T if np.ndim(v) else v, 1e-13),
}


@each_sample
def test_kinds(sample: Sample) -> None:
    """The gradient for other types of the same numbers is the same, of these types."""
    grad, _ = derivatives(sample)
    for seed in (0, 1):
        plain = sample.arguments(seed)
        args, kwargs = split(sample, plain)
        expected = grad(*args, **kwargs)
        for kind, (convert, tolerance) in KINDS.items():
            arguments = {name: converted(value, convert) for name, value in plain.items()}
            if repr(arguments) == repr(plain) and kind != "reversed memory":
                continue
            args, kwargs = split(sample, arguments)
            try:
                sample.function(*copy.deepcopy(args), **kwargs)
            except TypeError:  # round(np.array(0.7))
                continue
            try:
                got = grad(*args, **kwargs)
            except RefusedError:
                # `+=` changes arrays in place, and kinds do not tell NumPy scalars from them.
                assert kind in ("arrays without axes", "NumPy scalars", "float32 scalars")
                continue
            require_equal(got, expected, tolerance, kind)
            for name, part in zip(sample.wrt, got, strict=True):
                require_types(part, arguments[name], f"{kind}, {name}")


def split(sample: Sample, arguments: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Positional and keyword arguments."""
    only = {n for n, p in sample.parameters.items() if p.kind is p.KEYWORD_ONLY}
    args = [value for name, value in arguments.items() if name not in only]
    return args, {name: value for name, value in arguments.items() if name in only}


def require_equal(got: Any, expected: Any, tolerance: float, message: str = "") -> None:
    """Compare the numbers of two trees of the same structure."""
    ours, theirs = trees.leaves(got), trees.leaves(expected)
    assert [path for path, _ in ours] == [path for path, _ in theirs]
    for (path, one), (_, other) in zip(ours, theirs, strict=True):
        if other is None or one is None:
            assert one is other
            continue
        scale = float(np.max(np.abs(other), initial=1.0))
        np.testing.assert_allclose(
            np.asarray(one, np.result_type(one, float)),
            np.asarray(other, np.result_type(other, float)),
            rtol=tolerance,
            atol=tolerance * scale,
            err_msg=f"{message} {path}",
        )


def require_types(gradient: Any, argument: Any, message: str) -> None:
    """The gradient by a leaf has the leaf's dtype and shape; numbers are numbers."""
    for (path, got), (_, leaf) in zip(trees.leaves(gradient), trees.leaves(argument), strict=True):
        if not isinstance(leaf, (float, complex, np.ndarray, np.generic)):
            continue
        assert np.asarray(got).dtype == np.asarray(leaf).dtype, (message, path)
        assert np.shape(got) == np.shape(leaf), (message, path)
        if np.ndim(leaf):
            assert isinstance(got, np.ndarray), (message, path)


# ----- another tool's opinion -----


@pytest.mark.parametrize("group", [g for g in GROUPS if g not in WITHOUT_AUTOGRAD])
def test_autograd_agrees(group: str) -> None:
    """As far as autograd can run the samples, with its NumPy in the place of NumPy."""
    twin = autograd_twin(module_of(group))
    samples = [sample for sample in SAMPLES if sample.group == group]
    compared, different = 0, []
    for sample in samples:
        for seed in (0, 1):
            arguments = sample.arguments(seed)
            expected = autograd_gradient(getattr(twin, sample.function.__name__), sample, arguments)
            if expected is not None:
                compared += 1
                try:
                    args, kwargs = split(sample, arguments)
                    require_equal(derivatives(sample)[0](*args, **kwargs), expected, 1e-10)
                except Exception as error:
                    different.append(f"{sample.label}: {error!r}")
    assert not different, "\n".join(different)
    assert compared >= len(samples)


def autograd_twin(module: types.ModuleType) -> types.ModuleType:
    """The module with autograd's NumPy."""
    assert module.__file__ is not None
    text = Path(module.__file__).read_text()
    text = text.replace("import numpy as np", "import autograd.numpy as np")
    twin = types.ModuleType(module.__name__)
    exec(compile(text, module.__file__, "exec"), vars(twin))
    return twin


def autograd_gradient(function: Any, sample: Sample, arguments: dict[str, Any]) -> Any:
    """Autograd's gradient, None where it cannot have one."""
    import autograd

    args, kwargs = split(sample, arguments)
    positions = [list(arguments).index(name) for name in sample.wrt]
    if kwargs:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            gradients = tuple(autograd.grad(function, position)(*args) for position in positions)
            if any(np.asarray(leaf).dtype == object for _, leaf in trees.leaves(gradients)):
                return None
            return gradients
    except Exception:  # autograd's boxes are not floats: math.sin, float(x), lists of numbers, ...
        return None


def test_there_are_samples() -> None:
    assert all(len(functions_of(module_of(group))) > 5 for group in GROUPS)
