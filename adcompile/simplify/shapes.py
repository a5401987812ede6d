"""The operations that read nothing of an array but its shape, and its dtype."""

SHAPES = frozenset({"attribute.shape", "attribute.size", "attribute.ndim", "builtins.len"})
"""They read only the shape of their first argument."""

LIKE = frozenset({"numpy.zeros_like", "numpy.full_like", "numpy.ones_like"})
"""... and its dtype."""
