from collections.abc import Sequence

import pytest

from search.bert_reranker import BertReranker
from search.engine import Engine
from search.models import Models
from search.rerank import Reading, Reranker

QUERY = "чем питается кит"
TEXTS = ["Кит питается рачками.", "Чай заваривают кипятком.", "Хлеб пекут из муки."]


class CountingReranker(BertReranker):
    """The reranker of an engine, keeping what it was asked to read."""

    def __init__(self, reranker: Reranker) -> None:
        self.__dict__ |= reranker.__dict__
        self.asked: list[tuple[str, list[str]]] = []

    def read(self, query: str, passages: Sequence[str]) -> list[Reading]:
        self.asked.append((query, list(passages)))
        return super().read(query, passages)


@pytest.fixture
def counting(small_engine: Engine) -> CountingReranker:
    return CountingReranker(small_engine.models.reranker)


@pytest.fixture
def models(small_engine: Engine, counting: CountingReranker) -> Models:
    return Models(small_engine.models.analyzer, small_engine.models.encoder, counting)


def test_a_passage_is_read_once_for_a_query(models: Models, counting: CountingReranker) -> None:
    first = models.read(QUERY, TEXTS[:2])
    assert models.read(QUERY, TEXTS[::-1])[1:] == first[::-1]
    assert counting.asked == [(QUERY, TEXTS[:2]), (QUERY, TEXTS[2:])]
    models.read("другой запрос", TEXTS[:1])
    assert counting.asked[2:] == [("другой запрос", TEXTS[:1])]


def test_a_text_given_twice_is_read_once(models: Models, counting: CountingReranker) -> None:
    readings = models.read(QUERY, [TEXTS[0], TEXTS[1], TEXTS[0]])
    assert readings[0] == readings[2] != readings[1]
    assert counting.asked == [(QUERY, TEXTS[:2])]


def test_where_the_query_ends_is_part_of_what_is_remembered(models: Models) -> None:
    assert models.logits("кит", ["ест рачков"]) != models.logits("кит ест", ["рачков"])


def test_the_reading_longest_unasked_makes_room(
    models: Models, counting: CountingReranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.models.REMEMBERED", 2)
    for text in (TEXTS[0], TEXTS[1], TEXTS[0], TEXTS[2]):  # the second goes
        models.read(QUERY, [text])
    counting.asked.clear()
    models.read(QUERY, [TEXTS[0], TEXTS[2]])
    models.read(QUERY, [TEXTS[1]])
    assert [texts for _, texts in counting.asked if texts] == [[TEXTS[1]]]
