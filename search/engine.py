"""Query -> Ranking: the walk through the online half, one method a stage."""

import logging
import time
from collections.abc import Collection
from dataclasses import replace
from typing import Self

from index.corpus import clean
from index.opening import Place, open_index
from index.search_index import SearchIndex
from index.sentences import sentence_spans
from index.timing import timed
from search.calibration import ANSWER_PROBABILITY, NO_ANSWER_PROBABILITY
from search.depth import FIRST, PORTION, reads_on
from search.errors import QueryError
from search.fusion import convex_fusion
from search.highlight import best_sentence, matched_spans
from search.hits import Hit, Ranking, Stage
from search.models import Models
from search.operations.record import note_seconds
from search.serving import serving_settings
from search.settings import Settings

logger = logging.getLogger(__name__)


class Engine:
    """A search over one index with one encoder and one reranker; safe to share by threads."""

    def __init__(self, index: SearchIndex, models: Models, settings: Settings) -> None:
        self.index = index
        self.models = models
        self.settings = settings

    @classmethod
    def open(
        cls, place: Place, settings: Settings | None = None, models: Models | None = None
    ) -> Self:
        """Open an index with the models of `settings` (default: `serving_settings`).

        Raises `ModelError` for a model that can't be had and the errors of `open_index`.
        """
        settings = settings or serving_settings()
        models = models or Models.open(settings)
        return cls(open_index(place, models.encoder, models.analyzer), models, settings)

    def search(self, query: str, top_k: int = 10, sources: Collection[str] = ()) -> Ranking:
        """The `top_k` best passages, each with the rank and score of every stage.

        `sources` keeps the search to passages of these; none named: all.
        Raises `QueryError` for a query that is empty or longer than `max_query_chars`.
        """
        return self.answered(self.finish(self.rerank(self.candidates(query, sources)), top_k))

    def candidates(self, query: str, sources: Collection[str] = ()) -> Ranking:
        """First stage: the union of BM25's and the encoder's candidates, fused, not reranked."""
        query = self._checked(query)
        allowed = self.index.sources.rows(sources) if sources else None
        seconds: dict[str, float] = {}
        with timed(seconds, "bm25"):
            lemmas = self.models.analyzer.lemmas(query)
            lexical = self.index.lexical.search(lemmas, self.settings.lexical_candidates, allowed)
        with timed(seconds, "dense"):
            vector = self.models.query_vector(query)
            dense = self.index.dense.search(vector, self.settings.dense_candidates, allowed)
        with timed(seconds, "fused"):
            weights = {"bm25": 1.0, "dense": self.settings.dense_weight}
            depths = {
                "bm25": self.settings.lexical_candidates,
                "dense": self.settings.dense_candidates,
            }
            fused = convex_fusion({"bm25": lexical, "dense": dense}, weights, depths)
        stages: dict[int, dict[str, Stage]] = {row: {} for row, _ in fused}
        for name, ranked in (("bm25", lexical), ("dense", dense), ("fused", fused)):
            for rank, (row, score) in enumerate(ranked, 1):
                stages[row][name] = Stage(rank, score)
        passages = self.index.passages.many([row for row, _ in fused])
        hits = tuple(
            Hit(passage, stages[row]) for passage, (row, _) in zip(passages, fused, strict=True)
        )
        note_seconds(seconds)
        silent = (("no_words", lemmas), ("bm25_nothing", lexical), ("dense_nothing", dense))
        notes = [note for note, found in silent if not found]
        return Ranking(query, hits, seconds, tuple(notes))

    def rerank(self, ranking: Ranking) -> Ranking:
        """Second stage: the cross-encoder reorders the first candidates, as `search.depth` says.

        Score = logit + bm25_share * BM25 / best BM25 of the candidates + dense_share * cosine
        (nothing added for a stage that did not find the passage): a small reranker alone forgets
        what the first stage knows. Candidates that it did not read keep their fused order.
        """
        if not ranking.hits[: self.settings.rerank_depth]:
            return ranking
        seconds = dict(ranking.seconds)
        with timed(seconds, "reranked"):
            read, out_of_time = self._read(ranking)
        note_seconds({"reranked": seconds["reranked"]})
        order = sorted(read, key=lambda scored: -scored[1])
        reranked = [
            replace(hit, stages=hit.stages | {"reranked": Stage(rank, score)})
            for rank, (hit, score) in enumerate(order, 1)
        ]
        likely = reranked[0].probability
        told = (
            ("no_answer", likely is not None and likely < NO_ANSWER_PROBABILITY),
            ("passage_cut", any(hit.cut for hit in reranked)),
            ("out_of_time", out_of_time),
        )
        notes = (*ranking.notes, *(note for note, holds in told if holds))
        hits = (*reranked, *ranking.hits[len(reranked) :])
        return replace(ranking, hits=hits, seconds=seconds, notes=notes)

    def _read(self, ranking: Ranking) -> tuple[list[tuple[Hit, float]], bool]:
        """The hits that the cross-encoder read, each with its score; whether time ran out."""
        settings, started, top = self.settings, time.perf_counter(), best_bm25(ranking)
        head = ranking.hits[: settings.rerank_depth]
        read: list[tuple[Hit, float]] = []
        while reads_on([score for _, score in read], settings.rerank_gap):
            portion = head[len(read) :][: PORTION if read else FIRST]
            if not portion:
                break
            if read and 0 < settings.rerank_seconds <= time.perf_counter() - started:
                return read, True
            texts = [hit.passage.titled_text for hit in portion]
            readings = self.models.read(ranking.query, texts)
            for hit, reading in zip(portion, readings, strict=True):
                score = reading.logit + sum(self.first_stage_shares(hit, top))
                probability = self._probability(score)
                hit = replace(hit, logit=reading.logit, probability=probability, cut=reading.cut)
                read.append((hit, score))
        return read, False

    def finish(self, ranking: Ranking, top_k: int) -> Ranking:
        """Keep the `top_k` first hits and mark in each the matched words and the best sentence."""
        if top_k < 1:
            raise QueryError(f"top_k is {top_k}: ask for at least 1 result.", "top_k")
        hits = []
        for hit in ranking.hits[:top_k]:
            hit = self.marked(hit, ranking.query)
            sentence = best_sentence(hit.highlights, hit.passage.text, self.models.analyzer)
            hits.append(replace(hit, best_sentence=sentence))
        return replace(ranking, hits=tuple(hits))

    def answered(self, ranking: Ranking) -> Ranking:
        """The ranking with the answering sentence of its first hit, if the hit is likely to answer.

        It is the sentence that the reranker, reading each below the passage's title, scores
        highest; the hit's best sentence becomes the same. On 200 questions of `data/pairs` (it was
        trained on them) it is the annotated one in 95 %, by shared words in 66 %.
        """
        first = ranking.hits[0] if ranking.hits else None
        if first is None or first.probability is None or first.probability < ANSWER_PROBABILITY:
            return ranking
        text = first.passage.text
        sentences = sentence_spans(text)
        if not sentences:  # a title alone
            return ranking
        texts = [replace(first.passage, text=text[s.start : s.end]).titled_text for s in sentences]
        logits = self.models.logits(ranking.query, texts)
        answer = sentences[logits.index(max(logits))]
        hits = (replace(first, best_sentence=answer), *ranking.hits[1:])
        return replace(ranking, hits=hits, answer=answer)

    def marked(self, hit: Hit, query: str) -> Hit:
        """The hit with the query's words marked in its text."""
        return replace(hit, highlights=matched_spans(self.models.analyzer, query, hit.passage.text))

    def first_stage_shares(self, hit: Hit, top: float) -> tuple[float, float]:
        """What BM25 and the cosine add to the logit; `top` is the best BM25 of the candidates."""
        bm25, dense = hit.stages.get("bm25"), hit.stages.get("dense")
        return (
            self.settings.bm25_share * bm25.score / top if bm25 else 0.0,
            self.settings.dense_share * dense.score if dense else 0.0,
        )

    def _probability(self, score: float) -> float | None:
        calibration = self.models.calibration
        if calibration is None or not calibration.holds_for(self.settings):
            return None
        return calibration.probability(score)

    def _checked(self, query: str) -> str:
        query = clean(query)
        limit = self.settings.max_query_chars
        if not query:
            raise QueryError("The query is empty. Type a question or some words.", "empty")
        if len(query) > limit:
            raise QueryError(
                f"The query has {len(query)} characters, at most {limit} are read. Shorten it.",
                "too_long",
                length=len(query),
                limit=limit,
            )
        return query


def best_bm25(ranking: Ranking) -> float:
    """The best BM25 of the candidates; 1.0 when BM25 found none."""
    found = (hit.stages["bm25"].score for hit in ranking.hits if "bm25" in hit.stages)
    return max(found, default=1.0)
