"""Objects made inside whose attributes change: accumulators, cells, optimisers, simulations."""

import dataclasses

import numpy as np


class Accumulator:
    def __init__(self):
        self.total = 0.0
        self.count = 0

    def add(self, v):
        self.total += v
        self.count += 1

    @property
    def mean(self):
        return self.total / self.count


class Cell:
    """A recurrent network."""

    def __init__(self, W, h):
        self.W = W
        self.h = h

    def step(self, v):
        self.h = np.tanh(self.W @ self.h + v)
        return self.h

    def reset(self):
        self.h = np.zeros_like(self.h)


class Doubled(Cell):
    def __init__(self, W, h):
        super().__init__(W, h)
        self.steps = 0

    def step(self, v):
        super().step(v)
        self.steps += 1
        self.h = self.h * 2.0
        return self.h


class Momentum:
    def __init__(self, rate=0.1, decay=0.9):
        self.rate = rate
        self.decay = decay
        self.velocity = None

    def step(self, w, g):
        if self.velocity is None:
            self.velocity = g
        else:
            self.velocity = self.decay * self.velocity + g
        return w - self.rate * self.velocity


class Adam:
    def __init__(self, size):
        self.m = np.zeros(size)
        self.v = np.zeros(size)
        self.t = 0

    def step(self, w, g):
        self.t += 1
        self.m = 0.9 * self.m + 0.1 * g
        self.v = 0.99 * self.v + 0.01 * g**2
        m = self.m / (1 - 0.9**self.t)
        v = self.v / (1 - 0.99**self.t)
        return w - 0.1 * m / (np.sqrt(v) + 1e-3)


@dataclasses.dataclass
class Particle:
    x: float
    v: float = 0.0

    def kick(self, force, dt):
        self.v += force * dt

    def drift(self, dt):
        self.x += self.v * dt


class Body:
    def __init__(self, place, speed):
        self.place = place
        self.speed = speed

    def move(self, dt):
        self.place += dt * self.speed
        self.speed *= 0.9


class Network:
    def __init__(self, cell, gain):
        self.cell = cell
        self.gain = gain
        self.calls = 0

    def forward(self, v):
        self.calls += 1
        return self.gain * self.cell.step(v)


class Trace:
    def __init__(self):
        self.values = []
        self.last = 0.0

    def note(self, v):
        self.values.append(v)
        self.last = v


class Limited:
    def __init__(self, x):
        self._x = x
        self.hits = 0

    @property
    def x(self):
        return self._x

    def move(self, by):
        if by > 2.0:
            self.hits += 1
            return False
        self._x = self._x * by
        return True


class Early:
    def __init__(self, x):
        self.x = x
        if x > 0:
            return
        self.x = x * x


class Bare:
    pass


def accumulates(x):
    total = Accumulator()
    for v in x:
        total.add(v * v)
    return total.mean


def accumulates_some(x, a):
    total = Accumulator()
    for v in x:
        if v > 0:
            total.add(v * a)
    return total.total * a


def accumulates_until(x, a):
    total = Accumulator()
    for v in x:
        total.add(v * v)
        if total.total > 0.5:
            break
    return total.total * a


def accumulates_while(a):
    total = Accumulator()
    while total.count < 4:
        total.add(a**total.count)
    return total.mean


def augments_in_a_loop(a, n):
    total = Accumulator()
    for i in range(n):
        total.total += a * i
        total.count += 1
    return total.total * total.count


def runs_a_cell(q, n):
    cell = Cell(q * 0.5, q[2])
    for i in range(n):
        cell.step(q[0])
    return np.sum(cell.h)


def runs_an_inherited_cell(q, n):
    cell = Doubled(q * 0.5, q[2])
    out = 0.0
    for i in range(n):
        out = out + np.sum(cell.step(q[0]) ** 2)
    return out + cell.steps * np.sum(cell.h)


def resets_a_cell(q):
    cell = Cell(q * 0.5, q[2])
    first = cell.step(q[0])
    cell.reset()
    second = cell.step(q[1])
    return np.sum(first * second)


def descends_with_momentum(x, n):
    optimiser = Momentum()
    w = x
    for i in range(3):
        w = optimiser.step(w, 2.0 * w * x)
    return np.sum(w)


def descends_with_adam(x, y, n):
    optimiser = Adam(5)
    w = x * 0.5
    for i in range(n):
        w = optimiser.step(w, 2.0 * (w - y))
    return np.sum(w**2)


def leapfrogs(a, b, n):
    p = Particle(a, b)
    for i in range(n):
        p.kick(-p.x, 0.05)
        p.drift(0.1)
        p.kick(-p.x, 0.05)
    return p.x**2 + p.v


def two_particles(a, b, n):
    p, q = Particle(a), Particle(b, a)
    for i in range(n):
        force = q.x - p.x
        p.kick(force, 0.1)
        q.kick(-force, 0.1)
        for one in (p, q):
            one.drift(0.1)
    return p.x * q.v + q.x


