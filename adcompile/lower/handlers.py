"""The expressions and statements that have modules of their own."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from adcompile.ir import Expr
from adcompile.lower import (
    closures,
    comprehensions,
    exits,
    generator_bodies,
    generators,
    loops,
    names,
    steps,
    texts,
)
from adcompile.lower.frame import Frame

EXPRESSIONS: dict[type[ast.expr], Callable[[Frame, Any], Expr]] = {
    ast.Lambda: closures.lower_lambda,
    ast.NamedExpr: steps.lower_walrus,
    ast.ListComp: comprehensions.lower_list,
    ast.DictComp: comprehensions.lower_dict,
    ast.SetComp: comprehensions.lower_set,
    ast.Set: comprehensions.lower_set,
    ast.GeneratorExp: comprehensions.refuse_generator,
    ast.JoinedStr: texts.lower_formatted,
}

STATEMENTS: dict[type[ast.stmt], Callable[[Frame, Any], None]] = {
    ast.For: loops.lower_for,
    generator_bodies.Step: generators.lower_step,
    exits.Leave: generators.lower_leave,
    ast.While: loops.lower_while,
    ast.FunctionDef: closures.lower_def,
    ast.Nonlocal: closures.lower_nonlocal,
    ast.Delete: names.lower_delete,
    ast.Import: names.lower_import,
    ast.ImportFrom: names.lower_import_from,
}
