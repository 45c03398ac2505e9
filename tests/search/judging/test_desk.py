from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.passages import Passage
from search.errors import JudgingError
from search.judging.desk import Desk, Work
from search.judging.judgment import text_hash
from search.judging.pool import Pool, pool_item
from search.judging.query_set import Query
from search.judging.store import JudgmentStore
from search.judging.tasks import Progress, order_for

QUERY = Query("q1", "чем питается кит", "Нужна пища китов.")
PASSAGES = {
    id: Passage(id, id, title, text, 0, len(text))
    for id, title, text in (
        ("whale", "Киты", "Кит питается рачками."),
        ("tea", "Чай", "Чай заваривают кипятком."),
        ("bread", "Хлеб", "Хлеб пекут из муки."),
    )
}
POOL = Pool("проба", tuple(pool_item(QUERY, passage) for passage in PASSAGES.values()), overlap=2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JudgmentStore]:
    with JudgmentStore.open(f"sqlite:///{tmp_path}/judgments.sqlite") as store:
        store.save_pool(POOL)
        yield store


@pytest.fixture
def desk(store: JudgmentStore) -> Desk:
    return Desk(store, PASSAGES)


def ids(annotator: str = "Анна", pool: Pool = POOL) -> list[str]:
    return [task.passage_id for task in order_for(pool, annotator)]


def shown(work: Work) -> str:
    assert work.sheet
    return work.sheet.task.passage_id


def grade_first(desk: Desk, grade: int | None = 2, annotator: str = "Анна") -> str:
    passage_id = shown(desk.next(annotator, "проба"))
    desk.judge(annotator, "проба", QUERY.text, passage_id, grade)
    return passage_id


def test_items_come_in_the_annotators_order_until_none_is_left(desk: Desk) -> None:
    walked = [grade_first(desk) for _ in PASSAGES]
    assert walked == ids()
    done = desk.next("Анна", "проба")
    assert (done.sheet, done.progress) == (None, Progress(done=3, open=0, total=3))
    assert desk.next("Борис", "проба").progress == Progress(done=0, open=3, total=3)


def test_a_judgment_remembers_what_it_came_from(desk: Desk) -> None:
    saved = desk.judge("Анна", "проба", QUERY.text, "tea", 0, "не о том", seen_hash="f00")
    assert (saved.query_id, saved.document_id, saved.pool) == ("q1", "tea", "проба")
    assert (saved.grade, saved.comment, saved.text_hash) == (0, "не о том", "f00")
    again = desk.judge("Анна", "проба", QUERY.text, "bread", None)
    assert again.text_hash == text_hash("Хлеб\nХлеб пекут из муки.")


def test_the_pages_turn_both_ways_and_stop_at_the_ends(desk: Desk) -> None:
    order = ids()
    grade_first(desk, grade=3)
    back = desk.at("Анна", "проба", 0)
    assert shown(back) == order[0]
    assert back.sheet and back.sheet.given and back.sheet.given.grade == 3
    assert shown(desk.at("Анна", "проба", -5)) == order[0]
    assert shown(desk.at("Анна", "проба", 99)) == order[-1]


def test_undo_goes_back_to_what_was_judged_last(desk: Desk) -> None:
    assert desk.undo("Анна", "проба") is None
    first, second = grade_first(desk), grade_first(desk)
    undone = desk.undo("Анна", "проба")
    assert undone and shown(undone) == second != first
    assert undone.progress == Progress(done=1, open=2, total=3)
    assert undone.sheet and undone.sheet.given is None


def test_the_next_item_is_looked_for_after_the_present_one(desk: Desk) -> None:
    order = ids()
    assert shown(desk.next("Анна", "проба", 1)) == order[1]
    desk.judge("Анна", "проба", QUERY.text, order[1], 1)
    desk.judge("Анна", "проба", QUERY.text, order[2], 1)
    assert shown(desk.next("Анна", "проба", 2)) == order[0]


def test_what_enough_others_judged_is_not_asked_for(desk: Desk) -> None:
    for annotator in ("Борис", "Вера"):
        desk.judge(annotator, "проба", QUERY.text, "tea", 0)
    assert "tea" not in {grade_first(desk), grade_first(desk)}
    assert desk.next("Анна", "проба").progress == Progress(done=2, open=0, total=3)


def test_a_passage_that_changed_is_shown_as_it_is_now(store: JudgmentStore) -> None:
    changed = {**PASSAGES, "tea": replace(PASSAGES["tea"], text="Чай пьют горячим.")}
    desk = Desk(store, changed)
    work = desk.at("Анна", "проба", ids().index("tea"))
    assert work.sheet
    assert work.sheet.passage.text == "Чай пьют горячим."
    assert work.sheet.shown_hash != work.sheet.task.text_hash
    desk.judge("Анна", "проба", QUERY.text, "tea", 1, seen_hash=work.sheet.shown_hash)
    assert desk.next("Анна", "проба").progress.done == 1


def test_a_passage_that_is_gone_is_not_shown_but_its_judgment_is_kept(store: JudgmentStore) -> None:
    before = text_hash(PASSAGES["tea"].titled_text)
    desk = Desk(store, {id: p for id, p in PASSAGES.items() if id != "tea"})
    work = desk.next("Анна", "проба")
    assert (work.gone, work.progress.total) == (1, 2)
    saved = desk.judge("Анна", "проба", QUERY.text, "tea", 2)  # from a page opened before
    assert saved.text_hash == before
    assert store.current() == [saved]
    undone = desk.undo("Анна", "проба")
    assert undone and undone.sheet and undone.sheet.task.passage_id != "tea"
    nothing = Desk(store, {}).next("Анна", "проба")
    assert (nothing.sheet, nothing.gone) == (None, 3)


def test_a_new_generation_of_the_index_changes_what_can_be_judged(store: JudgmentStore) -> None:
    passages = dict(PASSAGES)
    desk = Desk(store, passages)
    assert desk.next("Анна", "проба").gone == 0
    gone = passages.pop("tea")
    with pytest.raises(JudgingError, match="'tea': the passage has just gone from the index"):
        desk.at("Анна", "проба", ids().index("tea"))
    desk.passages_changed()
    assert (desk.next("Анна", "проба").gone, desk.next("Анна", "проба").progress.total) == (1, 2)
    passages["tea"] = gone
    desk.passages_changed()
    assert desk.next("Анна", "проба").gone == 0


def test_what_is_not_in_the_pool_is_refused(desk: Desk, store: JudgmentStore) -> None:
    with pytest.raises(JudgingError, match="'skates' is not to be judged for the query"):
        desk.judge("Анна", "проба", QUERY.text, "skates", 1)
    with pytest.raises(JudgingError, match="there is no pool 'нет'"):
        desk.next("Анна", "нет")
    with pytest.raises(JudgingError, match="grade 7"):
        desk.judge("Анна", "проба", QUERY.text, "tea", 7)
    assert store.history() == []
