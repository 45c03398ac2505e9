from dataclasses import replace

import numpy as np
import pytest

from search.errors import JudgingError
from search.judging.agreement import (
    agreement_of,
    gwet_ac2,
    krippendorff_alpha,
    ordinal_weights,
    pair_agreement,
    raw_agreement,
    weighted_kappa,
)
from search.judging.grade_table import MISSING, GradeTable, Item
from search.judging.judgment import Judgment


def judged(annotator: str, passage: str, grade: int | None, text: str = "h") -> Judgment:
    return Judgment("чем питается кит", passage, passage, text, annotator, grade)


def judgments_of(**grades: str) -> list[Judgment]:
    """anna="03-" are Anna's grades of d0, d1 …: "-" is no judgment, "?" can't judge."""
    return [
        judged(annotator, f"d{number}", None if sign == "?" else int(sign))
        for annotator, signs in grades.items()
        for number, sign in enumerate(signs)
        if sign != "-"
    ]


def test_kappa_is_as_worked_out_by_hand() -> None:
    # Anna 0 0 3 3, Boris 0 1 3 2. Disagreement seen: 0 + 1 + 0 + 1. By chance each of Anna's
    # grades meets each of Boris's: the zeros 0 + 1 + 3 + 2, the threes 3 + 2 + 0 + 1, twice each,
    # over 4 items: 24 / 4 = 6 (linear); squared 2 * (14 + 14) / 4 = 14.
    pair = pair_agreement(GradeTable.of(judgments_of(anna="0033", boris="0132")), "anna", "boris")
    assert pair is not None
    assert (pair.items, pair.raw) == (4, 2 / 4)
    assert pair.linear_kappa == pytest.approx(1 - 2 / 6)
    assert pair.quadratic_kappa == pytest.approx(1 - 2 / 14)
    assert pair.confusion == ((1, 1, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 1, 1))


def test_ac2_is_as_worked_out_by_hand() -> None:
    # Ordinal weights of distance 0, 1, 2, 3: 1, 5/6, 1/2, 0; their sum over the table T = 11.
    # Seen: 332 -> (1 + 5/6 + 5/6) / 3 = 8/9 · 00 -> 1 · 12 -> 5/6 · 030 -> (0 + 1 + 0) / 3 = 1/3;
    # the single 2 says nothing. Mean (8/9 + 1 + 5/6 + 1/3) / 4 = 110/144.
    # Shares over all five: grade 0 (1 + 2/3) / 5, 1 (1/2) / 5, 2 (1/3 + 1/2 + 1) / 5,
    # 3 (2/3 + 1/3) / 5 = 10/30, 3/30, 11/30, 6/30. Chance: 11/12 of the sum of p (1 - p)
    # = 11/12 * (200 + 81 + 209 + 144) / 900.
    seen, chance = 110 / 144, 11 / 12 * 634 / 900
    table = GradeTable.of(judgments_of(anna="30102", boris="3023-", vera="2--0-"))
    assert gwet_ac2(table) == pytest.approx((seen - chance) / (1 - chance))
    # Equal pairs: 332 one of three, 00 all, 12 none, 030 one of three.
    assert raw_agreement(table) == pytest.approx((1 / 3 + 1 + 0 + 1 / 3) / 4)


def test_alpha_is_as_worked_out_by_hand() -> None:
    # Items 00, 011 and 33; the single 2 says nothing. Ordered pairs of grades, over the grades of
    # the item less one: 00 -> 2/1 · 011 -> 01, 10 and 11 of 2/2 each · 33 -> 2/1. So the grades
    # 0, 1, 3 come 3, 2, 2 times, 7 in all. Ordinal distance of two: all from the one to the other
    # less half of both, squared: 0-1 (5 - 2.5)^2, 0-3 (7 - 2.5)^2, 1-3 (4 - 2)^2.
    seen = 2 * 1 * 2.5**2
    by_chance = 2 * (3 * 2 * 2.5**2 + 3 * 2 * 4.5**2 + 2 * 2 * 2**2) / (7 - 1)
    table = GradeTable.of(judgments_of(anna="003-", boris="013-", vera="-1-2"))
    assert krippendorff_alpha(table) == pytest.approx(1 - seen / by_chance)


def test_ordinal_weights_fall_with_the_distance() -> None:
    assert ordinal_weights()[0] == pytest.approx([1, 5 / 6, 1 / 2, 0])
    assert np.array_equal(ordinal_weights(), ordinal_weights().T)


def test_equal_grades_agree_perfectly_and_reversed_ones_worse_than_chance() -> None:
    same = agreement_of(judgments_of(anna="0123", boris="0123"))
    assert (same.raw, same.alpha, same.ac2) == (1, 1, 1)
    assert same.pairs[0].linear_kappa == same.pairs[0].quadratic_kappa == 1
    assert same.disagreements == ()
    reverse = agreement_of(judgments_of(anna="0033", boris="3300"))
    assert reverse.raw == 0
    assert reverse.alpha is not None and reverse.alpha < 0
    assert reverse.ac2 < 0
    assert reverse.pairs[0].quadratic_kappa == -1


