"""Programs whose lists and dicts change: those whose form is known while compiling."""

from collections import defaultdict

import numpy as np

# ----- methods of lists -----


def appended(a, b):
    values = [a]
    values.append(a * b)
    values.append(values[0] * values[1])
    return sum(values) * values[-1]


def started_empty(a, b):
    values = []
    values.append(a * a)
    values.append(b * values[0])
    return values[0] * values[1] + len(values)


def appended_and_stacked(x, y):
    rows = []
    rows.append(x * y)
    rows.append(np.sin(x))
    rows.append(rows[0] * rows[1])
    m = np.stack(rows)
    return np.sum(m * m) + np.sum(np.array(rows)[1])


def extended(a, b):
    values = [a]
    values.extend([b, a * b])
    values.extend(v * v for v in (a, b))
    values += (b * b, a)
    return sum(v * i for i, v in enumerate(values))


def inserted(a, b):
    values = [a, b]
    values.insert(0, a * b)
    values.insert(-1, a * a)
    values.insert(10, 2.0)
    return values[0] + values[1] * 2 + values[2] * 3 + values[3] * 5 + values[4]


def popped(a, b):
    values = [a, b, a * b, a + b]
    last = values.pop()
    first = values.pop(0)
    return last * first + values[0] * 2 + values.pop(-1) * 3 + len(values)


def reversed_in_place(a, b):
    values = [a, b, a * b]
    values.reverse()
    return values[0] + values[1] * 2 + values[2] * 3


def cleared(a, b):
    values = [a, b]
    total = sum(values)
    values.clear()
    values.append(total * total)
    return values[0] * values[0]


def element_replaced(a, b):
    values = [a, b, 1.0]
    values[1] = values[0] * b
    values[-1] = values[1] * values[1]
    return values[0] + values[1] + values[2]


def element_updated(a, b):
    values = [a, b]
    values[0] += b * b
    values[1] *= values[0]
    values[0] -= 1
    values[1] **= 2
    return values[0] * values[1]


def slice_replaced(a, b):
    values = [a, b, a * b, 1.0]
    values[1:3] = [a * a]
    values[:0] = (b,)
    return values[0] + values[1] * 2 + values[2] * 3 + values[3] * 5 + len(values)


def deleted(a, b):
    values = [a, b, a * b, a + b]
    del values[1]
    del values[-1], values[0]
    return values[0] * values[0] + len(values)


def slice_deleted(a, b):
    values = [a, b, a * b, a + b]
    del values[1:3]
    return values[0] * values[1]


def popped_in_expression(a, b):
    stack = [a, b, a * b]
    return stack.pop() * stack.pop() + np.sin(stack.pop())


def stack_machine(a, b):
    stack = []
    for token in ("a", "b", "*", "a", "+"):
        if token == "a":
            stack.append(a)
        elif token == "b":
            stack.append(b)
        elif token == "*":
            stack.append(stack.pop() * stack.pop())
        else:
            stack.append(stack.pop() + stack.pop())
    return stack.pop() ** 2


def repeated(a, b):
    values = [0.0] * 3
    values[0] = a
    values[2] = a * b
    return values[0] * values[2] + values[1]


def repeated_lists_are_one(a, b):
    rows = [[0.0, 0.0]] * 2
    rows[0][1] = a * b
    return rows[1][1] * a


def rows_of_their_own(a, b):
    rows = [[0.0] * 2 for _ in range(2)]
    rows[0][1] = a * b
    rows[1][0] += a
    return rows[1][1] + rows[0][1] * rows[1][0]


def unpacked(a, b):
    values = [a, b]
    values.append(a * b)
    first, *rest = values
    rest.append(first)
    p, q, r = rest
    return p * 2 + q * 3 + r * r + len(values)


def swapped(a, b):
    values = [a, b, a * b]
    values[0], values[2] = values[2], values[0]
    return values[0] * 2 + values[1] + values[2] * values[2]


def sorted_by_hand(a, b):
    values = [a, b, a * b]
    for i in range(2):
        for j in range(2):
            if values[j] > values[j + 1]:
                values[j], values[j + 1] = values[j + 1], values[j]
    return values[0] * 2 + values[1] * 3 + values[2] * 5


