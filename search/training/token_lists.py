"""Pairs -> lists of token ids in one small file, for a machine that holds nothing but PyTorch.

A passage that many queries compare is kept once; ids are 16 bits wide, cut at `most` a text.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from search.errors import TrainingError

MISSING = -1
"""Stands in `passages` where a list is shorter than the longest."""


@dataclass(frozen=True, slots=True)
class TokenLists:
    """Query i is text `queries[i]`; its candidates are the texts `passages[i]`."""

    tokens: NDArray[np.uint16]
    """All texts one after another, without special tokens."""
    offsets: NDArray[np.int64]
    """Shape (texts + 1,): text i is `tokens[offsets[i]:offsets[i + 1]]`."""
    queries: NDArray[np.int32]
    """Shape (lists,)."""
    passages: NDArray[np.int32]
    """Shape (lists, candidates), `MISSING` at the end of shorter lists."""
    labels: NDArray[np.float32]
    """Shape (lists, candidates)."""

    @classmethod
    def of(
        cls,
        lists: Iterable[tuple[str, Sequence[str], Sequence[float]]],
        tokenizer: Tokenizer,
        most: int,
    ) -> Self:
        """Read (query, passages, labels) with a tokenizer of at most 65,536 pieces.

        Raises `TrainingError` for a larger vocabulary.
        """
        if tokenizer.get_vocab_size() > 1 << 16:
            raise TrainingError(
                f"{tokenizer.get_vocab_size()} pieces don't fit into 16 bits. Prune the vocabulary "
                "with python -m search train base."
            )
        rows = list(lists)
        number: dict[str, int] = {}
        for query, passages, _ in rows:
            for text in (query, *passages):
                number.setdefault(text, len(number))
        encoded = tokenizer.encode_batch_fast(list(number), add_special_tokens=False)
        ids = [encoding.ids[:most] for encoding in encoded]
        widest = max(len(passages) for _, passages, _ in rows)
        passages_of = np.full((len(rows), widest), MISSING, np.int32)
        labels_of = np.zeros((len(rows), widest), np.float32)
        for row, (_, passages, labels) in enumerate(rows):
            passages_of[row, : len(passages)] = [number[text] for text in passages]
            labels_of[row, : len(labels)] = labels
        return cls(
            np.fromiter((id for text in ids for id in text), np.uint16),
            np.cumsum([0, *map(len, ids)], dtype=np.int64),
            np.array([number[query] for query, _, _ in rows], np.int32),
            passages_of,
            labels_of,
        )

    def write(self, file: Path) -> None:
        """Write an .npz file."""
        np.savez_compressed(file, **{name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read what `write` wrote; raises `TrainingError` for anything else."""
        try:
            with np.load(file, allow_pickle=False) as arrays:
                return cls(**{name: arrays[name] for name in cls.__slots__})
        except (OSError, ValueError, KeyError) as error:
            raise TrainingError(f"{file}: no token lists ({error}).") from error


def as_typed(query: str, draw: random.Random, share: float = 0.3) -> str:
    """The query, or for a `share` of them as people type it: small letters, no mark at the end."""
    return query.lower().rstrip("?. ") if draw.random() < share else query
