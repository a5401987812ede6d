"""What the user typed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import adcompile
from adcompile.options import BACKENDS
from adcompile.records import record

_DESCRIPTION = """\
Print the gradient code of functions of a Python file: of those decorated with grad or
value_and_grad, or of the functions named. The file is read and not executed; the kinds of the
arguments come from their annotations (float, np.ndarray, NDArray[np.float32], jaxtyping's
Float[np.ndarray, "n d"]). An axis with a name is taken to be longer than one."""

_EXAMPLES = """\
examples:
  python -m adcompile model.py                     every decorated function
  python -m adcompile model.py loss --wrt w,b      the gradient of loss by w and b
  python -m adcompile model.py Model.loss --value  a method, with its value
  python -m adcompile model.py -o model_grad.py    a file that runs without adcompile
  python -m adcompile model.py --run -- --steps 9  execute the file with arguments of its own

exit status: 0 if all went well, 1 if a function is refused, 2 for wrong usage or a file that
cannot be read; with --run that of the file, if it fails."""


@record
class Arguments:
    """What the user typed.

    Attributes:
        file: the file, None with `clear_cache`.
        functions: the functions named.
        wrt: what to differentiate with respect to, None where not given.
        value: whether `--value` was given.
        run: whether to execute the file.
        stages: whether to print what each stage of the compiler makes.
        backend: what the text is for, None for what the file asks for.
        output: the file to write.
        clear_cache: whether to empty the cache.
        rules: whether to print what becomes of NumPy's functions.
        rest: the arguments of the file itself.
    """

    file: str | None
    functions: tuple[str, ...]
    wrt: int | str | tuple[int | str, ...] | None
    value: bool
    run: bool
    stages: bool
    backend: str | None
    output: str | None
    clear_cache: bool
    rules: bool
    rest: tuple[str, ...]


def parse(argv: Sequence[str]) -> Arguments:
    """Read the command line.

    Args:
        argv: the arguments, without the name of the program; those after `--` are the file's.

    Raises:
        SystemExit: with status 2 and a message for wrong usage, 0 after `--help`.
    """
    parser = _parser()
    own, rest = list(argv), []
    if "--" in own:
        own, rest = own[: own.index("--")], own[own.index("--") + 1 :]
    found = parser.parse_intermixed_args(own)
    if rest and not found.run:
        parser.error("arguments after -- are the file's own and need --run")
    if found.file is None and not (found.clear_cache or found.rules):
        parser.error("name a file")
    if found.run and (found.wrt is not None or found.value):
        parser.error("--wrt and --value do not go with --run, which shows what the file asks for")
    if found.backend is not None and found.run:
        parser.error("--backend does not go with --run, which shows what the file asks for")
    if found.backend == "numba" and found.output is not None:
        parser.error("code for numba needs adcompile; it is printed, without -o")
    return Arguments(
        found.file,
        tuple(found.functions),
        found.wrt,
        found.value,
        found.run,
        found.stages,
        found.backend,
        found.output,
        found.clear_cache,
        found.rules,
        tuple(rest),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m adcompile",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("file", nargs="?", help="the Python file")
    add("functions", nargs="*", metavar="function", help="functions and Class.method of the file")
    add("--wrt", type=_wrt, metavar="NAMES", help="differentiate by these: names or positions")
    add("--value", action="store_true", help="return the value as well")
    add("--run", action="store_true", help="execute the file; print what its calls compiled")
    add("--stages", action="store_true", help="print what each stage of the compiler makes")
    add("--backend", choices=BACKENDS, help="what the code is for; numba: loops over numbers")
    add("-o", "--output", metavar="OUT.PY", help="write a file that runs without adcompile")
    add("--clear-cache", action="store_true", help="remove the compiled gradients kept on disk")
    add("--rules", action="store_true", help="print which functions of NumPy have a derivative")
    add("--version", action="version", version=f"adcompile {adcompile.__version__}")
    return parser


def _wrt(text: str) -> int | str | tuple[int | str, ...]:
    """`x`, `0`, `x,w`; with a comma it is a tuple, as in Python."""
    items = tuple(_item(item.strip()) for item in text.split(",") if item.strip())
    if not items:
        raise argparse.ArgumentTypeError("name at least one parameter")
    return items if "," in text else items[0]


def _item(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:
        return text
