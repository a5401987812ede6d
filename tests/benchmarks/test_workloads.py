"""What the benchmark compares with is right, and what is wrong is not timed."""

from dataclasses import replace

import pytest

import adcompile

from .check import WrongGradientError, check
from .contestants import CPP, HAND_WRITTEN
from .measure import first_call
from .report import LeftOutError
from .verbs import OURS, check_along
from .workloads import STEADY_STATE
from .workloads.mlp import SMALL_MLP, loss_adjoint
from .workloads.verbs import TASKS


@pytest.mark.parametrize("workload", STEADY_STATE, ids=lambda workload: workload.name)
def test_hand_written_adjoint_is_the_derivative(workload):
    first_call(workload, HAND_WRITTEN)


@pytest.mark.parametrize("workload", STEADY_STATE, ids=lambda workload: workload.name)
def test_adjoint_in_cpp_is_the_derivative(workload):
    try:
        first_call(workload, CPP)
    except LeftOutError as error:
        pytest.skip(str(error))


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


@pytest.mark.parametrize("name", ["jvp-mlp", "jacobian", "hessian-rosenbrock"])
def test_wrong_derivative_of_another_verb_is_refused(name):
    (task,) = [task for task in TASKS if task.name == name]
    result = OURS[task.verb](adcompile, task.function)(*task.data())
    check_along(task, result)
    with pytest.raises(WrongGradientError, match="central differences"):
        check_along(task, 1.001 * result)
