import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import torch
from sentence_transformers import CrossEncoder

from search.engine import Engine
from search.errors import JudgingError
from search.evaluation import read_queries, stage_run
from search.hits import STAGES
from search.judging.snapshots import Snapshot, take_snapshot
from search.settings import ROOT, Settings
from search.torch_reranker import TorchReranker


@pytest.fixture(scope="module")
def queries(small_set: Path) -> dict[str, str]:
    return read_queries(small_set)


@pytest.fixture(scope="module")
def snapshot(small_engine: Engine, queries: dict[str, str]) -> Snapshot:
    return take_snapshot(small_engine, queries, "первый", "small", progress=False)


def test_a_snapshot_says_what_it_was_made_of(
    snapshot: Snapshot, small_engine: Engine, queries: dict[str, str]
) -> None:
    manifest = small_engine.index.manifest
    assert (snapshot.name, snapshot.set, snapshot.queries) == ("первый", "small", queries)
    assert snapshot.created.utcoffset() == timedelta(0)
    assert timedelta(0) <= datetime.now(UTC) - snapshot.created < timedelta(hours=1)
    assert snapshot.index.corpus == manifest.corpus_fingerprint
    assert snapshot.index.analyzer == manifest.analyzer_fingerprint
    assert snapshot.index.encoder == manifest.encoder_fingerprint
    assert (snapshot.index.encoder_name, snapshot.index.passages) == ("data/models/encoder", 5)
    assert snapshot.reranker == "data/models/reranker"
    assert snapshot.reranker_fingerprint == small_engine.models.reranker.fingerprint
    assert snapshot.settings["rerank_depth"] == 3
    assert not any(str(ROOT) in str(value) for value in snapshot.settings.values())


def test_a_password_of_the_database_is_not_kept(
    small_engine: Engine, queries: dict[str, str]
) -> None:
    url = "postgresql+psycopg://ann:secret@host/judgments"
    engine = Engine(
        small_engine.index,
        small_engine.models,
        replace(small_engine.settings, database_url=url),
    )
    taken = take_snapshot(engine, {"whales": queries["whales"]}, "a", "small", progress=False)
    assert taken.settings.keys() == engine.settings.as_dict().keys() - {
        "database_url",
        "snapshots_dir",
        "promotions",
    }
    assert "secret" not in repr(taken)


def test_the_lists_are_those_of_the_engine_with_their_scores(
    snapshot: Snapshot, small_engine: Engine, queries: dict[str, str]
) -> None:
    assert tuple(snapshot.stages) == STAGES
    for query_id, text in queries.items():
        ranking = small_engine.rerank(small_engine.candidates(text))
        hits = {hit.passage.id: hit for hit in ranking.hits}
        for stage in STAGES:
            ranked = snapshot.ranked(stage)[query_id]
            assert snapshot.run(stage)[query_id] == stage_run(ranking, stage)
            for rank, passage in enumerate(ranked, 1):
                hit = hits[passage.passage_id]
                assert passage.document_id == hit.passage.document_id
                if stage in hit.stages:
                    assert hit.stages[stage].rank == rank
                    assert passage.score == pytest.approx(hit.stages[stage].score, abs=1e-4)


def test_below_the_rerankers_depth_there_is_no_score(snapshot: Snapshot) -> None:
    scores = [passage.score for passage in snapshot.ranked("reranked")["whales"]]
    assert [score is None for score in scores] == [False] * 3 + [True] * 2


def test_a_stage_that_found_nothing_keeps_an_empty_list(snapshot: Snapshot) -> None:
    assert snapshot.ranked("bm25")["hippo"] == ()
    assert snapshot.run("bm25")["hippo"] == {}


def test_the_text_kept_is_the_text_searched(small_engine: Engine) -> None:
    taken = take_snapshot(small_engine, {"q": "  чай\0 "}, "a", "small", progress=False)
    assert taken.queries == {"q": "чай"}


def test_an_unknown_stage_is_named(snapshot: Snapshot) -> None:
    with pytest.raises(JudgingError, match="'первый' has no stage 'splade'. Choose one of bm25, "):
        snapshot.run("splade")


def test_queries_that_can_not_be_searched_are_named(small_engine: Engine) -> None:
    with pytest.raises(JudgingError, match="small: no queries in it"):
        take_snapshot(small_engine, {}, "a", "small")
    with pytest.raises(JudgingError, match="small, query 'long': The query has 1001 characters"):
        take_snapshot(small_engine, {"long": "я" * 1001}, "a", "small", progress=False)


def test_other_weights_have_another_fingerprint(small_engine: Engine, settings: Settings) -> None:
    model = CrossEncoder(settings.reranker, device="cpu")
    reranker = TorchReranker.around(model)
    assert reranker.fingerprint == small_engine.models.reranker.fingerprint
    with torch.no_grad():
        next(model.parameters()).view(-1)[0] += 1
    assert reranker.fingerprint != small_engine.models.reranker.fingerprint


def test_the_kept_settings_fit_json(snapshot: Snapshot) -> None:
    assert json.loads(json.dumps(snapshot.settings)) == snapshot.settings
