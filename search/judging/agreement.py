"""How far annotators agree: kappa, alpha and AC2 on the ordinal grades, and where they don't.

Two annotators' grades are comparable when they saw the same text for the same query; "can't judge"
is no grade and stays out. All formulas are pure functions of a `GradeTable`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from search.errors import JudgingError
from search.judging.grade_table import MISSING, GradeTable, Item
from search.judging.judgment import GRADES, Grade, Judgment

NOTES = {
    "no_variation": "all that was judged twice has one grade, so kappa and alpha are not defined: "
    "there is no disagreement to compare with chance. The raw agreement is 1",
    "kappa_undefined": "a pair of annotators gave one and the same grade throughout: its kappa is "
    "not defined",
    "no_overlap": "some pairs of annotators judged nothing in common and are not listed",
    "few_items": "fewer than 20 items were judged twice: the coefficients say little",
}
"""What an agreement may have to tell, in English."""

FEW_ITEMS = 20

_Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two annotators on the items both graded; a kappa that is not defined is None."""

    first: str
    second: str
    items: int
    raw: float
    """Share of the items with equal grades."""
    linear_kappa: float | None
    quadratic_kappa: float | None
    confusion: tuple[tuple[int, ...], ...]
    """Items by the first's grade (rows) and the second's (columns)."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An item whose annotators differ, for a third opinion."""

    item: Item
    grades: tuple[tuple[str, Grade], ...]
    """(annotator, grade), the lowest grade first."""

    @property
    def spread(self) -> int:
        """Highest minus lowest grade."""
        return self.grades[-1][1] - self.grades[0][1]


@dataclass(frozen=True, slots=True)
class Agreement:
    """All that is known of the annotators' agreement; `notes` are keys of `NOTES`."""

    items: int
    """Items with at least one grade."""
    shared: int
    """Items with at least two."""
    balance: tuple[tuple[str, tuple[int, ...]], ...]
    """(annotator, how often each grade 0..3)."""
    raw: float
    alpha: float | None
    ac2: float
    pairs: tuple[PairAgreement, ...]
    disagreements: tuple[Disagreement, ...]
    """The biggest first."""
    notes: tuple[str, ...]


def agreement_of(judgments: Iterable[Judgment]) -> Agreement:
    """Measure the agreement; raises `JudgingError` when no item was graded by two annotators."""
    table = GradeTable.of(judgments)
    if len(table.annotators) < 2:
        who = f"only {table.annotators[0]!r} gave grades" if table.annotators else "no grades"
        raise JudgingError(f"Agreement needs two annotators: {who}. Let another one judge.")
    shared = int((table.counts.sum(1) >= 2).sum())
    if not shared:
        raise JudgingError(
            f"{len(table.annotators)} annotators graded {len(table.items)} items, none of them "
            "the same text for the same query. Make a pool with an overlap of 2 or more."
        )
    every_pair = [pair_agreement(table, a, b) for a, b in combinations(table.annotators, 2)]
    pairs = tuple(pair for pair in every_pair if pair)
    alpha = krippendorff_alpha(table)
    undefined = any(pair.linear_kappa is None for pair in pairs)
    said = {
        "no_variation": alpha is None,
        "kappa_undefined": undefined and alpha is not None,
        "no_overlap": len(pairs) < len(every_pair),
        "few_items": shared < FEW_ITEMS,
    }
    return Agreement(
        items=len(table.items),
        shared=shared,
        balance=class_balance(table),
        raw=raw_agreement(table),
        alpha=alpha,
        ac2=gwet_ac2(table),
        pairs=pairs,
        disagreements=disagreements(table),
        notes=tuple(note for note, holds in said.items() if holds),
    )


def class_balance(table: GradeTable) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """(annotator, how often each grade 0..3)."""
    return tuple(
        (who, tuple(int((table.grades[:, column] == grade).sum()) for grade in GRADES))
        for column, who in enumerate(table.annotators)
    )


def raw_agreement(table: GradeTable) -> float:
    """Mean over the shared items of the share of annotator pairs with equal grades."""
    return _observed(table, np.eye(len(GRADES)))


