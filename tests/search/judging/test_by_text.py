from datetime import UTC, datetime
from pathlib import Path

import pytest

from search.errors import EvaluationError
from search.judging.by_text import (
    file_grades,
    has_grades,
    merged_grades,
    snapshot_by_text,
    stored_grades,
)
from search.judging.judged_queries import judged_queries
from search.judging.judgment import Judgment
from search.judging.snapshots import IndexIdentity, RankedPassage, Snapshot


def judgment(query: str, document: str, grade: int | None, query_id: str = "") -> Judgment:
    return Judgment(query, document, document, "h", "Мария", grade, query_id=query_id)


def test_a_snapshots_lists_are_kept_under_the_texts() -> None:
    lists = {"q1": (RankedPassage("a", "a", 1.0),), "q2": ()}
    index = IndexIdentity("c", "a", "e", "encoder", 9, 1000, 1.2, 0.75)
    now = datetime(2025, 11, 24, tzinfo=UTC)
    queries = {"q1": "кит", "q2": "чай"}
    taken = Snapshot("a", now, "small", {}, index, "r", "f", queries, {"bm25": lists})
    known = snapshot_by_text(taken)
    assert known.queries == {"кит": "кит", "чай": "чай"}
    assert known.stages == {"bm25": {"кит": lists["q1"], "чай": ()}}


def test_the_grades_of_a_file_are_under_the_texts_as_they_are_searched(tmp_path: Path) -> None:
    (tmp_path / "queries.jsonl").write_text(
        '{"_id": "q1", "text": " и\u0306од "}\n{"_id": "q2", "text": "йод"}', encoding="utf-8"
    )
    (tmp_path / "qrels.tsv").write_text("q1\ta\t2\nq2\tb\t1\nunknown\tc\t1\n")
    assert has_grades(tmp_path)
    assert file_grades(tmp_path) == {"йод": {"a": 2, "b": 1}}


def test_a_folder_without_qrels_is_told(tmp_path: Path, small_set: Path) -> None:
    assert has_grades(small_set)
    assert not has_grades(tmp_path)
    (tmp_path / "queries.jsonl").write_text('{"_id": "q1", "text": "кит"}')
    with pytest.raises(EvaluationError, match="no qrels.tsv"):
        file_grades(tmp_path)


def test_one_id_in_two_pools_is_no_clash() -> None:
    judgments = [judgment("кит", "a", 2, "q1"), judgment("чай", "b", 1, "q1")]
    assert stored_grades(judgments) == {"кит": {"a": 2}, "чай": {"b": 1}}


def test_the_grades_above_count_where_both_have_one() -> None:
    below, above = {"кит": {"a": 1, "b": 1}}, {"кит": {"a": 0}, "чай": {"c": 3}}
    assert merged_grades(below, above) == {"кит": {"a": 0, "b": 1}, "чай": {"c": 3}}
    assert below == {"кит": {"a": 1, "b": 1}}


def test_judged_queries_have_their_first_id_or_their_text() -> None:
    judgments = [
        judgment("кит", "a", 2),
        judgment("кит", "b", None, "q1"),
        judgment("кит", "c", 1, "q9"),
        judgment("чай", "a", 0),
    ]
    assert judged_queries(judgments) == {"q1": "кит", "чай": "чай"}


def test_an_id_of_two_queries_names_neither() -> None:
    judgments = [judgment("кит", "a", 2, "q1"), judgment("чай", "b", 1, "q1")]
    assert judged_queries(judgments) == {"кит": "кит", "чай": "чай"}


def test_an_id_that_is_another_querys_text_is_not_used() -> None:
    judgments = [judgment("кит", "a", 2, "чай"), judgment("чай", "b", 1)]
    assert judged_queries(judgments) == {"кит": "кит", "чай": "чай"}
