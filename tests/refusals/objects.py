"""What the compiler refuses of objects: rows as in `tests.refusals.table`."""

from __future__ import annotations

from tests.refusals.rows import Row

_UNCLEAR = (
    "this attribute is written where it is not known which object it is: in a loop, or after a "
    "branch"
)

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
        "attribute in a loop",
        """
class Point:
    pass
def f(a, n):
    p = Point()
    p.x = a
    for i in range(n):
        p.x = p.x * a
        ^^^
    return p.x
""",
        _UNCLEAR,
        "keep the value in a variable, or make a new object",
    ),
    Row(
        "attribute in a loop by another name",
        """
class Point:
    pass
def f(a, n):
    p = Point()
    p.x = a
    pair = (p, a)
    for i in range(n):
        pair[0].x = p.x * a
        ^^^^^^^^^
    return p.x
""",
        _UNCLEAR,
        "keep the value in a variable, or make a new object",
    ),
    Row(
        "attribute of an object that a function keeps",
        """
class Point:
    pass
def f(a):
    p = Point()
    p.x = a
    get = lambda q=p: q.x
    p.x = a * 2
    ^^^
    return get()
""",
        "this object has been handed on, and may be known by another name",
        "write its attributes before it is used, or make a new object",
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
    ^^^
    return p.x * q.x
""",
        "this object has been handed on, and may be known by another name",
        "write its attributes before it is used, or make a new object",
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
        "attribute after the object was handed on",
        """
class Point:
    def __init__(self, x):
        self.x = x
def same(p, a):
    z = a
    for i in range(2):
        z = z * a
    return p if z is None else p
def f(a):
    p = Point(a)
    q = same(p, a)
    p.x = 2.0
    ^^^
    return q.x * a
""",
        "this object has been handed on, and may be known by another name",
        "write its attributes before it is used, or make a new object",
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
    ^^^
    return r.x * a
""",
        "this object has been handed on, and may be known by another name",
        "write its attributes before it is used, or make a new object",
    ),
    Row(
        "attribute of what a branch made",
        """
class Point:
    def __init__(self, x):
        self.x = x
def f(a, b):
    if a > b:
        p = Point(a)
    else:
        p = Point(b)
    p.x = a
    ^^^
    return p.x
""",
        _UNCLEAR,
        "keep the value in a variable, or make a new object",
    ),
    Row(
        "method that changes its object",
        """
class Point:
    def __init__(self, x):
        self.x = x
    def step(self, by):
        self.x = self.x + by
        ^^^^^^
        return self.x
def f(a):
    p = Point(a)
    p.step(1.0)
    return p.x
""",
        "writing an attribute of an object from outside is a write that outlives the call",
        "keep the value in a variable and return it",
    ),
    Row(
        "method that changes its argument",
        """
class Point:
    def __init__(self, x):
        self.x = x
def move(p, by):
    for i in range(2):
        p.x = by
        ^^^
    return by
def f(a):
    p = Point(a)
    return move(p, a) * p.x
""",
        "writing an attribute of an object from outside is a write that outlives the call",
        "keep the value in a variable and return it",
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
        "init that returns early",
        """
class Point:
    def __init__(self, x):
        if x > 0:
            return
            ^^^^^^
        self.x = x
def f(a):
    p = Point(-a)
    return a if a > 0 else p.x
""",
        "`__init__` may return before it has filled its object",
        "write `else`",
    ),
    Row(
        "init that returns on each path",
        """
class Point:
    def __init__(self, x):
        self.x = 2 * x
        if x > 0:
            self.x = x * x
            return
            ^^^^^^
        else:
            self.x = x
            return
def f(a):
    p = Point(a)
    return p.x
""",
        "`__init__` may return before it has filled its object",
        "write `else`",
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
        "this object has been handed on, and may be known by another name",
        "write its attributes before it is used, or make a new object",
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
        "method that changes its object in a nested function",
        """
class Point:
    def __init__(self, x):
        self.x = x
def f(a):
    p = Point(a)
    def move(k):
        p.x = p.x * k
        ^^^
    move(2.0)
    return p.x
""",
        "a method that changes the object it is called on cannot be differentiated yet",
        "return the new values, or make a new object",
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
        "init that binds self anew",
        """
class Point:
    def __init__(self, x):
        self.x = x
        self = x
def f(a):
    return Point(a).x
           ^^^^^^^^
""",
        "`__init__` does more than fill its object",
    ),
    Row(
        "init called again",
        """
class Base:
    def __init__(self, x):
        self.x = x
class Point(Base):
    def __init__(self, x):
        self.x = x
    def again(self, x):
        super().__init__(x)
        ^^^^^^^^^^^^^^^^^^^
        return self.x
def f(a):
    return Point(a).again(a)
""",
        "`__init__` is called again on an object",
        "make a new one",
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
