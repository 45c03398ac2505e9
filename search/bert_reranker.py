"""A BERT cross-encoder on a CPU, read from its folder without torch and computed by OpenVINO."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from index.encoder import missing_model
from index.errors import ModelError
from search.openvino_bert import BertShape, Floats, OpenVinoBert
from search.pair_tokens import PairTokenizer
from search.rerank import Reading, Reranker, read_batches

if TYPE_CHECKING:
    from search.torch_reranker import TorchReranker

BATCH = 2
"""Pairs computed at once unless told otherwise: padding costs more than it saves."""
PREFIX = "0.model."
"""Of the weights' names in a CrossEncoder."""


class BertReranker(Reranker):
    """`OpenVinoBert` with its tokenizer.

    As many batches are computed side by side as there are threads, a thread each: that wastes
    less than one batch on all threads, and batches of several queries share the cores fairly.
    """

    def __init__(
        self,
        name: str,
        weights: Mapping[str, Floats],
        shape: BertShape,
        tokenizer: PairTokenizer,
        batch_size: int = 0,
        threads: int = 0,
    ) -> None:
        self.name = name
        self.max_tokens = tokenizer.max_tokens
        self._fingerprint = fingerprint_of({PREFIX + key: w for key, w in weights.items()})
        self._tokenizer = tokenizer
        self._batch_size = batch_size or BATCH
        threads = threads or _cores()
        self._bert = OpenVinoBert(weights, shape, threads)
        self._threads = ThreadPoolExecutor(threads)

    @staticmethod
    def can_read(folder: Path) -> bool:
        """Whether the folder holds such a model with a tokenizer that needs no class of its own."""
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            tokens = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
            settings = folder / "config_sentence_transformers.json"
            prompts = json.loads(settings.read_text(encoding="utf-8")).get("prompts")
            return (
                BertShape.fits(config)
                and tokens["tokenizer_class"] == "PreTrainedTokenizerFast"
                and not prompts
                and (folder / "model.safetensors").is_file()
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return False

    @classmethod
    def of_folder(cls, name: str, batch_size: int = 0, threads: int = 0) -> Self:
        """Load the folder `name`; raises `ModelError` for files that can't be read."""
        folder = Path(name)
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            tokens = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
            backend = Tokenizer.from_file(str(folder / "tokenizer.json"))
            weights = load_file(folder / "model.safetensors")
            shape = BertShape.of(config)
            longest = min(int(tokens["model_max_length"]), shape.positions)
            pad = backend.token_to_id(tokens["pad_token"]) or 0
            tokenizer = PairTokenizer(backend, pad, longest)
            floats = {key: weight.astype(np.float32) for key, weight in weights.items()}
            return cls(name, floats, shape, tokenizer, batch_size, threads)
        except Exception as error:  # the libraries raise a dozen kinds for one fact: unreadable
            raise ModelError(missing_model("reranker", name, "RERANKER", error)) from error

    @classmethod
    def of_model(cls, reranker: "TorchReranker", batch_size: int = 0, threads: int = 0) -> Self:
        """The same model, computed by OpenVINO."""
        weights, shape, tokenizer = reranker.as_bert()
        return cls(reranker.name, weights, shape, tokenizer, batch_size, threads)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the weights in fp32."""
        return self._fingerprint

    def read(self, query: str, passages: Sequence[str]) -> list[Reading]:
        """What the model makes of each passage, in the order given."""
        return read_batches(
            self._tokenizer,
            query,
            passages,
            self._batch_size,
            self._bert.logits,
            self._threads.map,
        )


def _cores() -> int:
    """Those this process may use, where the system tells (macOS does not)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def fingerprint_of(weights: Mapping[str, Floats]) -> str:
    """SHA-256 of weights by name."""
    digest = hashlib.sha256()
    for key, weight in sorted(weights.items()):
        digest.update(key.encode())
        digest.update(np.ascontiguousarray(weight).data)
    return digest.hexdigest()
