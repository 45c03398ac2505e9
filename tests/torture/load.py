"""Many clients at once on the real app over HTTP, through a new index and to the end:

python -m tests.torture.load [--clients 200] [--seconds 300]

Four of five requests search, one judges. A client asks again as soon as it has its answer, and
when the server is busy after as long as it was told. In the middle the index gets a new
generation; at the end SIGTERM meets the app under full load. Ends with 1 when a guarantee fails.
"""

import argparse
import asyncio
import json
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx

from search.judging.judgment import Judgment
from search.judging.pool import Pool, PoolItem
from search.judging.store import JudgmentStore
from search.settings import ROOT
from tests.app_process import RunningApp, running_app
from tests.torture.load_clients import Client, Tally

MAX_GROWTH = 0.05
"""Of the resident memory, from the end of the warm-up on."""
WARM_UP = 0.3
"""Share of the time after which the memory is first looked at."""
LONGEST_END = 60.0
"""Seconds for the app to finish what it has begun."""
NEW = "синхрофазотрон"
POOL = "нагрузка"


def main() -> int:
    """Run, print the table, say by the exit code whether all guarantees held."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.load")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder), options.clients, options.seconds))


async def _measure(folder: Path, clients: int, seconds: float) -> int:
    index, url = folder / "index", f"sqlite:///{folder}/judgments.sqlite"
    _index("build", ROOT / "data" / "demo", index)
    items = _pool(url)
    settings = {
        "INDEX_DIR": str(index),
        "DATABASE_URL": url,
        "CORPORA_DIR": str(folder / "corpora"),
        "SHUTDOWN_SECONDS": str(LONGEST_END),
        "LOG_FORMAT": "json",
    }
    tally, memory = Tally(), list[float]()
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=2 * clients)
    with (folder / "log").open("wb") as log, running_app(settings, log=log.fileno()) as app:
        async with httpx.AsyncClient(base_url=app.url, timeout=120, limits=limits) as http:
            queries = _queries()
            running = [
                asyncio.create_task(Client(f"клиент {n}", http, tally, items).run(queries))
                for n in range(clients)
            ]
            before = (await http.get("/readyz")).json()["created"]
            started = time.monotonic()
            watching = asyncio.create_task(_watch(app, memory))
            await asyncio.sleep(seconds / 2)
            (folder / "new.jsonl").write_text(
                json.dumps({"_id": NEW, "title": NEW, "text": f"Это {NEW}."}), encoding="utf-8"
            )
            await asyncio.to_thread(_index, "add", folder / "new.jsonl", index)
            swapped = await _swapped(http, before)
            await asyncio.sleep(max(started + seconds - time.monotonic(), 0))
            watching.cancel()
            wall = time.monotonic() - started
            served = Counter({kind: len(each) for kind, each in tally.seconds.items()})
            lasted, code = await _end(app, tally, running)
    lost = _lost(url, tally)
    first, last = _growth(memory)
    rows = {
        "clients": clients,
        "seconds": round(wall),
        "searches a second": round(served["search"] / wall, 1),
        "judgments a second": round(served["judge"] / wall, 1),
        **_percentiles("search", tally.seconds["search"]),
        **_percentiles("judge", tally.seconds["judge"]),
        "busy answers": tally.counts["busy"],
        "errors": tally.counts["errors"],
        "accepted, never answered": tally.counts["lost answers"],
        "judgments acknowledged": len(tally.judged),
        "of these lost": lost,
        "new index in use after, s": swapped,
        "memory after warm-up, MB": first,
        "memory growth, %": round(100 * (last / first - 1), 1),
        "end after SIGTERM, s": round(lasted, 1),
        "exit code": code,
    }
    for name, value in rows.items():
        print(f"{name:<28}{value:>10}")  # noqa: T201
    for error, count in Counter(tally.errors).most_common(5):
        print(f"{count} × {error}")  # noqa: T201
    held = {
        "no errors": not tally.counts["errors"],
        "every accepted request answered": not tally.counts["lost answers"],
        "no acknowledged judgment lost": bool(tally.judged) and not lost,
        "the new index came into use": swapped is not None,
        f"memory grew by less than {MAX_GROWTH:.0%}": last < first * (1 + MAX_GROWTH),
        "SIGTERM ended it with 0": code == 0,
    }
    for name, holds in held.items():
        print(f"{'held  ' if holds else 'BROKEN'} {name}")  # noqa: T201
    return 0 if all(held.values()) else 1


def _index(action: str, what: Path, to: Path) -> None:
    command = [sys.executable, "-m", "index", action, str(what), "--to", str(to)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def _pool(url: str) -> Pool:
    """The whole demo corpus, to be judged by everybody."""
    lines = (ROOT / "data" / "demo" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    ids = [json.loads(line)["_id"] for line in lines]
    pool = Pool(POOL, tuple(PoolItem(id, id, "", id, id, "h") for id in ids), overlap=10_000)
    with JudgmentStore.open(url) as store:
        return store.save_pool(pool)


def _queries() -> Iterator[str]:
    """Questions of our own, shuffled; each in the order drawn, without an end."""
    lines = (ROOT / "data" / "pairs" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    queries = [query for line in lines for query in json.loads(line)["queries"]]
    random.Random(0).shuffle(queries)
    while True:
        yield from queries


async def _swapped(http: httpx.AsyncClient, before: str) -> float | None:
    """Seconds until another generation answers; None: it never did."""
    started = time.monotonic()
    while time.monotonic() - started < 30:
        if (await http.get("/readyz")).json().get("created", before) != before:
            return round(time.monotonic() - started, 1)
        await asyncio.sleep(0.2)
    return None


async def _end(
    app: RunningApp, tally: Tally, running: list[asyncio.Task[None]]
) -> tuple[float, int]:
    """SIGTERM under load: seconds until the process was gone, and its exit code."""

    def gone() -> tuple[float, int]:
        started = time.monotonic()
        app.process.send_signal(signal.SIGTERM)
        code = app.process.wait(LONGEST_END + 10)
        return time.monotonic() - started, code

    going = asyncio.create_task(asyncio.to_thread(gone))
    await asyncio.sleep(0.5)  # the clients go on
    tally.ending = True
    lasted, code = await going
    await asyncio.gather(*running)
    return lasted, code


async def _watch(app: RunningApp, memory: list[float]) -> None:
    """Resident megabytes, once a second."""
    while True:
        status = Path(f"/proc/{app.process.pid}/status").read_text(encoding="utf-8")
        (kilobytes,) = re.findall(r"VmRSS:\s+(\d+) kB", status)
        memory.append(int(kilobytes) / 1024)
        await asyncio.sleep(1)


def _growth(memory: list[float]) -> tuple[int, int]:
    """Megabytes: medians of a tenth of the time, after the warm-up and at the end."""
    tenth = max(len(memory) // 10, 1)
    warm = int(len(memory) * WARM_UP)
    first, last = memory[warm : warm + tenth], memory[-tenth:]
    return round(statistics.median(first)), round(statistics.median(last))


def _lost(url: str, tally: Tally) -> int:
    with JudgmentStore.open(url) as store:
        kept = {event.judgment.id: event.judgment for event in store.history()}

    def same(id: int, judged: Judgment) -> bool:
        found = kept.get(id)
        said = (judged.annotator, judged.query, judged.passage_id, judged.grade)
        return bool(found) and said == (
            found.annotator,
            found.query,
            found.passage_id,
            found.grade,
        )

    return sum(not same(id, judged) for id, judged in tally.judged.items())


def _percentiles(kind: str, seconds: list[float]) -> dict[str, int]:
    if len(seconds) < 2:
        return {}
    cuts = statistics.quantiles(seconds, n=100)
    return {f"{kind} p50, ms": round(1000 * cuts[49]), f"{kind} p95, ms": round(1000 * cuts[94])}


if __name__ == "__main__":
    sys.exit(main())
