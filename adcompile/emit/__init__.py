"""Stage 6: from IR to text, and from text to a function that runs it."""

from adcompile.emit.module import Module, is_literal, load, module

__all__ = ["Module", "is_literal", "load", "module"]
