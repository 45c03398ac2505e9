"""search.judging.agreement against scikit-learn, the krippendorff package and irrCAC."""

import random

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from search.judging.agreement import gwet_ac2, krippendorff_alpha, pair_agreement
from search.judging.grade_table import GradeTable
from search.judging.judgment import Judgment

MISSING = None


def table_of(rows: list[tuple[int | None, ...]]) -> GradeTable:
    """Rows are items, columns the annotators a, b, c …"""
    return GradeTable.of(
        Judgment("чем питается кит", f"d{item}", f"d{item}", "", "abcdef"[column], grade)
        for item, row in enumerate(rows)
        for column, grade in enumerate(row)
        if grade is not MISSING
    )


def random_rows(seed: int, items: int, annotators: int) -> list[tuple[int | None, ...]]:
    """Grades that lie mostly one step around a common truth, a fifth of them missing."""
    draw = random.Random(seed)
    rows = []
    for _ in range(items):
        truth = draw.choice((0, 0, 0, 1, 2, 3))
        around = (min(3, max(0, truth + draw.choice((-1, 0, 0, 1)))) for _ in range(annotators))
        rows.append(tuple(MISSING if draw.random() < 0.2 else grade for grade in around))
    return rows


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("items", [12, 200])
def test_weighted_kappas_are_those_of_scikit_learn(seed: int, items: int) -> None:
    rows = random_rows(seed, items, 3)
    pair = pair_agreement(table_of(rows), "a", "c")
    assert pair is not None
    both = [(first, third) for first, _, third in rows if None not in (first, third)]
    first, third = zip(*both, strict=True)
    assert pair.items == len(both) < items
    for ours, weights in ((pair.linear_kappa, "linear"), (pair.quadratic_kappa, "quadratic")):
        theirs = cohen_kappa_score(first, third, labels=[0, 1, 2, 3], weights=weights)
        assert ours == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("items", "annotators"), [(20, 2), (200, 2), (30, 5)])
def test_alpha_is_that_of_the_krippendorff_package(seed: int, items: int, annotators: int) -> None:
    rows = random_rows(seed, items, annotators)
    data = np.array(rows, float).T
    theirs = krippendorff.alpha(data, level_of_measurement="ordinal", value_domain=[0, 1, 2, 3])
    assert krippendorff_alpha(table_of(rows)) == pytest.approx(theirs, abs=1e-12)


def test_ac2_is_as_irrcac_computed_it() -> None:
    # irrCAC 0.4.4 (which demands an old numpy, so it was run apart from the tests):
    # CAC(DataFrame(rows), weights="ordinal", categories=[0, 1, 2, 3], digits=12).gwet()
    grades = (
        ".33 .12 332 2.3 312 3.3 ..3 010 010 011 00. 3.2 3.2 0.0 202 3.2 .10 333 001 120 "
        "232 112 .10 010 312 002 2.2 01. 211 311 313 ..3 322 .33 333 22. 3.2 .1. 232"
    )
    rows = [
        tuple(MISSING if sign == "." else int(sign) for sign in item) for item in grades.split()
    ]
    assert gwet_ac2(table_of(rows)) == pytest.approx(0.57784779585, abs=1e-11)
