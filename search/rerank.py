"""(query, passage) pairs -> fp32 logits by any one-label CrossEncoder, by hub name or path."""

from collections.abc import Sequence

import torch
from sentence_transformers import CrossEncoder

from index.encoder import missing_model
from index.errors import ModelError


class Reranker:
    """A cross-encoder that scores passages against a query."""

    def __init__(self, name: str, device: str = "cpu", batch_size: int = 16) -> None:
        """Load the model; raises `ModelError` when it can't be had or has not one output."""
        self.name = name
        self._batch_size = batch_size
        try:
            self._model = CrossEncoder(name, device=device, activation_fn=torch.nn.Identity())
        except Exception as error:  # the libraries raise a dozen kinds for one fact: not there
            raise ModelError(missing_model("reranker", name, "RERANKER", error)) from error
        self._model.model.float()
        if self._model.num_labels != 1:
            raise ModelError(
                f"The reranker {name!r} has {self._model.num_labels} outputs, one is needed. "
                "Set RERANKER to a cross-encoder with a single relevance score."
            )

    @property
    def max_tokens(self) -> int:
        """Longest pair the model reads, in tokens."""
        return int(self._model.max_seq_length or 512)

    def logits(self, query: str, passages: Sequence[str]) -> list[float]:
        """Raw logits in fp32, one a passage, in the order given."""
        if not passages:
            return []
        scores = self._model.predict(
            [(query, passage) for passage in passages],
            batch_size=self._batch_size,
            show_progress_bar=False,
            convert_to_tensor=True,
        )
        return [float(score) for score in scores.float().cpu()]

    def cut(self, query: str, passages: Sequence[str]) -> list[bool]:
        """Whether the model reads less than the whole of each passage."""
        pairs = [(query, passage) for passage in passages]
        lengths = self._model.tokenizer(pairs, truncation=False, verbose=False)["input_ids"]
        return [len(ids) > self.max_tokens for ids in lengths]
