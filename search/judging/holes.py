"""Passages that a ranking shows and nobody has judged: what makes a measurement uncertain."""

from collections.abc import Iterable, Mapping

from index.passages import Passage
from search.evaluation import Qrels
from search.judging.pool import Pool, pool_item, top_passages
from search.judging.query_set import Query


def holes(
    ranked: Mapping[str, Iterable[Passage]], qrels: Qrels, depth: int = 10
) -> dict[str, tuple[Passage, ...]]:
    """Query id -> passages of its first `depth` documents that have no grade, best first.

    `ranked` is query id -> passages, best first. A document with a grade, be it for another of its
    passages, is no hole; a query without any has no entry.
    """
    found = {}
    for query_id, passages in ranked.items():
        graded = qrels.get(query_id, {})
        top = top_passages(passages, depth)
        unjudged = tuple(passage for passage in top if passage.document_id not in graded)
        if unjudged:
            found[query_id] = unjudged
    return found


def pool_of_holes(
    name: str,
    ranked: Mapping[str, Iterable[Passage]],
    qrels: Qrels,
    queries: Iterable[Query],
    depth: int = 10,
    overlap: int = 1,
    seed: int = 42,
    snapshot: str = "",
) -> Pool:
    """The holes of the queries given, as a pool; raises `JudgingError` when there are none."""
    found = holes(ranked, qrels, depth)
    items = tuple(
        pool_item(query, passage) for query in queries for passage in found.get(query.id, ())
    )
    return Pool(name, items, overlap, seed, depth, snapshot)
