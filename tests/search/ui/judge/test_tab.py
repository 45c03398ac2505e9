import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from index.passages import Passage
from search.corpora import HOME, Corpora
from search.engine import Engine
from search.errors import JudgingError
from search.judging.desk import Desk
from search.judging.judgment import Judgment, text_hash
from search.judging.passage_lookup import PassageLookup
from search.judging.pool import Pool, pool_item
from search.judging.query_set import Query
from search.judging.store import JudgmentStore
from search.judging.tasks import order_for
from search.ui.cards import message_html
from search.ui.judge.sheet import work_html
from search.ui.judge.tab import ANY_PLACE
from search.ui.judge.texts import ENGLISH, RUSSIAN
from search.ui.page import build_page

NOBODY = {"name": "", "pool": ""}
ANNA = {"name": "Анна", "pool": "проба"}
QUERY = Query("whales", "чем питается кит")
REQUEST = gr.Request(username=None)


@dataclass
class Event:
    """What `trigger('click', …)` of the sheet's script brings."""

    _data: dict[str, Any]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JudgmentStore]:
    with JudgmentStore.open(f"sqlite:///{tmp_path}/judgments.sqlite", timeout=0.2) as store:
        yield store


@pytest.fixture
def pool(small_engine: Engine) -> Pool:
    passages: list[Passage] = [small_engine.index.passages[row] for row in range(3)]
    return Pool("проба", tuple(pool_item(QUERY, passage) for passage in passages))


@pytest.fixture
def page(small_engine: Engine, store: JudgmentStore, tmp_path: Path) -> gr.Blocks:
    async def build() -> gr.Blocks:
        return build_page(Corpora(tmp_path / "corpora", small_engine), store)

    return asyncio.run(build())  # without a running loop Gradio opens several and closes none


@pytest.fixture
def desk(small_engine: Engine, store: JudgmentStore) -> Desk:
    return Desk(store, PassageLookup(small_engine.index.passages))


def function(page: gr.Blocks, name: str) -> Callable[..., Any]:
    return next(block.fn for block in page.fns.values() if block.fn and block.name == name)


def press(
    page: gr.Blocks, pool: Pool, action: str, comment: str = "", position: int = 0
) -> tuple[str, str]:
    task = order_for(pool, "Анна")[position]
    sent = {
        "action": action,
        "pool": pool.name,
        "query": task.query,
        "passage": task.passage_id,
        "seen": task.text_hash,
        "position": position,
        "comment": comment,
    }
    act = function(page, "act")
    sheet, _, failure = act(Event(sent), ANNA, "Русский", REQUEST, None)
    return sheet, failure


def test_without_a_name_one_is_asked_for(page: gr.Blocks, store: JudgmentStore, pool: Pool) -> None:
    store.save_pool(pool)
    kept, listed, _, sheet = function(page, "sign_in")("  ", NOBODY, "Русский", REQUEST, None)
    assert kept["name"] == ""
    assert listed["choices"] == ["проба"]
    assert sheet == message_html(RUSSIAN.sign_in_first)


def test_without_a_pool_the_page_says_where_they_are_made(page: gr.Blocks) -> None:
    _, listed, _, sheet = function(page, "sign_in")("Анна", NOBODY, "English", REQUEST, None)
    assert listed["choices"] == []
    assert sheet == message_html(ENGLISH.no_pools)


def test_the_only_pool_opens_by_itself_of_several_one_is_chosen(
    page: gr.Blocks, store: JudgmentStore, pool: Pool, desk: Desk, small_engine: Engine
) -> None:
    store.save_pool(pool)
    kept, listed, _, sheet = function(page, "sign_in")("Анна", NOBODY, "Русский", REQUEST, None)
    assert kept == ANNA
    assert listed["value"] == "проба"
    assert sheet == work_html(desk.next("Анна", "проба"), small_engine, RUSSIAN)
    store.save_pool(Pool("вторая", pool.items))
    _, listed, _, sheet = function(page, "sign_in")("Анна", NOBODY, "Русский", REQUEST, None)
    assert (listed["choices"], listed["value"]) == (["проба", "вторая"], None)
    assert sheet == message_html(RUSSIAN.choose_pool)
    kept, _, _, sheet = function(page, "choose")("вторая", ANNA, "Русский", REQUEST, None)
    assert kept["pool"] == "вторая"
    assert sheet == work_html(desk.next("Анна", "вторая"), small_engine, RUSSIAN)


