"""The native backend: the gradient as loops over single numbers, compiled by numba.

numba is superb at loops over numbers and slow at array expressions: each costs 0.1 to 1 seconds to
compile and allocates when it runs. So the IR of a gradient is *scalarised* before it is printed:

    boundary   containers are taken apart in a plain Python function around the native one, which
               takes and returns numbers and arrays only; arrays from outside become arguments
               (numba would freeze them)
    tuples     dicts, objects and lists of unlike parts become tuples; other lists stay lists, whose
               elements are of one type (`lists`)
    optional   what is None at first, or has no value yet, gets a flag beside it, and a check where
               something is calculated with it
    definitions    functions of NumPy's in terms of others, by the texts of `texts`
    scalarise  statement by statement: what is elementwise becomes one loop over the elements that
               computes a whole chain of operations, as do reductions, writes to slices, indices by
               arrays and `einsum`;
               matrix products, views and allocations stay; anything else is refused
    calls      functions that are not differentiated are functions of the text too; one that takes
               a container or a function is written out where it is called, one that calls itself
               is computed again on the way back (numba has no type for what it would keep);
               functions with a rule of their own, and the equations of `fixed_point` and `root`
               (`solvers`), are called in the same way
    counting   ints that may outgrow 64 bits are calculated with a check; loops count down where
               Python says `reversed`
    elementary exponentials and logarithms that the loops call, compiled to vector instructions
    complexes  functions of complex numbers where numba differs from NumPy
    rows       what goes along the last axis; `transforms` has Fourier's, `special` the functions of
               `scipy.special`
    helpers    what else they call: products of stacks of matrices, lists of arrays, checks
    parts      how numba is told of these two
    containers what they call that is of any type: the zeros, sums and copies of containers
    text       the printer of the NumPy backend writes the result, with `@njit` above it
    loading    the text is a file in the cache's folder, next to what numba compiled it to
    pipeline   numba optimises a text once, in the function that Python calls, with all that it
               calls, numba's own functions too, and makes machine code of that one only
    lowering   what numba writes for the elements and lengths of arrays and for loops
    machine_code   what is compiled, helpers too, serves all processes

What makes it right:

- Every value has a kind: number, array of known dtype and rank, or list of these. What has none is
  refused, with the user's line.
- Values of the IR are never changed, so an operation may be computed wherever its operands are
  there; that two names stand for one array is decided afterwards, by `simplify.in_place`.
- Where the text takes something for granted that shows only when it runs (that two axes are equally
  long, that an int fits 64 bits), it checks, and raises `ValueError` or `ArithmeticError`. The
  caller then runs the NumPy text, which has the answer, or Python's own error. Native functions
  have no effects, so nothing happens twice.
- Indices of which it is not proven that they are within their axes are checked where they are
  used (`within`, `at_least`), division by zero and the like give NumPy's inf and nan, and
  sums are taken in the order of the elements, single precision summed in double.
"""
