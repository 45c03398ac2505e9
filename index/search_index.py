"""What a search asks of an index, wherever it lies: every part answers by row."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Protocol

from index.encoder import Vectors
from index.passages import Passage
from index.store import Manifest

Allowed = Any
"""What `rows` of the sources makes and `search` reads: a mask here, an expression on a cluster."""


class Passages(Protocol):
    """The passages, 0 <= row < len."""

    def __len__(self) -> int:
        """How many there are."""

    def __iter__(self) -> Iterator[Passage]:
        """All, in row order."""

    def __getitem__(self, row: int, /) -> Passage:
        """The passage of a row."""

    def many(self, rows: Sequence[int], /) -> list[Passage]:
        """The passages of several rows, in the order given: one question, not one a row."""

    def rows_of(self, ids: Collection[str], /) -> dict[str, int]:
        """Id -> row of the passages held."""

    def holding(self, phrase: str, limit: int, /) -> list[int]:
        """Rows, rising, whose title or text holds the phrase."""


class Sources(Protocol):
    """Where the passages come from."""

    @property
    def names(self) -> tuple[str, ...]:
        """Sorted."""

    def rows(self, wanted: Collection[str], /) -> Allowed:
        """What keeps a search to the passages from one of `wanted`."""


class Lexical(Protocol):
    """BM25 over lemmas."""

    def search(
        self, lemmas: Iterable[str], k: int, allowed: Allowed = None, /
    ) -> list[tuple[int, float]]:
        """The k best (row, score) with a score above zero; equal scores by row."""

    def contributions(self, lemmas: Sequence[str], row: int, /) -> list[float]:
        """BM25 of each lemma in the passage of `row`, in order; 0.0 for one it lacks."""

    def frequency(self, lemma: str, /) -> int:
        """How many passages hold the lemma."""


class Dense(Protocol):
    """Cosine of unit vectors."""

    def search(self, query: Vectors, k: int, allowed: Allowed = None, /) -> list[tuple[int, float]]:
        """The k best (row, cosine) for a query of shape (1, dimension)."""

    def vector(self, row: int, /) -> Vectors:
        """The vector of a passage, shape (1, dimension)."""


class SearchIndex(Protocol):
    """An index opened for search; threads may share it."""

    @property
    def manifest(self) -> Manifest:
        """What the index holds and was built with."""

    @property
    def passages(self) -> Passages:
        """The passages by row."""

    @property
    def sources(self) -> Sources:
        """Where they come from."""

    @property
    def lexical(self) -> Lexical:
        """The candidates by words."""

    @property
    def dense(self) -> Dense:
        """The candidates by meaning."""
