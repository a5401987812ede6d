"""Columns of a sparse matrix that can share a direction, and the elements that come of it.

The columns of one colour are added up into one direction of a derivative. With `of_columns` no two
of them meet in a row, so every element is read off directly (Curtis, Powell and Reid 1974). For a
symmetric matrix `of_symmetric` needs fewer colours: a star colouring, with which each element can
be read off for itself or for its mirror image (Gebremedhin, Manne and Pothen, "What color is your
Jacobian?", SIAM Review 47, 2005).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from adcompile.records import record

Array = np.ndarray[Any, Any]


@record
class Pattern:
    """Where a matrix may be other than zero, row by row.

    Attributes:
        shape: of the matrix.
        starts: where the elements of each row start among all, and their number.
        columns: the columns of the elements.
    """

    shape: tuple[int, int]
    starts: Array
    columns: Array

    @classmethod
    def of_rows(cls, rows: list[frozenset[int]], width: int) -> Pattern:
        """The pattern with the columns of each row given as a set."""
        starts = np.cumsum([0, *map(len, rows)])
        columns = [column for row in rows for column in sorted(row)]
        return cls((len(rows), width), starts, np.array(columns, np.intp))

    @classmethod
    def of_pairs(cls, shape: tuple[int, int], rows: Array, columns: Array) -> Pattern:
        """The pattern of elements in any order."""
        order = np.lexsort((columns, rows))
        counts = np.bincount(rows, minlength=shape[0])
        return cls(shape, np.concatenate([[0], np.cumsum(counts)]), columns[order])

    @property
    def rows(self) -> Array:
        """The rows of the elements."""
        return np.repeat(np.arange(self.shape[0]), np.diff(self.starts))

    def transposed(self) -> Pattern:
        """The pattern of the transposed matrix."""
        return Pattern.of_pairs(self.shape[::-1], self.columns, self.rows)

    def symmetric(self) -> Pattern:
        """The pattern of a symmetric matrix: what may be there in both of its halves."""
        width = self.shape[1]
        keys = self.rows * width + self.columns
        mirrored = self.columns * width + self.rows
        kept = np.isin(keys, mirrored)
        return Pattern.of_pairs(self.shape, self.rows[kept], self.columns[kept])

    def lists(self) -> list[list[int]]:
        """The columns of each row."""
        columns = self.columns.tolist()
        starts = self.starts.tolist()
        return [columns[a:b] for a, b in pairwise(starts)]


@record
class Colouring:
    """Colours of the columns of a matrix, and how its elements are found.

    Attributes:
        pattern: of the matrix.
        colours: of each column; -1 for one without elements.
        count: the number of colours.
        places: for each element the row in the compressed matrix, whose columns are the colours.
        at: and its column.
    """

    pattern: Pattern
    colours: Array
    count: int
    places: Array
    at: Array

    def directions(self, first: int, last: int) -> Array:
        """The directions of the colours from one to another, in rows."""
        found = np.zeros((last - first, len(self.colours)))
        (chosen,) = np.nonzero((first <= self.colours) & (self.colours < last))
        found[self.colours[chosen] - first, chosen] = 1
        return found

    def elements(self, compressed: Array) -> Array:
        """The elements of the matrix from its products with the directions, which are in rows."""
        return compressed[self.at, self.places]


def of_columns(pattern: Pattern) -> Colouring:
    """Colours with which no two columns of one colour have an element in the same row."""
    by_column = pattern.transposed().lists()
    natural = range(len(by_column))
    # A band needs the natural order; otherwise it is best to begin with what has the most elements.
    crowded = sorted(natural, key=lambda column: -len(by_column[column]))
    found = [_greedy(by_column, pattern.shape[0], order) for order in (natural, crowded)]
    colours = np.array(min(found, key=lambda colours: max(colours, default=-1)), np.intp)
    count = int(colours.max(initial=-1)) + 1
    return Colouring(pattern, colours, count, pattern.rows, colours[pattern.columns])


def _greedy(by_column: list[list[int]], height: int, order: Any) -> list[int]:
    """Give each column the first colour that none of its rows has seen; sets are bits of ints."""
    seen = [0] * height
    colours = [-1] * len(by_column)
    for column in order:
        rows = by_column[column]
        taken = 0
        for row in rows:
            taken |= seen[row]
        if rows:
            colours[column] = _first_free(taken)
            for row in rows:
                seen[row] |= 1 << colours[column]
    return colours


def _first_free(taken: int) -> int:
    return (~taken & (taken + 1)).bit_length() - 1


def of_symmetric(pattern: Pattern) -> Colouring:
    """A star colouring of a symmetric matrix: neighbours differ, and so does a third colour on
    every path of four."""
    star = _Star([[c for c in row if c != r] for r, row in enumerate(pattern.lists())])
    colours = np.array(star.coloured(), np.intp)
    count = int(colours.max(initial=-1)) + 1
    rows, columns = pattern.rows, pattern.columns
    # h[i, j] stands alone in row i of its colour, or h[j, i] in row j of its own.
    keys = rows * max(count, 1) + colours[columns]
    alone = np.bincount(keys, minlength=1)[keys] == 1
    places = np.where(alone, rows, columns)
    at = np.where(alone, colours[columns], colours[rows])
    return Colouring(pattern, colours, count, places, at)


class _Star:
    """Finds a star colouring, one vertex after the other; sets of colours are bits of ints.

    Args:
        neighbours: of each vertex.
    """

    def __init__(self, neighbours: list[list[int]]) -> None:
        count = len(neighbours)
        self._neighbours = neighbours
        self._colours = [-1] * count
        self._once = [0] * count  # the colours among the neighbours of each
        self._twice = [0] * count  # those that several of them have
        # Of each coloured vertex: the colours of neighbours that have another neighbour like it.
        self._shared = [0] * count

    def coloured(self) -> list[int]:
        """The colours."""
        # Hubs first: while one has no colour, its neighbours must all differ.
        for vertex in sorted(range(len(self._colours)), key=lambda v: -len(self._neighbours[v])):
            self._colour(vertex)
        return self._colours

    def _colour(self, vertex: int) -> None:
        taken = 0
        for other in self._neighbours[vertex]:
            colour = self._colours[other]
            taken |= self._once[other] if colour < 0 else 1 << colour | self._shared[other]
        colour = self._colours[vertex] = _first_free(taken)
        for other in self._neighbours[vertex]:
            self._tell(other, vertex, colour)

    def _tell(self, vertex: int, neighbour: int, colour: int) -> None:
        """Note that a neighbour of a vertex has got a colour."""
        bit, own = 1 << colour, self._colours[vertex]
        first_twice = self._once[vertex] & bit and not self._twice[vertex] & bit
        if self._once[vertex] & bit:
            self._twice[vertex] |= bit
        self._once[vertex] |= bit
        if own < 0 or not self._twice[vertex] & bit:
            return
        alike = self._neighbours[vertex] if first_twice else [neighbour]
        for other in alike:
            if self._colours[other] == colour:
                self._shared[other] |= 1 << own
