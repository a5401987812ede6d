"""Factorisations that NumPy has, too (SciPy manual: `scipy.linalg`); here they return tuples."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from adcompile.kinds import UNKNOWN, Array, Items, Kind, Nothing, Record
from adcompile.kinds import Text as TextKind
from adcompile.rules import decompositions
from adcompile.rules.decompositions import Matrices
from adcompile.rules.definitions import refusal, shape_known, shape_of
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.scipy.linalg import CHECKED, dtype_of, square
from adcompile.rules.texts import refuse_unless


def _values_kind(name: str) -> Callable[[Call], Kind]:
    dtype = dtype_of(name, "a")

    def infer(call: Call) -> Kind:
        shape = shape_of(call, "a")
        if shape is None or len(shape) < 2:
            return Array(dtype(call), None)
        length = decompositions.smaller(*shape[-2:])
        return Array(dtype(call), (*shape[:-2], length))

    return infer


def _tupled(
    rule: Callable[[Call], Templates], names: Sequence[str], **kinds: Kind
) -> Callable[[Call], Templates]:
    """The texts for a function of NumPy's that returns a record, for one that returns a tuple.

    Args:
        rule: makes the texts.
        names: the names of the parts.
        kinds: arguments that NumPy's function takes.
    """

    def texts(call: Call) -> Templates:
        reached = call.reached
        if reached is not None:
            reached = frozenset(names[int(place)] for place in reached)
        result = call.result
        if isinstance(result, Items):
            result = Record(object, tuple(zip(names, result.items, strict=True)))
        found = rule(call._replace(reached=reached, result=result, kinds={**call.kinds, **kinds}))
        return {param: _with_places(text, names) for param, text in found.items()}

    return texts


def _with_places(text: str | tuple[str, ...], names: Sequence[str]) -> str:
    assert isinstance(text, str)
    pattern = rf"\b([gy])\.({'|'.join(names)})\b"
    return re.sub(pattern, lambda found: f"{found[1]}[{names.index(found[2])}]", text)


def _qr_kind(call: Call) -> Kind:
    dtype = dtype_of("qr", "a")(call)
    shape = shape_of(call, "a")
    if not call.is_static("mode") or shape is None or len(shape) < 2:
        return UNKNOWN
    *stack, rows, columns = shape
    if call.static("mode") not in ("full", "economic") or not _no_pivots(call):
        return UNKNOWN
    count = rows if call.static("mode") == "full" else decompositions.smaller(rows, columns)
    return Items(
        tuple, (Array(dtype, (*stack, rows, count)), Array(dtype, (*stack, count, columns)))
    )


def _no_pivots(call: Call) -> bool:
    return call.is_static("pivoting") and not call.static("pivoting")


def _unpivoted(rule: Callable[[Call], Templates]) -> Callable[[Call], Templates]:
    def texts(call: Call) -> Templates:
        refuse_unless(call, "pivoting", False)
        refuse_unless(call, "mode", "economic", "full")
        tall = not decompositions.is_wide(call) and not decompositions.is_square(
            shape_known(call, "a")[-2:]
        )
        if call.static("mode") == "full" and tall:
            raise refusal(call, "with `mode='full'`", "use `mode='economic'`")
        return rule(call)

    return texts


_QR_NAMES = ("Q", "R")
_SVD_NAMES = ("U", "S", "Vh")
_EIGH_NAMES = ("eigenvalues", "eigenvectors")


def _svd_kind(call: Call) -> Kind:
    dtype = dtype_of("svd", "a")(call)
    shape = shape_of(call, "a")
    if shape is None or len(shape) < 2 or not call.is_static("full_matrices"):
        return UNKNOWN
    if not call.is_static("compute_uv") or not call.static("compute_uv"):
        return UNKNOWN
    *stack, rows, columns = shape
    count = decompositions.smaller(rows, columns)
    full = call.static("full_matrices")
    return Items(
        tuple,
        (
            Array(dtype, (*stack, rows, rows if full else count)),
            Array(dtype_of("svdvals", "a")(call), (*stack, count)),
            Array(dtype, (*stack, columns if full else count, columns)),
        ),
    )


def _svd_values(call: Call) -> str | None:
    return None if call.static("compute_uv") else "linalg.svdvals(a)"


def _svdvals(call: Call) -> Templates:
    m = Matrices(call, "a")
    u, vh = (f"np.linalg.svd(a, False).{part}" for part in ("U", "Vh"))
    return {"a": f"{m.scaled(u, 'g')} @ {vh}"}


def _svdvals_forward(call: Call) -> Templates:
    m = Matrices(call, "a")
    u, vh = (f"np.linalg.svd(a, False).{part}" for part in ("U", "Vh"))
    return {"a": f"np.sum({u} * (g @ {m.transposed(vh)}), axis=-2)"}


def _eigh_kind(call: Call) -> Kind:
    shape = shape_of(call, "a")
    if shape is None or len(shape) < 2 or _eigh_values(call) is not None:
        return UNKNOWN
    if not (call.is_static("eigvals_only") and isinstance(call.kinds["b"], Nothing)):
        return UNKNOWN
    matrix = square("eigvalsh")(call)
    assert isinstance(matrix, Array) and matrix.dims is not None
    return Items(tuple, (Array(matrix.dtype, matrix.dims[:-1]), matrix))


def _eigh_values(call: Call) -> str | None:
    if not (call.is_static("eigvals_only") and call.static("eigvals_only")):
        return None
    _require_plain(call)
    return "linalg.eigvalsh(a, lower=lower)"


def _require_plain(call: Call) -> None:
    if not isinstance(call.kinds["b"], Nothing):
        raise refusal(call, "with `b`", "factorise it: `linalg.cholesky(b)`")


def _by_triangle(rule: Callable[[Call], Templates]) -> Callable[[Call], Templates]:
    """For `lower` what NumPy calls `UPLO`."""

    def texts(call: Call) -> Templates:
        _require_plain(call)
        triangle = "L" if call.static("lower") else "U"
        found = _tupled(rule, _EIGH_NAMES, UPLO=TextKind(triangle))(call)
        return {
            param: text.replace("UPLO", repr(triangle))
            for param, text in found.items()
            if isinstance(text, str)
        }

    return texts


_SUBSETS = "check_finite=True, subset_by_index=!, subset_by_value=!, driver=None"
_EIGH = "b=None, *, lower=True, {}overwrite_a=!False, overwrite_b=!False, type=1, " + _SUBSETS

RULES: tuple[Rule, ...] = (
    Rule(
        "scipy.linalg.qr",
        "a, overwrite_a=!False, lwork=None, mode='full', pivoting=False, check_finite=True",
        _qr_kind,
        _unpivoted(_tupled(decompositions.qr, _QR_NAMES)),
        pushforward=_unpivoted(_tupled(decompositions.qr_forward, _QR_NAMES)),
        cost=3,
    ),
    Rule(
        "scipy.linalg.svd",
        f"a, full_matrices=True, compute_uv=True, {CHECKED}, lapack_driver='gesdd'",
        _svd_kind,
        _tupled(decompositions.svd, _SVD_NAMES),
        pushforward=_tupled(decompositions.svd_forward, _SVD_NAMES),
        cost=3,
        definition=_svd_values,
    ),
    Rule(
        "scipy.linalg.svdvals",
        f"a, {CHECKED}",
        _values_kind("svdvals"),
        _svdvals,
        pushforward=_svdvals_forward,
        cost=3,
    ),
    Rule(
        "scipy.linalg.eigh",
        f"a, {_EIGH.format('eigvals_only=False, ')}",
        _eigh_kind,
        _by_triangle(decompositions.eigh),
        pushforward=_by_triangle(decompositions.eigh_forward),
        cost=3,
        definition=_eigh_values,
    ),
    Rule(
        "scipy.linalg.eigvalsh",
        f"a, {_EIGH.format('')}",
        _values_kind("eigvalsh"),
        _by_triangle(decompositions.eigvalsh),
        pushforward=_by_triangle(decompositions.eigvalsh_forward),
        cost=3,
    ),
)
