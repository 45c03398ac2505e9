import itertools
import random

import pytest

from search.fusion import reciprocal_rank_fusion

EVEN = {"bm25": 1.0, "dense": 1.0}


def test_a_row_of_both_lists_gets_both_shares() -> None:
    fused = reciprocal_rank_fusion({"bm25": [4, 7, 9], "dense": [9, 4]}, EVEN)
    assert fused == [
        (4, 1 / (60 + 1) + 1 / (60 + 2)),
        (9, 1 / (60 + 3) + 1 / (60 + 1)),
        (7, 1 / (60 + 2)),
    ]


def test_a_weight_multiplies_the_shares_of_its_list() -> None:
    fused = reciprocal_rank_fusion({"bm25": [1, 2], "dense": [2]}, {"bm25": 1.0, "dense": 0.25})
    assert fused == [(2, 1 / 62 + 0.25 / 61), (1, 1 / 61)]


def test_a_list_of_weight_zero_adds_its_rows_at_the_end_with_zero() -> None:
    fused = reciprocal_rank_fusion({"bm25": [5], "dense": [8, 3]}, {"bm25": 1.0, "dense": 0.0})
    assert fused == [(5, 1 / 61), (3, 0.0), (8, 0.0)]


def test_k_flattens_the_ranks() -> None:
    lists = {"bm25": [1, 2], "dense": [3]}
    assert reciprocal_rank_fusion(lists, EVEN, k=1) == [(1, 1 / 2), (3, 1 / 2), (2, 1 / 3)]


def test_equal_scores_go_by_row() -> None:
    fused = reciprocal_rank_fusion({"bm25": [8, 2], "dense": [2, 8]}, EVEN)
    assert fused == [(2, 1 / 61 + 1 / 62), (8, 1 / 61 + 1 / 62)]


@pytest.mark.parametrize("lists", [{}, {"bm25": []}, {"bm25": [], "dense": []}])
def test_nothing_found_fuses_to_nothing(lists: dict[str, list[int]]) -> None:
    assert reciprocal_rank_fusion(lists, EVEN) == []


def test_one_list_keeps_its_order() -> None:
    rows = random.Random(1).sample(range(1000), 100)
    fused = reciprocal_rank_fusion({"bm25": rows, "dense": []}, EVEN)
    assert [row for row, _ in fused] == rows


def test_every_row_comes_once_with_falling_scores() -> None:
    draw = random.Random(2)
    lists = {"bm25": draw.sample(range(300), 100), "dense": draw.sample(range(300), 100)}
    fused = reciprocal_rank_fusion(lists, {"bm25": 1.0, "dense": 0.7})
    rows = [row for row, _ in fused]
    assert sorted(rows) == sorted(set(lists["bm25"]) | set(lists["dense"]))
    assert all(before >= after for (_, before), (_, after) in itertools.pairwise(fused))


def test_a_list_without_a_weight_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="dense"):
        reciprocal_rank_fusion({"dense": [1]}, {"bm25": 1.0})
