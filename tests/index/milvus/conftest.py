"""An embedded Milvus for each test, and small indexes to push there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from milvus_lite.server_manager import server_manager_instance

from index.analyzer import Analyzer
from index.build import build_index
from index.corpus import Document
from index.encoder import Encoder
from index.milvus import push_index

DOCUMENTS = [
    Document("cat", "Коты", "Кот спит дома, кот спит.", "звери"),
    Document("dog", "Псы", "Пёс ест 50% корма.", "звери"),
    Document("house", "", "Дом и пёс.", 'дома "и" \\ сады'),
    Document("void", "", "…", ""),
    Document("kitten", "", "Кот.", "звери"),
]

Build = Callable[[list[Document]], Path]


@contextmanager
def embedded(folder: Path) -> Iterator[str]:
    """The URL of an index on a Milvus of its own."""
    file = folder / "milvus.db"
    yield f"milvus+file://{file}/demo"
    server_manager_instance.release_server(str(file))


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with embedded(tmp_path) as url:
        yield url


@pytest.fixture
def build(tmp_path: Path, tiny_encoder: Encoder, analyzer: Analyzer) -> Build:
    """Build an index of documents, each of its own folder."""

    def built(documents: list[Document]) -> Path:
        directory = tmp_path / f"index-{len(documents)}"
        build_index(documents, directory, tiny_encoder, analyzer, progress=False)
        return directory

    return built


@pytest.fixture
def pushed(build: Build, url: str) -> str:
    """The URL of an index of `DOCUMENTS`."""
    push_index(build(DOCUMENTS), url, progress=False)
    return url
