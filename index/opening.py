"""Where an index lies -> the index, opened: a folder here, or a Milvus cluster by its URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.analyzer import Analyzer
from index.build import OpenIndex
from index.encoder import Encoder
from index.errors import IndexStoreError
from index.passage_file import PassageFile
from index.search_index import Passages, SearchIndex
from index.store import Manifest, current_generation, verify

Place = Path | str
"""A folder, or milvus+http://HOST:PORT/COLLECTION as `index.milvus.address` reads it."""


def is_remote(place: Place) -> bool:
    """Whether it is the URL of a cluster."""
    return isinstance(place, str) and place.startswith("milvus+")


def open_index(place: Place, encoder: Encoder, analyzer: Analyzer) -> SearchIndex:
    """Open the current generation of an index.

    Raises `IndexStoreError` for an index that is missing, foreign, damaged or out of reach and
    `IndexMismatchError` when it was built with another analyzer or encoder.
    """
    if is_remote(place):
        with milvus_client():
            from index.milvus import MilvusIndex
        return MilvusIndex.open(str(place), encoder, analyzer)
    return OpenIndex.open(Path(place), encoder, analyzer)


def open_passages(place: Place) -> Passages:
    """The passages alone, without the models; raises `IndexStoreError` as `open_index` does."""
    if is_remote(place):
        with milvus_client():
            from index.milvus import open_passages as open_pushed_passages
        return open_pushed_passages(str(place))
    generation = current_generation(Path(place))
    verify(generation, Manifest.read(generation))
    return PassageFile.load(generation)


def read_manifest(place: Place) -> Manifest:
    """What the current generation holds and was built with; raises `IndexStoreError`."""
    if is_remote(place):
        with milvus_client():
            from index.milvus import read_manifest as read_pushed_manifest
        return read_pushed_manifest(str(place))
    return Manifest.read(current_generation(Path(place)))


@contextmanager
def milvus_client() -> Iterator[None]:
    """For an import of `index.milvus`: raises `IndexStoreError` when its client isn't installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise IndexStoreError(
            f"An index on Milvus needs the package {error.name}, which isn't installed. "
            "Install it: pip install -r requirements-milvus.txt"
        ) from error
