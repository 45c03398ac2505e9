import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from search.errors import JudgingError
from search.judging.database import Database
from search.judging.judgment import Judgment, text_hash
from search.judging.pool import Pool, PoolItem
from search.judging.schema import judgments
from search.judging.store import Event, JudgmentStore

ITEMS = (
    PoolItem(
        "глубина Байкала", "q1", "Сколько метров?", "baikal", "baikal", "aa", ("bm25", "dense")
    ),
    PoolItem("глубина Байкала", "q1", "Сколько метров?", "ladoga#2", "ladoga", "bb"),
)


def test_a_saved_judgment_is_found_as_it_was_with_id_and_utc_time(
    store: JudgmentStore, judgment: Judgment
) -> None:
    before = datetime.now(UTC)
    saved = store.save(judgment)
    assert saved == replace(judgment, id=saved.id, time=saved.time)
    assert saved.id > 0
    assert saved.time is not None and saved.time.utcoffset() == timedelta(0)
    assert before <= saved.time <= datetime.now(UTC)
    assert store.current() == [saved]
    assert store.current()[0].time == saved.time


def test_what_was_saved_is_there_after_closing(url: str, judgment: Judgment) -> None:
    with JudgmentStore.open(url) as store:
        saved = store.save(judgment)
    with JudgmentStore.open(url) as store:
        assert store.current() == [saved]


def test_any_text_comes_back_unchanged(store: JudgmentStore, judgment: Judgment) -> None:
    comment = "«Ёлка» — e\u0301, \U0001f600, 'кавычки'; DROP TABLE judgments;\r\n\t%s :x \u200d"
    long = replace(judgment, comment=comment, query="ж" * 5000, passage_id="п" * 5000, grade=None)
    saved = store.save(long)
    assert replace(store.current()[0], id=0, time=None) == long
    assert store.save(long) == saved


def test_the_same_judgment_twice_is_one_row(store: JudgmentStore, judgment: Judgment) -> None:
    saved = store.save(judgment)
    assert store.save(judgment) == saved
    assert len(store.history()) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"grade": 1},
        {"grade": None},
        {"comment": ""},
        {"pool": ""},
        {"text_hash": text_hash("Лена")},
    ],
)
def test_a_judgment_that_says_something_else_replaces_and_keeps_the_first(
    store: JudgmentStore, judgment: Judgment, change: dict[str, object]
) -> None:
    first = store.save(judgment)
    second = store.save(replace(judgment, **change))  # type: ignore[arg-type]
    assert store.current() == [second]
    assert [event.judgment for event in store.history()] == [first, second]


def test_a_grade_given_again_after_another_is_a_new_judgment(
    store: JudgmentStore, judgment: Judgment
) -> None:
    for grade in (3, 1, 3):
        store.save(replace(judgment, grade=grade))
    assert [event.judgment.grade for event in store.history()] == [3, 1, 3]
    assert [standing.grade for standing in store.current()] == [3]


def test_judgments_of_another_annotator_query_or_passage_stand_beside(
    store: JudgmentStore, judgment: Judgment
) -> None:
    others = [
        judgment,
        replace(judgment, annotator="Пётр", grade=0),
        replace(judgment, query="какова глубина Ладоги"),
        replace(judgment, passage_id="baikal#3"),
    ]
    saved = [store.save(other) for other in others]
    assert store.current() == saved
    assert store.current(annotator="Пётр") == [saved[1]]
    assert [event.judgment for event in store.history(annotator="Пётр")] == [saved[1]]
    assert store.current(annotator="Анна") == []


def test_a_pool_keeps_its_judgment_when_the_pair_is_judged_elsewhere(
    store: JudgmentStore, judgment: Judgment
) -> None:
    in_pool = store.save(judgment)
    spot = store.save(replace(judgment, pool="", query_id="", grade=1))
    assert store.current(pool="озёра") == [in_pool]
    assert store.current(pool="") == [spot]
    assert store.current() == [spot]


def test_undo_withdraws_the_latest_and_the_history_keeps_it(
    store: JudgmentStore, judgment: Judgment
) -> None:
    first = store.save(judgment)
    second = store.save(replace(judgment, passage_id="baikal#3"))
    assert store.undo("Мария") == second
    assert store.current() == [first]
    kept, undone = store.history()
    assert (kept.judgment, kept.undone_at) == (first, None)
    assert undone.judgment == second
    assert undone.undone_at is not None and undone.undone_at >= second.time  # type: ignore[operator]
    assert undone.undone_at.utcoffset() == timedelta(0)


def test_undo_of_a_changed_grade_brings_the_first_back(
    store: JudgmentStore, judgment: Judgment
) -> None:
    first = store.save(judgment)
    store.save(replace(judgment, grade=0))
    store.undo("Мария")
    assert store.current() == [first]
    assert store.save(judgment) == first


def test_an_undone_judgment_can_be_made_again(store: JudgmentStore, judgment: Judgment) -> None:
    first = store.save(judgment)
    store.undo("Мария")
    again = store.save(judgment)
    assert again.id > first.id
    assert store.current() == [again]
    assert len(store.history()) == 2


