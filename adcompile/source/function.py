"""The source of a live function, proven to be the code that runs."""

from __future__ import annotations

import ast
import bisect
import dis
import inspect
import linecache
import tokenize
import types
from collections.abc import Iterator
from typing import Any

from adcompile.errors import RefusedError, SourceError, Span
from adcompile.loading import GENERATED
from adcompile.records import record
from adcompile.source.matching import written_out
from adcompile.source.names import LiveScope, Scope
from adcompile.source.through import looked_through


@record(eq=False)
class Source:
    """A function as text and tree; compared by identity.

    Attributes:
        name: the function's name; `lambda` functions are called `f`.
        node: its syntax tree; positions are relative to `lines`.
        filename: the file.
        lines: the lines that the tree was parsed from.
        offset: added to a line number of the tree, gives the line in the file.
        scope: what its free names mean.
        function: the live function, None when read off a file or generated.
        defaults: the values of its parameters' defaults, by name.
        generated: whether it is one of this package's texts.
        lifted: a nested function with what it captures as parameters, live.
    """

    name: str
    node: ast.FunctionDef | ast.Lambda
    filename: str
    lines: tuple[str, ...]
    offset: int
    scope: Scope
    defaults: dict[str, Any]
    function: types.FunctionType | None = None
    generated: bool = False
    lifted: types.FunctionType | None = None

    def span(self, node: ast.AST) -> Span:
        """Where a node of the tree stands in the file; one from another function says so."""
        of = getattr(node, "source", self)
        return Span.of(node, of.filename, of.lines, of.offset)

    def refuse(self, node: ast.AST, reason: str, hint: str | None = None) -> RefusedError:
        """The error that refuses a construct."""
        return RefusedError(reason, hint, self.span(node))

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def signature(self) -> inspect.Signature:
        """The parameters; a default is only marked, its value is in `defaults`."""
        a = self.node.args
        kinds = inspect.Parameter
        groups = [
            (a.posonlyargs, kinds.POSITIONAL_ONLY),
            (a.args, kinds.POSITIONAL_OR_KEYWORD),
            ([a.vararg] if a.vararg else [], kinds.VAR_POSITIONAL),
            (a.kwonlyargs, kinds.KEYWORD_ONLY),
            ([a.kwarg] if a.kwarg else [], kinds.VAR_KEYWORD),
        ]
        return inspect.Signature(
            [
                kinds(p.arg, kind, default=... if p.arg in self.defaults else kinds.empty)
                for group, kind in groups
                for p in group
            ]
        )

    def key(self) -> object:
        """What identifies the function among all functions of a process."""
        return self if self.function is None or self.lifted else self.function


def of_function(function: Any) -> Source:
    """The source of a live Python function.

    Args:
        function: a function or lambda written in Python.

    Raises:
        SourceError: it has no source, or its source is not the code that runs.
    """
    if not isinstance(function, types.FunctionType):
        raise SourceError(
            f"`{getattr(function, '__name__', function)!s}` is not a function written in Python",
            "wrap it: def f(x): return ...",
        )
    code = function.__code__
    lines = _lines(function)
    parse = _parse_lambda if code.co_name == "<lambda>" else _parse_def
    node, block, offset = parse(function, lines)
    node = looked_through(written_out(node))
    name = "f" if code.co_name == "<lambda>" else code.co_name
    scope = LiveScope(function)
    generated = is_generated(function)
    live = None if generated else function
    defaults = _defaults(function)
    return Source(
        name, node, code.co_filename, tuple(block), offset, scope, defaults, live, generated
    )


def is_generated(function: Any) -> bool:
    """Whether a function is one of this package's texts. What its names mean never changes, and
    followed from what was assumed when the text was made: nothing more is assumed of it."""
    return str(getattr(function, "__module__", None)).startswith((GENERATED, "adcompile.columns"))


def default_nodes(a: ast.arguments) -> dict[str, ast.expr]:
    """The expressions that are the defaults of parameters, by name, in order."""
    positional = [*a.posonlyargs, *a.args]
    first = len(positional) - len(a.defaults)
    pairs = [*zip(positional[first:], a.defaults, strict=True)]
    pairs += [(p, v) for p, v in zip(a.kwonlyargs, a.kw_defaults, strict=True) if v is not None]
    return {parameter.arg: value for parameter, value in pairs}


