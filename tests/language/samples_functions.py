"""Functions made while the program runs: nested ones, lambdas, partial ones, as values."""

import functools
import math
from functools import partial, reduce

import numpy as np

# ----- functions that take, return and wrap functions -----


def _twice(f, z):
    s = z
    for i in range(2):
        s = f(s)
    return s


def _apply(f, *args, **kwargs):
    return f(*args, **kwargs)


def _power(k):
    def inner(z):
        s = z
        for i in range(2):
            s = s * k
        return s

    return inner


def _activation(name):
    if name == "tanh":
        return np.tanh
    if name == "scaled":
        return lambda z: 0.5 * z
    return lambda z: z


def _doubled(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        return 2.0 * f(*args, **kwargs)

    return inner


@_doubled
def _product(z, w=2.0):
    return z * w


@functools.lru_cache
def _factorial(k):
    return 1 if k < 2 else k * _factorial(k - 1)


def _times(z, w):
    return z * w


_triple = partial(_times, 3.0)
_by_name = partial(_times, w=0.5)


class _Scale:
    def __init__(self, k):
        self.k = k

    def forward(self, z):
        return z * self.k

    def __call__(self, z):
        return z + self.k


_scale = _Scale(3.0)


class _Unit:
    def __init__(self, activation):
        self.activation = activation

    def run(self, z):
        return self.activation(z) * 2.0


_unit = _Unit(np.tanh)
_ACTIVATIONS = {"tanh": np.tanh, "square": lambda z: z * z, "double": partial(_times, 2.0)}


# ----- nested functions -----


def nested(a, b):
    def g(z):
        return z * b

    return g(a) + g(b)


def late_binding(a):
    k = a
    h = lambda z: z * k
    k = a * a
    return h(2.0)


def late_binding_of_a_list(a, b):
    fs = [lambda z: z * b * k for k in range(1, 4)]
    return fs[0](a) + fs[1](b)


def default_at_definition(a, b):
    k = a * b
    h = lambda z, k=k: z * k
    k = 0.0
    return h(b) + k


def defaults_of_a_list(a):
    fs = [lambda z, k=k: z**k for k in range(2, 5)]
    return fs[0](a) + fs[2](a)


def defined_before_captured(a):
    def g(z):
        if z > 0:
            return z * k
        return -z * k * k

    k = a * 2
    return g(a)


def early_returns(a, n):
    def step(z):
        y = z
        for i in range(n):
            y = y * a
        if y > 0.3:
            return y
        return y * y

    return step(a) + step(0.5)


def nested_in_nested(a, b):
    def outer(z):
        def inner(w):
            return w * z * b

        return inner(a) + inner(b)

    return outer(a * b)


def shadowed(a, b):
    def g(a):
        b = a * a
        return b * a

    return g(b) + a * b


def keywords_of_nested(a, b):
    def g(z, /, w, *rest, p=2.0, q=b, **others):
        return z * w * p + q * rest[0] + others["r"] * b

    return g(a, b, a, r=3.0) + g(a, b, b, p=a, q=1.0, r=a)


def stars_of_nested(a, b, pair):
    def g(*args):
        return args[0] * args[1]

    return g(a, b) + g(*pair) + g(*(z * 2.0 for z in pair))


def lambda_at_once(a, b):
    return (lambda z, w: z * w)(a, b)


def lambda_in_loop(a, n):
    s = 0.0
    for i in range(n):
        g = lambda z: z * a + i
        s = s + g(a)
    return s


def nested_in_loop(a, n):
    s = 0.0
    for i in range(n):

        def g(z, j=i):
            y = z
            for k in range(2):
                y = y * a + j
            return y

        s = s + g(a)
    return s


def nested_in_branch(a, b):
    if a > 0:

        def g(z):
            return z * b

        s = g(a)
    else:

        def g(z):
            return z + b

        s = g(a) * b
    return s


def in_test(a, b):
    def g(z):
        s = z
        for i in range(2):
            s = s * b
        return s

    if b > 0 and g(a) > 0.1:
        return a * b
    return a


def in_while_test(a, n):
    def norm(z):
        s = 0.0
        for i in range(n):
            s = s + z * z
        return s

    while norm(a) > 0.1:
        a = a * 0.5
    return a


def in_ternary(a, b):
    def g(z):
        y = z * b
        for i in range(2):
            y = y * z
        return y

    return g(a) if a > 0 else g(b) * a


def arrays(x, m):
    def layer(z, k):
        return np.tanh(m @ z) * k

    return np.sum(layer(x, 2.0)) + np.sum(layer(x * x, 1.0))


def raising(a):
    def check(z):
        if z > 100:
            raise ValueError("too large")
        return z * z

    return check(a) * a


# ----- nonlocal -----


def counted(a, n):
    total = 0.0

    def add(z):
        nonlocal total
        total = total + z * z

    for i in range(n):
        add(a * i)
    return total


def counted_in_branches(a, b):
    total = 0.0

    def add(z):
        nonlocal total
        if z > 0:
            total = total + z * z
        else:
            total = total - z
        return z

    add(a)
    s = add(-a * b)
    if a > 0:
        add(2 * a)
    return total * s


def counted_in_two(a):
    total = 1.0

    def scale():
        nonlocal total
        total = total * a

    def both():
        nonlocal total
        scale()
        total = total + a
        scale()

    both()
    return total


# ----- functions as values -----


def passed(a, x):
    return _twice(np.sin, a) + np.sum(_twice(lambda z: np.maximum(z, 0.1), x))


def passed_nested(a, b):
    def g(z):
        return np.sin(z) * b

    return _twice(g, a) + _twice(g, b)


def passed_twice(a, b):
    return _twice(lambda z: _twice(lambda w: w * b, z), a)


def passed_with_arguments(a, b):
    return _apply(lambda z, w=2.0: z * w, a, w=b) + _apply(_times, a, b)


def composed(a, b):
    def compose(*fs):
        def run(z):
            for f in fs:
                z = f(z)
            return z

        return run

    return compose(np.sin, lambda z: z * b, np.exp)(a)


def made_elsewhere(a, b):
    return _power(a)(b) * _power(2.0)(a)


def chosen_by_name(a, x):
    s = np.sum(_activation("tanh")(x)) + _activation("scaled")(a)
    return s * _activation("none")(a)


def curried(a, b):
    make = lambda k: lambda z: z * k
    f, g = make(a), make(2.0)
    return f(g(b))


def table_of_functions(a, b):
    table = {"square": lambda z: z * z, "scale": lambda z: z * b, "sine": np.sin}
    s = a
    for f in table.values():
        s = f(s)
    return s * table["scale"](a)


def table_outside(a):
    return _ACTIVATIONS["square"](a) + _ACTIVATIONS["tanh"](a) * _ACTIVATIONS["double"](a)


def list_of_functions(a, b):
    s = a
    for f in (np.sin, lambda z: z * b, np.tanh):
        s = f(s)
    return s


def layers_with_functions(x, layers):
    h = np.ones(4)
    for (w, b), f in zip(layers, (np.tanh, lambda z: z * 0.5)):
        h = f(h @ w[:4] + b)[:4] if w.shape[0] == 4 else f(h[:3] @ w + b)
    return np.sum(h) * x[0]


def default_function(a, f=None):
    if f is None:
        f = lambda z: z * z
    return f(a) * a


def chosen_or_default(a, f=None, g=None):
    f = f or (lambda z: z * z)
    g = g if g else np.sin
    h = f and g
    scale = None or 2.0 * a
    return f(a) * g(a) * h(a) * scale


def evaluated_once(a):
    np.random.seed(0)
    g = lambda z: z * z
    if g(np.random.normal()) > 0.01:
        a = a * np.random.normal()
    return a * a


# ----- partial functions, methods, wrappers -----


def partial_inside(a, b):
    f = partial(_times, a)
    g = functools.partial(lambda z, w, k: z * w + k, w=b, k=a)
    return f(b) + g(2.0) * g(a, k=1.0)


def partial_of_partial(a, b):
    f = partial(partial(lambda z, w, k: z * w**k, a), k=2)
    return f(b)


def partial_outside(a, b):
    return _triple(a) * _by_name(b)


def partial_passed(a, b):
    return _twice(partial(_times, b), a) + _twice(_triple, a)


def bound_method(a):
    f = _scale.forward
    return f(a) * a


def bound_method_passed(a, x):
    return _twice(_scale.forward, a) + np.sum(_twice(_unit.run, x))


def callable_object(a):
    return _scale(a) * a


def wrapped(a, b):
    return _product(a) + _product(a, w=b)


def wrapped_inside(a, b):
    def scaled(f):
        @functools.wraps(f)
        def inner(*args):
            return f(*args) * b

        return inner

    @scaled
    def g(z):
        return z * z

    return g(a)


def cached(a, n):
    return a * _factorial(n)


def reduced(a, pair):
    return reduce(lambda s, z: s * z + a, pair) + reduce(_times, pair, a)


def reduced_in_loop(a, n):
    return reduce(lambda s, i: s * a + i, range(n), 1.0)


def imported_inside(a, b):
    import math as m

    from numpy import exp, linalg

    return m.sin(a) * exp(b) + linalg.norm(np.array([a, b])) + math.cos(a)


def nested_recursion(x, a, n):
    scale = a * 2

    def power(k, start=1.0):
        return start if k == 0 else power(k - 1, start * x[0] * scale)

    def simpson(p, q, k):
        mid = (p + q) / 2
        if k == 0:
            return (q - p) * np.sin(x[1] * mid)
        return simpson(p, mid, k - 1) + simpson(mid, q, k - 1)

    total = power(n) + power(2, a)
    for i in range(2):
        total += simpson(0.0, x[i], 2)
    return total


_TRIPLED = functools.partial(np.multiply, 3.0)


def partials_of_numpy(a, b, x):
    """Such a one has the name of NumPy's function, and not its arguments."""
    rounded = functools.partial(np.round, a * b)
    largest = functools.partial(functools.partial(np.maximum, a), b)
    powers = sum(map(functools.partial(np.multiply, a), [b, 2 * b]))
    return np.sum(functools.partial(np.power, x)(2)) + rounded(2) + largest() * _TRIPLED(b) + powers


def partial_of_max(a, b):
    return functools.partial(max, a)(b, 0.1) * functools.partial(min, b)(a)
