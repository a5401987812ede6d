"""Ways out of loops: `break`, `continue`, `return`, `else`, `raise`."""

import math

import numpy as np

# ----- break -----


def break_at_counter(a, n):
    z = a
    for i in range(n):
        if i == 2:
            break
        z = z * a + i
    return z


def break_at_value(a, b, n):
    z = a * a
    for _ in range(n):
        z = z * b + 0.3
        if z > 1.5:
            break
        z = z * z
    return z


def break_with_last_words(a, n):
    z = a
    for i in range(n):
        z = z * 1.3 + a
        if abs(z) > 1.6:
            z = z * z * a
            break
        z = z + i
    return z


def break_in_else(a, n):
    z = a
    for _ in range(n):
        if abs(z) < 1.5:
            z = z * 2.0 + a
        else:
            z = z * z
            break
    return z


def break_always(a, n):
    z = a
    for i in range(n):
        z = z * a + i
        break
    return z * z


def break_in_nested_if(a, b, n):
    z = a
    for i in range(n):
        z = z * b + 0.1
        if i > 0:
            z = z + a
            if abs(z) > 1.0:
                z = z * a
                break
            z = z * z
        z = z - 0.2 * a
    return z


def two_breaks(a, b, n):
    z = b
    for i in range(n):
        z = z * b
        if z > 2.0:
            z = z * a
            break
        z = z + a * i
        if z < 0.9:
            z = z * z
            break
    return z


def break_of_array(x, n):
    for _ in range(n):
        x = x * 1.2 + 0.1
        if np.sum(x * x) > 6.0:
            break
        x = np.sin(x) * x
    return np.sum(x)


def value_of_broken(x):
    for i in range(len(x)):
        z = x[i] * x[i]
        if z > 0.9:
            break
    return z * i + x[0]


def defined_unless_broken(x):
    z = x[0]
    for i in range(len(x)):
        if x[i] > 0.8:
            break
        w = x[i] * z
        z = w * 1.1
    else:
        return w * w
    return z


def break_of_backward_range(x, n):
    s = 0.0
    for i in range(4, 0, -1):
        s = s * x[i] + x[i - 1] ** 2
        if i < n:
            break
    return s


def break_of_stepped_range(x, n):
    s = 1.0
    for i in range(n - 2, 5, 2):
        s = s * x[abs(i)] + 0.5
        if i == 2:
            break
    return s


def break_of_zip(x, y):
    s = 0.0
    for u, v in zip(x, y):
        if u * v < -0.5:
            break
        s = s * u + v * v
    return s


def break_of_enumerate(x):
    s = 1.0
    for i, e in enumerate(x):
        s = s * e
        if i > 1 and s > 0.0:
            break
    return s


def break_of_list(nums, a):
    s = a
    for e in nums:
        s = s * e + 1.0
        if s > 1.4:
            break
    return s


def break_of_written_out(a, b):
    s = b
    for mode in ("scale", "skip", "add", "double"):
        if mode == "skip":
            if s < 0.0:
                continue
            s = s * s
        elif mode == "scale":
            s = s * a
        else:
            if s > 0.8:
                s = s - a
                break
            s = s + a if mode == "add" else 2.0 * s
    else:
        s = s * b
    return s * a


def return_from_written_out(a, b):
    s = b
    for mode in ("scale", "add", "double"):
        if mode == "scale":
            s = s * a
        elif s > 0.0:
            return s * a
        else:
            s = s + a if mode == "add" else 2.0 * s
    return s * s


# ----- continue -----


def skip_by_counter(x, n):
    s = 0.0
    for i in range(n):
        if i % 2 == 1:
            continue
        s = s + x[i] ** 2
    return s


def skip_by_value(x):
    s = 1.0
    for e in x:
        if e < 0.0:
            continue
        s = s * e
    return s


def skip_after_work(x, a):
    s = a
    for e in x:
        s = s + e * a
        if s < 0.5:
            s = s * e
            continue
        s = s * s * 0.5
    return s


def skip_in_nested_if(x, a):
    s = a
    for i in range(len(x)):
        if i % 2 == 0:
            if x[i] > 0.0:
                s = s * x[i]
                continue
            s = s + 1.0
        s = s + x[i] * a
    return s


