"""What the compiler refuses, and how it says so.

Each row is a program with carets under the construct that is refused, the reason and the way round.
The program's last function is differentiated by all its parameters that hold floats; arguments are
made from their names, see `tests.language.inputs`.
"""

from __future__ import annotations

from tests.refusals.memory import MEMORY
from tests.refusals.objects import OBJECTS, REFLECTION
from tests.refusals.own import EQUATIONS, MARKS, RULES
from tests.refusals.rows import Row
from tests.refusals.statements import CONTEXTS, MATCHES
from tests.refusals.values import VALUES

_LATER = "cannot be differentiated yet"

_KEPT = "this call may change a value, in a statement that is kept as it is"
_KEPT_HINT = "call it on a line of its own and keep its result in a variable"

STATEMENTS = [
    Row(
        "class inside",
        """
def f(a):
    class Inner:
    ^^^^^^^^^^^^
        factor = 2
    return a * Inner.factor
""",
        f"a class inside a function {_LATER}",
        "define it outside",
    ),
    Row(
        "global",
        """
count = 0


def f(a):
    global count
    ^^^^^^^^^^^^
    count = count + 1
    return a * count
""",
        "writing the global `count` is a write that outlives the call",
        "pass the value in and return it",
    ),
    Row(
        "nonlocal",
        """
def make():
    count = 0

    def f(a):
        nonlocal count
        ^^^^^^^^^^^^^^
        count = count + 1
        return a * count

    return f


f = make()
""",
        f"`nonlocal` {_LATER}",
        "pass the value in and return it",
    ),
    Row(
        "returns nothing",
        """
def f(a):
    b = a * a
""",
        "the result is not a number",
        "return one number; further results go with has_aux=True",
    ),
    Row(
        "returns nothing on some paths",
        """
def f(a):
    if a > 0:
    ^^^^^^^^^
        return a * a
""",
        "the function returns nothing on one of its paths",
        "return a value on each path",
    ),
    Row(
        "returns nothing after a loop",
        """
def f(x):
    for e in x:
    ^^^^^^^^^^^
        if e > 0:
            return e * e
""",
        "the function returns nothing on one of its paths",
        "return a value on each path",
    ),
]

