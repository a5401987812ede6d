"""Python's own functions, and what the types of values decide."""

import numpy as np

MODES = {"fast": 2.0, "slow": 3.0}


def sums(nums, pair):
    return sum(nums) * sum(pair) + sum(nums, 1.0) + sum(pair, start=2.0)


def sum_of_array(x, a):
    return sum(x) * a + sum(x, a)


def sum_of_arrays(points):
    return np.sum(sum(points) * points[0])


def extremes(a, b):
    return max(a, b, 0.3) * min(a, b) + max([a, b]) + min((a, b, 2.0))


def extremes_with_default(a, empty):
    return a * max(empty, default=2.0) + min((a, 2.0), default=0.0)


def extremes_by_key(a):
    return a * max([1, -3, 2], key=abs) + a * min((2, 1), key=float)


def sorted_numbers(nums):
    s = sorted(nums)
    t = sorted(nums, reverse=True)
    return s[0] * s[1] + t[0] * 3.0 + s[2] ** 2


def sorted_passive(a):
    return a * sorted([3, 1, 2])[0] + a * sorted((1, -3, 2), key=abs, reverse=True)[0]


def sorted_generator(a, b):
    low, high = sorted(z * z for z in (a, b))
    return high - 2 * low


def arithmetic(a, b):
    q, r = divmod(b, 0.3)
    return pow(a, 2) * r + abs(a) * q + round(b) * a


def conversions(a, b):
    return float(a) * int(b) + float(np.sin(a)) + bool(b) * a


def ranges(a):
    s = a
    for i, z in zip(range(2, 5), reversed([1.0, 2.0, 3.0])):
        s = s * z + i
    return s


def zipped_strictly(x, y):
    s = 0.0
    for p, q in zip(x, y, strict=True):
        s = s + p * q
    return s


def enumerated_from(nums):
    s = 0.0
    for i, z in enumerate(nums, start=2):
        s = s + i * z
    return s


def dicts(a, b):
    d = dict(zip(("p", "q"), (a, b)))
    e = dict(d, r=a * b)
    f = {**e, "p": 2.0, **{"s": b}}
    return d["p"] * e["r"] + f["p"] * f["q"] * f["s"]


def lists(pair, nums):
    pairs = list(zip(pair, nums))
    return pairs[0][0] * pairs[1][1] + tuple(enumerate(nums))[1][1]


def any_of_display(a, b):
    if any([a > 1, b > 1]) and all((a < 5, b < 5)):
        return a * b
    return a


def by_type(a, x):
    def scaled(z):
        if isinstance(z, (list, tuple)):
            return z[0]
        if isinstance(z, np.ndarray) and z.ndim == 1:
            return np.sum(z)
        return z * 2.0

    return scaled(a) * scaled(x) + scaled([a, 2.0]) * scaled((a,))


def by_exact_type(pair, table):
    def first(z):
        if type(z) is tuple:
            return z[0]
        return z["p"] if type(z) == dict else z

    return first(pair) * first(table)


def by_attribute(a, x):
    def size(z):
        return z.shape[0] if hasattr(z, "shape") and not callable(z) else 1

    if hasattr(np, "tanh") and not hasattr(np, "no_such_function"):
        x = np.tanh(x)
    return a * size(x) + np.sum(x) * size([a])


def by_callable(a, b):
    def value(z):
        return z() if callable(z) else z

    return value(a) * value(lambda: b * b)


def by_length(nums, pair):
    def last(z):
        return z[2] if len(z) == 3 else z[1]

    return last(nums) * last(pair)


def none_or_not(a, b=None, c=0.5):
    if b is None:
        b = a * a
    if c is not None:
        b = b * c
    return a * b


def by_name(a, mode="fast"):
    if mode in ("fast", "faster"):
        a = a * MODES[mode]
    return a * a if mode not in MODES else a


def member_of_set(a, n):
    s = a
    for i in range(n):
        if i in {0, 2, 3}:
            s = s * 1.5
    return s


def member_of_tuple(a, n):
    return a * a if n in (2, 3) else a


def truth_of_displays(a, b):
    values, nothing = (a, b), []
    if values and not nothing:
        a = a * b
    return a * b if {"p": a} else a


def chained(a, b):
    if -1 < a < b <= 1.5 and not a == b:
        return a * b
    return a + b


def texts(a, n):
    name = f"{n}:{n:>{n + 1}}{{}}"
    return a * len(name) + (a if f"{'x'}{1}" == "x1" else 0.0)


_RATES = {"2": 2.0, "3": 3.5}


def looked_up_or_not(a, n):
    s = a**2 * _RATES.get(f"{n}", 0.5) + a**3 * _RATES.get(f"x{n}", 0.25)
    key = f"{n}"
    if key in _RATES:
        s = s + a * _RATES[key] * _RATES.get("3")
    return s * {"x": 1.5}.get("y", 2.0)


def slices(x):
    s = slice(1, 3)
    return np.sum(x[s]) * np.sum(x[slice(2)])


def ternaries(a, b):
    return (a if a > b else b) * (a if b else 2.0)
