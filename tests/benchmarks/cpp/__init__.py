"""Adjoints written by hand in C++, called through ctypes.

`adjoints.cpp` is compiled when it is first asked for, if there is a compiler.
"""

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..report import LeftOutError

SOURCE = Path(__file__).with_name("adjoints.cpp")
OPTIONS = ("-O3", "-march=native", "-std=c++17", "-shared", "-fPIC")


def adjoint(workload: str) -> Callable[..., Any]:
    """The adjoint of a workload, of the arguments that the primal takes.

    Raises:
        LeftOutError: there is none, or no compiler.
    """
    if workload not in _ADJOINTS:
        raise LeftOutError("not written in C++")
    return _ADJOINTS[workload]


@cache
def _library() -> ctypes.CDLL:
    compiler = shutil.which(os.environ.get("CXX", "g++"))
    if compiler is None:
        raise LeftOutError("no g++; CXX names another compiler")
    with tempfile.TemporaryDirectory(prefix="adcompile-benchmarks-") as folder:
        library = Path(folder, "adjoints.so")
        subprocess.run([compiler, *OPTIONS, SOURCE, "-o", library], check=True)
        return ctypes.CDLL(str(library))


def _call(name: str, *arguments: Any) -> float:
    function = getattr(_library(), name)
    function.restype = ctypes.c_double
    return float(function(*map(_argument, arguments)))


def _argument(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return ctypes.c_void_p(value.ctypes.data)
    return ctypes.c_size_t(value) if isinstance(value, int) else ctypes.c_double(value)


def _loop(x: float, n: int) -> Any:
    d_x = np.empty(1)
    return _call("loop", x, n, d_x), d_x.item()


def _sweep(x: Any) -> Any:
    d_x = np.empty_like(x)
    return _call("sweep", x, x.size, d_x), d_x


def _stencil(u0: Any, c: float, steps: int) -> Any:
    d_u0, d_c = np.empty_like(u0), np.empty(1)
    return _call("stencil", u0, u0.size, c, steps, d_u0, d_c), (d_u0, d_c.item())


def _gmm(alphas: Any, means: Any, log_diag: Any, below: Any, x: Any, gamma: float, m: float) -> Any:
    wrt = alphas, means, log_diag, below
    gradients = tuple(map(np.empty_like, wrt))
    sizes = len(alphas), len(x), x.shape[1]
    return _call("gmm", *sizes, *wrt, x, gamma, float(m), *gradients), gradients


def _ba(cams: Any, points: Any, weights: Any, cam_idx: Any, point_idx: Any, features: Any) -> Any:
    wrt = cams, points, weights
    gradients = tuple(map(np.empty_like, wrt))
    sizes = len(cams), len(points), len(weights)
    return _call("ba", *sizes, *wrt, cam_idx, point_idx, features, *gradients), gradients


_ADJOINTS: dict[str, Callable[..., Any]] = {
    "loop": _loop,
    "sweep": _sweep,
    "stencil": _stencil,
    "gmm": _gmm,
    "gmm-einsum": _gmm,
    "ba": _ba,
}
