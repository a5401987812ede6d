"""How functions are compiled that native texts call."""

import functools

from numba import njit

# Not for Python, which has no way into them.
part = functools.partial(njit, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
