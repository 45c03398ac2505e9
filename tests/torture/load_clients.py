"""Clients of the app that never rest, and what came of their requests."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx

from search.judging.judgment import Judgment
from search.judging.pool import Pool

JUDGING_SHARE = 0.2


@dataclass
class Tally:
    """What came of the requests."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"search": [], "judge": []})
    counts: Counter[str] = field(default_factory=Counter)
    judged: dict[int, Judgment] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    ending: bool = False
    """SIGTERM was sent: a request that isn't taken any more is no error."""


class Client:
    """One person or program."""

    def __init__(self, name: str, http: httpx.AsyncClient, tally: Tally, pool: Pool) -> None:
        self._name, self._http, self._tally = name, http, tally
        self._pool, self._items = pool.name, pool.items
        self._random = random.Random(name)

    async def run(self, queries: Iterator[str]) -> None:
        """Ask until the app takes no more requests."""
        while not self._tally.ending:
            kind = "judge" if self._random.random() < JUDGING_SHARE else "search"
            await self._ask(kind, next(queries))

    async def _ask(self, kind: str, query: str) -> None:
        tally, item = self._tally, self._random.choice(self._items)
        grade = self._random.randrange(4)
        sent = {"query": query, "top_k": 10}
        if kind == "judge":
            sent = {"query": item.query, "passage_id": item.passage_id, "grade": grade}
            sent |= {"annotator": self._name, "pool": self._pool}
        started = time.perf_counter()
        try:
            taken = await self._http.post(f"/gradio_api/call/v2/{kind}", json=sent)
        except httpx.HTTPError as error:
            self._missed(f"{kind}: not taken: {error!r}")
            return
        if taken.status_code == 429:
            tally.counts["busy"] += 1
            if not tally.ending:
                await asyncio.sleep(float(taken.headers["Retry-After"]) + self._random.random())
            return
        if taken.status_code != 200:
            self._missed(f"{kind}: {taken.status_code} {taken.text[:200]}")
            return
        try:
            url = f"/gradio_api/call/{kind}/{taken.json()['event_id']}"
            event, (data,) = _last(await self._http.get(url))
        except (httpx.HTTPError, ValueError, TypeError) as error:
            tally.counts["lost answers"] += 1
            when = "at the end" if tally.ending else "before"
            tally.errors.append(f"{kind}: no answer, {when}: {error!r}")
            return
        if event != "complete" or not data:
            tally.counts["errors"] += 1
            tally.errors.append(f"{kind}: {event} {data}")
            return
        tally.seconds[kind].append(time.perf_counter() - started)
        if kind == "judge":
            judged = Judgment(item.query, item.passage_id, "", "", self._name, grade)
            tally.judged[data["id"]] = judged

    def _missed(self, error: str) -> None:
        if not self._tally.ending:
            self._tally.counts["errors"] += 1
            self._tally.errors.append(error)


def _last(answer: httpx.Response) -> tuple[str, list[object]]:
    """The last event of a stream and its data."""
    event, data = answer.text.strip().split("\n\n")[-1].split("\n", 1)
    return event.removeprefix("event: "), json.loads(data.removeprefix("data: "))
