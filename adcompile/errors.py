"""What adcompile says when it cannot, or must not, differentiate a program.

Every message that concerns the user's code shows the file, the line, the code, a caret under the
construct, the reason, and the way round it.
"""

from __future__ import annotations

import ast

from adcompile.records import record


@record
class Span:
    """A place in the user's source: 1-based lines, 0-based columns, and the text of the lines."""

    filename: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str

    @classmethod
    def of(cls, node: ast.AST, filename: str, lines: tuple[str, ...], offset: int) -> Span:
        """The place of `node`, whose tree was parsed from `lines`."""
        line = getattr(node, "lineno", 1)
        end_line = getattr(node, "end_lineno", line) or line
        column = getattr(node, "col_offset", 0)
        end_column = getattr(node, "end_col_offset", column + 1) or column + 1
        text = lines[line - 1] if line <= len(lines) else ""
        if end_line != line:
            end_column = len(text)
        return cls(filename, line + offset, column, end_line + offset, end_column, text)

    def render(self) -> str:
        """The line of code with a caret under the construct, in the manner of compilers."""
        code = self.text.rstrip()
        shift = len(code) - len(code.lstrip())
        width = max(1, min(self.end_column, len(code)) - self.column)
        gutter = " " * len(str(self.line))
        return "\n".join(
            [
                f'{gutter}--> File "{self.filename}", line {self.line}',
                f"{gutter} |",
                f"{self.line} | {code[shift:]}",
                f"{gutter} | {' ' * (self.column - shift)}{'^' * width}",
            ]
        )


class AdcompileError(Exception):
    """Base of every error of this package.

    Attributes:
        reason: what is wrong, in one sentence.
        hint: what to write instead, or None.
        span: the place in the user's source, or None where the error has no place in the source.
    """

    def __init__(self, reason: str, hint: str | None = None, span: Span | None = None) -> None:
        self.reason = reason
        self.hint = hint
        self.span = span
        super().__init__(reason, hint, span)

    def __str__(self) -> str:
        parts = [self.reason]
        if self.span is not None:
            parts.append(self.span.render())
        if self.hint is not None:
            parts.append(f"  = instead: {self.hint}")
        return "\n".join(parts)

    def at(self, span: Span | None) -> AdcompileError:
        """The same error with a place, if it has none yet."""
        if self.span is None and span is not None:
            return type(self)(self.reason, self.hint, span)
        return self


class RefusedError(AdcompileError):
    """The program uses something whose derivative cannot be proven right."""


class NotFiniteError(AdcompileError, FloatingPointError):
    """With `debug=True`: a number became infinite or nan."""


class UsageError(AdcompileError, TypeError):
    """The API was asked for something that has no meaning (a `wrt` that does not exist, ...)."""


class SourceError(AdcompileError):
    """The source of a function cannot be had, or is not the code that runs."""