def test_undo_touches_nobody_elses_and_no_other_pools_judgments(
    store: JudgmentStore, judgment: Judgment
) -> None:
    in_pool = store.save(judgment)
    spot = store.save(replace(judgment, passage_id="ladoga", pool=""))
    petr = store.save(replace(judgment, annotator="Пётр"))
    assert store.undo("Анна") is None
    assert store.undo("Мария", pool="реки") is None
    assert store.undo("Мария", pool="озёра") == in_pool
    assert store.undo("Мария", pool="озёра") is None
    assert store.current() == [spot, petr]
    assert store.undo("Мария") == spot
    assert store.undo("Мария") is None


@pytest.mark.parametrize("seed", [1, 2])
def test_any_walk_agrees_with_lists_kept_by_hand(
    store: JudgmentStore, judgment: Judgment, seed: int
) -> None:
    rng = random.Random(seed)
    standing: list[tuple[str, str, str, int]] = []  # annotator, passage, pool, grade; not undone
    for _ in range(120):
        annotator, pool = rng.choice(["Мария", "Пётр"]), rng.choice(["", "озёра"])
        if rng.random() < 0.3:
            mine = [i for i, row in enumerate(standing) if row[::2][:1] == (annotator,)]
            mine = [i for i in mine if standing[i][2] == pool]
            undone = store.undo(annotator, pool)
            assert (undone is None) == (not mine)
            if mine:
                del standing[mine[-1]]
        else:
            row = (annotator, rng.choice("абв"), pool, rng.randrange(3))
            store.save(
                replace(judgment, annotator=row[0], passage_id=row[1], pool=row[2], grade=row[3])
            )
            same_pair = [other for other in standing if other[:2] == row[:2]]
            if same_pair[-1:] != [row]:
                standing.append(row)
    latest = {row[:2]: row for row in standing}
    found = {
        (j.annotator, j.passage_id): (j.annotator, j.passage_id, j.pool, j.grade)
        for j in store.current()
    }
    assert found == latest
    in_pool = {row[:2]: row[3] for row in standing if row[2] == "озёра"}
    assert {(j.annotator, j.passage_id): j.grade for j in store.current(pool="озёра")} == in_pool


def at_once(calls: list[Callable[[], Judgment | None]]) -> list[Judgment | None]:
    barrier = threading.Barrier(len(calls))

    def call(one: Callable[[], Judgment | None]) -> Judgment | None:
        barrier.wait()
        return one()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(call, calls))


def test_twenty_clicks_at_once_are_one_judgment(store: JudgmentStore, judgment: Judgment) -> None:
    saved = at_once([lambda: store.save(judgment)] * 20)
    assert len(store.history()) == 1
    assert saved == store.current() * 20


def test_twenty_annotators_at_once_lose_nothing(store: JudgmentStore, judgment: Judgment) -> None:
    def judge_all(number: int) -> Callable[[], None]:
        def judge() -> None:
            for passage in range(10):
                mine = replace(judgment, annotator=f"Судья {number}", passage_id=f"п{passage}")
                store.save(mine)
                store.current(annotator=mine.annotator)

        return judge

    at_once([judge_all(number) for number in range(20)])
    found = {(j.annotator, j.passage_id) for j in store.current()}
    assert found == {(f"Судья {n}", f"п{p}") for n in range(20) for p in range(10)}
    assert len(store.history()) == 200


def test_two_tabs_that_disagree_are_both_in_the_history_and_one_stands(
    store: JudgmentStore, judgment: Judgment
) -> None:
    saved = at_once([lambda g=g: store.save(replace(judgment, grade=g)) for g in range(4)])  # type: ignore[misc]
    assert sorted(event.judgment.grade or 0 for event in store.history()) == [0, 1, 2, 3]
    last = max(saved, key=lambda j: j.id if j else 0)
    assert store.current() == [last]


def test_undos_at_once_withdraw_a_judgment_each(store: JudgmentStore, judgment: Judgment) -> None:
    saved = [store.save(replace(judgment, passage_id=f"п{number}")) for number in range(6)]
    undone = at_once([lambda: store.undo("Мария")] * 8)
    assert sorted(j.id for j in undone if j) == [j.id for j in saved]
    assert undone.count(None) == 2
    assert store.current() == []


def history_of(judgment: Judgment) -> list[Event]:
    """Three of one pair, the last one taken back, and another annotator's; ids of elsewhere."""
    noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
    said = [{"grade": 3}, {"annotator": "Пётр"}, {"grade": 1, "comment": "нет"}, {"grade": 0}]
    return [
        Event(
            replace(judgment, id=70 + n, time=noon + timedelta(seconds=n), **change),  # type: ignore[arg-type]
            noon + timedelta(hours=1) if n == 3 else None,
        )
        for n, change in enumerate(said)
    ]