def _lines(function: types.FunctionType) -> list[str]:
    code = function.__code__
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename, function.__globals__)
    if not lines or code.co_firstlineno > len(lines):
        raise SourceError(
            f"the source of `{code.co_name}` is not to be had (file {code.co_filename!r})",
            "define the function in a file or a notebook cell",
        )
    return lines


def _changed(function: types.FunctionType) -> SourceError:
    code = function.__code__
    return SourceError(
        f"the source of `{code.co_name}` at {code.co_filename}:{code.co_firstlineno} is not the "
        "code that runs: the file was changed after it was imported, or a decorator replaced the "
        "function",
        "import the module again; put adcompile's decorator next to the `def`",
    )


Parsed = tuple["ast.FunctionDef | ast.Lambda", list[str], int]


def _parse_def(function: types.FunctionType, lines: list[str]) -> Parsed:
    """Parse a `def`, decorators included, and compare it with the running code."""
    first = function.__code__.co_firstlineno
    rest = lines[first - 1 :]
    try:
        node, block = _parsed(_indented(rest))
    except (SyntaxError, IndexError):
        try:
            node, block = _parsed(inspect.getblock(rest))
        except (SyntaxError, IndexError, tokenize.TokenError):
            raise _changed(function) from None
    if isinstance(node, ast.AsyncFunctionDef):
        raise SourceError(f"`{node.name}` is asynchronous", "differentiate a plain function")
    if not isinstance(node, ast.FunctionDef) or not _is_running(function, node):
        raise _changed(function)
    return node, [line.rstrip("\n") for line in block], first - 2


def _parsed(lines: list[str]) -> tuple[ast.stmt | None, list[str]]:
    """The statement in some lines, and the lines as they are parsed."""
    # Under an `if`, a method parses at its own indentation: columns and strings stay.
    block = ["if True:\n" if lines[0][:1].isspace() else "\n", *lines]
    body = ast.parse("".join(block)).body
    return (body[0].body[0] if isinstance(body[0], ast.If) else body[0]), block


def _indented(lines: list[str]) -> list[str]:
    """The lines of a `def` up to the first that is indented no further, without trailing comments.

    It takes a tenth of the time of `inspect.getblock`, and where the `def` goes on after such a
    line, inside brackets or a string, these lines have no valid syntax.
    """
    head = next((i for i, line in enumerate(lines) if line.lstrip().startswith("def ")), 0)
    margin = len(lines[head]) - len(lines[head].lstrip())
    end = head + 1
    for i, line in enumerate(lines[end:], end):
        text = line.lstrip()
        if text and not text.startswith("#"):
            if len(line) - len(text) <= margin and not text.startswith(")"):
                break
            end = i + 1
    return lines[:end]


def _parse_lambda(function: types.FunctionType, lines: list[str]) -> Parsed:
    """Find a `lambda` in its file by line and running code."""
    try:
        tree = ast.parse("".join(lines))
    except SyntaxError:
        raise _changed(function) from None
    first = function.__code__.co_firstlineno
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Lambda) and node.lineno == first and _is_running(function, node)
    ]
    columns = _columns(function.__code__)
    exact = [n for n in found if (n.body.lineno, n.body.col_offset) <= columns[0]]
    exact = [n for n in exact if columns[1] <= (n.body.end_lineno, n.body.end_col_offset)]
    if not exact:
        raise _changed(function)
    node = max(exact, key=lambda n: n.col_offset)
    return node, [line.rstrip("\n") for line in lines], 0


def _columns(code: types.CodeType) -> tuple[tuple[int, int], tuple[int, int]]:
    """The first and last place in the source of the instructions of a lambda's body."""
    starts: list[tuple[int, int]] = []
    ends: list[tuple[int, int]] = []
    for line, end_line, column, end_column in code.co_positions():
        if line is not None and end_line is not None and column is not None and end_column:
            starts.append((line, column))
            ends.append((end_line, end_column))
    return min(starts), max(ends)


def _is_running(function: types.FunctionType, node: ast.FunctionDef | ast.Lambda) -> bool:
    """Whether compiling the tree gives the code of the function."""
    code = function.__code__
    candidate = _compiled(node, code.co_freevars, code.co_filename, code.co_name)
    return candidate is not None and _same_code(candidate, code)


