"""Solving systems of equations, and the factorisations for that (SciPy manual: `scipy.linalg`).

The formulas are those of `adcompile.rules.linalg` and `adcompile.rules.decompositions`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from scipy import linalg

from adcompile.kinds import UNKNOWN, Array, Items, Kind, Scalar
from adcompile.rules import decompositions
from adcompile.rules import linalg as of_numpy
from adcompile.rules.decompositions import Matrices
from adcompile.rules.definitions import refusal, shape_known, shape_of
from adcompile.rules.infer import same_length, trial_dtype
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import refuse_unless, require_arrays

CHECKED = "overwrite_a=!False, check_finite=True"

# ----- kinds -----


def dtype_of(name: str, *params: str) -> Callable[[Call], Any]:
    """The dtype of the result, or of the first of several."""
    function = getattr(linalg, name)

    def first(*args: Any) -> Any:
        found = function(*args)
        return found[0] if isinstance(found, tuple) else found

    return lambda call: trial_dtype(first, *(call.kinds[param] for param in params))


def square(name: str, param: str = "a") -> Callable[[Call], Kind]:
    """A square matrix, or stack of them, of the shape of the argument."""
    dtype = dtype_of(name, param)

    def infer(call: Call) -> Kind:
        shape = shape_of(call, param)
        if shape is None or len(shape) < 2:
            return Array(dtype(call), None)
        length = same_length(shape[-1], shape[-2])
        return Array(dtype(call), (*shape[:-2], length, length))

    return infer


def like_right_side(name: str, matrix: str, right: str = "b") -> Callable[[Call], Kind]:
    """The solution of a system of equations."""
    dtype = dtype_of(name, matrix, right)

    def infer(call: Call) -> Kind:
        a, b = shape_of(call, matrix), shape_of(call, right)
        if a is None or b is None or len(a) != 2 or not b or len(b) > 2:
            return Array(dtype(call), None)
        return Array(dtype(call), (same_length(b[0], a[-1]), *b[1:]))

    return infer


def _det_kind(call: Call) -> Kind:
    shape = shape_of(call, "a")
    return Array(dtype_of("det", "a")(call), None if shape is None else shape[:-2])


# ----- texts -----


def single(call: Call, *params: str) -> None:
    """Refuse stacks of matrices.

    Raises:
        RefusedError: an argument is certainly or possibly one.
    """
    require_arrays(call, *params)
    for param in params:
        if len(shape_known(call, param)) != 2:
            raise refusal(call, "of a stack of matrices", "use `numpy.linalg`, or a loop")


def is_vector(call: Call, param: str = "b") -> bool:
    """Whether the right side of a system of equations is a vector, not a matrix.

    Raises:
        RefusedError: it is neither.
    """
    require_arrays(call, param)
    rank = len(shape_known(call, param))
    if rank not in (1, 2):
        raise refusal(call, "of a stack of right sides", "use `numpy.linalg.solve`")
    return rank == 1


def outer(vector: bool, left: str, right: str) -> str:
    """The product of two columns, or of two matrices of columns."""
    return f"np.outer({left}, {right})" if vector else f"({left}) @ ({right}).T"


def settings(call: Call, *names: str, **instead: object) -> str:
    """The arguments that are not what they are by default, as text."""
    values = {name: instead.get(name, call.static(name)) for name in names}
    return "".join(f", {name}={value!r}" for name, value in values.items() if value)


def _unsymmetric(call: Call) -> None:
    refuse_unless(call, "assume_a", None, "gen")


_SYMMETRIC = ("sym", "symmetric", "pos", "positive definite", "her", "hermitian")


def _solve(call: Call) -> Templates:
    """A symmetric matrix is read from one triangle."""
    single(call, "a")
    vector = is_vector(call)
    turned, assumed = call.static("transposed"), call.static("assume_a")
    symmetric = assumed in _SYMMETRIC
    if not symmetric:
        refuse_unless(call, "assume_a", None, "gen", "general")
    rest = settings(call, "lower", "assume_a") if symmetric else ""
    solved = f"linalg.solve(a, g{rest})"
    if not symmetric:
        solved = f"np.linalg.solve({'a' if turned else 'a.T'}, g)"
    product = outer(vector, "y", solved) if turned else outer(vector, solved, "y")
    if symmetric:
        read, other, by = ("tril", "triu", 1) if call.static("lower") else ("triu", "tril", -1)
        product = f"(np.{read}({product}) + np.{other}({product}, {by}).T)"
    return {"a": f"-{product}", "b": solved}


def _solve_forward(call: Call) -> Templates:
    single(call, "a")
    turned = call.static("transposed")
    if call.static("assume_a") in _SYMMETRIC:
        read, by = ("tril", -1) if call.static("lower") else ("triu", 1)
        rest = settings(call, "lower", "assume_a")
        return {"a": f"-linalg.solve(a, (np.{read}(g) + np.{read}(g, {by}).T) @ y{rest})"}
    if turned:
        return {"a": "-np.linalg.solve(a.T, g.T @ y)"}
    return {"a": "-np.linalg.solve(a, g @ y)"}


def _inv(call: Call) -> Templates:
    _unsymmetric(call)
    return of_numpy.inverse(call)


def _inv_forward(call: Call) -> Templates:
    _unsymmetric(call)
    return {"a": "-y @ g @ y"}


def _only(texts: Templates) -> str:
    (text,) = texts.values()
    assert isinstance(text, str)
    return text


def _cholesky(call: Call) -> Templates:
    m = Matrices(call, "a")
    text = _only(of_numpy.cholesky(call))
    return {"a": text if call.static("lower") else _on_other_side(m, text)}


def _cholesky_forward(call: Call) -> Templates:
    m = Matrices(call, "a")
    text = _only(of_numpy.cholesky_forward(call))
    return {"a": text if call.static("lower") else _on_other_side(m, text)}


def _on_other_side(m: Matrices, text: str) -> str:
    """What a text for lower triangles is for upper ones."""
    turned = re.sub(r"\b([gy])\b", lambda found: m.transposed(found[0]), text)
    return m.transposed(f"({turned})")


@cache
def _keeps_rest() -> bool:
    """Whether the triangle of `cho_factor` that is no part of the factor is that of the argument;
    in some releases it is zero."""
    factor, _ = linalg.cho_factor(np.array([[2.0, 0.5], [0.25, 2.0]]))
    return bool(factor[1, 0] == 0.25)


def _rest(call: Call, g: str) -> str:
    """What the triangle that is no part of the factor contributes."""
    if not _keeps_rest():
        return ""
    return f" + np.triu({g}, 1)" if call.static("lower") else f" + np.tril({g}, -1)"


def _cho_factor(call: Call) -> Templates:
    single(call, "a")
    read = "tril" if call.static("lower") else "triu"
    text = re.sub(r"\b([gy])\b", rf"np.{read}(\1[0])", _only(_cholesky(call)))
    return {"a": text + _rest(call, "g[0]")}


def _cho_factor_forward(call: Call) -> Templates:
    single(call, "a")
    read = "tril" if call.static("lower") else "triu"
    text = re.sub(r"\by\b", f"np.{read}(y[0])", _only(_cholesky_forward(call)))
    return {"a": f"({text}{_rest(call, 'g')}, None)"}


def _is_lower(call: Call) -> bool:
    kind = call.kinds["c_and_lower"]
    lower = kind.items[1] if isinstance(kind, Items) and len(kind.items) == 2 else UNKNOWN
    if not isinstance(lower, Scalar) or not isinstance(lower.value, (bool, int)):
        raise refusal(call, "of an unknown factorisation", "give `(c, True)`")
    return bool(lower.value)


def _cho_solve(call: Call) -> Templates:
    vector, lower = is_vector(call), _is_lower(call)
    solved = "linalg.cho_solve(c_and_lower, g)"
    s = f"({outer(vector, solved, 'y')} + {outer(vector, 'y', solved)})"
    factor = "c_and_lower[0]"
    of_factor = (
        f"np.tril({s} @ np.tril({factor}))" if lower else f"np.triu(np.triu({factor}) @ {s})"
    )
    return {"c_and_lower": (f"-{of_factor}", "0"), "b": solved}


def _cho_solve_forward(call: Call) -> Templates:
    read = "np.tril" if _is_lower(call) else "np.triu"
    factor, change = f"{read}(c_and_lower[0])", f"{read}(g[0])"
    both = (factor, f"{change}.T", change, f"{factor}.T")
    if not _is_lower(call):
        both = (f"{factor}.T", change, f"{change}.T", factor)
    product = f"({both[0]} @ ({both[1]} @ y) + {both[2]} @ ({both[3]} @ y))"
    return {"c_and_lower": f"-linalg.cho_solve(c_and_lower, {product})"}


_TURNED = {0: 1, "N": 1, 1: 0, "T": 0, 2: 0, "C": 0}


def _triangle(call: Call) -> str:
    """What is read of a triangular matrix, of a text in its place."""
    beside = 1 if call.static("unit_diagonal") else 0
    if call.static("lower"):
        return f"np.tril({{}}{', -1' if beside else ''})"
    return f"np.triu({{}}{', 1' if beside else ''})"


def _solve_triangular(call: Call) -> Templates:
    single(call, "a")
    vector = is_vector(call)
    trans = _TURNED[call.static("trans")]
    rest = settings(call, "trans", "lower", "unit_diagonal", trans=trans)
    solved = f"linalg.solve_triangular(a, g{rest})"
    product = outer(vector, solved, "y") if trans else outer(vector, "y", solved)
    return {"a": f"-{_triangle(call).format(product)}", "b": solved}


def _solve_triangular_forward(call: Call) -> Templates:
    single(call, "a")
    change = _triangle(call).format("g")
    product = f"{change} @ y" if _TURNED[call.static("trans")] else f"{change}.T @ y"
    rest = settings(call, "trans", "lower", "unit_diagonal")
    return {"a": f"-linalg.solve_triangular(a, {product}{rest})"}


# ----- LU -----


def _lower(text: str) -> str:
    """The lower factor that is kept below the diagonal of a matrix."""
    return f"(np.tril({text}, -1) + np.eye(len({text}), dtype={text}.dtype))"


def _over_upper(text: str, upper: str) -> str:
    """`text @ inv(upper.T)`."""
    return f"linalg.solve_triangular({upper}, ({text}).T).T"


def _lu_factor(call: Call) -> Templates:
    """`solve(a.T, b)` undoes the exchange of rows, too."""
    single(call, "a")
    u, lower = "np.triu(y[0])", _lower("y[0]")
    inner = f"np.tril({lower}.T @ np.tril(g[0], -1), -1) + np.triu(np.triu(g[0]) @ {u}.T)"
    return {"a": f"linalg.lu_solve(y, {u}.T @ {_over_upper(inner, 'y[0]')}, trans=1)"}


def _lu_factor_forward(call: Call) -> Templates:
    single(call, "a")
    u, lower = "np.triu(y[0])", _lower("y[0]")
    inner = f"linalg.solve_triangular(y[0], ({u} @ linalg.lu_solve(y, g)).T, trans=1).T"
    return {"a": f"({lower} @ np.tril({inner}, -1) + np.triu({inner}) @ {u}, None)"}


def _lu_solve(call: Call) -> Templates:
    vector = is_vector(call)
    trans = _TURNED[call.static("trans")]
    factors = "lu_and_piv[0]"
    u, lower = f"np.triu({factors})", _lower(factors)
    solved = f"linalg.lu_solve(lu_and_piv, g, trans={trans})"
    left, right = (solved, "y") if trans else ("y", solved)
    # With its rows exchanged, as the factors have it
    exchanged = f"{lower} @ ({u} @ linalg.lu_solve(lu_and_piv, {left}))"
    product = outer(vector, exchanged, right)
    return {
        "lu_and_piv": (
            f"-(np.tril(({product}) @ {u}.T, -1) + np.triu({lower}.T @ ({product})))",
            "0",
        ),
        "b": solved,
    }


def _lu_solve_forward(call: Call) -> Templates:
    factors = "lu_and_piv[0]"
    u, lower = f"np.triu({factors})", _lower(factors)
    du, dl = "np.triu(g[0])", "np.tril(g[0], -1)"
    if not _TURNED[call.static("trans")]:
        exchanged = f"{lower} @ ({u} @ linalg.lu_solve(lu_and_piv, y))"
        product = f"({u}.T @ ({dl}.T @ ({exchanged})) + {du}.T @ ({lower}.T @ ({exchanged})))"
        return {"lu_and_piv": f"-linalg.lu_solve(lu_and_piv, {product}, trans=1)"}
    product = f"({dl} @ ({u} @ y) + {lower} @ ({du} @ y))"
    inner = f"linalg.solve_triangular({factors}, {product}, lower=True, unit_diagonal=True)"
    return {"lu_and_piv": f"-linalg.solve_triangular({factors}, {inner})"}


def _lu_kind(call: Call) -> Kind:
    matrix = square("lu_factor")(call)
    return Items(tuple, (matrix, matrix, matrix)) if _is_square(call) else UNKNOWN


def _is_square(call: Call) -> bool:
    shape = shape_of(call, "a")
    return shape is not None and len(shape) == 2 and decompositions.is_square(shape)


def _require_square(call: Call) -> None:
    single(call, "a")
    refuse_unless(call, "permute_l", False)
    refuse_unless(call, "p_indices", False)
    if not _is_square(call):
        raise refusal(call, "of a matrix that is not square", "use `scipy.linalg.qr`")


def _lu(call: Call) -> Templates:
    """The permutation is constant."""
    _require_square(call)
    terms = []
    if call.reaches("1"):
        terms.append("np.tril(y[1].T @ g[1], -1)")
    if call.reaches("2"):
        terms.append("np.triu(g[2] @ y[2].T)")
    if not terms:
        return {"a": "0"}
    inner = _over_upper(" + ".join(terms), "y[2]")
    solved = f"linalg.solve_triangular(y[1], {inner}, trans=1, lower=True, unit_diagonal=True)"
    return {"a": f"y[0] @ {solved}"}


def _lu_forward(call: Call) -> Templates:
    _require_square(call)
    left = "linalg.solve_triangular(y[1], y[0].T @ g, lower=True, unit_diagonal=True)"
    inner = f"linalg.solve_triangular(y[2], ({left}).T, trans=1).T"
    return {"a": f"(np.zeros_like(y[0]), y[1] @ np.tril({inner}, -1), np.triu({inner}) @ y[2])"}


def _right_side_of(call: Call, name: str, factor: str) -> Kind:
    """The kind of the solution, by a factorisation."""
    pair = call.kinds[factor]
    if not isinstance(pair, Items) or len(pair.items) != 2:
        return UNKNOWN
    kinds = {"a": pair.items[0], "b": call.kinds["b"]}
    return like_right_side("solve_triangular", "a")(call._replace(kinds=kinds))


def _pivots(call: Call) -> Kind:
    shape = shape_of(call, "a")
    return Array(np.dtype(np.int32), None if shape is None else shape[:-1])


RULES: tuple[Rule, ...] = (
    Rule(
        "scipy.linalg.solve",
        "a, b, lower=False, overwrite_a=!False, overwrite_b=!False, check_finite=True, "
        "assume_a=None, transposed=False",
        like_right_side("solve", "a"),
        _solve,
        linear=("b",),
        pushforward=_solve_forward,
        cost=3,
    ),
    Rule(
        "scipy.linalg.inv",
        f"a, {CHECKED}, *, assume_a=None, lower=False",
        square("inv"),
        _inv,
        pushforward=_inv_forward,
        cost=3,
    ),
    Rule(
        "scipy.linalg.det",
        f"a, {CHECKED}",
        _det_kind,
        of_numpy.determinant,
        pushforward=of_numpy.determinant_forward,
        cost=3,
    ),
    Rule(
        "scipy.linalg.cholesky",
        f"a, lower=False, {CHECKED}",
        square("cholesky"),
        _cholesky,
        pushforward=_cholesky_forward,
        cost=3,
    ),
    Rule(
        "scipy.linalg.cho_factor",
        f"a, lower=False, {CHECKED}",
        lambda call: Items(tuple, (square("cholesky")(call), call.kinds["lower"])),
        _cho_factor,
        pushforward=_cho_factor_forward,
        cost=3,
    ),
    Rule(
        "scipy.linalg.cho_solve",
        "c_and_lower, b, overwrite_b=!False, check_finite=True",
        lambda call: _right_side_of(call, "cho_solve", "c_and_lower"),
        _cho_solve,
        linear=("b",),
        pushforward=_cho_solve_forward,
        cost=3,
    ),
    Rule(
        "scipy.linalg.solve_triangular",
        "a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=!False, check_finite=True",
        like_right_side("solve_triangular", "a"),
        _solve_triangular,
        linear=("b",),
        pushforward=_solve_triangular_forward,
        cost=3,
    ),
    Rule(
        "scipy.linalg.lu_factor",
        f"a, {CHECKED}",
        lambda call: Items(tuple, (square("lu_factor")(call), _pivots(call))),
        _lu_factor,
        pushforward=_lu_factor_forward,
        cost=3,
    ),
    Rule(
        "scipy.linalg.lu_solve",
        "lu_and_piv, b, trans=0, overwrite_b=!False, check_finite=True",
        lambda call: _right_side_of(call, "lu_solve", "lu_and_piv"),
        _lu_solve,
        linear=("b",),
        pushforward=_lu_solve_forward,
        cost=3,
    ),
    Rule(
        "scipy.linalg.lu",
        f"a, permute_l=False, {CHECKED}, p_indices=False",
        _lu_kind,
        _lu,
        pushforward=_lu_forward,
        cost=3,
    ),
)
