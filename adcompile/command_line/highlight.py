"""Colours for Python text on a terminal."""

from __future__ import annotations

import builtins
import io
import keyword
import os
import tokenize
from typing import TextIO

_RESET = "\x1b[0m"
_KEYWORD = "\x1b[34m"
_STRING = "\x1b[32m"
_NUMBER = "\x1b[36m"
_COMMENT = "\x1b[2m"
_NAME = "\x1b[1m"
_CONSTANTS = {"True", "False", "None"}
_STRINGS = {
    getattr(tokenize, name)
    for name in ("STRING", "FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")
    if hasattr(tokenize, name)
}


def wanted(stream: TextIO) -> bool:
    """Whether a stream is a terminal that shows colours; https://no-color.org turns them off."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def highlight(text: str) -> str:
    """The text with colours; as it is where it is not Python."""
    lines = text.splitlines(keepends=True)
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return text
    spans: list[tuple[int, int, int, int, str]] = []
    previous = ""
    for token in tokens:
        colour = _colour(token, previous)
        if colour:
            spans.append((*token.start, *token.end, colour))
        if token.type == tokenize.NAME or token.string.strip():
            previous = token.string
    for row, column, end_row, end_column, colour in reversed(spans):
        lines[end_row - 1] = _inserted(lines[end_row - 1], end_column, _RESET)
        lines[row - 1] = _inserted(lines[row - 1], column, colour)
    return "".join(lines)


def _inserted(line: str, column: int, text: str) -> str:
    return line[:column] + text + line[column:]


def _colour(token: tokenize.TokenInfo, previous: str) -> str:
    if token.type == tokenize.COMMENT:
        return _COMMENT
    if token.type in _STRINGS:
        return _STRING
    if token.type == tokenize.NUMBER or token.string in _CONSTANTS:
        return _NUMBER
    if token.type != tokenize.NAME:
        return ""
    if previous in ("def", "class"):
        return _NAME
    if keyword.iskeyword(token.string):
        return _KEYWORD
    return _NUMBER if token.string in vars(builtins) and previous != "." else ""
