"""Programs whose gradients were wrong or raised an exception once, as the generator found them."""

import numpy as np

# ----- values that not every path gives -----


def returned_inside_two_branches(a, x, y, n):
    if n > 1:
        if n > 2:
            return a
        x = y
    a = a * 2
    a = a * a
    a = a + 1
    return np.sum(np.sin(x)) * a


def returned_inside_three_branches(a, m, n):
    a = np.tanh(a)
    if n > 1:
        if n > 2:
            if n > 3:
                return a
            m = np.zeros((3, 4)) + a
        a = a * 2
        a = a * a
    return np.sum(np.sin(m)) * a


def returned_on_the_other_side(a, x, n):
    if n > 1:
        x = np.tanh(x)
    else:
        a = a * 2
        a = a * a
        if n > 0:
            return a
    if n > 2:
        a = a * 3
    return np.sum(np.sin(x)) * a


def given_and_read_under_one_test(x, n):
    if n > 2:
        z = x * x
    s = np.sum(x)
    if n > 2:
        s = s + np.sum(z * z)
    return s


def given_and_read_under_other_tests(x, y, n):
    if n > 1:
        z = np.concatenate((x, y[n:])) * x[0]
    s = np.sum(x)
    if n > 2:
        s = s + np.sum(z * z)
    return s


def given_by_a_loop(x, y, n):
    s = 0.0
    for i in range(n):
        z = np.concatenate((x, y[i:]))
        s = s + np.sum(x)
    if n > 2:
        s = s + np.sum(z * z)
    return s


def given_by_the_iteration_before(x, y, n):
    s = 0.0
    for i in range(n):
        if i > 0:
            s = s + np.sum(z * z)  # noqa: F821
        z = np.concatenate((x, y[i:]))
    return s + np.sum(x)


def given_by_an_inner_loop(x):
    for i in range(2):
        for j in range(3):
            z = x[j] * x
    return np.sum(z * z)


def list_given_by_a_loop(x, a):
    for e in [x, x * a]:
        pair = [a, e]
    for i in range(2):
        a = np.sin(0.5 * (pair[0] - a)) * a
    return a * a + np.sum(pair[1])


# ----- loops that write -----


def squared_by_an_inner_loop(x):
    for i in range(2):
        for j in range(2):
            x **= 2
    return np.sum(x)


def added_unless_left(x, a, n):
    j = 0
    while j < n:
        j += 1
        if n > 3:
            break
        x += x * a
    return np.sum(np.sin(x))


def rows_bound_to_a_name(x, m):
    s = 0.0
    for i in range(3):
        m *= x[i]
        for row in m:
            s = s + np.sum(row * row)
    return s


def _doubled(v):
    j = 0
    while j < 3:
        j += 1
        v += v


def helper_that_doubles_in_a_loop(x, a):
    y = x * a
    _doubled(y)
    return np.sum(y * x)


def helper_that_doubles_an_argument(x, a):
    _doubled(x)
    return a


def _halved_if_long(v, n):
    if len(v) < n:
        return
    v *= 0.5


def helper_that_returns_early(x, n):
    y = x * x
    _halved_if_long(y, n)
    return np.sum(y * x)


# ----- functions that write where a mask says -----


def put_where_masked(x, y, mask):
    z = x * 2
    np.putmask(z, mask, np.sin(z) + y)
    np.putmask(z, z > 1, z * y)
    np.putmask(z, z < -1, y[0])
    return np.sum(z * z)


def placed_where_masked(x, mask, a):
    z = x * 2
    np.place(z, mask, a)
    return np.sum(z * z)


def copied_where_masked(m, y, mask):
    z = m * 2
    np.copyto(z, y, where=mask)
    np.copyto(z[0], 1.5, where=~mask)
    return np.sum(z * z)


# ----- arrays in displays -----


def written_through_a_loop_over_views(x, y):
    z = x * 2
    for part, e in zip((z[:3], z[2:]), (y[0], y[1])):
        part *= e
    return np.sum(z * z)


def read_through_broadcast_and_flip(x, a):
    z = x * 2
    wide, turned = np.broadcast_to(z, (3, 5)), np.flip(z)
    turned[0] = a
    return np.sum(wide * turned) + np.sum(z * x)


# ----- adjoints of views -----


def element_and_sum_of_view(x):
    a = x[0]
    b = np.sum(x[:, None])
    return a * a + b * b


# ----- what a helper returns and keeps -----


def _root_of_squares(v):
    s = 0.0
    for e in v:
        s = s + e * e
    return np.sqrt(s)


def helper_and_write_to_its_argument(x):
    a = x.copy()
    s = _root_of_squares(a)
    a[0] = s * a[0]
    t = _root_of_squares(a)
    a[:] = 0
    return s * t


