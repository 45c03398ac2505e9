import pytest

from search.comparison import Place, compare
from search.errors import JudgingError


def test_each_passage_of_the_union_has_its_rank_in_both() -> None:
    compared = compare(["a", "b", "c", "d"], ["b", "x", "a", "y"], k=3)
    assert compared.places == (
        Place("a", 1, 3),
        Place("b", 2, 1),
        Place("c", 3, None),
        Place("x", None, 2),
    )
    assert compared.jaccard == 2 / 4
    # Overlaps 0, 1, 2 at depths 1, 2, 3; p = 0.9: 0.1 Σ A_d p^(d-1) + A_3 p³ (eq. 32).
    assert compared.rbo == pytest.approx(0.1 * (0.9 / 2 + 0.81 * 2 / 3) + 0.729 * 2 / 3)


def test_a_list_against_itself_and_against_nothing() -> None:
    same = compare(["a", "b"], ["a", "b"], k=10)
    assert (same.jaccard, same.rbo) == (1.0, pytest.approx(1.0))
    nothing = compare(["a"], [], k=10)
    assert (nothing.jaccard, nothing.rbo, nothing.places) == (0.0, 0.0, (Place("a", 1, None),))


def test_what_is_no_ranking_is_refused() -> None:
    with pytest.raises(JudgingError, match="'a' stands twice"):
        compare(["a", "a"], ["b"], k=2)
    with pytest.raises(JudgingError, match="depth is 0"):
        compare(["a"], ["b"], k=0)