# ----- names of one list -----


def two_names(a, b):
    values = [a]
    other = values
    other.append(b)
    values.append(a * b)
    return other[2] * values[1] + len(other)


def chained_names(a, b):
    values = other = [a]
    values.append(b)
    other[0] = a * b
    return sum(values) * sum(other)


def copies(a, b):
    values = [a, b]
    one, two, three, four = values[:], list(values), values.copy(), [*values]
    values[0] = a * b
    values.append(b)
    one[1] = a
    return sum(one) + 2 * sum(two) * sum(three) + len(four) + values[0]


def list_in_list(a, b):
    inner = [a]
    outer = [inner, [b]]
    inner.append(a * b)
    outer[0].append(b)
    outer[1].append(inner)
    inner[0] = b * b
    return sum(inner) + outer[1][0] * outer[1][1][0] + len(outer[1][1])


def list_in_tuple(a, b):
    inner = [a]
    pair = (inner, b)
    inner.append(a * b)
    pair[0][0] *= 2
    return sum(pair[0]) * pair[1]


def list_in_dict(a, b):
    d = {"p": [a], "q": []}
    p = d["p"]
    d["p"].append(b)
    d["q"].append(p)
    p.append(a * b)
    return sum(d["q"][0]) * d["p"][2]


def evaluated_in_order(a, b):
    values = [a, b]
    first = values[0]
    values[0] = b * b
    return first * values[0] + [values[1], values.pop()][0] * len(values)


def concatenated_later(a, b):
    values = [a, b]
    more = values + [values.pop() * 2]
    return more[0] * more[1] + len(more)


# ----- functions -----


def _add(values, v):
    values.append(v)


def _add_twice(values, v):
    _add(values, v)
    _add(values, v * v)
    return len(values)


def _filled(v, w):
    values = []
    values.append(v)
    values.append(w * v)
    return values


def _same(values):
    return values


def _largest_first(values):
    if values[0] < values[1]:
        values[0], values[1] = values[1], values[0]


def passed_to_helper(a, b):
    values = [a]
    _add(values, b)
    n = _add_twice(values, a * b)
    return sum(values) * n


def made_by_helper(a, b):
    values = _filled(a, b)
    values.append(values[1] * 2)
    return values[0] * values[1] * values[2]


def returned_by_helper(a, b):
    values = [a, b]
    other = _same(values)
    other[0] = a * b
    return values[0] * other[1]


def swapped_by_helper(a, b):
    values = [a, b]
    _largest_first(values)
    return values[0] * values[0] * values[1]


def captured(a, b):
    values = []

    def add(v):
        values.append(v * v)
        return len(values)

    n = add(a) + add(b)
    add(values[0])
    return sum(values) * n


def default_of_keyword(a, b):
    def add(v, to=None, **options):
        to = [] if to is None else to
        to.append(v * options["by"])
        return to

    values = add(a, by=2.0)
    add(b, values, by=a)
    return values[0] * values[1]


# ----- branches and loops -----


def in_branch(a, b):
    values = [a, b]
    if a > 0:
        values[0] = a * b
    else:
        values[1] = a * a
    return values[0] * values[1]


def as_long_on_both_sides(a, b):
    values = [b]
    if a > 0:
        values.append(a * b)
    else:
        values.append(a)
        values[0] = a * a
    return values[0] * values[1] + len(values)


def made_in_branch(a, b):
    if a > 0:
        values = [a]
        values.append(b)
    else:
        values = [a * b, a]
    values.append(a)
    return values[0] * values[1] * values[2]


def one_of_two(a, b):
    p, q = [a], [b]
    one = p if a > 0 else q
    return one[0] * p[0] + q[0]


def inner_list_in_branch(a, b):
    inner = [a, b]
    outer = [inner]
    if a > 0:
        inner[0] = a * b
    else:
        outer[0][1] = a * a
    return outer[0][0] * inner[1]


def raises_on_one_side(a, b):
    values = [a, b]
    if a > 100:
        raise ValueError(values)
    else:
        values[0] = a * b
        values.append(b)
    return values[0] * values[2]


