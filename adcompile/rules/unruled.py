"""What NumPy and `math` offer and no rule covers: why, and what to write instead.

Values that are not differentiated may be passed to all of these.
"""

from __future__ import annotations

from functools import cache

from adcompile.rules.scipy import unruled as scipy_unruled

# Reason, what to write instead, names
_GROUPS: tuple[tuple[str, str, str], ...] = (
    (
        "there is none yet",
        "`np.linalg.eigvals` of the companion matrix; sort real numbers",
        "numpy: roots sort_complex",
    ),
    (
        "its derivative is a special function, which NumPy does not have",
        "use SciPy's: `scipy.special.gamma`, `gammaln`, `i0`",
        "numpy: i0; math: gamma lgamma",
    ),
    (
        "it calls a function that is a value",
        "use NumPy functions that take arrays, or loop over the elements and `np.stack` them",
        "numpy: fromiter frompyfunc piecewise",
    ),
    (
        "which elements there are in the result depends on their values",
        "find their positions with values that are not differentiated, and index with these",
        "numpy: intersect1d setxor1d trim_zeros unique_all unique_counts unique_inverse",
    ),
    (
        "it does more than calculate with polynomials: leading zeros are cut off",
        "use `np.convolve` for a product, `+` and `-` for coefficients of equal number",
        "numpy: polydiv polymul",
    ),
    (
        "there is none yet",
        "`np.linalg.solve` with a matrix of `np.vander`",
        "numpy: poly",
    ),
    (
        "how many elements fall into a bin is constant but for jumps",
        "bin values that are not differentiated; sum weights with `np.bincount`",
        "numpy: histogram histogram2d histogram_bin_edges histogramdd",
    ),
    (
        "the distance to the next floating-point number is constant but for jumps",
        "leave it out of what is differentiated",
        "numpy: frexp nextafter spacing; math: frexp nextafter ulp",
    ),
    (
        "its result is a list of Python numbers",
        "index the array",
        "ndarray: tolist",
    ),
    (
        "it makes an object that is no plain array",
        "use arrays",
        "numpy: asmatrix bmat broadcast busdaycalendar character chararray datetime64 dtype "
        "flatiter flexible generic matrix memmap ndarray ndenumerate ndindex nditer object_ "
        "poly1d recarray record bytes_ str_ timedelta64 void ufunc errstate iinfo",
    ),
    (
        "it is a class of types, not a type",
        "use a type, as in `np.float64(x)`",
        "numpy: complexfloating floating inexact integer number signedinteger unsignedinteger",
    ),
    (
        "it looks at the memory of an array, not at its numbers",
        "use the array itself",
        "ndarray: byteswap data device getfield setfield setflags to_device view; "
        "attribute: base ctypes data device flags flat itemsize nbytes strides; "
        "numpy: from_dlpack frombuffer may_share_memory nested_iters packbits shares_memory "
        "unpackbits",
    ),
    (
        "it changes an array in place in a way that is not followed",
        "assign to `a[i]`",
        "numpy: place put putmask; ndarray: fill put",
    ),
    (
        "it makes a text, or reads one",
        "use the numbers",
        "numpy: array2string array_repr array_str base_repr binary_repr format_float_positional "
        "format_float_scientific fromregex fromstring; ndarray: dump dumps tobytes",
    ),
    (
        "it reads or writes a file",
        "do that outside of what is differentiated",
        "numpy: fromfile genfromtxt load loadtxt save savetxt savez savez_compressed; "
        "ndarray: tofile",
    ),
    (
        "it is for integers, dates or types",
        "pass values that are not differentiated",
        "numpy: bitwise_count bitwise_invert bitwise_left_shift bitwise_not bitwise_right_shift "
        "busday_count busday_offset can_cast common_type datetime_as_string datetime_data "
        "invert is_busday isdtype isnat issubdtype min_scalar_type mintypecode promote_types "
        "ravel_multi_index result_type typename unravel_index",
    ),
    (
        "it asks or sets how NumPy works",
        "do that outside of what is differentiated",
        "numpy: einsum_path get_include get_printoptions getbufsize geterr geterrcall info "
        "printoptions set_printoptions setbufsize seterr seterrcall show_config show_runtime test; "
        "numpy.linalg: test; numpy.fft: test",
    ),
)


@cache
def reasons() -> dict[str, tuple[str, str]]:
    """By dotted name why there is no rule, and what to write instead."""
    return _by_name(_GROUPS)


@cache
def scipy_reasons() -> dict[str, tuple[str, str]]:
    """As `reasons`, for functions of SciPy's."""
    return _by_name(scipy_unruled.GROUPS)


def _by_name(groups: tuple[tuple[str, str, str], ...]) -> dict[str, tuple[str, str]]:
    return {
        f"{space.strip()}.{name}": (why, instead)
        for why, instead, listed in groups
        for space, names in (part.split(":") for part in listed.split(";"))
        for name in names.split()
    }


# Of universal functions what is not the name of another function, by the method
_UFUNC_METHODS = {
    "reduce": ("only sums, products and extrema of it have one", "use a loop"),
    "accumulate": ("only running sums and products have one", "use a loop"),
    "outer": ("there is none yet", "add axes, as in `f(a[:, None], b)`"),
    "at": ("only `np.add.at` and `np.subtract.at` have one", "write `a[i] = ...` in a loop"),
    "reduceat": ("only that of `np.add` has one", "use a loop over slices"),
}


def reason(op: str) -> tuple[str, str] | None:
    """Why there is no rule for a dotted name, and what to write instead."""
    if op.startswith("scipy."):
        others = scipy_unruled.OTHERS.get(".".join(op.split(".")[:2]))
        return scipy_reasons().get(op) or others
    space, _, name = op.rpartition(".")
    of_ufunc = _UFUNC_METHODS.get(name) if space.startswith("numpy.") else None
    return reasons().get(op) or of_ufunc


def message(op: str) -> tuple[str, str | None]:
    """The reason for which a call, or an attribute, is refused, and the way round it."""
    space, _, name = op.rpartition(".")
    what = {"ndarray": f"the method `.{name}()`", "attribute": f"the attribute `{name}`"}.get(
        space, f"`{op.replace('numpy.', 'np.', 1)}`"
    )
    known = reason(op)
    if known is None:
        return (
            f"{what} has no derivative rule",
            "write it with functions that have one, or pass it values that are not differentiated",
        )
    why, instead = known
    return f"{what} has no derivative rule: {why}", instead
