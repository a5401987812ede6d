"""Functions of matrices, matrix equations, norms, least squares (SciPy manual: `scipy.linalg`)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import linalg

from adcompile.kinds import INT, Array, Dims, Kind, any_dtype
from adcompile.rules import decompositions, least_squares, matrices
from adcompile.rules import linalg as of_numpy
from adcompile.rules.definitions import defined, shape_of
from adcompile.rules.infer import array_kind, trial_dtype
from adcompile.rules.reductions import reduced
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.scipy.linalg import dtype_of, single, square
from adcompile.rules.texts import refuse_unless


def _of_one(texts: Templates) -> Callable[[Call], Templates]:
    """The texts for a matrix that is no stack of them."""

    def pullback(call: Call) -> Templates:
        single(call, *(param for param in ("A", "a") if param in call.kinds))
        return texts

    return pullback


def _expm_kind(call: Call) -> Kind:
    """Of other numbers than floats, the dtype depends on the values."""
    found = square("expm", "A")(call)
    array = array_kind(call.kinds["A"])
    is_float = array is not None and array.dtype in (np.float64, np.float32)
    return found if is_float else any_dtype(found)


def _expm_frechet(call: Call) -> str:
    """The exponential of a matrix of blocks has both."""
    single(call, "A", "E")
    a, e = "np.asarray(A, np.float64)", "np.asarray(E, np.float64)"  # whatever they are
    zeros = f"np.concatenate((np.zeros_like({a}), {a}), axis=1)"
    blocks = f"np.concatenate((np.concatenate(({a}, {e}), axis=1), {zeros}))"
    both = f"linalg.expm({blocks})"
    if call.static("compute_expm"):
        return f"(linalg.expm(A), {both}[: len(A), len(A) :])"
    return f"{both}[: len(A), len(A) :]"


def _root_kind(call: Call) -> Kind:
    """Whether it is complex shows only at run time."""
    kind = square("inv", "A")(call)
    return Array(None, kind.dims if isinstance(kind, Array) else None)


def _equation_kind(name: str, *params: str) -> Callable[[Call], Kind]:
    def infer(call: Call) -> Kind:
        shapes = [shape_of(call, param) for param in params]
        shape: Dims | None = None
        if all(s is not None and len(s) == 2 for s in shapes):
            shape = shapes[-1]
        return Array(dtype_of(name, *params)(call), shape)

    return infer


def _norm_kind(call: Call) -> Kind:
    return Array(trial_dtype(linalg.norm, call.kinds["x"]), reduced(call, "x"))


def _pinv_kind(call: Call) -> Kind:
    shape = shape_of(call, "a")
    if shape is None or len(shape) < 2:
        return Array(dtype_of("pinv", "a")(call), None)
    return Array(dtype_of("pinv", "a")(call), (*shape[:-2], shape[-1], shape[-2]))


def _lstsq(call: Call) -> Templates:
    refuse_unless(call, "lapack_driver", None, "gelsd", "gelss")
    return least_squares.pull(call)


def _lstsq_forward(call: Call) -> Templates:
    refuse_unless(call, "lapack_driver", None, "gelsd", "gelss")
    return least_squares.push(call)


RULES: tuple[Rule, ...] = (
    Rule(
        "scipy.linalg.pinv",
        "a, *, atol=None, rtol=None, return_rank=!False, check_finite=True",
        _pinv_kind,
        decompositions.pseudo_inverse,
        pushforward=decompositions.pseudo_inverse_forward,
        cost=3,
    ),
    Rule(
        "scipy.linalg.lstsq",
        "a, b, cond=None, overwrite_a=!False, overwrite_b=!False, check_finite=True, "
        "lapack_driver=None",
        least_squares.kind_of(lambda a, b: linalg.lstsq(a, b), INT, lambda: None),
        _lstsq,
        pushforward=_lstsq_forward,
        cost=3,
    ),
    Rule(
        "scipy.linalg.expm",
        "A",
        _expm_kind,
        _of_one({"A": "linalg.expm_frechet(A.T, g, compute_expm=False)"}),
        pushforward=_of_one({"A": "linalg.expm_frechet(A, g, compute_expm=False)"}),
        cost=3,
    ),
    Rule(
        "scipy.linalg.sqrtm",
        "A, disp=!, blocksize=!",
        _root_kind,
        _of_one({"A": "linalg.solve_sylvester(runtime.real(y).T, y.T, g)"}),
        pushforward=_of_one({"A": "linalg.solve_sylvester(runtime.real(y), y, g)"}),
        cost=3,
    ),
    Rule(
        "scipy.linalg.solve_sylvester",
        "a, b, q",
        _equation_kind("solve_sylvester", "a", "b", "q"),
        {
            "a": "-linalg.solve_sylvester(a.T, b.T, g) @ y.T",
            "b": "-y.T @ linalg.solve_sylvester(a.T, b.T, g)",
            "q": "linalg.solve_sylvester(a.T, b.T, g)",
        },
        linear=("q",),
        pushforward={
            "a": "-linalg.solve_sylvester(a, b, g @ y)",
            "b": "-linalg.solve_sylvester(a, b, y @ g)",
        },
        cost=3,
    ),
    *(
        Rule(
            f"scipy.linalg.{name}",
            "a, q",
            _equation_kind(name, "a", "q"),
            {
                "a": f"-(linalg.{name}(a.T, g) @ y.T + linalg.{name}(a.T, g).T @ y)",
                "q": f"linalg.{name}(a.T, g)",
            },
            linear=("q",),
            pushforward={"a": f"-linalg.{name}(a, g @ y + y @ g.T)"},
            cost=3,
        )
        for name in ("solve_continuous_lyapunov", "solve_lyapunov")
    ),
    Rule(
        "scipy.linalg.solve_discrete_lyapunov",
        "a, q, method=None",
        _equation_kind("solve_discrete_lyapunov", "a", "q"),
        {
            "a": "linalg.solve_discrete_lyapunov(a.T, g) @ a @ y.T"
            " + linalg.solve_discrete_lyapunov(a.T, g).T @ a @ y",
            "q": "linalg.solve_discrete_lyapunov(a.T, g)",
        },
        linear=("q",),
        pushforward={"a": "linalg.solve_discrete_lyapunov(a, g @ y @ a.T + a @ y @ g.T)"},
        cost=3,
    ),
    Rule(
        "scipy.linalg.norm",
        "x, ord=None, axis=None, keepdims=False, check_finite=True",
        _norm_kind,
        of_numpy.norm,
        pushforward=of_numpy.norm_forward,
        cost=3,
        definition=matrices.norm,
    ),
    defined(
        "scipy.linalg.expm_frechet",
        "A, E, method=None, compute_expm=True, check_finite=True",
        _expm_frechet,
        "A E",
    ),
    *(
        defined(f"scipy.linalg.{name}", "A", text)
        for name, text in (
            ("coshm", "0.5 * (linalg.expm(A) + linalg.expm(-A))"),
            ("sinhm", "0.5 * (linalg.expm(A) - linalg.expm(-A))"),
            ("tanhm", "linalg.solve(linalg.coshm(A), linalg.sinhm(A))"),
        )
    ),
)
