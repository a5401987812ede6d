"""Objects: made inside, read, written, handed to methods and functions; classes and their parts."""

import dataclasses
from collections import namedtuple
from typing import ClassVar, NamedTuple

import numpy as np

Pair = namedtuple("Pair", "first second", defaults=(2.0,))


class Span(NamedTuple):
    low: float
    high: float = 1.5

    @property
    def length(self):
        return self.high - self.low

    def scaled(self, by):
        return self._replace(low=self.low * by, high=self.high * by)


@dataclasses.dataclass
class Point:
    x: float
    y: float = 0.5
    steps: list = dataclasses.field(default_factory=list)

    scale: ClassVar[float] = 3.0

    def norm2(self):
        return self.x**2 + self.y**2

    @property
    def product(self):
        return self.x * self.y * self.scale

    @classmethod
    def diagonal(cls, a):
        return cls(a, a)

    @staticmethod
    def double(a):
        return a + a

    def __call__(self, z):
        return z * self.x

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)

    def __mul__(self, factor):
        return Point(self.x * factor, self.y * factor)

    __rmul__ = __mul__

    def __neg__(self):
        return self * -1.0

    def long_method(self, a):
        z = self.x * a
        for _ in range(2):
            z = z * self.y
        z = z + a
        z = np.sin(z)
        return z


@dataclasses.dataclass(frozen=True)
class Frozen:
    a: float
    b: float = 2.0


@dataclasses.dataclass
class Scaled:
    x: float
    twice: float = dataclasses.field(init=False, default=0.0)

    def __post_init__(self):
        self.twice = 2.0 * self.x
        self.x = self.x * self.twice


class Layer:
    gain = 0.5

    def __init__(self, W, b, name="layer"):
        self.W = W
        self.b = b
        self.name = name

    def __call__(self, x):
        return np.tanh(x @ self.W + self.b) * self.gain

    def kind(self):
        return 1.0


class Doubling(Layer):
    gain = 2.0

    def __init__(self, W, b):
        super().__init__(W, b, name="doubling")
        self.twice = W * 2.0

    def __call__(self, x):
        return super().__call__(x) + np.sum(self.twice)

    def kind(self):
        return super().kind() + 1.0


class Net:
    def __init__(self, layers, scale):
        self.layers = layers
        self.scale = scale
        self.depth = len(layers)
        self.total = scale * 2.0
        self.total = self.total + 1.0


class Layered:
    def __init__(self, scale, function):
        self.scale, self.function = scale, function

    def __call__(self, x):
        return self.function(self.scale * x)


class Bare:
    pass


def _ident(p):
    return p


def _shift(p, a):
    moved = Point(p.x + a, p.y)
    for _ in range(2):
        a = a * p.y
    moved.y = a
    return moved


def _energy(p, a):
    z = p.x * a
    for _ in range(3):
        z = z * p.y + p.x
    return z


def makes_namedtuple(a, b):
    p = Pair(a, b)
    return p.first * p.second + p[0] * p[-1]


def makes_namedtuple_with_default(a):
    p = Pair(first=a * a)
    first, second = p
    return first * second


def makes_typed_namedtuple(a, b):
    p = Span(low=a, high=b)
    return p.length * p.scaled(a).length


def replaces_in_namedtuple(a, b):
    p = Span(a)._replace(high=b * a)
    return p.length * p.high


def makes_dataclass(a, b):
    p = Point(a, y=b)
    return p.norm2() * p.x


def makes_dataclass_with_defaults(a):
    p = Point(a)
    return p.product * p.scale * len(p.steps + [1])


def replaces_in_dataclass(a, b):
    p = dataclasses.replace(Point(a, b), x=b)
    return p.product * a


def makes_frozen(a):
    p = Frozen(a)
    return p.a * p.b * getattr(p, "a")  # noqa: B009


def of_a_class_method(a):
    return Point.diagonal(a).norm2() * Point.double(a)


def calls_an_object(a, b):
    p = Point(a, b)
    return p(b) * p(a)


def adds_objects(a, b):
    p = Point(a, b) + Point(b, a * a)
    q = 2.0 * p * a
    return p.x * p.y + q.x


def writes_attributes(a, b):
    p = Point(0.0, 0.0)
    p.x = a
    p.y = p.x * b
    p.y += a
    return p.norm2()


def writes_through_an_alias(a, b):
    p = Point(a, b)
    q = p
    both = (p, [q, a])
    p.x = a * b
    q.y = p.x * a
    return q.x * p.y + both[0].x * both[1][0].y