def elements_in_loop(a, b, n):
    values = [a, b]
    for _ in range(n):
        values[0] = values[0] * np.sin(values[1])
        values[1] = values[1] + values[0]
    return values[0] * values[1]


def inner_list_in_loop(a, b, n):
    inner = [a, b]
    outer = {"p": inner}
    for i in range(n):
        outer["p"][0] *= b
        if i % 2:
            inner[1] = inner[0]
    return outer["p"][0] * inner[1]


def arrays_in_loop(x, a, n):
    state = [x, x * a]
    for _ in range(n):
        state[0], state[1] = state[0] * a, np.sin(state[0]) * state[1]
    return np.sum(state[0] * state[1])


def unrolled(a, b):
    values = []
    for name in ("p", "q", "r"):
        values.append(a if name == "q" else b * (len(values) + 2))
    return sum(v * v for v in values)


def enumerated(a, b):
    values = [a, b, a * b]
    for i, v in enumerate((2.0, "x", a)):
        values[i] = values[i] * (3.0 if v == "x" else v)
    return values[0] * values[1] + values[2]


def updated_while_iterating(x, a):
    rows = [x, x * x]
    for i, row in enumerate(rows):
        rows[i] = x * a * np.sum(row)
    return np.sum(rows[0]) * np.sum(rows[1])


def in_while(a, b, n):
    state = {"v": a, "i": 0}
    while state["i"] < n:
        state["v"] = state["v"] * np.cos(state["v"]) * b
        state["i"] += 1
    return state["v"] ** 2


def zipped(a, b):
    left, right = [a, b], []
    right.append(b)
    right.append(a * a)
    return sum(p * q for p, q in zip(left, right)) + sum(p * q for p, q in zip(right, right[::-1]))


# ----- dicts -----


def keys_written(a, b):
    d = {}
    d["p"] = a
    d["q"] = d["p"] * b
    d["p"] = d["q"] * d["q"]
    return d["p"] + d["q"] + len(d)


def keys_computed(a, b):
    d = {}
    for name, k in (("p", 1), ("q", 2)):
        d[name] = a * k
        d[k] = b
        d[name + "'"] = d[name] * d[k]
    return d["p'"] + d["q'"] * d[2]


def keys_updated(a, b):
    d = {"p": a, "q": b}
    d["p"] += d["q"] * b
    d["q"] *= 3
    d.update({"r": a * b}, s=b)
    d |= {"p": d["p"] * 2}
    return d["p"] * d["q"] + d["r"] * d["s"]


def methods_of_dicts(a, b):
    d = {"p": a}
    d.setdefault("p", b)
    d.setdefault("list", []).append(a * b)
    d.setdefault("list", []).append(b)
    d["q"] = d.get("q", 2.0) * d.get("p", b)
    gone = d.pop("p") + d.pop("none", b)
    return gone * d["q"] + sum(d["list"]) + ("p" in d)


def iterated_dict(a, b):
    d = {"p": a}
    d["q"] = a * b
    total = 0.0
    for key, value in d.items():
        total += value * (2.0 if key == "p" else value)
    for value in d.values():
        total *= value
    return total + sum(d[key] for key in d)


def dict_updated_while_iterating(a, b):
    d = {"p": a, "q": b}
    for key in d:
        d[key] = d[key] * a
    for key, value in d.items():
        d[key] = value * value
    return d["p"] + d["q"]


def deleted_key(a, b):
    d = {"p": a, "q": b}
    del d["p"]
    e = d.copy()
    d["q"] = a * a
    return e["q"] * d["q"] + len(d)


def gradient_step(mixed, x):
    p = dict(mixed)
    for _ in range(2):
        grads = {}
        grads["w"] = x * p["b"]
        grads["b"] = np.sum(x * p["w"])
        for key in p:
            p[key] = p[key] - 0.1 * grads[key]
    return np.sum(p["w"] ** 2) + p["b"]


def keys_in_branch(a, b):
    d = {"p": b}
    if a > 0:
        d["q"] = a
    else:
        d["q"] = a * b
        d["p"] = a
    return d["p"] * d["q"]


# ----- arrays in containers -----


def views_in_list(x, a):
    z = x * 2
    views = [z[:2], z[2:]]
    views[0][0] = a * a
    views[1][-1] *= a
    return np.sum(z * z)


