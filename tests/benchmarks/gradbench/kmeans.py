"""The cost of a clustering, and the step that Newton's method takes to lower it."""

import numpy as np

from adcompile import compiled, grad, jvp

from .protocol import Eval, Task, is_native, run_by_backend


def cost(points, centroids):
    """The squared distances of points from the centroid nearest to them."""
    squares = np.sum(centroids**2, axis=1) - 2 * points @ centroids.T  # and those of the point
    nearest = np.argmin(squares, axis=1)
    return np.sum((points - centroids[nearest]) ** 2)


def cost_by_rows(points, centroids):
    """As `cost`, one point after the other: for machine code."""
    total = 0.0
    for i in range(len(points)):
        at = nearest_to(points[i], centroids)
        total += np.sum((points[i] - centroids[at]) ** 2)
    return total


def nearest_to(point, centroids):
    lowest, nearest = np.inf, 0
    for k in range(len(centroids)):
        square = np.sum((centroids[k] - point) ** 2)
        if square < lowest:
            lowest, nearest = square, k
    return nearest


def cost_by_columns(points, centroids):
    """As `cost_by_rows`, several centroids at a time: for machine code of the cost alone."""
    columns = centroids.T.copy()
    total = 0.0
    for i in range(len(points)):
        squares = np.zeros(len(centroids))
        for axis in range(len(columns)):
            squares += (columns[axis] - points[i, axis]) ** 2
        total += np.sum((points[i] - centroids[np.argmin(squares)]) ** 2)
    return total


slope = grad(cost_by_rows if is_native() else cost, wrt="centroids")


def direction(points, centroids):
    """The gradient over the diagonal of the Hessian, which has nothing beside its diagonal.

    So that the diagonal is the sum of its rows: the derivative of the gradient along all ones.
    """
    gradient, diagonal = jvp(slope, (points, centroids), (None, np.ones_like(centroids)))
    return gradient / diagonal


def prepare(given):
    return np.array(given["points"]), np.array(given["centroids"])


EVAL = Eval(
    {
        "cost": Task(compiled(cost_by_columns) if is_native() else cost, prepare),
        "dir": Task(run_by_backend(direction), prepare),
    },
    [
        {
            "points": [[0.0, 0.25], [1.0, 0.5], [0.125, 0.0], [1.25, 0.75]],
            "centroids": [[0.0, 0.0], [1.0, 1.0]],
        }
    ],
)
