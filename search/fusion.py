"""Ranked lists -> one list, by their scores."""

from collections.abc import Mapping, Sequence

Scored = Sequence[tuple[int, float]]
"""(row, score), best first."""


def convex_fusion(
    lists: Mapping[str, Scored], weights: Mapping[str, float], depths: Mapping[str, int]
) -> list[tuple[int, float]]:
    """Fuse lists of scored rows, best first: a weighted mean of each list's scores, scaled to 0..1.

    A list's best row counts 1 and what it lacks 0. In between the scale starts at the list's last
    score where it was cut at its depth (what it lacks may score as much), at zero where it ended by
    itself. The convex combination of Bruch, Gai & Ingber (TOIS 2023); on every set we have it beats
    reciprocal ranks. Equal scores go by row, so a fusion repeats exactly.

    >>> lists = {"a": [(7, 9.0), (3, 5.0), (4, 1.0)], "b": [(3, 2.0)]}
    >>> convex_fusion(lists, {"a": 3, "b": 1}, {"a": 3, "b": 3})
    [(7, 0.75), (3, 0.625), (4, 0.0)]
    """
    total = sum(weights[name] for name in lists) or 1.0
    fused: dict[int, float] = {}
    for name, rows in lists.items():
        share = weights[name] / total
        for row, score in _scaled(rows, depths[name]):
            fused[row] = fused.get(row, 0.0) + share * score
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


def _scaled(rows: Scored, depth: int) -> Scored:
    if not rows:
        return rows
    best, last = rows[0][1], rows[-1][1]
    floor = last if len(rows) >= depth else min(last, 0.0)
    if best == floor:
        return [(row, 1.0) for row, _ in rows]
    return [(row, (score - floor) / (best - floor)) for row, score in rows]
