import json
import os
import random
import subprocess
import sys
from dataclasses import fields, replace
from itertools import groupby

import pytest

from search.judging.judgment import Judgment
from search.judging.pool import Pool, PoolItem
from search.judging.tasks import Task, next_task, order_for, progress, who_judged
from search.settings import ROOT

QUERIES = ("кто спит зимой", "чем питается кит", "вода для чая", "из чего пекут хлеб")
PASSAGES = ("медведь", "кит", "чай", "хлеб", "коньки")
POOL = Pool(
    "звери и еда",
    tuple(
        PoolItem(query, f"q{number}", "Одно предложение.", id, id, f"hash {id}", ("секрет",))
        for number, query in enumerate(QUERIES)
        for id in PASSAGES
    ),
)
PAIRS = {(item.query, item.passage_id) for item in POOL.items}


def judged(task: Task, annotator: str, grade: int | None = 1, pool: str = POOL.name) -> Judgment:
    return Judgment(
        task.query, task.passage_id, task.document_id, task.text_hash, annotator, grade, pool=pool
    )


def walk(pool: Pool, annotator: str) -> list[tuple[str, str]]:
    return [(task.query, task.passage_id) for task in order_for(pool, annotator)]


@pytest.mark.parametrize("annotator", ["Анна", "Пётр", ""])
def test_every_item_comes_once_and_positions_count_up(annotator: str) -> None:
    order = order_for(POOL, annotator)
    assert len(order) == len(POOL.items)
    assert {(task.query, task.passage_id) for task in order} == PAIRS
    assert [task.position for task in order] == list(range(len(POOL.items)))


def test_the_passages_of_a_query_come_together() -> None:
    runs = [query for query, _ in groupby(walk(POOL, "Анна"), key=lambda pair: pair[0])]
    assert sorted(runs) == sorted(QUERIES)


def test_queries_and_passages_are_both_shuffled() -> None:
    order = walk(POOL, "Анна")
    queries = list(dict.fromkeys(query for query, _ in order))
    inside = {tuple(p for q, p in order if q == query) for query in queries}
    assert queries != list(QUERIES)
    assert len(inside) > 1


def test_annotator_seed_and_pool_each_change_the_order() -> None:
    orders = [
        walk(POOL, "Анна"),
        walk(POOL, "Пётр"),
        walk(replace(POOL, seed=43), "Анна"),
        walk(replace(POOL, name="другой"), "Анна"),
    ]
    assert len({tuple(order) for order in orders}) == 4


def test_the_order_does_not_depend_on_how_the_items_are_stored() -> None:
    backwards = replace(POOL, items=POOL.items[::-1])
    assert order_for(backwards, "Анна") == order_for(POOL, "Анна")


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_order_is_the_same_in_another_process(hash_seed: str) -> None:
    program = (
        "import json, sys\n"
        "from search.judging.pool import Pool, PoolItem\n"
        "from search.judging.tasks import order_for\n"
        "name, rows = json.load(sys.stdin)\n"
        "pool = Pool(name, tuple(PoolItem(q, '', '', p, p, '') for q, p in rows))\n"
        "json.dump([(t.query, t.passage_id) for t in order_for(pool, 'Анна')], sys.stdout)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps([POOL.name, [(item.query, item.passage_id) for item in POOL.items]]),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
    )
    assert [tuple(pair) for pair in json.loads(done.stdout)] == walk(POOL, "Анна")


def test_a_task_shows_nothing_of_the_rankers() -> None:
    assert {field.name for field in fields(Task)} == {
        *("position", "query", "query_id", "need"),
        *("passage_id", "document_id", "text_hash"),
    }
    assert "секрет" not in repr(order_for(POOL, "Анна"))


@pytest.mark.parametrize("overlap", [1, 2, 3])
@pytest.mark.parametrize("people", [1, 2, 4])
def test_annotators_working_to_the_end_give_each_item_its_overlap(
    overlap: int, people: int
) -> None:
    pool = replace(POOL, overlap=overlap)
    names = [f"Разметчик {number}" for number in range(people)]
    turns = random.Random(people * 10 + overlap)
    judgments: list[Judgment] = []
    working = list(names)
    while working:
        name = turns.choice(working)
        task = next_task(pool, name, who_judged(pool, judgments))
        if task is None:
            working.remove(name)
        else:
            judgments.append(judged(task, name, turns.choice([0, 1, 2, 3, None])))
    who = [(j.query, j.passage_id, j.annotator) for j in judgments]
    assert len(set(who)) == len(who)
    counts = [len([j for j in judgments if (j.query, j.passage_id) == pair]) for pair in PAIRS]
    assert counts == [min(overlap, people)] * len(PAIRS)
    for name in names:
        now = progress(pool, name, who_judged(pool, judgments))
        own = sum(judgment.annotator == name for judgment in judgments)
        assert (now.done, now.open, now.total) == (own, 0, len(PAIRS))


def test_what_cannot_be_judged_is_not_asked_again() -> None:
    first = next_task(POOL, "Анна", who_judged(POOL, []))
    assert first is not None and first.position == 0
    second = next_task(POOL, "Анна", who_judged(POOL, [judged(first, "Анна", grade=None)]))
    assert second is not None and second.position == 1


def test_the_search_for_a_task_starts_where_the_annotator_is_and_wraps_around() -> None:
    order = order_for(POOL, "Анна")
    assert next_task(POOL, "Анна", who_judged(POOL, []), start=7) == order[7]
    end = [judged(task, "Анна") for task in order[7:]]
    assert next_task(POOL, "Анна", who_judged(POOL, end), start=7) == order[0]


def test_progress_counts_own_and_open_items_apart() -> None:
    pool = replace(POOL, overlap=2)
    order = order_for(pool, "Анна")
    judgments = [judged(order[0], "Анна"), judged(order[1], "Пётр")]
    judgments += [judged(order[2], name) for name in ("Пётр", "Олег")]
    now = progress(pool, "Анна", who_judged(pool, judgments))
    assert (now.done, now.open, now.total) == (1, 18, 20)


def test_work_on_the_same_text_elsewhere_is_not_asked_for_again() -> None:
    first = order_for(POOL, "Анна")[0]
    same = judged(first, "Анна", pool="вчерашний")
    changed = replace(same, text_hash="hash of another text")
    assert progress(POOL, "Анна", who_judged(POOL, [same])).done == 1
    assert progress(POOL, "Анна", who_judged(POOL, [changed])).done == 0
    assert progress(POOL, "Анна", who_judged(POOL, [replace(changed, pool=POOL.name)])).done == 1


def test_judgments_of_other_queries_and_passages_count_for_nothing() -> None:
    first = order_for(POOL, "Анна")[0]
    foreign = replace(judged(first, "Анна"), query="где зимуют раки")
    now = progress(
        POOL, "Анна", who_judged(POOL, [foreign, replace(judged(first, "Анна"), passage_id="рак")])
    )
    assert (now.done, now.open) == (0, 20)
