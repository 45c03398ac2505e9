from dataclasses import astuple, fields
from string import Formatter

import pytest

from search.judging.judgment import GRADES
from search.ui.judge.tab import GUIDELINES
from search.ui.judge.texts import ENGLISH, JUDGE_TEXTS, RUSSIAN, JudgeTexts
from search.ui.texts import LANGUAGES

every_language = pytest.mark.parametrize("texts", JUDGE_TEXTS.values(), ids=JUDGE_TEXTS)


def lines(texts: JudgeTexts) -> dict[str, str]:
    flat = dict(zip((f.name for f in fields(texts)), astuple(texts), strict=True))
    grades = flat.pop("grades")
    return flat | {f"grade {grade}": name for grade, name in enumerate(grades)}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_the_tab_speaks_the_languages_of_the_page() -> None:
    assert JUDGE_TEXTS == {"Русский": RUSSIAN, "English": ENGLISH}
    assert JUDGE_TEXTS.keys() == LANGUAGES.keys()


def test_both_languages_have_every_text_with_the_same_placeholders() -> None:
    russian, english = lines(RUSSIAN), lines(ENGLISH)
    for name, text in russian.items():
        assert text.strip() and english[name].strip(), name
        assert text != english[name], name
        assert placeholders(text) == placeholders(english[name]), name


def test_no_english_text_is_left_in_russian() -> None:
    cyrillic = {n for n, t in lines(ENGLISH).items() if any("а" <= c.lower() <= "я" for c in t)}
    assert cyrillic == set()


@every_language
def test_every_grade_has_a_name_and_a_line_in_the_guidelines(texts: JudgeTexts) -> None:
    assert len(texts.grades) == len(GRADES)
    guidelines = (GUIDELINES / texts.guidelines_file).read_text(encoding="utf-8")
    for grade, name in enumerate(texts.grades):
        assert f"**{grade}** — {name}" in guidelines
