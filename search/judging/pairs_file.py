"""Judgments -> a file of training pairs, when what training needs is installed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from index.analyzer import Analyzer
from index.corpus import Document
from index.passages import WINDOW_CHARS
from search.errors import JudgingError
from search.judging.exports import new_path
from search.judging.judgment import Judgment


@dataclass(frozen=True, slots=True)
class PairsPlan:
    """What is decided of training pairs before they are mined."""

    hard: int = 4
    """Mined negatives a query."""
    easy: int = 1
    """Random negatives a query."""
    seed: int = 42
    against: tuple[Path, ...] = ()
    """Sets whose queries are kept out."""


USUAL_PLAN = PairsPlan()


@dataclass(frozen=True, slots=True)
class PairsFile:
    """What was written."""

    pairs: int
    positives: int
    counts: Counter[str]
    """What was kept and left out, and why."""
    statistics: str


def write_training_pairs(
    judgments: Iterable[Judgment],
    documents: Iterable[Document],
    file: Path,
    plan: PairsPlan,
    window_chars: int = WINDOW_CHARS,
) -> PairsFile:
    """Write the pairs of `search.judging.training_pairs` with the negatives of the plan.

    Raises `JudgingError` when a package of requirements-training.txt is missing, when there is
    nothing to learn from and when the file can't be written.
    """
    try:
        from search.judging.training_pairs import training_pairs
        from search.training.mining import Mining
        from search.training.pairs import statistics, write_pairs
    except ImportError as error:
        raise JudgingError(
            f"Training pairs need the package {error.name!r}. "
            "Run pip install -r requirements-training.txt."
        ) from error
    mining = Mining(hard=plan.hard, easy=plan.easy, seed=plan.seed)
    with new_path(file) as draft:
        made = training_pairs(judgments, documents, Analyzer(), mining, plan.against, window_chars)
        write_pairs(made.pairs, draft)
    return PairsFile(
        pairs=len(made.pairs),
        positives=sum(pair.label == 1 for pair in made.pairs),
        counts=made.report.counts,
        statistics=statistics(list(made.pairs)),
    )