IN_PLACE = [
    Row(
        "list of an argument",
        """
def f(nums):
    nums[0] = nums[1] * 2
    ^^^^^^^
    return nums[0]
""",
        "`nums` comes from outside the function, and a write to it outlives the call",
        "write to a copy: `nums = list(nums)`",
    ),
    Row(
        "dict of an argument, by a helper",
        """
def g(d):
    d["r"] = 2 * d["p"]
    ^^^^^^


def f(table):
    g(table)
    return table["q"]
""",
        "`table` comes from outside the function, and a write to it outlives the call",
        "write to a copy: `table = dict(table)`",
    ),
    Row(
        "list from outside",
        """
values = [1.0]


def f(a):
    values.append(a)
    ^^^^^^^^^^^^^^^^
    return values[1]
""",
        "`values` comes from outside the function, and a write to it outlives the call",
        "write to a copy",
    ),
    Row(
        "list that may have another name",
        """
def f(a, b):
    p, q = [a], [b]
    one = p if a > 0 else q
    one.append(a)
    return p[0]
           ^
""",
        "`p` may share memory with `one`, which has been written to in line 5",
        "make a copy with `.copy()` before",
    ),
    Row(
        "list that changes ahead of the loop",
        """
def f(a, x):
    values = [a, x]
    for v in values:
        values[1] = a
        ^^^^^^^^^
    return values[0]
""",
        "`values` changes while it is iterated over",
        "iterate over a copy of it",
    ),
    Row(
        "list that holds itself",
        """
def f(a):
    values = [a]
    values.append(values)
    ^^^^^^^^^^^^^^^^^^^^^
    return values[0]
""",
        "a container that holds itself cannot be differentiated",
    ),
    Row(
        "key that is not known",
        """
def f(a, n):
    d = {}
    d[n] = a
    ^^^^
    return d[n]
""",
        "a key of this dict is not known while compiling",
        "write it as a literal",
    ),
    Row(
        "view of a dict that has changed",
        """
def f(a, b):
    d = {"p": a}
    values = d.values()
    d["p"] = b
    return sum(values)
               ^^^^^^
""",
        "`values` may share memory with `d`, which has been written to in line 5",
        "make a copy with `.copy()` before",
    ),
    Row(
        "list of an array that changes",
        """
def f(x):
    rows, buffer = [], np.zeros(5)
    for i in range(3):
        buffer[i] = x[i]
        rows.append(buffer)
        ^^^^
    return np.sum(rows[0])
""",
        "`rows` may share memory with `buffer`, which has been written to in line 5",
        "make a copy with `.copy()` before",
    ),
    Row(
        "list that grows while it is iterated over",
        """
def f(x):
    values = []
    for v in x:
        values.append(v)
    for v in values:
        if len(values) < 20:
            values.append(v * v)
            ^^^^^^^^^^^^^^^^^^^^
    return sum(values)
""",
        "`values` changes while it is iterated over",
        "iterate over a copy of it",
    ),
    Row(
        "list of numbers and arrays",
        """
def f(x, n):
    values = [x[0]]
    for i in range(n):
        values.append(x)
        ^^^^^^^^^^^^^^^^
    return np.sum(values[-1])
""",
        "the elements of `values`, whose length is not known while compiling, are not numbers of "
        "one type or arrays of one rank",
        "make them alike",
    ),
    Row(
        "list extended by one of unknown length",
        """
def f(x):
    values = [v * v for v in x]
    more = [0.0]
    more.extend(values)
    ^^^^^^^^^^^^^^^^^^^
    return sum(more)
""",
        "the number of elements to unpack is not known while compiling",
    ),
    Row(
        "element of an array in a list of unknown length",
        """
def f(x, n):
    rows = [x * i for i in range(n)]
    rows[0][1] = 5.0
    ^^^^^^^^^^
    return np.sum(rows[0])
""",
        "`rows[0]` cannot be written to: it is not known while compiling whose memory it is",
        "write to a copy",
    ),
    Row(
        "list in and",
        """
def f(a, b):
    values = [a, b]
    c = a > 0 and values.pop() > 0
                  ^^^^^^^^^^^^^^^^
    return values[0] if c else a
""",
        "this changes a value in place, and may not be evaluated",
        "write `if`",
    ),
    Row(
        "resize",
        """
def f(x):
    y = x * 2
    y.resize(4)
    ^^^^^^^^^^^
    return y[0]
""",
        f"`.resize()` changes a value in place, which {_LATER}",
        "build a new value instead",
    ),
]

IN_PLACE += [
    Row(
        "array that may have been written to",
        """
def f(x, y, a):
    z, w = x * 2, y * 2
    v = z if a > 0 else w
    v[0] = a
    return np.sum(z)
           ^^^^^^^^^
""",
        "`z` may share memory with what has been written to in line 5",
        "make a copy with `.copy()` before",
    ),
    Row(
        "array that may have been written to through another name",
        """
def f(x, y, n):
    u = x if n > 1 else y
    v = u if n > 2 else x * 2
    v[0] = 1.0
    return np.sum(x)
           ^^^^^^^^^
""",
        "`x` may share memory with what has been written to in line 5",
        "make a copy with `.copy()` before",
    ),
    Row(
        "read-only view",
        """
def f(x):
    v = np.broadcast_to(x, (3, 5))
    v[0] = 1.0
    ^^^^
    return np.sum(v)
""",
        "`v` cannot be written to: NumPy makes this view read-only",
        "write to a copy",
    ),
    Row(
        "values counted out",
        """
def f(x, y):
    np.place(x, x > 0, y)
    ^^^^^^^^^^^^^^^^^^^^^
    return np.sum(x)
""",
        "`np.place` of this mask and these values has no derivative rule",
        "write `a[mask] = ...`",
    ),
]

