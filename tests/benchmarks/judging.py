"""How long judging takes while 20 people judge at once on SQLite. Run by hand:

python -m tests.benchmarks.judging [judgments of each]

Once as fast as the machine goes (saves alone), and once as people do: a grade, then the next item
out of a pool of 1,000 that holds 2,000 judgments already, then a second or so of reading.
"""

import random
import sqlite3
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from index.passages import Passage
from search.judging.desk import Desk
from search.judging.judgment import Judgment, text_hash
from search.judging.pool import Pool, pool_item
from search.judging.query_set import Query
from search.judging.store import JudgmentStore
from tests.benchmarks.bench import RESULTS, keep, milliseconds, plot_bars

ANNOTATORS = 20
TEXT = "Байкал — самое глубокое озеро планеты, его глубина 1642 метра."


def main(each: int = 50) -> None:
    """Measure, print and write results/judging.json."""
    # Not the system's temporary folder, which may be memory and not a disk.
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder:
        with JudgmentStore.open(f"sqlite:///{folder}/judgments.sqlite", timeout=60) as store:
            started = time.perf_counter()
            seconds = judge_at_once(store, each)
            wall = time.perf_counter() - started
            if len(store.current()) != ANNOTATORS * each:
                sys.exit("error: judgments were lost; the times mean nothing.")
        with JudgmentStore.open(f"sqlite:///{folder}/desk.sqlite", timeout=60) as store:
            steps = judge_and_read(store, each)
    save, step = milliseconds(seconds), milliseconds(steps)
    keep(
        "judging",
        {
            "annotators": ANNOTATORS,
            "judgments": len(seconds),
            **{f"save_{name}": value for name, value in save.items()},
            "saves_per_second": round(len(seconds) / wall, 1),
            **{f"judged_to_next_item_{name}": value for name, value in step.items()},
            "sqlite": sqlite3.sqlite_version,
        },
        "sqlalchemy",
    )
    plot_bars(
        "judging",
        f"{ANNOTATORS} annotators at once",
        "ms (median)",
        {"a save, nobody pausing": save["p50_ms"], "judged to next item": step["p50_ms"]},
    )


def judge_at_once(store: JudgmentStore, each: int) -> list[float]:
    """Seconds of every save; nobody pauses to read, so real annotators wait less."""
    barrier = threading.Barrier(ANNOTATORS)

    def judge(annotator: int) -> list[float]:
        seconds = []
        barrier.wait()
        for number in range(each):
            judgment = Judgment(
                query="какова глубина Байкала",
                passage_id=f"baikal#{number}",
                document_id="baikal",
                text_hash=text_hash(TEXT),
                annotator=f"Судья {annotator}",
                grade=number % 4,
            )
            started = time.perf_counter()
            store.save(judgment)
            seconds.append(time.perf_counter() - started)
        return seconds

    with ThreadPoolExecutor(ANNOTATORS) as threads:
        return [second for one in threads.map(judge, range(ANNOTATORS)) for second in one]


def judge_and_read(store: JudgmentStore, each: int) -> list[float]:
    """Seconds from a grade to the next item of 20 annotators who read in between."""
    passages = {
        f"lake#{n}": Passage(f"lake#{n}", "lake", "Озеро", TEXT, 0, len(TEXT)) for n in range(1000)
    }
    queries = [Query(f"q{n}", f"какова глубина озера {n}") for n in range(50)]
    items = (pool_item(queries[n % 50], p) for n, p in enumerate(passages.values()))
    pool = store.save_pool(Pool("озёра", tuple(items), overlap=ANNOTATORS))
    desk = Desk(store, passages)
    for annotator in ("Раньше 1", "Раньше 2"):
        for item in pool.items:
            desk.judge(annotator, pool.name, item.query, item.passage_id, 1)

    def work(annotator: str) -> list[float]:
        pause = random.Random(annotator)
        seconds = []
        sheet = desk.next(annotator, pool.name).sheet
        for _ in range(each):
            time.sleep(pause.uniform(0.5, 1.5))
            if sheet is None:
                break
            started = time.perf_counter()
            desk.judge(annotator, pool.name, sheet.task.query, sheet.task.passage_id, 2)
            sheet = desk.next(annotator, pool.name, sheet.task.position + 1).sheet
            seconds.append(time.perf_counter() - started)
        return seconds

    with ThreadPoolExecutor(ANNOTATORS) as threads:
        names = [f"Судья {n}" for n in range(ANNOTATORS)]
        return [second for one in threads.map(work, names) for second in one]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
