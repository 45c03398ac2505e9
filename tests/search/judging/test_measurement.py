import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from search.errors import JudgingError
from search.judging.measurement import QueryFigures, graded_queries, measure_snapshot
from search.judging.metrics import MEASURES, per_query
from search.judging.significance import bootstrap_interval
from search.judging.snapshot_diff import diff
from search.judging.snapshots import IndexIdentity, RankedPassage, Snapshot
from search.judging.stage_diff import common_texts, diff_stages

INDEX = IndexIdentity("c" * 64, "a" * 64, "e" * 64, "encoder", 9, 1000, 1.2, 0.75)


def ranked(words: str) -> tuple[RankedPassage, ...]:
    return tuple(RankedPassage(id, id.partition("#")[0], None) for id in words.split())


TAKEN = Snapshot(
    name="первый",
    created=datetime(2025, 11, 24, tzinfo=UTC),
    set="small",
    settings={},
    index=INDEX,
    reranker="reranker",
    reranker_fingerprint="1" * 64,
    queries={"q1": "кит", "q2": "чай", "q3": "мёд"},
    stages={
        "bm25": {"q1": ranked("a b"), "q2": ranked("x c"), "q3": ()},
        "reranked": {"q1": ranked("x#1 x#2 a"), "q2": ranked("c x"), "q3": ranked("a")},
    },
)
GRADES = {"кит": {"a": 1, "x": 0}, "чай": {"c": 2}, "сыр": {"a": 1}, "мёд": {}}


def test_only_the_queries_with_a_grade_are_measured() -> None:
    assert graded_queries(TAKEN, GRADES) == {"кит": GRADES["кит"], "чай": GRADES["чай"]}


def test_the_worst_query_by_the_last_stage_is_first() -> None:
    second = 1 / math.log2(1 + 2)
    assert measure_snapshot(TAKEN, GRADES).queries == (
        QueryFigures("кит", {"bm25": 1.0, "reranked": pytest.approx(second)}, 1 / 2, judged=2 / 2),
        QueryFigures("чай", {"bm25": pytest.approx(second), "reranked": 1.0}, 1.0, judged=1 / 2),
    )


def test_means_and_intervals_are_those_of_the_metrics() -> None:
    measured = measure_snapshot(TAKEN, GRADES)
    by_id = {"q1": GRADES["кит"], "q2": GRADES["чай"]}
    for stage, figures in measured.stages.items():
        expected = per_query(TAKEN.run(stage), by_id)
        assert list(figures.means) == list(MEASURES)
        for name, mean in figures.means.items():
            values = list(expected.values[name].values())
            assert mean.value == pytest.approx(sum(values) / 2)
            assert mean.interval == bootstrap_interval(values)
        assert figures.judged == expected.means()["judged@10"]
    assert measured.stages["bm25"].judged == (1 / 2 + 1 / 2) / 2


def test_grades_of_other_queries_are_refused() -> None:
    with pytest.raises(JudgingError, match="None of the 3 queries of 'первый' has a grade"):
        measure_snapshot(TAKEN, {"сыр": {"a": 1}})


def test_the_same_stage_is_compared_as_diff_does() -> None:
    after = replace(TAKEN, name="второй", stages=TAKEN.stages | {"reranked": TAKEN.stages["bm25"]})
    ours = diff_stages(TAKEN, "reranked", after, "reranked", GRADES).diff
    theirs = diff(TAKEN, after, {"q1": GRADES["кит"], "q2": GRADES["чай"]})
    assert ours.measured == theirs.measured
    assert [replace(query, query_id="") for query in ours.queries] == [
        replace(query, query_id="") for query in theirs.queries
    ]


def test_two_stages_of_one_snapshot_are_compared() -> None:
    compared = diff_stages(TAKEN, "bm25", TAKEN, "reranked", GRADES)
    assert (compared.before, compared.after) == ("bm25", "reranked")
    second = 1 / math.log2(1 + 2)
    gains = {query.query: query.gain for query in compared.diff.queries}
    assert gains == {
        "кит": pytest.approx(second - 1),
        "чай": pytest.approx(1 - second),
        "мёд": None,
    }
    assert compared.diff.changes == ()


def test_queries_are_the_same_by_text_whatever_their_ids() -> None:
    other = replace(
        TAKEN,
        queries={"p1": "кит"},
        stages={"reranked": {"p1": TAKEN.stages["bm25"]["q1"]}},
    )
    assert common_texts(TAKEN, other) == ["кит"]
    compared = diff_stages(TAKEN, "bm25", other, "reranked", GRADES).diff
    assert [query.query for query in compared.queries] == ["кит"]
    assert compared.left_out == 2
    assert compared.queries[0].moved == ()


def test_without_a_grade_there_are_movements_only() -> None:
    compared = diff_stages(TAKEN, "bm25", TAKEN, "reranked", {"сыр": {"a": 1}}).diff
    assert compared.measured is None
    assert compared.queries[0].moved


def test_a_stage_that_is_not_there_is_named() -> None:
    with pytest.raises(JudgingError, match="has no stage 'dense'"):
        diff_stages(TAKEN, "dense", TAKEN, "bm25", {})
