"""Passages of an index by their id, for judgments and snapshots that know only the id."""

from collections.abc import Iterator, Mapping
from typing import Self

from index.opening import Place, open_passages
from index.passages import Passage
from index.search_index import Passages


class PassageLookup(Mapping[str, Passage]):
    """Passage id -> passage; the passages stay where they are."""

    def __init__(self, passages: Passages) -> None:
        """`passages` is an open engine's `index.passages`."""
        self._passages = passages

    @classmethod
    def open(cls, place: Place) -> Self:
        """The passages of an index, without its models.

        Raises `IndexStoreError` for an index that is missing, foreign, damaged or out of reach.
        """
        return cls(open_passages(place))

    def move_to(self, passages: Passages) -> None:
        """Look up in these from now on: the index has a new generation."""
        self._passages = passages

    def __getitem__(self, passage_id: str) -> Passage:
        """Raises `KeyError` for an id the index doesn't hold."""
        passages = self._passages  # a row is one of these only
        return passages[passages.rows_of([passage_id])[passage_id]]

    def __contains__(self, passage_id: object) -> bool:
        """Without reading the passage."""
        return isinstance(passage_id, str) and bool(self._passages.rows_of([passage_id]))

    def __iter__(self) -> Iterator[str]:
        """The ids in row order."""
        return (passage.id for passage in self._passages)

    def __len__(self) -> int:
        """How many passages there are."""
        return len(self._passages)
