from dataclasses import replace
from pathlib import Path

import pytest

from search.engine import Engine
from search.errors import JudgingError
from search.evaluation import stage_run
from search.hits import STAGES
from search.judging.passage_lookup import PassageLookup
from search.judging.query_set import Query, QuerySet
from search.judging.rankers import rankers_of, rankings_of, rankings_of_snapshot
from search.judging.snapshots import take_snapshot
from search.settings import Settings

QUERY = "вода для чая"


def test_every_stage_ranks_as_the_evaluation_ranks_it(small_engine: Engine) -> None:
    whole = small_engine.rerank(small_engine.candidates(QUERY))
    rankings = rankers_of(small_engine, QUERY)
    assert list(rankings) == list(STAGES)
    for stage, ranking in rankings.items():
        documents = [hit.passage.document_id for hit in ranking.hits]
        assert documents == list(stage_run(whole, stage))
    assert {hit.passage.id for hit in rankings["bm25"].hits} == {"tea", "bread"}
    assert len(rankings["reranked"].hits) == len(rankings["fused"].hits) == 5


def test_only_the_rankers_asked_for_are_given(small_engine: Engine) -> None:
    rankings = rankers_of(small_engine, QUERY, ("dense", "bm25"))
    assert list(rankings) == ["dense", "bm25"]
    assert all("reranked" not in hit.stages for r in rankings.values() for hit in r.hits)


def test_another_engine_ranks_under_its_own_name(
    small_engine: Engine, small_index: Path, settings: Settings
) -> None:
    other = Engine.open(small_index, replace(settings, rerank_depth=0))
    rankings = rankers_of(small_engine, QUERY, ("fused",), {"без реранкера": other})
    assert list(rankings) == ["fused", "без реранкера"]
    assert rankings["без реранкера"].hits == rankings["fused"].hits


def test_a_ranker_nobody_knows_is_refused(small_engine: Engine) -> None:
    with pytest.raises(JudgingError, match=r"'splade': no such stage\. Choose from bm25, dense"):
        rankers_of(small_engine, QUERY, ("splade",))
    with pytest.raises(JudgingError, match="'dense': is the name of a stage"):
        rankers_of(small_engine, QUERY, (), {"dense": small_engine})


def test_a_set_is_ranked_by_ranker_and_query(small_engine: Engine) -> None:
    queries = QuerySet("чай и кит", (Query("1", QUERY), Query("2", "чем питается кит")))
    rankings = rankings_of(small_engine, queries, ("bm25", "fused"), progress=False)
    assert {ranker: list(ranked) for ranker, ranked in rankings.items()} == {
        "bm25": ["1", "2"],
        "fused": ["1", "2"],
    }
    assert rankings["bm25"]["2"].hits[0].passage.id == "whale"


def test_a_snapshot_is_a_ranker_for_the_queries_it_holds(small_engine: Engine) -> None:
    taken = take_snapshot(small_engine, {"a": QUERY, "b": "бегемот"}, "v1", "set", progress=False)
    queries = QuerySet("другой", (Query("1", "чем питается кит"), Query("2", QUERY)))
    passages = PassageLookup(small_engine.index.passages)
    found = rankings_of_snapshot(taken, "bm25", queries, passages)
    now = rankers_of(small_engine, QUERY, ("bm25",))["bm25"]
    assert list(found) == ["2"]
    assert [hit.passage for hit in found["2"].hits] == [hit.passage for hit in now.hits]
    kept = {id: passages[id] for id in passages if id != "tea"}
    fewer = rankings_of_snapshot(taken, "bm25", queries, kept)["2"]
    assert [hit.passage.id for hit in fewer.hits] == ["bread"]
    with pytest.raises(JudgingError, match="'v1' holds none of the queries of 'чужой'"):
        rankings_of_snapshot(taken, "bm25", QuerySet("чужой", (Query("1", "сова"),)), passages)
    with pytest.raises(JudgingError, match="no stage 'splade'"):
        rankings_of_snapshot(taken, "splade", queries, passages)


def test_a_query_that_cannot_be_searched_is_named(small_engine: Engine) -> None:
    long = QuerySet("длинные", (Query("д", "кит " * 300),))
    with pytest.raises(JudgingError, match="длинные, query 'д': The query has"):
        rankings_of(small_engine, long, ("bm25",), progress=False)
