"""What follows the order of values, averages, and operators as functions."""

import functools
import math
import operator
import statistics
from operator import itemgetter

import numpy as np


def sorted_array(x):
    low = sorted(x)
    down = sorted(x, reverse=True)
    total = 0.0
    for i, v in enumerate(low):
        total += (i + 1) * v * v
    return total * down[1] + low[0]


def sorted_by_key(x, nums):
    total = 0.0
    for i, v in enumerate(sorted(x, key=lambda v: (v - 0.2) ** 2)):
        total += i * v * v
    few = sorted(nums, key=abs, reverse=True)
    return total * few[0] + few[-1]


def pairs_by_key(x, y):
    pairs = [(u, v * v) for u, v in zip(x, y)]
    other = pairs
    pairs.sort(key=itemgetter(1))
    last = sorted(zip(x, y), key=lambda pair: -pair[0])[-1]
    return other[0][0] * pairs[-1][1] + last[1] ** 2


def order_of_positions(x, a):
    order = sorted(range(len(x)), key=x.__getitem__)
    best = max(range(len(x)), key=lambda i: x[i] * a)
    return x[order[0]] * x[order[-1]] ** 2 + x[best] * a


def rows_by_key(m, a):
    best = max(m, key=np.sum)
    total = 0.0
    for i, row in enumerate(sorted(m, key=lambda row: row[1])):
        total += (i + a) * np.sum(row * best)
    return total


def largest_by_key(x, nums):
    d = {"first": x[0] * x[1], "second": x[2]}
    far = max(x, key=lambda v: (v - 0.1) ** 2)
    near = min([v * v for v in nums], key=lambda v: abs(v - 0.5))
    entry = max(d.items(), key=lambda entry: entry[1])
    return far * near + entry[1] ** 2


def sorted_in_steps(x):
    heap = list(x)
    heap.sort()
    while len(heap) > 1:
        low = heap.pop()
        high = heap.pop()
        heap.append(low * 0.5 + high * high)
        heap.sort(reverse=True)
    return heap[0]


def rows_of_array(m, n):
    rows = list(m)
    total = 0.0
    for row in rows[1:]:
        total += np.sum(row * rows[0])
    for v in m.flat:
        total = total * 0.5 + v * v
    return total


def averages(x, nums):
    spread = statistics.stdev(x) * statistics.median([v * v for v in x])
    means = statistics.mean(v * v for v in nums) + statistics.fmean(x)
    return spread + means * statistics.pvariance(nums) * statistics.mean([1, 2, 3])


def products(x, nums):
    of_list = math.prod(list(x)) + math.prod((v + 2.0 for v in x), start=2.0)
    return of_list * math.fsum(v * v for v in nums)


def operators_as_functions(x, y, a):
    total = functools.reduce(operator.add, x * x, 0.5)
    total += sum(map(operator.mul, x, y)) * operator.abs(a)
    return total - operator.neg(operator.getitem(x, 1)) / operator.truediv(a, 2.0)
