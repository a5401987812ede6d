"""Stage 6: from IR to text, and from text to a function that runs it."""

from adcompile.emit.module import Outside, arrange, assembled, is_literal, module, trees

__all__ = ["Outside", "arrange", "assembled", "is_literal", "module", "trees"]
