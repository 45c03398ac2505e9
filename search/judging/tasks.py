"""Who judges what next: each annotator walks a pool in an order of their own."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from search.judging.judgment import Judgment
from search.judging.pool import Pool, PoolItem

JudgedBy = Mapping[tuple[str, str], frozenset[str]]
"""(query, passage id) of every item of a pool -> who judged it."""


class Mark(NamedTuple):
    """What of a judgment tells who judged what."""

    query: str
    passage_id: str
    text_hash: str
    pool: str
    annotator: str


@dataclass(frozen=True, slots=True)
class Task:
    """A pool item as an annotator may see it: nothing tells which ranker found it, or where."""

    position: int
    """From 0, in the annotator's own order."""
    query: str
    query_id: str
    need: str
    passage_id: str
    document_id: str
    text_hash: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an annotator is in a pool; the rest of `total` has been left to others."""

    done: int
    """Items this annotator judged, those they can't judge included."""
    open: int
    """Items this annotator will still be given, unless others judge them first."""
    total: int


@lru_cache(maxsize=64)
def order_for(pool: Pool, annotator: str) -> tuple[Task, ...]:
    """All items in the annotator's order: queries shuffled, passages shuffled inside a query.

    Sorted by SHA-256 of seed, pool, annotator and item, so the order is the same on every machine,
    in every process, and whatever order the items are stored in.
    """

    def key(*names: str) -> str:
        seeded = json.dumps([pool.seed, pool.name, annotator, *names])
        return hashlib.sha256(seeded.encode()).hexdigest()

    queries = {item.query: key(item.query) for item in pool.items}
    ordered = sorted(
        pool.items, key=lambda item: (queries[item.query], key(item.query, item.passage_id))
    )
    return tuple(
        Task(
            position=position,
            query=item.query,
            query_id=item.query_id,
            need=item.need,
            passage_id=item.passage_id,
            document_id=item.document_id,
            text_hash=item.text_hash,
        )
        for position, item in enumerate(ordered)
    )


def next_task(pool: Pool, annotator: str, judged_by: JudgedBy, start: int = 0) -> Task | None:
    """The first open item at or after position `start`, else before it; None when all is done.

    Open is what the annotator has not judged and fewer than `pool.overlap` others have. A "can't
    judge" counts as judged.
    """
    order = order_for(pool, annotator)
    for task in (*order[start:], *order[:start]):
        if _is_open(judged_by[task.query, task.passage_id], pool, annotator):
            return task
    return None


def progress(pool: Pool, annotator: str, judged_by: JudgedBy) -> Progress:
    """The annotator's count of items done, open and in all."""
    names_of = [judged_by[item.query, item.passage_id] for item in pool.items]
    return Progress(
        done=sum(annotator in names for names in names_of),
        open=sum(_is_open(names, pool, annotator) for names in names_of),
        total=len(pool.items),
    )


def who_judged(pool: Pool, judgments: Iterable[Judgment | Mark]) -> JudgedBy:
    """Who judged each item of a pool; `judgments` are all that stand (`JudgmentStore.current()`).

    Work done in another pool or on the search page counts while the text is the same: it is not
    asked for again. A judgment of another text of the passage counts only when it was given in this
    very pool: the passage has changed since the pool was made, and the annotator saw what there is
    now.
    """
    items: dict[tuple[str, str], PoolItem] = {(i.query, i.passage_id): i for i in pool.items}
    names: dict[tuple[str, str], set[str]] = {pair: set() for pair in items}
    for judgment in judgments:
        pair = judgment.query, judgment.passage_id
        if pair in items and (
            judgment.pool == pool.name or judgment.text_hash == items[pair].text_hash
        ):
            names[pair].add(judgment.annotator)
    return {pair: frozenset(who) for pair, who in names.items()}


def _is_open(judged_by: frozenset[str], pool: Pool, annotator: str) -> bool:
    return annotator not in judged_by and len(judged_by) < pool.overlap