def pair_agreement(table: GradeTable, first: str, second: str) -> PairAgreement | None:
    """Two annotators' agreement; None when they graded nothing in common."""
    columns = table.grades[:, [table.annotators.index(who) for who in (first, second)]]
    both = columns[(columns != MISSING).all(1)]
    if not len(both):
        return None
    confusion = np.zeros((len(GRADES), len(GRADES)))
    np.add.at(confusion, (both[:, 0], both[:, 1]), 1)
    return PairAgreement(
        first,
        second,
        len(both),
        float(np.trace(confusion) / len(both)),
        weighted_kappa(confusion, 1),
        weighted_kappa(confusion, 2),
        tuple(tuple(int(n) for n in row) for row in confusion),
    )


def weighted_kappa(confusion: _Matrix, power: int) -> float | None:
    """Cohen's weighted kappa (1968) with disagreement |i - j| ** power: 1 linear, 2 quadratic.

    None when both gave one and the same grade throughout: chance explains no disagreement.
    """
    grade = np.arange(len(confusion))
    weights = np.abs(grade[:, None] - grade[None, :]) ** power
    by_chance = np.outer(confusion.sum(1), confusion.sum(0)) / confusion.sum()
    expected = float((weights * by_chance).sum())
    return 1 - float((weights * confusion).sum()) / expected if expected else None


def krippendorff_alpha(table: GradeTable) -> float | None:
    """Krippendorff's alpha with the ordinal metric (Content Analysis, 2004, ch. 11).

    None when the shared items hold one grade only: nothing can disagree.
    """
    counts = table.counts[table.counts.sum(1) >= 2]
    per_item = counts.sum(1)
    # Ordered pairs of grades inside an item, each item weighing as much as it has grades.
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs[:, range(len(GRADES)), range(len(GRADES))] -= counts
    coincidences = (pairs / (per_item - 1)[:, None, None]).sum(0)
    totals = coincidences.sum(0)
    below = np.cumsum(totals) - totals / 2
    distance = (below[:, None] - below[None, :]) ** 2
    expected = (np.outer(totals, totals) * distance).sum() / (totals.sum() - 1)
    return 1 - float((coincidences * distance).sum() / expected) if expected else None


def gwet_ac2(table: GradeTable) -> float:
    """Gwet's AC2 with ordinal weights (Handbook of Inter-Rater Reliability, 4th ed., 2014).

    Agreement by chance is T (1 - sum of squared shares of the grades) / (q (q - 1)), T the sum of
    the weights, so one grade given by all makes 1 where kappa fails. Grades that nobody gave count
    among the q = 4.
    """
    q = len(GRADES)
    weights = ordinal_weights()
    per_item = table.counts.sum(1, keepdims=True)
    shares = (table.counts / per_item).mean(0)
    chance = float(weights.sum() / (q * (q - 1)) * (shares * (1 - shares)).sum())
    return (_observed(table, weights) - chance) / (1 - chance)


def ordinal_weights() -> _Matrix:
    """Gwet's ordinal weights of two grades: 1 - C(distance + 1, 2) / C(4, 2)."""
    grade = np.arange(len(GRADES))
    steps = np.abs(grade[:, None] - grade[None, :])
    most = len(GRADES) * (len(GRADES) - 1)
    weights: _Matrix = 1 - steps * (steps + 1) / most
    return weights


def disagreements(table: GradeTable) -> tuple[Disagreement, ...]:
    """The items with different grades: the widest spread first, then as they were judged."""
    found = []
    for item, row in zip(table.items, table.grades, strict=True):
        given = [
            (who, int(grade))
            for who, grade in zip(table.annotators, row, strict=True)
            if grade != MISSING
        ]
        if len({grade for _, grade in given}) > 1:
            found.append(Disagreement(item, tuple(sorted(given, key=lambda pair: pair[1]))))
    return tuple(sorted(found, key=lambda disagreement: -disagreement.spread))


def _observed(table: GradeTable, weights: _Matrix) -> float:
    """Mean weight of two different annotators' grades of an item, over the shared items."""
    counts = table.counts[table.counts.sum(1) >= 2]
    per_item = counts.sum(1)
    weighed = (counts * (counts @ weights - 1)).sum(1)
    return float((weighed / (per_item * (per_item - 1))).mean())
