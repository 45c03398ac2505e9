from itertools import permutations

import pytest

from search.errors import JudgingError
from search.judging.judgment import Judgment
from search.judging.qrels import passage_grades, qrels_of, query_ids

QUERY = "чем питается кит"


def judged(
    annotator: str,
    grade: int | None,
    passage: str = "whale",
    query: str = QUERY,
    query_id: str = "q1",
) -> Judgment:
    document = passage.partition("#")[0]
    return Judgment(query, passage, document, "h", annotator, grade, query_id=query_id)


@pytest.mark.parametrize(
    ("grades", "median"), [((3,), 3), ((0, 3), 0), ((1, 2), 1), ((0, 2, 3), 2), ((0, 1, 2, 3), 1)]
)
def test_several_annotators_meet_at_the_lower_median(grades: tuple[int, ...], median: int) -> None:
    for order in permutations(grades):
        rows = [judged(f"a{number}", grade) for number, grade in enumerate(order)]
        assert qrels_of(rows) == {"q1": {"whale": median}}


def test_what_could_not_be_judged_has_no_vote() -> None:
    assert qrels_of([judged("anna", None), judged("boris", 2)]) == {"q1": {"whale": 2}}
    assert qrels_of([judged("anna", None)]) == {}
    assert qrels_of([]) == {}


def test_a_document_has_the_grade_of_its_best_passage() -> None:
    rows = [
        *(judged(who, 0, "whale") for who in ("anna", "boris")),
        *(judged(who, 2, "whale#2") for who in ("anna", "boris")),
        judged("anna", 3, "whale#3"),
        judged("boris", 1, "whale#3"),
        judged("anna", 0, "tea"),
    ]
    assert qrels_of(rows) == {"q1": {"whale": 2, "tea": 0}}


def test_a_changed_mind_has_one_vote() -> None:
    rows = [judged("anna", 0), judged("anna", 0), judged("boris", 3), judged("anna", 3)]
    assert passage_grades(rows) == {(QUERY, "whale"): 3}
    assert passage_grades([judged("anna", 3), judged("anna", None)]) == {}


def test_a_query_without_an_id_goes_by_its_text() -> None:
    assert qrels_of([judged("anna", 1, query_id="")]) == {QUERY: {"whale": 1}}


def test_a_spot_check_of_a_sets_query_counts_for_the_set() -> None:
    rows = [judged("anna", 3), judged("boris", 1, query_id=""), judged("anna", 0, "tea", "чай", "")]
    assert qrels_of(rows) == {"q1": {"whale": 1}, "чай": {"tea": 0}}


def test_a_query_in_two_sets_has_its_grades_in_both() -> None:
    rows = [judged("anna", 3), judged("anna", 0, "tea", query_id="w7")]
    assert query_ids(rows) == {QUERY: ("q1", "w7")}
    assert qrels_of(rows) == {"q1": {"whale": 3, "tea": 0}, "w7": {"whale": 3, "tea": 0}}


def test_an_id_that_names_two_queries_is_refused() -> None:
    with pytest.raises(JudgingError) as error:
        qrels_of([judged("anna", 3), judged("anna", 3, query="вода для чая")])
    assert str(error.value) == (
        "The query id 'q1' names two queries, 'чем питается кит' and 'вода для чая'. "
        "Take the judgments of one pool at a time."
    )
