"""Two ranked lists -> how alike they are, from 0 (disjoint) to 1 (the same)."""

from collections.abc import Sequence

from search.errors import JudgingError

PERSISTENCE = 0.9
"""RBO's p: the first 10 ranks carry 86 % of the weight."""


def rank_biased_overlap(
    a: Sequence[str], b: Sequence[str], p: float = PERSISTENCE, depth: int | None = None
) -> float:
    """Extrapolated RBO of two lists of any lengths (Webber, Moffat & Zobel 2010, eq. 32).

    Only the first `depth` ranks are read when it is given. Two empty lists are alike (1), an empty
    and a filled one are not (0). Raises `JudgingError` for p outside (0, 1), a depth below 1 or
    a list that names something twice.
    """
    if not 0 < p < 1:
        raise JudgingError(f"p is {p}: must lie between 0 and 1.")
    short, long = sorted((_top(a, depth), _top(b, depth)), key=len)
    if not short:
        return 1.0 if not long else 0.0
    seen_short: set[str] = set()
    seen_long: set[str] = set()
    common = common_short = 0  # X_d, and X_s at the end of the shorter list
    total = 0.0
    for d, item in enumerate(long, 1):
        seen_long.add(item)
        common += item in seen_short
        if d <= len(short):
            seen_short.add(short[d - 1])
            common += short[d - 1] in seen_long
            common_short = common
        extrapolated = max(0, d - len(short)) * common_short / len(short)
        total += (common + extrapolated) / d * p**d
    tail = (common - common_short) / len(long) + common_short / len(short)
    return (1 - p) / p * total + tail * p ** len(long)


def jaccard(a: Sequence[str], b: Sequence[str], depth: int | None = None) -> float:
    """Shared over all of the two lists' first `depth` items; 1 for two empty lists."""
    first, second = set(_top(a, depth)), set(_top(b, depth))
    return len(first & second) / len(first | second) if first | second else 1.0


def _top(ranked: Sequence[str], depth: int | None) -> Sequence[str]:
    if depth is not None and depth < 1:
        raise JudgingError(f"depth is {depth}: must be at least 1.")
    top = ranked[:depth]
    if len(set(top)) < len(top):
        twice = next(item for item in top if top.count(item) > 1)
        raise JudgingError(f"{twice!r} stands twice in a ranked list. Rank everything once.")
    return top
