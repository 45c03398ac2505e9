"""(query, passage) pairs -> fp32 logits by any one-label CrossEncoder, by hub name or path."""

import hashlib
from collections.abc import Sequence
from typing import Self

import numpy as np
import torch
from sentence_transformers import CrossEncoder
from torch import nn

from index.encoder import missing_model
from index.errors import ModelError


class Reranker:
    """A cross-encoder that scores passages against a query.

    Where the processor multiplies bfloat16 (AVX-512 BF16, a GPU) the layers compute in it, about
    twice as fast on two cores; the head that makes the logit always computes in fp32, so
    scores are not rounded into ties.
    """

    def __init__(self, name: str, device: str = "cpu", batch_size: int = 16) -> None:
        """Load the model; raises `ModelError` when it can't be had or has not one output."""
        try:
            model = CrossEncoder(name, device=device, activation_fn=nn.Identity())
        except Exception as error:  # the libraries raise a dozen kinds for one fact: not there
            raise ModelError(missing_model("reranker", name, "RERANKER", error)) from error
        model.float()
        self._take(model, name, batch_size)

    @classmethod
    def around(cls, model: CrossEncoder, batch_size: int = 16) -> Self:
        """A reranker over a model in memory, such as one in training."""
        reranker = cls.__new__(cls)
        reranker._take(model, "a model in memory", batch_size)
        return reranker

    def _take(self, model: CrossEncoder, name: str, batch_size: int) -> None:
        if model.num_labels != 1:
            raise ModelError(
                f"The reranker {name!r} has {model.num_labels} outputs, one is needed. "
                "Set RERANKER to a cross-encoder with a single relevance score."
            )
        self.name = name
        self._model = model
        self._batch_size = batch_size
        self._device = model.device.type
        self._half = has_bfloat16(self._device) and _keep_head_in_fp32(model)

    @property
    def max_tokens(self) -> int:
        """Longest pair the model reads, in tokens."""
        return int(self._model.max_seq_length or 512)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the weights in fp32, computed anew each time."""
        digest = hashlib.sha256()
        for key, tensor in sorted(self._model.state_dict().items()):
            digest.update(key.encode())
            digest.update(np.ascontiguousarray(tensor.cpu().float().numpy()).data)
        return digest.hexdigest()

    def logits(self, query: str, passages: Sequence[str]) -> list[float]:
        """Raw logits in fp32, one a passage, in the order given."""
        if not passages:
            return []
        with torch.autocast(self._device, torch.bfloat16, enabled=self._half):
            scores = self._model.predict(
                [(query, passage) for passage in passages],
                batch_size=self._batch_size,
                show_progress_bar=False,
                convert_to_tensor=True,
                # Few shapes: oneDNN compiles its kernels anew for each.
                processing_kwargs={"text": {"pad_to_multiple_of": 16}},
            )
        return [float(score) for score in scores.float().cpu()]

    def cut(self, query: str, passages: Sequence[str]) -> list[bool]:
        """Whether the model reads less than the whole of each passage."""
        pairs = [(query, passage) for passage in passages]
        lengths = self._model.tokenizer(pairs, truncation=False, verbose=False)["input_ids"]
        return [len(ids) > self.max_tokens for ids in lengths]


def has_bfloat16(device: str) -> bool:
    """Whether the device multiplies bfloat16 in hardware (emulated, it is slower than fp32)."""
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device == "cpu" and bool(torch.cpu._is_avx512_bf16_supported())


def _keep_head_in_fp32(model: nn.Module) -> bool:
    """Take the last one-output layer out of autocast; False when the model has none."""
    heads = [m for m in model.modules() if isinstance(m, nn.Linear) and m.out_features == 1]
    if not heads:
        return False
    head = heads[-1]

    def forward(input: torch.Tensor) -> torch.Tensor:
        with torch.autocast(input.device.type, enabled=False):
            return nn.functional.linear(input.float(), head.weight, head.bias)

    head.forward = forward  # type: ignore[method-assign]
    return True
