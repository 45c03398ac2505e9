"""Any sentence-transformers model as an encoder."""

import hashlib
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding

from index.encoder import Encoder, Vectors, missing_model
from index.errors import ModelError
from index.model_folder import SAFETENSORS

_BATCH, _STATIC_BATCH = 64, 1024
"""Texts a batch; a static model pads none, and is 1.5 times as fast on the greater."""


class TorchEncoder(Encoder):
    """A SentenceTransformer."""

    def __init__(self, name: str, device: str = "cpu", batch_size: int | None = None) -> None:
        """Load the model; raises `ModelError`."""
        self.name = name
        try:
            self._model = SentenceTransformer(
                name, device=device, trust_remote_code=False, model_kwargs=SAFETENSORS
            )
        except Exception as error:  # the libraries raise a dozen kinds for one fact: not there
            raise ModelError(missing_model("encoder", name, "ENCODER", error)) from error
        static = isinstance(self._model[0], StaticEmbedding)
        if static:
            self._model.float()  # in half precision it would add up in half precision
        self._batch_size = batch_size or (_STATIC_BATCH if static else _BATCH)

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

    def _vectors(self, texts: Sequence[str], kind: str) -> Vectors:
        encode = self._model.encode_query if kind == "query" else self._model.encode_document
        vectors: Vectors = encode(list(texts), batch_size=self._batch_size, show_progress_bar=False)
        return vectors
