import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from search.errors import JudgingError
from search.judging.metrics import MEASURES
from search.judging.snapshot_diff import Change, Movement, QueryDiff, diff
from search.judging.snapshot_report import diff_as_text
from search.judging.snapshots import IndexIdentity, RankedPassage, Snapshot

INDEX = IndexIdentity("c" * 64, "a" * 64, "e" * 64, "encoder", 9, 1000, 1.2, 0.75)
QUERIES = {"kit": "чем питается кит", "tea": "вода для чая"}


def snapshot(name: str, kit: str, tea: str, index: IndexIdentity = INDEX) -> Snapshot:
    """Lists as words: the passage `a#2` is of the document `a`."""
    lists = {
        query: tuple(RankedPassage(id, id.partition("#")[0], None) for id in words.split())
        for query, words in (("kit", kit), ("tea", tea))
    }
    return Snapshot(
        name=name,
        created=datetime(2025, 11, 24, tzinfo=UTC),
        set="small",
        settings={"rrf_k": 10, "dense_weight": 0.5},
        index=index,
        reranker="reranker",
        reranker_fingerprint="1" * 64,
        queries=QUERIES,
        stages={"bm25": dict.fromkeys(QUERIES, ()), "reranked": lists},
    )


BEFORE = snapshot("до", "a a#2 b", "x y")
AFTER = snapshot("после", "a#2 c a", "x y")


def test_every_passage_has_a_movement() -> None:
    kit, tea = diff(BEFORE, AFTER).queries
    assert (kit.query_id, kit.query) == ("kit", "чем питается кит")
    assert kit.movements == (
        Movement("a#2", 2, 1),
        Movement("c", None, 2),
        Movement("a", 1, 3),
        Movement("b", 3, None),
    )
    assert tea.movements == (Movement("x", 1, 1), Movement("y", 2, 2))
    assert tea.moved == ()


def test_overlap_is_as_worked_out_by_hand() -> None:
    kit, tea = diff(BEFORE, AFTER).queries
    # X = 0, 1, 2: (1 - p)/p * (p^2 / 2 + 2/3 p^3) + 2/3 p^3
    assert kit.rbo == pytest.approx(0.1 * (0.45 + 2 / 3 * 0.81) + 2 / 3 * 0.729)
    assert kit.jaccard == 2 / 4
    assert (tea.rbo, tea.jaccard) == (pytest.approx(1.0), 1.0)


def test_only_what_touches_the_first_ten_has_moved() -> None:
    ids = [f"d{number}" for number in range(1, 13)]
    below = [*ids[:10], ids[11], ids[10]]
    across = [*ids[:9], ids[10], ids[9], ids[11]]
    base = snapshot("до", " ".join(ids), "x")
    assert diff(base, snapshot("b", " ".join(below), "x")).queries[0].moved == ()
    query = diff(base, snapshot("c", " ".join(across), "x")).queries[0]
    assert query.moved == (Movement("d11", 11, 10), Movement("d10", 10, 11))


def test_a_snapshot_does_not_differ_from_itself() -> None:
    same = diff(BEFORE, BEFORE, {"kit": {"a": 1}, "tea": {"x": 0}})
    assert same.changes == ()
    assert same.left_out == 0
    assert not any(query.moved for query in same.queries)
    assert same.measured
    assert set(same.measured.adjusted.values()) == {1.0}
    text = diff_as_text(same)
    assert "Settings, index and models are the same." in text
    assert "changed in 0 of 2 queries" in text
    assert "!!!" not in text


def test_a_stage_can_be_chosen_and_empty_lists_are_alike() -> None:
    assert diff(BEFORE, AFTER, stage="bm25").queries[0] == QueryDiff(
        "kit", "чем питается кит", (), 1.0, 1.0, None
    )
    with pytest.raises(JudgingError, match="no stage 'fused'. Choose one of bm25, reranked"):
        diff(BEFORE, AFTER, stage="fused")


def test_metrics_are_measured_by_document_over_the_judged_common_queries() -> None:
    qrels = {"kit": {"c": 1, "z": 0}, "tea": {"y": 1}, "unknown": {"a": 1}}
    result = diff(BEFORE, AFTER, qrels)
    assert result.measured
    ndcg = result.measured.comparisons["ndcg@10"]
    of_tea = 1 / math.log2(1 + 2)
    assert list(result.measured.comparisons) == list(result.measured.adjusted) == list(MEASURES)
    assert ndcg.queries == 2
    assert ndcg.before == pytest.approx((0 + of_tea) / 2)
    # after, kit's documents are a, c: the second passage of a counts once
    assert ndcg.after == pytest.approx((1 / math.log2(1 + 2) + of_tea) / 2)
    assert (ndcg.wins, ndcg.ties, ndcg.losses) == (1, 1, 0)
    # one difference: both swaps are as extreme
    assert ndcg.p == 1.0
    assert result.measured.judged == (pytest.approx((0 / 2 + 1 / 2) / 2), (1 / 2 + 1 / 2) / 2)
    assert [query.gain for query in result.queries] == [pytest.approx(of_tea), 0.0]


