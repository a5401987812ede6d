"""What the compiler refuses of objects: rows as in `tests.refusals.table`."""

from __future__ import annotations

from tests.refusals.rows import Row

OBJECTS = [
    Row(
        "attribute of an argument",
        """
def f(model, a):
    model.scale = 2.0
    ^^^^^^^^^^^
    return model.scale * a
""",
        "writing an attribute of an object from outside is a write that outlives the call",
        "keep the value in a variable and return it",
    ),
    Row(
        "attribute of a global",
        """
class State:
    count = 0
state = State()
def f(a):
    state.count = 1
    ^^^^^^^^^^^
    return a * a
""",
        "writing an attribute of an object from outside is a write that outlives the call",
        "keep the value in a variable and return it",
    ),
    Row(
        "attribute of a class",
        """
class State:
    count = 0
def f(a):
    State.count = 1
    ^^^^^^^^^^^
    return a * a
""",
        "writing an attribute of an object from outside is a write that outlives the call",
        "keep the value in a variable and return it",
    ),
    Row(
        "attribute augmented",
        """
def f(model, a):
    model.scale += a
    ^^^^^^^^^^^
    return a * a
""",
        "writing an attribute of an object from outside is a write that outlives the call",
        "keep the value in a variable and return it",
    ),
    Row(
        "attribute of an object that a loop began with",
        """
class Point:
    def __init__(self, x):
        self.x = x
def f(a, n):
    p = Point(a)
    q = p
    for i in range(n):
        p = Point(p.x * a)
    q.x = a * 2
    return p.x * q.x
           ^
""",
        "`p` may be the object of which an attribute has been written in line 7",
        "keep the value in a variable, or make a new object",
    ),
    Row(
        "object of other attributes in a loop",
        """
class Point:
    pass
def f(a, n):
    p = Point()
    p.x = a
    for i in range(n):
    ^^^^^^^^^^^^^^^^^^
        p = Point()
        p.y = a
    return a
""",
        "`p` is an object of another class or of other attributes in the loop",
        "give it the same attributes in every iteration",
    ),
    Row(
        "identity of an object that a loop makes",
        """
class Point:
    def __init__(self, x):
        self.x = x
def f(a, n):
    p = Point(a)
    q = p
    for i in range(n):
        if p is q:
           ^^^^^^
            a = a * 2
        p = Point(a)
    return a
""",
        "whether these are one object is not known while compiling",
    ),
    Row(
        "attribute of one of two objects",
        """
class Point:
    def __init__(self, x):
        self.x = x
def f(a, b):
    p = Point(a)
    q = Point(b)
    r = p if a > b else q
    p.x = 2.0
    return r.x * a
           ^
""",
        "`r` may be the same object as `p`, of which an attribute has been written in line 6",
        "keep the value in a variable, or make a new object",
    ),
    Row(
        "attribute of an argument in a method",
        """
class Point:
    def __init__(self, x):
        self.x = x
    def step(self, by):
        self.scale = self.scale + by
        ^^^^^^^^^^
        return by
def f(model, a):
    return Point.step(model, a) * a
""",
        "writing an attribute of an object from outside is a write that outlives the call",
        "keep the value in a variable and return it",
    ),
    Row(
        "attribute of one of several objects",
        """
class Point:
    def __init__(self, x):
        self.x = x
def f(a, k):
    points = [Point(a), Point(a * a)]
    points[k].x = 2.0 * a
    ^^^^^^^^^^^
    return points[0].x * points[1].x
""",
        "this attribute is written where it is not known which object it is",
        "keep the value in a variable, or make a new object",
    ),
    Row(
        "attribute of a frozen object",
        """
from dataclasses import dataclass
@dataclass(frozen=True)
class Point:
    x: float
def f(a):
    p = Point(a)
    p.x = a * a
    ^^^
    return p.x
""",
        "`x` of a `Point` cannot be written as a variable can",
        "make a new object",
    ),
    Row(
        "attribute with a setter",
        """
class Point:
    def __init__(self, x):
        self._x = x
    @property
    def x(self):
        return self._x
    @x.setter
    def x(self, value):
        self._x = 2 * value
def f(a):
    p = Point(a)
    p.x = a * a
    ^^^
    return p.x
""",
        "`x` of a `Point` cannot be written as a variable can",
        "make a new object",
    ),
    Row(
        "class with a constructor of its own",
        """
class Point:
    def __new__(cls, x):
        return x
def f(a):
    return Point(a) * a
           ^^^^^^^^
""",
        "`Point` cannot be looked into, and a differentiated value enters it",
        "write it as a Python function, or pass it values that are not differentiated",
    ),
    Row(
        "class with a metaclass",
        """
class Meta(type):
    def __call__(cls, *args):
        return 3.0
class Point(metaclass=Meta):
    def __init__(self, x):
        self.x = x
def f(a):
    return Point(a) * a
           ^^^^^^^^
""",
        "`Point` cannot be looked into, and a differentiated value enters it",
        "write it as a Python function, or pass it values that are not differentiated",
    ),
    Row(
        "class that watches its attributes",
        """
class Point:
    def __init__(self, x):
        self.x = x
    def __setattr__(self, name, value):
        object.__setattr__(self, name, value * 2)
def f(a):
    return Point(a).x
           ^^^^^^^^
""",
        "`Point` cannot be looked into, and a differentiated value enters it",
        "write it as a Python function, or pass it values that are not differentiated",
    ),
    Row(
        "default from a function",
        """
from dataclasses import dataclass, field
@dataclass
class Point:
    x: float
    y: float = field(default_factory=float)
def f(a):
    p = Point(a)
        ^^^^^^^^
    return p.x + p.y
""",
        "the default of `y` comes from a function that cannot be looked into",
        "give `y` here",
    ),
    Row(
        "object made in a test",
        """
class Point:
    def __init__(self, x):
        self.x = x
def f(a):
    if a > 0 and Point(a).x > 0:
                 ^^^^^^^^
        return a
    return a * a
""",
        "an object is made where it may not be needed",
        "make it on a line of its own",
    ),
    Row(
        "identity of objects",
        """
class Point:
    def __init__(self, x):
        self.x = x
def f(a, model):
    p = Point(a)
    if p is model:
       ^^^^^^^^^^
        return a
    return a * a
""",
        "whether these are one object is not known while compiling",
    ),
    Row(
        "arithmetic on objects",
        """
class Point:
    def __init__(self, x):
        self.x = x
def f(a):
    p = Point(a)
    return (p + p).x
            ^^^^^
""",
        "arithmetic on these objects has no derivative rule",
    ),
    Row(
        "operator that declines",
        """
class Point:
    def __init__(self, x):
        self.x = x
    def __mul__(self, other):
        if other is None:
            return NotImplemented
        return self.x * other
def f(a):
    return Point(a) * a
           ^^^^^^^^^^^^
""",
        "arithmetic on these objects has no derivative rule",
    ),
    Row(
        "object in a function of NumPy's",
        """
class Point:
    def __init__(self, x):
        self.x = x
    def __array__(self, dtype=None, copy=None):
        return np.array([self.x])
def f(a):
    return np.sum(Point(a))
           ^^^^^^^^^^^^^^^^
""",
        "what this does with a `Point` is up to its class, which cannot be followed here",
        "call a method, or use its attributes",
    ),
    Row(
        "comparison that declines",
        """
class Point:
    def __init__(self, x):
        self.x = x
    def __lt__(self, other):
        return NotImplemented
def f(a):
    return a * (Point(a) < 3)
                ^^^^^^^^^^^^
""",
        "this comparison of objects cannot be followed",
    ),
    Row(
        "missing field",
        """
class Point:
    def __init__(self, x):
        self.x = x
def f(a):
    return Point(a).y
           ^^^^^^^^^^
""",
        "`Point` has no attribute `y` here",
    ),
    Row(
        "constructor that does not fit",
        """
from collections import namedtuple
Pair = namedtuple("Pair", "first second")
def f(a):
    return Pair(a).first
           ^^^^^^^
""",
        "this call of `Pair` does not fit its fields first, second",
    ),
    Row(
        "namedtuple field",
        """
from collections import namedtuple
Pair = namedtuple("Pair", "first second")
def f(a):
    p = Pair(a, a)
    p.first = a * a
    ^^^^^^^
    return p.first
""",
        "`first` of a `Pair` cannot be written as a variable can",
        "make a new object",
    ),
    Row(
        "object that holds itself",
        """
class Point:
    pass
def f(a):
    p = Point()
    p.me = p
    ^^^^
    return a * a
""",
        "an object that holds itself cannot be differentiated",
    ),
    Row(
        "super of no known class",
        """
class Point:
    def __init__(self, x):
        super(Point, self).__init__()
        ^^^^^^^^^^^^^^^^^^
        self.x = x
def f(a):
    return Point(a).x
""",
        "what `super` reads and writes is not known while compiling",
        "name the variables and attributes",
    ),
    Row(
        "cached property",
        """
from functools import cached_property
class Point:
    def __init__(self, x):
        self.x = x
    @cached_property
    def double(self):
        return self.x * 2.0
def f(a):
    p = Point(a)
    return p.double
           ^^^^^^^^
""",
        "`Point` has no attribute `double` here",
    ),
    Row(
        "default that is no literal",
        """
from dataclasses import dataclass
@dataclass
class Point:
    x: float
    y: object = object
def f(a):
    p = Point(a)
        ^^^^^^^^
    return p.x
""",
        "the default of a field is no literal",
        "give the field here",
    ),
    Row(
        "object that makes another of its kind",
        """
class Node:
    def __init__(self, x, n):
        self.x = x
        self.next = Node(x, n - 1) if n > 0 else None
                    ^^^^^^^^^^^^^^
def f(a, n):
    return Node(a, n).x
""",
        "`__init__` calls itself while it makes an object",
    ),
    Row(
        "init that returns a value",
        """
class Point:
    def __init__(self, x):
        self.x = x
        return x
def f(a):
    return Point(a).x
           ^^^^^^^^
""",
        "`__init__` does more than fill its object",
    ),
    Row(
        "attribute that may have no value",
        """
class Point:
    pass
def f(a, n):
    p = Point()
    p.x = a
    for i in range(n):
        if i > 0:
            a = a * p.y
                    ^^^
        p.y = p.x
    return a
""",
        "`Point` has no attribute `y` here",
    ),
    Row(
        "super in a method called with another object",
        """
class Base:
    def scaled(self, a):
        return 2.0 * a
class Point(Base):
    def scaled(self, a):
        return super().scaled(a) * 3.0
               ^^^^^^^^^^^^^^^^^
def f(model, a):
    return Point.scaled(model, a)
""",
        "it is not known while compiling which class `super` means",
    ),
    Row(
        "super of a static method",
        """
class Base:
    @staticmethod
    def twice(z):
        return 2 * z
class Point(Base):
    def __init__(self, x):
        self.x = x
    def area(self):
        return super().twice(self.x)
               ^^^^^^^^^^^^^^^^^^^^^
def f(a):
    return Point(a).area()
""",
        "`super().twice` is no method that can be looked into",
    ),
    Row(
        "super that only reads",
        """
class Base:
    size = 3
class Point(Base):
    def __init__(self, x):
        self.x = x
    def area(self):
        return super().size * self.x
               ^^^^^^^
def f(a):
    return Point(a).area()
""",
        "what `super` reads and writes is not known while compiling",
        "name the variables and attributes",
    ),
    Row(
        "constructor without parameters",
        """
class Point:
    pass
def f(a):
    return Point(a).x
           ^^^^^^^^
""",
        "`Point` takes no arguments",
    ),
    Row(
        "class without the method",
        """
class Scale:
    pass
def f(a):
    return Scale.apply(a)
           ^^^^^^^^^^^^^^
""",
        "`Scale` has no `apply`",
    ),
]

REFLECTION = [
    Row(
        "eval",
        """
def f(a):
    return a + eval("a * a")
               ^^^^^^^^^^^^^
""",
        "what `eval` reads and writes is not known while compiling",
        "name the variables and attributes",
    ),
    Row(
        "exec",
        """
def f(a):
    exec("a = 2")
    ^^^^^^^^^^^^^
    return a
""",
        "what `exec` reads and writes is not known while compiling",
        "name the variables and attributes",
    ),
    Row(
        "locals",
        """
def f(a):
    return a * len(locals())
                   ^^^^^^^^
""",
        "what `locals` reads and writes is not known while compiling",
        "name the variables and attributes",
    ),
    Row(
        "setattr",
        """
def f(model, a):
    setattr(model, "scale", 3.0)
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    return a * model.scale
""",
        "what `setattr` reads and writes is not known while compiling",
        "name the variables and attributes",
    ),
    Row(
        "vars",
        """
def f(model, a):
    return a * vars(model)["scale"]
               ^^^^^^^^^^^
""",
        "what `vars` reads and writes is not known while compiling",
        "name the variables and attributes",
    ),
]
