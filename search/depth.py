"""How deep the cross-encoder reads: until the candidates that come can't change the order much."""

from collections.abc import Sequence

FIRST, PORTION = 20, 10
"""Candidates read at first, and between two decisions to read on."""


def reads_on(scores: Sequence[float], gap: float) -> bool:
    """Whether to read another portion after candidates with these reranked scores.

    Yes while one of the last portion came within `gap` of the best: the first stage puts good
    passages high, and below a portion that lies far behind comes little (figures in README.md).
    """
    return not scores or max(scores[-PORTION:]) >= max(scores) - gap
