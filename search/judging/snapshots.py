"""What every stage answered at one moment, with what it was made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from tqdm import tqdm

from index.store import Manifest
from search.engine import Engine
from search.errors import JudgingError, QueryError
from search.evaluation import Run, falling_scores, stage_hits
from search.hits import STAGES
from search.settings import ROOT

_NO_PART_OF_A_RANKING = ("database_url", "snapshots_dir", "promotions")
"""Settings left out: they rank nothing, and the first may hold a password."""


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage in a stage's list; its rank is its place."""

    passage_id: str
    document_id: str
    score: float | None
    """None in the reranked list below the reranker's depth."""


@dataclass(frozen=True, slots=True)
class IndexIdentity:
    """What tells one index from another."""

    corpus: str
    analyzer: str
    encoder: str
    encoder_name: str
    passages: int
    window_chars: int
    k1: float
    b: float

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        """The identity a manifest states; the first three fields are SHA-256 fingerprints."""
        return cls(
            manifest.corpus_fingerprint,
            manifest.analyzer_fingerprint,
            manifest.encoder_fingerprint,
            _in_repo(manifest.encoder),
            manifest.passages,
            manifest.window_chars,
            manifest.k1,
            manifest.b,
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The ranked lists of a query set: `stages` is stage -> query id -> best first."""

    name: str
    created: datetime
    set: str
    settings: dict[str, str | int | float]
    index: IndexIdentity
    reranker: str
    reranker_fingerprint: str
    """SHA-256 of the weights."""
    queries: dict[str, str]
    """Id -> text as it was searched."""
    stages: dict[str, dict[str, tuple[RankedPassage, ...]]]

    def ranked(self, stage: str) -> dict[str, tuple[RankedPassage, ...]]:
        """Query id -> a stage's list; raises `JudgingError` for a stage it doesn't hold."""
        if stage not in self.stages:
            raise JudgingError(
                f"The snapshot {self.name!r} has no stage {stage!r}. "
                f"Choose one of {', '.join(self.stages)}."
            )
        return self.stages[stage]

    def run(self, stage: str) -> Run:
        """A stage's lists by document, to be measured."""
        return {
            query: falling_scores(passage.document_id for passage in ranked)
            for query, ranked in self.ranked(stage).items()
        }


def take_snapshot(
    engine: Engine, queries: Mapping[str, str], name: str, set_name: str, progress: bool = True
) -> Snapshot:
    """Search every query (id -> text) and keep each stage's list.

    Raises `JudgingError` for no queries and for a query that can't be searched.
    """
    if not queries:
        raise JudgingError(f"{set_name}: no queries in it. Give a set with at least one.")
    stages: dict[str, dict[str, tuple[RankedPassage, ...]]] = {stage: {} for stage in STAGES}
    texts: dict[str, str] = {}
    bar = tqdm(queries.items(), desc="searching", unit=" queries", disable=not progress)
    for query_id, text in bar:
        try:
            ranking = engine.rerank(engine.candidates(text))
        except QueryError as error:
            raise JudgingError(f"{set_name}, query {query_id!r}: {error}") from error
        texts[query_id] = ranking.query
        for stage in STAGES:
            stages[stage][query_id] = tuple(
                RankedPassage(
                    hit.passage.id,
                    hit.passage.document_id,
                    hit.stages[stage].score if stage in hit.stages else None,
                )
                for hit in stage_hits(ranking, stage)
            )
    settings = engine.settings.as_dict()
    return Snapshot(
        name=name,
        created=datetime.now(UTC).replace(microsecond=0),
        set=set_name,
        settings={k: v for k, v in settings.items() if k not in _NO_PART_OF_A_RANKING},
        index=IndexIdentity.of(engine.index.manifest),
        reranker=_in_repo(engine.models.reranker.name),
        reranker_fingerprint=engine.models.reranker.fingerprint,
        queries=texts,
        stages=stages,
    )


def _in_repo(path: str) -> str:
    return path.removeprefix(f"{ROOT}/")