def _grown(v, n):
    y = v * 1.0
    for i in range(n):
        y = y * v
    return y


def helper_and_write_to_its_result(x, n):
    y = _grown(x, n)
    z = _grown(y, n)
    y *= x
    z[0] = y[1]
    return np.sum(y * z)


def helper_of_a_view_that_is_written(x):
    a = x.copy()
    for i in range(3):
        t = _root_of_squares(a[1:])
        a[i + 1] *= t
    return _root_of_squares(a)


class _Weights:
    def __init__(self, w):
        self.w = w

    def __call__(self, x):
        y = self.w * x
        for _ in range(2):
            y = np.tanh(y) * self.w
        return y


def object_with_a_view_that_is_written(x, n):
    w = x * 2
    model = _Weights(w[1:])
    s = 0.0
    for i in range(n):
        y = model(x[i])
        w[i] *= y[0]
        s = s + np.sum(y)
    return s + np.sum(w)


def helper_of_written_arrays_in_a_display(x, n):
    a = x * 2
    for i in range(n):
        t = _first_of_each([a[1:], x])
        a[i] *= t
    return np.sum(a)


def _first_of_each(parts):
    s = 1.0
    for part in parts:
        for e in part:
            s = s * e
    return s


# ----- arrays of indices that are written to -----


def index_that_changes_before_an_update(x, idx):
    y = x * 1.0
    k = idx.copy()
    y[k] *= 2
    k[0] = 1
    y[k] += x[k]
    return np.sum(y * y)


def index_that_changes_in_a_loop(x, n):
    k = np.zeros(5, dtype=int)
    y = x * 1.0
    for i in range(n):
        k[i] = (i * 2) % 5
        y[k] = np.sin(y[k] + i)
    return np.sum(y)


def mask_that_changes_before_an_update(x):
    mask = x > 0
    y = x * 2
    y[mask] += 1.0
    mask[0] = not mask[0]
    y[mask] *= 3.0
    return np.sum(y)


def index_that_changes_after_a_gather(x):
    o = np.argsort(x)
    y = x[o]
    o[0], o[1] = o[1], o[0]
    y *= x[o]
    y[o] = y
    return np.sum(y * np.arange(5))


# ----- objects that are written to -----


class _Particle:
    def __init__(self, at, speed):
        self.at = at
        self.speed = speed
        self.mass = 2.0

    def step(self, dt):
        self.at += self.speed * dt
        self.speed -= self.at * dt * self.mass
        return self.mass


def methods_that_write_into_arrays(x, y, n):
    particle = _Particle(x, y.copy())
    s = 0.0
    for i in range(n):
        s = s + particle.step(0.1 * i)
    return np.sum(particle.at * particle.speed) + s + x[0]


def object_in_a_dict_that_changes(x, a):
    particle = _Particle(x, a)
    table = {"p": particle}
    particle.speed = a * 3
    table["q"] = particle
    particle.speed = particle.speed * 2
    return table["p"].speed * table["q"].speed * x[0]


# ----- arrays of no axes -----


def array_of_no_axes_that_a_loop_adds_to(x, n):
    s = np.zeros(())
    for i in range(n):
        s += x[i % 5] ** 2
    s *= 2
    return s * x[0]


def array_of_no_axes_of_a_choice(x, a):
    s = np.where(a > 0, a, x[0])
    s += 1
    t = s * 2
    s *= t
    return s * t


class _Total:
    pass


def attribute_that_numbers_are_added_to(x):
    total = _Total()
    total.sum = 0.0
    total.sum += np.sum(x)
    total.sum += np.sum(x * x)
    return total.sum * x[0]


class _Net:
    def __init__(self, w, b):
        self.w = w
        self.b = b

    def run(self, v, n):
        s = 0.0
        for _ in range(n):
            v = np.tanh(self.w * v + self.b)
            s = s + np.sum(v)
        return s

    def moved(self, g):
        return _Net(self.w - 0.1 * g, self.b)


def object_that_a_loop_makes_anew(x, y, a, n):
    cell = _Net(x, a)
    s = 0.0
    for i in range(n):
        cell = cell.moved(y * cell.b)
        s += cell.run(y, i)
    return s + np.sum(cell.w)


def object_whose_arrays_a_loop_changes(x, y, n):
    net = _Net(x, y * 0.1)
    s = 0.0
    for i in range(n):
        net.w -= 0.1 * y
        net.b[0] += 0.1
        s += net.run(y, i)
    return s


# ----- places -----


def rows_and_slices_written_at_once(m):
    m[1:3, [0, 1, 1]] *= 2
    m[[0, 1], 2:4] = m[[1, 0], 1:3]
    return np.sum(m * m)


