"""The bundle adjustment of ADBench: squared reprojection errors of points seen by cameras.

A camera is a row of 11 numbers: rotation (axis times angle), centre, focal length, principal point
and two coefficients of radial distortion.
"""

import numpy as np

from ..workload import Workload


def objective(cams, points, weights, cam_idx, point_idx, features):
    projected = project(cams[cam_idx], points[point_idx])
    residuals = weights[:, None] * (projected - features)
    weight_residuals = 1.0 - weights**2
    return np.sum(residuals**2) + np.sum(weight_residuals**2)


def project(cams, points):
    """Each point as the camera of its row sees it."""
    seen = rotate(cams[:, 0:3], points - cams[:, 3:6])
    flat = seen[:, :2] / seen[:, 2:]
    r2 = np.sum(flat**2, axis=1, keepdims=True)
    distortion = 1.0 + cams[:, 9:10] * r2 + cams[:, 10:11] * r2**2
    return cams[:, 6:7] * distortion * flat + cams[:, 7:9]


def rotate(rotations, points):
    """Each point turned by the rotation of its row, after Rodrigues."""
    theta = np.sqrt(np.sum(rotations**2, axis=1, keepdims=True))
    axis = rotations / theta
    cos, sin = np.cos(theta), np.sin(theta)
    along = np.sum(axis * points, axis=1, keepdims=True) * (1.0 - cos)
    return points * cos + np.cross(axis, points, axis=1) * sin + axis * along


def objective_adjoint(cams, points, weights, cam_idx, point_idx, features):
    cam = cams[cam_idx]
    focal, k2, k4 = cam[:, 6:7], cam[:, 9:10], cam[:, 10:11]
    # rotate
    rotation, x = cam[:, 0:3], points[point_idx] - cam[:, 3:6]
    theta = np.sqrt(dot(rotation, rotation))
    axis = rotation / theta
    cos, sin = np.cos(theta), np.sin(theta)
    cross, inner = np.cross(axis, x), dot(axis, x)
    along = inner * (1.0 - cos)
    seen = x * cos + cross * sin + axis * along
    # project
    depth = seen[:, 2:]
    flat = seen[:, :2] / depth
    r2 = dot(flat, flat)
    scale = focal * (1.0 + (k2 + k4 * r2) * r2)
    errors = scale * flat + cam[:, 7:9] - features
    residuals = weights[:, None] * errors
    weight_residuals = 1.0 - weights**2
    value = np.vdot(residuals, residuals) + np.vdot(weight_residuals, weight_residuals)
    # backward: residuals
    d_residuals = 2.0 * residuals
    d_weights = dot(d_residuals, errors)[:, 0] - 4.0 * weight_residuals * weights
    d_projected = d_residuals * weights[:, None]
    # backward: project
    d_cam = np.empty_like(cam)
    d_cam[:, 7:9] = d_projected
    d_scale = dot(d_projected, flat)
    d_cam[:, 6:7] = d_scale * scale / focal
    d_distortion = d_scale * focal
    d_cam[:, 9:10] = d_distortion * r2
    d_cam[:, 10:11] = d_distortion * r2**2
    d_r2 = d_distortion * (k2 + 2.0 * k4 * r2)
    d_seen = np.empty_like(seen)
    d_seen[:, :2] = (d_projected * scale + 2.0 * d_r2 * flat) / depth
    d_seen[:, 2:] = -dot(d_seen[:, :2], flat)
    # backward: rotate
    d_along = dot(d_seen, axis)
    d_inner = d_along * (1.0 - cos)
    d_theta = dot(d_seen, cross) * cos + (d_along * inner - dot(d_seen, x)) * sin
    d_cross = d_seen * sin
    d_axis = np.cross(x, d_cross) + d_seen * along + x * d_inner
    d_x = np.cross(d_cross, axis) + d_seen * cos + axis * d_inner
    d_cam[:, 0:3] = (d_axis - axis * dot(d_axis, axis)) / theta + axis * d_theta
    d_cam[:, 3:6] = -d_x
    d_cams, d_points = add_rows(d_cam, cam_idx, len(cams)), add_rows(d_x, point_idx, len(points))
    return value, (d_cams, d_points, d_weights)


def dot(a, b):
    """The inner products of the rows, as a column."""
    return np.einsum("ij,ij->i", a, b)[:, None]


def add_rows(rows, index, size):
    """The adjoint of `table[index]`: several times as fast as `np.add.at` on rows."""
    width = rows.shape[1]
    flat = (index[:, None] * width + np.arange(width)).ravel()
    return np.bincount(flat, rows.ravel(), size * width).reshape(size, width)


def make_data(rng):
    cameras, points, observations = 20, 250, 1000
    cams = np.concatenate(
        [
            0.3 * rng.normal(size=(cameras, 3)),
            0.1 * rng.normal(size=(cameras, 3)) - np.array([0.0, 0.0, 10.0]),
            rng.uniform(0.8, 1.2, size=(cameras, 1)),
            0.1 * rng.normal(size=(cameras, 4)),
        ],
        axis=1,
    )
    return (
        cams,
        rng.normal(size=(points, 3)),
        rng.uniform(0.5, 1.5, size=observations),
        rng.integers(cameras, size=observations),
        rng.integers(points, size=observations),
        rng.normal(size=(observations, 2)),
    )


BUNDLE_ADJUSTMENT = Workload(
    name="ba",
    title="ADBench's bundle adjustment, 20 cameras, 250 points, 1,000 observations, "
    "value and gradient by cameras, points and weights",
    make_data=make_data,
    primal=objective,
    wrt=("cams", "points", "weights"),
    adjoint=objective_adjoint,
)
