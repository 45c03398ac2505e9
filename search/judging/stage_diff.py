"""A stage of one snapshot against a stage of another, or of the same, queries known by text."""

from dataclasses import dataclass, replace

from search.evaluation import Qrels
from search.judging.by_text import snapshot_by_text
from search.judging.snapshot_diff import SnapshotDiff, diff
from search.judging.snapshots import Snapshot

_COMPARED = "compared"
"""The one stage that both snapshots are left with."""


@dataclass(frozen=True, slots=True)
class StageDiff:
    """`diff` of the stage `before` of its first snapshot and `after` of its second."""

    before: str
    after: str
    diff: SnapshotDiff


def common_texts(before: Snapshot, after: Snapshot) -> list[str]:
    """The queries both hold, in the order of `before`."""
    there = set(after.queries.values())
    return [text for text in dict.fromkeys(before.queries.values()) if text in there]


def diff_stages(
    before: Snapshot, before_stage: str, after: Snapshot, after_stage: str, grades: Qrels
) -> StageDiff:
    """Compare, with metrics when a common query has a grade; `grades` has texts for ids.

    Raises `JudgingError` for a stage that isn't there and snapshots without a common query.
    """
    judged = any(grades.get(text) for text in common_texts(before, after))
    return StageDiff(
        before_stage,
        after_stage,
        diff(
            _with_one_stage(before, before_stage),
            _with_one_stage(after, after_stage),
            grades if judged else None,
            _COMPARED,
        ),
    )


def _with_one_stage(snapshot: Snapshot, stage: str) -> Snapshot:
    known = snapshot_by_text(snapshot)
    return replace(known, stages={_COMPARED: known.ranked(stage)})