def skip_in_while(a, n):
    z = a
    i = 0
    while i < n:
        i += 1
        if i == 2:
            continue
        z = z * a + i
    return z


def skip_or_stop(x, b):
    s = b
    for i in range(len(x)):
        if x[i] < 0.0:
            continue
        s = s * x[i] + b
        if s > 2.2:
            break
        s = s * 1.1
    return s


def skip_everything(a, n):
    z = a * a
    for _ in range(n):
        continue
    return z


# ----- return -----


def search(x):
    for i in range(len(x)):
        if x[i] > 0.6:
            return x[i] * x[i] * (i + 1)
    return x[0]


def search_of_elements(x, b):
    for e in x:
        if e > b:
            return e * e
        b = b * 0.9
    return b


def return_from_while(a, n):
    z = a
    while n > 0:
        z = z * z + a
        if z > 1.5:
            return z * a
        n -= 1
    return z


def two_returns(a, b, n):
    z = b
    for i in range(n):
        z = z * b + 0.2
        if z > 3.0:
            return z * a
        z = z + a
        if z < 1.1:
            return z * z + i
    return a * z


def return_or_break(a, b, n):
    s = 0.0
    for i in range(n):
        if i == 1:
            continue
        s = s + a * (i + 1)
        if s > 2.0:
            s = s * s
            break
        if s < -2.0:
            return s * b
    return s * s


def return_from_nested_loops(x, m):
    s = 0.5
    for i in range(len(m)):
        for j in range(len(x)):
            s = s + m[i, j] * x[j]
            if s > 1.5:
                return s * x[i]
        s = s * x[i]
    return s


def return_and_break_of_nested_loops(x, a, n):
    s = a
    for i in range(n):
        for j in range(1, 5):
            s = s + x[j] * a
            if s > 1.8:
                return s * x[i]
            if x[j] < -0.5:
                break
            s = s * 1.1
        s = s * a
    return s


def return_three_loops_deep(x, n):
    s = 0.0
    for i in range(n):
        for j in range(i + 1):
            k = 0
            while k < 2:
                s = s + x[i % 5] * x[j % 5]
                k += 1
                if s > 1.1:
                    return s * x[k]
            s = s * 0.9
        s = s + x[0]
    return s * s


def return_before_loop(a, n):
    if a < 0.0:
        return a * a
    z = a
    for _ in range(n):
        z = z * a + 0.1
        if z < 0.3:
            return z
    return z * z


def return_from_loop_in_branch(a, b, n):
    z = b
    if a > 0.0:
        for i in range(n):
            z = z * a + 0.5
            if z > 1.55:
                return z * i
        z = z + a
    z = z * z
    w = z * a
    u = w + b
    return u * z


def return_of_array(x, n):
    for i in range(n):
        x = x * 1.3
        if np.max(np.abs(x)) > 1.9:
            return np.sum(x**3) * i
    return np.mean(x)


def return_display(a, n):
    return _ends(a, n)[0] * 2.0 + _ends(a, n)[1]


def _ends(a, n):
    z = a
    for _ in range(n):
        z = z * 1.5
        if abs(z) > 2.0:
            return z * z, a
    return z, z * a


# ----- else -----


def else_found_or_not(x, b):
    for e in x:
        if e > b - 0.3:
            y = e * e
            break
    else:
        y = b
    return y * 3.0


def else_without_break(a, n):
    z = a
    for _ in range(n):
        z = z * a
    else:
        z = z + a * a
    return z


def else_of_while(a, n):
    z = a
    while n > 0:
        z = z * a + 0.4
        if z > 1.0:
            z = z * z
            break
        n -= 1
    else:
        z = z * 3.0
    return z


def else_returns(a, n):
    z = a
    for _ in range(n):
        z = z * a + 0.3
        if z > 0.8:
            break
    else:
        return z * z
    return z * 2.0


def else_leaves_outer_loop(x, a, n):
    s = a
    for i in range(n):
        for j in range(3):
            s = s + x[j] * x[i]
            if s > 0.9:
                break
        else:
            s = s * 2.0
            break
        s = s * 0.5
    return s


def else_after_return(x, b):
    s = b
    for e in x:
        s = s * e
        if s > 1.0:
            return s * s
        if s < -0.9:
            s = s + e
            break
    else:
        s = s * b
    return s + 0.5 * s * s


# ----- `while True` -----


