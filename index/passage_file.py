"""Passages on disk: one JSON line each, found by row through a table of offsets."""

import hashlib
import json
import mmap
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.array_file import check, open_array
from index.errors import IndexStoreError
from index.passages import Passage

_FIELDS = tuple(field.name for field in fields(Passage))


def fingerprint(passages: Iterable[Passage]) -> str:
    """SHA-256 of what the passages say, in row order: a fresh and a changed index agree."""
    digest = hashlib.sha256()
    for p in passages:
        digest.update(f"{p.id}\0{p.document_id}\0{p.title}\0{p.text}\0{p.source}\0".encode())
    return digest.hexdigest()


class PassageFile:
    """Random access to passages by row; the file stays on disk, memory-mapped."""

    def __init__(self, content: mmap.mmap, offsets: NDArray[np.int64]) -> None:
        self._content = content
        self._offsets = offsets
        self._rows: dict[str, int] = {}

    @staticmethod
    def save(passages: Iterable[Passage], directory: Path) -> None:
        """Write passages.jsonl and offsets.npy into `directory`."""
        offsets = [0]
        with (directory / "passages.jsonl").open("wb") as stream:
            for passage in passages:
                content = {name: getattr(passage, name) for name in _FIELDS}
                line = json.dumps(content, ensure_ascii=False).encode() + b"\n"
                offsets.append(offsets[-1] + stream.write(line))
        np.save(directory / "offsets.npy", np.array(offsets, np.int64), allow_pickle=False)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Open what `save` wrote."""
        offsets = open_array(directory / "offsets.npy", np.int64)
        file = directory / "passages.jsonl"
        try:
            with file.open("rb") as stream:
                content = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise IndexStoreError(
                f"{file}: unreadable ({error}). Build the index again."
            ) from error
        rises = len(offsets) > 1 and offsets[0] == 0 and bool((np.diff(offsets) > 0).all())
        check(rises and offsets[-1] == len(content), directory / "offsets.npy")
        return cls(content, offsets)

    def __len__(self) -> int:
        """How many passages there are."""
        return len(self._offsets) - 1

    def __iter__(self) -> Iterator[Passage]:
        """All passages, in row order."""
        return (self[row] for row in range(len(self)))

    def __getitem__(self, row: int) -> Passage:
        """The passage of a row, 0 <= row < len."""
        line = self._content[self._offsets[row] : self._offsets[row + 1]]
        try:
            passage = Passage(**json.loads(line))
        except (ValueError, TypeError, RecursionError) as error:
            raise IndexStoreError(
                f"passages.jsonl: row {row} is no passage ({error}). Build the index again."
            ) from error
        return passage

    def many(self, rows: Sequence[int]) -> list[Passage]:
        """The passages of several rows, in the order given."""
        return [self[row] for row in rows]

    def rows_of(self, ids: Collection[str]) -> dict[str, int]:
        """Id -> row of those it holds; the first call reads all ids once."""
        if not self._rows:
            self._rows = {passage.id: row for row, passage in enumerate(self)}
        return {id: self._rows[id] for id in ids if id in self._rows}

    def holding(self, phrase: str, limit: int) -> list[int]:
        """The first `limit` rows whose title or text holds the phrase, in any case."""
        wanted = phrase.casefold()
        rows = (row for row, p in enumerate(self) if wanted in p.titled_text.casefold())
        return list(islice(rows, limit))
