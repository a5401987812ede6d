"""The families of refusals: for each row of the README's table, the reasons that belong to it."""

from __future__ import annotations

import re

# The first cell of the row: patterns, of which one is found in the reason. The first family counts.
FAMILIES: dict[str, tuple[str, ...]] = {
    "a further derivative of a gradient that calls itself or keeps values of several types": (
        "which is differentiated once more",
    ),
    "the derivative, inside the function, of what changes a value that it captures; a tangent of "
    "which it is not certain that it has the form of its argument": (
        "whose derivative this is",
        "not known to have the form",
        "derivatives inside derivatives",
        "takes any number of arguments",
        "must be written out here",
        "has no Python source to differentiate",
        "of a matrix of derivatives",
        "to be a number or a vector",
        "while compiling what this is the",
        "a pullback takes one",
        "holds integers",
        "an argument without floats",
    ),
    "a random draw in a loop or function under `checkpoint`; `print` in what it calls": (
        "is computed again in the backward sweep",
    ),
    "`checkpoint` in an expression, on a nested function, on one that writes into its arguments "
    "or takes a function, or around elements of different kinds": (
        "^`checkpoint` stands",
        "is to be computed again, but",
        "none can be computed again",
        "number of snapshots",
    ),
    "an integer or boolean array in `wrt`": (
        "only floating-point arrays",
        "only numbers have a derivative",
        "is an array of objects",
    ),
    "a `wrt` that the result does not depend on": ("the result does not depend on",),
    "a result that is not one number": (
        "^the result is",
        "returns nothing on one",
        "returns a function",
    ),
    "a hook of `on_backward` that writes into an array, changes a variable or returns another "
    "shape; in forward mode": (
        "the hook",
        "a hook runs in the backward sweep",
        "the derivative by this is not known",
    ),
    "a `custom_rule` without the derivative that is asked for, or with one of another shape": (
        "has no (pullback|pushforward)",
        "^what `.*` returns for",
        "of \\d+ derivatives",
        "by name only",
        "takes its operands only",
        "writes into an argument$",
    ),
    "a `fixed_point` or `root` of a nested function, or of one that does more than return a value; "
    "the second derivative of a fixed point": (
        "is given is not one defined outside",
        "has more parameters than",
        "^what `.*` returns (has|is)",
        "calls it often",
        "^the start is",
        "^a root is",
        "the tolerance",
        "this call of `fixed_point`",
        "found by iteration",
    ),
    "`and`, `or` of values that are differentiated; an order of what is not one number each; "
    "`np.vectorize` without `otypes`": (
        "`key=`",
        "`sorted`",
        "how this is sorted",
        "with more than the data",
        "`and` and `or`",
        "vectorize",
    ),
    "a random draw whose parameters are differentiated": (
        r"^`(generator|numpy\.random)\.\w+` has no",
        "of a random generator is not known",
    ),
    "of complex numbers what is another function for them; what is complex on some paths only, or "
    "is written into an array of floats": (
        "of complex numbers has no",
        "the same complex numbers",
        "a complex number is written",
        "drops the imaginary part",
        "is complex is unknown",
        "real and complex numbers are in one list",
        "is complex, and a matrix of derivatives",
        "the eigenvalues are complex",
    ),
    "a text made of a differentiated value, outside `print`, `assert`, `raise`": (
        "makes a text",
        "^bytes",
    ),
    "a tuple or set whose length, or a dict whose keys, are known only at run time; a generator "
    "expression in a variable": (
        "(length|lengths of (what is zipped|these iterables)|keys|keys of this dict) (is|are) "
        "(not )?known",
        "number of (elements|what is zipped|these values|axes of this array)",
        "of this dict is (read is )?not known",
        "not known to be a (dict|sequence)",
        "a generator expression",
        "of a generator that may be empty",
        "a set of values",
        "call of `map`",
        "which later elements are calculated from",
    ),
    "what Python would refuse, too: undefined names, arguments that do not fit": (
        "is not defined",
        "has no (attribute |method )?`",
        "there is no element",
        "cannot be unpacked into",
        "does not fit",
        "misses its argument",
        "positional arguments",
        "takes no arguments",
        "needs a function",
        "no pairs of",
        "has no value here",
        "cannot be deleted",
        "cannot be iterated over",
        "bound of a loop must be an integer",
    ),
    "a NumPy function without a rule, or an argument that its rule does not name": (
        r"(np|numpy)\.[\w.]+` (.* )?has no derivative rule",
        "the (method|attribute) `.*` has no derivative rule",
        "must be known while compiling",
        "`out=` of",
        "has no derivative with respect to",
    ),
    "a call of something without Python source, with a value that is differentiated": (
        "a differentiated value enters it",
    ),
    "a call that cannot be looked into, with an array or object": ("it might change an argument",),
    "a write to what comes from outside and is no argument: globals, attributes": (
        "outlives the call",
        "writing into an object in place",
    ),
    "reading an array that an earlier write may or may not have been to": (
        "may share memory with",
    ),
    "a write to an array of which it is not known whose memory it is": (
        "whose memory it is",
        "NumPy makes this view read-only",
        "not known to be an array",
    ),
    "writing a differentiated value into an array of integers or booleans": ("would be truncated",),
    "a call that may change a value in a test, a conditional expression, a `print`, `any`": (
        "where it may be called often or not at all",
        "writes into an array",
        "writes into its argument",
        "(in|inside) a statement that is kept",
        "may stop before the last element",
    ),
    "writing into a list or dict that is an argument of the function, or into part of one": (
        "changes .* in place",
        "writing into .* in place",
        "arithmetic on containers",
        "(a container|an object) that holds itself",
    ),
    "a list that grows by elements of different types, or has an element other than its "
    "last taken out, where its length is known only at run time": (
        "whose length is not known while compiling",
        "the length of `.*` is not known",
        "changes while it is iterated over",
    ),
    "writing an attribute of one of several objects, and then reading another of them": (
        "may be the (same )?object",
        "not known which object it is",
        "cannot be written as a variable can",
        "where it may not be needed",
        "whether these are one object",
    ),
    "an object whose class does more than fill it": (
        "is up to its class",
        "comparison of objects",
        "the default of",
        "`__init__` (does more|calls itself)",
        "these objects has no derivative rule",
        "no method that can be looked into",
    ),
    "two nested functions that call one another, or one with a cache; an asynchronous function": (
        "calls itself, and its body",
        "nested function with a cache",
        "asynchronous",
    ),
    "a function that yields, run over twice, in step with something else, or by itself; `yield` "
    "as a value, or inside `with` or `try`": (
        "run over before",
        "in step with something else",
        "this runs without end",
        "runs over itself",
        "a `yield`",
        "`.*` yields",
        "in a loop over a generator",
        "may return early, and the loop over it",
        "may change while it is run over",
        "`enumerate` of `enumerate`",
        "`next` of a generator",
    ),
    "calling a function of which it is not known which one it is": (
        "is one of several functions",
        "not known while compiling which function",
    ),
    "a nested function as a value: printed, in an array, passed to NumPy": (
        "would have to be a value in the gradient",
    ),
    "`nonlocal` and `:=` where it is not certain that they run": (
        "`nonlocal`",
        "`:=`",
        "may not be evaluated",
        "of another function in a branch or loop",
        "may return early",
        "may have one of several values",
        "whose test takes statements",
    ),
    "`match` with class patterns, or on what is known only at run time": (
        "pattern",
        "an alternative that captures",
        "the structure of this value",
    ),
    "`with` other than `np.errstate`, `try` that goes on with another value": (
        "this `(with|try)` does",
        "this context may",
        "np.errstate",
        "used outside this statement",
    ),
    "a variable that has another type or length on another path": (
        "on two paths",
        "changes its (length|keys) in the loop",
        "of other attributes in the loop",
        "do not settle",
        "changes from call to call",
        "calls itself with arguments of other types",
    ),
    "`eval`, `exec`, `locals`, `setattr`; `super` other than to call a method": (
        "reads and writes is not known",
        "which class `super` means",
    ),
    "a class or an `import` of a new module inside the function; a parameter called `range`": (
        "a class inside a function",
        "is not imported while compiling",
        "a name that the gradient's text needs",
    ),
    "a function whose source cannot be read or is not the code that runs": (
        "^the source of",
        "is not a function written in Python",
    ),
}


def family(reason: str) -> str | None:
    """The family of a reason, None if it has none."""
    for name, patterns in FAMILIES.items():
        if any(re.search(pattern, reason) for pattern in patterns):
            return name
    return None
