"""Programs whose lists have a length that is known only at run time."""

import numpy as np


def appended_in_loop(x, n):
    values = []
    for i in range(n):
        values.append(np.sin(x[i]) * x[i])
    return np.sum(np.array(values) ** 2)


def summed(x, a, n):
    values = [a]
    for i in range(n):
        values.append(x[i] * values[-1])
    return sum(values) * len(values)


def state_in_list(x, a, n):
    values = [a]
    for i in range(n):
        v = values[-1]
        values.append(np.sin(v) * x[i] + v)
    return values[-1] * values[0]


def fibonacci_by_list(a, b, n):
    values = [a, b]
    for i in range(n):
        values.append(values[i] * values[i + 1])
    return values[-1] + values[0]


def read_by_position(x, a, n):
    values = []
    for i in range(n):
        values.append(x[i] * a)
    total = 0.0
    for i in range(n):
        total += values[i] * values[n - 1 - i]
    return total


def iterated(x, a, n):
    values = []
    for v in x[:n]:
        values.append(v * a)
    total = a
    for v in values:
        total = total + v * v
    for i, v in enumerate(values):
        total = total + v * i
    return total


def zipped_lists(x, a, n):
    left, right = [], []
    for i in range(n):
        left.append(x[i] * a)
        right.append(left[-1] * a)
    return sum(p * q for p, q in zip(left, right))


def under_a_condition(x, a):
    values = []
    for v in x:
        if v > 0:
            values.append(v * a)
    return sum(values) + a * len(values)


def in_one_branch(a, b):
    values = [a]
    if a > 0:
        values.append(a * b)
    return sum(values) * values[-1]


def in_both_branches(x, a):
    values = []
    for v in x:
        if v > 0:
            values.append(v * a)
            values.append(v)
        else:
            values.append(a)
    return sum(v * v for v in values)


def popped_and_appended(x, a, n):
    stack = [a]
    for i in range(n):
        v = stack.pop()
        stack.append(v * x[i])
        stack.append(v + a)
    return sum(stack) * stack[-1]


def stack_emptied(x, a):
    stack = []
    for v in x:
        stack.append(v * a)
    total = 1.0
    while len(stack) > 1:
        total = total * np.cos(stack.pop()) + stack[-1]
    return total


def while_not_empty(x, a):
    stack = [v for v in x]
    total = a
    while stack:
        total = total * 0.5 + stack.pop() ** 2
    return total


def replaced_by_position(x, a, n):
    values = [0.0] * 5
    for i in range(n):
        values[i] = x[i] * a
    return sum(v * v for v in values)


def updated_by_position(x, a, n):
    values = [a, a * a, 1.0]
    for i in range(n):
        values[i % 3] = values[i % 3] * x[i] + values[0]
    return sum(values) * values[1]


def zeros_of_unknown_number(x, n):
    values = [0.0] * n
    for i in range(n):
        values[i] = x[i] * x[i]
    return np.sum(np.array(values))


def counted(x, a):
    sums = [a, a]
    for v in x:
        sums[int(v > 0)] = sums[int(v > 0)] + v * a
    return sums[0] * sums[1]


def dynamic_programming(x, y):
    row = [0.0] * 6
    for i in range(5):
        for j in range(5):
            row[j + 1] = row[j] * y[j] + x[i] * row[j + 1] + 0.1
    return row[-1]


def swapped_by_position(x):
    values = [v * v for v in x]
    for i in range(4):
        if values[i] > values[i + 1]:
            values[i], values[i + 1] = values[i + 1], values[i]
    return sum(v * i for i, v in enumerate(values))


def arrays_stacked(x, a, n):
    rows = [x]
    for i in range(n):
        rows.append(np.sin(rows[-1]) * a)
    m = np.stack(rows)
    return np.sum(m * m * m)


def arrays_along_last_axis(x, a, n):
    rows = []
    for i in range(n + 1):
        rows.append(x * a * i)
    m = np.stack(rows, axis=1)
    return np.sum(m**2) + np.sum(np.stack(rows, axis=-1) ** 3)


