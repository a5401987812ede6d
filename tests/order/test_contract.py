"""Every rule at second order: the gradient of `<v, gradient>` in reverse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile.directional import hvp
from adcompile.errors import RefusedError
from adcompile.pullbacks import pullback_at
from adcompile.testing import central_difference
from tests.order import some
from tests.order.without import RULES_WITHOUT_AGAIN
from tests.rules.contract import Programs
from tests.rules.rows import FAMILIES
from tests.rules.test_forward import CASES, arguments_of, direction, product


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return Programs(tmp_path_factory.mktemp("again"))


@pytest.mark.parametrize(("family", "index"), some(CASES))
def test_reverse_over_reverse(programs: Programs, family: str, index: int) -> None:
    program = programs.program(family, FAMILIES[family], index)
    arguments, names = arguments_of(program.row)
    rng = np.random.default_rng(4)
    u, v = (tuple(direction(arguments[name], rng) for name in names) for _ in range(2))
    gradient = adcompile.grad(program.weighted, wrt=names)
    label = f"{family}: {program.row.label}"
    if label in RULES_WITHOUT_AGAIN:
        with pytest.raises(RefusedError):
            pullback_at(gradient, tuple(arguments.values()), {}, names, True)
        return
    _, pullback = pullback_at(gradient, tuple(arguments.values()), {}, names, True)
    got = pullback(u)

    def along(t: float) -> float:
        moved: dict[str, Any] = {n: arguments[n] + t * by for n, by in zip(names, v, strict=True)}
        return product(gradient(**{**arguments, **moved}), u)

    expected, error = central_difference(along, 0.0)
    assert abs(product(got, v) - expected) <= 10 * error + 1e-6 * (1 + abs(expected))
    curved = hvp(program.weighted, wrt=names)(*arguments.values(), u)
    scale = max([1.0, *(float(np.max(np.abs(n), initial=0.0)) for n in curved)])
    for mine, theirs in zip(got, curved, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-8, atol=1e-9 * scale)


def quotient(a):
    s = a[0] * a[1]
    return s[..., 1] / s[..., 0]


def test_what_was_read_with_an_ellipsis_is_no_view_of_what_is_written() -> None:
    """`d_s[..., 0]` is an array of no axes, which changes with `d_s`."""
    a, v = np.random.default_rng(0).normal(size=(2, 2, 3))
    _, pullback = pullback_at(adcompile.grad(quotient), (a,), {}, ("a",), True)
    (got,) = pullback(v)
    np.testing.assert_allclose(got, hvp(quotient)(a, v), rtol=1e-10)
