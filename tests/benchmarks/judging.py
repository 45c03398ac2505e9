"""How long judging takes while 20 people judge at once on SQLite. Run by hand:

python -m tests.benchmarks.judging [judgments of each]

Once as fast as the machine goes (saves alone), and once as people do: a grade, then the next item
out of a pool of 1,000 that holds 2,000 judgments already, then a second or so of reading.
"""

import json
import os
import platform
import random
import sqlite3
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import sqlalchemy

from index.passages import Passage
from search.judging.desk import Desk
from search.judging.judgment import Judgment, text_hash
from search.judging.pool import Pool, pool_item
from search.judging.query_set import Query
from search.judging.store import JudgmentStore

ANNOTATORS = 20
RESULT = Path(__file__).parent / "results" / "judging.json"
TEXT = "Байкал — самое глубокое озеро планеты, его глубина 1642 метра."


def main(each: int = 50) -> None:
    """Measure, print and write results/judging.json."""
    # Not the system's temporary folder, which may be memory and not a disk.
    with tempfile.TemporaryDirectory(dir=RESULT.parent) as folder:
        with JudgmentStore.open(f"sqlite:///{folder}/judgments.sqlite", timeout=60) as store:
            started = time.perf_counter()
            seconds = judge_at_once(store, each)
            wall = time.perf_counter() - started
            if len(store.current()) != ANNOTATORS * each:
                sys.exit("error: judgments were lost; the times mean nothing.")
        with JudgmentStore.open(f"sqlite:///{folder}/desk.sqlite", timeout=60) as store:
            steps = judge_and_read(store, each)
    p50, p95 = milliseconds(seconds)
    step_p50, step_p95 = milliseconds(steps)
    result = {
        "annotators": ANNOTATORS,
        "judgments": len(seconds),
        "save_p50_ms": p50,
        "save_p95_ms": p95,
        "saves_per_second": round(len(seconds) / wall, 1),
        "judged_to_next_item_p50_ms": step_p50,
        "judged_to_next_item_p95_ms": step_p95,
        "machine": machine(),
    }
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"save of {len(seconds)} judgments: p50 {p50} ms, p95 {p95} ms\n")
    sys.stdout.write(f"judged to next item, with pauses: p50 {step_p50} ms, p95 {step_p95} ms\n")


def milliseconds(seconds: list[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    p50, p95 = (round(float(value) * 1000, 1) for value in np.percentile(seconds, [50, 95]))
    return p50, p95


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


def machine() -> dict[str, str | int | float]:
    """What the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "cpu": models[0] if models else platform.processor(),
        "cores": os.cpu_count() or 0,
        "load_1min": round(os.getloadavg()[0], 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "sqlalchemy": sqlalchemy.__version__,
    }


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
