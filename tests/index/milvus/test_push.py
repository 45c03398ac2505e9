"""An index goes up to Milvus, is broken off, goes on, makes place for the next."""

import socket
import sys
import time

import pytest
from milvus_lite.server_manager import server_manager_instance

from index.analyzer import Analyzer
from index.corpus import Document
from index.encoder import Encoder
from index.errors import IndexMismatchError, IndexStoreError
from index.milvus import MilvusIndex, drop_old, push, push_index, read_manifest
from index.milvus.address import Address
from index.milvus.catalogue import Catalogue
from index.milvus.cluster import Cluster, Row
from index.milvus.generation import Generation
from index.opening import open_index
from index.store import Manifest, current_generation
from tests.index.conftest import MakeEncoder
from tests.index.milvus.conftest import DOCUMENTS, Build


def cluster_at(url: str) -> Cluster:
    return Cluster(Address.parse(url))


def ids(url: str, encoder: Encoder, analyzer: Analyzer) -> list[str]:
    return [passage.id for passage in open_index(url, encoder, analyzer).passages]


def test_a_push_that_was_broken_off_goes_on_without_doubles(
    build: Build,
    url: str,
    tiny_encoder: Encoder,
    analyzer: Analyzer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(push, "BATCH", 2)
    directory = build(DOCUMENTS)
    manifest = Manifest.read(current_generation(directory))
    generation = Generation.of("demo", manifest)
    written: list[int] = []
    write = Cluster.write

    def write_two(self: Cluster, collection: str, rows: list[Row]) -> None:
        if collection == generation.passages:
            if len(written) == 2:
                raise KeyboardInterrupt
            written.append(len(rows))
        write(self, collection, rows)

    monkeypatch.setattr(Cluster, "write", write_two)
    with pytest.raises(KeyboardInterrupt):
        push_index(directory, url, progress=False)
    assert written == [2, 2]
    assert cluster_at(url).count(generation.passages) == 4
    with pytest.raises(IndexStoreError, match="half an index, its push was broken off"):
        open_index(url, tiny_encoder, analyzer)

    written.clear()
    assert push_index(directory, url, progress=False).files == manifest.files
    assert written == [1]
    assert ids(url, tiny_encoder, analyzer) == ["cat", "dog", "house", "void", "kitten"]


def test_a_batch_that_came_half_is_put_again(
    build: Build, url: str, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    directory = build(DOCUMENTS)
    push_index(directory, url, progress=False)
    cluster = cluster_at(url)
    generation = Catalogue(cluster).current()
    cluster.delete(generation.passages, "row in [1, 3]")
    with pytest.raises(IndexStoreError, match="holds 3 passages, not 5. Push the index again"):
        open_index(url, tiny_encoder, analyzer)
    push_index(directory, url, progress=False)
    assert ids(url, tiny_encoder, analyzer) == ["cat", "dog", "house", "void", "kitten"]


def test_rows_that_nobody_pushed_are_told(build: Build, pushed: str) -> None:
    cluster = cluster_at(pushed)
    generation = Catalogue(cluster).current()
    (row,) = cluster.rows(generation.passages, "row in [0]", ["*"])
    cluster.write(generation.passages, [row | {"row": 5}])
    with pytest.raises(IndexStoreError, match="holds 6 rows, 5 were put there"):
        push_index(build(DOCUMENTS), pushed, progress=False)


def test_the_next_generation_leaves_an_open_one_alone_until_it_is_dropped(
    build: Build, pushed: str, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    before = MilvusIndex.open(pushed, tiny_encoder, analyzer)
    manifest = push_index(build(DOCUMENTS[1:3]), pushed, progress=False)
    assert before.lexical.search(["кот"], 1)[0][0] == 4  # the kitten: nothing else in its text
    assert len(before.passages) == 5
    after = MilvusIndex.open(pushed, tiny_encoder, analyzer)
    assert after.manifest == manifest == read_manifest(pushed)
    assert [passage.id for passage in after.passages] == ["dog", "house"]
    assert after.lexical.search(["кот"], 1) == []

    assert len(drop_old(pushed)) == 2
    assert drop_old(pushed) == []
    assert after.lexical.search(["дом"], 5)[0][0] == 1
    with pytest.raises(IndexStoreError, match="a collection of the index is gone"):
        before.lexical.search(["кот"], 1)


def test_a_push_that_fails_leaves_the_index_before_in_use(
    build: Build,
    pushed: str,
    tiny_encoder: Encoder,
    analyzer: Analyzer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(self: Cluster, collection: str) -> None:
        raise IndexStoreError("обрыв")

    monkeypatch.setattr(Cluster, "settle", broken)
    with pytest.raises(IndexStoreError, match="обрыв"):
        push_index(build(DOCUMENTS[:2]), pushed, progress=False)
    assert len(ids(pushed, tiny_encoder, analyzer)) == 5


def test_two_indexes_share_a_cluster(build: Build, pushed: str) -> None:
    other = f"{pushed}_2"
    push_index(build(DOCUMENTS[:1]), other, progress=False)
    assert drop_old(pushed) == drop_old(other) == []
    assert (read_manifest(pushed).passages, read_manifest(other).passages) == (5, 1)


def test_many_sources_are_kept_in_pieces(
    build: Build, url: str, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    names = [f"раздел {number} " + "я" * 9000 for number in range(3)]
    documents = [Document(str(n), "", "Кот.", source) for n, source in enumerate(names)]
    push_index(build(documents), url, progress=False)
    assert open_index(url, tiny_encoder, analyzer).sources.names == tuple(names)


def test_nothing_there_is_told(url: str, tiny_encoder: Encoder, analyzer: Analyzer) -> None:
    with pytest.raises(IndexStoreError) as refused:
        open_index(url, tiny_encoder, analyzer)
    assert str(refused.value) == (
        f"{url}: no index there. Push one: python -m index push DIR --to {url}"
    )


def test_another_encoder_is_refused_as_on_disk(
    pushed: str, make_encoder: MakeEncoder, analyzer: Analyzer
) -> None:
    other = make_encoder({"[UNK]": (0, 0), "кот": (1, 0)})
    with pytest.raises(IndexMismatchError, match=r"\(3 dimensions, .* \(2 dimensions, "):
        open_index(pushed, other, analyzer)


def test_another_analyzer_is_refused_as_on_disk(
    pushed: str, tiny_encoder: Encoder, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.analyzer.VERSION", "next")
    with pytest.raises(IndexMismatchError, match="built with another analyzer"):
        open_index(pushed, tiny_encoder, analyzer)


def test_another_format_is_refused(pushed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.store.FORMAT", 0)
    with pytest.raises(IndexStoreError, match="this version reads 0"):
        read_manifest(pushed)


def test_a_cluster_that_is_away_or_silent_is_told_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        start = time.monotonic()
        with pytest.raises(IndexStoreError, match=f"{port}/demo: no Milvus answers"):
            read_manifest(f"milvus+http://127.0.0.1:{port}/demo?timeout=0.5")
        assert time.monotonic() - start < 5
    with pytest.raises(IndexStoreError, match="Start it, or correct address"):
        read_manifest(f"milvus+http://127.0.0.1:{port}/demo?timeout=0.5")


def test_a_cluster_that_goes_away_is_told(
    pushed: str, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    index = open_index(pushed, tiny_encoder, analyzer)
    server_manager_instance.release_server(Address.parse(pushed).uri)
    with pytest.raises(IndexStoreError, match="no Milvus answers"):
        index.lexical.search(["кот"], 3)


def test_without_its_client_the_package_to_install_is_named(
    tiny_encoder: Encoder, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("index.milvus")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(IndexStoreError) as refused:
        open_index("milvus+http://localhost:19530/demo", tiny_encoder, analyzer)
    assert str(refused.value).endswith("pip install -r requirements-milvus.txt")