# ----- lists -----


def two_copies_of_a_list(x, n):
    values = [x[0]]
    for i in range(n):
        values.append(x[i % 3] ** 2)
    one, other = list(values), list(values)
    s = 0.0
    while len(one) > 1:
        s = s + one.pop()
    return s * other[0] + np.sum(np.array(other))


def read_by_two_indices(points):
    s = 0.0
    for i in range(len(points)):
        s = s + np.sum(points[i - 1] * points[i])
    return s


def variable_called_t(a, b):
    """A temporary must not take the name of a variable that the test of a loop reads."""
    t, h = 0.0, 0.1
    y = a
    while t < 1.0:
        if t + h > 1.0:
            h = 1.0 - t
        k1 = -b * y
        k2 = -b * (y + h * k1)
        if k1 < 100:
            t += h
            y = y + h * k2
    return y


def one_of_two_sums(a, m, x, y, n):
    """The adjoint of a sum is a broadcast, which cannot be written to."""
    for i in range(1, 4):
        x[:, None] = x[-1] / (1.5 + np.cos(x[i]))
        m[:] = 0.3 * np.sum(m)
    for j in range(2, -1, -1):
        m[0, ...] = y[j]
        y = 0.5 * (np.where(y > 0.61, y, 0.2) - x)
        for k in range(n):
            if m[0, 0] > 0.13:
                return 0.3 * np.sum(m)
            if x[-k - 1] < 0.13:
                return 0.3 * np.sum(y)
            for _ in range(1, 4):
                m = np.sin(m * a) * m
    return np.sum(np.sin(m))


def variation_from_none(x):
    prev = None
    total = 0.0
    for v in x:
        if prev is not None:
            total += abs(v - prev)
        prev = v
    return total


def squares_from_none(m):
    prev = None
    total = 0.0
    for row in m:
        if prev is not None:
            total += (row - prev) ** 2
        prev = row
    return np.sum(total)


def controlled_from_none(a, b):
    integral, prev, y, v = 0.0, None, 0.0, 0.0
    cost = 0.0
    for _ in range(5):
        e = a - y
        integral += e * 0.1
        slope = 0.0 if prev is None else (e - prev) / 0.1
        u = np.clip(b * e + 0.3 * integral + 0.05 * slope, -5, 5)
        v += 0.1 * (u - v)
        y += 0.1 * v
        prev = e
        cost += e**2
    return cost


class _Pair:
    def __init__(self, first, second):
        self.first = first
        self.second = second


def dict_bound_in_an_inner_loop(a, x, n):
    s = np.sum(x) * a
    for i in range(n):
        if i > 0:
            s = s + np.sum(state["w"]) * state["b"][0]  # noqa: F821
        for _ in range(2):
            state = {"w": x * a, "b": x}
    return s


def containers_bound_in_inner_loops(a, x, n):
    s = np.sum(x) * a
    for _ in range(n):
        for _ in range(2):
            pair = (x * a, x)
            both = _Pair(x * a, x)
        s = s + pair[0][0] * pair[1][1] + both.first[0] * both.second[1]
    return s


def dict_that_inner_loops_replace(a, x, n):
    state = {"w": x, "b": x}
    s = np.sum(x) * a
    for _ in range(n):
        s = s + np.sum(state["w"]) * state["b"][0]
        for _ in range(2):
            state = {"w": x * a, "b": x * state["w"]}
    return s


def left_by_a_write_beside_a_swap(a, x, n):
    u, v = x.copy(), np.zeros_like(x)
    for _ in range(n):
        if v[1] > u[1]:
            u[1] *= a
            break
        for _ in range(3):
            u, v = v, u
        if a > u[2]:
            a = a * a
    return a * np.sum(u)


def left_between_two_arrays_of_one_name(a, x, n):
    u = x.copy()
    for i in range(n):
        u[i] = u[i] * a
    k = 0
    v = u
    while k < n:
        v = u.copy()
        if u[k] < 0:
            a = np.cos(a - u[-1])
            break
        u = np.sin(v)
        k += 1
    return a + np.sum(u * u) + v[0]


def swapped_behind_a_test(a, b, x, y, n):
    u, v = x.copy(), x.copy()
    for i in range(n, 0, -1):
        if i < n:
            return a * b
        if u[1] > y[i % 5]:
            if n > 2:
                continue
            u, v = v, u
        b = b * a
        u[1] += x[1]
        u[1:] += 0.3
    return u[2] * b


def sums_that_begin_as_one_array(a, n):
    d_p = np.zeros_like(a)
    d_q = d_p
    for _ in range(n):
        d_p = d_p + a * a
        d_q = d_q + a
    return d_p * d_q + a
