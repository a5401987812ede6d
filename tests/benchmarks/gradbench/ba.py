"""Bundle adjustment: how far points are from where cameras saw them, and the sparse Jacobian of it.

A camera is 11 numbers: rotation (axis times angle), centre, focal length, principal point and two
coefficients of radial distortion. An observation is of one point by one camera.
"""

import numpy as np

from adcompile import compiled, elementwise_grad, vjp

from .protocol import Eval, Task, is_native

WIDTH = 11 + 3 + 1  # the numbers of a camera, a point and a weight
AT_ONCE = 4096  # so many observations are in the processor's cache


def reprojection_errors(camera, point, weight, feature):
    """Two errors, one for each coordinate of the picture.

    The arguments are rows of numbers, or of columns with the numbers of many observations.
    """
    r1, r2, r3, c1, c2, c3, focal, u0, v0, k1, k2 = camera
    px, py, pz = point
    x, y, z = px - c1, py - c2, pz - c3
    # the rotation, after Rodrigues
    theta = np.sqrt(r1 * r1 + r2 * r2 + r3 * r3)
    a1, a2, a3 = r1 / theta, r2 / theta, r3 / theta
    cos, sin = np.cos(theta), np.sin(theta)
    along = (a1 * x + a2 * y + a3 * z) * (1.0 - cos)
    depth = z * cos + (a1 * y - a2 * x) * sin + a3 * along
    right = (x * cos + (a2 * z - a3 * y) * sin + a1 * along) / depth
    down = (y * cos + (a3 * x - a1 * z) * sin + a2 * along) / depth
    # the lens
    r_squared = right * right + down * down
    scale = focal * (1.0 + k1 * r_squared + k2 * r_squared * r_squared)
    return (
        weight * (right * scale + u0 - feature[0]),
        weight * (down * scale + v0 - feature[1]),
    )


def weight_error(weight):
    return 1.0 - weight * weight


def objective(cameras, points, weights, seen_by, seen, features):
    """The errors of all observations: of point `seen` by camera `seen_by`."""
    errors = np.empty((len(weights), 2))
    for start in range(0, len(weights), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        camera, point = cameras[seen_by[some]].T, points[seen[some]].T
        u, v = reprojection_errors(camera, point, weights[some], features[some].T)
        errors[some, 0], errors[some, 1] = u, v
    return errors, weight_error(weights)


def objective_by_rows(cameras, points, weights, seen_by, seen, features):
    """As `objective`, one observation after the other: for machine code."""
    errors = np.empty((len(weights), 2))
    for i in range(len(weights)):
        u, v = reprojection_errors(cameras[seen_by[i]], points[seen[i]], weights[i], features[i])
        errors[i, 0], errors[i, 1] = u, v
    return errors, weight_error(weights)


def blocks_by_rows(cameras, points, weights, seen_by, seen, features):
    """For each observation the derivatives of its two errors."""
    blocks = np.empty((len(weights), 2, WIDTH))
    for i in range(len(weights)):
        given = cameras[seen_by[i]], points[seen[i]], weights[i], features[i]
        _, pullback = vjp(reprojection_errors, *given, wrt=(0, 1, 2))
        for row, direction in enumerate(((1.0, 0.0), (0.0, 1.0))):
            d_camera, d_point, d_weight = pullback(direction)
            blocks[i, row, :11] = d_camera
            blocks[i, row, 11:14] = d_point
            blocks[i, row, 14] = d_weight
    return blocks, weight_slope(weights)


def blocks_by_columns(cameras, points, weights, seen_by, seen, features):
    """As `blocks_by_rows`, many observations at once."""
    blocks = np.empty((len(weights), 2, WIDTH))
    for start in range(0, len(weights), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        given = cameras[seen_by[some]].T, points[seen[some]].T, weights[some], features[some].T
        _, pullback = vjp(reprojection_errors, *given, wrt=(0, 1, 2))
        one, zero = np.ones(len(weights[some])), np.zeros(len(weights[some]))
        for row, direction in enumerate([(one, zero), (zero, one)]):
            d_camera, d_point, d_weight = pullback(direction)
            blocks[some, row, :11] = d_camera.T
            blocks[some, row, 11:14] = d_point.T
            blocks[some, row, 14] = d_weight
    return blocks, weight_slope(weights)


def jacobian(cameras, points, weights, seen_by, seen, features):
    """Its rows, compressed: where each starts, the columns of its elements, and the elements.

    There are two rows for each observation, with its camera, point and weight, and after those a
    row for the error of each weight.
    """
    count = len(weights)
    blocks, slopes = derivatives(cameras, points, weights, seen_by, seen, features)
    columns = np.empty((count, 2, WIDTH), np.int32)
    columns[:, :, :11] = (11 * seen_by[:, None] + np.arange(11))[:, None]
    first_point = 11 * len(cameras)
    columns[:, :, 11:14] = (first_point + 3 * seen[:, None] + np.arange(3))[:, None]
    of_weights = first_point + 3 * len(points) + np.arange(count, dtype=np.int32)
    columns[:, :, 14] = of_weights[:, None]
    starts = np.arange(0, 2 * count * WIDTH + 1, WIDTH, dtype=np.int32)
    return (
        np.concatenate((starts, starts[-1] + np.arange(1, count + 1, dtype=np.int32))),
        np.concatenate((columns.ravel(), of_weights)),
        np.concatenate((blocks.ravel(), slopes)),
    )


weight_slope = elementwise_grad(weight_error)
derivatives = compiled(blocks_by_rows) if is_native() else blocks_by_columns


def prepare(given):
    cameras, points, count = given["n"], given["m"], given["p"]
    return (
        np.tile(given["cam"], (cameras, 1)),
        np.tile(given["x"], (points, 1)),
        np.full(count, given["w"]),
        np.arange(count) % cameras,
        np.arange(count) % points,
        np.tile(given["feat"], (count, 1)),
    )


def report_errors(result):
    errors, of_weights = result
    return {
        "reproj_error": {"elements": errors[0].tolist(), "repeated": len(errors)},
        "w_err": {"element": float(of_weights[0]), "repeated": len(of_weights)},
    }


def report_matrix(result):
    """The first 30 elements and the last one of each array: the suite asks for these."""
    names = ("rows", "cols", "vals")
    return {n: [*a[:30].tolist(), a[-1].item()] for n, a in zip(names, result, strict=True)}


EVAL = Eval(
    {
        "objective": Task(
            compiled(objective_by_rows) if is_native() else objective, prepare, report_errors
        ),
        "jacobian": Task(jacobian, prepare, report_matrix),
    },
    [
        {
            "n": 2,
            "m": 3,
            "p": 4,
            "cam": [0.25, -0.125, 0.5, 0.5, 0.25, -4.0, 1.5, 0.25, -0.25, 0.125, 0.0625],
            "x": [0.25, -0.5, 1.0],
            "w": 0.75,
            "feat": [0.125, -0.25],
        }
    ],
)
