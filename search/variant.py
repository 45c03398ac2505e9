"""The settings a person may vary on the page, and the ranking they give."""

from dataclasses import asdict, dataclass, replace
from typing import Self

from search.engine import Engine
from search.evaluation import stage_hits
from search.hits import Ranking
from search.rivals import HOME, Rivals
from search.settings import Settings

LIMITS: dict[str, tuple[int, int]] = {
    "dense_weight": (0, 2),
    "rerank_depth": (0, 100),
    "bm25_share": (0, 20),
    "dense_share": (0, 20),
    "lexical_candidates": (1, 500),
}
"""Field of `Variant` -> the lowest and the highest value a person may give."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A final stage, settings of `Settings` that change a ranking, and what it is made with."""

    stage: str
    """One of `search.hits.STAGES`."""
    dense_weight: float
    rerank_depth: int
    bm25_share: float
    dense_share: float
    lexical_candidates: int
    reranker: str = HOME
    """A label of `Rivals.rerankers`."""
    index: str = HOME
    """A label of `Rivals.indexes`."""

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

    def search(self, rivals: Rivals, query: str, top_k: int) -> Ranking:
        """The `top_k` best at the stage, over the variant's index and models.

        Raises `QueryError` as `Engine.search` does, and the errors of `Rivals`.
        """
        values = asdict(self)
        for name in ("stage", "reranker", "index"):
            del values[name]
        first = rivals.engine(self.index)
        settings = replace(first.settings, **values)
        ranking = Engine(first.index, first.models, settings).candidates(query)
        if self.stage == "reranked":
            second = rivals.reranker(self.reranker)
            ranking = Engine(first.index, second, settings).rerank(ranking)
        hits = tuple(stage_hits(ranking, self.stage))
        return first.finish(replace(ranking, hits=hits), top_k)
