"""A snapshot and the judgments so far -> a pool of what it shows and nobody has judged."""

from collections.abc import Mapping

from index.passages import Passage
from search.evaluation import Qrels
from search.judging.by_text import merged_grades, stored_grades
from search.judging.holes import pool_of_holes
from search.judging.pool import Pool, needs_of
from search.judging.pool_plan import PoolPlan
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
    `more` are grades kept elsewhere by the query's text (`by_text.file_grades`), ours before them:
    an id may be another set's, or missing. Raises `JudgingError` when no hole is left.
    """
    ranked = {
        query_id: [passages[p.passage_id] for p in found if p.passage_id in passages]
        for query_id, found in snapshot.ranked(stage).items()
    }
    needs = needs_of(store.pools())
    queries = [Query(id, text, needs.get(text, "")) for id, text in snapshot.queries.items()]
    grades = merged_grades(more or {}, stored_grades(store.current()))
    qrels = {query.id: grades.get(query.text, {}) for query in queries}
    return pool_of_holes(
        plan.name, ranked, qrels, queries, plan.depth, plan.overlap, plan.seed, snapshot.name
    )
