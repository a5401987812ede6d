"""`while` loops."""

import math

import numpy as np


def doubled_until(a, b):
    z = a * a
    while z < 100:
        z = z * 2 + b
    return z


def counted(a, n):
    i = 0
    while i < n:
        a = a * a + 0.1
        i += 1
    return a


def counted_down(x, n):
    s = 1.0
    while n > 0:
        n -= 1
        s = s * x[n] + n
    return s


def never_entered(a):
    z = a
    while z > 100:
        z = z * a
    return z * z


def two_tests(a, b):
    z = a * a
    i = 0
    while z < 10 and i < 5:
        z = z * 2 + b
        i += 1
    return z + i * a


def test_of_array(x):
    while np.sum(x * x) > 0.5:
        x = x * 0.7
    return np.sum(x**3)


def newton(a):
    z = 1.0 + a * a
    while abs(z * z - a * a - 2) > 1e-12:
        z = z - (z * z - a * a - 2) / (2 * z)
    return z


def inside_for(a, n):
    s = 0.0
    for i in range(n):
        z = a + i
        while abs(z) > 1:
            z = z / 2
        s = s + z * z
    return s


def inside_while(a, n):
    i = 0
    while i < n:
        j = 0
        while j < i:
            a = a * 0.9 + 0.1 * a * a
            j = j + 1
        i = i + 1
    return a


def for_inside(x, n):
    i = 0
    s = 1.0
    while i < n:
        for j in range(i):
            s = s * x[j] + x[i]
        i += 1
    return s


def with_branch(a, n):
    i = 0
    s = a
    while i < n:
        if i % 2 == 0:
            s = s * a
            i = i + 1
        else:
            s = s + a
            i = i + 2
    return s


def flag_of_boolean(a, n):
    going = n > 0
    i = 0
    while going:
        a = a * a + i
        i += 1
        going = i < n
    return a


def always_true_and(a):
    i = 0
    z = a
    while True and i < 3:
        z = z * a
        i += 1
    return z


def swapping(a, b, n):
    while n > 0:
        a, b = b, a * b
        n = n - 1
    return a + 2 * b


def series(a):
    term = 1.0
    total = 1.0
    k = 0
    while abs(term) > 1e-17:
        k += 1
        term = term * a / k
        total += term
    return total


def bisection_steps(a):
    low, high = 0.0, 4.0 + a * a
    while high - low > 1.0:
        middle = 0.5 * (low + high)
        if middle * middle > 2.0:
            high = middle
        else:
            low = middle
    return low * high + a


def halvings(x, a):
    z = a * a * 50
    while z > math.pi:
        z = z / 2 + x[0] * 0.01
    return z * x[1]