def a_list_of_particles(x):
    particles = [Particle(x[0]), Particle(x[1], x[2]), Particle(x[3])]
    for _ in range(2):
        centre = sum(p.x for p in particles) / len(particles)
        for p in particles:
            p.kick(centre - p.x, 0.5)
        for p in particles:
            p.drift(0.5)
    return sum(p.x * p.v for p in particles)


def arrays_in_place(x, y, n):
    body = Body(x.copy(), y * 1.0)
    for i in range(n):
        body.move(0.1)
    return np.sum(body.place**2) + np.sum(body.speed)


def an_object_in_an_object(q, n):
    network = Network(Cell(q * 0.5, q[2]), 0.5)
    total = 0.0
    for i in range(n):
        total += np.sum(network.forward(q[0]))
    return total * network.calls + np.sum(network.cell.h)


def an_object_known_by_two_names(q, n):
    cell = Cell(q * 0.5, q[2])
    network = Network(cell, 0.5)
    for i in range(n):
        network.forward(q[0])
    return np.sum(cell.h)


def a_list_as_attribute(x):
    trace = Trace()
    for v in x:
        trace.note(v * v)
    return sum(trace.values) + trace.last**2


def returns_early(a, b, n):
    limited = Limited(a)
    moved = 0
    for i in range(n):
        if limited.move(b * (i + 1)):
            moved += 1
    return limited.x * moved + limited.hits * a


def an_init_that_returns_early(a, b):
    return Early(a).x * Early(-b).x


def first_written_in_a_loop(a, n):
    p = Bare()
    p.x = a
    for i in range(n):
        p.y = p.x * a
        p.x = p.y + 1.0
    return p.x


def by_another_name(a, n):
    p = Particle(a)
    q = p
    pair = (p, a)
    for i in range(n):
        pair[0].x = q.x * a
    return p.x


def kept_by_a_function(a):
    p = Particle(a)
    get = lambda q=p: q.x
    p.x = a * 2
    return get() * a


def written_by_a_nested_function(a, n):
    p = Particle(a)

    def move(k):
        p.x = p.x * k

    for i in range(n):
        move(a)
    return p.x


def made_in_a_branch(a, b):
    p = Particle(a) if a > b else Particle(b)
    p.x = p.x * a
    return p.x


def made_in_a_loop(a, n):
    total = 0.0
    for i in range(n):
        p = Particle(a, total)
        for j in range(2):
            p.drift(0.5)
            p.kick(p.x, 0.5)
        total = p.x
    return total


def _make(a, b):
    p = Particle(a, b)
    for _ in range(3):
        p.drift(0.1)
        p.kick(a, 0.2)
    return p


def got_from_a_function(a, b):
    p = _make(a, b)
    p.x = p.x * b
    p.drift(a)
    return p.x * p.v


def _swap(p, q):
    p.x, q.x = q.x, p.x


def handed_to_a_function(a, b):
    p, q = Particle(a, b), Particle(b)
    _swap(p, q)
    return p.x**2 * q.x + p.v


def the_better_of_two(a, b, n):
    best = Particle(a, 0.0)
    for i in range(n):
        other = Particle(b * i, a)
        if other.x > best.x:
            best = other
    return best.x * best.v


class Dense:
    def __init__(self, W, b):
        self.W = W
        self.b = b

    def forward(self, v):
        self.seen = v
        self.z = v @ self.W + self.b
        return np.maximum(self.z, 0)


class Perceptron:
    def __init__(self, sizes, theta):
        self.layers = []
        k = 0
        for i in range(len(sizes) - 1):
            a, b = sizes[i], sizes[i + 1]
            W = theta[k : k + a * b].reshape(a, b)
            k += a * b
            self.layers.append(Dense(W, theta[k : k + b]))
            k += b

    def __call__(self, v):
        for layer in self.layers:
            v = layer.forward(v)
        return v


def builds_layers_in_a_loop(m, x):
    net = Perceptron([2, 3, 2], m.ravel())
    return np.sum(net(x[:2]) ** 2) + np.sum(net.layers[-1].z)


def builds_particles_in_a_loop(x):
    particles = []
    for i in range(3):
        particles.append(Particle(x[i], 0.5 * i))
    for p in particles:
        p.drift(x[3])
    return sum(p.x**2 for p in particles)


def keys_calculated_in_a_loop(a):
    table = {0: a, 1: a * a}
    for i in range(2, 5):
        table[i] = table[i - 1] * a + table[i - 2]
    return table[4] * table[2]


def asks_the_object_while(a):
    p = Particle(a, 0.5)

    def far(q):
        q.drift(0.3)
        return q.x > 1.5

    while not far(p):
        p.kick(0.1, 1.0)
    return p.x * p.v


def particles_by_number(x):
    particles = [Particle(x[0], x[1]), Particle(x[2], 0.0), Particle(x[3], x[4])]
    for _ in range(2):
        for i in range(len(particles)):
            for j in range(len(particles)):
                if i != j:
                    particles[i].v += 0.1 * (particles[j].x - particles[i].x)
        for i in range(3):
            particles[i].x += 0.1 * particles[i].v
    return sum(p.x * p.v for p in particles)
