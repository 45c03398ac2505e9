from dataclasses import replace
from hashlib import sha256

import pytest

from index.passages import Passage
from search.errors import JudgingError
from search.hits import Hit, Ranking
from search.judging.pool import Pool, PoolItem, pool_of_rankings, top_passages
from search.judging.query_set import Query

TEXTS = {
    "кит": "Синий кит питается рачками.",
    "медведь": "Бурый медведь зимой спит в берлоге.",
    "чай": "Чай заваривают кипятком.",
    "хлеб": "Хлеб пекут из муки.",
}
PASSAGES = {id: Passage(id, id, id.title(), text, 0, len(text)) for id, text in TEXTS.items()}
WINDOWS = [
    Passage("кит", "кит", "Кит", "Кит живёт в море.", 0, 17),
    Passage("кит#2", "кит", "Кит", "Он поёт.", 18, 26),
    Passage("чай", "чай", "Чай", "Чай растёт.", 0, 11),
    Passage("чай#2", "чай", "Чай", "Его пьют.", 12, 21),
    Passage("хлеб", "хлеб", "Хлеб", "Хлеб пекут.", 0, 11),
]
QUERIES = (
    Query("q1", "кто спит зимой", "Нужно название животного."),
    Query("q2", "чем питается кит"),
)
ITEM = PoolItem("кто спит зимой", "q1", "", "медведь", "медведь", "0" * 64)


def ranking(query: str, *ids: str) -> Ranking:
    return Ranking(query, tuple(Hit(PASSAGES[id], {}) for id in ids))


def test_a_pool_is_the_union_of_the_tops_of_all_rankers() -> None:
    first, second = (query.text for query in QUERIES)
    pool = pool_of_rankings(
        "животные",
        {
            "bm25": {"q1": ranking(first, "медведь", "чай", "кит"), "q2": ranking(second, "кит")},
            "dense": {"q1": ranking(first, "хлеб", "медведь", "кит"), "q2": ranking(second)},
        },
        QUERIES,
        depth=2,
        overlap=3,
        seed=7,
    )
    assert [(i.query_id, i.passage_id, i.sources) for i in pool.items] == [
        ("q1", "медведь", ("bm25", "dense")),
        ("q1", "чай", ("bm25",)),
        ("q1", "хлеб", ("dense",)),
        ("q2", "кит", ("bm25",)),
    ]
    assert [item.need for item in pool.items] == [*["Нужно название животного."] * 3, ""]
    assert [item.query for item in pool.items] == [first, first, first, second]
    assert (pool.name, pool.depth, pool.overlap, pool.seed) == ("животные", 2, 3, 7)


def test_an_item_keeps_the_hash_of_title_and_text() -> None:
    pool = pool_of_rankings("п", {"bm25": {"q2": ranking("", "кит")}}, QUERIES)
    shown = "Кит\nСиний кит питается рачками."
    assert pool.items[0].text_hash == sha256(shown.encode()).hexdigest()


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        (1, ["кит"]),
        (2, ["кит", "кит#2", "чай"]),
        (3, ["кит", "кит#2", "чай", "чай#2", "хлеб"]),
        (9, ["кит", "кит#2", "чай", "чай#2", "хлеб"]),
    ],
)
def test_the_depth_counts_documents_and_takes_the_windows_between(
    depth: int, expected: list[str]
) -> None:
    assert [passage.id for passage in top_passages(WINDOWS, depth)] == expected


def test_a_ranking_of_an_unknown_query_is_refused() -> None:
    with pytest.raises(JudgingError, match="bm25 ranked the query 'q9'"):
        pool_of_rankings("п", {"bm25": {"q9": ranking("", "кит")}}, QUERIES)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"items": ()}, "nothing to judge"),
        ({"items": (ITEM, replace(ITEM, sources=("bm25",)))}, "'медведь' 2 times"),
        ({"depth": 0}, "depth is 0"),
        ({"overlap": 0}, "overlap is 0"),
        ({"name": ""}, "name ''"),
        ({"name": " пул"}, "spaces"),
        ({"name": "п" * 101}, "101 characters"),
        ({"name": "п\0"}, r"U\+0000"),
    ],
)
def test_a_pool_that_cannot_be_judged_is_refused(changes: dict[str, object], message: str) -> None:
    pool = Pool("пул", (ITEM,))
    with pytest.raises(JudgingError, match=message):
        replace(pool, **changes)  # type: ignore[arg-type]


def test_one_passage_may_be_judged_for_two_queries() -> None:
    pool = Pool("пул", (ITEM, replace(ITEM, query="берлога", query_id="q2")))
    assert len(pool.items) == 2
