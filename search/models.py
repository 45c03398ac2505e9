"""What reads text for a search, loaded once and shared by every engine of a process."""

import os
import threading
from collections.abc import Callable, Sequence
from typing import Self

import torch

from index.analyzer import Analyzer
from index.encoder import Encoder, Vectors
from search.calibration import Calibration
from search.errors import SettingsError
from search.rerank import Reranker
from search.settings import Settings

Logits = Callable[[str, Sequence[str]], list[float]]

try:  # before anything asks for CUDA, which on a ZeroGPU Space is this package's stand-in
    from spaces import GPU as on_lent_gpu  # type: ignore[import-not-found]
except ImportError:

    def on_lent_gpu(function: Logits) -> Logits:
        """The function itself: outside a Space nobody lends a GPU for a call."""
        return function


class Models:
    """Analyzer, encoder and reranker; each model computes for one thread at a time."""

    def __init__(
        self,
        analyzer: Analyzer,
        encoder: Encoder,
        reranker: Reranker,
        calibration: Calibration | None = None,
    ) -> None:
        self.analyzer = analyzer
        self.encoder = encoder
        self.reranker = reranker
        self.calibration = calibration
        self._encoder_lock = threading.Lock()
        self._reranker_lock = threading.Lock()
        self._logits: Logits = on_lent_gpu(reranker.logits)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Load the models of `settings`; raises `ModelError` for one that can't be had."""
        device = device_for(settings)
        lent = os.environ.get("SPACES_ZERO_GPU") == "true"  # a GPU for the reranker's calls only
        encoder = Encoder(settings.encoder, "cpu" if lent else device)
        reranker = Reranker(settings.reranker, device, settings.rerank_batch)
        calibration = Calibration.read(settings, encoder.fingerprint)
        return cls(Analyzer(), encoder, reranker, calibration)

    def query_vector(self, query: str) -> Vectors:
        """Unit vector of a query, shape (1, dimension)."""
        with self._encoder_lock:
            return self.encoder.encode_query(query)

    def logits(self, query: str, texts: Sequence[str]) -> list[float]:
        """Raw logits of the reranker, one a text, in the order given."""
        with self._reranker_lock:
            return self._logits(query, texts)

    def cut(self, query: str, texts: Sequence[str]) -> list[bool]:
        """Whether the reranker reads less than the whole of each text."""
        with self._reranker_lock:
            return self.reranker.cut(query, texts)


def device_for(settings: Settings) -> str:
    """The device to compute on: the one set, else a GPU when there is one."""
    name = settings.device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        torch.device(name)
    except RuntimeError as error:
        raise SettingsError(
            f"DEVICE={name!r}: no such kind of device. Set cpu, cuda or cuda:0, or unset it."
        ) from error
    return name
