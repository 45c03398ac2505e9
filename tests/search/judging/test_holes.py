import pytest

from index.passages import Passage
from search.errors import JudgingError
from search.judging.holes import holes, pool_of_holes
from search.judging.judgment import text_hash
from search.judging.query_set import Query

RANKED = [
    Passage("кит", "кит", "Кит", "Кит живёт в море.", 0, 17),
    Passage("чай", "чай", "Чай", "Чай растёт.", 0, 11),
    Passage("кит#2", "кит", "Кит", "Он поёт.", 18, 26),
    Passage("хлеб", "хлеб", "Хлеб", "Хлеб пекут.", 0, 11),
]
QUERIES = (Query("q1", "кто живёт в море", "Животное."), Query("q2", "что пекут"))


@pytest.mark.parametrize(
    ("graded", "depth", "expected"),
    [
        ({}, 1, ["кит"]),
        ({"кит": 0}, 1, []),
        ({"кит": 0}, 2, ["чай"]),
        ({"чай": 3}, 3, ["кит", "кит#2", "хлеб"]),
        ({"кит": 3, "чай": 1, "хлеб": 0}, 10, []),
    ],
)
def test_holes_are_the_top_passages_of_documents_without_a_grade(
    graded: dict[str, int], depth: int, expected: list[str]
) -> None:
    found = holes({"q1": RANKED}, {"q1": graded, "q2": {"кит": 1, "чай": 1, "хлеб": 1}}, depth)
    assert [passage.id for passage in found.get("q1", ())] == expected
    assert found.keys() == ({"q1"} if expected else set())


def test_the_holes_make_a_pool_that_names_its_snapshot() -> None:
    pool = pool_of_holes(
        "дыры", {"q1": RANKED, "q2": RANKED}, {"q1": {"кит": 3}}, QUERIES, depth=2, snapshot="v1"
    )
    assert [(i.query_id, i.passage_id, i.need) for i in pool.items] == [
        ("q1", "чай", "Животное."),
        ("q2", "кит", ""),
        ("q2", "чай", ""),
    ]
    assert pool.items[0].text_hash == text_hash("Чай\nЧай растёт.")
    assert (pool.snapshot, pool.depth) == ("v1", 2)


def test_a_ranking_without_holes_makes_no_pool() -> None:
    with pytest.raises(JudgingError, match="nothing to judge"):
        pool_of_holes("дыры", {"q1": RANKED}, {"q1": {"кит": 3}}, QUERIES, depth=1)
