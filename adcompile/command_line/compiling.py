"""From the functions of a file to their gradients in one text."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import adcompile
from adcompile import ir_text
from adcompile.command_line import output
from adcompile.command_line.arguments import Arguments
from adcompile.command_line.execute import Call, execute
from adcompile.command_line.status import OK, REFUSED, USAGE, StopError
from adcompile.command_line.targets import Target, decorated, named, overridden, request_of
from adcompile.driver import Watch, derive, native_module
from adcompile.emit.standalone import Standalone
from adcompile.errors import AdcompileError, Span, UsageError
from adcompile.source import Source, of_function
from adcompile.source.annotations import has_named_axis
from adcompile.source.static import File

_WIDTH = 79


def read(file: File, typed: Arguments) -> int:
    """Print or write the gradients of functions of a file that is not executed.

    Returns:
        The exit status.
    """
    try:
        known = decorated(file)
        targets = [_named(file, name, known) for name in typed.functions] or known
    except AdcompileError as error:
        return _complain(error, None)
    if not targets:
        raise StopError(
            f"{file.path}: no function is decorated with grad or value_and_grad; "
            "name the functions to differentiate"
        )
    text = Standalone(_doc(file.path))
    statuses = [_compile(target, text, typed) for target in targets]
    return _finish(typed, text, statuses)


def executed(typed: Arguments) -> int:
    """Execute a file; print or write the gradients that its calls compiled.

    Returns:
        The exit status: the file's own, if it fails.
    """
    assert typed.file is not None
    calls, status = execute(typed.file, typed.rest)
    calls = [call for call in calls if not typed.functions or call.name in typed.functions]
    if not calls:
        of = f" of {', '.join(typed.functions)}" if typed.functions else ""
        print(f"{typed.file}: the run called no derivative{of}", file=sys.stderr)
    if typed.output is not None:
        text = Standalone(_doc(typed.file))
        return _finish(typed, text, [_compile_call(c, text, typed.stages) for c in calls]) or status
    for number, call in enumerate(calls):
        if typed.stages:
            _compile_call(call, Standalone(""), stages=True)
            output.show(_title(call.name, "text"))
        blank = "\n\n" if number else ""
        output.show(f"{blank}{_heading(call)}\n{call.text}")
    return status


def _named(file: File, name: str, known: Sequence[Target]) -> Target:
    try:
        return named(file, name, known)
    except LookupError:
        names = ", ".join(dict.fromkeys(d.name for d in file.definitions() if "__" not in d.name))
        listed = f"; it has {names}" if names else ""
        raise StopError(f"{file.path}: there is no function `{name}`{listed}") from None


def _compile(target: Target, text: Standalone, typed: Arguments) -> int:
    """Add the gradient of a function to a text; the status says whether that was possible."""
    wanted = overridden(target, typed.wrt, typed.value, typed.backend)
    try:
        source = target.source()
        parts = wanted.ask().parts(source.signature)
    except AdcompileError as error:
        _complain(error, target.file.span(target.node))
        typed_wrong = typed.wrt is not None and isinstance(error, UsageError)
        return USAGE if typed_wrong else REFUSED
    try:
        kinds = wanted.kinds(source, parts)
        request = request_of(wanted.ask(), parts)
        watch = _watch(target.name, typed.stages)
        native = wanted.ask().native and typed.output is None
        derived = derive(source, kinds, request, fast=native, native=native, watch=watch)
        if target.result is not None:
            (derived.program.around or derived.program.main).name = target.result
        if native:
            text.append(native_module(derived.program, wanted.ask().fastmath).text)
            return OK
        text.add(derived.program)
        if any(map(has_named_axis, kinds)):
            text.note("Axes that annotations name are taken to be longer than one.")
    except AdcompileError as error:
        return _complain(error, target.file.span(target.node))
    return OK


def _compile_call(call: Call, text: Standalone, stages: bool) -> int:
    """As `_compile`, for a live function and the kinds of the arguments it was called with."""
    source: Source | None = None
    try:
        source = of_function(call.of.function)
        request = request_of(call.of.options, call.of.wrt, call.of.along)
        watch = _watch(call.name, stages)
        kinds = call.kinds[: len(call.of.parameters)]
        derived = derive(source, kinds, request, fast=False, watch=watch)
        text.add(derived.program)
        text.note(f"{derived.program.main.name} is for {_signature(call)}.")
    except AdcompileError as error:
        return _complain(error, None if source is None else source.span(source.node))
    return OK


def _complain(error: AdcompileError, span: Span | None) -> int:
    print(error.at(span), file=sys.stderr)
    return REFUSED


def _finish(typed: Arguments, text: Standalone, statuses: Sequence[int]) -> int:
    """Print or write what was compiled; a file is written only if nothing was refused."""
    status = max(statuses, default=OK)
    if typed.output is None:
        if OK in statuses:
            output.show((_title("", "text") if typed.stages else "") + text.text())
        return status
    if status != OK or not statuses:
        print(f"{typed.output}: not written", file=sys.stderr)
        return status
    try:
        output.write(typed.output, text.text())
    except OSError as error:
        raise StopError(f"{typed.output}: {error.strerror or error}") from None
    return status


# ----- what is printed around the text -----


def _doc(path: str) -> str:
    return f"Gradients of {os.path.basename(path)}, written by adcompile {adcompile.__version__}."


def _watch(name: str, stages: bool) -> Watch | None:
    """Prints every stage, if that is wanted."""
    return (lambda stage, text: output.show(f"{_title(name, stage)}{text}\n")) if stages else None


def _title(name: str, stage: str) -> str:
    """A comment that fills its line."""
    return f"# ----- {name}{': ' if name else ''}{stage} ".ljust(_WIDTH, "-") + "\n"


def _heading(call: Call) -> str:
    return f"# {_signature(call)}"


def _signature(call: Call) -> str:
    """For which arguments a text was made."""
    pairs = zip(call.of.signature.parameters, call.kinds, strict=True)
    kinds = ", ".join(f"{name}: {ir_text.short(kind)}" for name, kind in pairs)
    return f"{call.name}({kinds})"
