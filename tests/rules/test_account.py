"""All that the installed NumPy and `math` offer has a rule, or a reason why it has none."""

from __future__ import annotations

import numpy as np
import pytest

import adcompile
from adcompile.errors import RefusedError
from adcompile.rules import registry, unruled
from adcompile.rules.account import account, entry, printed


def test_every_name_is_accounted_for() -> None:
    """A name that a new NumPy brings is listed here: give it a rule, or a reason in `unruled`."""
    assert [found.name for found in account() if found.what == "unaccounted"] == []


def test_reasons_are_of_what_has_no_rule() -> None:
    """A reason that is still there after the rule has come is stale."""
    for name in {**unruled.reasons(), **unruled.scipy_reasons()}:
        assert entry(name).what in ("refused", "write"), name
        rule = registry.find(name)
        assert rule is None or (rule.pullback is None and rule.definition is None), name


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("numpy.tanh", "rule"),
        ("numpy.diff", "definition"),
        ("numpy.vectorize", "definition"),
        ("numpy.floor", "zero"),
        ("numpy.copyto", "write"),
        ("numpy.fft.fft", "rule"),
        ("numpy.roots", "refused"),
        ("numpy.add.reduceat", "rule"),
        ("numpy.multiply.reduceat", "refused"),
        ("scipy.special.erf", "rule"),
        ("scipy.special.digamma", "rule"),
        ("scipy.special.sinc", "rule"),
        ("scipy.special.wofz", "refused"),
        ("scipy.linalg.toeplitz", "definition"),
        ("scipy.stats.norm.logpdf", "rule"),
        ("scipy.special.new_in_the_next_release", "unaccounted"),
        ("numpy.new_in_the_next_release", "unaccounted"),
    ],
)
def test_entry(name: str, what: str) -> None:
    assert entry(name).what == what


def test_table_is_what_the_command_prints() -> None:
    lines = list(printed())
    assert [line.split(maxsplit=2) for line in lines if line.startswith("numpy.tanh ")] == [
        ["numpy.tanh", "rule", "d_x = g * (1 - y * y)"]
    ]
    assert not any("unaccounted" in line for line in lines)


def spectrum(x):
    return np.sum(np.abs(np.roots(x)))


def added(x):
    return np.sum(np.maximum.accumulate(x))


def unique(x):
    return np.sum(np.setxor1d(x, x))


def listed(x):
    return x.tolist()[0]


def strides(x):
    return x.nbytes * x.flags


@pytest.mark.parametrize(
    ("function", "reason", "instead"),
    [
        (spectrum, "`np.roots` has no derivative rule", "np.linalg.eigvals"),
        (added, "running sums and products", "use a loop"),
        (unique, "depends on their values", "index with these"),
        (listed, "list of Python numbers", "index the array"),
        (strides, "memory of an array", "use the array itself"),
    ],
)
def test_refusal_names_the_way_round(function, reason, instead) -> None:
    with pytest.raises(RefusedError) as caught:
        adcompile.grad(function)(np.array([1.0, 2.0, 4.0]))
    assert reason in caught.value.reason
    assert instead in caught.value.hint
    assert caught.value.span is not None
