"""`match` as the chain of `if` and `elif` that it stands for.

What a sequence or mapping pattern asks of the structure of a value is decided while compiling: the
chain has calls of `SEQUENCE` and `MAPPING` there, which no program can spell. A statement with a
pattern that is not told here (a class, alternatives that capture) stays as it is, to be refused.
"""

from __future__ import annotations

import ast
import copy
from typing import TypeVar

from adcompile.source.blocks import statements_of

__all__ = ["MAPPING", "SEQUENCE", "untold", "written_out"]

# SEQUENCE(value, length, or_more), MAPPING(value, *keys)
SEQUENCE = "<sequence>"
MAPPING = "<mapping>"

Tree = TypeVar("Tree", bound=ast.AST)
Bindings = list[tuple[str, ast.expr]]
# What must hold for a pattern to match, all of it, and the names that it then gives.
Told = tuple[list[ast.expr], Bindings]


class NotToldError(Exception):
    """A pattern that is not written out.

    Attributes:
        node: the pattern.
        what: what it is, for the message.
    """

    def __init__(self, node: ast.AST, what: str) -> None:
        self.node = node
        self.what = what


def written_out(function: Tree) -> Tree:
    """A function with its `match` statements written out; itself if it has none."""
    if not any(isinstance(node, ast.Match) for node in statements_of(function)):
        return function
    result = _Writer(function).visit(copy.deepcopy(function))
    assert isinstance(result, type(function))
    return ast.fix_missing_locations(result)


def untold(function: ast.AST, node: ast.Match) -> NotToldError | None:
    """Why a `match` is not written out."""
    try:
        _Writer(function).statements(copy.deepcopy(node))
    except NotToldError as error:
        return error
    return None


class _Writer(ast.NodeTransformer):
    """Writes `match` statements out."""

    def __init__(self, function: ast.AST) -> None:
        self._function = function
        self._cases: list[ast.match_case] = []
        self._names = [
            name
            for node in ast.walk(function)
            for name in (getattr(node, "id", None), getattr(node, "name", None))
            if isinstance(name, str)
        ]

    def visit_Match(self, node: ast.Match) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        try:
            return self.statements(node)
        except NotToldError:
            return node

    def statements(self, node: ast.Match) -> list[ast.stmt]:
        """The statements that a `match` stands for."""
        before: list[ast.stmt] = []
        subject = self._held(node.subject, before)
        self._cases = node.cases
        return [*before, *self._chain(subject, node.cases)]

    def _held(self, subject: ast.expr, before: list[ast.stmt]) -> ast.expr:
        """A value that can be asked for several times."""
        if isinstance(subject, ast.Tuple) and isinstance(subject.ctx, ast.Load):
            elements = [self._held(element, before) for element in subject.elts]
            return ast.copy_location(ast.Tuple(elements, ast.Load()), subject)
        if isinstance(subject, (ast.Name, ast.Constant)):
            return subject
        if isinstance(subject, ast.Starred):
            raise NotToldError(subject, "a starred subject")
        name = "subject"
        while name in self._names:
            name += "_"
        self._names.append(name)
        assign = ast.Assign([ast.Name(name, ast.Store())], subject)
        before.append(ast.copy_location(assign, subject))
        return ast.copy_location(ast.Name(name, ast.Load()), subject)

    def _chain(self, subject: ast.expr, cases: list[ast.match_case]) -> list[ast.stmt]:
        if not cases:
            return []
        case, rest = cases[0], cases[1:]
        tests, names = _told(case.pattern, subject)
        give = [_given(case.pattern, names)] if names else []
        if case.guard is None:
            if not tests:
                return [*give, *case.body]
            return [self._if(case, tests, [*give, *case.body], self._chain(subject, rest))]
        if not tests:
            # The names are given before the guard is asked.
            inner = self._if(case, [case.guard], case.body, self._chain(subject, rest))
            return [*give, inner]
        self._check_names(case, names)
        guard = _Instead(dict(names)).visit(copy.deepcopy(case.guard))
        return [self._if(case, [*tests, guard], [*give, *case.body], self._chain(subject, rest))]

    def _if(
        self,
        case: ast.match_case,
        tests: list[ast.expr],
        body: list[ast.stmt],
        orelse: list[ast.stmt],
    ) -> ast.If:
        test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)
        place = case.pattern if case.guard is None else case.guard
        test = ast.copy_location(test, place)
        return ast.copy_location(ast.If(test, body, orelse), case.pattern)

    def _check_names(self, case: ast.match_case, names: Bindings) -> None:
        """Names stay given where only the guard fails; that matters if they are read elsewhere."""
        for name, _ in names:
            own = [other for other in self._cases if _captures(other, name)]
            inside = sum(_is_name(node, name) for part in own for node in ast.walk(part))
            everywhere = sum(_is_name(node, name) for node in ast.walk(self._function))
            if everywhere != inside:
                raise NotToldError(
                    case.pattern, f"a pattern with a guard that captures `{name}`, used elsewhere,"
                )


def _captures(case: ast.match_case, name: str) -> bool:
    return any(
        isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name == name
        for node in ast.walk(case.pattern)
    )


def _is_name(node: ast.AST, name: str) -> bool:
    return getattr(node, "id", None) == name or (
        isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name == name
    )


