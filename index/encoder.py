"""Text -> unit vectors by any sentence-transformers model, named by hub id or path."""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from index.errors import ModelError

Vectors = NDArray[np.float32]


class Encoder:
    """A SentenceTransformer with its own query and passage prompts."""

    def __init__(self, name: str, device: str = "cpu", batch_size: int = 64) -> None:
        """Load the model; raises `ModelError` saying which, where it looked and what to set."""
        self.name = name
        self._batch_size = batch_size
        try:
            self._model = SentenceTransformer(name, device=device)
        except Exception as error:  # the libraries raise a dozen kinds for one fact: not there
            raise ModelError(missing_model("encoder", name, "ENCODER", error)) from error

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of what decides a vector: weights, modules, tokenizer, prompts, length."""
        digest = hashlib.sha256()
        for key, tensor in sorted(self._model.state_dict().items()):
            digest.update(key.encode())
            digest.update(np.ascontiguousarray(tensor.cpu().float().numpy()).data)
        for module in self._model:
            config: dict[str, object] = getattr(module, "get_config_dict", dict)()
            digest.update(f"{type(module).__name__} {sorted(config.items())!r}".encode())
        tokenizer = self._model.tokenizer
        backend = getattr(tokenizer, "backend_tokenizer", tokenizer)
        digest.update(backend.to_str().encode())
        limits = (sorted(self._model.prompts.items()), self._model.max_seq_length)
        digest.update(repr(limits).encode())
        return digest.hexdigest()

    def encode_query(self, query: str) -> Vectors:
        """Unit vector of a query, shape (1, dimension)."""
        return self._unit(self._model.encode_query([query], show_progress_bar=False))

    def encode_passages(self, texts: Sequence[str], progress: bool = False) -> Vectors:
        """Unit vectors of passages, shape (len(texts), dimension)."""
        return self._unit(
            self._model.encode_document(
                list(texts), batch_size=self._batch_size, show_progress_bar=progress
            )
        )

    @staticmethod
    def _unit(vectors: Vectors) -> Vectors:
        """Rows scaled to length 1; a zero row (nothing known in the text) stays zero."""
        floats = np.asarray(vectors, dtype=np.float32)
        norms = np.linalg.norm(floats, axis=1, keepdims=True)
        norms[norms == 0] = 1.0
        unit: Vectors = np.divide(floats, norms)
        return unit


def missing_model(kind: str, name: str, variable: str, error: Exception) -> str:
    """One line for a model that can't be had."""
    place = (
        f"the folder {Path(name).resolve()}"
        if Path(name).exists()
        else f"the folder {name} (not there), the local cache and the model hub"
    )
    reason = " ".join(str(error).split())[:200]
    return (
        f"The {kind} {name!r} can't be loaded: looked in {place}. "
        f"Set {variable} to a model folder or hub name, or unset it for the embedded model. "
        f"({reason})"
    )
