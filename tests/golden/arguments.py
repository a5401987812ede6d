"""Arguments of the golden functions."""

import numpy as np

RNG = np.random.default_rng(0)


def vector(n: int = 5) -> np.ndarray:
    return RNG.normal(size=n)


def matrix(n: int, k: int) -> np.ndarray:
    return RNG.normal(size=(n, k))
