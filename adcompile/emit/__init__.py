"""Stage 6: from IR to text, and from text to a function that runs it."""

from adcompile.emit.module import is_literal, module

__all__ = ["is_literal", "module"]
