"""Colourings: elements can be read off, and there are few colours."""

from __future__ import annotations

import numpy as np
import pytest

from adcompile.colouring import Pattern, of_columns, of_symmetric


def pattern_of(matrix: np.ndarray) -> Pattern:
    rows = [frozenset(map(int, np.flatnonzero(row))) for row in matrix]
    return Pattern.of_rows(rows, matrix.shape[1])


def recovered(colouring, matrix):
    compressed = colouring.directions(0, colouring.count) @ matrix.T
    got = np.zeros_like(matrix)
    pattern = colouring.pattern
    got[pattern.rows, pattern.columns] = colouring.elements(compressed)
    return got


@pytest.mark.parametrize("seed", range(60))
def test_random_matrices_are_recovered(seed):
    rng = np.random.default_rng(seed)
    shape = rng.integers(0, 25, 2)
    matrix = rng.normal(size=shape) * (rng.random(shape) < rng.choice([0.05, 0.2, 0.5]))
    np.testing.assert_array_equal(recovered(of_columns(pattern_of(matrix)), matrix), matrix)


@pytest.mark.parametrize("seed", range(150))
def test_random_symmetric_matrices_are_recovered(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(0, 30))
    half = rng.normal(size=(n, n)) * (rng.random((n, n)) < rng.choice([0.03, 0.1, 0.3, 0.8]))
    matrix = half + half.T
    np.testing.assert_array_equal(recovered(of_symmetric(pattern_of(matrix)), matrix), matrix)


def banded(n, width):
    return np.array([[float(abs(i - j) <= width) for j in range(n)] for i in range(n)])


@pytest.mark.parametrize("width", [1, 2, 5])
def test_a_band_needs_its_width(width):
    matrix = banded(60, width)
    assert of_columns(pattern_of(matrix)).count == 2 * width + 1


def test_a_symmetric_band_needs_no_more():
    assert of_symmetric(pattern_of(banded(60, 1))).count <= 4


def test_an_arrow_needs_two_colours():
    matrix = np.eye(200)
    matrix[0] = matrix[:, 0] = 1
    assert of_symmetric(pattern_of(matrix)).count == 2
    assert of_columns(pattern_of(matrix)).count == 200


def test_a_diagonal_needs_one_colour():
    assert of_symmetric(pattern_of(np.eye(9))).count == of_columns(pattern_of(np.eye(9))).count == 1


def test_columns_without_elements_have_no_colour():
    colouring = of_columns(pattern_of(np.zeros((3, 4))))
    assert colouring.count == 0
    assert list(colouring.colours) == [-1] * 4


def test_only_what_is_in_both_halves_of_a_symmetric_matrix():
    pattern = pattern_of(np.array([[1, 1], [0, 1]])).symmetric()
    assert pattern.lists() == [[0], [1]]
