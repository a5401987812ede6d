"""Other derivatives than gradients: each verb, and how the contestants spell it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from .check import WrongGradientError, relative_error
from .measure import keep_memory, sampler, take_turns
from .report import Report, Row
from .workload import Function, over

Spelling = Callable[[Any, Function], Function]
"""From a package and a function of one vector to a function of the point and a direction."""


@dataclass(frozen=True)
class Task:
    """A derivative of a function of one vector that every contestant computes.

    `verb` names what is asked: the derivative along a direction (`jvp`), all of them (`jacobian`),
    or the same of the gradient of a scalar function (`hvp`, `hessian`).
    """

    name: str
    title: str
    verb: str
    function: Function
    make_point: Callable[[np.random.Generator], np.ndarray]

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """The point and a direction of length one, the same each time."""
        rng = np.random.default_rng(0)
        point = self.make_point(rng)
        direction = rng.normal(size=point.shape)
        return point, direction / np.linalg.norm(direction)


@dataclass(frozen=True)
class Way:
    """How one contestant computes the verbs that it has; `check` is whether it is a derivative."""

    name: str
    module: str
    spellings: Mapping[str, Spelling]
    check: bool = True


def row_by_row(package: Any, function: Function) -> Function:
    def jacobian(x: np.ndarray, v: np.ndarray) -> np.ndarray:
        value, pullback = package.vjp(function, x)
        return np.array([pullback(row)[0] for row in np.eye(len(value))])

    return jacobian


def of_point(transform: str) -> Spelling:
    """A verb whose function takes the point alone."""

    def spelling(package: Any, function: Function) -> Function:
        derivative = getattr(package, transform)(function)
        return lambda x, v: derivative(x)

    return spelling


def of_both(transform: str) -> Spelling:
    """A verb whose function takes the point and the direction."""
    return lambda package, function: getattr(package, transform)(function)


def autograd_jvp(package: Any, function: Function) -> Function:
    derivative = package.make_jvp(function)
    return lambda x, v: derivative(x)(v)[1]


def jvp(package: Any, function: Function) -> Function:
    return lambda x, v: package.jvp(function, (x,), (v,))[1]


def forward_over_reverse(package: Any, function: Function) -> Function:
    return jvp(package, package.grad(function))


def jitted(spelling: Spelling) -> Spelling:
    def compiled(package: Any, function: Function) -> Function:
        run = package.jit(spelling(package, function))
        return lambda x, v: package.block_until_ready(run(x, v))

    return compiled


TRANSFORMS: Mapping[str, Spelling] = {
    "jvp": jvp,
    "jacobian": of_point("jacrev"),
    "hvp": forward_over_reverse,
    "hessian": of_point("hessian"),
}
OURS: Mapping[str, Spelling] = {
    "jvp": jvp,
    "jacobian": of_point("jacobian"),
    "hvp": of_both("hvp"),
    "hessian": of_point("hessian"),
}
AUTOGRAD: Mapping[str, Spelling] = {
    "jvp": autograd_jvp,
    "jacobian": of_point("jacobian"),
    "hvp": of_both("hessian_vector_product"),
    "hessian": of_point("hessian"),
}
PRIMAL = dict.fromkeys(OURS, lambda package, function: lambda x, v: function(x))
GRADIENT = dict.fromkeys(("hvp", "hessian"), of_point("grad"))
WAYS = (
    Way("primal", "numpy", PRIMAL, check=False),
    Way("gradient", "adcompile", GRADIENT, check=False),
    Way("row by row", "adcompile", {"jacobian": row_by_row}),
    Way("adcompile", "adcompile", OURS),
    Way("autograd", "autograd", AUTOGRAD),
    Way("torch", "torch.func", TRANSFORMS),
    Way("JAX jit", "jax", {verb: jitted(spelling) for verb, spelling in TRANSFORMS.items()}),
)
"""`gradient` and `row by row` are what the verbs are held against: one gradient, and the Jacobian
by one call of the pullback for each of its rows."""


def measure(task: Task, rounds: int) -> Report:
    """Time the derivative that is called again and again."""
    keep_memory()
    rows = []
    for way in WAYS:
        if task.verb in way.spellings:
            rows.append(Row(way.name))
            try:
                run, arguments = _ready(task, way)
                rows[-1].sample = sampler(run, arguments)
            except Exception as error:
                rows[-1].leave_out(error)
    return take_turns(Report(task.name, task.title, rows), rounds)


def _ready(task: Task, way: Way) -> tuple[Function, tuple[Any, ...]]:
    """A contestant's function and its arguments; its result is checked."""
    package = import_module(way.module)
    namespace, convert = _idiom(way.module)
    names = {**namespace, **{name: convert(c) for name, c in constants(task.function).items()}}
    run = way.spellings[task.verb](package, over(names, task.function))
    arguments = tuple(map(convert, task.data()))
    result = run(*arguments)
    if way.check:
        check_along(task, np.asarray(result))
    return run, arguments


def constants(function: Function) -> dict[str, np.ndarray]:
    """The arrays that a function reads besides its argument."""
    names = function.__globals__
    read = {name: names[name] for name in function.__code__.co_names if name in names}
    return {name: value for name, value in read.items() if isinstance(value, np.ndarray)}


def _idiom(module: str) -> tuple[dict[str, Any], Callable[[np.ndarray], Any]]:
    """What `np` stands for in a contestant's function, and what makes its arguments."""
    if module == "autograd":
        return {"np": import_module("autograd.numpy")}, lambda array: array
    if module == "torch.func":
        torch = import_module("torch")
        torch.set_num_threads(1)
        return {"np": torch}, partial(torch.tensor, dtype=torch.float64)
    if module == "jax":
        jax = import_module("jax")
        jax.config.update("jax_enable_x64", True)
        return {"np": jax.numpy}, jax.numpy.asarray
    return {}, lambda array: array


def check_along(task: Task, result: np.ndarray) -> None:
    """Hold a derivative against central differences along the direction."""
    x, v = task.data()
    along = result @ v if task.verb in ("jacobian", "hessian") else result
    of_gradient = task.verb in ("hvp", "hessian")
    function = _gradient_by_differences(task.function) if of_gradient else task.function
    error = relative_error(along, slope(function, x, v, 1e-2 if of_gradient else 1e-3))
    # A difference of differences has half the digits of one.
    if not error <= (1e-4 if of_gradient else 1e-6):
        raise WrongGradientError(f"differs from central differences, relative error {error:.1e}")


def slope(function: Function, x: np.ndarray, v: np.ndarray, h: float) -> Any:
    """The derivative along a direction, by central differences of the fourth order."""
    by_1 = function(x + h * v) - function(x - h * v)
    by_2 = function(x + 2 * h * v) - function(x - 2 * h * v)
    return (8 * by_1 - by_2) / (12 * h)


def _gradient_by_differences(function: Function) -> Function:
    return lambda x: np.array([slope(function, x, e, 1e-3) for e in np.eye(len(x))])
