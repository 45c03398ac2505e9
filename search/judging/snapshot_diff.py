"""Two snapshots -> what moved, how alike the lists are, and whether the figures really differ."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from search.errors import JudgingError
from search.evaluation import Qrels
from search.judging.metrics import JUDGED, MEASURES, per_query
from search.judging.overlap import jaccard, rank_biased_overlap
from search.judging.significance import Comparison, compare, holm
from search.judging.snapshots import Snapshot

DEPTH = 10
"""RBO and Jaccard read this many ranks."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Ranks from 1; None before: it is new, None after: it is gone."""

    id: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class QueryDiff:
    """What became of one query; everything either list holds has a movement, by rank after."""

    query_id: str
    query: str
    movements: tuple[Movement, ...]
    rbo: float
    jaccard: float
    gain: float | None
    """nDCG@10 after - before; None for a query nobody judged."""

    @property
    def moved(self) -> tuple[Movement, ...]:
        """The movements that touch the first `DEPTH` ranks of either list."""
        return tuple(
            move
            for move in self.movements
            if move.before != move.after
            and min(move.before or DEPTH + 1, move.after or DEPTH + 1) <= DEPTH
        )


@dataclass(frozen=True, slots=True)
class Change:
    """A setting, a fingerprint or a model that isn't the same."""

    what: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Measured:
    """Metric of `MEASURES` -> its comparison over the judged queries, and p adjusted by Holm."""

    comparisons: dict[str, Comparison]
    adjusted: dict[str, float]
    judged: tuple[float, float]
    """Mean Judged@10 before and after: how much of either list the figures rest on."""


@dataclass(frozen=True, slots=True)
class SnapshotDiff:
    """`after` against `before` over the queries both hold."""

    before: Snapshot
    after: Snapshot
    stage: str
    queries: tuple[QueryDiff, ...]
    left_out: int
    """Queries that only one snapshot holds, or holds with another text."""
    changes: tuple[Change, ...]
    by_document: bool
    """The passages are not the same, so documents are compared, by their best passage."""
    measured: Measured | None


def diff(
    before: Snapshot, after: Snapshot, qrels: Qrels | None = None, stage: str = "reranked"
) -> SnapshotDiff:
    """Compare a stage of two snapshots, with metrics when there are judgments.

    Raises `JudgingError` for a stage that isn't there, snapshots without a common query and
    qrels that judge none of the common ones.
    """
    common = [id for id, text in before.queries.items() if after.queries.get(id) == text]
    if not common:
        raise JudgingError(
            f"The snapshots {before.name!r} and {after.name!r} have no query in common. "
            "Compare snapshots of the same set."
        )
    by_document = not _same_passages(before, after)
    old, new = (_lists(snapshot, stage, by_document) for snapshot in (before, after))
    measured: Measured | None = None
    gains: dict[str, float] = {}
    if qrels is not None:
        measured, gains = _measured(before, after, qrels, stage, common)
    return SnapshotDiff(
        before=before,
        after=after,
        stage=stage,
        queries=tuple(
            QueryDiff(
                query_id=id,
                query=before.queries[id],
                movements=_movements(old[id], new[id]),
                rbo=rank_biased_overlap(old[id], new[id], depth=DEPTH),
                jaccard=jaccard(old[id], new[id], depth=DEPTH),
                gain=gains.get(id),
            )
            for id in common
        ),
        left_out=len(before.queries.keys() | after.queries.keys()) - len(common),
        changes=_changes(before, after),
        by_document=by_document,
        measured=measured,
    )


def _same_passages(before: Snapshot, after: Snapshot) -> bool:
    """Only the corpus and how it is cut decide what a passage id names."""
    a, b = before.index, after.index
    return (a.corpus, a.window_chars) == (b.corpus, b.window_chars)


def _lists(snapshot: Snapshot, stage: str, by_document: bool) -> dict[str, list[str]]:
    return {
        query: list(dict.fromkeys(p.document_id if by_document else p.passage_id for p in ranked))
        for query, ranked in snapshot.ranked(stage).items()
    }


def _movements(before: list[str], after: list[str]) -> tuple[Movement, ...]:
    old = {id: rank for rank, id in enumerate(before, 1)}
    new = {id: rank for rank, id in enumerate(after, 1)}
    return tuple(Movement(id, old.get(id), new.get(id)) for id in (new | old))


def _measured(
    before: Snapshot, after: Snapshot, qrels: Qrels, stage: str, common: list[str]
) -> tuple[Measured, dict[str, float]]:
    judged = {query: qrels[query] for query in common if qrels.get(query)}
    if not judged:
        raise JudgingError(
            f"The qrels judge none of the {len(common)} queries of {before.name!r} and "
            f"{after.name!r}. Give the qrels of the set {before.set!r}."
        )
    a, b = (per_query(snapshot.run(stage), judged).values for snapshot in (before, after))
    comparisons = {name: compare(a[name], b[name]) for name in MEASURES}
    adjusted = holm({name: comparison.p for name, comparison in comparisons.items()})
    shares = (_mean(a[JUDGED]), _mean(b[JUDGED]))
    gains = {query: b["ndcg@10"][query] - a["ndcg@10"][query] for query in judged}
    return Measured(comparisons, adjusted, shares), gains


def _mean(values: Mapping[str, float]) -> float:
    return sum(values.values()) / len(values)


def _changes(before: Snapshot, after: Snapshot) -> tuple[Change, ...]:
    a, b = _made_of(before), _made_of(after)
    return tuple(
        Change(what, a.get(what), b.get(what)) for what in a | b if a.get(what) != b.get(what)
    )


def _made_of(snapshot: Snapshot) -> dict[str, object]:
    return {
        "set": snapshot.set,
        **{f"index: {name}": value for name, value in asdict(snapshot.index).items()},
        "reranker": snapshot.reranker,
        "reranker weights": snapshot.reranker_fingerprint,
        **{f"setting: {name}": value for name, value in snapshot.settings.items()},
    }
