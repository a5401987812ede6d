"""What the benchmark compares with is right, and what is wrong is not timed."""

from dataclasses import replace

import pytest

from .check import WrongGradientError, check
from .contestants import HAND_WRITTEN
from .measure import first_call
from .workloads import STEADY_STATE
from .workloads.mlp import SMALL_MLP, loss_adjoint


@pytest.mark.parametrize("workload", STEADY_STATE, ids=lambda workload: workload.name)
def test_hand_written_adjoint_is_the_derivative(workload):
    first_call(workload, HAND_WRITTEN)


@pytest.mark.parametrize("wrong", range(4))
def test_wrong_gradient_is_refused(wrong):
    value, gradients = loss_adjoint(*SMALL_MLP.data())
    spoilt = [1.00001 * g if i == wrong else g for i, g in enumerate(gradients)]
    with pytest.raises(WrongGradientError, match="differs from"):
        check(replace(SMALL_MLP, adjoint=None), (value, spoilt))


def test_wrong_shape_is_refused():
    value, (d_W1, *others) = loss_adjoint(*SMALL_MLP.data())
    with pytest.raises(WrongGradientError, match="shape"):
        check(SMALL_MLP, (value, (d_W1[None], *others)))
