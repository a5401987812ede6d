"""Who takes part, and how each of them differentiates a workload."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from . import cpp
from .report import LeftOutError
from .workload import Function, Workload, one_or_all

Start = tuple[Callable[[], Function], tuple[Any, ...]]
"""How a contestant starts: what builds the function that is timed, and its arguments."""


@dataclass(frozen=True)
class Contestant:
    """A way to get a gradient: `module` is what it imports, `start` readies it for a workload."""

    name: str
    module: str
    start: Callable[[Workload], Start]
    differentiates: bool = True


def primal(workload: Workload) -> Start:
    return lambda: workload.primal, workload.data()


def hand_written(workload: Workload) -> Start:
    if workload.adjoint is None:
        raise NotImplementedError("this workload has no hand-written adjoint")
    adjoint = workload.adjoint
    return lambda: adjoint, workload.data()


def in_cpp(workload: Workload) -> Start:
    adjoint = cpp.adjoint(workload.name)
    return lambda: adjoint, workload.data()


def adcompile(workload: Workload) -> Start:
    package = import_module("adcompile")
    transform = package.value_and_grad if workload.with_value else package.grad
    return lambda: transform(workload.primal, wrt=one_or_all(workload.wrt)), workload.data()


def adcompile_numba(workload: Workload) -> Start:
    package = import_module("adcompile")
    transform = package.value_and_grad if workload.with_value else package.grad
    wrt, data = one_or_all(workload.wrt), workload.data()
    try:
        transform(workload.primal, wrt=wrt, backend="numba").source_for(*data)
    except package.RefusedError as error:
        raise NotImplementedError(error.reason) from None
    return lambda: transform(workload.primal, wrt=wrt, backend="numba"), data


def autograd(workload: Workload) -> Start:
    package = import_module("autograd")
    transform = package.value_and_grad if workload.with_value else package.grad
    function = workload.written_for("autograd", {"np": import_module("autograd.numpy")})
    return lambda: transform(function, one_or_all(workload.positions)), workload.data()


def torch_eager(workload: Workload) -> Start:
    return _torch(workload, lambda function: function)


def torch_compiled(workload: Workload) -> Start:
    if workload.unrolls:
        raise LeftOutError("its loop would be unrolled")
    return _torch(workload, import_module("torch").compile)


def _torch(workload: Workload, finish: Callable[[Function], Function]) -> Start:
    package = import_module("torch")
    package.set_num_threads(1)
    function = workload.written_for("torch", {"np": package, "log_sum_exp": package.logsumexp})

    def tensor(position: int, argument: Any) -> Any:
        if position in workload.positions:
            return package.tensor(argument, dtype=package.float64, requires_grad=True)
        return package.tensor(argument) if isinstance(argument, np.ndarray) else argument

    def build() -> Function:
        finished = finish(function)

        def gradient(*arguments: Any) -> Any:
            value = finished(*arguments)
            wrt = [arguments[position] for position in workload.positions]
            gradients = one_or_all(package.autograd.grad(value, wrt))
            return (value, gradients) if workload.with_value else gradients

        return gradient

    return build, tuple(tensor(*item) for item in enumerate(workload.data()))


def jax_eager(workload: Workload) -> Start:
    return _jax(workload, lambda derivative, static: derivative)


def jax_jit(workload: Workload) -> Start:
    package = import_module("jax")
    return _jax(workload, lambda derivative, static: package.jit(derivative, static_argnums=static))


def _jax(workload: Workload, finish: Callable[[Function, list[int]], Function]) -> Start:
    package = import_module("jax")
    package.config.update("jax_enable_x64", True)
    names = {"np": package.numpy, "log_sum_exp": package.nn.logsumexp}
    function = workload.written_for("jax", names)
    transform = package.value_and_grad if workload.with_value else package.grad
    data, wrt = workload.data(), workload.positions
    static = [i for i, a in enumerate(data) if i not in wrt and not isinstance(a, np.ndarray)]

    def build() -> Function:
        derivative = finish(transform(function, one_or_all(wrt)), static)
        return lambda *arguments: package.block_until_ready(derivative(*arguments))

    return build, tuple(a if i in static else package.numpy.asarray(a) for i, a in enumerate(data))


HAND_WRITTEN = Contestant("hand-written", "numpy", hand_written)
CPP = Contestant("C++ by hand", "ctypes", in_cpp)
COMPILER = Contestant("adcompile", "adcompile", adcompile)
NATIVE = Contestant("adcompile numba", "numba", adcompile_numba)
PEERS = (
    Contestant("autograd", "autograd", autograd),
    Contestant("torch", "torch", torch_eager),
    Contestant("torch compiled", "torch", torch_compiled),
    Contestant("JAX jit", "jax", jax_jit),
    Contestant("JAX", "jax", jax_eager),
)
CONTESTANTS = (
    Contestant("primal", "numpy", primal, differentiates=False),
    HAND_WRITTEN,
    CPP,
    COMPILER,
    NATIVE,
    *PEERS,
)
