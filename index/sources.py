"""Where each passage comes from: a code a row, so that a search can be kept to some sources."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.array_file import check, open_array, open_names

_NAMES, _CODES = "sources.json", "sources.npy"


@dataclass(frozen=True, slots=True)
class Sources:
    """Names of the sources, sorted, and `codes[row]`, the place of a passage's source in them."""

    names: tuple[str, ...]
    codes: NDArray[np.int32]

    @classmethod
    def of(cls, sources: Iterable[str]) -> Self:
        """From the source of every passage, in row order."""
        listed = list(sources)
        names = tuple(sorted(set(listed)))
        places = {name: place for place, name in enumerate(names)}
        return cls(names, np.array([places[source] for source in listed], np.int32))

    def rows(self, wanted: Collection[str]) -> NDArray[np.bool_]:
        """Which passages come from one of `wanted`, shape (passages,)."""
        kept = [place for place, name in enumerate(self.names) if name in wanted]
        return np.isin(self.codes, kept)

    def save(self, directory: Path) -> None:
        """Write sources.json and sources.npy into `directory`."""
        content = json.dumps(self.names, ensure_ascii=False)
        (directory / _NAMES).write_text(content, encoding="utf-8")
        np.save(directory / _CODES, self.codes, allow_pickle=False)

    @classmethod
    def load(cls, directory: Path, passages: int) -> Self:
        """Open what `save` wrote; an index built before there were sources has none."""
        if not (directory / _NAMES).is_file():
            return cls(("",), np.zeros(passages, np.int32))
        names = open_names(directory / _NAMES)
        codes = open_array(directory / _CODES, np.int32, passages)
        known = codes.min(initial=0) >= 0 and codes.max(initial=0) < len(names)
        check(bool(known), directory / _CODES)
        return cls(tuple(names), codes)
