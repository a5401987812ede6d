"""The pattern of a Jacobian or Hessian holds every element that is not zero, for every program."""

from __future__ import annotations

from typing import Any

import pytest

from adcompile import sets, trees
from adcompile.api import derivative_of
from adcompile.directional import Arguments, derivative_function
from adcompile.errors import RefusedError
from adcompile.jacobians import Numbers, is_complex, is_float
from adcompile.options import Options
from tests.every import some
from tests.language.inputs import SAMPLES, Sample
from tests.language.test_samples import split

each_sample = pytest.mark.parametrize("sample", some(SAMPLES), ids=lambda sample: sample.label)


def covered(sample: Sample, verb: str, arguments: dict[str, Any]) -> bool:
    """Whether a program has a pattern, which then covers the matrix."""
    options = Options.of(verb, sample.wrt, False, True)
    args, kwargs = split(sample, arguments)
    one = derivative_of(sample.function, options)
    pattern = derivative_of(sample.function, options._replace(pattern=True))
    call = Arguments.of(sample.function, args, kwargs, one)
    parts = [call.at(part) for part in call.directions]
    if any(is_complex(leaf) for _, leaf in trees.leaves(tuple(parts))):
        return False  # its matrix is not real
    inside = Numbers(parts)
    numbers, first = [], 0
    for part in parts:
        numbered, first = sets.inputs(part, first, is_float)
        numbers.append(numbered)
    try:
        found, _ = derivative_function(pattern)(*call.values, *numbers)
    except RefusedError:
        return False
    except UnboundLocalError:
        return True
    for column in range(inside.size):
        result = derivative_function(one)(*call.values, *inside.unit(column))
        tangent = result if verb == "hvp" else result[1:]
        outside = Numbers(inside.values if verb == "hvp" else result[:1])
        values = outside.joined(tangent)[0]
        rows = outside.sets(found if verb == "hvp" else (found,))
        assert len(rows) == len(values)
        missed = [i for i, (v, row) in enumerate(zip(values, rows)) if v and column not in row]
        assert not missed
    return True


@pytest.mark.parametrize("verb", ["jvp", "hvp"])
@each_sample
def test_no_element_is_missed(sample: Sample, verb: str) -> None:
    # Of a number there is one row; a second derivative has a pattern on each path.
    for arguments in sample.variants() if verb == "hvp" else [sample.arguments()]:
        covered(sample, verb, arguments)


def test_how_many_have_a_pattern() -> None:
    assert sum(covered(sample, "jvp", sample.arguments()) for sample in SAMPLES[::5]) > 150
