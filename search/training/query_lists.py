"""Pairs -> one list of candidates a query, what a listwise loss compares."""

import itertools
from dataclasses import dataclass

from search.errors import TrainingError
from search.training.pairs import Pair


@dataclass(frozen=True, slots=True)
class QueryList:
    """All pairs of one query."""

    query: str
    passages: tuple[str, ...]
    labels: tuple[float, ...]
    lexical: tuple[float, ...] | None


def group_by_query(pairs: list[Pair]) -> list[QueryList]:
    """Pairs -> one list a query, those without a positive or without a negative left out.

    Pairs that stand together and have both make a list of their own, though their query comes
    again: single sentences are not compared with whole passages. Scattered pairs are gathered.
    """
    lists: list[list[Pair]] = []
    scattered: dict[str, list[Pair]] = {}
    for query, following in itertools.groupby(pairs, lambda pair: pair.query):
        group = list(following)
        if _has_both(group):
            lists.append(group)
        else:
            scattered.setdefault(query, []).extend(group)
    lists += [group for group in scattered.values() if _has_both(group)]
    if not lists:
        raise TrainingError("No query has both a positive and a negative: nothing to rank.")
    return [_query_list(group) for group in lists]


def _has_both(group: list[Pair]) -> bool:
    return len({pair.label > 0 for pair in group}) == 2


def _query_list(group: list[Pair]) -> QueryList:
    lexical = tuple(pair.lexical for pair in group if pair.lexical is not None)
    return QueryList(
        group[0].query,
        tuple(pair.passage for pair in group),
        tuple(pair.label for pair in group),
        lexical if len(lexical) == len(group) else None,
    )
