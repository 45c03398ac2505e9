"""The same Engine over Milvus: queries of the demo get the local index's ids and stage scores."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import IndexStoreError
from index.milvus import push_index
from search.engine import Engine
from search.evaluation import read_set
from search.explain import explain, find_passages
from search.hits import Ranking
from search.settings import ROOT
from search.start import open_engine
from tests.index.milvus.conftest import embedded

QUERIES = list(read_set(ROOT / "data" / "demo")[0].values())
AS_PRECISE = 1e-5
"""Impacts are in single precision there."""


@pytest.fixture(scope="module")
def url(demo_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with embedded(tmp_path_factory.mktemp("milvus")) as url:
        push_index(demo_index, url, progress=False)
        yield url


@pytest.fixture(scope="module")
def there(engine: Engine, url: str) -> Engine:
    return Engine.open(url, engine.settings, engine.models)


def assert_same(here: Ranking, there: Ranking) -> None:
    assert there.notes == here.notes
    assert [hit.passage for hit in there.hits] == [hit.passage for hit in here.hits]
    for ours, theirs in zip(here.hits, there.hits, strict=True):
        assert theirs.stages.keys() == ours.stages.keys()
        for name, stage in ours.stages.items():
            assert theirs.stages[name].rank == stage.rank
            assert theirs.stages[name].score == pytest.approx(stage.score, abs=AS_PRECISE)


def test_every_query_of_the_demo_has_the_same_candidates(engine: Engine, there: Engine) -> None:
    for query in [*QUERIES, "и", "абвгд"]:
        assert_same(engine.candidates(query), there.candidates(query))


def test_a_search_kept_to_sources_is_the_same(engine: Engine, there: Engine) -> None:
    for query in QUERIES[::60]:
        for source in engine.index.sources.names:
            assert_same(engine.candidates(query, [source]), there.candidates(query, [source]))


def test_reranked_and_marked_the_same(engine: Engine, there: Engine) -> None:
    for query in QUERIES[::60]:
        ours, theirs = engine.search(query, top_k=5), there.search(query, top_k=5)
        assert_same(ours, theirs)
        assert [hit.highlights for hit in theirs.hits] == [hit.highlights for hit in ours.hits]
        assert theirs.answer == ours.answer


def test_explained_the_same(engine: Engine, there: Engine) -> None:
    query = QUERIES[0]
    ids = [hit.passage.id for hit in engine.candidates(query).hits]
    lost = next(p.id for p in engine.index.passages if p.id not in ids)
    for id in (ids[0], ids[-1], lost):
        ours, theirs = explain(engine, query, id), explain(there, query, id)
        assert theirs.words == tuple(
            replace(word, bm25=pytest.approx(word.bm25, abs=AS_PRECISE)) for word in ours.words
        )
        assert theirs.cosine == pytest.approx(ours.cosine, abs=AS_PRECISE)
        assert (theirs.place, theirs.lost_at) == (ours.place, ours.lost_at)
        assert theirs.whole_ranks == ours.whole_ranks


def test_passages_are_found_by_id_and_phrase(engine: Engine, there: Engine) -> None:
    passage = engine.index.passages[7]
    for wanted in (passage.id, passage.text[5:40], "абвгд"):
        assert find_passages(there, wanted) == find_passages(engine, wanted)


def test_the_app_opens_what_lies_on_a_cluster_and_builds_nothing(
    engine: Engine, there: Engine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.start.Models.open", lambda settings: engine.models)
    assert (
        open_engine(replace(engine.settings, index_dir=url)).index.manifest == there.index.manifest
    )
    with pytest.raises(IndexStoreError, match="no index there. Push one"):
        open_engine(replace(engine.settings, index_dir=f"{url}_2"))