def two_objects_of_equal_fields(a, b):
    p = Point(a, b)
    q = Point(a, b)
    p.x = a * b
    return p.x * q.x + q.norm2()


def writes_before_aliasing_another(a, b):
    p = Point(a, a)
    q = p
    p = Point(b, b)
    p.x = a * b
    return q.x * p.x


def writes_in_a_branch(a, b):
    p = Point(a, b)
    q = p
    if b > a:
        p.x = b * b
    else:
        q.y = a * a
    return p.norm2() * q.x


def writes_after_a_branch(a, b):
    p = Point(a, b)
    if a > 0:
        p.x = p.x * b
    p.y = p.x * a
    return p.norm2()


def makes_in_branches(a, b):
    if a > 0:
        p = Point(a, b)
    else:
        p = Point(b * b, a)
    return p.norm2() * p.x


def makes_in_one_branch(a, b):
    z = b
    if a > 0:
        p = Point(a, b)
        p.x = p.x * a
        z = p.norm2()
    return z * a


def writes_in_a_loop_body(a, n):
    for _ in range(n):
        p = Point(a, 0.0)
        p.y = p.x * 0.5
        a = p.norm2() + 0.1
    return a


def carries_an_object(a, n):
    p = Point(a, 0.3)
    for i in range(n):
        p = Point(p.x * 0.5 + i, p.y * p.x)
    return p.norm2()


def an_object_of_objects(a, b):
    p = Pair(Point(a, b), Point(b))
    p.first.x = b * b
    p.second.y = p.first.x * a
    return p.first.norm2() * p.second.y


def fields_that_hold_containers(a, b):
    p = Point(a, b, steps=[a, b])
    return p.steps[0] * p.steps[1] * len(p.steps)


def inlines_init(w, v):
    layer = Layer(w, 0.5)
    return np.sum(layer(v)) * layer.kind()


def inlines_inherited_init(w, v):
    layer = Doubling(w, 0.5)
    return np.sum(layer(v)) * layer.kind()


def builds_a_net(q, x):
    net = Net([Layer(q, 0.1), Doubling(q * 0.1, 0.2)], 0.5)
    z = x[:4]
    for layer in net.layers:
        z = layer(z)
    return np.sum(z) * net.total * net.depth


def a_bare_object(a, b):
    p = Bare()
    p.x = a
    p.y = b * p.x
    return p.x * p.y


def hands_an_object_over(a, b):
    p = Point(a, b)
    return _energy(p, b) * p.x


def gets_an_object_back(a, b):
    p = _shift(Point(a, b), b)
    return p.norm2() * p.x


def gets_the_same_object_back(a, b):
    p = _ident(Point(a, b))
    return p.norm2()


def calls_a_long_method(a, b):
    p = Point(a, b)
    return p.long_method(b) * p.x


def compares_objects(a, b):
    p, q = Point(a, b), Point(a, b)
    r = p
    if p is q or p is not r or p is None:
        return a
    if isinstance(p, Point) and not isinstance(p, (Layer, Net)) and hasattr(p, "x"):
        return p.norm2()
    return b


def class_constants(a):
    return a * Point.scale * Layer.gain


def passive_objects(a):
    p = Point(2.0, 3.0)
    p.x = 4.0
    for _ in range(int(p.x)):
        a = a * p.y
    return a


def an_object_in_a_comparison(a, b):
    limits = Span(-0.1, 3.0)
    if limits.low < b < limits.high:
        return a * limits.length
    return a * a


def writes_into_a_container_of_objects(a, b):
    points = [Point(a, b), Point(b, a)]
    points[0].x = a * a
    first, second = points
    second.x = first.x * b
    return points[0].norm2() * points[1].x


def runs_post_init(a):
    p = Scaled(a)
    return p.x * p.twice


class Holder:
    def __init__(self, v):
        self.v = v
        self.total = 0.0


def array_attribute_in_place(x):
    holder = Holder(x * 2.0)
    other = holder
    holder.v += x
    holder.v[1] *= 3.0
    holder.total += x[0]
    return np.sum(other.v**2) * other.total


def array_attribute_shared(x):
    a = x * 1.0
    holder = Holder(a)
    holder.v -= 1.0
    a[0] = 2.0
    return np.sum(holder.v * x)


def layers_with_functions(a, x):
    for layer in [Layered(a, np.tanh), Layered(a * a, lambda z: z * np.sin(z))]:
        x = layer(x)
    return np.sum(x)