def both_written(x, y):
    p, q = x * 1, y * 2
    for v in (p, q):
        v += v * v
        v[0] *= 2
    return np.sum(p * q)


def each_written(x, y):
    arrays = [x * 1, y * 2]
    for i, v in enumerate(arrays):
        v[i] = v[i + 1] * x[0]
        v *= 2
    return np.sum(arrays[0] * arrays[1])


def array_of_list_updated(x, a):
    z = x * 1
    values = [z, a]
    values[0] += a * x
    values[1] += a
    return np.sum(z * values[0]) * values[1]


def array_of_dict_updated(x, a):
    d = {"z": x * 1}
    z = d["z"]
    d["z"][1] = a
    d["z"] *= a
    d["z"] = d["z"] + z
    return np.sum(z * d["z"])


def array_replaced(x, a):
    z = x * a
    values = [z]
    values[0] = values[0] * 2
    values[0][1] = a
    return np.sum(z * values[0])


def activations(w, x):
    found = []
    for scale in (1.5, 2.5):
        found.append(np.tanh(x @ w * scale))
    return np.sum(found[0] * found[1])


def layers_run(layers, x):
    hidden = [x]
    for w, b in layers:
        hidden.append(np.tanh(w @ hidden[0] + np.sum(b) * np.sum(hidden[-1])))
    return np.sum(hidden[1]) * np.sum(hidden[2]) + np.sum(hidden[0] ** 2)


def result_of_split(x, a):
    parts = np.split(x, [2])
    parts.append(x * a)
    parts[0] = parts[0] * a
    return np.sum(parts[0]) * np.sum(parts[1]) * np.sum(parts[2])


def copy_of_argument(nums, a):
    values = list(nums)
    values.append(a)
    values[0] *= values[-1]
    rest = nums[1:] + [a]
    return sum(values) * sum(rest)


def tuple_repeated(x, a):
    weights = (a, x[0]) * 2
    square = np.tril(np.ones((len(x),) * 2))
    return np.sum(square @ x) * weights[2] + sum(weights)


def zipped_rows_of_lists(nums, points, a):
    pairs = [[v * a, w] for v, w in zip(nums, points)]
    firsts, seconds = zip(*pairs)
    return sum(v * np.sum(w * w) for v, w in zip(*[firsts, seconds])) + sum(p for p, _ in pairs)


def zipped_after_another(x, points):
    total = 0.0
    for v, *others in zip(x, *points):
        total = total + v * others[0] + others[1] ** 2 * others[-1]
    return total


def zipped_of_nothing(x):
    rows = []
    return np.sum(x**2) + sum(v * w for v, w in zip(*rows))


def dicts_with_defaults(x, a):
    force = defaultdict(float)
    energy = 0.0
    for i, j in [(0, 1), (1, 2), (2, 0)]:
        gap = x[i] - x[j]
        energy += gap * gap
        force[i] -= gap * a
        force[j] += gap * x[3]
    groups = defaultdict(list, odd=[a])
    groups["even"].append(x[0] * a)
    groups["odd"].append(x[1])
    seen = len(groups)
    start = defaultdict(lambda: a)
    total = start["first"] * seen + len(start)
    return energy + sum(f * f for f in force.values()) + sum(groups["odd"]) * total


def list_read_in_two_loops(x, n):
    squares = [e * e for e in x]
    s = 0.1 * x[0]
    for _ in range(n):
        for q in squares:
            s = s + q * q
    return s


def neighbours_read_in_two_loops(x, n):
    values = list(x)
    s = 0.1
    for _ in range(1, n):
        for p, q in zip(values, values[2:]):
            s += p * q
    return s + x[0]


def extremum_of_numbers_beside_writes(a, x, n):
    u = x.copy()
    b = a
    for _ in range(n):
        rates = [0.7 for _ in range(n)]
        u *= max(rates)
        for _ in range(n):
            b = b * rates.pop()
    return np.sum(u) * b


def list_empty_on_one_path(a, x):
    chosen = []
    if a > 0:
        chosen.append(x * a)
    return np.sum(chosen) + sum(sum(row) for row in chosen) + a