# Calls inside what is kept as it is: only what changes nothing is kept.
KEPT = [
    Row(
        "printed",
        """
def f(a):
    values = [a, a * a]
    print(values.pop())
          ^^^^^^^^^^^^
    return sum(values)
""",
        _KEPT,
        _KEPT_HINT,
    ),
    Row(
        "asserted",
        """
def f(a):
    values = [a, a * a]
    assert values.pop() is not None
           ^^^^^^^^^^^^
    return sum(values)
""",
        _KEPT,
        _KEPT_HINT,
    ),
    Row(
        "asserted of an array",
        """
def f(x):
    y = x * 2
    assert y.fill(3.0) is None
           ^^^^^^^^^^^
    return np.sum(y)
""",
        _KEPT,
        _KEPT_HINT,
    ),
    Row(
        "comprehension as a statement",
        """
def f(a):
    values = [a, a * a]
    [values.append(1.0) for i in range(2)]
     ^^^^^^^^^^^^^^^^^^
    return sum(values)
""",
        _KEPT,
        _KEPT_HINT,
    ),
    Row(
        "and as a statement",
        """
def f(a):
    values = [a, a * a]
    a > 0 and values.append(a)
              ^^^^^^^^^^^^^^^^
    return sum(values)
""",
        _KEPT,
        _KEPT_HINT,
    ),
]

