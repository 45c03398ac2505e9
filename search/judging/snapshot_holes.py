"""A snapshot and the judgments so far -> a pool of what it shows and nobody has judged."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from index.passages import Passage
from search.evaluation import Qrels
from search.judging.holes import pool_of_holes
from search.judging.judgment import Judgment
from search.judging.pool import Pool
from search.judging.pool_plan import PoolPlan
from search.judging.qrels import qrels_of
from search.judging.query_set import Query
from search.judging.snapshots import Snapshot
from search.judging.store import JudgmentStore


def pool_of_snapshot(
    plan: PoolPlan,
    snapshot: Snapshot,
    stage: str,
    passages: Mapping[str, Passage],
    store: JudgmentStore,
    more: Qrels | None = None,
) -> Pool:
    """The holes of a snapshot's stage, with the needs that earlier pools tell; not saved yet.

    `passages` are those of the index now: one that is gone can't be judged and is left out.
    `more` are grades kept elsewhere, ours before them. Raises `JudgingError` when no hole is left.
    """
    ranked = {
        query_id: [passages[p.passage_id] for p in found if p.passage_id in passages]
        for query_id, found in snapshot.ranked(stage).items()
    }
    needs = {item.query: item.need for pool in store.pools() for item in pool.items if item.need}
    queries = [Query(id, text, needs.get(text, "")) for id, text in snapshot.queries.items()]
    qrels = _graded(store.current(), queries)
    for query_id, documents in (more or {}).items():
        qrels[query_id] = documents | qrels.get(query_id, {})
    return pool_of_holes(
        plan.name, ranked, qrels, queries, plan.depth, plan.overlap, plan.seed, snapshot.name
    )


def _graded(judgments: Iterable[Judgment], queries: Iterable[Query]) -> Qrels:
    """The grades of these queries, found by text: an id may be another set's, or missing."""
    ids = {query.text: query.id for query in queries}
    return qrels_of(replace(j, query_id=ids[j.query]) for j in judgments if j.query in ids)
