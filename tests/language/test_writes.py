"""The programs that write in place and are refused: why, and that nothing has been changed then."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from adcompile.errors import RefusedError
from tests.language.inputs import REFUSED, Sample, functions_of, module_of
from tests.language.test_samples import derivatives, split

REASONS = {
    "aliases.arrays_of_argument": "it is not known while compiling whose memory it is",
    "writes.arguments_of_list_written": "it is not known while compiling whose memory it is",
}
SAMPLES = [
    Sample(group, functions_of(module_of(group))[name])
    for group, names in REFUSED.items()
    for name in names
]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.label)
def test_refused(sample: Sample) -> None:
    args, kwargs = split(sample, sample.arguments())
    before = copy.deepcopy(args)
    with pytest.raises(RefusedError) as caught:
        derivatives(sample)[0](*args, **kwargs)
    assert REASONS.get(sample.label, "may share memory with") in caught.value.reason
    np.testing.assert_equal(args, before)
