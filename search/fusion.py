"""Ranked lists -> one list, by reciprocal rank."""

from collections.abc import Mapping, Sequence


def reciprocal_rank_fusion(
    lists: Mapping[str, Sequence[int]], weights: Mapping[str, float], k: int = 60
) -> list[tuple[int, float]]:
    """Fuse lists of rows, best first: score(row) = sum of weight / (k + rank) over the lists.

    Cormack, Clarke & Büttcher, SIGIR 2009. Equal scores by row, so a fusion repeats exactly.

    >>> reciprocal_rank_fusion({"a": [7, 3], "b": [3]}, {"a": 1.0, "b": 1.0})
    [(3, 0.03252247488101534), (7, 0.01639344262295082)]
    """
    scores: dict[int, float] = {}
    for name, rows in lists.items():
        for rank, row in enumerate(rows, 1):
            scores[row] = scores.get(row, 0.0) + weights[name] / (k + rank)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))
