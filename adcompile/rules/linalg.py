"""Solving, inverting, factorising and measuring matrices (NumPy manual: "Linear algebra")."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from adcompile.errors import RefusedError
from adcompile.kinds import Array, Dims, Kind, Record, broadcast, dims
from adcompile.rules import matrices
from adcompile.rules.infer import array_kind, axis_tuple, same_length, trial_dtype
from adcompile.rules.reductions import along, reduced, spread, summed
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import require_arrays, unbroadcast_text

# ----- kinds -----


def _square_kind(name: str) -> Callable[[Call], Kind]:
    """A matrix, or stack of matrices, of the shape of the argument."""
    function = getattr(np.linalg, name)

    def infer(call: Call) -> Kind:
        shape = _shape(call)
        dtype = trial_dtype(function, call.kinds["a"])
        if shape is None or len(shape) < 2:
            return Array(dtype, shape)
        return Array(dtype, (*shape[:-2], *_square(shape)))

    return infer


def _square(shape: Dims) -> Dims:
    """The two lengths of a square matrix, which are one."""
    length = same_length(shape[-1], shape[-2])
    return length, length


def _shape(call: Call, param: str = "a") -> Dims | None:
    array = array_kind(call.kinds[param])
    return None if array is None else array.dims


def _det_kind(call: Call) -> Array:
    shape = _shape(call)
    return Array(trial_dtype(np.linalg.det, call.kinds["a"]), None if shape is None else shape[:-2])


def _slogdet_kind(call: Call) -> Kind:
    sign = _det_kind(call)
    dtype = trial_dtype(lambda a: np.abs(np.linalg.det(a)), call.kinds["a"])
    result = type(np.linalg.slogdet(np.ones((1, 1))))
    return Record(result, (("sign", sign), ("logabsdet", Array(dtype, sign.dims))))


def _power_kind(call: Call) -> Kind:
    shape = _shape(call)
    dtype = trial_dtype(lambda a: np.linalg.matrix_power(a, -1), call.kinds["a"])
    kind = call.kinds["a"]
    if call.is_static("n") and call.static("n") >= 0 and isinstance(kind, Array):
        dtype = kind.dtype
    if shape is None or len(shape) < 2:
        return Array(None, None)
    certain = call.is_static("n") or (isinstance(kind, Array) and kind.dtype == dtype)
    return Array(dtype if certain else None, (*shape[:-2], *_square(shape)))


def _solve_kind(call: Call) -> Kind:
    dtype = trial_dtype(np.linalg.solve, call.kinds["a"], call.kinds["b"])
    a, b = _shape(call), _shape(call, "b")
    if a is None or b is None or len(a) < 2 or not b:
        return Array(dtype, None)
    if len(b) == 1:
        return Array(dtype, (*a[:-2], same_length(b[0], a[-1])))
    stack = broadcast(a[:-2], b[:-2])
    return Array(dtype, None if stack is None else (*stack, same_length(b[-2], a[-1]), b[-1]))


def _norm_kind(call: Call) -> Kind:
    return Array(trial_dtype(np.linalg.norm, call.kinds["x"]), reduced(call, "x"))


# ----- texts -----


def _is_matrix(call: Call) -> bool:
    """Whether the argument is certainly one matrix and not a stack of them."""
    require_arrays(call, "a")
    shape = dims(call.kinds["a"])
    return shape is not None and len(shape) == 2


def _transposed(text: str, single: bool) -> str:
    return f"{text}.T" if single else f"np.swapaxes({text}, -1, -2)"


def _solve(call: Call) -> Templates:
    require_arrays(call, "b")
    single = _is_matrix(call)
    a, b, y = dims(call.kinds["a"]), dims(call.kinds["b"]), call.result
    if a is None or b is None:
        raise RefusedError(
            "the numbers of axes of the matrix and the right side are unknown while compiling",
            "give it its shape with `np.reshape`",
        )
    a_t = _transposed("a", single)
    if single and len(b) == 1:
        solved = f"np.linalg.solve({a_t}, g)"
        return {"a": f"-np.outer({solved}, y)", "b": solved}
    shape = dims(y) if y is not None else None
    if len(b) == 1:
        solved = f"np.linalg.solve({a_t}, g[..., None])[..., 0]"
        product = f"-{solved}[..., :, None] * y[..., None, :]"
    else:
        solved = f"np.linalg.solve({a_t}, g)"
        product = f"-{solved} @ {_transposed('y', len(b) == 2 and single)}"
    # The product is a stack of matrices like `a`, with the axes that `b` adds in front.
    stack = None if shape is None else shape[: len(shape) - min(len(b), 2)]
    of_a = None if stack is None or a is None else (*stack, *a[-2:])
    return {
        "a": unbroadcast_text(product, of_a, a, "a"),
        "b": unbroadcast_text(solved, shape, b, "b"),
    }


def _solve_forward(call: Call) -> Templates:
    if len(dims(call.kinds["b"]) or ()) == 1 and not _is_matrix(call):
        return {"a": "-np.linalg.solve(a, g @ y[..., None])[..., 0]"}
    return {"a": "-np.linalg.solve(a, g @ y)"}


def inverse(call: Call) -> Templates:
    y_t = _transposed("y", _is_matrix(call))
    return {"a": f"-{y_t} @ g @ {y_t}"}


_INVERSE = "np.swapaxes(np.linalg.inv(a), -1, -2)"


def determinant(call: Call) -> Templates:
    if _is_matrix(call):
        return {"a": "g * y * np.linalg.inv(a).T"}
    return {"a": f"np.expand_dims(g * y, (-2, -1)) * {_INVERSE}"}


def _slogdet(call: Call) -> Templates:
    """The sign is constant wherever the determinant is not zero."""
    if _is_matrix(call):
        return {"a": "g.logabsdet * np.linalg.inv(a).T"}
    return {"a": f"np.expand_dims(g.logabsdet, (-2, -1)) * {_INVERSE}"}


def _logarithmic(call: Call) -> str:
    """The derivative of the logarithm of a determinant."""
    axes = "" if _is_matrix(call) else ", axis=(-2, -1)"
    inverse = "np.linalg.inv(a).T" if _is_matrix(call) else _INVERSE
    return f"np.sum({inverse} * g{axes})"


def determinant_forward(call: Call) -> Templates:
    return {"a": f"y * {_logarithmic(call)}"}


def _slogdet_forward(call: Call) -> Templates:
    return {"a": f"(np.zeros_like(y.sign), {_logarithmic(call)})"}


def half(text: str) -> str:
    """The lower triangle of a matrix with half of its diagonal."""
    return f"(np.tril({text}) + np.tril({text}, -1)) / 2"


def cholesky(call: Call) -> Templates:
    """NumPy reads the lower triangle only, so all of the derivative is there.

    See I. Murray, "Differentiation of the Cholesky decomposition", arXiv:1602.07527, section 3.1.
    """
    single = _is_matrix(call)
    inverse = "np.linalg.inv(y)"
    middle = half(f"{_transposed('y', single)} @ g")
    s = f"({_transposed(inverse, single)} @ ({middle}) @ {inverse})"
    return {"a": half(f"{s} + {_transposed(s, single)}")}


def cholesky_forward(call: Call) -> Templates:
    """Half of the diagonal and all below it of `inv(y) @ symmetric(g) @ inv(y).T`."""
    single = _is_matrix(call)
    inverse = "np.linalg.inv(y)"
    symmetric = f"(np.tril(g) + {_transposed('np.tril(g, -1)', single)})"
    return {"a": f"y @ ({half(f'{inverse} @ {symmetric} @ {_transposed(inverse, single)}')})"}


def _matrix_power(call: Call) -> Templates:
    a_t = _transposed("a", _is_matrix(call))
    return {"a": _power_terms(call, a_t)}


def _power_forward(call: Call) -> Templates:
    require_arrays(call, "a")
    return {"a": _power_terms(call, "a")}


def _power_terms(call: Call, a: str) -> str:
    """The sum over the factors, each of which is differentiated once."""
    n = call.static("n")
    if not 1 <= n <= _HIGHEST_POWER:
        raise RefusedError(
            f"`numpy.linalg.matrix_power` has a derivative rule for n = 1 to {_HIGHEST_POWER}",
            "write the power as a loop of products",
        )
    if n == 1:
        return "g"
    power = {0: "", 1: a, **{k: f"np.linalg.matrix_power({a}, {k})" for k in range(2, n)}}
    terms = ([power[k], "g", power[n - 1 - k]] for k in range(n))
    return " + ".join(" @ ".join(filter(None, term)) for term in terms)


_HIGHEST_POWER = 8


def norm(call: Call) -> Templates:
    require_arrays(call, "x")
    return {"x": norm_weighted(call, spread(call, "g", "x"))}


def norm_forward(call: Call) -> Templates:
    require_arrays(call, "x")
    return {"x": summed(call, norm_weighted(call, "g"))}


def norm_weighted(call: Call, g: str) -> str:
    """`g` times the derivative, which is zero where the norm is: all elements are zero there."""
    order = call.static("ord")
    shape = dims(call.kinds["x"])
    axes = axis_tuple(call, None if shape is None else len(shape))
    y = spread(call, "y", "x")
    above_zero = f"np.where({y} == 0, 1, {y})"
    vector = call.static("axis") is not None and isinstance(call.static("axis"), int)
    vector = vector or (call.static("axis") is None and shape is not None and len(shape) == 1)
    if order is None or (order == 2 and vector) or (order == "fro" and axes and len(axes) == 2):
        return f"{g} * x / {above_zero}"
    if vector and order == 1:
        return f"{g} * np.sign(x)"
    if vector and order == np.inf:
        single = isinstance(call.kinds["x"], Array) and call.kinds["x"].dtype == np.float32
        dtype = ", dtype=np.float32" if single else ""
        largest = f"(np.abs(x) == {y})"
        return f"{g} * np.sign(x) * {largest} / np.sum({largest}{along(call)}{dtype})"
    if vector and isinstance(order, (int, float)) and order > 1:
        return f"{g} * np.sign(x) * (np.abs(x) / {above_zero}) ** {order - 1!r}"
    raise RefusedError(
        f"`numpy.linalg.norm` with `ord={order!r}` has no derivative rule here",
        "use the Frobenius norm (`ord=None`), or for vectors an `ord` of at least 1",
    )


# ----- the table -----

RULES: tuple[Rule, ...] = (
    Rule(
        "numpy.linalg.solve",
        "a, b",
        _solve_kind,
        _solve,
        linear=("b",),
        pushforward=_solve_forward,
        arrays=("a", "b"),
        cost=3,
    ),
    Rule(
        "numpy.linalg.inv",
        "a",
        _square_kind("inv"),
        inverse,
        pushforward={"a": "-y @ g @ y"},
        cost=3,
    ),
    Rule("numpy.linalg.det", "a", _det_kind, determinant, pushforward=determinant_forward, cost=3),
    Rule(
        "numpy.linalg.slogdet",
        "a",
        _slogdet_kind,
        _slogdet,
        pushforward=_slogdet_forward,
        cost=3,
    ),
    Rule(
        "numpy.linalg.cholesky",
        "a, *, upper=!",
        _square_kind("cholesky"),
        cholesky,
        pushforward=cholesky_forward,
        cost=3,
    ),
    # For n = 1 the result is the argument itself.
    Rule(
        "numpy.linalg.matrix_power",
        "a, n",
        _power_kind,
        _matrix_power,
        pushforward=_power_forward,
        cost=3,
        fresh=False,
        definition=matrices.power,
    ),
    Rule(
        "numpy.linalg.norm",
        "x, ord=None, axis=None, keepdims=False",
        _norm_kind,
        norm,
        pushforward=norm_forward,
        cost=3,
        definition=matrices.norm,
    ),
)
