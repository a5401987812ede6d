"""How numba compiles a native text: what functions call is optimised once, as a part of the one
that Python calls.

By itself numba optimises a function, and makes machine code of it, before it is written out where
it is called, and then again there. Nor are the stages run that native texts have no use for.
What numba writes for elements, lengths and loops is shortened by `lowering`.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from weakref import WeakValueDictionary

from llvmlite import binding
from numba.core import typed_passes, untyped_passes
from numba.core.codegen import JITCodeLibrary, RuntimeLinker
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import PassManager

from adcompile.native import lowering

__all__ = ["use"]

# Native texts have no `with`, no functions in functions, and no expressions of arrays.
_UNUSED = (
    untyped_passes.WithLifting,
    untyped_passes.InlineClosureLikes,
    untyped_passes.MakeFunctionToJitFunction,
    untyped_passes.InlineInlinables,
    untyped_passes.LiteralUnroll,
    untyped_passes.LiteralPropagationSubPipelinePass,
    typed_passes.NopythonRewrites,
)
_INSTEAD = {typed_passes.NativeLowering: lowering.Lowering}


def use(function: Any, is_entry: bool) -> None:
    """Let a function be compiled like this.

    Args:
        function: the dispatcher.
        is_entry: whether Python calls it, and not only other functions.
    """
    function._compiler.pipeline_class = _Compiler if is_entry else _PartCompiler


class _Whole(JITCodeLibrary):
    """A function that Python calls, with those that it calls."""

    def _optimize_functions(self, ll_module: Any) -> None:
        """They are optimised together."""
        ll_module.data_layout = self._codegen._data_layout

    def finalize(self) -> None:
        """Link it with what it calls, and compile it."""
        self._linking_libraries += list(_called_by_address(self._linking_libraries))
        super().finalize()


def _called_by_address(libraries: Iterable[Any]) -> Iterator[Any]:
    """What functions call by their addresses, and those of it that nothing else calls: to numba a
    recursive function called with the number 3 is another one than that called with any int, which
    it calls. Each comes after what mentions it, or it would be left out."""
    there: set[str] = set()
    known: set[str] = set()
    while libraries:
        modules = [library._get_module_for_linking() for library in libraries]
        there.update(name for module in modules for name in _defined(module))
        called = {name: None for module in modules for name in _unresolved(module)}
        new = [name for name in called if name not in known]
        known.update(new)
        libraries = [_PARTS[name] for name in new if name not in there and name in _PARTS]
        yield _Addresses(new)
        yield from libraries


def _unresolved(module: Any) -> list[str]:
    """The functions that a module calls by their addresses."""
    prefix = RuntimeLinker.PREFIX
    names = (variable.name for variable in module.global_variables)
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]


def _defined(module: Any) -> list[str]:
    """The functions of a module that have a body."""
    return [function.name for function in module.functions if not function.is_declaration]


# What Python does not call, by the functions that it defines.
_PARTS: WeakValueDictionary[str, JITCodeLibrary] = WeakValueDictionary()


class _Addresses:
    """What says where the functions are that call themselves: numba calls them by address.

    Args:
        called: the functions.
    """

    _reload_init = ()

    def __init__(self, called: Sequence[str]) -> None:
        self._called = called

    def _get_module_for_linking(self) -> Any:
        lines = []
        for called in self._called:
            lines += [f'declare void @"{called}"()']
            lines += [f'@"{RuntimeLinker.PREFIX}{called}" = linkonce_odr constant ptr @"{called}"']
        return binding.parse_assembly("\n".join(lines))


class _Part(JITCodeLibrary):
    """A function that is linked with those that call it; machine code is made of it only where
    Python calls it, too."""

    _is_machine_code = False

    def _optimize_functions(self, ll_module: Any) -> None:
        """It is optimised with them."""
        ll_module.data_layout = self._codegen._data_layout

    def finalize(self) -> None:
        """Link it with what it calls."""
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalize_final_module()

    def _finalize_final_module(self) -> None:
        """It is ready to be linked."""
        self._finalize_dynamic_globals()
        self._finalized = True
        _PARTS.update(dict.fromkeys(_defined(self._final_module), self))

    def serialize_using_object_code(self) -> Any:
        """What is kept of it between processes, which is no machine code."""
        return self.serialize_using_bitcode()

    def get_pointer_to_function(self, name: str) -> Any:
        """The address of what Python calls, 0 where it calls nothing of this."""
        self._ensure_finalized()
        if not any(f.name == name and not f.is_declaration for f in self._final_module.functions):
            return 0
        if not self._is_machine_code:
            self._is_machine_code = True
            self._optimize_final_module()
            super()._finalize_final_module()
        return super().get_pointer_to_function(name)

    @property
    def codegen(self) -> Any:
        """What makes its environment known, which what Python does not call has no use for."""
        return self._codegen if self._is_machine_code else _NoEnvironment


class _NoEnvironment:
    @staticmethod
    def set_env(name: str, environment: Any) -> None:
        """There is nowhere to write it."""


class _PartCompiler(Compiler):
    library: type[JITCodeLibrary] = _Part

    def define_pipelines(self) -> list[PassManager]:
        """The stages."""
        state = self.state
        state.library = self.library(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        (everything,) = super().define_pipelines()
        stages = PassManager("native")
        stages.passes = [
            (_INSTEAD.get(stage, stage), about)
            for stage, about in everything.passes
            if stage not in _UNUSED
        ]
        stages.finalize()
        return [stages]


class _Compiler(_PartCompiler):
    library = _Whole

    def _compile_core(self) -> Any:
        """Compile it; whatever it calls, numba's own functions too, is a part of it."""
        codegen = self.state.targetctx.codegen()
        before = codegen._library_class
        codegen._library_class = _Part
        try:
            with _uncollected():
                return super()._compile_core()
        finally:
            codegen._library_class = before


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Let nobody look for garbage meanwhile: all that is made stays to the end, and to look through
    it again and again takes a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