def _compiled(
    node: ast.FunctionDef | ast.Lambda, free: tuple[str, ...], filename: str, name: str
) -> types.CodeType | None:
    """The code of a tree, compiled inside a function that has its free names."""
    inner: ast.stmt
    if isinstance(node, ast.Lambda):
        inner = ast.Expr(node)
    else:
        fields: dict[str, Any] = {field: getattr(node, field, None) for field in node._fields}
        fields |= {"decorator_list": [], "returns": None, "args": _bare(node.args)}
        inner = ast.FunctionDef(**fields)
    cells: list[ast.stmt] = [
        ast.Assign([ast.Name(name, ast.Store())], ast.Constant(None)) for name in free
    ]
    outer = ast.parse("def outer(): pass").body[0]
    assert isinstance(outer, ast.FunctionDef)
    if isinstance(node, ast.FunctionDef) and name not in free:
        cells.append(ast.Global([name]))  # a recursive function calls itself as a global
    outer.body = cells
    module = ast.fix_missing_locations(ast.Module([ast.copy_location(outer, node)], []))
    if isinstance(inner, ast.FunctionDef):
        ast.fix_missing_locations(inner.args)
    outer.body.append(ast.copy_location(inner, node))  # what is inside has its places
    try:
        compiled = compile(module, filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    (wrapper,) = _codes(compiled)
    return next((c for c in _codes(wrapper) if c.co_name == name), None)


def _bare(args: ast.arguments) -> ast.arguments:
    """Parameters without annotations and defaults, which are no part of the function's code."""
    plain = [
        [ast.arg(a.arg) for a in group] for group in (args.posonlyargs, args.args, args.kwonlyargs)
    ]
    return ast.arguments(
        posonlyargs=plain[0],
        args=plain[1],
        vararg=args.vararg and ast.arg(args.vararg.arg),
        kwonlyargs=plain[2],
        kw_defaults=[None] * len(plain[2]),
        kwarg=args.kwarg and ast.arg(args.kwarg.arg),
        defaults=[],
    )


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    return (const for const in code.co_consts if isinstance(const, types.CodeType))


def _same_code(a: types.CodeType, b: types.CodeType) -> bool:
    """Whether two codes do the same, wherever they stand."""
    if "__firstlineno__" in a.co_names and "__firstlineno__" in b.co_names:
        # The body of a class, which from Python 3.13 on holds its place; lowering refuses it.
        return a.co_names == b.co_names
    fields = ("co_names", "co_varnames", "co_freevars", "co_cellvars")
    constants = [
        [(type(c), _constant(c)) for c in code.co_consts if not isinstance(c, types.CodeType)]
        for code in (a, b)
    ]
    inner = list(_codes(a)), list(_codes(b))
    return (
        all(getattr(a, field) == getattr(b, field) for field in fields)
        and constants[0] == constants[1]
        and (a.co_code == b.co_code or _instructions(a) == _instructions(b))
        and len(inner[0]) == len(inner[1])
        and all(map(_same_code, *inner))
    )


def _constant(value: object) -> str:
    """A constant as text, without the name of the function that candidates are compiled in."""
    return repr(value).replace("outer.<locals>.", "")


_SILENT = {"CACHE", "PRECALL", "NOP", "PUSH_NULL", "EXTENDED_ARG", "RESUME"}
_SAME = {"LOAD_METHOD": "LOAD_ATTR"}


def _instructions(code: types.CodeType) -> list[tuple[str, object]]:
    """The instructions of a code without what depends on the code around it: `np.exp(x)` compiles
    to a method call or not, depending on whether the file imports `np` at its top."""
    kept = [i for i in dis.get_instructions(code) if i.opname not in _SILENT]
    offsets = [instruction.offset for instruction in kept]
    return [
        (
            _SAME.get(i.opname, i.opname),
            bisect.bisect_left(offsets, i.argval)
            if i.opcode in dis.hasjrel or i.opcode in dis.hasjabs
            else _constant(i.argval)
            if not isinstance(i.argval, types.CodeType)
            else None,
        )
        for i in kept
    ]


def _defaults(function: types.FunctionType) -> dict[str, Any]:
    parameters = inspect.signature(function, follow_wrapped=False).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty}
