"""Loop exits, dtypes, kinks, the path taken, where memory is written to: each right or refused.

The numbers are those of `test_silent_errors`, the letters those of `test_forebear`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.pitfalls.checks import Programs, X, Y, right_or_refused

Function = Callable[..., Any]
program = Programs()

# ----- 5: loops and their exits -----


@program("exits", X)
def _break_after_write(x):
    z = x * 1.0
    for i in range(5):
        z[i] *= 2
        if z[i] < -1:
            break
        z[i - 1] += z[i] ** 2
    return np.sum(z * z)


@program("exits", X)
def _continue_before_write(x):
    z = x * 1.0
    for i in range(5):
        if z[i] > 1:
            continue
        z[i] = z[i] ** 2 + z[i - 1]
    return np.sum(z * z)


@program("exits", 0.7)
def _break_at_once(a):
    s = a
    for i in range(4):
        break
    else:
        s = s * 100
    return s * a * (i + 1)


@program("exits", 0.7)
def _else_of_empty_loop(a):
    s = a
    for i in range(0):
        s = s * 2
    else:
        s = s * s
    return s


@program("exits", 0.7)
def _break_of_inner(a):
    s = 0.0
    for i in range(3):
        for j in range(3):
            if j > i:
                break
            s = s + a * j
        else:
            s = s * a
        s = s + s * a
    return s


@program("exits", 0.7)
def _forever(a):
    s = a
    while True:
        s = s * 1.7
        if s > 5:
            break
        if s < 1.5:
            continue
        s = s + a * a
    return s * a


@program("exits", X)
def _return_from_two_loops(x):
    s = 1.0
    for i in range(5):
        for e in x:
            s = s * 1.1 + e * e
            if s > 8:
                return s * x[i]
    return s


@program("exits", X)
def _counter_after_break(x):
    for i in range(5):
        if x[i] < -1:
            break
    return x[i] * x[i] * i


@program("exits", 0.7)
def _counter_changed(a):
    s = a
    i = 0
    while i < 5:
        i += 1
        if i == 2:
            i += 1
            continue
        s = s * a + i
    return s


@program("exits", X)
def _body_local_survives(x):
    t = 0.0
    for e in x:
        if e < 0:
            continue
        t = e * e
    return t * x[0]


@program("exits", X)
def _rows_and_break(x):
    m = np.zeros((3, 5))
    for row in m:
        row += x
        if row[0] > 100:
            break
        x = x * row
    return np.sum(m * m)


# ----- 6, m: dtypes -----


@program("dtypes", 0.73)
def _truncated(a):
    z = np.array([1, 2, 3])
    z[1] = a * 10
    return np.sum(z) * a


@program("dtypes", X)
def _truncated_slice(x):
    z = np.zeros(5, dtype=int)
    z[:] = x * 9.7
    return np.sum(z * x)


@program("dtypes", X)
def _truncated_like(x):
    z = np.zeros_like(np.arange(5))
    z[1:] = x[1:] * 7
    return np.sum(z * x)


@program("dtypes", X)
def _truth_values(x):
    z = x > 0
    z[0] = x[1]
    return np.sum(z * x)


@program("dtypes", X)
def _integers_filled(x):
    z = np.full(5, 3)
    z[2] = x[2] * 9
    return np.sum(z * x)


@program("dtypes", X, np.arange(5))
def _integers_received(x, k):
    k[0] = x[0] * 9.7
    return np.sum(x * k)


# ----- 9: kinks -----


@program("kinks", X)
def _rectified_in_place(x):
    z = x * 2
    np.maximum(z, 0.0, out=z)
    z[z > 1] = 1.0
    return np.sum(z * z * x)


@program("kinks", X)
def _guarded_by_mask(x):
    z = np.zeros(5)
    z[x > 0] = np.log(x[x > 0])
    return np.sum(z * x)


# ----- 10: the path taken -----


@program("path", 2.0)
def _newton_in_place(a):
    z = np.ones(1)
    while abs(z[0] * z[0] - a) > 1e-12:
        z[0] = 0.5 * (z[0] + a / z[0])
    return z[0] * a


@program("path", X)
def _bubbles(x):
    z = x * 1.0
    for i in range(5):
        for j in range(4 - i):
            if z[j] > z[j + 1]:
                z[j], z[j + 1] = z[j + 1], z[j]
    return np.sum(z * np.arange(5) * z)


@program("path", X)
def _permuted_in_place(x):
    z = x * 1.0
    z[:] = z[np.argsort(z)]
    return np.sum(z * np.arange(5) * z)


# ----- g, n: keyword arguments and further results of functions that write -----


def _scaled_into(z, *, factor=2.0, start=0):
    z[start:] *= factor
    return z, np.sum(z)


@program("keywords", X, 0.7, wrt=(0, 1))
def _keyword_into(x, a):
    z = x * 1.0
    same, total = _scaled_into(z, factor=a, start=1)
    same[0] = total * a
    _scaled_into(factor=total, z=z)
    return np.sum(z * z)


@program("loops over lists", [0.7, 1.2, -0.4])
def _list_overwritten_in_its_loop(values):
    for i, e in enumerate(values):
        values[i] = e * e
        values[i - 1] = values[i - 1] + e
    return sum(values) * values[0]


@program("loops over lists", [X[:3], Y[:3]])
def _arrays_of_list_written(parts):
    s = 0.0
    for p in parts:
        p *= 2
        s = s + np.sum(p * parts[0])
    return s


@program("loops over lists", 0.7)
def _list_grown(a):
    values = []
    for i in range(4):
        values.append(a**i)
    values[0] = math.sin(a)
    return sum(values) * values[-1]


@program.each
def test_right_or_refused(function: Function, args: tuple[Any, ...], wrt: Any) -> None:
    right_or_refused(function, *args, wrt=wrt)
