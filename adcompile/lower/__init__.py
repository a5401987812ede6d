"""Stage 2: from the syntax tree to IR, with every operation resolved and every kind inferred."""

from adcompile.lower.session import Session, Specialised

__all__ = ["Session", "Specialised"]
