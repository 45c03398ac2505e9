import re

import pytest

from index.passages import Passage
from search.judging.judgment import Judgment, text_hash
from search.ui.pools.agreement_view import LISTED, agreement_html
from search.ui.pools.texts import ENGLISH, POOLS_TEXTS, RUSSIAN, PoolsTexts

HOSTILE = '<img src=x onerror="alert(1)">${1}{{2}}'
GRADES = {"а": (3, 3), "б": (0, 0), "в": (3, 0), "г": (1, 1)}
every_language = pytest.mark.parametrize("texts", POOLS_TEXTS.values(), ids=POOLS_TEXTS)


def passage(identity: str, text: str = "Синий кит.", title: str = "Киты") -> Passage:
    return Passage(identity, identity, title, text, 0, len(text))


PASSAGES = {identity: passage(identity) for identity in GRADES}


def judgment(who: str, identity: str, grade: int | None, **fields: str) -> Judgment:
    values = {
        "query": f"вопрос {identity}",
        "document_id": identity,
        "text_hash": text_hash(passage(identity).titled_text),
    }
    return Judgment(passage_id=identity, annotator=who, grade=grade, **(values | fields))


def two(**fields: str) -> list[Judgment]:
    return [
        judgment(who, identity, grades[place], **fields)
        for place, who in enumerate(("Анна", "Борис"))
        for identity, grades in GRADES.items()
    ]


def test_the_figures_are_those_worked_out_by_hand() -> None:
    html = agreement_html(two(), PASSAGES, RUSSIAN)
    shown = dict(zip(RUSSIAN.figures, re.findall("<b>([^<]*)</b>", html), strict=False))
    # Alpha: 1 - 50 / (600 / 7); AC2: (0.75 - 0.6015625) / (1 - 0.6015625).
    assert shown == {"items": "4", "shared": "4", "raw": "75 %", "alpha": "0.417", "ac2": "0.373"}
    # Kappa: 1 - 3 / (24 / 4) and 1 - 9 / (60 / 4).
    figures = RUSSIAN.pair_figures.format(items=4, raw="75 %", linear="0.500", quadratic="0.400")
    assert figures in html
    assert RUSSIAN.notes["few_items"] in html


def test_the_confusion_has_the_first_in_rows_and_the_second_in_columns() -> None:
    html = agreement_html(two(), PASSAGES, ENGLISH)
    rows = re.findall(r"<tr><th>(\d)</th>(.*?)</tr>", html)
    cells = {grade: re.findall(r">(\d+)<", row) for grade, row in rows}
    assert cells["0"] == ["1", "0", "0", "0"]
    assert cells["1"] == ["0", "1", "0", "0"]
    assert cells["3"] == ["1", "0", "0", "1"]
    assert '<td class="same">' in rows[0][1]


def test_the_balance_is_a_row_and_a_bar_an_annotator() -> None:
    html = agreement_html(two(), PASSAGES, RUSSIAN)
    (anna,) = re.findall(r"<tr><td>Анна</td>(.*?)</tr>", html)
    assert re.findall(r'"number">(\d+)<', anna) == ["1", "1", "0", "2"]
    assert re.findall(r"width: ([\d.]+)%;?\" title", anna) == ["25.0", "25.0", "0.0", "50.0"]


def test_a_disagreement_tells_who_gave_what_and_shows_the_passage() -> None:
    html = agreement_html(two(), PASSAGES, RUSSIAN)
    assert RUSSIAN.disagreements.format(count=1) in html
    (shown,) = re.findall("<details>(.*?)</details>", html)
    assert "вопрос в — Борис 0, Анна 3" in shown
    assert "<p><b>Киты</b></p><p>Синий кит.</p>" in shown
    assert "note-line" not in shown


@every_language
def test_a_passage_that_is_gone_or_changed_is_marked_so(texts: PoolsTexts) -> None:
    gone = agreement_html(two(), {}, texts)
    assert texts.states["gone"] in gone and "Синий кит." not in gone
    changed = agreement_html(two(), {"в": passage("в", "Серый кит.")}, texts)
    assert texts.states["changed"] in changed and "Серый кит." in changed


def test_no_more_disagreements_are_listed_than_fit() -> None:
    given = [
        judgment(who, f"{n}", grade)
        for n in range(LISTED + 2)
        for who, grade in (("Анна", 0), ("Борис", 3))
    ]
    html = agreement_html(given, {}, ENGLISH)
    assert html.count("<details>") == LISTED
    assert ENGLISH.more.format(count=2) in html


@every_language
def test_without_two_annotators_the_page_says_what_to_do(texts: PoolsTexts) -> None:
    assert texts.no_grades in agreement_html([], PASSAGES, texts)
    cannot = [judgment("Анна", "а", None)]
    assert texts.no_grades in agreement_html(cannot, PASSAGES, texts)
    alone = agreement_html([judgment("Анна", "а", 3)], PASSAGES, texts)
    assert texts.one_annotator.format(who="Анна") in alone
    assert texts.balance in alone
    apart = [judgment("Анна", "а", 3), judgment("Борис", "б", 3)]
    html = agreement_html(apart, PASSAGES, texts)
    assert texts.no_shared.format(annotators=2, items=2) in html


@every_language
def test_one_grade_throughout_leaves_the_coefficients_undefined(texts: PoolsTexts) -> None:
    same = [judgment(who, i, 3) for who in ("Анна", "Борис") for i in GRADES]
    html = agreement_html(same, PASSAGES, texts)
    assert texts.notes["no_variation"].split(".")[0] in html
    assert f"<b>{texts.undefined}</b>" in html
    assert texts.no_disagreements in html


def test_text_of_people_and_passages_reaches_the_page_as_text() -> None:
    hostile = passage(HOSTILE, HOSTILE, HOSTILE)
    given = [
        judgment(who, HOSTILE, grade, query=HOSTILE, text_hash=text_hash(hostile.titled_text))
        for who, grade in ((HOSTILE, 0), ("Борис", 3))
    ]
    html = agreement_html(given, {HOSTILE: hostile}, RUSSIAN)
    # Once as annotator, in the balance, pair and disagreement; query, title, text and id.
    assert html.count("&lt;img src=x onerror=&quot;") == 7
    assert "<img" not in html
    assert not set(html) & set("{}$")
    assert "<img" not in agreement_html(given[:1], {}, RUSSIAN)
