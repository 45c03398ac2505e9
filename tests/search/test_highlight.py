import pytest

from index.analyzer import Analyzer
from search.highlight import best_sentence, matched_spans


def words(analyzer: Analyzer, query: str, text: str) -> list[str]:
    return [text[span.start : span.end] for span in matched_spans(analyzer, query, text)]


def sentence(analyzer: Analyzer, query: str, text: str) -> str | None:
    span = best_sentence(matched_spans(analyzer, query, text), text, analyzer)
    return None if span is None else text[span.start : span.end]


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("озеро", "Озёра глубоки, озеро мелкое.", ["Озёра", "озеро"]),
        ("ЁЛКА", "Елки и ёлкой", ["Елки", "ёлкой"]),
        ("кошка собака", "Собаки гоняют кошек.", ["Собаки", "кошек"]),
        ("1.5 метра", "Ровно 1,5 м или 1,5 метра.", ["1,5", "1,5", "метра"]),
        ("gps", "Приёмник GPS и gps-трекер", ["GPS", "gps"]),
        ("мо\u0301ре", "У моря тихо", ["моря"]),
        ("море", "У мо\u0301ря тихо", ["мо\u0301ря"]),
        ("cок", "Сока нет", ["Сока"]),
        ("и в на", "И в лесу, и на реке", []),
        ("кит", "Медведь спит.", []),
        ("кит", "", []),
        ("", "Кит плывёт.", []),
        ("😀", "Смех 😀 и кит", []),
        ("<b> script", "<script>x</script>", ["script", "script"]),
    ],
)
def test_words_with_a_lemma_of_the_query_are_matched(
    analyzer: Analyzer, query: str, text: str, expected: list[str]
) -> None:
    assert words(analyzer, query, text) == expected


def test_spans_rise_and_do_not_overlap(analyzer: Analyzer) -> None:
    text = "Северо-восток, диван-кровать и кровать: восток, диван, северо-восток."
    spans = matched_spans(analyzer, text, text)
    ends = [0, *(span.end for span in spans)]
    assert all(end <= span.start < span.end for end, span in zip(ends, spans, strict=False))
    assert len(spans) == len(analyzer.tokens(text))


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        (
            "глубина озера Байкал",
            "Байкал лежит в Сибири. Глубина озера Байкал велика. Озеро чистое.",
            "Глубина озера Байкал велика.",
        ),
        ("кит море", "Кит, кит, киты. Кит вышел в море.", "Кит вышел в море."),
        ("кит", "Тут пусто. Кит первый. Кит второй.", "Кит первый."),
        ("кит", "Медведь спит.", None),
        ("и на", "И на реке.", None),
        ("кит", "", None),
        ("чай", "Купить:\nчай чёрный\nсахар", "чай чёрный"),
    ],
)
def test_the_best_sentence_has_the_most_different_lemmas_and_earlier_wins(
    analyzer: Analyzer, query: str, text: str, expected: str | None
) -> None:
    assert sentence(analyzer, query, text) == expected
