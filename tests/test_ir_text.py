"""The intermediate representation as text."""

import numpy as np
import pytest

from adcompile import ir, ir_text
from adcompile.kinds import (
    FLOAT,
    INT,
    NONE,
    UNKNOWN,
    ArgumentAxis,
    Array,
    Items,
    Many,
    Mapping,
    Record,
    Resolved,
    Scalar,
    Sym,
    Text,
    of_value,
)


def test_docstring_example():
    x, n = ir.Var("x", Array(np.dtype(float), (Sym(ArgumentAxis("x", 0)),))), ir.Var("n", INT)
    t, y, i = ir.Var(None, x.kind), [ir.Var("y", x.kind) for _ in range(4)], ir.Var("i", INT)
    body = [
        ir.Assign((y[0],), ir.Apply("numpy.cos", (x,))),
        ir.Assign((t,), ir.Apply("numpy.sin", (x,))),
        ir.For(
            i, (n,), [ir.Carry(y[1], y[0], y[2], y[3])],
            [ir.Assign((y[2],), ir.Apply("operator.mul", (y[1], t)))],
        ),
    ]  # fmt: skip
    text = ir_text.text_of([ir.Function("loss", [x, n], body, y[3])])
    assert [" ".join(line.split()) for line in text.splitlines()] == [
        "def loss(%x: float64[x.0], %n: int):",
        "%y = numpy.cos(%x) float64[x.0]",
        "%t = numpy.sin(%x) float64[x.0]",
        "for %i in range(%n):",
        "carry %y_2 = %y, then %y_3, out %y_4",
        "%y_3 = operator.mul(%y_2, %t) float64[x.0]",
        "return %y_4",
    ]


def test_other_statements():
    x = ir.Var("x", FLOAT)
    out = ir.Var("x", FLOAT)
    body = [
        ir.Note("backward", 1),
        ir.Do(ir.Apply("list.append", (x, ir.Const(1.0)))),
        ir.If(ir.Const(True), [], [ir.Do(ir.Apply("f", (x,), (("axis", ir.Const(0)),)))],
              [ir.Merge(out, x, ir.Const(2.0))]),
        ir.While([], ir.Const(True), [], []),
    ]  # fmt: skip
    text = ir_text.text_of([ir.Function("f", [x], body, ir.Ref("g", None))])
    assert text.splitlines()[1:] == [
        "    # backward",
        "    do list.append(%x, 1.0)",
        "    if True:",
        "        pass",
        "    else:",
        "        do f(%x, axis=0)",
        "    merge %x_2 = %x | 2.0",
        "    while True:",
        "        pass",
        "    return g",
    ]


def test_loop_that_stops():
    i, left, out = ir.Var("i", INT), ir.Var("left", Text()), ir.Var("left", Text())
    carry = ir.Carry(left, ir.Const("end"), ir.Const("break"), out)
    stop = ir.Apply("operator.ne", (left, ir.Const("end")))
    loop = ir.For(i, (ir.Const(1), ir.Const(4)), [carry], [], True, first=ir.Const(2), stop=stop)
    text = ir_text.text_of([ir.Function("f", [], [loop], out)])
    assert text.splitlines()[1:] == [
        "    for %i in reversed(range(1, 4)[:2]):",
        "        carry %left = 'end', then 'break', out %left_2",
        "        pass",
        "        stop if operator.ne(%left, 'end')",
        "    return %left_2",
    ]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (FLOAT, "float"),
        (Scalar(int, 3), "int=3"),
        (Scalar(int, Sym(ArgumentAxis("x", 0))), "int"),
        (Text(), "str"),
        (Text("a"), "'a'"),
        (NONE, "None"),
        (UNKNOWN, "?"),
        (Array(None, None), "array[...]"),
        (Array(np.dtype("f4"), (3, Sym(ArgumentAxis("p.w", 1), -1), Sym(object()))),
         "float32[3, p.w.1-1, ?]"),
        (Array(np.dtype(float), ()), "float64[]"),
        (Items(tuple, (FLOAT, INT)), "(float, int)"),
        (Items(tuple, (FLOAT,)), "(float,)"),
        (Items(list, (FLOAT,)), "[float]"),
        (Many(list, FLOAT), "list[float, ...]"),
        (Mapping((("a", FLOAT),)), "{'a': float}"),
        (Mapping(None), "dict"),
        (Record(slice, (("start", INT),)), "slice(start: int)"),
        (Resolved(len), "<len>"),
        (of_value({"w": np.ones((2, 1))}, "p"), "{'w': float64[p['w'].0, 1]}"),
    ],
)  # fmt: skip
def test_kinds(kind, text):
    assert ir_text.short(kind) == text
