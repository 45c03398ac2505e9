import random

import pytest

from search.errors import JudgingError
from search.judging.overlap import jaccard, rank_biased_overlap

KIT = ["кит", "чай", "хлеб", "мёд"]


@pytest.mark.parametrize("p", [0.5, 0.9, 0.98])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_identical_lists_are_one(p: float, count: int) -> None:
    assert rank_biased_overlap(KIT[:count], KIT[:count], p) == pytest.approx(1.0)
    assert jaccard(KIT[:count], KIT[:count]) == 1.0


def test_disjoint_lists_are_zero() -> None:
    assert rank_biased_overlap(KIT, ["лёд", "снег"]) == 0.0
    assert jaccard(KIT, ["лёд", "снег"]) == 0.0


def test_two_swapped_items_are_p() -> None:
    # X_1 = 0, X_2 = 2: (1 - p)/p * p^2 + p^2 = p
    assert rank_biased_overlap(["a", "b"], ["b", "a"], 0.9) == pytest.approx(0.9)
    assert rank_biased_overlap(["a", "b"], ["b", "a"], 0.3) == pytest.approx(0.3)


def test_three_reversed_items_are_as_worked_out_by_hand() -> None:
    # X = 0, 1, 3: (1 - p)/p * (p^2 / 2 + p^3) + p^3 = 0.1 * (0.45 + 0.81) + 0.729
    assert rank_biased_overlap(["a", "b", "c"], ["c", "b", "a"], 0.9) == pytest.approx(0.855)
    assert jaccard(["a", "b", "c"], ["c", "b", "a"]) == 1.0


def test_lists_of_different_lengths_are_as_worked_out_by_hand() -> None:
    # s = 1, l = 2, X_1 = 0, X_2 = 1: (1 - p)/p * p^2 / 2 + p^2 / 2 = p / 2
    assert rank_biased_overlap(["a"], ["b", "a"], 0.9) == pytest.approx(0.45)
    # the beginning of a list is as like it as can be: X_1 = X_2 = 1, X_s (d - s)/(s d) = 1/2
    assert rank_biased_overlap(["a"], ["a", "b"], 0.9) == pytest.approx(1.0)
    # s = 2, l = 3, X = 1, 1, 2: (1 - p)/p * (p + p^2 / 2 + (2/3 + 1/6) p^3) + (1/3 + 1/2) p^3
    expected = 0.1 * (1 + 0.9 / 2 + 5 / 6 * 0.81) + 5 / 6 * 0.729
    assert rank_biased_overlap(["a", "b"], ["a", "c", "b"], 0.9) == pytest.approx(expected)
    assert jaccard(["a", "b"], ["a", "c", "b"]) == 2 / 3


def test_an_empty_list_is_like_an_empty_one_only() -> None:
    for measure in (rank_biased_overlap, jaccard):
        assert measure([], []) == 1.0
        assert measure([], KIT) == measure(KIT, []) == 0.0


def test_the_order_of_the_lists_does_not_matter_and_values_stay_in_bounds() -> None:
    draw = random.Random(1)
    items = [f"d{number}" for number in range(12)]
    for _ in range(300):
        a = draw.sample(items, draw.randint(1, 12))
        b = draw.sample(items, draw.randint(1, 12))
        value = rank_biased_overlap(a, b)
        assert 0 <= value <= 1 + 1e-12
        assert rank_biased_overlap(b, a) == pytest.approx(value, abs=1e-12)
        assert jaccard(b, a) == jaccard(a, b)


def test_a_change_at_the_top_weighs_more() -> None:
    top, bottom = ["чай", "кит", "хлеб", "мёд"], ["кит", "чай", "мёд", "хлеб"]
    assert rank_biased_overlap(KIT, top) < rank_biased_overlap(KIT, bottom) < 1


def test_depth_cuts_both_lists() -> None:
    assert rank_biased_overlap(["a", "b", "x"], ["a", "b", "y", "z"], depth=2) == pytest.approx(1.0)
    assert jaccard(["a", "b", "x"], ["b", "a", "y", "z"], depth=2) == 1.0
    assert jaccard(["a", "b", "x"], ["b", "a", "y"], depth=3) == 2 / 4


def test_what_can_not_be_compared_is_named() -> None:
    for p in (0.0, 1.0, float("nan")):
        with pytest.raises(JudgingError, match="must lie between 0 and 1"):
            rank_biased_overlap(KIT, KIT, p)
    with pytest.raises(JudgingError, match="depth is 0"):
        jaccard(KIT, KIT, depth=0)
    with pytest.raises(JudgingError, match="'чай' stands twice"):
        rank_biased_overlap(KIT, ["кит", "чай", "чай"])
