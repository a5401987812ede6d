"""Calls of the user's own functions: inlined ones, and ones that become forward/backward pairs."""

import math

import numpy as np

from tests.language import elsewhere, elsewhere_too
from tests.language.elsewhere import helper
from tests.language.elsewhere_too import helper as helper_too

scale = 11.0
WEIGHTS = np.arange(5.0)
PAIR = (1.0, 2.0)
OPTIONS = {"rate": 0.5, "steps": 2}


# ----- functions that are called -----


def _square(z):
    return z * z


def _loop(z, n=3):
    s = z
    for i in range(n):
        s = s * z + i
    return s


def _branch(z, w):
    if z > w:
        s = z * w
    else:
        s = z - w * w
    return s


def _vector(x, y):
    s = x
    for i in range(2):
        s = s * y + np.sin(x)
    return s


def _two(z, w):
    s = z
    for i in range(2):
        s = s * w
    return s, z * w


def _pair(a, b):
    if a > 0:
        return a, b * a
    return b, 1.0


def _dict(z):
    s = z
    for i in range(2):
        s = s * z
    return {"s": s, "z": z}


def _keywords(z, *, q=2.0, r=1.0):
    s = z
    for i in range(2):
        s = s * q + r
    return s


def _many(*args):
    s = 1.0
    for e in args:
        s = s * e
    return s


def _named(z, **kwargs):
    s = z
    for i in range(2):
        s = s * kwargs["p"] + kwargs["q"]
    return s


def _everything(a, /, b, *rest, c=2.0, **others):
    s = a * b + c
    for i in range(2):
        s = s * rest[0] + others["d"]
    return s


def _twice(f, z):
    s = z
    for i in range(2):
        s = f(s)
    return s


def _once(f, z):
    return f(z) * 2


def _nothing(z):
    for i in range(2):
        z = z * 2


def _first_of(z, w):
    for i in range(2):
        z = z * z
    return z


def _constant(z):
    s = 1.0
    for i in range(3):
        s = s * 2
    return s


# ----- programs -----


def inlined(a, b):
    return _square(a) * b + _square(b)


def inlined_twice(a):
    return _square(_square(a) + 1)


def with_loop(a):
    return _loop(a)


def several_calls(a, b):
    return _loop(a) * _loop(b) + _loop(a * b, 2)


def with_branch(a, b):
    return _branch(a, b) + _branch(b, a)


def literal_argument(a):
    return _branch(2.0, a) + _branch(a, 1)


def same_argument_twice(a):
    return _branch(a, a)


def with_arrays(x, y):
    z = _vector(x, y)
    return np.sum(_vector(z, x))


def broadcasting_arguments(m, x, a):
    return np.sum(_vector(m, x)) + np.sum(_vector(x, a))


def in_loop(a, n):
    for i in range(n):
        a = _loop(a * 0.3, 2)
    return a


def in_loop_with_counter(a, n):
    for i in range(n):
        a = _loop(a * 0.3, i)
    return a


def in_while(a, n):
    i = 0
    while i < n:
        a = _branch(a, 0.5)
        i = i + 1
    return a


def in_branch(a, b):
    if a > 0:
        z = _loop(a)
    else:
        z = _branch(a, b)
    return z * a


def in_ternary(a, b):
    return _loop(a) if a > 0 else _branch(a, b)


def in_test(a, b):
    if _square(a) > _loop(b, 1):
        return a * b
    return a**3


def in_while_test(a):
    while _square(a) < 10:
        a = a * 1.7
    return a


def nested_calls(a):
    return _loop(_loop(a, 1), 2)


def inlined_around_pair(a):
    return _once(_loop, a)


def result_unused(a):
    z = _loop(a)
    return a * a


def two_results(a, b):
    p, q = _two(a, b)
    return p * q


def second_result_only(a, b):
    _, q = _two(a, b)
    return q * q


def first_result_only(a, b):
    p, _ = _two(a, b)
    return p * p


def results_indexed(a, b):
    return _two(a, b)[0] * _pair(a, b)[1]


def pair_of_branches(a, b):
    p, q = _pair(a, b)
    return p**2 * q


def dict_result(a):
    r = _dict(a)
    return r["s"] * r["z"]


def keyword_arguments(a, b):
    return _keywords(a, q=b) + _keywords(a, r=b, q=a)


def keyword_path(a, b):
    return _branch(2 * a, w=a) + _branch(w=a, z=b)


def many_arguments(a, b, c):
    return _many(a, b, c) * _many(a) * _many()


def star_of_argument(pair):
    return _many(*pair)


def star_of_displays(a, b, c):
    t = (a, b, c)
    return _many(*t) + _many(*[c, b], a)