def test_a_history_is_restored_with_its_times_undos_and_order(
    store: JudgmentStore, judgment: Judgment
) -> None:
    events = history_of(judgment)
    assert store.is_empty()
    assert store.restore(events) == 4
    assert not store.is_empty()
    found = store.history()
    ids = [event.judgment.id for event in found]
    assert ids == sorted(set(ids))
    assert found == [
        replace(event, judgment=replace(event.judgment, id=id))
        for event, id in zip(events, ids, strict=True)
    ]
    assert [(j.annotator, j.grade) for j in store.current()] == [("Пётр", 3), ("Мария", 1)]
    assert store.standing("Мария", judgment.query, judgment.passage_id) == found[2].judgment
    assert store.save(replace(judgment, grade=2)).id > ids[-1]
    assert store.undo("Мария") and store.undo("Мария") == found[2].judgment


def test_a_store_with_a_judgment_is_not_restored_into(
    store: JudgmentStore, judgment: Judgment
) -> None:
    store.save(judgment)
    store.undo("Мария")
    before = store.history()
    assert not store.is_empty()
    assert store.restore(history_of(judgment)) == 0
    assert store.history() == before


def test_a_store_with_pools_and_no_judgments_is_restored_into(
    store: JudgmentStore, judgment: Judgment
) -> None:
    store.save_pool(Pool("озёра", ITEMS))
    assert store.is_empty()
    assert store.restore(history_of(judgment)) == 4
    assert store.pool_names() == ["озёра"]


def test_a_restore_that_fails_leaves_the_store_empty(
    store: JudgmentStore, judgment: Judgment
) -> None:
    good, *_ = history_of(judgment)
    with pytest.raises(JudgingError):
        store.restore([good, Event(judgment, None)])  # without a time
    assert store.is_empty()


def test_a_restore_waits_for_a_judgment_under_way(url: str, judgment: Judgment) -> None:
    holder = Database(url, timeout=5)
    with JudgmentStore.open(url, timeout=0.2) as store:
        row = {**asdict(judgment), "pair": "", "time": datetime.now(UTC)}
        del row["id"]
        with holder.write("annotator Мария") as connection:
            connection.execute(insert(judgments).values(row))
            with pytest.raises(JudgingError, match="held it for too long"):
                store.restore(history_of(judgment))
        assert store.restore(history_of(judgment)) == 0
        assert len(store.history()) == 1
    holder.close()


def test_restores_at_once_are_one(store: JudgmentStore, judgment: Judgment) -> None:
    events = history_of(judgment)
    counts = at_once([lambda: store.restore(events)] * 4)  # type: ignore[list-item]
    assert sorted(counts) == [0, 0, 0, 4]  # type: ignore[type-var]
    assert len(store.history()) == 4


def test_a_pool_comes_back_as_it_was_saved(store: JudgmentStore) -> None:
    pool = Pool("озёра", ITEMS, overlap=2, seed=2**40, depth=20, snapshot="2025-01")
    saved = store.save_pool(pool)
    assert saved.created is not None
    assert saved == replace(pool, created=saved.created)
    assert store.pool("озёра") == saved


def test_pools_are_listed_oldest_first(store: JudgmentStore) -> None:
    assert store.pools() == []
    old = Pool("б", ITEMS, created=datetime(2024, 5, 1, 12, tzinfo=UTC))
    pools = [store.save_pool(Pool("а", ITEMS[1:])), store.save_pool(old)]
    assert store.pools() == pools[::-1]
    assert store.pools()[0].created == old.created


def test_a_taken_pool_name_is_refused_and_the_first_pool_stays(store: JudgmentStore) -> None:
    saved = store.save_pool(Pool("озёра", ITEMS))
    with pytest.raises(JudgingError, match="already a pool named 'озёра'. Choose another"):
        store.save_pool(Pool("озёра", ITEMS[1:]))
    assert store.pools() == [saved]


def test_an_unknown_pool_is_refused_with_the_names_there_are(store: JudgmentStore) -> None:
    with pytest.raises(JudgingError, match="no pool 'реки'. Choose one of: none yet"):
        store.pool("реки")
    store.save_pool(Pool("озёра", ITEMS))
    with pytest.raises(JudgingError, match="no pool 'реки'. Choose one of: 'озёра'"):
        store.pool("реки")


@pytest.mark.parametrize("text", ["оз\0ёра", "оз\udc00ёра"])
def test_text_no_database_keeps_is_refused_everywhere(store: JudgmentStore, text: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: store.save_pool(Pool("озёра", ITEMS, snapshot=text)),
        lambda: store.save_pool(Pool("озёра", (replace(ITEMS[0], need=text),))),
        lambda: store.save_pool(Pool("озёра", (replace(ITEMS[0], sources=(text,)),))),
        lambda: store.pool(text),
        lambda: store.undo(text),
        lambda: store.undo("Мария", pool=text),
        lambda: store.current(annotator=text),
        lambda: store.current(pool=text),
        lambda: store.history(annotator=text),
    ]
    for call in calls:
        with pytest.raises(JudgingError, match="can't be stored. Remove it"):
            call()
    assert store.pools() == []
