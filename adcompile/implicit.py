"""Solutions of equations, which are differentiated as such: not the iteration that finds them, but
the equation that they fulfil (Griewank & Walther, Evaluating Derivatives, chapter 15)."""

from adcompile.runtime import fixed_point, root

__all__ = ["fixed_point", "root"]