def newton(b):
    z = b
    while True:
        step = (z * z - b) / (2.0 * z)
        z = z - step
        if abs(step) < 1e-3:
            break
    return z


def returned_from_endless(a, b):
    z = b
    while True:
        z = z * 1.4 + a * a
        if z > 5.0:
            return z * a


def three_ways_out(a, b, n):
    z = b
    i = 0
    while True:
        i += 1
        z = z * 1.2
        if i > n:
            break
        if i == 2:
            continue
        z = z + a
        if z > 2.5:
            return z * a
        if z < 0.9:
            z = z * z
            break
    return z * b


def endless_of_arrays(x):
    while True:
        x = 0.8 * x
        if np.sum(x * x) < 0.3:
            break
    return np.sum(np.sin(x))


# ----- nested, mixed -----


def inner_break_outer_continue(x, n):
    s = 0.0
    for i in range(n):
        if x[i] < 0.0:
            s = s + x[i]
            continue
        for j in range(i, 5):
            s = s + x[i] * x[j]
            if s > 1.0:
                break
        s = s * x[i]
    return s


def both_loops_break(x, a, n):
    s = a
    for i in range(n):
        for j in range(5):
            s = s + x[j] * 0.7
            if s > 1.2:
                s = s * x[i]
                break
        if s < 0.4:
            s = s * s
            break
        s = s - 0.3
    return s


def branches_that_leave_differently(a, b, n):
    z = b
    for i in range(n):
        z = z * b
        if i > 0:
            if z > 2.5:
                z = z * a
                break
            elif a < 0.0:
                z = z + a
                continue
            else:
                z = z * 0.9
        else:
            z = z + 0.1
        w = z * a
        z = w + z
        z = z * 0.8
    return z


def saved_after_exit_test(x, a):
    s = a
    for i in range(len(x)):
        t = np.sin(s * x[i])
        if t > 0.75:
            s = s * t
            break
        u = np.exp(-t)
        s = s + u * t
    return s * s


def linear_search_sum(x, b):
    s = 0.0
    for e in x:
        s = s + b * e
        if s > 1.0:
            break
    return s


def unused_code_after_exit(a, n):
    z = a
    for _ in range(n):
        z = z * a
        if z < 2.0:
            break
            z = z * 100.0
    return z
    return a


def raises_or_breaks(a, n):
    z = a
    for _ in range(n):
        if z > 100.0:
            raise ValueError("too large")
        z = z * a + 0.5
        if z > 0.7:
            break
    return z


def raise_at_end(x):
    for e in x:
        if e > 0.3:
            return math.exp(e)
    raise ValueError("nothing found")


def return_in_nested_branches(a, b, n):
    if n > 1:
        if a > 0.0:
            return a * b
        b = b * a
    return a + b


def partial_return_then_much(a, b, n):
    if n > 1:
        if a > 0.0:
            return a * b
        b = b * a
    u = a * b
    v = u + b
    w = v * a
    return u * v + w


def index_after_loop(x, a):
    i = 3
    for i in range(4):
        if x[i] * a < -0.3:
            break
        a = a + x[i]
    return a * x[i] * i


# ----- values that not every path gives -----


def defined_in_a_branch(a, n):
    s = 0.0
    for i in range(n):
        if i > 1:
            z = a * i
        if i > 2:
            s = s + z * z
    return s + a


def defined_in_a_branch_then_break(a, n):
    s = a
    for i in range(n):
        s = s * 1.1
        if i == 1:
            z = s * i
        elif i > 2:
            s = s * z
            break
        s = s + a
    return s


def defined_in_a_branch_then_return(a, n):
    s = a
    for i in range(n):
        if i == 1:
            z = s * a
        s = s * 1.1
        if i > 1:
            return s * z * z
    return s


def array_defined_in_a_branch(x, n):
    s = x[0]
    for i in range(n):
        if i == 1:
            z = s * x
        s = s * 1.1
        if i > 2:
            s = np.sum(z) * s
            break
        if s > 0.9:
            s = s * s
            break
    return s


def array_of_inner_loop(x, n):
    s = x[0]
    for i in range(n):
        for j in range(3):
            if i + j == 2:
                z = s * x
                continue
            s = s * 1.1
            if i + j > 2:
                s = s + np.sum(z * z) * s
                break
        s = s * x[1]
    return s