class _Instead(ast.NodeTransformer):
    """Puts what names stand for in their place."""

    def __init__(self, values: dict[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id not in self._values:
            return node
        return _moved(self._values[node.id], node)


def _moved(value: ast.expr, place: ast.AST) -> ast.expr:
    """A copy of an expression that stands somewhere else."""
    result = copy.deepcopy(value)
    for node in ast.walk(result):
        if isinstance(node, ast.expr):
            ast.copy_location(node, place)
    return result


def _given(pattern: ast.pattern, names: Bindings) -> ast.stmt:
    """The names of a pattern, given all at once: one may be that of the subject."""
    targets: list[ast.expr] = [ast.Name(name, ast.Store()) for name, _ in names]
    values = [_moved(value, pattern) for _, value in names]
    if len(names) == 1:
        assign = ast.Assign(targets, values[0])
    else:
        assign = ast.Assign([ast.Tuple(targets, ast.Store())], ast.Tuple(values, ast.Load()))
    for node in ast.walk(assign):
        if isinstance(node, (ast.expr, ast.stmt)):
            ast.copy_location(node, pattern)
    return assign


# ----- patterns -----


def _told(pattern: ast.pattern, subject: ast.expr) -> Told:
    match pattern:
        case ast.MatchValue(value):
            return [_compared(pattern, subject, ast.Eq(), value)], []
        case ast.MatchSingleton(value):
            return [_compared(pattern, subject, ast.Is(), ast.Constant(value))], []
        case ast.MatchAs(inner, name):
            tests, names = ([], []) if inner is None else _told(inner, subject)
            return tests, [*names, *([(name, subject)] if name is not None else [])]
        case ast.MatchOr(patterns):
            return _alternatives(pattern, patterns, subject)
        case ast.MatchSequence(patterns):
            return _sequence(pattern, patterns, subject)
        case ast.MatchMapping(keys, patterns, None):
            found = _all(
                (inner, ast.Subscript(subject, key, ast.Load()))
                for key, inner in zip(keys, patterns, strict=True)
            )
            return [_asked(pattern, MAPPING, subject, *keys), *found[0]], found[1]
        case ast.MatchClass():
            raise NotToldError(pattern, "a class pattern")
    raise NotToldError(pattern, "this pattern")


def _compared(pattern: ast.pattern, subject: ast.expr, op: ast.cmpop, value: ast.expr) -> ast.expr:
    value = ast.copy_location(value, pattern)
    return ast.copy_location(ast.Compare(_moved(subject, pattern), [op], [value]), pattern)


def _alternatives(pattern: ast.pattern, patterns: list[ast.pattern], subject: ast.expr) -> Told:
    sides = [_told(inner, subject) for inner in patterns]
    if any(names for _, names in sides):
        raise NotToldError(pattern, "an alternative that captures")
    if any(not tests for tests, _ in sides):
        return [], []
    each = [t[0] if len(t) == 1 else ast.BoolOp(ast.And(), t) for t, _ in sides]
    return [ast.copy_location(ast.BoolOp(ast.Or(), each), pattern)], []


def _sequence(pattern: ast.pattern, patterns: list[ast.pattern], subject: ast.expr) -> Told:
    star = next((i for i, p in enumerate(patterns) if isinstance(p, ast.MatchStar)), None)
    after = 0 if star is None else len(patterns) - star - 1
    length = len(patterns) - (star is not None)
    more = ast.Constant(star is not None)
    tests = [_asked(pattern, SEQUENCE, subject, ast.Constant(length), more)]
    parts: list[tuple[ast.pattern, ast.expr]] = []
    names: Bindings = []
    for i, inner in enumerate(patterns):
        if isinstance(inner, ast.MatchStar):
            if inner.name is not None:
                names.append((inner.name, _rest(subject, i, after)))
            continue
        at = i if star is None or i < star else i - len(patterns)
        parts.append((inner, _item(subject, at)))
    inner_tests, inner_names = _all(parts)
    return [*tests, *inner_tests], [*inner_names, *names]


def _all(parts: object) -> Told:
    tests: list[ast.expr] = []
    names: Bindings = []
    for inner, value in parts:  # type: ignore[attr-defined]
        more_tests, more_names = _told(inner, value)
        tests += more_tests
        names += more_names
    return tests, names


def _item(subject: ast.expr, at: int) -> ast.expr:
    if isinstance(subject, ast.Tuple) and -len(subject.elts) <= at < len(subject.elts):
        return subject.elts[at]
    return ast.Subscript(subject, ast.Constant(at), ast.Load())


def _rest(subject: ast.expr, before: int, after: int) -> ast.expr:
    """What a star takes, as a list."""
    if isinstance(subject, ast.Tuple):
        return ast.List(subject.elts[before : len(subject.elts) - after], ast.Load())
    end = ast.Constant(-after) if after else None
    part = ast.Subscript(subject, ast.Slice(ast.Constant(before), end), ast.Load())
    return ast.List([ast.Starred(part, ast.Load())], ast.Load())


def _asked(pattern: ast.pattern, what: str, subject: ast.expr, *args: ast.expr) -> ast.expr:
    call = ast.Call(ast.Name(what, ast.Load()), [_moved(subject, pattern), *args], [])
    for node in ast.walk(call):
        if isinstance(node, ast.expr):
            ast.copy_location(node, pattern)
    return call
