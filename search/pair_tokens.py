"""(query, passages) -> the token ids a cross-encoder was trained on, in padded batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

_LENGTHS = 8
"""Batches are padded to multiples of this: kernels are compiled anew for each shape."""


@dataclass(frozen=True, slots=True)
class PairTokens:
    """Token ids of one pair and which of its two texts each belongs to."""

    ids: list[int]
    types: list[int]
    cut: bool
    """The pair is longer than the model reads: its end is left out."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs of like length, each array of shape (pairs, tokens)."""

    places: list[int]
    """Where the pairs stand in the sequence they come from."""
    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    mask: NDArray[np.int64]
    """1 for a token, 0 for padding."""


class PairTokenizer:
    """A cross-encoder's own tokenizer over pairs; threads may share it."""

    def __init__(self, tokenizer: Tokenizer, pad: int, max_tokens: int) -> None:
        """`pad` is the id of the padding token."""
        self.max_tokens = max_tokens
        self._pad = pad
        # A copy: whoever asks the model's own tokenizer changes its truncation and padding.
        self._backend = Tokenizer.from_str(tokenizer.to_str())
        self._backend.no_padding()
        self._backend.enable_truncation(max_tokens, strategy="longest_first")

    def encode(self, query: str, passages: Sequence[str]) -> list[PairTokens]:
        """The tokens of the query with each passage, in the order given."""
        found = self._backend.encode_batch_fast([(query, passage) for passage in passages])
        return [PairTokens(pair.ids, pair.type_ids, bool(pair.overflowing)) for pair in found]

    def batches(self, pairs: Sequence[PairTokens], size: int) -> Iterator[Batch]:
        """`size` pairs at a time, the longest first."""
        order = sorted(range(len(pairs)), key=lambda place: -len(pairs[place].ids))
        for start in range(0, len(order), size):
            places = order[start : start + size]
            longest = len(pairs[places[0]].ids)
            shape = (len(places), longest + -longest % _LENGTHS)
            batch = Batch(
                places, np.full(shape, self._pad), np.zeros(shape, int), np.zeros(shape, int)
            )
            for row, place in enumerate(places):
                length = len(pairs[place].ids)
                batch.ids[row, :length] = pairs[place].ids
                batch.types[row, :length] = pairs[place].types
                batch.mask[row, :length] = 1
            yield batch