def named_arguments(a, b):
    return _named(a, p=a, q=b)


def double_star(a, b):
    options = {"q": b, "r": a}
    return _keywords(a, **options) + _keywords(b, **{"q": a})


def all_kinds_of_arguments(a, b, c):
    return _everything(a, b, c, a, c=b, d=a * b)


def function_argument(a):
    return _twice(_square, a) + _twice(math.sin, a) + _twice(_loop, a)


def function_argument_of_numpy(x):
    return np.sum(_twice(np.sin, x))


def function_parameter(a, f=math.exp):
    return f(a) * a


def function_parameter_of_users(a, f=_loop):
    return f(a) * a


def function_chosen(a):
    f = _square
    if a > 5:
        f = _square
    return f(a)


def function_in_display(a):
    s = a
    for f in (math.sin, _square, _loop):
        s = f(s)
    return s


def procedure(a):
    _nothing(a)
    return a * a


def constant_result(a):
    return _constant(a) * a


def argument_without_influence(a, b):
    return _first_of(a, b) * b


def inactive_call(a, n):
    k = _loop(2.0, n)
    return a * k


def other_modules(a):
    return helper(a) + helper_too(a) * scale


def other_modules_by_attribute(a):
    return elsewhere.helper(a) + elsewhere_too.helper(a) * scale * elsewhere.scale


def other_modules_inlined(a):
    return elsewhere.tiny(a) * scale + elsewhere_too.tiny(a)


def other_modules_nested(a):
    return elsewhere.caller(a) * scale


def module_constants(x):
    return np.sum(WEIGHTS * x) * scale * PAIR[1] * OPTIONS["rate"]


def module_constant_iterated(a):
    for e in PAIR:
        a = a * e + a
    for i in range(OPTIONS["steps"]):
        a = a * a
    return a


def containers(params, x):
    return np.sum(_layer(params, x) ** 2) + np.sum(_layers(params, x))


def _layer(p, z):
    weights, bias = p
    return np.tanh(z @ weights + bias)


def _layers(p, z):
    weights, bias = p
    for i in range(2):
        bias = bias * 2
    return np.tanh(z @ weights + bias)


def dict_argument(mixed, x):
    return np.sum(_scaled(mixed, x))


def _scaled(d, x):
    s = x
    for i in range(2):
        s = s * d["w"] + d["b"]
    return s


def in_loop_over_arrays(points):
    s = 0.0
    for e in points:
        s = s + np.sum(_vector(e, e * 2))
    return s


# ----- recursion -----


def _factorial(z, n):
    if n == 0:
        return 1.0
    return z * _factorial(z + 0.1, n - 1)


def _even(z, n):
    if n == 0:
        return z
    return z * _odd(z, n - 1)


def _odd(z, n):
    if n == 0:
        return z * z
    return z + _even(z, n - 1)


def _tree(x, low, high):
    if high - low == 1:
        return x[low]
    middle = (low + high) // 2
    return _tree(x, low, middle) * np.sin(_tree(x, middle, high))


def recursion(a, n):
    return _factorial(a, n)


def recursion_of_itself(a, n):
    if n == 0:
        return 1.0 * a
    return a * recursion_of_itself(a * a, n - 1)


def recursion_mutual(a, n):
    return _even(a, n)


def recursion_tree(x):
    return _tree(x, 0, 5)


def recursion_of_data(a):
    if abs(a) > 0.1:
        return a * recursion_of_data(a * 0.5)
    return a


def _folded(x, a):
    n = len(x)
    if n < 2:
        return a * x
    even, odd = _folded(x[::2], a), _folded(x[1::2], a)
    return np.concatenate([even * odd.sum(), odd * even[-1]])


def recursion_that_joins(x, a):
    return np.sum(_folded(x[:4], a) ** 2)


