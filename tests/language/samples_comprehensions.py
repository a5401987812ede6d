"""Comprehensions, generators, `:=` and unpacking with a star."""

import functools

import numpy as np


def _square(z):
    return z * z


def _slow(z):
    s = z
    for i in range(2):
        s = s * z
    return s


# ----- written out -----


def array_of_list(a, b):
    return np.sum(np.array([z * z for z in (a, b, a * b)]))


def stacked(x, y):
    return np.sum(np.stack([np.sin(z) for z in (x, y)]) * x)


def list_of_range(a):
    powers = [a**k for k in range(1, 4)]
    return powers[0] * powers[1] + powers[2]


def list_of_calls(a, b):
    first, second = [_slow(z) for z in (a, b)]
    return first * second


def filtered(nums):
    odd = [nums[i] for i in range(3) if i % 2 == 0]
    return odd[0] * odd[1] + len(odd)


def nested_lists(a, b):
    table = [[a * i + b * j for j in range(1, 3)] for i in range(1, 3)]
    return table[0][1] * table[1][0]


def two_generators(a, b):
    products = [z * w for z in (a, b) for w in (a, 2.0)]
    return products[0] + products[1] * products[2] + products[3]


def dependent_generators(a):
    terms = [a * i * j for i in range(1, 4) for j in range(i) if j > 0]
    return terms[0] + terms[1] * terms[2]


def zipped(pair, nums):
    return sum([p * q for p, q in zip(pair, nums)])


def enumerated(nums):
    return sum([z * (i + 1) for i, z in enumerate(nums)])


def reversed_list(nums):
    first, *others = [z * z for z in reversed(nums)]
    return first * others[0]


def dict_of_items(table):
    squares = {k: v * v for k, v in table.items()}
    return squares["p"] * squares["q"]


def dict_of_names(params, x):
    named = {name: p for name, p in zip(("w", "b"), params)}
    return np.sum(x @ named["w"] + named["b"])


def dict_of_texts(a, b):
    named = {f"z{i}": z for i, z in enumerate((a, b))}
    return named["z0"] * named["z1"]


def generator_as_tuple(a, b):
    first, second = tuple(z * z for z in (a, b))
    return first * second + list(z for z in (a, b))[0]


def target_does_not_leak(a, b):
    z = b
    squares = [z * z for z in (a, a * a)]
    return squares[0] * squares[1] * z


def shadows_what_it_iterates(pair):
    return sum(pair * pair for pair in pair)


def layers_of_list(x, layers):
    outputs = [np.tanh(x[: w.shape[0]] @ w) + b for w, b in layers]
    return np.sum(outputs[0]) * np.sum(outputs[1])


def of_arrays(points):
    return np.sum(np.concatenate([p * p for p in points]))


# ----- generators that are consumed -----


def sum_of_few(a, b):
    return sum(z * z for z in (a, b))


def sum_of_range(a, n):
    return sum(a * i for i in range(n)) + a


def sum_of_elements(x):
    return sum(np.sin(z) * z for z in x)


def sum_with_start(a, n):
    return sum((a**i for i in range(n)), a * a) + sum((a for i in range(2)), start=1.0)


def sum_of_pairs(x, y):
    return sum(p * q for p, q in zip(x, y))


def sum_of_squares_of_list(x):
    return sum([z * z for z in x])


def sum_of_some(x):
    return sum(z * z for z in x if z > 0)


def sum_of_two_loops(a, n):
    return sum(a * i * j for i in range(n) for j in range(i)) + a


def sum_of_calls(a, x):
    return sum(_slow(z) * a for z in x)


def sum_of_rows(m, x):
    return sum(np.sum(np.tanh(row) * x) for row in m)


def sum_in_loop(a, n):
    s = a
    for i in range(n):
        s = s * 0.5 + sum(s * j for j in range(n))
    return s


def sum_of_sums(m):
    return sum(sum(z * z for z in row) for row in m)


def total_is_taken(a, n):
    total = a * a
    return sum(total * i for i in range(n)) + total


def largest(x):
    return max(z * z for z in x) + min(np.sin(z) for z in x)


def largest_of_few(a, b):
    return max(z * z for z in (a, b, 0.3)) * min([z + 1 for z in (a, b)])


def largest_with_index(x):
    return max(i * z for i, z in enumerate(x, start=1))


def any_and_all(a, x):
    if any(z > 1.0 for z in x) and not all(z > 0 for z in x):
        return a * np.sum(x)
    return a * a + np.sum(x) * all(i < 3 for i in range(3))


def while_any(a, n):
    while any(a * i > 0.3 for i in range(n)):
        a = a * 0.5
    return a * a


def mapped(x, a):
    return sum(map(lambda z: z * a, x)) + sum(map(_square, (a, 2.0)))


def mapped_in_loop(x, y):
    s = 0.0
    for z in map(lambda p, q: p * q, x, y):
        s = s + z * z
    return s


def mapped_once(a, b):
    first, second = map(functools.partial(lambda k, z: k * z, a), (a, b))
    return first * second + list(map(abs, (a, b)))[0]


def loop_over_generator(a, x):
    s = 1.0
    for z in (p * a for p in x):
        s = s + z * z
    return s


def loop_over_list(a, b):
    s = 1.0
    for z in [p * p for p in (a, b)]:
        s = s * z
    return s


def loop_over_generator_of_kinds(a, x):
    s = a
    for z in (p * 2.0 for p in (a, x)):
        s = s + np.sum(z * z)
    return s


def kept(a, b):
    s = a
    for z in filter(lambda k: k > 1, (1, 2, 3)):
        s = s * b + z
    return s + sum(filter(None, (1.0, 2.0))) * a


# ----- := and stars -----


def walrus(a, b):
    return (c := a * b) * c + c


def walrus_in_test(a):
    if (r := a * a) > 0.1:
        return r * a
    return r


def walrus_in_while(a, n):
    i = 0
    while (r := a * a) > 0.01 and i < n:
        a = a * 0.5
        i = i + 1
    return a * r


def walrus_of_argument(a):
    while (a := a * 0.5) > 0.1:
        pass
    return a * a


def walrus_in_comprehension(a, b):
    squares = [(last := z * z) for z in (a, b)]
    return squares[0] * last


def walrus_in_call(a, x):
    return np.sum(x * (k := a * a)) + k


def starred(a, b):
    first, *rest, last = [a, b, a * b, 3.0]
    return first * rest[0] + last * rest[1] * len(rest)


def starred_nothing(a, b):
    first, *rest, last = (a, b)
    return first * last + len(rest)


def starred_argument(nums):
    head, *tail = nums
    return head * tail[0] * tail[1]


def starred_in_loop(nums, n):
    s = 1.0
    for i in range(n):
        head, *tail = nums
        s = s * head + tail[-1]
    return s


def deleted(a, b):
    c = a * b
    d = c * c
    del c
    return d * a
