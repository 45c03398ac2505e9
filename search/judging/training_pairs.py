"""Judgments -> training pairs: what people said first, then negatives mined around it.

Needs requirements-training.txt.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.analyzer import Analyzer
from index.corpus import Document
from index.passages import WINDOW_CHARS, Passage, split_document
from search.errors import JudgingError
from search.judging.judgment import Judgment
from search.judging.qrels import passage_grades
from search.judging.stale import Freshness, freshness
from search.training.examples import Example, LeakageGuard, Report
from search.training.mining import Miner, Mining
from search.training.pairs import Pair

ANSWERS = 2
"""The lowest grade of a positive."""


@dataclass(frozen=True, slots=True)
class TrainingPairs:
    """Pairs, query after query, and what was kept and left out, and why."""

    pairs: tuple[Pair, ...]
    report: Report


def training_pairs(
    judgments: Iterable[Judgment],
    documents: Iterable[Document],
    analyzer: Analyzer,
    mining: Mining,
    against: Sequence[Path] = (),
    window_chars: int = WINDOW_CHARS,
) -> TrainingPairs:
    """All judged pairs (2 and 3 positive, 0 negative), then up to `mining`'s number of mined ones.

    Grade 1 is neither, and no passage that was judged for a query in any way is mined as its
    negative; nor are judgments used whose passage is gone or has another text now. Negatives are
    mined among all passages of the corpus. What the evaluation sets `against` hold stays out.
    Pairs have no BM25 score. Raises `JudgingError` when there is no positive or no negative.
    """
    judgments, report = list(judgments), Report()
    passages = {p.id: p for document in documents for p in split_document(document, window_chars)}
    fresh = []
    for judgment in judgments:
        state = freshness(judgment, passages)
        if state is Freshness.FRESH:
            fresh.append(judgment)
        else:
            report.counts[f"judgments of a passage {state.value} since, left out"] += 1
    examples = _judged(passage_grades(fresh), passages, report)
    # Without a query and negative they are never asked for, only found.
    unlabelled = [Example("", p.titled_text, p.document_id, True) for p in passages.values()]
    if against:
        guard = LeakageGuard(against, analyzer)
        examples = list(guard.without_leaks(examples, report))
        unlabelled = list(guard.without_leaks(unlabelled, Report()))
    rows: dict[str, list[Pair]] = {}
    for example in sorted(examples, key=lambda example: example.negative):
        pair = Pair(example.query, example.passage, float(not example.negative))
        rows.setdefault(example.query, []).append(pair)
    if examples:
        judged = {
            (j.query, passages[j.passage_id].titled_text)
            for j in judgments
            if j.passage_id in passages
        }
        for pair in Miner([*unlabelled, *examples], analyzer, mining, report).pairs():
            if (pair.query, pair.passage) not in judged and pair.label == 0:
                rows[pair.query].append(Pair(pair.query, pair.passage, 0.0))
                report.counts["negatives mined"] += 1
    pairs = tuple(pair for row in rows.values() for pair in row)
    if len({pair.label for pair in pairs}) < 2:
        found = "only one label" if pairs else "nothing"
        raise JudgingError(
            f"{len(judgments)} judgments give {found} to learn from: training needs passages with "
            "grade 2 or 3 and others with 0 (or to mine). Judge more, or check the corpus."
        )
    return TrainingPairs(pairs, report)


def _judged(
    grades: dict[tuple[str, str], int], passages: dict[str, Passage], report: Report
) -> list[Example]:
    """Examples of the grades, each text once a query; an answer anywhere makes it an answer."""
    best: dict[tuple[str, str], tuple[int, str]] = {}
    for (query, passage_id), grade in grades.items():
        passage = passages[passage_id]
        key = (query, passage.titled_text)
        best[key] = max(best.get(key, (grade, "")), (grade, passage.document_id))
    examples = []
    for (query, text), (grade, document_id) in best.items():
        if 0 < grade < ANSWERS:
            report.counts["grade 1, left out"] += 1
        else:
            report.counts["judged answers" if grade else "judged negatives"] += 1
            examples.append(Example(query, text, document_id, negative=not grade))
    return examples
