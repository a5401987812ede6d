"""Functions that yield: run over, added up, left early, inside one another."""

import functools
import itertools
import operator

import numpy as np


def _pairs(x):
    n = len(x)
    for i in range(n):
        for j in range(i):
            yield x[i], x[j]


def _halves(y, n):
    for _ in range(n):
        z = np.array([y, y * y])
        z[0] += 0.5
        y = y * 0.5 + np.sin(y)
        yield np.sum(z)


def _roots(v, c):
    while True:
        v = v - (v * v - c) / (2 * v)
        yield v


def _early(x, n):
    if n < 2:
        return
    yield x[0]
    for v in x[1:]:
        if v > 0.9:
            return
        yield v * n
        v = 0.0


def _flat(rows):
    for row in rows:
        yield from row


class _Walk:
    def __init__(self, start, steps):
        self.start = start
        self.steps = steps

    def __iter__(self):
        yield self.start
        for step in self.steps:
            yield step * self.start

    def squares(self):
        for step in self.steps:
            yield step * step


def pairs_left_early(x):
    total = 0.0
    for a, b in _pairs(x):
        if a * b > 0.95:
            break
        if a > b:
            continue
        total += a * b**2
    else:
        total *= x[0]
    return total


def returned_from_the_loop(x):
    for a, b in _pairs(x):
        if a * b > 0.6:
            return a * b**2
    return x[0] * 2.0


def without_end(a, p):
    total = a
    for k, v in enumerate(_roots(1.5 + p[1], p[0] + 2.0), 1):
        total += v * k
        if k > 3:
            break
    return total * v


def one_inside_another(x, n):
    y = 1.0
    total = 0.0
    for i in range(n):
        for v in _halves(x[0] * i, 3):
            for w in _halves(v * 0.1, 2):
                if w > 1.2:
                    break
                total += v * w
            y = y * 0.9 + v
        if total > 30.0:
            return total * y
    return total + y


def several_yields(x, n):
    total = 1.0
    for v in _early(x, n):
        total += total * v * 0.1
    for v in _flat([x, x * 2, [x[0], x[1] ** 2]]):
        total += v * v
    return total


def consumed(x, a):
    few = list(_halves(a, 3))
    most = max(_halves(a, 2)) * sum(v * v for v in _halves(x[0], 4))
    once = _halves(x[1], 2)
    return few[0] * few[-1] + most + sum(once) + sum([v for v in _early(x, 3)])


def nested_generator(x):
    total = 0.0

    def terms(k):
        for i in range(3):
            yield x[i] * k + total

    for v in terms(2.0):
        total = total * 0.5 + v * v
    return total


def writes_while_it_yields(x):
    y = x * 1.0

    def elements():
        for i in range(len(y)):
            yield y[i]

    i = 0
    for v in elements():
        y[(i + 1) % 5] = v * x[0]
        i += 1
    return np.sum(y * y)


def objects_that_yield(x):
    walk = _Walk(x[0], [x[1], x[2]])
    total = 0.0
    for i, v in enumerate(walk):
        total += v * (i + 1)
    return total * sum(walk.squares())


def list_of_what_changes(x):
    y = x * 1.0
    for i, v in list(enumerate(y)):
        y[(i + 1) % 5] = v * v
    return np.sum(y)


def chained_and_sliced(x, y):
    total = 0.0
    for i, v in enumerate(itertools.chain(x, y[::-1], [x[0], 2.0])):
        if i > 11:
            break
        total += (i + 1) * v * v
    middle = list(itertools.islice(x, 1, 4, 2))
    return total * middle[0] + sum(v * v for v in itertools.islice(y, 2)) * middle[-1]


def accumulated(x, a):
    running = list(itertools.accumulate(x))
    total = running[-1] * running[1]
    for v in itertools.accumulate(x, lambda u, v: u * 0.5 + v * v, initial=a):
        total += v * v
    return total + sum(itertools.accumulate(x, operator.mul))


def in_step_without_end(x, a):
    total = 0.0
    for i, v, w, s in zip(itertools.count(1), x, itertools.repeat(a), itertools.cycle((1, -1))):
        total += v**i * w * s
    for k in itertools.count(2, 3):
        if k > 9:
            break
        total = total * a + k
    return total + sum(itertools.takewhile(lambda v: v * v < 1.0, x))


def chosen_of_many(x):
    total = sum((u - v) ** 2 for u, v in itertools.combinations(x, 2))
    return functools.reduce(lambda u, v: u * 0.5 + v * v, x) + total * x[0]


def first_that_holds(x):
    large = next(v * v for v in x if v * v > 0.2)
    return large * x[1] + next((v for v in x if v > 9.0), x[2] * 2)
