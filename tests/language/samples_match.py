"""`match`: literals, alternatives, guards, captures, sequences and mappings of known structure."""

from collections import namedtuple

import numpy as np

Pair = namedtuple("Pair", "first second")

LINEAR = "linear"


class Mode:
    SQUARE = 2
    CUBE = 3


def literals(a, n):
    match n:
        case 0:
            z = a
        case 1 | 2:
            z = a * a
        case -1:
            z = 1.0
        case _:
            z = a**3
    return z * a


def returns_from_cases(a, b, n):
    match n:
        case 0:
            return a * b
        case 1:
            return a * a
        case 2 if b > 1:
            return b * b * b
    return a * b * b


def strings(a, kind="square"):
    match kind:
        case "linear":
            return a
        case "square" | "cube":
            z = a * a
        case None:
            return 0.0 * a
        case _:
            raise ValueError(kind)
    return z


def constants_of_modules_and_classes(a, kind=LINEAR, mode=3):
    match mode:
        case Mode.SQUARE:
            z = a * a
        case Mode.CUBE:
            z = a * a * a
        case other:
            z = a * other
    match kind:
        case "other":
            z = -z
    return z


def singletons(a, flag=True, nothing=None):
    match flag:
        case True:
            a = a * a
        case False:
            a = a + 1.0
        case None:
            a = 0.0
    match nothing:
        case None:
            return a * 2.0
        case value:
            return a * value


def guards(a, b):
    match a:
        case z if z > b:
            y = z * b
        case z if z > 0:
            y = z * z
        case z:
            y = z * 3.0
    return y * z


def wildcard_with_guard(a, b):
    match a:
        case _ if a > b:
            return a * b
        case _ if a > 0:
            return a * a
    return b * b


def subject_computed_once(a, b):
    match int(a * b > 0):
        case 1:
            z = a
        case 0:
            z = b
    match a * b:
        case 0.0:
            return z
        case y if y > 0:
            return y * z
        case y:
            return y * y * z


def tuple_of_numbers(a, b):
    match (int(a > 0), int(b > 0)):
        case (1, 1):
            return a * b
        case (0, _):
            return a * a
        case (_, other):
            return b * b * other


def tuple_with_captures(a, b, n):
    match (a, b, n):
        case (x, y, 0):
            return x * y
        case (x, _, 1 | 2):
            return x * x
        case (_, *rest):
            return rest[0] * rest[1]


def structure_of_an_argument(pair, a):
    match pair:
        case (_,):
            return a
        case (0.0, y):
            return y
        case (x, y) if x > 0:
            return x * y * a
        case (x, y):
            return x * x * y
    raise ValueError(pair)


def swapped_names(a, b):
    match (a, b):
        case (b, a):
            return a * a * b


def stars(nums):
    match nums:
        case [first, *middle, last]:
            return first * last * sum(middle)
        case _:
            raise ValueError(nums)


def nested_structure(a, b):
    match (a, (b, a * b)):
        case (x, (y, z) as inner):
            return x * y * z * inner[0]


def named_tuple_by_position(a, b):
    p = Pair(a, b)
    match p:
        case (0.0, _):
            return a
        case (x, y):
            return x * y * y


def mapping(table, a):
    match table:
        case {"missing": value}:
            return value
        case {"p": p, "q": q}:
            return p * q * q * a
    raise ValueError(table)


def not_a_mapping(x, a):
    match x:
        case {"a": value}:
            return value
        case _:
            return np.sum(x) * a


def in_a_loop(a, n):
    for i in range(n):
        match i % 3:
            case 0:
                a = a * a
            case 1:
                a = a + 0.5
            case _:
                a = np.sin(a)
    return a


def _step(a, kind):
    match kind:
        case "up":
            return a * 1.5
        case "down":
            return a * a
        case _:
            return a


def in_a_function_called(a):
    return _step(a, "up") * _step(a, "down") * _step(a, "")


def nested_matches(a, n):
    match n:
        case 0 | 1:
            match int(a > 0):
                case 1:
                    return a * a
                case 0:
                    return -a
        case m if m < 4:
            return a * m
    return a**3


def alternatives_with_sequences(a, b, n):
    match (n, b):
        case (0, _) | (_, 0.0):
            return a
        case ((1 | 2) as m, y):
            return a * m * y
    return a * b