def _fourier(x):
    n = len(x)
    if n == 1:
        return x
    even, odd = _fourier(x[::2]), _fourier(x[1::2])
    turned = np.exp(-2j * np.pi * np.arange(n // 2) / n) * odd
    return np.concatenate([even + turned, even - turned])


def recursion_of_fourier(x):
    return np.sum(np.abs(_fourier(x[:4].astype(complex))) ** 2 * np.arange(4))


def recursion_of_arrays(x, n):
    return np.sum(_smooth(x, n))


def _smooth(x, n):
    if n == 0:
        return x * x
    return _smooth(x * 0.5 + np.roll(x, 1), n - 1)


# ----- closures and objects -----


def _make(k):
    def inner(z):
        return z * z * k

    return inner


def _make_loop(k):
    def inner(z):
        for i in range(2):
            z = z * k
        return z * z

    return inner


_ten, _two_times = _make(10.0), _make(2.0)
_ten_loop, _two_loop = _make_loop(10.0), _make_loop(2.0)
_lambda = lambda z: z * z + 1


class _Model:
    def __init__(self, factor):
        self.factor = factor
        self.weights = np.arange(5.0)

    def run(self, z):
        return z * self.factor

    def loop(self, z):
        for i in range(3):
            z = z * self.factor + i
        return self.run(z)

    @staticmethod
    def squared(z):
        return z * z

    @classmethod
    def halved(cls, z):
        return z / 2

    @property
    def twice(self):
        return self.factor * 2

    def __call__(self, z):
        return z * self.factor


_model = _Model(2.5)
_other = _Model(0.5)


def closures(a):
    return _ten(a) + _two_times(a * a)


def closures_with_loops(a):
    return _ten_loop(a) + _two_loop(a * a)


def function_from_lambda(a):
    return _lambda(a) * a


def methods(a):
    return _model.run(a) + _model.loop(a) + _other.loop(a)


def static_method_and_property(a):
    return _model.squared(a) * _model.twice


def class_method(a):
    return _model.halved(a) * a + _Model.halved(a)


def attributes_of_object(x):
    return np.sum(_model.weights * x) * _model.factor


def callable_object(a):
    return _model(a) * a


def cell_of_enclosing_function(a):
    return _enclosed(a)


def _enclosing(factor, inner):
    def enclosed(z):
        s = z
        for i in range(2):
            s = inner(s) * factor
        return s

    return enclosed


_enclosed = _enclosing(0.3, _square)


def recursion_of_containers(nums):
    return _product(nums)


def _product(values):
    if len(values) == 0:
        return 1.0
    return values[0] * _product(values[1:])


def recursion_of_slices(x):
    return _product(x)


def recursion_of_two(a, b, n):
    if n == 0:
        return a * b
    return recursion_of_two(b, a * b, n - 1) + recursion_of_two(a, b * 0.5, n - 1)


# ----- functions that do something besides -----

_calls = [0]


def _reset():
    _calls[0] = 0


def _count():
    _calls[0] += 1
    return _calls[0]


def counted_in_test(a):
    _reset()
    if _count() == 1:
        a = a * a
    if _count() == 2:
        a = a * a
    return a


def counted_in_ternary(a):
    _reset()
    b = a * a if _count() == 1 else a
    return b * (a if _count() == 2 else 1.0)


def counted_in_bound(a):
    _reset()
    for i in range(_count()):
        a = a * a * 2
    for i in range(_count()):
        a = a * a * 3
    return a


def counted_in_loop(a, n):
    _reset()
    for i in range(n):
        a = a * _count()
    return a


def loop_and_branch(a, n):
    return _loop_and_branch(a, n) * a


def _loop_and_branch(p, n):
    v = p
    for i in range(n, 0, -1):
        if p > 0:
            v = np.tanh(v + i)
    return v


def one_saved_value(c):
    return _one_saved(c)


def _one_saved(p):
    u = 1.5
    u *= u
    return p * (u - 1.5)


def value_used_in_test_only(a, b):
    z = a + _two(a, b)[0]
    if z > 0:
        return b
    return a


def _set_late(u, n):
    total = np.sum(u)
    for i in range(n):
        if i == 1:
            v = u * u[0]
        u = np.sin(u) + 0.1 * i
    if n > 2:
        v[0] += np.sum(u)
        total = total + np.sum(v * v)
    return total + np.sum(u)


def helper_sets_array_late(x, n):
    return _set_late(x * 2.0, n) * np.sum(x)


def _times_sum(p, w):
    for _ in range(2):
        p = p * np.sum(w)
    return p


def array_filled_before_a_call(a, x):
    v = np.ones(4)
    v[::2] += x[1]
    return _times_sum(a, v)


def _times_both(p, w):
    for i in range(2):
        p = p * w[i]
    return p


def list_filled_before_a_call(a, x):
    values = [1.0, 2.0]
    values[0] = x[0]
    for _ in range(2):
        a = _times_both(a, values)
        values[1] = a * x[1]
    return a


def view_filled_before_a_call(a, x):
    v = np.ones(4)
    w = v[1:]
    v[2] = x[0]
    return _times_sum(a, w) + _times_sum(2.0, v[:2])


def buffers_filled_between_calls(a, x, n):
    v, w = np.ones(5), np.ones(5)
    for i in range(n):
        a = _times_sum(0.1 * a, v)
        w[i] = x[i]
        v, w = w, v
    return a * np.sum(v)


def array_filled_before_a_recursion(a, x, n):
    v = np.ones(5)
    v[1] = x[1]

    def run(i, s):
        if i >= n:
            return s
        return run(i + 1, 0.5 * s * v[i] + a)

    return run(0, a)
