"""With `debug=True` every program of the tables has the gradient that it has without."""

from __future__ import annotations

import pytest

import adcompile
from tests.language.inputs import SAMPLES, Sample
from tests.language.test_samples import require_equal, split

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.label)


@each_sample
def test_gradient(sample: Sample) -> None:
    grad = adcompile.grad(sample.function, wrt=sample.wrt, allow_unused=True)
    checked = adcompile.grad(sample.function, wrt=sample.wrt, allow_unused=True, debug=True)
    for arguments in sample.variants():
        args, kwargs = split(sample, arguments)
        try:
            expected = grad(*args, **kwargs)
        except UnboundLocalError:
            with pytest.raises(UnboundLocalError):
                checked(*args, **kwargs)
            continue
        require_equal(checked(*args, **kwargs), expected, 1e-13)
