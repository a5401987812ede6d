"""What the rules are for complex numbers.

The convention is JAX's. The derivative of a real result L by a complex number z = x + iy is

    d_z = dL/dx - i dL/dy

so that dL = Re(d_z * dz): along the conjugate of `d_z` the result grows fastest, and a step of
gradient descent is `z - rate * np.conj(d_z)`. A tangent of z is dx + i dy.

As the product in Re(d_z * dz) has no conjugate, a function with a complex derivative passes on its
adjoint as a real one does, `d_x = d_y * f'(x)`, and what is linear its plain transpose: of most
operations the rule for real numbers serves as it is (`AS_REAL`). Where a real number enters a
complex operation, the real part of its adjoint is what counts; where a result is real, so is its
tangent. Both sweeps see to that in one place each, so rules may be silent about it.

A function without a complex derivative (`abs`, `conj`, `real`, ...) has pullback and pushforward
of its own here. So dL = Re(g * dy) must be Re(pullback(g) * dx), and dy = pushforward(dx).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from adcompile.kinds import dims
from adcompile.rules import hermitian
from adcompile.rules.definitions import refusal
from adcompile.rules.registry import REAL, Call, Complex, Templates

# ----- the real rule serves -----

AS_REAL: Mapping[str, str] = {
    "operator": "add sub mul truediv pow neg pos",
    "numpy": (
        "add subtract multiply divide power float_power negative positive "
        # With a complex derivative
        "exp exp2 expm1 log log2 log10 log1p sqrt square reciprocal sin cos tan arcsin arccos "
        "arctan sinh cosh tanh arcsinh arctanh sinc "
        # With a rule that says what is conjugated
        "absolute conjugate real var std "
        # Linear
        "sum mean cumsum where broadcast_to full full_like choose reshape ravel expand_dims "
        "squeeze atleast_1d atleast_2d atleast_3d transpose swapaxes moveaxis flip fliplr flipud "
        "rot90 roll copy ascontiguousarray asfortranarray require asarray_chkfinite concatenate "
        "stack hstack vstack column_stack split array_split tile repeat pad diagonal diag tril "
        "triu gradient trace meshgrid linspace array asarray astype complex64 complex128 "
        "clongdouble "
        # Linear in each argument, or polynomial
        "prod cumprod matmul dot inner outer tensordot kron cross einsum vander polyval "
        # By definitions that hold for complex numbers too
        "take take_along_axis compress extract delete insert select append dstack vsplit hsplit "
        "dsplit unstack block broadcast_arrays rollaxis resize diagflat diff ediff1d trapezoid "
        "cumulative_sum cumulative_prod polyder matvec vecmat vecdot average "
        "nansum nanprod nancumsum nancumprod nanmean logspace"
    ),
    "numpy.linalg": (
        "solve inv det eig eigvals matrix_power matrix_transpose multi_dot tensorinv tensorsolve "
        "matmul outer cross tensordot trace diagonal vecdot vector_norm matrix_norm cond"
    ),
    "numpy.fft": (
        "fft ifft fft2 ifft2 fftn ifftn rfft irfft rfft2 irfft2 rfftn irfftn hfft ihfft fftshift "
        "ifftshift"
    ),
    "numpy.lib.stride_tricks": "sliding_window_view",
    "numpy.add": "reduce accumulate outer",
    "numpy.multiply": "reduce accumulate outer",
    "numpy.subtract": "outer",
    "numpy.divide": "outer",
    "numpy.true_divide": "outer",
    "numpy.power": "outer",
    "ndarray": "flatten compress item astype conjugate",
    "attribute": "T mT real",
    "builtins": "sum list complex abs",
    "runtime": (
        "unbroadcast derivative copied add last_written pieces from_diagonal cumprod_adjoint "
        "cumprod_tangent products_of_others products_of_others_along resized mirrored"
    ),
}


def _angle(text: str) -> Callable[[Call], Templates]:
    def derivative(call: Call) -> Templates:
        if not call.is_static("deg"):
            raise refusal(call, "with `deg` that is not a literal", "write it as a literal")
        return {"a": f"{text} * (180 / np.pi)" if call.static("deg") else text}

    return derivative


def _vdot(call: Call) -> Templates:
    """Both are flattened, and the first one is conjugated."""
    flat = all(len(dims(call.kinds[p]) or ()) == 1 for p in "ab")
    a, b = ("a", "b") if flat else ("np.reshape(a, np.shape(b))", "np.reshape(b, np.shape(a))")
    return {"a": f"np.conj(g) * np.conj({b})", "b": f"g * np.conj({a})"}


_IMAG = Complex({"a": "-1j * g"}, {"a": "np.imag(g)"})

_OWN: Mapping[str, Complex] = {
    # The root of the product has the wrong sign on the left.
    "numpy.arccosh": Complex({"x": "g / (np.sqrt(x - 1) * np.sqrt(x + 1))"}),
    # It is on the unit circle.
    "numpy.sign": Complex(
        {"x": "(g - np.real(g * y) * np.conj(y)) / np.where(x == 0, np.inf, np.abs(x))"},
        {"x": "(g - y * np.real(np.conj(y) * g)) / np.where(x == 0, np.inf, np.abs(x))"},
        either=True,
    ),
    "numpy.imag": _IMAG,
    "attribute.imag": _IMAG,
    "numpy.angle": Complex(_angle("-1j * g / a"), _angle("np.imag(g / a)")),
    "numpy.vdot": Complex(_vdot),
    "numpy.convolve": Complex(
        {"a": "np.correlate(g, np.conj(v), 'valid')", "v": "np.correlate(g, np.conj(a), 'valid')"}
    ),
    "numpy.correlate": Complex(
        {"a": "np.convolve(g, np.conj(v))", "v": "np.correlate(np.conj(a), g, 'valid')"}
    ),
}

# By the names of rules
FORMS: Mapping[str, Complex] = {
    **dict.fromkeys(
        [f"{space}.{name}" for space, names in AS_REAL.items() for name in names.split()],
        REAL,
    ),
    "ifexp": REAL,
    "on_backward": REAL,
    **_OWN,
    **hermitian.FORMS,
}