def test_a_query_nobody_judged_has_no_gain() -> None:
    assert [query.gain for query in diff(BEFORE, AFTER, {"tea": {"y": 1}}).queries] == [None, 0.0]
    assert diff(BEFORE, AFTER).measured is None


def test_what_differs_is_listed() -> None:
    other = replace(
        AFTER,
        settings={"rrf_k": 60, "dense_weight": 0.5, "new": 1},
        index=replace(INDEX, encoder="f" * 64),
        reranker_fingerprint="2" * 64,
    )
    result = diff(BEFORE, other)
    assert result.changes == (
        Change("index: encoder", "e" * 64, "f" * 64),
        Change("reranker weights", "1" * 64, "2" * 64),
        Change("setting: rrf_k", 10, 60),
        Change("setting: new", None, 1),
    )
    # the passages are the same ones, whatever encodes them
    assert not result.by_document
    lines = diff_as_text(result).split("\n")
    assert ["index:", "encoder", "eeeeeeeeeeee…", "ffffffffffff…"] in [s.split() for s in lines]
    assert ["setting:", "new", "—", "1"] in [s.split() for s in lines]


@pytest.mark.parametrize("other", [{"corpus": "d" * 64}, {"window_chars": 500}])
def test_over_different_indexes_documents_are_compared_and_it_is_said_loudly(
    other: dict[str, str],
) -> None:
    after = snapshot("после", "a#2 c a", "x y", replace(INDEX, **other))
    result = diff(BEFORE, after)
    assert result.by_document
    assert result.queries[0].movements == (
        Movement("a", 1, 1),
        Movement("c", None, 2),
        Movement("b", 2, None),
    )
    assert "!!! DIFFERENT INDEXES" in diff_as_text(result)


def test_queries_with_another_text_are_left_out_and_it_is_said() -> None:
    after = replace(AFTER, queries={"kit": "чем питается слон", "tea": "вода для чая"})
    result = diff(BEFORE, after)
    assert [query.query_id for query in result.queries] == ["tea"]
    assert result.left_out == 1
    assert "!!! 1 queries are left out" in diff_as_text(result)


def test_snapshots_that_share_nothing_can_not_be_compared() -> None:
    other = replace(AFTER, queries={"kit": "слон", "tea": "бегемот"})
    with pytest.raises(JudgingError, match="'до' and 'после' have no query in common"):
        diff(BEFORE, other)


@pytest.mark.parametrize("qrels", [{}, {"hippo": {"a": 1}}, {"kit": {}}])
def test_qrels_of_other_queries_are_an_error(qrels: dict[str, dict[str, int]]) -> None:
    with pytest.raises(JudgingError, match="judge none of the 2 queries of 'до' and 'после'"):
        diff(BEFORE, AFTER, qrels)


def test_the_report_tells_the_most_changed_query_with_its_movements() -> None:
    text = diff_as_text(diff(BEFORE, AFTER, {"kit": {"c": 1}, "tea": {"y": 1}}))
    lines = text.split("\n")
    assert lines[0] == "до -> после, stage reranked, 2 queries in both"
    assert "RBO@10 0.792, Jaccard@10 0.750 on average; the first 10 changed in 1 of 2 queries." in (
        lines
    )
    start = lines.index("чем питается кит  [kit]  RBO 0.585, Jaccard 0.500, nDCG@10 +63.1")
    assert [line.split() for line in lines[start + 1 :]] == [
        ["a#2", "2", "->", "1", "+1"],
        ["c", "—", "->", "2", "new"],
        ["a", "1", "->", "3", "-2"],
        ["b", "3", "->", "—", "gone"],
    ]
    assert diff_as_text(diff(BEFORE, AFTER), queries=0).count("\n") == 4


def test_the_report_shows_each_metric_in_hundredths() -> None:
    text = diff_as_text(diff(BEFORE, AFTER, {"kit": {"c": 1}, "tea": {"y": 1}}))
    rows = {line.split()[0]: line.split()[1:] for line in text.split("\n") if "@" in line}
    assert rows["mrr@10"][:4] == ["25.0", "50.0", "+25.0", "[+0.0,"]
    assert rows["mrr@10"][-3:] == ["1.0000", "1.0000", "1/1/0"]
    assert rows["Judged@10:"][:4] == ["25.0", "before,", "50.0", "after."]
    assert rows.keys() >= MEASURES.keys() - {"map"}
