import ast
from dataclasses import fields
from string import Formatter

import pytest

from search.hits import NOTES, STAGES
from search.settings import ROOT
from search.ui.texts import (
    DEFAULT_LANGUAGE,
    ENGLISH,
    LANGUAGES,
    RUSSIAN,
    Texts,
    stage_choices,
)

LINES = [f.name for f in fields(Texts) if isinstance(getattr(RUSSIAN, f.name), str)]
TABLES = [f.name for f in fields(Texts) if isinstance(getattr(RUSSIAN, f.name), dict)]
every_language = pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def all_texts(texts: Texts) -> dict[str, str]:
    flat = {name: getattr(texts, name) for name in LINES}
    return flat | {f"{t}.{key}": text for t in TABLES for key, text in getattr(texts, t).items()}


def query_errors_raised() -> dict[str, set[str]]:
    """{reason: names of the values} of every QueryError(…) in the product."""
    found = {}
    for file in (ROOT / "search").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "QueryError":
                reason = node.args[1]
                assert isinstance(reason, ast.Constant)
                found[reason.value] = {str(keyword.arg) for keyword in node.keywords}
    return found


def test_the_page_speaks_russian_and_english() -> None:
    assert LANGUAGES == {"Русский": RUSSIAN, "English": ENGLISH}
    assert LANGUAGES[DEFAULT_LANGUAGE] is RUSSIAN


def test_every_field_is_a_line_or_a_table_of_lines() -> None:
    assert {*LINES, *TABLES} == {field.name for field in fields(Texts)}
    assert TABLES == ["tabs", "stages", "notes", "query_errors"]


def test_both_languages_have_every_text_with_the_same_placeholders() -> None:
    russian, english = all_texts(RUSSIAN), all_texts(ENGLISH)
    assert russian.keys() == english.keys()
    for name, text in russian.items():
        assert placeholders(text) == placeholders(english[name]), name


@every_language
def test_no_text_is_empty(texts: Texts) -> None:
    assert [name for name, text in all_texts(texts).items() if not text.strip()] == []


def test_no_text_is_left_untranslated() -> None:
    russian, english = all_texts(RUSSIAN), all_texts(ENGLISH)
    assert {name for name in russian if russian[name] == english[name]} == {"stages.bm25"}
    cyrillic = {n for n, t in english.items() if any("а" <= letter.lower() <= "я" for letter in t)}
    assert cyrillic == {"query_placeholder"}


@every_language
def test_every_note_of_a_ranking_has_a_text(texts: Texts) -> None:
    assert texts.notes.keys() == NOTES.keys()


@every_language
def test_every_stage_has_a_name(texts: Texts) -> None:
    assert tuple(texts.stages) == STAGES
    assert stage_choices(texts.stages) == [(texts.stages[stage], stage) for stage in STAGES]


@every_language
def test_every_reason_to_refuse_a_query_has_a_text_for_its_values(texts: Texts) -> None:
    raised = query_errors_raised()
    assert raised.keys() == {"empty", "too_long", "top_k", "no_phrase", "unknown_passage"}
    assert {reason: placeholders(text) for reason, text in texts.query_errors.items()} == raised


@every_language
def test_the_summary_counts(texts: Texts) -> None:
    assert placeholders(texts.summary) == {"shown", "found"}
