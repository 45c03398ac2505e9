from dataclasses import fields
from string import Formatter

import pytest

from search.hits import STAGES
from search.ui.quality.texts import ENGLISH, QUALITY_TEXTS, RUSSIAN, QualityTexts
from search.ui.quality.views import METRIC_NAMES
from search.ui.texts import LANGUAGES

every_language = pytest.mark.parametrize("texts", QUALITY_TEXTS.values(), ids=QUALITY_TEXTS)


def all_texts(texts: QualityTexts) -> dict[str, str]:
    flat = {}
    for field in fields(QualityTexts):
        value = getattr(texts, field.name)
        table = value if isinstance(value, dict) else {"": value}
        flat |= {f"{field.name}.{key}".rstrip("."): text for key, text in table.items()}
    return flat


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_the_tab_speaks_the_languages_of_the_page() -> None:
    assert QUALITY_TEXTS == {"Русский": RUSSIAN, "English": ENGLISH}
    assert QUALITY_TEXTS.keys() == LANGUAGES.keys()


def test_both_languages_have_every_text_with_the_same_placeholders() -> None:
    russian, english = all_texts(RUSSIAN), all_texts(ENGLISH)
    assert list(russian) == list(english)
    for name, text in russian.items():
        assert placeholders(text) == placeholders(english[name]), name


@every_language
def test_no_text_is_empty(texts: QualityTexts) -> None:
    assert [name for name, text in all_texts(texts).items() if not text.strip()] == []


def test_no_text_is_left_untranslated() -> None:
    russian, english = all_texts(RUSSIAN), all_texts(ENGLISH)
    same = {name for name in russian if russian[name] == english[name]}
    assert same == {
        "stages.bm25",
        "compare_columns.p",
        "query_changed",
        "movement.moved",
    }
    cyrillic = {n for n, t in english.items() if any("а" <= letter.lower() <= "я" for letter in t)}
    assert cyrillic == set()


@every_language
def test_stages_have_the_names_of_the_search_page(texts: QualityTexts) -> None:
    assert tuple(texts.stages) == STAGES
    assert texts.stages in [of.stages for of in LANGUAGES.values()]


@every_language
def test_an_error_keeps_its_own_words(texts: QualityTexts) -> None:
    assert {placeholders(text).pop() for text in texts.cannot.values()} == {"error"}
    assert all(text.endswith("{error}") for text in texts.cannot.values())


def test_the_linear_gain_is_named() -> None:
    assert "линейным выигрышем, как в trec_eval" in RUSSIAN.figures_note
    assert "trec_eval's linear gain" in ENGLISH.figures_note
    assert METRIC_NAMES["ndcg@10"] == "nDCG@10"
