"""Every program that writes in place: right, or refused without having changed anything."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from adcompile.errors import AdcompileError
from adcompile.testing import check_grads
from tests.language.inputs import Sample, functions_of, module_of
from tests.language.test_samples import derivatives, require_equal, split

GROUPS = ("writes", "aliases")
SAMPLES = [
    Sample(group, function)
    for group in GROUPS
    for function in functions_of(module_of(group)).values()
]
REFUSED = {
    "writes.copied_into",
    "writes.arguments_of_list_written",
    "aliases.alias_in_branch",
    "aliases.alias_in_statement_of_branch",
    "aliases.alias_from_loop",
    "aliases.reshaped",
    "aliases.ravelled_transpose_is_a_copy",
    "aliases.window_that_shrinks",
    "aliases.views_in_list",
    "aliases.views_in_dict",
    "aliases.list_of_views_in_loop",
    "aliases.same_array_twice_in_list",
    "aliases.arrays_of_argument",
    "aliases.helper_returns_one_of_two",
}
"""No other program may be refused; one that no longer is goes from here."""


def right(sample: Sample) -> bool:
    """Whether a program has a gradient, which is then right; otherwise it is refused."""
    grad, value_and_grad = derivatives(sample)
    for arguments in sample.variants():
        args, kwargs = split(sample, arguments)
        expected = sample.function(*copy.deepcopy(args), **kwargs)
        before = copy.deepcopy(args)
        try:
            value, gradient = value_and_grad(*args, **kwargs)
        except AdcompileError:
            np.testing.assert_equal(args, before)
            return False
        np.testing.assert_equal(args, before)
        np.testing.assert_allclose(value, expected, rtol=1e-13)
        check_grads(sample.function, args, kwargs, wrt=sample.wrt, gradient=grad)
        require_equal(gradient, grad(*args, **kwargs), 1e-14)
    return True


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.label)
def test_right_or_refused(sample: Sample) -> None:
    assert right(sample) or sample.label in REFUSED
