"""Passages of an index by their id, for judgments and snapshots that know only the id."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

from index.passage_file import PassageFile
from index.passages import Passage
from index.store import Manifest, current_generation, verify


class PassageLookup(Mapping[str, Passage]):
    """Passage id -> passage; the ids are in memory, the passages stay on disk."""

    def __init__(self, passages: PassageFile) -> None:
        """Read all ids once; `passages` is an open engine's `index.passages`."""
        self._passages = passages
        self._rows = {passages[row].id: row for row in range(len(passages))}

    @classmethod
    def open(cls, directory: Path) -> Self:
        """The passages of an index directory, without its models.

        Raises `IndexStoreError` for an index that is missing, foreign or damaged.
        """
        generation = current_generation(directory)
        verify(generation, Manifest.read(generation))
        return cls(PassageFile.load(generation))

    def __getitem__(self, passage_id: str) -> Passage:
        """Raises `KeyError` for an id the index doesn't hold."""
        return self._passages[self._rows[passage_id]]

    def __contains__(self, passage_id: object) -> bool:
        """Without reading the passage."""
        return passage_id in self._rows

    def __iter__(self) -> Iterator[str]:
        """The ids in row order."""
        return iter(self._rows)

    def __len__(self) -> int:
        """How many passages there are."""
        return len(self._rows)
