import itertools
import random

import pytest

from search.fusion import convex_fusion

EVEN = {"bm25": 1.0, "dense": 1.0}
CUT = {"bm25": 1, "dense": 1}
"""Every list is as long as its depth: it may go on below."""
ENDED = {"bm25": 500, "dense": 500}
"""Every list ended by itself."""


def test_a_row_of_both_lists_gets_both_shares() -> None:
    bm25 = [(4, 12.0), (7, 6.0), (9, 2.0)]
    dense = [(9, 0.9), (4, 0.5)]
    assert convex_fusion({"bm25": bm25, "dense": dense}, EVEN, CUT) == [
        (4, (12 - 2) / (12 - 2) / 2 + 0 / 2),
        (9, 0 / 2 + 1 / 2),
        (7, (6 - 2) / (12 - 2) / 2),
    ]


def test_a_weight_multiplies_the_shares_of_its_list() -> None:
    lists = {"bm25": [(1, 3.0), (2, 2.0), (3, 1.0)], "dense": [(2, 0.7), (5, 0.1)]}
    fused = convex_fusion(lists, {"bm25": 3.0, "dense": 1.0}, CUT)
    assert fused == [(1, 0.75), (2, 0.75 * 0.5 + 0.25), (3, 0.0), (5, 0.0)]


def test_a_list_of_weight_zero_adds_its_rows_at_the_end_with_zero() -> None:
    lists = {"bm25": [(5, 2.0)], "dense": [(8, 0.9), (3, 0.2)]}
    fused = convex_fusion(lists, {"bm25": 1.0, "dense": 0.0}, CUT)
    assert fused == [(5, 1.0), (3, 0.0), (8, 0.0)]


@pytest.mark.parametrize("score", [0.0, 4.5, -2.0])
def test_a_list_of_equal_scores_counts_whole(score: float) -> None:
    lists = {"bm25": [(6, score), (2, score)], "dense": []}
    assert convex_fusion(lists, EVEN, CUT) == [(2, 0.5), (6, 0.5)]


def test_a_list_that_ended_by_itself_is_scaled_from_zero() -> None:
    lists = {"bm25": [(1, 8.0), (2, 6.0)], "dense": [(3, 0.5), (1, -0.5)]}
    fused = convex_fusion(lists, EVEN, {"bm25": 3, "dense": 100})
    assert fused == [(1, 8 / 8 / 2 + 0 / 2), (3, 0 / 2 + (0.5 + 0.5) / 1 / 2), (2, 6 / 8 / 2)]


def test_a_list_as_long_as_its_depth_is_scaled_from_its_last_score() -> None:
    rows = {"bm25": [(1, 8.0), (2, 6.0), (3, 4.0)]}
    for depth, middle in ((2, 0.5), (3, 0.5), (4, 6 / 8)):
        fused = convex_fusion(rows, {"bm25": 1.0}, {"bm25": depth})
        assert fused[1] == (2, middle)


def test_scale_and_offset_of_a_list_do_not_matter() -> None:
    draw = random.Random(3)
    bm25 = sorted(((row, draw.random()) for row in range(40)), key=lambda item: -item[1])
    dense = sorted(((row, draw.random()) for row in range(20, 60)), key=lambda item: -item[1])
    moved = [(row, 8 * score - 5) for row, score in bm25]
    plain = convex_fusion({"bm25": bm25, "dense": dense}, EVEN, CUT)
    other = convex_fusion({"bm25": moved, "dense": dense}, EVEN, CUT)
    assert [row for row, _ in plain] == [row for row, _ in other]
    assert [s for _, s in plain] == pytest.approx([s for _, s in other], abs=1e-12)


def test_equal_scores_go_by_row() -> None:
    lists = {"bm25": [(8, 2.0), (2, 1.0)], "dense": [(2, 0.4), (8, 0.3)]}
    assert convex_fusion(lists, EVEN, CUT) == [(2, 0.5), (8, 0.5)]


@pytest.mark.parametrize("lists", [{}, {"bm25": []}, {"bm25": [], "dense": []}])
def test_nothing_found_fuses_to_nothing(lists: dict[str, list[tuple[int, float]]]) -> None:
    assert convex_fusion(lists, EVEN, ENDED) == []


def test_one_list_keeps_its_order() -> None:
    rows = random.Random(1).sample(range(1000), 100)
    scored = [(row, 100.0 - rank) for rank, row in enumerate(rows)]
    assert [row for row, _ in convex_fusion({"bm25": scored, "dense": []}, EVEN, CUT)] == rows


def test_every_row_comes_once_with_falling_scores() -> None:
    draw = random.Random(2)
    rows = {name: draw.sample(range(300), 100) for name in EVEN}
    lists = {n: [(row, 1 / (rank + 1)) for rank, row in enumerate(r)] for n, r in rows.items()}
    fused = convex_fusion(lists, {"bm25": 1.0, "dense": 0.7}, ENDED)
    assert sorted(row for row, _ in fused) == sorted({*rows["bm25"], *rows["dense"]})
    assert all(before >= after for (_, before), (_, after) in itertools.pairwise(fused))
    assert all(0 <= score <= 1 for _, score in fused)


def test_a_list_without_a_weight_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="dense"):
        convex_fusion({"dense": [(1, 1.0)]}, {"bm25": 1.0}, CUT)
