"""How numba compiles a native text: what functions call is optimised once, as a part of the one
that Python calls.

By itself numba optimises a function, and makes machine code of it, before it is written out where
it is called, and then again there. Nor are the stages run that native texts have no use for.
"""

from __future__ import annotations

from typing import Any

from numba.core import typed_passes, untyped_passes
from numba.core.codegen import JITCodeLibrary, RuntimeLinker
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import PassManager

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


class _Part(_Whole):
    """A function that is linked with those that call it."""

    def finalize(self) -> None:
        """Link it with what it calls."""
        if self._is_recursive():
            super().finalize()
            return
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalize_dynamic_globals()
        self._finalized = True

    def _is_recursive(self) -> bool:
        """Whether a function is called before it is compiled: it needs an address of its own."""
        modules = [self._final_module]
        modules += [library._get_module_for_linking() for library in self._linking_libraries]
        return any(
            variable.name.startswith(RuntimeLinker.PREFIX)
            for module in modules
            for variable in module.global_variables
        )

    @property
    def codegen(self) -> Any:
        """What makes its environment known, which what Python does not call has no use for."""
        return super().codegen if self._compiled else _NoEnvironment


class _NoEnvironment:
    @staticmethod
    def set_env(name: str, environment: Any) -> None:
        """There is nowhere to write it."""


class _Compiler(Compiler):
    library: type[JITCodeLibrary] = _Whole

    def define_pipelines(self) -> list[PassManager]:
        """The stages."""
        state = self.state
        state.library = self.library(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        (everything,) = super().define_pipelines()
        stages = PassManager("native")
        stages.passes = [stage for stage in everything.passes if stage[0] not in _UNUSED]
        stages.finalize()
        return [stages]


class _PartCompiler(_Compiler):
    library = _Part
