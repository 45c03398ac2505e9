from dataclasses import fields
from string import Formatter

import pytest

from search.judging.agreement import NOTES
from search.judging.export_file import ExportFormat
from search.judging.stale import Freshness
from search.ui.pools.texts import ENGLISH, POOLS_TEXTS, RUSSIAN, PoolsTexts
from search.ui.texts import LANGUAGES

every_language = pytest.mark.parametrize("texts", POOLS_TEXTS.values(), ids=POOLS_TEXTS)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def all_texts(texts: PoolsTexts) -> dict[str, str]:
    flat: dict[str, str] = {}
    for field in fields(PoolsTexts):
        value = getattr(texts, field.name)
        if isinstance(value, dict):
            flat |= {f"{field.name}.{key}": text for key, text in value.items()}
        else:
            flat[field.name] = value
    return flat


def test_the_tab_speaks_the_languages_of_the_page() -> None:
    assert {"Русский": RUSSIAN, "English": ENGLISH} == POOLS_TEXTS
    assert POOLS_TEXTS.keys() == LANGUAGES.keys()


def test_both_languages_have_every_text_with_the_same_placeholders() -> None:
    russian, english = all_texts(RUSSIAN), all_texts(ENGLISH)
    assert russian.keys() == english.keys()
    for name, text in russian.items():
        assert placeholders(text) == placeholders(english[name]), name


@every_language
def test_no_text_is_empty(texts: PoolsTexts) -> None:
    assert [name for name, text in all_texts(texts).items() if not text.strip()] == []


@every_language
def test_an_error_keeps_its_own_words(texts: PoolsTexts) -> None:
    assert placeholders(texts.failure) == {"error"}


def test_no_text_is_left_untranslated() -> None:
    russian, english = all_texts(RUSSIAN), all_texts(ENGLISH)
    same = {name for name in russian if russian[name] == english[name]}
    assert same == {"formats.qrels", "formats.beir", "stages.bm25"}
    assert not any("а" <= letter.lower() <= "я" for text in english.values() for letter in text)


@every_language
def test_every_note_state_and_format_has_a_text(texts: PoolsTexts) -> None:
    assert texts.notes.keys() == NOTES.keys()
    assert list(texts.freshness) == [state.value for state in Freshness]
    assert texts.states.keys() == {Freshness.CHANGED.value, Freshness.GONE.value}
    assert list(texts.formats) == [form.value for form in ExportFormat]
