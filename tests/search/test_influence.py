"""Leaving words out, against the reranker itself."""

import pytest

from index.passages import Passage
from index.sentences import Span
from search.engine import Engine
from search.influence import MOST_LEMMAS, influences, without

BATCH_ROUNDING = 0.05
"""In bfloat16 a logit depends a little on the texts that are read along with it."""


def test_a_drop_is_the_logit_with_the_words_minus_the_logit_without(engine: Engine) -> None:
    query = "какова глубина Байкала"
    passage = engine.search(query).hits[0].passage
    found = influences(engine.models, query, passage)
    by_lemma = {influence.lemma: influence for influence in found}
    lake = by_lemma["байкал"]
    text = passage.titled_text
    said = {text[span.start : span.end] for span in lake.spans}
    assert said == {"Байкал", "Байкала"} & said
    left = text
    for word in ("Байкала", "Байкал"):
        left = left.replace(word, "")
    whole, less = engine.models.logits(query, [text, left])
    assert lake.drop == pytest.approx(whole - less, abs=BATCH_ROUNDING)
    assert lake.drop > 1


@pytest.mark.parametrize(
    "query",
    [
        "какова глубина Байкала",
        "сколько дней есть на обмен товара",
        "почему оседает бисквит",
        "как спасти засыхающий фикус",
    ],
)
def test_a_word_of_the_query_weighs_most(engine: Engine, query: str) -> None:
    passage = engine.search(query).hits[0].passage
    strongest = max(influences(engine.models, query, passage), key=lambda found: found.drop)
    assert strongest.lemma in engine.models.analyzer.lemmas(query)


def test_every_content_word_is_left_out_once(small_engine: Engine) -> None:
    passage = Passage("p", "p", "Чай", "Зелёный чай и чаи, и кот.", 0, 25)
    found = influences(small_engine.models, "чай", passage)
    text = passage.titled_text
    assert [(f.lemma, [text[s.start : s.end] for s in f.spans]) for f in found] == [
        ("чай", ["Чай", "чай", "чаи"]),
        ("зеленый", ["Зелёный"]),
        ("кот", ["кот"]),
    ]


def test_a_text_of_function_words_has_no_influences(small_engine: Engine) -> None:
    assert influences(small_engine.models, "чай", Passage("p", "p", "", "и не он", 0, 7)) == []


def test_of_a_long_text_the_first_lemmas_are_asked_about(small_engine: Engine) -> None:
    numbers = [str(number) for number in range(MOST_LEMMAS + 5)]
    passage = Passage("p", "p", "", " ".join(numbers), 0, 600)
    found = influences(small_engine.models, "чай", passage)
    assert [influence.lemma for influence in found] == numbers[:MOST_LEMMAS]


def test_without_keeps_the_rest() -> None:
    assert without("кит и кот", [Span(0, 3), Span(6, 9)]) == " и "
    assert without("кит", []) == "кит"
