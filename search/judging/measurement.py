"""A snapshot and grades -> the figures of every stage, and of every query."""

from dataclasses import dataclass

from search.errors import JudgingError
from search.evaluation import Qrels
from search.judging.by_text import snapshot_by_text
from search.judging.metrics import JUDGED, MEASURES, Measurement, per_query
from search.judging.significance import Interval, bootstrap_interval
from search.judging.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class Mean:
    """A metric's mean over the judged queries, and how sure it is."""

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class StageFigures:
    """`means` has every metric of `MEASURES`; `judged` is the mean Judged@10."""

    means: dict[str, Mean]
    judged: float


@dataclass(frozen=True, slots=True)
class QueryFigures:
    """One query: nDCG@10 of every stage; reciprocal rank and Judged@10 of the last stage."""

    query: str
    ndcg: dict[str, float]
    reciprocal_rank: float
    judged: float


@dataclass(frozen=True, slots=True)
class SnapshotMeasurement:
    """What a snapshot is worth by some grades."""

    snapshot: Snapshot
    stages: dict[str, StageFigures]
    queries: tuple[QueryFigures, ...]
    """The judged queries, worst first by the last stage."""


def graded_queries(snapshot: Snapshot, grades: Qrels) -> Qrels:
    """Text -> grades of the snapshot's queries that have any."""
    texts = dict.fromkeys(snapshot.queries.values())
    return {text: grades[text] for text in texts if grades.get(text)}


def measure_snapshot(snapshot: Snapshot, grades: Qrels) -> SnapshotMeasurement:
    """Measure every stage; `grades` has the texts of queries for ids.

    Raises `JudgingError` when none of the snapshot's queries has a grade.
    """
    judged = graded_queries(snapshot, grades)
    if not judged:
        raise JudgingError(
            f"None of the {len(snapshot.queries)} queries of {snapshot.name!r} has a grade. "
            "Judge some of them or give other judgments."
        )
    texts = snapshot_by_text(snapshot)
    measured = {stage: per_query(texts.run(stage), judged) for stage in texts.stages}
    last = list(measured.values())[-1].values
    queries = (
        QueryFigures(
            query=query,
            ndcg={stage: of.values["ndcg@10"][query] for stage, of in measured.items()},
            reciprocal_rank=last["mrr@10"][query],
            judged=last[JUDGED][query],
        )
        for query in judged
    )
    return SnapshotMeasurement(
        snapshot=snapshot,
        stages={stage: _figures(of) for stage, of in measured.items()},
        queries=tuple(
            sorted(queries, key=lambda of: (list(of.ndcg.values())[-1], of.reciprocal_rank))
        ),
    )


def _figures(measurement: Measurement) -> StageFigures:
    means = measurement.means()
    return StageFigures(
        means={
            name: Mean(means[name], bootstrap_interval(list(measurement.values[name].values())))
            for name in MEASURES
        },
        judged=means[JUDGED],
    )
