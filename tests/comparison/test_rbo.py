"""search.judging.overlap against the package rbo."""

import random

import pytest
from rbo import RankingSimilarity

from search.judging.overlap import rank_biased_overlap


@pytest.mark.parametrize("seed", range(50))
def test_extrapolated_rbo_of_lists_of_any_lengths(seed: int) -> None:
    draw = random.Random(seed)
    items = [str(number) for number in range(20)]
    a = draw.sample(items, draw.randint(1, 20))
    b = draw.sample(items, draw.randint(1, 20))
    p = draw.uniform(0.5, 0.99)
    expected = RankingSimilarity(a, b).rbo_ext(p)
    assert rank_biased_overlap(a, b, p) == pytest.approx(expected, abs=1e-12)
