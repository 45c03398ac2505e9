"""Judgments as a matrix: which grade each annotator gave each item."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from search.judging.judgment import GRADES, Grade, Judgment

MISSING = -1
"""In place of a grade that an annotator didn't give."""


@dataclass(frozen=True, slots=True)
class Item:
    """What was graded: a passage as it was shown (its text's hash) for a query."""

    query: str
    passage_id: str
    document_id: str
    text_hash: str


@dataclass(frozen=True, slots=True)
class GradeTable:
    """Grades as a matrix, items x annotators, -1 where there is none."""

    items: tuple[Item, ...]
    annotators: tuple[str, ...]
    grades: NDArray[np.int8]

    @classmethod
    def of(cls, judgments: Iterable[Judgment]) -> Self:
        """Of an annotator's several judgments of one item the last counts, even "can't judge"."""
        found: dict[Item, dict[str, Grade | None]] = {}
        for j in judgments:
            item = Item(j.query, j.passage_id, j.document_id, j.text_hash)
            found.setdefault(item, {})[j.annotator] = j.grade
        graded = {
            item: {who: grade for who, grade in row.items() if grade is not None}
            for item, row in found.items()
        }
        items = tuple(item for item, row in graded.items() if row)
        annotators = tuple(sorted({who for row in graded.values() for who in row}))
        grades = np.full((len(items), len(annotators)), MISSING, np.int8)
        for row, item in enumerate(items):
            for column, who in enumerate(annotators):
                grades[row, column] = graded[item].get(who, MISSING)
        return cls(items, annotators, grades)

    @property
    def counts(self) -> NDArray[np.float64]:
        """How many annotators gave each grade, items x 4."""
        return np.stack([(self.grades == grade).sum(1) for grade in GRADES], 1).astype(float)
