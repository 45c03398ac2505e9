"""(query, passage) pairs -> fp32 logits by any one-label cross-encoder, by hub name or path."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.model_folder import check_model_folder
from search.pair_tokens import Batch, PairTokenizer

BatchLogits = Callable[[Batch], NDArray[np.float32]]
Map = Callable[[BatchLogits, Iterable[Batch]], Iterator[NDArray[np.float32]]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the cross-encoder made of a passage."""

    logit: float
    """Raw, in fp32."""
    cut: bool
    """It read less than the whole of the passage."""


Reader = Callable[[str, Sequence[str]], list[Reading]]


class Reranker(ABC):
    """A cross-encoder that scores passages against a query; threads may share it.

    Where the processor multiplies bfloat16 (AVX-512 BF16, a GPU) the layers compute in it; the
    head that makes the logit always computes in fp32, so scores are not rounded into ties.
    """

    name: str
    max_tokens: int
    """Longest pair the model reads."""

    @staticmethod
    def open(name: str, device: str = "cpu", batch_size: int = 0, threads: int = 0) -> "Reranker":
        """Load the model; raises `ModelError` when it can't be had or has not one output.

        BERT on a CPU computes by OpenVINO, all else by torch, which is imported only then.
        `batch_size`: pairs computed at once; `threads`: cores of the CPU to use; 0: as fits.
        """
        check_model_folder(name)
        from search.bert_reranker import BertReranker

        if device == "cpu" and BertReranker.can_read(Path(name)):
            return BertReranker.of_folder(name, batch_size, threads)
        from search.torch_reranker import TorchReranker

        reranker = TorchReranker(name, device, batch_size)
        if device == "cpu" and reranker.is_plain_bert:
            return BertReranker.of_model(reranker, batch_size, threads)
        return reranker

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """SHA-256 of the weights in fp32."""

    @abstractmethod
    def read(self, query: str, passages: Sequence[str]) -> list[Reading]:
        """What the model makes of each passage, in the order given."""

    def logits(self, query: str, passages: Sequence[str]) -> list[float]:
        """Raw logits in fp32, one a passage, in the order given."""
        return [reading.logit for reading in self.read(query, passages)]


def read_batches(
    tokenizer: PairTokenizer,
    query: str,
    passages: Sequence[str],
    batch_size: int,
    batch_logits: BatchLogits,
    over: Map = map,
) -> list[Reading]:
    """Readings in the order of the passages; `over` maps the function over the batches."""
    pairs = tokenizer.encode(query, passages)
    batches = list(tokenizer.batches(pairs, batch_size))
    logits = np.empty(len(pairs), np.float32)
    for batch, found in zip(batches, over(batch_logits, batches), strict=True):
        logits[batch.places] = found
    return [Reading(logit, pair.cut) for logit, pair in zip(logits.tolist(), pairs, strict=True)]
