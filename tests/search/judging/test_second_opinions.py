import pytest

from search.errors import JudgingError
from search.judging.judgment import Judgment
from search.judging.pool import Pool, PoolItem
from search.judging.second_opinions import pool_of_second_opinions, second_opinions
from search.judging.tasks import next_task, who_judged

QUERY = "чем питается кит"
NEED = "Нужна пища, а не место."
POOL = Pool(
    "пул",
    tuple(
        PoolItem(QUERY, "q1", NEED, id, id, f"hash {id}", ("bm25",)) for id in ("кит", "чай", "лёд")
    ),
    overlap=2,
)


def given(passage: str, *grades: int | None, text_hash: str = "") -> list[Judgment]:
    return [
        Judgment(
            QUERY,
            passage,
            passage,
            text_hash or f"hash {passage}",
            annotator,
            grade,
            query_id="q1",
            pool="пул",
            id=number,
        )
        for number, (annotator, grade) in enumerate(
            zip(("Анна", "Пётр", "Олег"), grades, strict=False), 1
        )
    ]


@pytest.mark.parametrize(
    ("grades", "threshold", "wanted"),
    [
        ((0, 2), 2, True),
        ((0, 1), 2, False),
        ((0, 1), 1, True),
        ((3, 3), 1, False),
        ((0, 1, 2), 2, True),
        ((0, 2), 3, False),
        ((3,), 1, False),
        ((None,), 2, True),
        ((2, None), 2, True),
        ((None, None), 2, True),
    ],
)
def test_grades_far_apart_or_missing_need_a_second_opinion(
    grades: tuple[int | None, ...], threshold: int, wanted: bool
) -> None:
    found = second_opinions(given("кит", *grades), threshold)
    assert [item.passage_id for item in found] == ["кит"] * wanted


def test_judgments_of_a_text_that_has_changed_since_are_not_compared() -> None:
    before, now = given("кит", 0, text_hash="old")[0], given("кит", 0, 3, text_hash="new")[1]
    assert second_opinions([before, now]) == ()
    assert second_opinions([now, before]) == ()


@pytest.mark.parametrize("threshold", [0, 4])
def test_a_threshold_that_no_grades_can_reach_is_refused(threshold: int) -> None:
    with pytest.raises(JudgingError, match=f"threshold {threshold}"):
        second_opinions([], threshold)


def test_the_pool_goes_to_someone_who_has_not_judged_the_item() -> None:
    judgments = [*given("кит", 0, 3), *given("чай", 1, 1)]
    pool = pool_of_second_opinions("спорные", POOL, judgments)
    assert [(i.passage_id, i.need, i.query_id) for i in pool.items] == [("кит", NEED, "q1")]
    assert (pool.name, pool.overlap) == ("спорные", 3)
    assert next_task(pool, "Анна", who_judged(pool, judgments)) is None
    assert next_task(pool, "Пётр", who_judged(pool, judgments)) is None
    task = next_task(pool, "Олег", who_judged(pool, judgments))
    assert task is not None and task.passage_id == "кит"


def test_the_overlap_rises_above_the_most_annotators_an_item_had() -> None:
    pool = pool_of_second_opinions("спорные", POOL, given("кит", 0, 3, 1))
    assert pool.overlap == 4


def test_a_pool_in_agreement_has_no_second_opinions() -> None:
    with pytest.raises(JudgingError, match="nothing to ask"):
        pool_of_second_opinions("спорные", POOL, given("кит", 2, 3))
