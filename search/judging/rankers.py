"""Queries -> the rankings of every ranker whose passages go into a pool."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from tqdm import tqdm

from index.passages import Passage
from search.engine import Engine
from search.errors import JudgingError, QueryError
from search.evaluation import stage_hits
from search.hits import STAGES, Hit, Ranking
from search.judging.query_set import QuerySet
from search.judging.snapshots import Snapshot

NO_ENGINES: Mapping[str, Engine] = MappingProxyType({})


def rankers_of(
    engine: Engine,
    query: str,
    names: Iterable[str] = STAGES,
    others: Mapping[str, Engine] = NO_ENGINES,
) -> dict[str, Ranking]:
    """The stages of one pass of `engine`, and what each engine of `others` shows in the end.

    Raises `JudgingError` for a name that is no stage, and for another engine called like one.
    """
    names = tuple(names)
    check_rankers(names)
    if clash := set(STAGES) & others.keys():
        raise JudgingError(f"ranker {min(clash)!r}: is the name of a stage. Choose another.")
    rankings: dict[str, Ranking] = {}
    if names:
        ranking = engine.candidates(query)
        if "reranked" in names:
            ranking = engine.rerank(ranking)
        rankings = {n: replace(ranking, hits=tuple(stage_hits(ranking, n))) for n in names}
    for name, other in others.items():
        rankings[name] = other.rerank(other.candidates(query))
    return rankings


def rankings_of(
    engine: Engine,
    queries: QuerySet,
    names: Iterable[str] = STAGES,
    others: Mapping[str, Engine] = NO_ENGINES,
    progress: bool = True,
) -> dict[str, dict[str, Ranking]]:
    """Ranker -> query id -> ranking, for each query of a set; what `pool_of_rankings` takes.

    Raises as `rankers_of` does, and `JudgingError` for a query that can't be searched.
    """
    names = tuple(names)
    rankings: dict[str, dict[str, Ranking]] = {name: {} for name in (*names, *others)}
    for query in tqdm(queries.queries, "searching", unit=" queries", disable=not progress):
        try:
            found = rankers_of(engine, query.text, names, others)
        except QueryError as error:
            raise JudgingError(f"{queries.name}, query {query.id!r}: {error}") from error
        for ranker, ranking in found.items():
            rankings[ranker][query.id] = ranking
    return rankings


def rankings_of_snapshot(
    snapshot: Snapshot, stage: str, queries: QuerySet, passages: Mapping[str, Passage]
) -> dict[str, Ranking]:
    """Query id -> what a stage of a snapshot found for the queries of a set, matched by text.

    Passages that the index no longer holds are left out. Raises `JudgingError` for a stage that
    isn't there and a snapshot of none of the queries.
    """
    ids = {text: query_id for query_id, text in snapshot.queries.items()}
    found = {
        query.id: Ranking(
            query.text,
            tuple(
                Hit(passages[ranked.passage_id], {})
                for ranked in snapshot.ranked(stage)[ids[query.text]]
                if ranked.passage_id in passages
            ),
        )
        for query in queries.queries
        if query.text in ids
    }
    if not found:
        raise JudgingError(
            f"The snapshot {snapshot.name!r} holds none of the queries of {queries.name!r}. "
            "Choose a snapshot of this set."
        )
    return found


def check_rankers(names: Iterable[str]) -> None:
    """Raise `JudgingError` for a name that is no stage."""
    for name in names:
        if name not in STAGES:
            raise JudgingError(f"ranker {name!r}: no such stage. Choose from {', '.join(STAGES)}.")
