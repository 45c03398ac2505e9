"""The settings a person may vary on the page, and the ranking they give."""

from dataclasses import asdict, dataclass, replace
from typing import Self

from search.engine import Engine
from search.evaluation import stage_hits
from search.hits import Ranking
from search.settings import Settings


@dataclass(frozen=True, slots=True)
class Variant:
    """A final stage and the settings, of `Settings`, that change a ranking without a new index."""

    stage: str
    """One of `search.hits.STAGES`."""
    dense_weight: float
    rerank_depth: int
    bm25_share: float
    dense_share: float
    lexical_candidates: int

    @classmethod
    def of(cls, settings: Settings, stage: str) -> Self:
        """The variant that an engine with these settings is."""
        return cls(
            stage,
            settings.dense_weight,
            settings.rerank_depth,
            settings.bm25_share,
            settings.dense_share,
            settings.lexical_candidates,
        )

    def search(self, engine: Engine, query: str, top_k: int) -> Ranking:
        """The `top_k` best at the stage, over the engine's index and models.

        Raises `QueryError` as `Engine.search` does.
        """
        values = asdict(self)
        del values["stage"]
        engine = Engine(engine.index, engine.models, replace(engine.settings, **values))
        ranking = engine.candidates(query)
        if self.stage == "reranked":
            ranking = engine.rerank(ranking)
        hits = tuple(stage_hits(ranking, self.stage))
        return engine.finish(replace(ranking, hits=hits), top_k)
