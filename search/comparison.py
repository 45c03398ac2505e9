"""Two rankings of a query -> how alike they are, and where each passage stands in both."""

from collections.abc import Sequence
from dataclasses import dataclass

from search.judging.overlap import jaccard, rank_biased_overlap


@dataclass(frozen=True, slots=True)
class Place:
    """A passage's rank in both lists, from 1; None where the list doesn't hold it."""

    id: str
    in_a: int | None
    in_b: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The first ranks of two lists; both figures from 0 (disjoint) to 1 (the same)."""

    jaccard: float
    rbo: float
    """Extrapolated, with p = 0.9: see `search.judging.overlap`."""
    places: tuple[Place, ...]
    """The union: A's passages in A's order, then those that only B holds in B's."""


def compare(ranking_a: Sequence[str], ranking_b: Sequence[str], k: int) -> Comparison:
    """Compare the first `k` passage ids of two rankings, best first.

    Raises `JudgingError` for k below 1 or a ranking that names a passage twice.
    """
    overlap = jaccard(ranking_a, ranking_b, k)
    rbo = rank_biased_overlap(ranking_a, ranking_b, depth=k)
    in_a = {id: rank for rank, id in enumerate(ranking_a[:k], 1)}
    in_b = {id: rank for rank, id in enumerate(ranking_b[:k], 1)}
    places = tuple(Place(id, in_a.get(id), in_b.get(id)) for id in in_a | in_b)
    return Comparison(overlap, rbo, places)