def arrays_concatenated(x, a, n):
    parts = [x[:1]]
    for i in range(n):
        parts.append(x[i : i + 2] * a)
    z = np.concatenate(parts)
    return np.sum(z * z * z)


def arrays_of_matrices(m, a, n):
    parts = [m]
    for i in range(n):
        parts.append(m[: i + 1] * a)
    return np.sum(np.concatenate(parts, axis=0) ** 2)


def arrays_read(x, a, n):
    rows = [x]
    for i in range(n):
        rows.append(rows[i] * a + rows[0])
    total = 0.0
    for row in rows:
        total = total + np.sum(row * row)
    return total + rows[-1][0]


def hidden_states(x, q, n):
    h = np.zeros(4)
    states = []
    for i in range(n):
        h = np.tanh(q @ h + x[i])
        states.append(h)
    total = np.sum(h)
    for s in states:
        total = total + np.sum(s**2)
    return total


def buffers_of_their_own(x, n):
    rows = []
    for i in range(n):
        row = np.zeros(5)
        row[i % 5] = x[i] * 2
        row *= x
        rows.append(row)
    total = np.sum(x)
    for row in rows:
        total += np.sum(row * row)
    return total


def copied_buffer(x, a, n):
    z = x * a
    snapshots = [z.copy()]
    for i in range(n):
        z[i % 5] *= a
        snapshots.append(z.copy())
    return np.sum(np.stack(snapshots) ** 2)


def pairs(x, a, n):
    values = []
    for i in range(n):
        values.append((x[i], x[i] * a))
    total = 0.0
    for v, w in values:
        total += v * w
    return total + a


def two_names_in_loop(x, n):
    values = []
    other = values
    for i in range(n):
        other.append(x[i])
        values.append(x[i] * x[0])
    return sum(values) * sum(other)


def _add(values, v):
    values.append(v * v)


def helper_in_loop(x, a, n):
    values = [a]
    for i in range(n):
        _add(values, x[i])
    return sum(values)


def _collected(x, a):
    values = []
    for v in x:
        values.append(v * a)
    return values


def returned_by_helper(x, a):
    values = _collected(x, a)
    values.append(a)
    return sum(v * v for v in values)


def closure_in_loop(x, n):
    values = []

    def note(v):
        values.append(v * v)

    for i in range(n):
        note(x[i])
        if i % 2:
            note(x[0])
    return sum(values) * 2


def comprehension(x, a, n):
    values = [x[i] * a for i in range(n)]
    return sum(values) * a + len(values)


def filtered(x, a):
    values = [v * a for v in x if v > 0]
    return np.sum(np.array(values) ** 2) + a


def nested_comprehension(m, a, n):
    values = [v * a for row in m[:n] for v in row if v > 0]
    return sum(values)


def comprehension_twice(x, a, n):
    values = [x[i] * a for i in range(n)]
    more = [v * w for v, w in zip(values, reversed(values))]
    return sum(more)


def list_of_generator(x, a, n):
    values = list(x[i] ** 2 for i in range(n))
    return sum(values) * a


def sums_by_numpy(x, a, n):
    values = [a]
    for i in range(n):
        values.append(x[i] * a)
    return np.sum(values) * np.mean(values) + np.max(values)


def product_by_numpy(x, a, n):
    values = [a]
    for i in range(n):
        values.append(x[i] * a)
    return np.prod(values)


def cleared_in_loop(x, n):
    values, total = [], 0.0
    for i in range(n):
        values.append(x[i])
        values.append(x[i] * x[0])
        total = total + sum(values)
        values.clear()
    return total * x[0] + len(values)


def in_nested_loops(m, n):
    values = []
    for i in range(n):
        if i < 4:
            for j in range(i):
                values.append(m[i, j] * m[j, i])
    return sum(values) + np.sum(m)


def with_break(x, a):
    values = [a]
    for v in x:
        values.append(values[-1] * v)
        if len(values) > 3:
            break
    return sum(values)


