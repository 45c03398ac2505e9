"""Text -> unit vectors by any sentence-transformers model, named by hub id or path."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from index.errors import reason
from index.model_folder import check_model_folder

Vectors = NDArray[np.float32]

_CHUNK = 20_000
"""Texts whose vectors are held twice, as the model gives them and scaled."""


class Encoder(ABC):
    """A model with its own query and passage prompts."""

    name: str

    @staticmethod
    def open(name: str, device: str = "cpu") -> "Encoder":
        """Load the model; raises `ModelError` saying which, where it looked and what to set.

        A static embedding needs no torch on a CPU, whose import alone takes seconds.
        """
        check_model_folder(name)
        from index.static_encoder import StaticEncoder

        if device == "cpu" and StaticEncoder.can_read(Path(name)):
            return StaticEncoder(name)
        from index.torch_encoder import TorchEncoder

        return TorchEncoder(name, device)

    @property
    @abstractmethod
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """SHA-256 of what decides a vector: weights, modules, tokenizer, prompts, length."""

    @abstractmethod
    def _vectors(self, texts: Sequence[str], kind: str) -> Vectors:
        """The model's vectors of texts, shape (len(texts), dimension); "query" or "document"."""

    def encode_query(self, query: str) -> Vectors:
        """Unit vector of a query, shape (1, dimension)."""
        return _unit(self._vectors([query], "query"))

    def encode_passages(self, texts: Sequence[str], progress: bool = False) -> Vectors:
        """Unit vectors of passages, shape (len(texts), dimension)."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        with tqdm(total=len(texts), desc="encoding", unit="", disable=not progress) as bar:
            for start in range(0, len(texts), _CHUNK):
                chunk = list(texts[start : start + _CHUNK])
                vectors[start : start + len(chunk)] = _unit(self._vectors(chunk, "document"))
                bar.update(len(chunk))
        return vectors


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
    return (
        f"The {kind} {name!r} can't be loaded: looked in {place}. "
        f"Set {variable} to a model folder or hub name, or unset it for the embedded model. "
        f"({reason(error)})"
    )