EXPRESSIONS = [
    Row(
        "walrus in a kept statement",
        """
def f(a):
    print(b := a * a)
          ^^^^^^^^^^
    return a
""",
        f"`:=` {_LATER}",
    ),
    Row(
        "bytes",
        """
def f(a):
    return a * len(b"abc")
                   ^^^^^^
""",
        "bytes cannot be part of a differentiated function",
    ),
    Row(
        "and of numbers",
        """
def f(a, b):
    return a and b
           ^
""",
        "`and` and `or` of numbers that are differentiated have no derivative rule",
        "compare the numbers (`x != 0 and ...`) or use `if`",
    ),
    Row(
        "or of numbers",
        """
def f(a, b):
    return b > 2 or a
                    ^
""",
        "`and` and `or` of numbers that are differentiated have no derivative rule",
        "compare the numbers (`x != 0 and ...`) or use `if`",
    ),
    Row(
        "arithmetic on containers",
        """
def f(a, b):
    t = (a, b) * int(b)
        ^^^^^^^^^^^^^^^
    return t[0]
""",
        "arithmetic on containers has no derivative rule",
    ),
    Row(
        "arithmetic on an argument that is a list",
        """
def f(nums):
    both = nums * 2
           ^^^^^^^^
    return both[0]
""",
        "arithmetic on containers has no derivative rule",
    ),
    Row(
        "element that is not there",
        """
def f(a, b):
    t = (a, b)
    return t[2]
           ^^^^
""",
        "there is no element 2 here",
    ),
    Row(
        "key that is not there",
        """
def f(a):
    t = {"p": a}
    return t["q"]
           ^^^^^^
""",
        "there is no element 'q' here",
    ),
    Row(
        "too few values",
        """
def f(a, b):
    p, q, r = a, b
    ^^^^^^^
    return p
""",
        "2 values cannot be unpacked into 3 names",
    ),
    Row(
        "too many values of an argument",
        """
def f(pair):
    (p,) = pair
    ^^^^
    return p
""",
        "2 values cannot be unpacked into 1 names",
    ),
    Row(
        "what complex numbers have no derivative of",
        """
def f(x):
    z = np.maximum(x * 1j, 0.0)
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    return np.sum(np.abs(z))
""",
        "`numpy.maximum` of complex numbers has no derivative rule",
        "write it with functions that have one, or with the real and imaginary parts",
    ),
    Row(
        "a definition that is for real numbers",
        """
def f(x):
    return np.nanvar(x * 1j)
           ^^^^^^^^^^^^^^^^^
""",
        "`numpy.nanvar` of complex numbers has no derivative rule",
        "write it with functions that have one, or with the real and imaginary parts",
    ),
    Row(
        "a conversion that drops imaginary parts",
        """
def f(x):
    y = (x * 1j).astype(float)
    ^^^^^^^^^^^^^^^^^^^^^^^^^^
    return np.sum(y)
""",
        "`ndarray.astype` to float64 drops the imaginary part",
        "take `np.real` of it",
    ),
    Row(
        "a write that drops imaginary parts",
        """
def f(x):
    y = np.zeros(4)
    y[1:] = x[1:] * 1j
    ^^^^^
    return np.sum(y)
""",
        "`y` holds float64, and a complex number is written to it",
        "write `np.real` of it, or make it an array of complex numbers",
    ),
    Row(
        "complex on one path",
        """
def f(x, a):
    if a > 0:
    ^^^^^^^^^
        x = x * 1j
    return np.sum(np.abs(x))
""",
        "`x` is not of the same complex numbers on every path",
        "make it so from the start, as in `x.astype(complex)`",
    ),
    Row(
        "real and complex numbers in a list",
        """
def f(a, n):
    values = [a, a * 1j]
    for i in range(n % 2, 2):
        a = a + abs(values[i])
        ^^^^^^^^^^^^^^^^^^^^^^
    return a
""",
        "real and complex numbers are in one list, and which one is read is not known",
        "make them all complex",
    ),
    Row(
        "eigenvalues of a real matrix",
        """
def f(q):
    return np.sum(np.abs(np.linalg.eigvals(q)))
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "whether the eigenvalues are complex that `numpy.linalg.eigvals` finds of a real matrix "
        "shows only at run time",
        "make the matrix complex: `a.astype(complex)`; of a symmetric one use `np.linalg.eigh`",
    ),
    Row(
        "complex after an iteration",
        """
def f(x, n):
    y = x * 2.0
    for _ in range(n):
    ^^^^^^^^^^^^^^^^^^
        y = y * 1j
    return np.sum(np.abs(y))
""",
        "`y` is not of the same complex numbers on every path",
        "make it so from the start, as in `x.astype(complex)`",
    ),
]

NAMES = [
    Row(
        "undefined",
        """
def f(a):
    return a * nowhere
               ^^^^^^^
""",
        "the name `nowhere` is not defined",
    ),
    Row(
        "undefined in a kept statement",
        """
def f(a):
    print(nowhere)
          ^^^^^^^
    return a * a
""",
        "the name `nowhere` is not defined",
    ),
    Row(
        "missing in a module",
        """
def f(a):
    return np.sinus(a)
           ^^^^^^^^
""",
        "the module `numpy` has no `sinus`",
    ),
    Row(
        "missing in an object",
        """
def f(model):
    return model.missing * model.scale
           ^^^^^^^^^^^^^
""",
        "`Model` has no attribute `missing` here",
    ),
    Row(
        "missing method",
        """
def f(model):
    return model.missing(model.scale)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`Model` has no method `missing`",
    ),
    Row(
        "deleted before use",
        """
def f(a):
    if a > 100:
        raise ValueError
    else:
        pass
    return b * a
           ^
""",
        "the name `b` is not defined",
    ),
    Row(
        "name that the text needs",
        """
def f(range=0.4, n=3):
^^^^^^^^^^^^^^^^^^^^^^
    s = 1.0
    for i in [1, 2]:
        s = s * range
    return s
""",
        "a parameter is called `range`, a name that the gradient's text needs itself",
        "rename the parameter",
    ),
]

