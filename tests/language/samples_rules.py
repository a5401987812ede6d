"""Functions with derivatives of their own: `custom_rule`, `fixed_point`, `root`."""

import numpy as np

from adcompile import checkpoint, custom_rule, fixed_point, root


@custom_rule
def _softplus(x):
    return np.logaddexp(0.0, x)


@_softplus.pullback
def _softplus_pullback(d_y, y, x):
    return d_y / (1.0 + np.exp(-x))


@_softplus.pushforward
def _softplus_pushforward(x_dot, y, x):
    return x_dot / (1.0 + np.exp(-x))


@custom_rule
def _product(a, b, power=2, *, scale=1.0):
    result = scale
    for _ in range(power):
        result = result * a * b
    return result


@_product.pullback
def _product_pullback(d, y, a, b, power, scale=1.0):
    d_a = np.zeros_like(a)
    d_b = d_a
    for _ in range(power):
        others = scale * (a * b) ** (power - 1)
        d_a = d_a + d * others * b
        d_b = d_b + d * others * a
    return d_a, d_b, None


@_product.pushforward
def _product_pushforward(a_dot, b_dot, power_dot, y, a, b, power, scale=1.0):
    inner = a_dot * b + a * b_dot
    return power * scale * (a * b) ** (power - 1) * inner


@custom_rule
def _polar(x, y):
    return np.sqrt(x * x + y * y), np.arctan2(y, x)


@_polar.pullback
def _polar_pullback(d, polar, x, y):
    d_r, d_angle = d
    r, _ = polar
    return (d_r * x - d_angle * y / r) / r, (d_r * y + d_angle * x / r) / r


@_polar.pushforward
def _polar_pushforward(x_dot, y_dot, polar, x, y):
    r, _ = polar
    return (x * x_dot + y * y_dot) / r, (x * y_dot - y * x_dot) / r**2


_scaled = custom_rule(lambda table, s: {"p": table["p"] * s, "q": table["q"] * table["p"]})


@_scaled.pullback
def _scaled_pullback(d, y, table, s):
    d_p = d["p"] * s + d["q"] * table["q"]
    return {"p": d_p, "q": d["q"] * table["p"]}, np.sum(d["p"] * table["p"])


@_scaled.pushforward
def _scaled_pushforward(table_dot, s_dot, y, table, s):
    q_dot = table_dot["q"] * table["p"] + table["q"] * table_dot["p"]
    return {"p": table_dot["p"] * s + table["p"] * s_dot, "q": q_dot}


class _Unit:
    def __init__(self, slope):
        self.slope = slope

    @custom_rule
    def squash(self, x):
        return np.tanh(self.slope * x)


@_Unit.squash.pullback
def _squash_pullback(d_y, y, self, x):
    return None, d_y * (1.0 - y * y) * self.slope


@_Unit.squash.pushforward
def _squash_pushforward(self_dot, x_dot, y, self, x):
    return x_dot * (1.0 - y * y) * self.slope


_UNIT = _Unit(1.5)


def rule_of_a_number(a):
    return _softplus(a) * a


def rule_of_an_array(x):
    return np.sum(_softplus(x * x) * x)


def rule_in_a_loop(a, n):
    s = a
    for i in range(n):
        s = _softplus(s) * a if i % 2 else s + _softplus(a)
    return s


def rule_until(a):
    s = 0.5
    while s < 3.0:
        s = s + _softplus(a * s)
        if s > 2.5:
            break
    return s * s


def rule_in_a_test(a):
    if _softplus(a) > 0.6:
        return a * a
    return _softplus(a)


def rule_in_a_nested_function(x, a):
    def twice(v):
        return _softplus(_softplus(v) * a)

    return np.sum(twice(x)) + sum(_softplus(v) for v in (a, 2.0 * a))


def _steps(v, k):
    for _ in range(k):
        v = _softplus(v) - 0.5 * v
    return v


def rule_in_a_helper(x):
    return np.sum(_steps(x, 2) * _steps(x * 0.5, 3))


def rule_of_several(a, b):
    return _product(a, b) + _product(2.0 * a, b, 3, scale=0.5) * b


def rule_with_a_constant(a):
    return _product(a, 1.5) * _product(b=a, a=0.5, power=1)


def rule_of_a_pair(x, y):
    r, angle = _polar(x, y)
    return np.sum(r * angle)


def rule_of_a_pair_in_part(a, b):
    polar = _polar(a, b)
    return polar[1] * b


def rule_of_a_dict(table, a):
    scaled = _scaled(table, a)
    return scaled["p"] * scaled["q"] + table["p"]


def rule_of_a_method(x):
    return np.sum(_UNIT.squash(x) * x)


def rule_between_writes(x):
    y = np.zeros_like(x)
    for i in range(len(x)):
        y[i] = _softplus(x[i]) * x[i]
    y[1:] *= _softplus(y[:-1])
    return y.sum()


def rule_of_no_derivative(a, n):
    return a * _softplus(float(n))


def _kepler(anomaly, eccentricity, mean):
    return mean + eccentricity * np.sin(anomaly)


def _layer(z, p, x):
    shifted = 0.3 * np.tanh(z * p + x)
    return shifted - 0.1 * z


def _looped(z, a):
    for _ in range(2):
        z = 0.5 * np.cos(z * a)
    return z


def fixed_point_of_a_number(a):
    return fixed_point(_kepler, 0.5, 0.3, a) ** 2


def fixed_point_by_both(a, b):
    anomaly = fixed_point(_kepler, a, 0.2 * b, a)
    return np.cos(anomaly) * b


def fixed_point_of_an_array(x, p):
    z = fixed_point(_layer, np.zeros_like(x), p, x)
    return np.sum(z * z * x)


def fixed_point_in_a_loop(a, n):
    s = a
    for i in range(n):
        z = fixed_point(_looped, s, np.sin(s) + 0.2 * i)
        s = s + z * a if z > 0.1 else s * a
    return s


def fixed_point_with_options(x):
    z = fixed_point(_layer, x, x, x, steps=200)
    return np.sum(z)


def _cubic(z, a):
    return z**3 + z - a


def _system(z, x, a):
    return 3.0 * z + np.sin(z * a) - x + np.sum(z) * 0.1


def root_of_a_number(a):
    return root(_cubic, 1.0, a) * a


def root_of_an_array(x, a):
    return np.sum(root(_system, x, x, a) * x)


def root_in_a_loop(a, n):
    s = a
    for i in range(n):
        if i == 3:
            break
        s = root(_cubic, 0.5, s * a + i)
    return s * s


@checkpoint
def _checkpointed(z, a):
    for _ in range(3):
        z = 0.5 * np.cos(z * a)
    return z


def fixed_point_of_a_checkpointed_function(a):
    return fixed_point(_checkpointed, 0.1, a) * a


def root_between_writes(x, a):
    y = x * 1.0
    for i in range(2):
        z = root(_system, x, y, a)
        y[i] = z[i] * z[i + 1]
        y[2:] *= z[2:]
    return np.sum(y)


def rules_in_a_checkpointed_loop(a, n):
    s = a
    for i in checkpoint(range(n)):
        s = _softplus(s * a) + root(_cubic, 0.5, s + 0.1 * i)
    return s
