"""What reads text for a search, loaded once and shared by every engine of a process."""

import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Self

from index.analyzer import Analyzer
from index.encoder import Encoder, Vectors
from search.calibration import Calibration
from search.errors import SettingsError
from search.rerank import Reader, Reading, Reranker
from search.settings import Settings

_GPU_DRIVERS = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")
REMEMBERED = 50_000
"""Readings kept, about 200 bytes each; the one longest unasked makes room."""

try:  # before anything asks for CUDA, which on a ZeroGPU Space is this package's stand-in
    from spaces import GPU as on_lent_gpu  # type: ignore[import-not-found]
except ImportError:

    def on_lent_gpu(function: Reader) -> Reader:
        """The function itself: outside a Space nobody lends a GPU for a call."""
        return function


class Models:
    """Analyzer, encoder and reranker; threads may share them.

    What the reranker made of a passage is remembered: more hits of a query, its explanation, a
    comparison and a second person's same question cost nothing more.
    """

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
        self._read: Reader = on_lent_gpu(reranker.read)
        self._readings: OrderedDict[bytes, Reading] = OrderedDict()
        self._readings_lock = threading.Lock()
        self.made = 0
        """Readings made so far; with `remembered`, for the operator's figures."""
        self.remembered = 0
        """Readings that were asked for again and remembered."""

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Load the models of `settings`; raises `ModelError` for one that can't be had."""
        device = device_for(settings)
        lent = os.environ.get("SPACES_ZERO_GPU") == "true"  # a GPU for the reranker's calls only
        encoder = Encoder.open(settings.encoder, "cpu" if lent else device)
        reranker = load_reranker(settings)
        calibration = Calibration.read(settings, encoder.fingerprint)
        return cls(Analyzer(), encoder, reranker, calibration)

    @cached_property
    def reranker_fingerprint(self) -> str:
        """SHA-256 of the reranker's weights."""
        return self.reranker.fingerprint

    def query_vector(self, query: str) -> Vectors:
        """Unit vector of a query, shape (1, dimension)."""
        with self._encoder_lock:
            return self.encoder.encode_query(query)

    def logits(self, query: str, texts: Sequence[str]) -> list[float]:
        """Raw logits of the reranker, one a text, in the order given."""
        return [reading.logit for reading in self.read(query, texts)]

    def read(self, query: str, texts: Sequence[str]) -> list[Reading]:
        """What the reranker makes of each text, in the order given."""
        keys = [blake2b(f"{query}\0{text}".encode(), digest_size=16).digest() for text in texts]
        with self._readings_lock:
            found = {key: self._readings[key] for key in keys if key in self._readings}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        found |= zip(new, self._read(query, list(new.values())), strict=True)
        with self._readings_lock:
            self.made += len(new)
            self.remembered += len(keys) - len(new)
            for key in keys:
                self._readings[key] = found[key]
                self._readings.move_to_end(key)
            while len(self._readings) > REMEMBERED:
                self._readings.popitem(last=False)
        return [found[key] for key in keys]


def load_reranker(settings: Settings) -> Reranker:
    """The reranker of `settings`; raises `ModelError` when it can't be had."""
    return Reranker.open(
        settings.reranker, device_for(settings), settings.rerank_batch, settings.rerank_threads
    )


def device_for(settings: Settings) -> str:
    """The device to compute on: the one set, else a GPU when there is one."""
    name = settings.device or ("cpu" if not _may_have_gpu() else "")
    if name == "cpu":
        return name
    import torch

    name = name or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        torch.device(name)
    except RuntimeError as error:
        raise SettingsError(
            f"DEVICE={name!r}: no such kind of device. Set cpu, cuda or cuda:0, or unset it."
        ) from error
    return name


def _may_have_gpu() -> bool:
    """Whether there is a driver of a GPU, or a Space that lends one: else torch isn't asked."""
    lent = os.environ.get("SPACES_ZERO_GPU") == "true"
    return lent or any(map(os.path.exists, _GPU_DRIVERS))
