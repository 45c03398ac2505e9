"""Token lists -> a model's inputs, put together on the device that trains."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from search.training.token_lists import MISSING, TokenLists

BOS, PAD, EOS = 0, 1, 2
"""XLM-R's ids: a pair is <s> query </s></s> passage </s>."""
SPECIAL = 4


class Batches:
    """Token lists on a device, and pairs of them as the model's inputs."""

    def __init__(self, lists: TokenLists, device: torch.device, max_length: int) -> None:
        self.lists = lists
        self.lengths = np.diff(lists.offsets)
        self.pair_lengths = self._pair_lengths(max_length)
        self._device = device
        self._max_length = max_length
        self._tokens = torch.from_numpy(lists.tokens.astype(np.int32)).to(device)
        self._offsets = torch.from_numpy(lists.offsets).to(device)
        self._lengths = torch.from_numpy(self.lengths).to(device)

    def _pair_lengths(self, max_length: int) -> NDArray[np.int64]:
        """Tokens of each pair, shape (lists, candidates); 0 for those that are missing."""
        passages = self.lists.passages
        pairs = self.lengths[self.lists.queries][:, None] + self.lengths[passages] + SPECIAL
        return np.where(passages == MISSING, 0, np.minimum(pairs, max_length))

    def inputs(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> dict[str, Tensor]:
        """Ids, segments and mask of the pairs (rows[i], columns[i]), shape (pairs, longest)."""
        longest = -(-int(self.pair_lengths[rows, columns].max()) // 16) * 16
        query = torch.from_numpy(self.lists.queries[rows]).to(self._device).long()[:, None]
        passage = torch.from_numpy(self.lists.passages[rows, columns]).to(self._device).long()
        passage = passage[:, None]
        query_length = self._lengths[query].clamp(max=self._max_length // 2)
        room = self._max_length - SPECIAL - query_length
        passage_length = torch.minimum(self._lengths[passage], room)
        position = torch.arange(longest, device=self._device)[None]
        start = query_length + 3
        end = start + passage_length
        ids = torch.full((len(rows), longest), PAD, device=self._device, dtype=torch.int32)
        in_query = (position >= 1) & (position <= query_length)
        in_passage = (position >= start) & (position < end)
        last = len(self._tokens) - 1
        of_query = self._tokens[(self._offsets[query] + position - 1).clamp(0, last)]
        of_passage = self._tokens[(self._offsets[passage] + position - start).clamp(0, last)]
        ids = torch.where(in_query, of_query, ids)
        ids = torch.where(in_passage, of_passage, ids)
        ends = (position == query_length + 1) | (position == query_length + 2) | (position == end)
        ids = torch.where(ends, EOS, ids)
        ids[:, 0] = BOS
        return {
            "input_ids": ids.long(),
            "token_type_ids": ((position >= start) & (position <= end)).long(),
            "attention_mask": (position <= end).long(),
        }
