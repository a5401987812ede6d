"""What is refused of functions as values and of comprehensions, see `table`."""

from __future__ import annotations

from tests.refusals.table import Row

FUNCTIONS = [
    Row(
        "recursion of two nested functions",
        """
def f(a, n):
    def even(k):
        return a if k == 0 else odd(k - 1)

    def odd(k):
        return 2 * a if k == 0 else even(k - 1)
                                    ^^^^^^^^^^^
    return even(n)
""",
        "`even` calls itself, and its body stands in the place of its calls",
        "define it outside, and pass it what it captures",
    ),
    Row(
        "recursion of a lambda",
        """
def f(a, n):
    g = lambda k: a if k == 0 else g(k - 1) * a
                                   ^^^^^^^^
    return g(n)
""",
        "`lambda` calls itself, and its body stands in the place of its calls",
        "define it outside, and pass it what it captures",
    ),
    Row(
        "recursion with a nested function",
        """
def fold(g, values, i):
    if i == 2:
        return g(values[i])
    return g(values[i]) + fold(g, values, i + 1)
                          ^^^^^^^^^^^^^^^^^^^^^^


def f(a, nums):
    return fold(lambda z: z * a, nums, 0)
""",
        "`fold` calls itself, and its body stands in the place of its calls",
        "pass it functions that are defined outside",
    ),
    Row(
        "captured before it has a value",
        """
def f(a):
    def g(z):
        return z * k
                   ^
    s = g(a)
    k = 2.0
    return s * k
""",
        "`k` has no value here",
        "give `k` a value before it is used",
    ),
    Row(
        "local before it has a value",
        """
def f(a):
    def g(z):
        s = k * z
            ^
        k = 2.0
        return s
    return g(a)
""",
        "`k` has no value here",
        "give `k` a value before it is used",
    ),
    Row(
        "captured from one of several ways out",
        """
def make(k, flag):
    def g(z):
        return z * k
                   ^
    if flag > 0:
        k = 2 * k
        return g
    return g


def f(a, b):
    return make(a, b)(a)
""",
        "`k` of `make`, which has returned, may have one of several values",
        "give `k` one value in `make`, or let it return at its end only",
    ),
    Row(
        "nonlocal in a loop elsewhere",
        """
def repeat(g):
    for i in range(3):
        g(i)
        ^^^^


def f(a):
    total = 0.0
    def add(z):
        nonlocal total
        total = total + a * z
    repeat(add)
    return total
""",
        "this call changes `total` of another function in a branch or loop",
        "pass `total` in and return it",
    ),
    Row(
        "nonlocal and an early return",
        """
def f(a):
    total = 0.0
    def add(z):
        nonlocal total
        ^^^^^^^^^^^^^^
        if z > 0:
            total = total + z
            return 1
        return 2
    add(a)
    return total
""",
        "`add` changes `total` and may return early",
        "return at its end only",
    ),
    Row(
        "nonlocal in a part that may not be evaluated",
        """
def f(a, b):
    total = a
    def add(z):
        nonlocal total
        total = total + z
        return total
    s = add(a) if b > 0 else a
        ^^^^^^
    return s * total
""",
        "this gives a variable a value, and may not be evaluated",
        "assign on a line of its own, under an `if`",
    ),
    Row(
        "nonlocal of a function that has returned",
        """
def counter(a):
    total = a
    def add(z):
        nonlocal total
        total = total + z
        return total
    return add


def f(a):
    add = counter(a)
    add(a)
    ^^^^^^
    return add(2.0)
""",
        "this call changes `total` of another function in a branch or loop",
        "pass `total` in and return it",
    ),
    Row(
        "function of several",
        """
def f(a, b):
    if a > 0:
        g = lambda z: z * b
    else:
        g = lambda z: z + b
    return g(a)
           ^
""",
        "`g` is one of several functions here, depending on the path",
        "call the function where it is made, in each branch and inside the loop",
    ),
    Row(
        "function of several in an expression",
        """
def f(a, b):
    g = (lambda z: z * b) if a > 0 else math.sin
    return g(a)
           ^
""",
        "`lambda` is one of several functions here, depending on the path",
        "call the function where it is made, in each branch and inside the loop",
    ),
    Row(
        "function of a loop after it",
        """
def f(a, n):
    for i in range(n):
        g = lambda z, k=i: z * k
    return g(a)
           ^
""",
        "`g` is one of several functions here, depending on the path",
        "call the function where it is made, in each branch and inside the loop",
    ),
    Row(
        "function composed in a loop",
        """
def f(a, n):
    g = lambda z: z
    for i in range(n):
        g = lambda z, h=g: math.sin(h(z))
    return g(a)
           ^
""",
        "it is not known while compiling which function is called",
    ),
    Row(
        "function in a call that cannot be looked into",
        """
def f(a):
    g = lambda z: z * 2
    return a * len(list(iter(g, 1)))
                        ^^^^^^^^^^
""",
        "the function `lambda` would have to be a value in the gradient",
        "call it, pass it to Python functions, or define it outside",
    ),
    Row(
        "function in an array",
        """
def f(a):
    g = np.array([lambda z: z * 2])
        ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    return g[0](a)
""",
        "the function `lambda` would have to be a value in the gradient",
        "call it, pass it to Python functions, or define it outside",
    ),
    Row(
        "function printed",
        """
def f(a):
    g = lambda z: z * a
    print(g)
    ^^^^^^^^
    return g(a)
""",
        "the function `g` would have to be a value in the gradient",
    ),
    Row(
        "function returned",
        """
def f(a):
^^^^^^^^^
    return lambda z: z * a
""",
        "`f` returns a function",
        "return numbers or arrays",
    ),
    Row(
        "nested function with a cache",
        """
import functools


def f(a):
    @functools.lru_cache
     ^^^^^^^^^^^^^^^^^^^
    def g(z):
        return z * a
    return g(2.0)
""",
        "a nested function with a cache cannot be differentiated yet",
        "leave the cache out, or define the function outside",
    ),
    Row(
        "cache of a differentiated value",
        """
import functools


@functools.cache
def g(z):
    return z * z


def f(a):
    return g(a)
           ^^^^
""",
        "`g` cannot be looked into, and a differentiated value enters it",
        "write it as a Python function, or pass it values that are not differentiated",
    ),
    Row(
        "partial of nothing known",
        """
import functools


def f(a, n):
    return functools.partial([math.sin, math.cos][n - 3], a)()
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "it is not known while compiling which function this is",
    ),
    Row(
        "arguments do not fit",
        """
def f(a):
    g = lambda z, w: z * w
    return g(a)
           ^^^^
""",
        "this call of `lambda` does not fit: missing a required argument: 'w'",
    ),
    Row(
        "generator that the loop changes",
        """
def f(a, b, x):
    s = 0.0
    k = b
    for z in (p * k for p in (a, x, "no")):
                  ^
        k = k * 2.0
        s = s + np.sum(z)
    return s
""",
        "the loop changes `k`, which later elements are calculated from",
    ),
    Row(
        "vectorize",
        """
def f(x):
    g = np.vectorize(lambda z: z * z)
        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    return np.sum(g(x))
""",
        "`np.vectorize` without `otypes` has no derivative rule: the type of the first result "
        "decides on that of all",
        "give `otypes=[float]`, or write the function with NumPy functions that take arrays",
    ),
    Row(
        "import of a module that is not there",
        """
def f(a):
    import no_such_module
    ^^^^^^^^^^^^^^^^^^^^^
    return a
""",
        "`no_such_module` is not imported while compiling",
        "import it at the top of the file",
    ),
    Row(
        "import of everything",
        """
def f(a):
    from os.path import join as j, no_such_name
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    return a
""",
        "the module `posixpath` has no `no_such_name`",
    ),
    Row(
        "del of something outside",
        """
k = 2.0


def f(a):
    del k
        ^
    return a
""",
        "`k` cannot be deleted here",
        "leave it out",
    ),
    Row(
        "used after del",
        """
def f(a):
    b = a * a
    del b
    return b
           ^
""",
        "`b` has no value here",
        "give `b` a value before it is used",
    ),
]

COMPREHENSIONS = [
    Row(
        "product repeated so often",
        """
import itertools
def f(x, n):
    total = 0.0
    for values in itertools.product(x, repeat=n):
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        total = total + values[0]
    return total
""",
        "how often this is repeated must be known while compiling",
    ),
    Row(
        "product of unlike elements and of unknown length",
        """
import itertools
def f(x, a):
    total = 0.0
    for part, v in itertools.product([a, [a]], x):
                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        total = total + v
    return total
""",
        "the lengths of these iterables are not known while compiling",
    ),
    Row(
        "so many combinations",
        """
import itertools
def f(x, n):
    total = 0.0
    for values in itertools.combinations(x, n):
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        total = total + values[0]
    return total
""",
        "how many of them `combinations` takes must be known while compiling",
    ),
    Row(
        "combinations of an array",
        """
import itertools
def f(x):
    y = x * 2
    y[0] = 1.0
    total = 0.0
    for v, w in itertools.combinations(y, 2):
                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        total = total + v * w
    return total
""",
        "the number of these values is not known while compiling, or large",
        "run over the positions: `for i, j in itertools.combinations(range(n), 2)`",
    ),
    Row(
        "places of what has so many axes",
        """
def f(x, n):
    return sum(v for _, v in np.ndenumerate(x.reshape((5,) + (1,) * n)))
                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "the number of axes of this array is not known while compiling",
    ),
    Row(
        "unzipping a list of unknown length",
        """
def f(x, a):
    rows = [[u * v for u in x] for v in x]
    total = 0.0
    for row in zip(*rows):
                   ^^^^^
        total = total + row[0]
    return total
""",
        "the number of what is zipped is not known while compiling",
        "take the columns one by one: `[row[0] for row in rows]`",
    ),
    Row(
        "array of pairs of arrays of unknown number",
        """
def f(x):
    rows = [(u * x, x) for u in x]
    return np.sum(np.array(rows))
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`np.array` of such a list has no derivative rule",
        "let it hold numbers, or arrays: `rows.append(np.array(row))`",
    ),
    Row(
        "dict of unknown keys",
        """
def f(a, n):
    d = {i: a * i for i in range(n)}
        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    return d[0]
""",
        "a dict whose keys are not known while compiling cannot be differentiated yet",
        "iterate over keys that are literals",
    ),
    Row(
        "dict with a key that is not known",
        """
def f(a, n):
    d = {n: a}
    e = {**d, "p": a}
           ^
    return e["p"]
""",
        "the keys of this dict are not known while compiling",
    ),
    Row(
        "set of what is differentiated",
        """
def f(a):
    s = {a, 2 * a}
        ^^^^^^^^^^
    return a
""",
        "a set of values that are differentiated has no derivative rule",
        "use a tuple",
    ),
    Row(
        "set comprehension",
        """
def f(x):
    return sum({v for v in x})
               ^^^^^^^^^^^^^^
""",
        "a set whose length is not known while compiling cannot be differentiated yet",
        "write a NumPy expression, or add the elements up in a `for` loop",
    ),
    Row(
        "generator in a variable",
        """
def f(a, n):
    z = (a * i for i in range(n))
        ^^^^^^^^^^^^^^^^^^^^^^^^^
    return sum(z) + sum(z)
""",
        "a generator expression as a value cannot be differentiated yet",
        "use it directly in `sum`, `min`, `max`, `any`, `all`, `list`, `tuple` or `for`",
    ),
    Row(
        "generator passed on",
        """
def total(values):
    s = 0.0
    for v in values:
        s = s + v
    return s


def f(a, n):
    return total(a * i for i in range(n))
                ^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "a generator expression as a value cannot be differentiated yet",
        "use it directly in `sum`, `min`, `max`, `any`, `all`, `list`, `tuple` or `for`",
    ),
    Row(
        "max of what may be empty",
        """
def f(x):
    return max(v for v in x if v > 0)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`max` of a generator that may be empty cannot be differentiated yet",
        "write a `for` loop that starts with a number",
    ),
    Row(
        "max by a key with a default",
        """
def f(nums):
    return max(nums, key=abs, default=0.0)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`max` with `key=` and `default=` has no derivative rule",
        "ask for the length before",
    ),
    Row(
        "max of several by a key",
        """
def f(a, b):
    return max(a, b, key=abs)
           ^^^^^^^^^^^^^^^^^^
""",
        "`max` with `key=` of values that are differentiated has no derivative rule",
        "find the position with values that are not differentiated, or write a `for` loop",
    ),
    Row(
        "sorted rows",
        """
def f(m):
    return sorted(m)[0][0]
           ^^^^^^^^^
""",
        "`sorted` orders these by something else than one number each, which has no derivative "
        "rule",
        "give a `key=` that makes a number of each",
    ),
    Row(
        "sorted one way or the other",
        """
def f(x, n):
    return sorted(x, reverse=n > 2)[0]
           ^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "how this is sorted is not known while compiling",
        "write `reverse` as a literal",
    ),
    Row(
        "mean with weights",
        """
import statistics


def f(x, y):
    return statistics.fmean(x, weights=y)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`statistics.fmean` with more than the data has no derivative rule",
        "write it with NumPy: `np.mean(data)`",
    ),
    Row(
        "any with an effect",
        """
def f(a, n):
    if any(np.random.normal() > 0 for i in range(n)):
       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        return a * a
    return a
""",
        "`any` may stop before the last element, and this does more than calculate",
        "write a `for` loop",
    ),
    Row(
        "walrus that may not be evaluated",
        """
def f(a, n):
    if n > 1 and (b := a * a) > 0.1:
                 ^^^^^^^^^^^^^^^^^^
        return b
    return a
""",
        "this gives a variable a value, and may not be evaluated",
        "assign on a line of its own, under an `if`",
    ),
    Row(
        "walrus in a ternary",
        """
def f(a, b):
    c = a
    d = (c := a * a) if b > 0 else b
         ^^^^^^^^^^
    return c * d
""",
        "this gives a variable a value, and may not be evaluated",
        "assign on a line of its own, under an `if`",
    ),
    Row(
        "walrus in a loop",
        """
def f(a, n):
    s = sum((b := a * i) for i in range(n))
             ^^^^^^^^^^
    return s * b
""",
        "`:=` in a comprehension that is a loop cannot be differentiated yet",
    ),
    Row(
        "continue after a walrus in the test",
        """
def f(a):
    while (b := a * a) > 0.1:
        a = a * 0.5
        if a > 0.4:
            continue
            ^^^^^^^^
        a = a * 0.9
    return a * b
""",
        "`continue` in a loop whose test takes statements cannot be differentiated yet",
        "put the rest of the body under an `if`",
    ),
    Row(
        "too few for a star",
        """
def f(pair):
    a, b, *c, d = pair
    ^^^^^^^^^^^
    return a * b
""",
        "2 values cannot be unpacked into 3 names and more",
    ),
    Row(
        "star of an unknown number",
        """
def f(x):
    first, *rest = x[x > 0]
    ^^^^^^^^^^^^
    return first
""",
        "the number of elements to unpack is not known while compiling",
    ),
    Row(
        "map without sequences",
        """
def f(a):
    return sum(map(math.sin)) * a
               ^^^^^^^^^^^^^
""",
        "this call of `map` cannot be differentiated yet",
        "write a `for`",
    ),
    Row(
        "formatted string",
        """
def f(a):
    name = f"a is {a}"
           ^^^^^^^^^^^
    return a * len(name)
""",
        "a formatted string makes a text of a value that is differentiated",
        "use the number",
    ),
    Row(
        "zip without end",
        """
import itertools


def f(a):
    total = a
    for i, z in zip(itertools.count(), itertools.repeat(a)):
                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        total += i * z
        if i > 3:
            break
    return total
""",
        "this runs without end",
        "zip it with something that ends",
    ),
    Row(
        "islice that does not fit",
        """
import itertools


def f(x):
    return sum(itertools.islice(x, 1, 2, 1, 4))
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "this call does not fit the function",
    ),
]

GROUPS = {"functions": FUNCTIONS, "comprehensions": COMPREHENSIONS}
