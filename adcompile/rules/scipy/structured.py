"""Matrices with a structure: blocks, bands, constant diagonals (SciPy manual: `scipy.linalg`)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import linalg

from adcompile.kinds import BOOL, INT, UNKNOWN, Array, Dim, Items, Kind, Nothing
from adcompile.rules.definitions import defined, refusal, shape_known, shape_of
from adcompile.rules.infer import array_kind, common_dtype, constant, plus, trial_dtype
from adcompile.rules.registry import Call, NotStaticError, Rule, Templates
from adcompile.rules.scipy.linalg import is_vector
from adcompile.rules.texts import require_arrays, tuple_text

# ----- blocks -----


def _blocks(call: Call) -> list[Array] | None:
    kind = call.kinds["arrs"]
    if not isinstance(kind, Items):
        return None
    found = [array_kind(item) for item in kind.items]
    arrays = [array for array in found if array is not None and array.dims is not None]
    plain = len(arrays) == len(found) and all(len(a.dims or ()) in (1, 2) for a in arrays)
    return arrays if plain else None


def _block_diag_kind(call: Call) -> Kind:
    blocks = _blocks(call)
    if not blocks:
        return Array(None, None)
    rows: Dim = 0
    columns: Dim = 0
    for block in blocks:
        shape = block.dims or ()
        rows = plus(rows, shape[0] if len(shape) == 2 else 1)
        columns = plus(columns, shape[-1])
    return Array(common_dtype(blocks), (rows, columns))


def _block_diag(call: Call) -> Templates:
    blocks = _blocks(call)
    if blocks is None:
        raise refusal(call, "of such arguments", "pass it matrices of which the rank is known")
    rows, columns, texts = "0", "0", []
    for i, block in enumerate(blocks):
        down = f"{rows} + arrs[{i}].shape[0]" if len(block.dims or ()) == 2 else f"{rows} + 1"
        right = f"{columns} + arrs[{i}].shape[-1]"
        row = f"{rows}:{down}" if len(block.dims or ()) == 2 else rows
        texts.append(f"g[{row}, {columns}:{right}]".replace("0 + ", ""))
        rows, columns = down, right
    return {"arrs": tuple(texts)}


# ----- constant diagonals -----


def _vector(call: Call, *params: str) -> None:
    """Refuse what is no vector: SciPy's releases differ in what they make of it."""
    for param in params:
        if len(shape_known(call, param)) != 1:
            raise refusal(call, "of what is no vector", "use `np.ravel`")


def _by_differences(zeros: bool) -> Callable[[Call], str]:
    """Where each element of a matrix is taken from: the elements of its first column and of its
    first or last row."""

    def text(call: Call) -> str:
        alone = call.kinds["r"] == Nothing()
        _vector(call, *(("c",) if alone else ("c", "r")))
        if zeros:
            row = "np.zeros_like(c)" if alone else "r"
            places = f"np.arange(len(c))[:, None] + np.arange(len({'c' if alone else 'r'}))"
            return f"np.concatenate((c, {row}[1:]))[{places}]"
        row = "c" if alone else "r"
        places = f"len(c) - 1 - np.arange(len(c))[:, None] + np.arange(len({row}))"
        return f"np.concatenate((c[::-1], {row}[1:]))[{places}]"

    return text


def _circulant(call: Call) -> str:
    _vector(call, "c")
    return "c[(np.arange(len(c))[:, None] - np.arange(len(c))) % len(c)]"


def _companion(call: Call) -> str:
    _vector(call, "a")
    return "np.concatenate((-a[1:][None] / a[0], np.eye(len(a) - 2, len(a) - 1, dtype=a.dtype)))"


def _leslie(call: Call) -> str:
    _vector(call, "f", "s")
    return "np.concatenate((f[None], np.diag(s, -1)[1:]))"


def _fiedler(call: Call) -> str:
    _vector(call, "a")
    return "np.abs(a[:, None] - a)"


def _khatri_rao(call: Call) -> str:
    if len(shape_known(call, "a")) != 2 or len(shape_known(call, "b")) != 2:
        raise refusal(call, "of stacks of matrices", "use `np.einsum`")
    return "np.reshape(a[:, None] * b, (-1, a.shape[1]))"


def _pair(call: Call) -> bool:
    """Whether a Toeplitz matrix is given by its column and row."""
    kind = call.kinds["c_or_cr"]
    if isinstance(kind, Items) and kind.type is tuple and len(kind.items) == 2:
        vectors = [array_kind(item) for item in kind.items]
    else:
        vectors = [array_kind(kind)]
        require_arrays(call, "c_or_cr")
    if any(v is None or v.dims is None or len(v.dims) != 1 for v in vectors):
        raise refusal(call, "of what is no vector", "use `np.ravel`")
    if not is_vector(call):
        raise refusal(
            call, "of several right sides", "use `np.linalg.solve(linalg.toeplitz(c), b)`"
        )
    return len(vectors) == 2


def _toeplitz_kind(call: Call) -> Kind:
    kind = call.kinds["c_or_cr"]
    columns = kind.items if isinstance(kind, Items) and kind.type is tuple else (kind, kind)
    if len(columns) != 2:
        return UNKNOWN
    dtype = trial_dtype(lambda c, r, b: linalg.solve_toeplitz((c, r), b), *columns, call.kinds["b"])
    return Array(dtype, shape_of(call, "b"))