def test_a_reload_goes_on_where_the_annotator_was(
    page: gr.Blocks, store: JudgmentStore, pool: Pool, desk: Desk, small_engine: Engine
) -> None:
    store.save_pool(pool)
    press(page, pool, "3")
    resume = function(page, "resume")
    name, kept, _, place, sheet = resume(ANNA, ANY_PLACE, "Русский", REQUEST, None)
    assert (name["value"], kept, place) == ("Анна", gr.skip(), 1)
    assert resume({**ANNA, "pool": ""}, ANY_PLACE, "Русский", REQUEST, None)[1] == ANNA
    assert sheet == work_html(desk.next("Анна", "проба"), small_engine, RUSSIAN)
    assert RUSSIAN.progress.format(done=1, open=2, total=3) in sheet
    *_, place, sheet = resume(ANNA, 2, "English", REQUEST, None)  # another tab and back
    assert place == 2
    assert sheet == work_html(desk.at("Анна", "проба", 2), small_engine, ENGLISH)


def test_a_grade_is_saved_and_the_next_item_shown(
    page: gr.Blocks, store: JudgmentStore, pool: Pool
) -> None:
    store.save_pool(pool)
    task = order_for(pool, "Анна")[0]
    sheet, failure = press(page, pool, "2", comment="сомневаюсь")
    (saved,) = store.current()
    assert (saved.passage_id, saved.grade, saved.comment) == (task.passage_id, 2, "сомневаюсь")
    assert (saved.annotator, saved.pool, saved.text_hash) == ("Анна", "проба", task.text_hash)
    assert RUSSIAN.saved.format(grade=2, query=QUERY.text) in sheet
    assert 'data-position="1"' in sheet
    assert failure == ""


def test_not_being_able_to_judge_is_saved_too(
    page: gr.Blocks, store: JudgmentStore, pool: Pool
) -> None:
    store.save_pool(pool)
    sheet, _ = press(page, pool, "skip")
    assert [j.grade for j in store.current()] == [None]
    assert RUSSIAN.saved_skip.format(query=QUERY.text) in sheet


def test_undo_takes_back_and_the_pages_turn(
    page: gr.Blocks, store: JudgmentStore, pool: Pool
) -> None:
    store.save_pool(pool)
    assert RUSSIAN.nothing_to_undo in press(page, pool, "undo")[0]
    press(page, pool, "1")
    back, _ = press(page, pool, "back", position=1)
    assert (
        'data-position="0"' in back
        and 'data-action="1" aria-keyshortcuts="1" aria-pressed="true"' in back
    )
    assert 'data-position="2"' in press(page, pool, "forward", position=1)[0]
    undone, _ = press(page, pool, "undo", position=1)
    assert RUSSIAN.undone in undone and 'data-position="0"' in undone
    assert store.current() == []


