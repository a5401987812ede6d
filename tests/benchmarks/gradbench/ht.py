"""Hand tracking: how far measured points are from a model of a hand, and the Jacobian of it.

The 26 numbers of `theta` are the rotation of the hand (axis times angle), its translation, and four
angles for each finger. `Model` holds what does not change; its bones come after their parents.
"""

from typing import NamedTuple

import numpy as np

from adcompile import jacobian

from .protocol import Eval, Task, run_by_backend


class Model(NamedTuple):
    parents: np.ndarray  # of each bone, -1 for none
    relatives: np.ndarray  # where the bone is, seen from its parent
    inverse_absolutes: np.ndarray  # of where it is, seen from the wrist
    vertices: np.ndarray  # of the skin: x, y, z, 1
    weights: np.ndarray  # how much each vertex goes with each bone
    triangles: np.ndarray  # of vertices
    mirrored: bool


def errors_at_vertices(theta, model, places, points):
    """The way from the vertices `places` to the points."""
    return points - skin(theta, model)[places]


def errors_in_triangles(shift, theta, us, model, places, points):
    """The way from somewhere in the triangles `places` to the points.

    `us` says where in the triangles; `shift` moves all of them. An error depends on one row of `us`
    alone, so that its derivative by `shift` is that by its row.
    """
    u = us + shift
    corners = skin(theta, model)[model.triangles[places]]
    inside = (
        u[:, 0:1] * corners[:, 0]
        + u[:, 1:2] * corners[:, 1]
        + (1.0 - u[:, 0:1] - u[:, 1:2]) * corners[:, 2]
    )
    return points - inside


def skin(theta, model):
    """The vertices of the skin of a hand that is held like this."""
    count = len(model.parents)
    posed = model.relatives @ rotations(bone_angles(theta, count))
    absolutes = np.empty((count, 4, 4))
    for i in range(count):
        if model.parents[i] == -1:
            absolutes[i] = posed[i]
        else:
            absolutes[i] = absolutes[model.parents[i]] @ posed[i]
    moves = absolutes @ model.inverse_absolutes
    move = np.reshape(model.weights @ np.reshape(moves[:, :3], (count, 12)), (-1, 3, 4))
    positions = np.sum(move * model.vertices[:, None, :], axis=2)
    if model.mirrored:
        positions = positions * np.array([-1.0, 1.0, 1.0])
    return positions @ rotation(theta[:3]).T + theta[3:6]


def bone_angles(theta, count):
    """The angles of all bones; those that no finger has are zero."""
    angles = np.zeros((count, 3))
    for finger in range(5):
        first, bone = 6 + 4 * finger, 2 + 4 * finger
        angles[bone, 0] = theta[first]
        angles[bone, 1] = theta[first + 1]
        angles[bone + 1, 0] = theta[first + 2]
        angles[bone + 2, 0] = theta[first + 3]
    return angles


def rotations(angles):
    """About the first, the third and the second axis, by the angles in each row."""
    cx, cz, cy = np.cos(angles).T
    sx, sz, sy = np.sin(angles).T
    turned = np.zeros((len(angles), 4, 4))
    turned[:, 0, 0] = cz * cy
    turned[:, 0, 1] = cz * sy * sx - sz * cx
    turned[:, 0, 2] = cz * sy * cx + sz * sx
    turned[:, 1, 0] = sz * cy
    turned[:, 1, 1] = sz * sy * sx + cz * cx
    turned[:, 1, 2] = sz * sy * cx - cz * sx
    turned[:, 2, 0] = -sy
    turned[:, 2, 1] = cy * sx
    turned[:, 2, 2] = cy * cx
    turned[:, 3, 3] = 1.0
    return turned


def rotation(axis):
    """About an axis, by its length."""
    angle = np.sqrt(np.sum(axis**2))
    if angle < 0.0001:
        return np.eye(3)
    x, y, z = axis / angle
    c, s = np.cos(angle), np.sin(angle)
    return np.array(
        [
            [x * x + (1 - x * x) * c, x * y * (1 - c) - z * s, x * z * (1 - c) + y * s],
            [x * y * (1 - c) + z * s, y * y + (1 - y * y) * c, y * z * (1 - c) - x * s],
            [x * z * (1 - c) - y * s, y * z * (1 - c) + x * s, z * z + (1 - z * z) * c],
        ]
    )


by_theta = jacobian(errors_at_vertices, wrt="theta", mode="forward")
by_shift_and_theta = jacobian(errors_in_triangles, wrt=("shift", "theta"), mode="forward")


def errors(theta, us, *given):
    if len(us) == 0:
        return errors_at_vertices(theta, *given)
    return errors_in_triangles(np.zeros(2), theta, us, *given)


def derivatives(theta, us, *given):
    """For each error, by its own row of `us` if there are any, and by `theta`."""
    if len(us) == 0:
        return by_theta(theta, *given)
    return np.concatenate(by_shift_and_theta(np.zeros(2), theta, us, *given), axis=2)


def prepare(given):
    data, model = given["data"], given["data"]["model"]
    return (
        np.array(given["theta"]),
        np.reshape(np.array(given["us"]), (-1, 2)),
        Model(
            parents=np.array(model["parents"]),
            relatives=np.array(model["base_relatives"]),
            inverse_absolutes=np.array(model["inverse_base_absolutes"]),
            vertices=np.array(model["base_positions"]),
            weights=np.array(model["weights"]),
            triangles=np.array(model["triangles"]),
            mirrored=model["is_mirrored"],
        ),
        np.array(data["correspondences"]),
        np.array(data["points"]),
    )


def example(us):
    """A hand of two triangles."""
    bones, vertices = 22, 4
    spread = np.linspace(-0.5, 0.5, bones * 16).reshape(bones, 4, 4)
    at = np.linspace(0.0, 1.0, vertices * 3).reshape(vertices, 3) ** 2
    return {
        "theta": np.linspace(0.1, 0.6, 26).tolist(),
        "us": us,
        "data": {
            "model": {
                "parents": [-1, *range(bones - 1)],
                "base_relatives": (np.eye(4) + 0.25 * spread).tolist(),
                "inverse_base_absolutes": (np.eye(4) - 0.25 * spread).tolist(),
                "base_positions": np.hstack((at, np.ones((vertices, 1)))).tolist(),
                "weights": np.full((vertices, bones), 1 / bones).tolist(),
                "triangles": [[0, 1, 2], [1, 2, 3]],
                "is_mirrored": False,
            },
            "correspondences": [1, 0],
            "points": [[0.5, 0.25, 0.0], [0.25, 0.75, 1.0]],
        },
    }


EVAL = Eval(
    {
        "objective": Task(run_by_backend(errors), prepare, lambda result: result.ravel().tolist()),
        "jacobian": Task(
            derivatives, prepare, lambda result: np.concatenate(result, axis=0).tolist()
        ),
    },
    [example([]), example([[0.25, 0.5], [0.125, 0.25]])],
)
