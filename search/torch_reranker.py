"""Any one-label CrossEncoder as a reranker: on a GPU, in training, of another architecture."""

import threading
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import CrossEncoder
from torch import nn
from transformers import BertForSequenceClassification, PreTrainedTokenizerFast

from index.encoder import missing_model
from index.errors import ModelError
from index.model_folder import SAFETENSORS
from search.bert_reranker import PREFIX, fingerprint_of
from search.openvino_bert import BertShape, Floats
from search.pair_tokens import Batch, PairTokenizer
from search.rerank import Reading, Reranker, read_batches

CPU_BATCH, GPU_BATCH = 16, 128


class TorchReranker(Reranker):
    """A CrossEncoder of sentence-transformers."""

    def __init__(self, name: str, device: str = "cpu", batch_size: int = 0) -> None:
        """Load the model; raises `ModelError` when it can't be had or has not one output."""
        try:
            model = CrossEncoder(
                name,
                device=device,
                activation_fn=nn.Identity(),
                trust_remote_code=False,
                model_kwargs=SAFETENSORS,
            )
        except Exception as error:  # the libraries raise a dozen kinds for one fact: not there
            raise ModelError(missing_model("reranker", name, "RERANKER", error)) from error
        model.float()
        self._take(model, name, batch_size)

    @classmethod
    def around(cls, model: CrossEncoder, batch_size: int = 0) -> Self:
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
        self.max_tokens = int(model.max_seq_length or 512)
        self._model = model
        self._device = model.device.type
        self._batch_size = batch_size or (CPU_BATCH if self._device == "cpu" else GPU_BATCH)
        self._half = has_bfloat16(self._device) and _keep_head_in_fp32(model)
        self._lock = threading.Lock()
        self._pairs: PairTokenizer | None = None
        if _is_plain(model):
            tokenizer = model.tokenizer
            backend, pad = tokenizer.backend_tokenizer, tokenizer.pad_token_id or 0
            self._pairs = PairTokenizer(backend, pad, self.max_tokens)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the weights in fp32, computed anew each time."""
        return fingerprint_of(self._weights(self._model))

    @property
    def is_plain_bert(self) -> bool:
        """Whether `as_bert` can be asked for."""
        model: Any = self._model[0].model if self._pairs else None
        config: Any = getattr(model, "config", None)
        return isinstance(model, BertForSequenceClassification) and BertShape.fits(config.to_dict())

    def as_bert(self) -> tuple[dict[str, Floats], BertShape, PairTokenizer]:
        """Weights, shape and tokenizer of a plain BERT."""
        if self._pairs is None:
            raise ModelError(f"The reranker {self.name!r} is no plain BERT. Compute it by torch.")
        model: Any = self._model[0].model
        weights = {
            name.removeprefix(PREFIX): weight for name, weight in self._weights(self._model).items()
        }
        return weights, BertShape.of(model.config.to_dict()), self._pairs

    def read(self, query: str, passages: Sequence[str]) -> list[Reading]:
        """What the model makes of each passage, in the order given."""
        self._model.eval()  # one in training has dropout
        if self._pairs is None:
            return self._predicted(query, passages)
        return read_batches(self._pairs, query, passages, self._batch_size, self._batch_logits)

    @torch.inference_mode()
    def _batch_logits(self, batch: Batch) -> NDArray[np.float32]:
        arrays = {"input_ids": batch.ids, "token_type_ids": batch.types}
        arrays["attention_mask"] = batch.mask
        features = {
            name: torch.from_numpy(arrays[name]).to(self._model.device)
            for name in self._model.tokenizer.model_input_names
        }
        with torch.autocast(self._device, torch.bfloat16, enabled=self._half):
            scores = self._model(features)["scores"]
        logits: NDArray[np.float32] = scores.float().cpu().numpy().reshape(-1)
        return logits

    def _predicted(self, query: str, passages: Sequence[str]) -> list[Reading]:
        """By sentence-transformers' own preparation: prompts, chat templates, modules behind."""
        if not passages:
            return []
        pairs = [(query, passage) for passage in passages]
        with self._lock, torch.autocast(self._device, torch.bfloat16, enabled=self._half):
            scores = self._model.predict(
                pairs,
                batch_size=self._batch_size,
                show_progress_bar=False,
                convert_to_tensor=True,
            )
            tokens = self._model.tokenizer(pairs, truncation=False, verbose=False)["input_ids"]
        return [
            Reading(float(score), len(ids) > self.max_tokens)
            for score, ids in zip(scores.float().cpu(), tokens, strict=True)
        ]

    @staticmethod
    def _weights(model: nn.Module) -> dict[str, Floats]:
        return {name: t.detach().cpu().float().numpy() for name, t in model.state_dict().items()}


def has_bfloat16(device: str) -> bool:
    """Whether the device multiplies bfloat16 in hardware (emulated, it is slower than fp32)."""
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device == "cpu" and bool(torch.cpu._is_avx512_bf16_supported())


def _is_plain(model: CrossEncoder) -> bool:
    """Whether the pair's tokens are all that the model reads."""
    return (
        len(model) == 1
        and model[0].transformer_task == "sequence-classification"
        and isinstance(model.tokenizer, PreTrainedTokenizerFast)
        and not model.prompts.get(model.default_prompt_name or "")
    )


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