def test_what_can_not_be_judged_stays_out() -> None:
    with_it = agreement_of(judgments_of(anna="0123?3", boris="01323?"))
    assert with_it == agreement_of(judgments_of(anna="0123-3", boris="01323-"))
    assert (with_it.items, with_it.shared) == (6, 4)
    assert with_it.balance == (("anna", (1, 1, 1, 2)), ("boris", (1, 1, 1, 2)))


def test_an_annotators_last_word_on_an_item_counts() -> None:
    rows = judgments_of(anna="00", boris="03")
    changed = agreement_of([*rows, judged("anna", "d1", 3)])
    assert changed.raw == 1
    withdrawn = agreement_of([*rows, judged("anna", "d1", None)])
    assert (withdrawn.items, withdrawn.shared) == (2, 1)


def test_grades_of_two_versions_of_a_text_are_not_compared() -> None:
    rows = judgments_of(anna="01", boris="01")
    rewritten = [judged("anna", "d2", 0, "old"), judged("boris", "d2", 3, "new")]
    agreement = agreement_of([*rows, *rewritten])
    assert (agreement.items, agreement.shared, agreement.raw) == (4, 2, 1)


def test_one_passage_for_two_queries_is_two_items() -> None:
    rows = judgments_of(anna="0", boris="0")
    other = [replace(row, query="где живёт кит", grade=3) for row in rows[:1]]
    table = GradeTable.of([*rows, *other])
    assert [item.query for item in table.items] == ["чем питается кит", "где живёт кит"]
    assert table.grades.tolist() == [[0, 0], [3, MISSING]]
    assert table.grades.dtype == np.int8


def test_the_order_of_judgments_and_names_changes_no_coefficient() -> None:
    rows = judgments_of(anna="01230", boris="01300", vera="1-231")
    other = {"anna": "я", "boris": "б", "vera": "а"}
    renamed = [replace(row, annotator=other[row.annotator]) for row in reversed(rows)]
    one, two = agreement_of(rows), agreement_of(renamed)
    assert (one.raw, one.alpha, one.ac2) == pytest.approx((two.raw, two.alpha, two.ac2))


def test_one_grade_throughout_is_said_not_divided_by_zero() -> None:
    agreement = agreement_of(judgments_of(anna="000", boris="000"))
    assert (agreement.raw, agreement.ac2) == (1, 1)
    assert agreement.alpha is None
    assert agreement.pairs[0].linear_kappa is None
    assert agreement.notes == ("no_variation", "few_items")
    assert weighted_kappa(np.array([[3.0, 0], [0, 0]]), 2) is None


def test_one_constant_annotator_has_a_kappa_of_zero() -> None:
    agreement = agreement_of(judgments_of(anna="0000", boris="0120"))
    assert agreement.pairs[0].linear_kappa == pytest.approx(0)
    assert agreement.alpha is not None
    assert agreement.notes == ("few_items",)


def test_a_pair_with_one_grade_among_others_is_noted() -> None:
    agreement = agreement_of(judgments_of(anna="00-3", boris="00--", vera="---2"))
    assert agreement.notes == ("kappa_undefined", "no_overlap", "few_items")
    assert [(pair.first, pair.second) for pair in agreement.pairs] == [
        ("anna", "boris"),
        ("anna", "vera"),
    ]


def test_many_items_carry_no_note() -> None:
    assert agreement_of(judgments_of(anna="0123" * 5, boris="0132" * 5)).notes == ()


@pytest.mark.parametrize(
    ("grades", "message"),
    [
        ({"anna": "0123"}, "only 'anna' gave grades. Let another one judge."),
        ({"anna": "0123", "boris": "????"}, "only 'anna' gave grades. Let another one judge."),
        ({}, "no grades. Let another one judge."),
        (
            {"anna": "01--", "boris": "--23"},
            "2 annotators graded 4 items, none of them the same text for the same query. "
            "Make a pool with an overlap of 2 or more.",
        ),
    ],
)
def test_without_two_annotators_on_one_item_it_says_so(
    grades: dict[str, str], message: str
) -> None:
    with pytest.raises(JudgingError) as error:
        agreement_of(judgments_of(**grades))
    assert message in str(error.value)


def test_disagreements_come_widest_first() -> None:
    found = agreement_of(judgments_of(anna="0100", boris="1130", vera="1-2-")).disagreements
    assert found[0].item == Item("чем питается кит", "d2", "d2", "h")
    assert [(d.item.passage_id, d.spread, d.grades) for d in found] == [
        ("d2", 3, (("anna", 0), ("vera", 2), ("boris", 3))),
        ("d0", 1, (("anna", 0), ("boris", 1), ("vera", 1))),
    ]
