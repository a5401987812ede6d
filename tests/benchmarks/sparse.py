"""What sparse matrices of derivatives cost: as much as their colours, however many columns.

`python -m tests.benchmarks.sparse` prints, for a residual on a line and a bundle adjustment of
several sizes, the number of columns and colours, and the times of the function itself, of the
sparse Jacobian once its pattern is known, of finding the pattern, and of the dense Jacobian.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import adcompile

DENSE_UP_TO = 3_000


def residual(u, h):
    """A nonlinear diffusion equation on a line."""
    r = np.zeros_like(u)
    r[1:-1] = (u[2:] - 2.0 * u[1:-1] + u[:-2]) / h**2 - np.exp(u[1:-1])
    r[0] = u[0]
    r[-1] = u[-1] - 1.0
    return r


def reprojection(points, cameras, camera_of, point_of, seen):
    """Errors of the places in images at which cameras, which look along z, see points."""
    c = cameras[camera_of]
    d = points[point_of] - c[:, :3]
    return d[:, :2] / d[:, 2:] * c[:, 3:] - seen


def best(call: Callable[[], Any], least: float = 0.2) -> float:
    """The shortest of several runs, in seconds."""
    times, end = [], time.perf_counter() + least
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def problems() -> Iterator[tuple[str, Callable[..., Any], tuple[Any, ...]]]:
    """Functions with arguments of several sizes."""
    rng = np.random.default_rng(0)
    for n in (100, 1_000, 10_000, 100_000):
        yield "line", residual, (rng.normal(size=n), 0.1)
    for n in (30, 300, 3_000):
        cameras = rng.normal(size=(10, 4))
        points = rng.normal(size=(n, 3)) + 5.0
        of = rng.integers(0, 10, 4 * n), np.repeat(np.arange(n), 4)
        yield "bundle", reprojection, (points, cameras, *of, rng.normal(size=(4 * n, 2)))


def main() -> None:
    """Print the table."""
    print(f"{'':8}{'columns':>9}{'colours':>9}{'function':>11}{'sparse':>11}"
          f"{'pattern':>11}{'dense':>11}  [ms]")  # fmt: skip
    for name, f, args in problems():
        sparse, dense = adcompile.jacobian(f, sparse=True), adcompile.jacobian(f)
        start = time.perf_counter()
        sparse(*args)
        pattern = time.perf_counter() - start
        columns = args[0].size
        times = [best(lambda: f(*args)), best(lambda: sparse(*args)), pattern]
        times += [best(lambda: dense(*args))] if columns <= DENSE_UP_TO else []
        text = "".join(f"{1e3 * seconds:11.3f}" for seconds in times)
        print(f"{name:8}{columns:9}{sparse.colours_for(*args):9}{text}")


if __name__ == "__main__":
    main()