def with_return(x, a):
    values = [a]
    for v in x:
        values.append(values[-1] * v)
        if v < 0:
            return sum(values)
    return values[-1]


def extended_in_loop(x, a, n):
    values = []
    for i in range(n):
        values += [x[i], x[i] * a]
        values.extend((a, a))
    return sum(v * v for v in values)


def adam(x, a, n):
    moments = {"m": np.zeros(5), "v": np.zeros(5)}
    losses = []
    for i in range(n):
        g = x * 2
        moments["m"] = 0.9 * moments["m"] + 0.1 * g
        moments["v"] = 0.99 * moments["v"] + 0.01 * g**2
        losses.append(np.sum(moments["m"] / (1 + np.sqrt(moments["v"]))))
        x = x - a * g
    return sum(losses) + np.sum(x)


def side_by_side(x, m, n):
    rows = [x]
    for i in range(n):
        rows.append(m[i % 4] * x * (i + 1))
    joined = np.hstack(rows)
    return np.sum(joined**2) + np.sum(joined * np.arange(joined.size))


def below_one_another(x, m, n):
    rows, blocks = [m[0]], [np.outer(x, x)]
    for i in range(n):
        rows.append(m[i % 4] * x)
        blocks.append(np.outer(x, m[i % 4]) * (i + 1))
    return np.sum(np.vstack(rows) ** 3) * np.sum(np.vstack(blocks) ** 2)


def as_columns(x, m, a, n):
    columns, blocks = [x], [np.outer(x, x)]
    for i in range(n):
        columns.append(m[i % 4] * x)
        blocks.append(np.outer(m[i % 4], x) ** (i + 1))
    return a * np.sum(np.column_stack(columns) ** 3 + x[:, None]) + np.sum(np.hstack(blocks) ** 2)


def numbers_side_by_side(x, a, n):
    numbers = [a]
    for i in range(n):
        numbers.append(np.sin(x[i % 5] * a))
    return np.sum(np.hstack(numbers) ** 2 * np.vstack(numbers) * np.column_stack(numbers).T)


def heads_of_attention(m, q, n):
    heads = [np.split(part, n % 2 + 1, axis=-1) for part in np.split(m[:, :4] @ q, 2, axis=-1)]
    mixed = [np.tanh(left @ right.T) @ right for left, right in zip(*heads)]
    return np.sum(np.hstack(mixed) ** 2)


def rows_as_an_array(x, n):
    rows = [(x[0], x[1])]
    for i in range(n):
        position, speed = rows[-1]
        speed = speed - 0.3 * np.sin(position) * x[2]
        rows.append((position + 0.3 * speed, speed))
    path = np.array(rows)
    table = np.array([[v, v * v, 1.0] for v in x])
    return np.sum((path[1:] - path[:-1]) ** 2) + np.sum(path[-1] * path[0]) + np.sum(table**2)


def columns_of_pairs(x):
    pairs = []
    for v in x:
        pairs.append((v, v * v))
    a, b = zip(*pairs)
    return sum(a) * b[0] + sum(max(column) for column in zip(*pairs))


def lists_of_lists(x, y):
    table = [[u * v for v in y] for u in x]
    rows = []
    for i in range(len(x)):
        row = []
        for j in range(i):
            row.append(x[i] * y[j])
        rows.append(row)
    total = table[0][1] * table[-1][-1]
    for i in range(len(rows)):
        for j in range(len(rows[i])):
            total += rows[i][j] ** 2 * (i + 1)
    for row in table:
        total += sum(row) * row[0]
    return total


def kernel_by_comprehensions(x, a):
    kernel = np.array([[np.exp(-a * (p - q) ** 2) for q in x] for p in x])
    return np.sum(kernel * kernel.T[::-1])


def kernel_by_loops(x, a, n):
    kernel = []
    for i in range(n):
        row = []
        for q in x:
            row.append(a * x[i] * q)
        kernel.append(row)
    return np.linalg.norm(np.array(kernel))