def _solve_toeplitz(call: Call) -> Templates:
    """What a diagonal is multiplied with is a sum of products, as in a polynomial. The first
    element of the row is not looked at: SciPy's column has it."""
    pair = _pair(call)
    turned = "(np.concatenate((c_or_cr[0][:1], c_or_cr[1][1:])), c_or_cr[0])"
    solved = f"linalg.solve_toeplitz({turned if pair else 'c_or_cr'}, g)"
    sums = f"np.convolve({solved}[::-1], y)"
    column, row = f"-{sums}[len(y) - 1 :: -1]", f"{sums}[len(y) :]"
    beyond = f"np.concatenate((np.zeros_like(y[:1]), {row}))"
    if not pair:
        return {"c_or_cr": f"{column} - {beyond}", "b": solved}
    return {"c_or_cr": (column, f"-{beyond}"), "b": solved}


def _solve_toeplitz_forward(call: Call) -> Templates:
    change = "linalg.toeplitz(g[0], g[1])" if _pair(call) else "linalg.toeplitz(g)"
    return {"c_or_cr": f"-linalg.solve_toeplitz(c_or_cr, {change} @ y)"}


# ----- bands -----


def _widths(call: Call) -> tuple[int, int]:
    """How many diagonals there are below and above the main one."""
    widths = call.static("l_and_u")
    if not isinstance(widths, (tuple, list)) or len(widths) != 2:
        raise NotStaticError("l_and_u")
    if len(shape_known(call, "ab")) != 2:
        raise refusal(call, "of a stack of matrices", "use a loop")
    require_arrays(call, "ab")
    return int(widths[0]), int(widths[1])


def _banded_kind(call: Call) -> Kind:
    bands = np.array([[0, 1], [3, 3], [1, 0]])
    dtype = trial_dtype(
        lambda ab, b: linalg.solve_banded((1, 1), bands.astype(ab.dtype), np.ones(2, b.dtype)),
        call.kinds["ab"],
        call.kinds["b"],
    )
    return Array(dtype, shape_of(call, "b"))


def _solve_banded(call: Call) -> Templates:
    """Row k of the bands has at place j the element [k - u + j, j] of the matrix."""
    lower, upper = _widths(call)
    count = lower + upper + 1
    vector = is_vector(call)
    rows = f"np.arange({count})[:, None]"
    turned = f"ab[::-1][{rows}, (np.arange(ab.shape[1]) + {rows} - {lower}) % ab.shape[1]]"
    solved = f"linalg.solve_banded(({upper}, {lower}), {turned}, g)"
    places = f"({rows} + np.arange(ab.shape[1]) - {upper})"
    product = f"{solved}[{places} % ab.shape[1]] * y"
    if not vector:
        product = f"np.sum({product}, axis=-1)"
    there = f"({places} >= 0) & ({places} < ab.shape[1])"
    return {"ab": f"np.where({there}, -({product}), 0)", "b": solved}


def _solve_banded_forward(call: Call) -> Templates:
    lower, upper = _widths(call)
    rows = f"np.arange({lower + upper + 1})[:, None]"
    places = f"(np.arange(ab.shape[1]) - {rows} + {upper})"
    there = f"({places} >= 0) & ({places} < ab.shape[1])"
    elements = f"np.where({there}, g[{rows}, {places} % ab.shape[1]], 0)"
    elements += "" if is_vector(call) else "[..., None]"
    product = f"np.sum({elements} * y[{places} % ab.shape[1]], axis=0)"
    widths = tuple_text((lower, upper))
    return {"ab": f"-linalg.solve_banded({widths}, ab, {product})"}


RULES: tuple[Rule, ...] = (
    Rule(
        "scipy.linalg.block_diag",
        "*arrs",
        _block_diag_kind,
        _block_diag,
        linear=("arrs",),
        jointly=True,
        cost=3,
    ),
    defined("scipy.linalg.toeplitz", "c, r=None", _by_differences(zeros=False), "c r"),
    defined("scipy.linalg.hankel", "c, r=None", _by_differences(zeros=True), "c r"),
    defined("scipy.linalg.circulant", "c", _circulant),
    defined("scipy.linalg.companion", "a", _companion),
    defined("scipy.linalg.leslie", "f, s", _leslie, "f s"),
    defined("scipy.linalg.fiedler", "a", _fiedler),
    defined("scipy.linalg.khatri_rao", "a, b", _khatri_rao, "a b"),
    Rule(
        "scipy.linalg.solve_toeplitz",
        "c_or_cr, b, check_finite=True",
        _toeplitz_kind,
        _solve_toeplitz,
        linear=("b",),
        pushforward=_solve_toeplitz_forward,
        cost=3,
    ),
    Rule(
        "scipy.linalg.solve_banded",
        "l_and_u, ab, b, overwrite_ab=!False, overwrite_b=!False, check_finite=True",
        _banded_kind,
        _solve_banded,
        linear=("b",),
        pushforward=_solve_banded_forward,
        cost=3,
    ),
    # Predicates
    *(
        Rule(f"scipy.linalg.{name}", "a, atol=None, rtol=None", constant(BOOL), {}, cost=3)
        for name in ("issymmetric", "ishermitian")
    ),
    Rule("scipy.linalg.bandwidth", "a", constant(Items(tuple, (INT, INT))), {}, cost=3),
)