def test_what_cant_be_saved_is_told_and_the_sheet_stays(
    page: gr.Blocks, store: JudgmentStore, pool: Pool, tmp_path: Path
) -> None:
    store.save_pool(pool)
    with closing(sqlite3.connect(tmp_path / "judgments.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        sheet, failure = press(page, pool, "2", comment="важно")
    assert sheet == gr.skip()
    assert "Не сохранено:" in failure and "another program or person held it" in failure
    sheet, failure = press(page, pool, "2", comment="важно")
    assert failure == ""
    assert [j.comment for j in store.current()] == ["важно"]


def test_a_failure_that_nobody_expected_is_told_without_details(
    page: gr.Blocks,
    store: JudgmentStore,
    pool: Pool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("тайна")

    store.save_pool(pool)
    monkeypatch.setattr(JudgmentStore, "save", broken)
    told = message_html(RUSSIAN.no_answer, "message error")
    assert press(page, pool, "2") == (gr.skip(), told)
    assert spot(page, ANNA) == told
    assert caplog.text.count("ZeroDivisionError: тайна") == 2


def test_where_people_sign_in_with_the_hub_a_typed_name_judges_nothing(
    page: gr.Blocks, store: JudgmentStore, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save_pool(pool)
    monkeypatch.setenv("OAUTH_CLIENT_ID", "id")
    told = message_html(RUSSIAN.sign_in_first, "message error")
    assert press(page, pool, "2") == (gr.skip(), told)
    assert store.history() == []


def test_a_pool_that_can_not_be_read_is_told(
    page: gr.Blocks, store: JudgmentStore, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise JudgingError("no room on the disk")

    store.save_pool(pool)
    monkeypatch.setattr(JudgmentStore, "pool_names", broken)
    *_, place, sheet = function(page, "resume")(ANNA, 1, "Русский", REQUEST, None)
    assert (place, sheet) == (ANY_PLACE, message_html("no room on the disk", "message error"))


def test_what_can_not_be_taken_back_is_told_to_a_program(
    page: gr.Blocks, store: JudgmentStore, pool: Pool
) -> None:
    store.save_pool(pool)
    for name, message in (("проба", "nothing to take back"), ("п\0", "U+0000")):
        with pytest.raises(gr.Error) as error:
            function(page, "undo")("Анна", name, REQUEST, None)
        assert message in error.value.message


def test_a_login_judges_only_as_itself(page: gr.Blocks, store: JudgmentStore, pool: Pool) -> None:
    store.save_pool(pool)
    judge = function(page, "judge")
    task = order_for(pool, "boris")[0]
    login = gr.Request(username="boris")
    judge("Анна", "проба", task.query, task.passage_id, 3, login, None)
    assert [j.annotator for j in store.current()] == ["boris"]


def test_the_endpoints_walk_a_pool_to_its_end(
    page: gr.Blocks, store: JudgmentStore, pool: Pool
) -> None:
    store.save_pool(pool)
    next_task, judge, undo = (function(page, name) for name in ("next_task", "judge", "undo"))
    walked = []
    while (state := next_task("Анна", "проба", REQUEST, None))["task"]:
        task = state["task"]
        walked.append(task["passage_id"])
        judge("Анна", "проба", task["query"], task["passage_id"], 1, REQUEST, None)
    assert walked == [task.passage_id for task in order_for(pool, "Анна")]
    assert (state["done"], state["open"], state["total"]) == (3, 0, 3)
    assert undo("Анна", "проба", REQUEST, None)["task"]["passage_id"] == walked[-1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("", "проба", "чем питается кит", "whale", 1), "annotator is empty"),
        (("Анна", "нет", "чем питается кит", "whale", 1), "there is no pool 'нет'"),
        (("Анна", "проба", "чем питается кит", "whale", 4), "grade 4"),
        (("Анна", "проба", "другой запрос", "whale", 1), "is not to be judged for the query"),
    ],
)
def test_the_endpoints_name_what_they_refuse(
    page: gr.Blocks, store: JudgmentStore, pool: Pool, arguments: tuple[Any, ...], message: str
) -> None:
    store.save_pool(pool)
    with pytest.raises(gr.Error) as error:
        function(page, "judge")(*arguments, REQUEST, None)
    assert message in error.value.message
    assert store.history() == []


def spot(page: gr.Blocks, kept: dict[str, str], **sent: str) -> str:
    event = Event(
        {"grade": "3", "query": QUERY.text, "passage": "whale"}
        | {"seen": text_hash("x"), "title": "Киты"}
        | sent
    )
    answer: str = function(page, "spot_check")(event, kept, "Русский", REQUEST, None)
    return answer


def test_a_spot_check_is_a_judgment_outside_any_pool(page: gr.Blocks, store: JudgmentStore) -> None:
    html = spot(page, ANNA)
    (saved,) = store.current()
    expected = Judgment(QUERY.text, "whale", "whale", text_hash("x"), "Анна", 3)
    assert (saved.query, saved.passage_id, saved.document_id) == (
        expected.query,
        expected.passage_id,
        expected.document_id,
    )
    assert (saved.text_hash, saved.annotator, saved.grade, saved.pool) == (
        expected.text_hash,
        "Анна",
        3,
        "",
    )
    assert RUSSIAN.spot_saved.format(grade=3, title="Киты") in html
    assert 'data-query="чем питается кит" data-passage="whale" data-grade="3"' in html


def test_a_card_shows_the_grade_it_was_given(page: gr.Blocks, store: JudgmentStore) -> None:
    spot(page, ANNA, grade="2")
    answer = function(page, "answer")
    for kept, pressed in ((ANNA, 1), (NOBODY, 0), ({**ANNA, "name": "Борис"}, 0)):
        for _, cards in answer(QUERY.text, 10, [], HOME, "Русский", kept, REQUEST, None):
            assert cards.count('aria-pressed="true"') == pressed
            assert cards.count('data-grade="2" aria-pressed="true"') == pressed


def test_a_passage_that_has_gone_is_judged_under_its_id(
    page: gr.Blocks, store: JudgmentStore
) -> None:
    spot(page, ANNA, passage="gone#1")
    (saved,) = store.current()
    assert (saved.passage_id, saved.document_id) == ("gone#1", "gone#1")


def test_a_spot_check_without_a_name_or_with_a_bad_grade_saves_nothing(
    page: gr.Blocks, store: JudgmentStore
) -> None:
    assert RUSSIAN.spot_sign_in in spot(page, NOBODY)
    assert "Не сохранено:" in spot(page, ANNA, grade="9")
    assert store.history() == []
    with pytest.raises(JudgingError):
        store.pool("проба")


def test_a_database_that_fails_stops_no_search(
    page: gr.Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise JudgingError("no room on the disk")

    monkeypatch.setattr(JudgmentStore, "grades_of", broken)
    *_, (summary, cards) = function(page, "answer")(
        QUERY.text, 10, [], HOME, "Русский", ANNA, REQUEST, None
    )
    assert "Показано" in summary
    assert 'data-id="whale"' in cards
