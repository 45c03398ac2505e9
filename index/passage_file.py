"""Passages on disk: one JSON line each, found by row through a table of offsets."""

import hashlib
import json
import mmap
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.passages import Passage


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

    @staticmethod
    def save(passages: Iterable[Passage], directory: Path) -> None:
        """Write passages.jsonl and offsets.npy into `directory`."""
        offsets = [0]
        with (directory / "passages.jsonl").open("wb") as stream:
            for passage in passages:
                line = json.dumps(asdict(passage), ensure_ascii=False).encode() + b"\n"
                offsets.append(offsets[-1] + stream.write(line))
        np.save(directory / "offsets.npy", np.array(offsets, np.int64), allow_pickle=False)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Open what `save` wrote."""
        offsets = np.load(directory / "offsets.npy", mmap_mode="r", allow_pickle=False)
        with (directory / "passages.jsonl").open("rb") as stream:
            return cls(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ), offsets)

    def __len__(self) -> int:
        """How many passages there are."""
        return len(self._offsets) - 1

    def __iter__(self) -> Iterator[Passage]:
        """All passages, in row order."""
        return (self[row] for row in range(len(self)))

    def __getitem__(self, row: int) -> Passage:
        """The passage of a row, 0 <= row < len."""
        return Passage(**json.loads(self._content[self._offsets[row] : self._offsets[row + 1]]))
