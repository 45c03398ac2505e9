import re
from dataclasses import replace

import pytest

from index.passages import Passage
from search.engine import Engine
from search.judging.desk import Sheet, Work
from search.judging.judgment import Judgment, text_hash
from search.judging.tasks import Progress, Task
from search.ui.judge.sheet import SCRIPT, work_html
from search.ui.judge.texts import ENGLISH, JUDGE_TEXTS, RUSSIAN

HOSTILE = "<img src=x onerror='window.broken=1'> ${1} {{x}} \"&"
PASSAGE = Passage("whale", "whale", "Киты", "Кит питается рачками.", 0, 21)
TASK = Task(
    4, "чем питается кит", "q1", "Пища китов.", "whale", "whale", text_hash(PASSAGE.titled_text)
)
GIVEN = Judgment(TASK.query, "whale", "whale", TASK.text_hash, "Анна", 2, "сомневаюсь")


def work(sheet: Sheet | None = None, gone: int = 0) -> Work:
    return Work("проба", Progress(12, 37, 50), gone, sheet)


def test_the_sheet_shows_what_to_judge_and_not_who_found_it(small_engine: Engine) -> None:
    html = work_html(work(Sheet(TASK, PASSAGE, None)), small_engine, RUSSIAN)
    for text in (TASK.query, TASK.need, "Киты", "Оценено 12, осталось 37 из 50"):
        assert text in html
    assert "<mark>Кит</mark> <mark>питается</mark> рачками." in html
    assert '<progress value="12" max="49"' in html
    assert "№" not in html and "BM25" not in html


def test_what_is_judged_stands_in_the_markup(small_engine: Engine) -> None:
    html = work_html(work(Sheet(TASK, PASSAGE, None)), small_engine, RUSSIAN)
    assert f'data-seen="{TASK.text_hash}" data-position="4" data-pool="проба"' in html
    assert 'data-query="чем питается кит" data-passage="whale"' in html


def test_every_action_has_a_button_that_names_its_key(small_engine: Engine) -> None:
    html = work_html(work(Sheet(TASK, PASSAGE, None)), small_engine, RUSSIAN)
    buttons = re.findall(r'data-action="(\w+)" aria-keyshortcuts="(\w)"', html)
    assert buttons == [
        *((grade, grade) for grade in "3210"),
        ("skip", "N"),
        ("undo", "U"),
        ("back", "J"),
        ("forward", "K"),
    ]
    read_by_script = dict(re.findall(r"(?:Digit|Key)(\w): '(\w+)'", SCRIPT))
    assert {key: action for action, key in buttons} == read_by_script


@pytest.mark.parametrize(("grade", "pressed"), [(2, "2"), (None, "skip")])
def test_ones_own_judgment_is_shown(small_engine: Engine, grade: int | None, pressed: str) -> None:
    given = replace(GIVEN, grade=grade)
    html = work_html(work(Sheet(TASK, PASSAGE, given)), small_engine, RUSSIAN)
    assert re.findall(r'data-action="(\w+)"[^>]* aria-pressed="true"', html) == [pressed]
    assert ">сомневаюсь</textarea>" in html


def test_a_changed_passage_and_gone_ones_are_told(small_engine: Engine) -> None:
    changed = replace(PASSAGE, text="Кит ест планктон.")
    html = work_html(work(Sheet(TASK, changed, None), gone=3), small_engine, RUSSIAN)
    assert RUSSIAN.changed in html
    assert RUSSIAN.gone.format(count=3) in html
    fresh = work_html(work(Sheet(TASK, PASSAGE, None)), small_engine, RUSSIAN)
    assert RUSSIAN.changed not in fresh
    assert "отрывков пула больше нет" not in fresh


@pytest.mark.parametrize("language", JUDGE_TEXTS)
def test_a_finished_pool_says_so_and_lets_one_go_back(small_engine: Engine, language: str) -> None:
    texts = JUDGE_TEXTS[language]
    html = work_html(work(), small_engine, texts, ENGLISH.undone)
    assert texts.finished in html and ENGLISH.undone in html
    assert re.findall(r'data-action="(\w+)"', html) == ["undo", "back"]


def test_text_of_people_and_corpus_stays_text(small_engine: Engine) -> None:
    passage = Passage(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 0, len(HOSTILE))
    task = replace(TASK, query=HOSTILE, need=HOSTILE, passage_id=HOSTILE)
    given = replace(GIVEN, comment=HOSTILE)
    html = work_html(work(Sheet(task, passage, given)), small_engine, RUSSIAN, HOSTILE)
    assert "<img" not in html
    assert "${1}" not in html and "{{x}}" not in html
    assert "onerror='" not in html
