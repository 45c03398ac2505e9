"""A static embedding, the mean of its tokens' vectors, read without torch."""

import hashlib
import json
import math
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from index.encoder import Encoder, Vectors, missing_model
from index.errors import ModelError

_MODULE = "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding"
_BATCH = 1024


class StaticEncoder(Encoder):
    """sentence-transformers' `StaticEmbedding` alone, from its folder."""

    def __init__(self, name: str) -> None:
        """Load the model; raises `ModelError` when its files can't be read."""
        self.name = name
        folder = Path(name)
        try:
            weights = load_file(folder / "model.safetensors")
            self._table: Vectors = weights["embedding.weight"].astype(np.float32)
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            config = json.loads((folder / "config_sentence_transformers.json").read_text())
            self._prompts: dict[str, str] = config["prompts"]
        except Exception as error:  # tokenizers raises bare exceptions
            raise ModelError(missing_model("encoder", name, "ENCODER", error)) from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    @staticmethod
    def can_read(folder: Path) -> bool:
        """Whether the folder holds such a model and nothing else."""
        try:
            modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return isinstance(modules, list) and [(m["type"], m["path"]) for m in modules] == [
            (_MODULE, "")
        ]

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._table.shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """That of `TorchEncoder` with the same model."""
        limits = (sorted(self._prompts.items()), math.inf)
        digest = hashlib.sha256(b"0.embedding.weight")
        digest.update(self._table.data)
        digest.update(f"StaticEmbedding []{self._tokenizer.to_str()}{limits!r}".encode())
        return digest.hexdigest()

    def _vectors(self, texts: Sequence[str], kind: str) -> Vectors:
        prompt = self._prompts.get(kind) or ""
        parts = [
            self._means([prompt + text for text in texts[start : start + _BATCH]])
            for start in range(0, len(texts), _BATCH)
        ]
        return np.concatenate(parts) if parts else np.empty((0, self.dimension), np.float32)

    def _means(self, texts: Sequence[str]) -> Vectors:
        """Mean of the tokens' vectors; zeros for a text without tokens."""
        tokens = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        means = np.zeros((len(texts), self.dimension), np.float32)
        for mean, one in zip(means, tokens, strict=True):
            if one.ids:
                self._table[one.ids].mean(axis=0, out=mean)
        return means
