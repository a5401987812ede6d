"""What generated code may call besides NumPy, where a shape is known only at run time.

Each function stands alone: its source is copied into files that are to run without this package.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def unbroadcast(g: Any, x: Any) -> Any:
    """Sum `g` over the axes along which NumPy broadcast `x`; for a real `x`, its real part.

    Args:
        g: adjoint of the result of an elementwise operation.
        x: one operand of the operation.

    Returns:
        The adjoint of that operand, of the shape of `x`.
    """
    shape = np.shape(x)
    if np.iscomplexobj(g) and not np.iscomplexobj(x):
        g = np.real(g)
    if np.shape(g) == shape:
        return g
    g = np.sum(g, axis=tuple(range(np.ndim(g) - len(shape))))
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and np.shape(g)[i] != 1)
    return np.sum(g, axis=axes, keepdims=True) if axes else g


def unbroadcast_each(g: Any, x: Any) -> Any:
    """`unbroadcast` for several adjoints at once.

    Args:
        g: adjoints of the result of an elementwise operation, along the first axis.
        x: one operand of the operation.

    Returns:
        The adjoints of that operand, of shape `(len(g), *np.shape(x))`.
    """
    shape = (len(g), *np.shape(x))
    if np.shape(g) == shape:
        return g
    g = np.sum(g, axis=tuple(range(1, 1 + np.ndim(g) - len(shape))))
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and np.shape(g)[i] != 1)
    return np.sum(g, axis=axes, keepdims=True) if axes else g


def products_of_others(a: Any, axis: Any = None) -> Any:
    """For each element the product of all others along `axis`, right where elements are zero.

    Args:
        a: an array.
        axis: the axis or axes of the product, None for all.

    Returns:
        The derivative of `np.prod(a, axis)` by each element, of the shape of `a`.
    """
    rows = rows_of(a, axis)
    one = np.ones_like(rows[..., :1])
    before = np.cumprod(np.concatenate((one, rows[..., :-1]), axis=-1), axis=-1)
    after = np.cumprod(np.concatenate((one, rows[..., :0:-1]), axis=-1), axis=-1)[..., ::-1]
    return from_rows(before * after, a, axis)


def products_of_others_along(a: Any, v: Any, axis: Any = None) -> Any:
    """The derivative of `products_of_others(a, axis)` along `v`, right where elements are zero.

    Args:
        a: an array.
        v: the direction, of the shape of `a`.
        axis: the axis or axes of the product, None for all.

    Returns:
        The Hessian of `np.prod(a, axis)` times `v`, of the shape of `a`. It is symmetric, so this
        is the adjoint as well as the tangent.
    """
    rows, along = rows_of(a, axis), rows_of(v, axis)
    before, d_before = _running(rows, along)
    after, d_after = (part[..., ::-1] for part in _running(rows[..., ::-1], along[..., ::-1]))
    return from_rows(d_before * after + before * d_after, a, axis)


def _running(rows: Any, along: Any) -> Any:
    """For each element of a row the product of those before it, and its derivative."""
    products, derivatives = np.ones_like(rows), np.zeros_like(rows)
    for i in range(1, rows.shape[-1]):
        product, factor = products[..., i - 1], rows[..., i - 1]
        products[..., i] = product * factor
        derivatives[..., i] = derivatives[..., i - 1] * factor + product * along[..., i - 1]
    return products, derivatives


def rows_of(a: Any, axis: Any) -> Any:
    """An array with the elements along some axes as its last one.

    Args:
        a: an array.
        axis: the axis or axes, None for all.
    """
    axes = range(np.ndim(a)) if axis is None else np.atleast_1d(axis)
    moved = np.moveaxis(a, tuple(axes), tuple(range(-len(axes), 0)))
    kept = moved.shape[: -len(axes)]
    return np.reshape(moved, (*kept, int(np.prod(moved.shape[len(kept) :]))))


def from_rows(rows: Any, a: Any, axis: Any) -> Any:
    """What `rows_of` made of an array like `a` in the order of `a` again."""
    axes = tuple(range(np.ndim(a)) if axis is None else np.atleast_1d(axis))
    last = tuple(range(-len(axes), 0))
    return np.moveaxis(np.reshape(rows, np.moveaxis(a, axes, last).shape), last, axes)


def cumprod_adjoint(g: Any, a: Any, axis: int) -> Any:
    """The adjoint of `np.cumprod(a, axis)`, right where elements are zero.

    Args:
        g: adjoint of the running products.
        a: the factors.
        axis: the axis along which they are multiplied.
    """
    factors = np.moveaxis(a, axis, 0)
    after = np.array(np.moveaxis(g, axis, 0), np.result_type(g, a))
    for i in reversed(range(len(after) - 1)):
        after[i] += factors[i + 1] * after[i + 1]
    before = np.cumprod(np.concatenate((np.ones_like(factors[:1]), factors[:-1])), axis=0)
    return np.moveaxis(before * after, 0, axis)


def cumprod_tangent(t: Any, a: Any, axis: int) -> Any:
    """The derivative of `np.cumprod(a, axis)` along a direction.

    Args:
        t: the direction.
        a: the factors.
        axis: the axis along which they are multiplied.
    """
    factors, along = np.moveaxis(a, axis, 0), np.moveaxis(t, axis, 0)
    before = np.cumprod(np.concatenate((np.ones_like(factors[:1]), factors[:-1])), axis=0)
    result = np.array(before * along)
    for i in range(1, len(result)):
        result[i] += factors[i] * result[i - 1]
    return np.moveaxis(result, 0, axis)


def cumprod_curvature(g: Any, a: Any, t: Any, axis: int) -> Any:
    """The derivative of `cumprod_adjoint(g, a, axis)` by `a` along a direction.

    Args:
        g: adjoint of the running products.
        a: the factors.
        t: the direction.
        axis: the axis along which they are multiplied.
    """
    factors, along = np.moveaxis(a, axis, 0), np.moveaxis(t, axis, 0)
    after = np.array(np.moveaxis(g, axis, 0), np.result_type(g, a))
    after_dot = np.zeros_like(after)
    for i in reversed(range(len(after) - 1)):
        after_dot[i] = factors[i + 1] * after_dot[i + 1] + along[i + 1] * after[i + 1]
        after[i] += factors[i + 1] * after[i + 1]
    before = np.cumprod(np.concatenate((np.ones_like(factors[:1]), factors[:-1])), axis=0)
    before_dot = np.zeros_like(before)
    for i in range(1, len(before)):
        before_dot[i] = factors[i - 1] * before_dot[i - 1] + along[i - 1] * before[i - 1]
    return np.moveaxis(before_dot * after + before * after_dot, 0, axis)


def matmul_adjoint(g: Any, a: Any, b: Any, which: int) -> Any:
    """The adjoint of one operand of `a @ b` where the numbers of their axes show at run time.

    Args:
        g: adjoint of the product.
        a: the left operand.
        b: the right operand.
        which: 0 for the left operand, 1 for the right one.
    """
    left, right = np.ndim(a) > 1, np.ndim(b) > 1
    rows = a if left else a[None, :]
    columns = b if right else b[:, None]
    g = g if left else np.expand_dims(g, -1 - right)
    g = g if right else np.expand_dims(g, -1)
    if which == 0:
        result, target = g @ np.swapaxes(columns, -1, -2), rows
    else:
        result, target = np.swapaxes(rows, -1, -2) @ g, columns
    extra = result.ndim - target.ndim
    result = np.sum(result, axis=tuple(range(extra)))
    axes = tuple(i for i, n in enumerate(target.shape) if n == 1 and result.shape[i] != 1)
    result = np.sum(result, axis=axes, keepdims=True)
    return np.reshape(result, np.shape((a, b)[which]))


def dot_adjoint(g: Any, a: Any, b: Any, which: int) -> Any:
    """The adjoint of one operand of `np.dot(a, b)` where their ranks show at run time.

    Args:
        g: adjoint of the product.
        a: the left operand.
        b: the right operand.
        which: 0 for the left operand, 1 for the right one.
    """
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        product = g * (b, a)[which]
        return product if np.ndim((a, b)[which]) else np.sum(product)
    rows = list(range(np.ndim(a) - 1))
    summed = max(np.ndim(b) - 2, 0)
    if which == 1:
        return np.moveaxis(np.tensordot(a, g, (rows, rows)), 0, summed)
    columns = [axis for axis in range(np.ndim(b)) if axis != summed]
    return np.tensordot(g, b, (range(len(rows), np.ndim(g)), columns))


def einsum_adjoint(subscripts: str, g: Any, operands: Any, which: int) -> Any:
    """The adjoint of one operand of `np.einsum` where broadcasting shows at run time.

    Args:
        subscripts: with the output written out; no letter occurs twice in an operand.
        g: adjoint of the result.
        operands: all operands.
        which: the number of the operand.
    """
    given, out = subscripts.split("->")
    terms = given.split(",")
    lengths: dict[str, int] = {}
    for term, operand in zip(terms, operands, strict=True):
        for letter, n in zip(term, np.shape(operand), strict=True):
            lengths[letter] = n if lengths.get(letter, 1) == 1 else lengths[letter]
    others = [
        np.broadcast_to(operand, [lengths[letter] for letter in term])
        for k, (term, operand) in enumerate(zip(terms, operands, strict=True))
        if k != which
    ]
    rest = [term for k, term in enumerate(terms) if k != which]
    target = terms[which]
    reached = "".join(x for x in target if x in out or any(x in term for term in rest))
    result = np.einsum(f"{','.join([out, *rest])}->{reached}", g, *others)
    result = np.expand_dims(result, tuple(i for i, x in enumerate(target) if x not in reached))
    result = np.broadcast_to(result, [lengths[x] for x in target])
    shape = np.shape(operands[which])
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and result.shape[i] != 1)
    return np.sum(result, axis=axes, keepdims=True)


def resized(a: Any, n: Any, axis: Any) -> Any:
    """An array cut off, or filled up with zeros, at the end of some axes.

    Args:
        a: the array.
        n: the length, or lengths.
        axis: the axis, or axes.
    """
    shape = list(np.shape(a))
    for length, along in zip(np.atleast_1d(n), np.atleast_1d(axis), strict=True):
        shape[along] = length
    result = np.zeros(shape, a.dtype)
    kept = tuple(slice(min(pair)) for pair in zip(shape, np.shape(a), strict=True))
    result[kept] = a[kept]
    return result


def mirrored(h: Any, n: int, axis: int) -> Any:
    """Half of a spectrum, where what stands for two coefficients of the whole counts twice.

    Args:
        h: the coefficients, along an axis.
        n: how many there are in the whole spectrum.
        axis: the axis.
    """
    result = np.array(h)
    np.moveaxis(result, axis, 0)[1 : (n + 1) // 2] *= 2
    return result


def from_diagonal(g: Any, shape: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """An array of zeros but for a diagonal, which is `g`: the adjoint of `np.diagonal`.

    Args:
        g: the elements of the diagonal, in the last axis.
        shape: the shape of the array.
        offset: the distance of the diagonal from the main one.
        axis1: the first axis of the matrices whose diagonals are meant.
        axis2: their second axis.
    """
    result = np.zeros(shape, np.asarray(g).dtype)
    matrices = np.moveaxis(result, (axis1, axis2), (-2, -1))
    rows = np.arange(np.shape(g)[-1]) + max(-offset, 0)
    matrices[..., rows, rows + offset] = g
    return result


def apart(written: Any, **arguments: Any) -> None:
    """Check that arrays which a function writes to are not part of other arguments as well.

    Args:
        written: the names of the arguments that are written to.
        arguments: all arguments that are arrays or hold some.

    Raises:
        ValueError: two of them share memory.
    """

    def arrays(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            yield value
        elif isinstance(value, (tuple, list)):
            for part in value:
                yield from arrays(part)
        elif isinstance(value, dict) or hasattr(value, "__dict__"):
            yield from arrays(list((value if isinstance(value, dict) else vars(value)).values()))

    for name in written:
        for other, value in arguments.items():
            for array in arrays(value) if other != name else ():
                if np.may_share_memory(arguments[name], array):
                    raise ValueError(
                        f"`{name}` and `{other}` share memory, and the function writes to "
                        f"`{name}`; pass a copy of one of them"
                    )


def last_written(t: Any, a: Any, index: Any) -> Any:
    """The adjoint of `e` in `a[index] = e` where an element may be named twice: the last one wins.

    Args:
        t: adjoint of `a` at the index.
        a: an array of the shape of `a`.
        index: the index.

    Returns:
        `t`, with zeros where another write followed.
    """
    order = np.arange(np.size(t)).reshape(np.shape(t))
    last = np.empty(np.shape(a), order.dtype)
    last[index] = order
    return np.where(last[index] == order, t, np.zeros_like(t))


def snapshots(start: int, stop: int, number: int) -> Any:
    """Where to store the state of a loop whose steps are then run backwards, each from the last
    state before it: Griewank & Walther, Revolve (2000). With s states and no step computed more
    than r times again, at most comb(s + r, s) steps can be run backwards.

    Args:
        start: the first step.
        stop: the step after the last one.
        number: how many states may be stored, that before the first step included.

    Returns:
        The steps before which the state is to be stored; that before the last step, which comes
        first, is stored in any case.
    """
    found = {start, stop - 1}
    while stop - start > 1 and number > 1:
        steps, r = stop - start, 1
        while math.comb(number + r, number) < steps:
            r += 1
        most = math.comb(number + r - 2, number) if r > 1 else 1
        start += max(1, steps - math.comb(number + r - 1, number - 1), min(most, steps - 1))
        number -= 1
        found.add(start)
    return found


def enough_snapshots(steps: int) -> int:
    """The fewest states with which no step of a loop is computed again more than once.

    Args:
        steps: the number of steps.

    Returns:
        About the square root of twice that number.
    """
    return max(1, (math.isqrt(max(1, 8 * steps - 7)) - 1) // 2)


def make_room(saved: Any, levels: Any, number: int) -> None:
    """Make room for one more state of a loop of which nobody knows how long it runs: Wang, Moin &
    Iaccarino, Minimal repetition dynamic checkpointing algorithm (2009). A state goes that has a
    later one of a higher level; where there is none, the last one makes way for one of its level
    plus one.

    Args:
        saved: the states, each with its step.
        levels: their levels; that of the state to come is appended.
        number: how many may be stored besides the one to come.
    """
    level = highest = 0
    if len(saved) > max(number, 1):
        drop, level = len(saved) - 1, levels[-1] + 1
        for i in range(len(saved) - 1, 0, -1):
            if levels[i] < highest:
                drop, level = i, 0
            highest = max(highest, levels[i])
        del saved[drop], levels[drop]
    levels.append(level)


def real(x: Any) -> Any:
    """The result of a function that is complex for some arguments.

    Args:
        x: the result.

    Returns:
        The same.

    Raises:
        TypeError: it is complex.
    """
    if np.iscomplexobj(x):
        raise TypeError("the result is complex for this argument; only real ones have a derivative")
    return x


def seed(y: Any) -> Any:
    """The derivative of a result by itself.

    Args:
        y: the result of the differentiated function.

    Returns:
        Ones of its shape.

    Raises:
        TypeError: the result has more than one element, or is complex.
    """
    if np.iscomplexobj(y):
        raise TypeError("the result is complex; only a real number has a gradient")
    if np.size(y) != 1:
        raise TypeError(f"the result has shape {np.shape(y)}; only a number has a gradient")
    return np.ones_like(y, dtype=np.result_type(y, 0.0)) if np.ndim(y) else 1.0


def add(a: Any, b: Any) -> Any:
    """Add two adjoints of a container, part by part; None is zero.

    Args:
        a: adjoint, or None.
        b: adjoint of the same structure, or None.

    Returns:
        Their sum.
    """
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, (tuple, list)):
        parts = [add(x, y) for x, y in zip(a, b, strict=True)]
        return type(a)(*parts) if hasattr(a, "_fields") else type(a)(parts)
    if isinstance(a, dict):
        return {key: add(a[key], b[key]) for key in a}
    if isinstance(a, (float, np.ndarray, np.generic)) or isinstance(b, (float, np.ndarray)):
        return a + b
    fields = attributes(a)
    if not fields:
        return a + b
    return make(type(a), **{k: add(v, getattr(b, k, None)) for k, v in fields.items()})


def zeros(x: Any, absent: Any = None) -> Any:
    """A zero adjoint of a container, of the same structure.

    Args:
        x: a container of numbers, arrays and containers; None if there is none yet.
        absent: what there is in that case.

    Returns:
        The zeros; for a list or tuple a list, in which elements can be replaced.
    """

    def zero(part: Any) -> Any:
        if isinstance(part, (tuple, list)):
            zeros = list(map(zero, part))
            return type(part)(*zeros) if hasattr(part, "_fields") else type(part)(zeros)
        if isinstance(part, dict):
            return {key: zero(value) for key, value in part.items()}
        if isinstance(part, np.ndarray):
            return np.zeros_like(part) if part.dtype.kind in "fc" else None
        if isinstance(part, (int, float, complex, np.generic)):
            return type(part)(0)
        fields = attributes(part)
        if not fields or isinstance(part, type):
            return None
        # An int in an object is a setting.
        floats = {k: None if isinstance(v, int) else zero(v) for k, v in fields.items()}
        return make(type(part), **floats)

    if x is None:
        return absent
    return list(map(zero, x)) if type(x) in (tuple, list) else zero(x)


def rows(a: Any) -> list[list[Any]]:
    """The rows of an array as lists, of which they were made."""
    return [list(row) for row in a]


def pieces(g: Any, arrays: Any, axis: int) -> Any:
    """The adjoints of arrays that were joined along an axis.

    Args:
        g: adjoint of the result.
        arrays: the arrays.
        axis: the axis.

    Returns:
        A list of them.
    """
    stops = np.cumsum([np.shape(array)[axis] for array in arrays])
    return [np.array(piece) for piece in np.split(g, stops[:-1], axis)] if len(arrays) else []


def copied(x: Any) -> Any:
    """A value in memory of its own.

    Args:
        x: an array, a number or a container of such.

    Returns:
        A copy of an array or container, the number itself.
    """
    if isinstance(x, np.ndarray):
        return x.copy()
    if isinstance(x, (tuple, list)):
        parts = list(map(copied, x))
        return type(x)(*parts) if hasattr(x, "_fields") else type(x)(parts)
    if isinstance(x, dict):
        return {key: copied(value) for key, value in x.items()}
    fields = {} if callable(x) or isinstance(x, np.generic) else attributes(x)
    return make(type(x), **{k: copied(v) for k, v in fields.items()}) if fields else x


def shadow(x: Any) -> Any:
    """A zero adjoint of an array.

    Args:
        x: what is taken for an array.

    Returns:
        Zeros of its shape and dtype.

    Raises:
        TypeError: it is no array.
    """
    if not isinstance(x, np.ndarray):
        raise TypeError(f"compiled for an array, called with {type(x).__name__}; annotate it")
    return np.zeros_like(x)


def derivative(d: Any, x: Any) -> Any:
    """A derivative that comes from code of the user's own.

    Args:
        d: the derivative.
        x: what it is by.

    Returns:
        The derivative.

    Raises:
        ValueError: it has another shape than `x`.
    """
    if np.shape(d) != np.shape(x):
        raise ValueError(
            f"the user's code gave a derivative of shape {np.shape(d)}, not {np.shape(x)}"
        )
    return d


def attributes(x: Any) -> dict[str, Any]:
    """What an object holds.

    Args:
        x: an object.

    Returns:
        Its attributes, by name.
    """
    names: Any = getattr(x, "__dict__", None) or getattr(type(x), "__slots__", ())
    return {name: getattr(x, name) for name in names}


def make(owner: Any, **fields: Any) -> Any:
    """An object with the fields of a gradient; the class's own `__init__` does not run.

    Args:
        owner: the class.
        fields: the gradients by the fields.

    Returns:
        An object of the class.
    """
    made = object.__new__(owner)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made


def precision(x: Any) -> float:
    """The distance from one to the next number of the type in which is calculated.

    Args:
        x: a number or an array.
    """
    return float(np.finfo((np.asarray(x) * 1.0).dtype).eps)


def fixed_point(f: Any, x: Any, *params: Any, tol: Any = None, steps: int = 1000) -> Any:
    """The `x` for which `f(x, *params)` is `x`, by iteration.

    Args:
        f: returns what its first argument is replaced by.
        x: where the iteration starts.
        params: the other arguments of `f`.
        tol: how much an element may change in the last step, relative to one plus the largest.
        steps: how many steps there are at most.
    """
    if tol is None:
        tol = 1e-12 if precision(x) < 1e-10 else 1e-6
    for _ in range(steps):
        new = f(x, *params)
        if np.max(np.abs(new - x)) <= tol * (1.0 + np.max(np.abs(new))):
            return new
        x = new
    raise ArithmeticError(f"no fixed point after {steps} steps")


def root(f: Any, x: Any, *params: Any, tol: Any = None, steps: int = 100) -> Any:
    """The `x` for which `f(x, *params)` is zero, by Newton's method with differences.

    Args:
        f: returns an array of the length of its first argument, or a number for a number.
        x: where the search starts.
        params: the other arguments of `f`.
        tol: how much an element may change in the last step, relative to one plus the largest.
        steps: how many steps there are at most.
    """
    eps = precision(x)
    if tol is None:
        tol = 1e-12 if eps < 1e-10 else 1e-6
    numbers = range(np.size(x))
    for _ in range(steps):
        sizes = eps ** (1 / 3) * (1.0 + np.abs(np.ravel(x)))
        units = [np.reshape(np.eye(len(numbers))[i] * sizes[i], np.shape(x))[()] for i in numbers]
        ahead = [np.ravel(f(x + unit, *params)) for unit in units]
        back = [np.ravel(f(x - unit, *params)) for unit in units]
        jacobian = (np.stack(ahead, axis=1) - np.stack(back, axis=1)) / (2.0 * sizes)
        step = np.linalg.solve(jacobian, np.ravel(f(x, *params)))
        x = x - np.reshape(step, np.shape(x)).astype(np.asarray(x).dtype)[()]
        if np.max(np.abs(step)) <= tol * (1.0 + np.max(np.abs(x))):
            return x
    raise ArithmeticError(f"no root after {steps} steps")
