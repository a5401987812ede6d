"""What the compiler refuses of values and functions: rows as in `tests.refusals.table`."""

from __future__ import annotations

from tests.refusals.rows import Row

VALUES = [
    Row(
        "text of a number",
        """
def f(a):
    return a * len(str(a))
                   ^^^^^^
""",
        "`str` makes a text of a value that is differentiated",
        "use the number",
    ),
    Row(
        "draw without a rule",
        """
def f(x):
    rng = np.random.default_rng(0)
    return np.sum(x * rng.multivariate_hypergeometric([1, 2, 3, 4, 5], 3))
                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`.multivariate_hypergeometric()` of a random generator is not known",
        "draw outside and pass the draws in",
    ),
    Row(
        "partial of nothing",
        """
import functools


def f(a):
    return functools.partial()(a)
           ^^^^^^^^^^^^^^^^^^^
""",
        "`partial` needs a function",
    ),
    Row(
        "max of an empty generator",
        """
def f(a):
    return a * max(z for z in ())
               ^^^^^^^^^^^^^^^^^^
""",
        "there is no element to choose from",
    ),
    Row(
        "max of an empty list",
        """
def f(a):
    return a * max([])
               ^^^^^^^
""",
        "there is no element to choose from",
    ),
    Row(
        "sum of too many arguments",
        """
def f(nums):
    return sum(nums, 1.0, 2.0)
           ^^^^^^^^^^^^^^^^^^^
""",
        "this call of `sum` does not fit",
    ),
    Row(
        "double star of no dict",
        """
def f(nums, a):
    d = {**nums, "a": a}
           ^^^^
    return d["a"]
""",
        "this is not known to be a dict",
    ),
    Row(
        "pairs that are no pairs",
        """
def f(a, b):
    d = dict([(a, b, a)])
        ^^^^^^^^^^^^^^^^^
    return d["a"]
""",
        "these are no pairs of a key and a value",
    ),
    Row(
        "zip of an unknown length",
        """
def f(pair, n):
    s = 0.0
    for z, i in zip((pair, "no"), range(n)):
                ^^^^^^^^^^^^^^^^^^^^^^^^^^^
        s = s + z[0] * i
    return s
""",
        "the lengths of what is zipped are not known while compiling",
    ),
    Row(
        "function picked by an index",
        """
def f(a, n):
    s = a
    for i in range(n):
        s = [math.sin, math.cos][i](s)
            ^^^^^^^^^^^^^^^^^^^^^^^
    return s
""",
        "it is not known while compiling which function is called",
    ),
    Row(
        "asynchronous function inside",
        """
def f(a):
    async def g():
    ^^^^^^^^^^^^^^
        return a
    return a
""",
        "an asynchronous function cannot be differentiated yet",
    ),
    Row(
        "attribute of an array that has no rule",
        """
def f(x):
    return np.sum(x.base)
                  ^^^^^^
""",
        "the attribute `base` has no derivative rule: it looks at the memory of an array, not at "
        "its numbers",
        "use the array itself",
    ),
    Row(
        "missing argument of a NumPy function",
        """
def f(x):
    return np.dot(x)
           ^^^^^^^^^
""",
        "`numpy.dot` misses its argument `b`",
    ),
    Row(
        "too many arguments of a NumPy function",
        """
def f(x):
    return np.sum(x, 0, None, None, False, 0, True, 3)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`numpy.sum` takes 7 positional arguments here",
    ),
    Row(
        "axis that is computed",
        """
def f(m, n):
    return np.sum(np.concatenate([m, m], axis=n - 3))
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "the argument `axis` of `numpy.concatenate` must be known while compiling",
        "write it as a literal",
    ),
    Row(
        "repeats for each element",
        """
def f(x):
    return np.sum(np.repeat(x, np.array([1, 2, 1, 1, 1])))
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`numpy.repeat` with a number of repeats for each element has no derivative rule",
        "index with the repeated positions: `a[np.repeat(np.arange(len(a)), repeats)]`",
    ),
    Row(
        "norm without a rule",
        """
def f(m):
    return np.linalg.norm(m[None], ord=1)
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`numpy.linalg.norm` with `ord=1` has no derivative rule here",
        "use the Frobenius norm (`ord=None`), or for vectors an `ord` of at least 1",
    ),
    Row(
        "einsum of computed subscripts",
        """
def f(x, n):
    text = "i,i" if n > 3 else "i,j"
    return np.einsum(text, x, x)
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "the argument `subscripts` of `numpy.einsum` must be known while compiling",
        "write it as a literal",
    ),
    Row(
        "padding without a rule",
        """
def f(x):
    return np.sum(np.pad(x, 1, mode="maximum"))
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`numpy.pad` with `mode='maximum'` has no derivative rule",
        "use `mode='constant'`",
    ),
    Row(
        "draw of a differentiated location",
        """
def f(a):
    rng = np.random.default_rng(0)
    return rng.normal(a)
    ^^^^^^^^^^^^^^^^^^^^
""",
        "`generator.normal` has no derivative rule",
        "draw with fixed parameters and scale it, as in `loc + scale * rng.standard_normal(n)`",
    ),
    Row(
        "draw of a differentiated scale",
        """
def f(a):
    return np.random.normal(0.0, a)
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`numpy.random.normal` has no derivative rule",
        "draw with fixed parameters and scale it, as in `loc + scale * rng.standard_normal(n)`",
    ),
    Row(
        "setting of a rule",
        """
def f(a, x):
    return a * a + np.std(x, ddof=a)
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`numpy.std` has no derivative with respect to `ddof`",
        "it has one with respect to `a`",
    ),
    Row(
        "number that is indexed",
        """
def f(a):
    k = 3
    k[0] = 2
    ^^^^
    return a * k
""",
        "`k` is not known to be an array, and cannot be written to",
    ),
]
