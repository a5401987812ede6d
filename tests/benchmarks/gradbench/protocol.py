"""GradBench's protocol: every line that comes in is a message, every line that goes out its answer.

https://github.com/gradbench/gradbench/blob/main/CONTRIBUTING.md#protocol
"""

import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from adcompile import compiled, options

from . import NAMES

Message = Mapping[str, Any]


def is_native() -> bool:
    """Whether the derivatives that are made from now on are machine code."""
    return options.default_backend() == "numba"


def run_by_backend(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function itself, as the backend runs it."""
    return compiled(function) if is_native() else function


def as_json(value: Any) -> Any:
    """Arrays and NumPy's numbers as what `json` knows."""
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


@dataclass(frozen=True)
class Task:
    """A function that GradBench asks for.

    `prepare` makes the arguments of `run` from the input of a message, and `report` the output from
    what `run` returns. Only `run` is timed.
    """

    run: Callable[..., Any]
    prepare: Callable[[Any], tuple[Any, ...]]
    report: Callable[[Any], Any] = as_json


@dataclass(frozen=True)
class Eval:
    """A benchmark of GradBench: its functions, and small inputs of every kind that they are given.

    To run a function at the examples compiles all that it will need.
    """

    tasks: Mapping[str, Task]
    examples: Sequence[Any]


def import_eval(name: str) -> Eval:
    """
    Args:
        name: one of `NAMES`.
    """
    found: Eval = import_module(f".{name}", __package__).EVAL
    return found


class Tool:
    """Answers messages.

    Args:
        config: what the tool tells about itself.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config

    def answer(self, message: Message) -> dict[str, Any]:
        """What to say to a message; an error is one of the answers."""
        kinds = {"start": self._start, "define": define, "evaluate": evaluate}
        answer: dict[str, Any] = {"id": message["id"]}
        try:
            return answer | kinds.get(message["kind"], acknowledge)(message)
        except Exception:
            return answer | {"success": False, "error": traceback.format_exc()}

    def _start(self, message: Message) -> dict[str, Any]:
        return {"tool": "adcompile", "config": dict(self._config)}


def define(message: Message) -> dict[str, Any]:
    """Compile the functions of an eval."""
    name = message["module"]
    if name not in NAMES:
        return {"success": False, "error": f"there is no {name}"}
    started = time.perf_counter_ns()
    found = import_eval(name)
    timings = [timing("import", started)]
    for function, task in found.tasks.items():
        arguments = [task.prepare(example) for example in found.examples]
        started = time.perf_counter_ns()
        for some in arguments:
            task.run(*some)
        timings.append(timing(f"compile {function}", started))
    return {"success": True, "timings": timings}


def evaluate(message: Message) -> dict[str, Any]:
    """Run a function as often as is asked for."""
    task = import_eval(message["module"]).tasks[message["function"]]
    arguments = task.prepare(message["input"])
    result, timings = repeated(partial(task.run, *arguments), message["input"])
    return {"success": True, "output": task.report(result), "timings": timings}


def acknowledge(message: Message) -> dict[str, Any]:
    """There is nothing to say to any other message."""
    return {}


def repeated(run: Callable[[], Any], options: Any) -> tuple[Any, list[dict[str, Any]]]:
    """The result, and the time of each run: at least so many, for at least so many seconds."""
    options = options if isinstance(options, Mapping) else {}
    least, seconds = options.get("min_runs", 1), options.get("min_seconds", 0)
    timings: list[dict[str, Any]] = []
    total = 0
    while len(timings) < least or total < seconds * 1e9:
        started = time.perf_counter_ns()
        result = run()
        timings.append(timing("evaluate", started))
        total += timings[-1]["nanoseconds"]
    return result, timings


def timing(name: str, started: int) -> dict[str, Any]:
    """An entry of `timings` that ends now."""
    return {"name": name, "nanoseconds": time.perf_counter_ns() - started}