LOOPS = [
    Row(
        "growing list",
        """
def f(a):
    z = [a]
    for i in range(3):
    ^^^^^^^^^^^^^^^^^^
        z = z + [a]
    return sum(z)
""",
        "`z` changes its length in the loop",
        "give it the same length in every iteration",
    ),
    Row(
        "tuple of another length",
        """
def f(a):
    z = (a,)
    while a < 3:
    ^^^^^^^^^^^^
        z = (a, 2 * a)
        a = a + 1
    return len(z) * z[0]
""",
        "`z` changes its length in the loop",
        "give it the same length in every iteration",
    ),
    Row(
        "dict with other keys",
        """
def f(a):
    z = {"p": a}
    for i in range(3):
    ^^^^^^^^^^^^^^^^^^
        z = {"p": a, "q": z["p"]}
    return len(z) * z["p"]
""",
        "`z` changes its keys in the loop",
        "give it the same keys in every iteration",
    ),
    Row(
        "over a number",
        """
def f(a):
    s = 0.0
    for e in a:
             ^
        s = s + e
    return s
""",
        "a number cannot be iterated over",
    ),
    Row(
        "over an object",
        """
def f(model):
    s = 0.0
    for e in model:
             ^^^^^
        s = s + e
    return s
""",
        "what is iterated over is not known to be a sequence",
    ),
    Row(
        "bound of an array",
        """
def f(x):
    s = 0.0
    for i in range(x):
                   ^
        s = s + x[i]
    return s
""",
        "the bound of a loop must be an integer",
    ),
    Row(
        "types do not settle",
        """
def f(a):
    z = a
    for i in range(3):
    ^^^^^^^^^^^^^^^^^^
        z = (z, a)
    return z[1]
""",
        "the types of the variables in this loop do not settle",
    ),
]

BRANCHES = [
    Row(
        "string or number",
        """
def f(a):
    if a > 0:
    ^^^^^^^^^
        z = "positive"
    else:
        z = a
    return z * a
""",
        "`z` has different types on two paths",
    ),
    Row(
        "tuples of other lengths",
        """
def f(a, b):
    if a > 0:
    ^^^^^^^^^
        z = (a, b)
    else:
        z = (b, a, a)
    return z[0]
""",
        "`z` has different lengths on two paths",
        "give it the same length on both",
    ),
    Row(
        "functions",
        """
def f(a):
    g = math.sin if a > 0 else math.cos
        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    return g(a)
""",
        "this value has different types on two paths",
    ),
]

