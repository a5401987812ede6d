"""Gradients side by side: adcompile, hand-written adjoints, autograd, PyTorch and JAX.

Run it from the root of the repository:

    python -m tests.benchmarks                           every workload
    python -m tests.benchmarks gmm mlp                   some of them
    python -m tests.benchmarks mlp --repeats 100 --json mlp.json
    python -m tests.benchmarks --plot standing.svg       draw what was measured, by matplotlib
    python -m tests.benchmarks --repeats 0               check the gradients, time nothing
    python -m tests.benchmarks --help                    the names of the workloads

Only NumPy and adcompile are needed. Peers that are not installed are left out with a note; this
installs all of them (on Linux, ask for the CPU build of PyTorch):

    pip install autograd jax numba torch

Contestants

    primal           the function itself in plain NumPy, without a derivative
    hand-written     value and gradient as a careful NumPy programmer writes them; the yardstick
    C++ by hand      the same in C++ (`cpp/adjoints.cpp`), where there is a g++
    adcompile        `grad` or `value_and_grad` of the primal, as it stands
    adcompile numba  the same with `backend="numba"`
    autograd         the same primal over `autograd.numpy`
    torch            PyTorch, eager
    torch compiled   by `torch.compile`, where no long loop would be unrolled
    JAX jit          compiled, waiting for the result
    JAX              the same without `jit`

    The workloads `jvp-*`, `jacobian`, `hvp-*` and `hessian-*` are about the other verbs. There
    `gradient` is one gradient by adcompile, and `row by row` a Jacobian by one call of the pullback
    for each of its rows.

How to read a table

    min, median    the time of one call, over the rounds. The contestants take turns (A B C A B C
                   ...), so that a busy moment of the machine hits all of them; compare times
                   within a table only
    first call     building the derivative and calling it once, imports not counted. All of it
                   happens in one process: a library's own warm-up may be in it. The workloads
                   `first-call`, `straight-line-*` and `loops-*` measure it in a fresh process
                   per sample
    x primal, x hand-written, x JAX jit, ...
                   the contestant's min over that row's min: 2.00 takes twice as long

Everybody computes in float64. Before anything is timed every gradient is checked: against central
differences along a random direction, and element by element against the hand-written adjoint
(relative error at most 1e-6). A wrong gradient is reported, is not timed, and makes the exit status
1. A contestant that cannot do a workload is left out with the first line of its error. No time is
ever asserted.

Everything runs on one core with one thread per library. Arguments are converted to the
contestant's own type before the clock starts. A contestant that has used up its time sits out the
remaining rounds; the JSON file says how many it took part in.

To add a workload write a module in `workloads/` with data, primal and hand-written adjoint, and
name it in `workloads/__init__.py`. The peers differentiate the primal itself, with `np` bound to
their own namespace, unless the workload brings a version in their own idiom.
"""
