"""What a search returns: hits that remember every stage, in a ranking that tells its story."""

from dataclasses import dataclass, field

from index.passages import Passage
from index.sentences import Span

STAGES = ("bm25", "dense", "fused", "reranked")
"""Names of the stages in the order a query passes them."""

NOTES = {
    "no_words": "the query holds no content word, only function words or signs",
    "bm25_nothing": "BM25 found nothing: no word of the query is in the corpus",
    "dense_nothing": "the encoder found nothing: it knows no word of the query",
    "no_answer": "even the first hit is unlikely to answer: try other words",
    "out_of_time": "there was no time to rerank more candidates (RERANK_SECONDS)",
    "passage_cut": "the cross-encoder read only the beginning of some passages",
}
"""What a ranking may have to tell, in English; the page has its own words for each."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where one stage put a passage: rank from 1, and the score that ordered it."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with the stages that saw it; a stage that didn't has no entry."""

    passage: Passage
    stages: dict[str, Stage]
    logit: float | None = None
    """The cross-encoder's raw fp32 output, before the first stage's share is added."""
    probability: float | None = None
    """That a judge would say the passage answers; None where nothing was calibrated."""
    cut: bool = False
    """The cross-encoder read only the beginning of the passage."""
    highlights: tuple[Span, ...] = ()
    """Words of the text whose lemma the query names."""
    best_sentence: Span | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """The hits of a query, best first."""

    query: str
    hits: tuple[Hit, ...]
    seconds: dict[str, float] = field(default_factory=dict)
    """Time of each stage."""
    notes: tuple[str, ...] = ()
    """What the person should know, as keys of `NOTES`."""
    answer: Span | None = None
    """The sentence of the first hit that answers, where the hit is likely enough to."""