CALLS = [
    Row(
        "unknown function",
        """
from operator import methodcaller

total = methodcaller("sum")


def f(x):
    return total(x)
           ^^^^^
""",
        "it is not known while compiling which function is called",
    ),
    Row(
        "no rule",
        """
def f(x):
    return np.sum(np.sort_complex(x))
                  ^^^^^^^^^^^^^^^^^^
""",
        "`np.sort_complex` has no derivative rule: there is none yet",
        "`np.linalg.eigvals` of the companion matrix; sort real numbers",
    ),
    Row(
        "cross product in the plane",
        """
def f(x):
    return np.sum(np.cross(x, x[:2] * 2.0) ** 2)
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`np.cross` of vectors of length two has no derivative rule",
        "give them a third element of zero",
    ),
    Row(
        "method without a rule",
        """
def f(x):
    return x.tolist()[0]
           ^^^^^^^^^^
""",
        "the method `.tolist()` has no derivative rule: its result is a list of Python numbers",
        "index the array",
    ),
    Row(
        "attribute without a rule",
        """
def f(x):
    return x.strides[0] * x[0]
           ^^^^^^^^^
""",
        "the attribute `strides` has no derivative rule: it looks at the memory of an array, not "
        "at its numbers",
        "use the array itself",
    ),
    Row(
        "not written in Python",
        """
from operator import xor


def f(a):
    return xor(a, a)
           ^^^^^^^^^
""",
        "`xor` cannot be looked into, and a differentiated value enters it",
        "write it as a Python function, or pass it values that are not differentiated",
    ),
    Row(
        "arguments do not fit",
        """
def g(z, w):
    return z * w


def f(a):
    return g(a)
           ^^^^
""",
        "this call of `g` does not fit: missing a required argument: 'w'",
    ),
    Row(
        "unexpected keyword",
        """
def g(z):
    return z * z


def f(a):
    return g(a, w=2)
           ^^^^^^^^^
""",
        "this call of `g` does not fit: got an unexpected keyword argument 'w'",
    ),
    Row(
        "star of an array",
        """
def g(*args):
    return args[0]


def f(x):
    return g(*x[x > 0])
             ^^^^^^^^^
""",
        "the number of elements to unpack is not known while compiling",
        "give them names first, as in `rows, columns = x.shape`",
    ),
    Row(
        "double star of an unknown dict",
        """
import os


def g(z, **options):
    return z


def f(a):
    return g(a, **os.environ)
                  ^^^^^^^^^^
""",
        "`**` needs a dict whose keys are known here",
    ),
    Row(
        "argument that no rule names",
        """
def f(x):
    return np.sum(np.exp(x, where=x > 0))
                  ^^^^^^^^^^^^^^^^^^^^^^
""",
        "the argument `where` of `numpy.exp` has no derivative rule",
        "leave it out, or write what it does as separate operations",
    ),
    Row(
        "type changes in recursion",
        """
def g(a, n):
    if n == 0:
        return (a, a)
    return (g(a, n - 1), a)


def f(a, n):
    return g(a, n)[0]
""",
        "the type of the result of `g` changes from call to call",
        "make it return the same type on every path",
    ),
    Row(
        "another number of axes in each recursive call",
        """
def g(x, n):
^^^^^^^^^^^^
    if n <= 0:
        return np.sum(x)
    return g(x[None], n - 1)


def f(x, n):
    return g(x, n)
""",
        "`g` calls itself with arguments of other types each time",
        "give it arguments of the same types and numbers of axes in every call",
    ),
    Row(
        "dict read by a key in recursion",
        """
def g(table, key, n):
    if n <= 0:
        return np.sum(table[key]) * table["p"]
        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    return g(table, key, n - 1) * 0.5


def f(table, n):
    return g(table, "q", n)
""",
        "which value of this dict is read is not known while compiling",
        "give the value instead of the key",
    ),
]

RESULTS = [
    Row(
        "array",
        """
def f(x):
    return x * x
    ^^^^^^^^^^^^
""",
        "the result is an array, not a number",
        "reduce it, for example with np.sum, to the number that is to be differentiated",
    ),
    Row(
        "tuple",
        """
def f(a, b):
    return a * b, b
    ^^^^^^^^^^^^^^^
""",
        "the result is not a number",
        "return one number; further results go with has_aux=True",
    ),
    Row(
        "string",
        """
def f(a):
    print(a)
    return "done"
    ^^^^^^^^^^^^^
""",
        "the result is not a number",
        "return one number; further results go with has_aux=True",
    ),
    Row(
        "complex",
        """
def f(a):
    return 2j
    ^^^^^^^^^
""",
        "the result is complex, and only real numbers have a gradient",
        "return its real part or its modulus; `vjp` and `jvp` take complex results",
    ),
]

GROUPS = {
    "statements": STATEMENTS,
    "in place": IN_PLACE,
    "memory": MEMORY,
    "kept": KEPT,
    "expressions": EXPRESSIONS,
    "names": NAMES,
    "loops": LOOPS,
    "branches": BRANCHES,
    "calls": CALLS,
    "values": VALUES,
    "results": RESULTS,
    "objects": OBJECTS,
    "reflection": REFLECTION,
    "matches": MATCHES,
    "contexts": CONTEXTS,
    "marks": MARKS,
    "rules": RULES,
    "equations": EQUATIONS,
}
