"""The words that moved the reranker, as the page shows them."""

import pytest

from index.sentences import Span
from search.influence import Influence
from search.ui.explain.influence import STRONGEST, influence_html
from search.ui.explain.texts import EXPLAIN_TEXTS, RUSSIAN, ExplainTexts


@pytest.mark.parametrize("texts", EXPLAIN_TEXTS.values(), ids=EXPLAIN_TEXTS)
def test_words_are_shaded_by_their_share_of_the_greatest(texts: ExplainTexts) -> None:
    words = [
        Influence("кит", (Span(0, 3), Span(11, 15)), 4.0),
        Influence("кот", (Span(6, 9),), -1.0),
    ]
    html = influence_html("Кит и кот, киты.", words, texts)
    raised = '<mark class="raised" style="--strength:1.00" title="кит +4.00">{}</mark>'
    lowered = '<mark class="lowered" style="--strength:0.25" title="кот -1.00">кот</mark>'
    assert f">{raised.format('Кит')} и {lowered}, {raised.format('киты')}.</p>" in html
    assert "<ol><li>кит +4.00</li><li>кот -1.00</li></ol>" in html


def test_the_strongest_are_told_whatever_their_sign() -> None:
    words = [Influence(str(n), (Span(n, n + 1),), drop) for n, drop in enumerate(range(-4, 5))]
    html = influence_html("012345678", words, RUSSIAN)
    told = html.split("<ol>")[1].split("</ol>")[0]
    assert told.count("<li>") == STRONGEST
    assert told.startswith("<li>0 -4.00</li><li>8 +4.00</li><li>1 -3.00</li><li>7 +3.00</li>")


def test_words_without_any_influence_are_not_shaded() -> None:
    assert "<mark" not in influence_html("кит", [Influence("кит", (Span(0, 3),), 0.0)], RUSSIAN)


def test_a_word_of_little_share_is_told_but_not_shaded() -> None:
    words = [
        Influence("кит", (Span(0, 3),), 5.0),
        Influence("кот", (Span(6, 9),), -0.2),
        Influence("лис", (Span(12, 15),), 0.3),
    ]
    html = influence_html("Кит и кот и лис", words, RUSSIAN)
    assert "</mark> и кот и <mark" in html
    assert "<li>кот -0.20</li>" in html


def test_a_text_without_content_words_says_so() -> None:
    assert RUSSIAN.moved_nothing in influence_html("и не он", [], RUSSIAN)


def test_the_text_is_escaped() -> None:
    evil = "<img src=x onerror=alert(1)>"
    word = Influence(evil, (Span(0, len(evil)),), 1.0)
    assert "<img" not in influence_html(f"{evil} {evil}", [word], RUSSIAN)
