"""Sentence spans: where Russian sentences begin and end."""

import pytest

from index.corpus import read_corpus
from index.sentences import Span, sentence_spans
from search.settings import ROOT


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n\t\n ", []),
        ("Дом", ["Дом"]),
        ("Идёт дождь. Светит солнце!", ["Идёт дождь.", "Светит солнце!"]),
        ("Идёт дождь. А. С. Пушкин дома.", ["Идёт дождь.", "А. С. Пушкин дома."]),
        ("Коты, псы и т. д. спят. Все дома.", ["Коты, псы и т. д. спят.", "Все дома."]),
        ("Это дом № 5. Он стар.", ["Это дом № 5.", "Он стар."]),
        ("Длина 3.5 м. Вес 2 кг.", ["Длина 3.5 м.", "Вес 2 кг."]),
        ("«Да!» — сказал он. Ушёл?", ["«Да!» — сказал он.", "Ушёл?"]),
        ("Раз.\n\n  Два три.  Четыре!\n", ["Раз.", "Два три.", "Четыре!"]),
        ("Список\nпервый пункт\nвторой пункт", ["Список", "первый пункт", "второй пункт"]),
        ("😀 😀. 🎉", ["😀 😀.", "🎉"]),
    ],
)
def test_sentences_of_a_text(text: str, sentences: list[str]) -> None:
    assert [text[span.start : span.end] for span in sentence_spans(text)] == sentences


def test_offsets_count_from_the_beginning_of_the_text() -> None:
    assert sentence_spans("Раз.\n Два.") == [
        Span(0, len("Раз.")),
        Span(len("Раз.\n "), len("Раз.\n Два.")),
    ]


def test_only_white_space_stands_between_sentences() -> None:
    for document in read_corpus(ROOT / "data" / "demo"):
        spans = sentence_spans(document.text)
        ends = [0, *(span.end for span in spans)]
        starts = [*(span.start for span in spans), len(document.text)]
        gaps = [document.text[end:start] for end, start in zip(ends, starts, strict=True)]
        assert len(spans) > 1
        assert all(end <= start for end, start in zip(ends, starts, strict=True))
        assert "".join(gaps).strip() == ""
        assert not [
            s
            for s in spans
            if document.text[s.start : s.end] != document.text[s.start : s.end].strip()
        ]
