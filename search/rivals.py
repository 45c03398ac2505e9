"""What may be compared with the app's own index and reranker: only what its operator named.

A rival goes by its label, the last part of its path: a request that names anything else opens
nothing.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Self

from index.encoder import Encoder
from index.errors import IndexStoreError, ModelError
from index.opening import open_index, read_manifest
from index.search_index import SearchIndex
from index.store import Manifest
from search.engine import Engine
from search.models import Models, load_reranker
from search.promotion import history, weights_hash
from search.settings import Settings

HOME = ""
"""Label of the app's own reranker and index."""
MAX_MODELS = 2
"""Models kept beside the app's own; the one longest out of use makes room."""


class Rivals:
    """Rerankers and indexes by label, each loaded when first asked for; threads may share them."""

    def __init__(
        self,
        home: Engine,
        rerankers: Iterable[str] = (),
        indexes: Iterable[str] = (),
        promoted: Mapping[str, str] | None = None,
    ) -> None:
        """`promoted`: reranker -> the SHA-256 its weights must have."""
        self.home = home
        self._rerankers = _labelled(rerankers, home.settings.reranker)
        self._indexes = _labelled(indexes, home.settings.index_dir)
        self._promoted = dict(promoted or {})
        self._models: OrderedDict[tuple[str, str], Models] = OrderedDict()
        self._opened: dict[str, SearchIndex] = {}
        self._loading = threading.Lock()

    @classmethod
    def of(cls, home: Engine) -> Self:
        """The embedded reranker, those of the promotions, and those and the indexes of settings.

        Raises `ModelError` for a history of promotions that can't be read.
        """
        settings = home.settings
        promoted = {p.reranker: p.sha256 for p in history(Path(settings.promotions))}
        named = _names(settings.compare_rerankers)
        rerankers = [Settings().reranker, *promoted, *named]
        return cls(home, rerankers, _names(settings.compare_indexes), promoted)

    def move_to(self, home: Engine) -> None:
        """Compare with this engine from now on: the app's own index has a new generation."""
        self.home = home

    @property
    def rerankers(self) -> tuple[str, ...]:
        """Labels, `HOME` first."""
        return (HOME, *self._rerankers)

    @property
    def indexes(self) -> tuple[str, ...]:
        """Labels, `HOME` first."""
        return (HOME, *self._indexes)

    def reranker(self, label: str) -> Models:
        """Models with this reranker, to rerank with; their encoder is the app's.

        Raises `ModelError` for a label nobody configured and a model that can't be loaded.
        """
        if label == HOME:
            return self.home.models
        if label not in self._rerankers:
            raise ModelError(
                f"No reranker {label!r} to compare with: name it in COMPARE_RERANKERS."
            )
        with self._loading:
            return self._kept("reranker", label, lambda: self._load(label))

    def engine(self, label: str) -> Engine:
        """An engine over this index with the encoder it was built with, for the first stage.

        Raises `IndexStoreError` for a label nobody configured or an index that can't be opened,
        `ModelError` for an encoder that can't be loaded.
        """
        if label == HOME:
            return self.home
        if label not in self._indexes:
            raise IndexStoreError(
                f"No index {label!r} to compare with: name it in COMPARE_INDEXES."
            )
        place = self._indexes[label]
        with self._loading:
            index = self._opened.get(label)
            manifest = index.manifest if index else read_manifest(place)
            models = self._models_of(manifest)
            index = index or open_index(place, models.encoder, models.analyzer)
            self._opened[label] = index
        return Engine(index, models, self.home.settings)

    def _load(self, label: str) -> Models:
        name, home = self._rerankers[label], self.home
        if name in self._promoted and weights_hash(Path(name)) != self._promoted[name]:
            raise ModelError(
                f"{label}: the weights have changed since they were promoted. Promote them again."
            )
        try:
            reranker = load_reranker(replace(home.settings, reranker=name))
        except ModelError as error:
            raise ModelError(
                f"The reranker {label!r} can't be compared: mend it or take it out of "
                f"COMPARE_RERANKERS and the promotions. ({error})"
            ) from error
        return Models(home.models.analyzer, home.models.encoder, reranker)

    def _models_of(self, manifest: Manifest) -> Models:
        """The app's models, unless the index was built with another encoder."""
        home = self.home.models
        if manifest.encoder_fingerprint == home.encoder.fingerprint:
            return home
        return self._kept(
            "encoder",
            manifest.encoder,
            lambda: Models(home.analyzer, Encoder.open(manifest.encoder), home.reranker),
        )

    def _kept(self, kind: str, name: str, load: Callable[[], Models]) -> Models:
        key = (kind, name)
        if key not in self._models:
            if len(self._models) == MAX_MODELS:
                self._models.popitem(last=False)
            self._models[key] = load()
        self._models.move_to_end(key)
        return self._models[key]


def _names(setting: str) -> list[str]:
    return [name.strip() for name in setting.split(",") if name.strip()]


def _labelled(names: Iterable[str], home: str) -> dict[str, str]:
    """Label -> name; as many last parts of the path as tell it from those before it."""
    labelled: dict[str, str] = {}
    seen = {Path(home).resolve()}
    for name in names:
        if (path := Path(name)).resolve() in seen:
            continue
        seen.add(path.resolve())
        parts = path.absolute().parts
        tails = ("/".join(parts[-size:]) for size in range(1, len(parts) + 1))
        labelled[next(tail for tail in tails if tail not in labelled)] = name
    return labelled
