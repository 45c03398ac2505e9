"""What a store has acknowledged survives kill -9, and processes may judge at once."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import make_url

from search.judging.database import Database
from search.judging.store import JudgmentStore

JUDGE = """
import sys
from search.judging.judgment import Judgment
from search.judging.store import JudgmentStore

url, annotator, first, last = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
with JudgmentStore.open(url) as store:
    for number in range(int(first), int(last)):
        grade, comment = number % 4, "ж" * (number % 700)
        judgment = Judgment("глубина Байкала", f"п{number}", "д", "х", annotator, grade, comment)
        print(store.save(judgment).id, judgment.passage_id, flush=True)
"""


def start(url: str, annotator: str, first: int, last: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", JUDGE, url, annotator, str(first), str(last)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    assert child.stdout and child.stdout.readline() == "ready\n"
    return child


def go(child: subprocess.Popen[str]) -> None:
    assert child.stdin
    child.stdin.write("go\n")
    child.stdin.flush()


def end(child: subprocess.Popen[str]) -> list[str]:
    """Whole lines a child has still said; waits for it."""
    with child:  # closes the pipes and waits
        assert child.stdout
        return [line for line in child.stdout if line.endswith("\n")]


def test_every_acknowledged_judgment_survives_kill_9(url: str) -> None:
    rng = random.Random(7)
    acknowledged: dict[int, str] = {}
    kills = 0
    while len(acknowledged) < 1000:
        first = kills * 10_000
        child = start(url, "Анна", first, first + 10_000)
        go(child)
        assert child.stdout
        lines = [child.stdout.readline() for _ in range(rng.randrange(100, 250))]
        time.sleep(rng.random() * 0.02)
        child.send_signal(signal.SIGKILL)
        lines += end(child)
        kills += 1
        assert child.returncode == -signal.SIGKILL
        for line in lines:
            identity, passage = line.split()
            acknowledged[int(identity)] = passage
    assert kills >= 4
    with JudgmentStore.open(url) as store:
        found = {judgment.id: judgment.passage_id for judgment in store.current()}
    assert found.items() >= acknowledged.items()
    assert len(found) <= len(acknowledged) + kills  # the one a kill met on its way to us
    if make_url(url).get_backend_name() == "sqlite":
        database = Database(url, timeout=5)
        with database.read() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        database.close()


def test_processes_that_open_and_judge_at_once_lose_and_double_nothing(url: str) -> None:
    """Two tabs of one annotator in two processes, and two more annotators."""
    children = [start(url, name, 0, 40) for name in ("Анна", "Анна", "Пётр", "Ольга")]
    for child in children:  # all are up and wait, so they make the tables at once too
        go(child)
    acknowledged = [dict(line.split() for line in end(child)) for child in children]
    assert [child.returncode for child in children] == [0, 0, 0, 0]
    assert acknowledged[0] == acknowledged[1]
    with JudgmentStore.open(url) as store:
        events = store.history()
    assert len(events) == 120
    assert {(e.judgment.annotator, e.judgment.passage_id) for e in events} == {
        (name, f"п{number}") for name in ("Анна", "Пётр", "Ольга") for number in range(40)
    }


def test_a_copy_of_the_folder_taken_after_a_kill_opens(tmp_path: Path) -> None:
    folder, copy = tmp_path / "folder", tmp_path / "copy"
    child = start(f"sqlite:///{folder}/judgments.sqlite", "Анна", 0, 10_000)
    go(child)
    assert child.stdout
    lines = [child.stdout.readline() for _ in range(50)]
    child.kill()
    lines += end(child)
    copy.mkdir()
    for file in folder.iterdir():
        if not file.name.endswith("-shm"):  # which SQLite makes anew from the log
            (copy / file.name).write_bytes(file.read_bytes())
    with JudgmentStore.open(f"sqlite:///{copy}/judgments.sqlite") as store:
        assert {str(j.id) for j in store.current()} >= {line.split()[0] for line in lines}
