"""What the compiler refuses of arrays written in place: rows as in `tests.refusals.table`."""

from __future__ import annotations

from tests.refusals.rows import Row

_NO_AXES = "`+=` changes the array `e` in place, which cannot be differentiated yet"

MEMORY = [
    Row(
        "array of the module",
        """
OFFSETS = np.zeros(5)


def f(x):
    OFFSETS[0] = x[0]
    ^^^^^^^^^^
    return np.sum(x * OFFSETS)
""",
        "`OFFSETS` comes from outside the function, and a write to it outlives the call",
        "pass it in, or write to a copy",
    ),
    Row(
        "array of the module in a helper",
        """
TRACE = np.zeros(5)


def note(x):
    TRACE[:] = x
    ^^^^^^^^


def f(x):
    note(x)
    return np.sum(x * x)
""",
        "`TRACE` comes from outside the function, and a write to it outlives the call",
        "pass it in, or write to a copy",
    ),
    Row(
        "array captured from outside",
        """
def make():
    trace = np.zeros(5)

    def f(x):
        trace[0] += x[0]
        ^^^^^^^^^^^^^^^^
        return np.sum(x * x)

    return f


f = make()
""",
        "`trace` comes from outside the function, and a write to it outlives the call",
        "pass it in, or write to a copy",
    ),
    Row(
        "element of an object that is not known",
        """
import os


def f(a):
    os.environ["A"] = "1"
    ^^^^^^^^^^^^^^^
    return a * a
""",
        "writing into an object in place cannot be differentiated yet",
        "build a new one",
    ),
    Row(
        "array of integers",
        """
def f(x):
    counts = np.zeros(5, dtype=np.int32)
    counts[0] = x[0]
    ^^^^^^^^^
    return np.sum(counts * x)
""",
        "`counts` holds int32: a differentiated value would be truncated",
        "make it an array of floats",
    ),
    Row(
        "array of booleans",
        """
def f(x, mask):
    mask[0] = x[0]
    ^^^^^^^
    return np.sum(x[mask])
""",
        "`mask` holds bool: a differentiated value would be truncated",
        "make it an array of floats",
    ),
    Row(
        "one of two arrays, then the other read",
        """
def f(x, y, a):
    z = x if a > 0 else y
    z[0] = 1.0
    return np.sum(x * y)
                  ^^^^^
""",
        "`x` may share memory with what has been written to in line 4",
        "make a copy with `.copy()` before",
    ),
    Row(
        "one of two arrays of a branch",
        """
def f(x, y, a):
    u = x * 2.0
    v = y * 2.0
    if a > 0:
        z = u
    else:
        z = v
    z[0] = a
    return np.sum(u * v)
                  ^^^^^
""",
        "`u` may share memory with `z`, which has been written to in line 9",
        "make a copy with `.copy()` before",
    ),
    Row(
        "one of two arrays of a helper",
        """
def larger(x, y):
    if np.sum(x) > np.sum(y):
        return x
    return y


def f(x, y):
    z = larger(x, y)
    z *= 2.0
    return np.sum(x * y)
                  ^^^^^
""",
        "`x` may share memory with `result`, which has been written to in line 4",
        "make a copy with `.copy()` before",
    ),
    Row(
        "one of two views",
        """
def f(x, a):
    z = x * x
    if a > 0:
        v = z[1:]
    else:
        v = z[:-1]
    z[0] = a
    return np.sum(v)
           ^^^^^^^^^
""",
        "`v` may share memory with `z`, which has been written to in line 8",
        "make a copy with `.copy()` before",
    ),
    Row(
        "view that a loop kept",
        """
def f(x, n):
    kept = x
    for i in range(n):
        kept = x[::-1] if i > 0 else x
    x[0] = 2.0
    return np.sum(kept)
           ^^^^^^^^^^^^
""",
        "`kept` may share memory with `x`, which has been written to in line 6",
        "make a copy with `.copy()` before",
    ),
    Row(
        "row at an index that is an array of no axes",
        """
def f(m):
    i = np.array(1)
    row = m[i]
    row[0] = 5.0
    ^^^^^^
    return np.sum(m * m) + np.sum(row)
""",
        "`row` cannot be written to: it is not known while compiling whose memory it is",
        "write to a copy",
    ),
    Row(
        "view of no axes",
        """
def f(x):
    e = x[0, ...]
    e += 1
    ^^^^^^
    return e * x[0] * x[1]
""",
        _NO_AXES,
        "`e = e + ...` makes a new array",
    ),
    Row(
        "sum that begins with a row",
        """
def f(m):
    total = None
    for row in m:
        if total is None:
            total = row
        else:
            total += row
            ^^^^^^^^^^^^
    return np.sum(total * m[0])
""",
        "`+=` changes the array `total` in place, which cannot be differentiated yet",
        "`total = total + ...` makes a new array",
    ),
    Row(
        "view of no axes in a loop",
        """
def f(x, n):
    e = x[0, ...]
    for i in range(n):
        e += 1
        ^^^^^^
    return e * x[0] * x[1]
""",
        _NO_AXES,
        "`e = e + ...` makes a new array",
    ),
    Row(
        "array of no axes of a caller",
        """
def more(e):
    for i in range(3):
        e += i
        ^^^^^^
    return e


def f(x):
    e = np.array(x[0])
    return more(e) * e
""",
        _NO_AXES,
        "`e = e + ...` makes a new array",
    ),
    Row(
        "array of no axes in a tuple",
        """
def f(a):
    e = np.where(a > 0, a, 1.0)
    pair = (e, 1.0)
    for i in range(3):
        e += i
        ^^^^^^
    return e * pair[0]
""",
        _NO_AXES,
        "`e = e + ...` makes a new array",
    ),
    Row(
        "flattened argument",
        """
def f(m):
    flat = m.ravel()
    flat[0] = 2.0
    return np.sum(m * flat[1])
                  ^^^^^^^^^^^
""",
        "`m` may share memory with `flat`, which has been written to in line 4",
        "make a copy with `.copy()` before",
    ),
    Row(
        "reshaped argument that is written",
        """
def f(m):
    rows = np.reshape(m, (5, 4))
    m[0, 0] = 2.0
    return np.sum(rows)
           ^^^^^^^^^^^^
""",
        "`rows` may share memory with `m`, which has been written to in line 4",
        "make a copy with `.copy()` before",
    ),
    Row(
        "diagonal",
        """
def f(q):
    z = q * q
    d = np.diag(z)
    d[0] = 2.0
    ^^^^
    return np.sum(z)
""",
        "`d` cannot be written to: it is not known while compiling whose memory it is",
        "write to a copy",
    ),
    Row(
        "broadcast",
        """
def f(x):
    z = np.broadcast_to(x, (2, 5))
    z[0, 0] = 1.0
    ^^^^^^^
    return np.sum(z)
""",
        "`z` cannot be written to: NumPy makes this view read-only",
        "write to a copy",
    ),
    Row(
        "array in a list at a computed index",
        """
def f(points, k=1):
    points[k][0] = 2.0
    ^^^^^^^^^^^^
    return np.sum(points[0] * points[1])
""",
        "`points[k]` cannot be written to: it is not known while compiling whose memory it is",
        "write to a copy",
    ),
    Row(
        "out that is a list",
        """
def f(x, nums):
    np.multiply(x, 2.0, out=nums)
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    return np.sum(x)
""",
        "`out=` of `np.multiply` cannot be differentiated here",
        "assign the result",
    ),
    Row(
        "where without out",
        """
def f(x, mask):
    z = np.multiply(x, x, where=mask)
        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    return np.sum(z)
""",
        "the argument `where` of `numpy.multiply` has no derivative rule",
        "leave it out, or write what it does as separate operations",
    ),
    Row(
        "multiply.at",
        """
def f(x, idx):
    z = x * x
    np.multiply.at(z, idx, 2.0)
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    return np.sum(z)
""",
        "`np.multiply.at` has no derivative rule: only `np.add.at` and `np.subtract.at` have one",
        "write `a[i] = ...` in a loop",
    ),
    Row(
        "put",
        """
def f(x, idx):
    z = x * x
    np.put(z, [0, 1], [2.0, 3.0])
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    return np.sum(z)
""",
        "`np.put` has no derivative rule: it changes an array in place in a way that is not "
        "followed",
        "assign to `a[i]`",
    ),
    Row(
        "put of what is not differentiated",
        """
def f(x, mask):
    np.put(mask, [0], [False])
    ^^^^^^^^^^^^^^^^^^^^^^^^^^
    return np.sum(x[mask])
""",
        "`np.put` writes into its argument",
        "build a new array instead",
    ),
    Row(
        "shuffle",
        """
def f(x):
    z = x * x
    np.random.shuffle(z)
    ^^^^^^^^^^^^^^^^^^^^
    return np.sum(z[:2])
""",
        "`np.random.shuffle` has no derivative rule",
        "write it with functions that have one, or pass it values that are not differentiated",
    ),
    Row(
        "call that might change its argument",
        """
from operator import setitem


def f(a):
    setitem([1.0], 0, 2.0)
    ^^^^^^^^^^^^^^^^^^^^^^
    return a * a
""",
        "`setitem` cannot be looked into, and it might change an argument",
        "pass it numbers, or call it outside and pass its result in",
    ),
    Row(
        "writing call on one side of a conditional",
        """
def fill(z):
    z[0] = 2.0
    return 1.0


def f(x, a):
    z = x * x
    k = fill(z) if a > 0 else 2.0
        ^^^^^^^^^^^^^^^^^^^^^^^^^
    return k * np.sum(z)
""",
        "a function that writes into an array is called on one side",
        "write `if`",
    ),
    Row(
        "writing call in an `and`",
        """
def fill(z):
    z[0] = 2.0
    return True


def f(x, a):
    z = x * x
    if a > 0 and fill(z):
                 ^^^^^^^
        return np.sum(z)
    return a
""",
        "this changes a value in place, and may not be evaluated",
        "write `if`",
    ),
    Row(
        "array that an argument holds",
        """
def f(model):
    model.shift[0] = 0.0
    ^^^^^^^^^^^^^^
    return np.sum(model.shift)
""",
        "`model.shift` cannot be written to: it is not known while compiling whose memory it is",
        "write to a copy",
    ),
    Row(
        "del of an element",
        """
def f(x):
    del x[0]
        ^^^^
    return np.sum(x)
""",
        "`del` changes an object in place, which cannot be differentiated yet",
        "build a new one without it",
    ),
]
