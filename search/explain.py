"""Why a passage is among a query's hits, or at which step of the search it was lost."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from index.analyzer import Analyzer
from index.corpus import clean
from index.encoder import Vectors
from index.passages import Passage
from index.search_index import Passages
from search.engine import Engine, best_bm25
from search.errors import QueryError
from search.hits import Hit, Ranking, Stage

LOST_AT = ("other_source", "no_candidate", "below_rerank_depth", "below_top_k")
"""Steps where a passage can be lost, in the order a query passes them."""

_WORD = re.compile("[^\\W_](?:[\\w\u0300-\u036f\u00ad]|-(?=\\w))*")


@dataclass(frozen=True, slots=True)
class Word:
    """A content word of the query, as often as the query says it."""

    text: str
    lemma: str
    passages: int
    """How many passages of the index hold the lemma."""
    bm25: float
    """What it adds to the passage's BM25; 0.0: the passage lacks it."""


@dataclass(frozen=True, slots=True)
class WholeRanks:
    """Ranks from 1 of a passage that is no candidate, had the lists not been cut at their depth."""

    bm25: int | None
    """None: the passage holds no word of the query."""
    dense: int | None
    """None: the encoder knows no word of the query."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The way of one passage through the search for a query."""

    query: str
    passage: Passage
    words: tuple[Word, ...]
    left_out: tuple[str, ...]
    """Function words of the query, which BM25 does not read."""
    bm25: float
    """The sum over `words`."""
    cosine: float | None
    """Of query and passage, candidate or not; None: the encoder knows no word of the query."""
    place: int | None
    """Place in the result from 1, before it is cut at `top_k`; None: no candidate."""
    stages: dict[str, Stage]
    logit: float | None
    bm25_share: float | None
    """What BM25 added to the logit; with `dense_share`, None when the reranker didn't read it."""
    dense_share: float | None
    cut: bool
    """The reranker read only the beginning of the passage."""
    lost_at: str
    """One of `LOST_AT`; "": the passage is shown."""
    whole_ranks: WholeRanks | None
    """Only for a passage lost as "no_candidate", where the index ranks so deep: a cluster stops."""


def explain(
    engine: Engine,
    query: str,
    passage_id: str,
    top_k: int = 10,
    sources: Collection[str] = (),
) -> Explanation:
    """What `engine.search(query, top_k, sources)` made of one passage.

    Raises `QueryError` for a query that can't be searched and, with the reason
    "unknown_passage", for an id the index doesn't hold.
    """
    return explain_each(engine, query, [passage_id], top_k, sources)[0]


def explain_each(
    engine: Engine,
    query: str,
    passage_ids: Sequence[str],
    top_k: int = 10,
    sources: Collection[str] = (),
) -> list[Explanation]:
    """`explain` for several passages of one search, in the order given."""
    rows = _rows(engine.index.passages, passage_ids)
    ranking = engine.rerank(engine.candidates(query, sources))
    vector = engine.models.query_vector(ranking.query)
    return [_explained(engine, ranking, vector, row, top_k, sources) for row in rows]


def find_passages(engine: Engine, phrase_or_id: str, limit: int = 5) -> list[str]:
    """Ids of the passages meant: of that id or document id, else holding the phrase in any case,
    else BM25's best for it.

    Raises `QueryError` for an empty phrase.
    """
    wanted = clean(phrase_or_id)
    if not wanted:
        raise QueryError("No passage is named. Give its id or a phrase of its text.", "no_phrase")
    passages = engine.index.passages
    if named := _named(passages, wanted, limit):
        return named
    rows = passages.holding(wanted, limit)
    if not rows:
        lemmas = engine.models.analyzer.lemmas(wanted)
        rows = [row for row, _ in engine.index.lexical.search(lemmas, limit)]
    return [passage.id for passage in passages.many(rows)]


def _named(passages: Passages, id: str, limit: int) -> list[str]:
    """A document's first passage has its id, its further ones stand in the rows after it."""
    if (row := passages.rows_of([id]).get(id)) is None:
        return []
    following = passages.many(range(row, min(row + limit, len(passages))))
    return [passage.id for passage in following if id in (passage.id, passage.document_id)]


def _rows(passages: Passages, wanted: Sequence[str]) -> list[int]:
    rows = passages.rows_of(wanted)
    for id in wanted:
        if id not in rows:
            raise QueryError(
                f"{id!r}: the index holds no such passage. Give the id of one it holds.",
                "unknown_passage",
            )
    return [rows[id] for id in wanted]


def _explained(
    engine: Engine,
    ranking: Ranking,
    vector: Vectors,
    row: int,
    top_k: int,
    sources: Collection[str],
) -> Explanation:
    passage = engine.index.passages[row]
    words = _words(engine, ranking.query, row)
    place = next((n for n, hit in enumerate(ranking.hits, 1) if hit.passage.id == passage.id), None)
    hit = ranking.hits[place - 1] if place else Hit(passage, {})
    shares = _shares(engine, ranking, hit)
    lost_at = _lost_at(hit, place, top_k, sources)
    return Explanation(
        query=ranking.query,
        passage=passage,
        words=words,
        left_out=_left_out(engine.models.analyzer, ranking.query),
        # One by one, as BM25 adds: `sum` rounds otherwise from Python 3.12 on.
        bm25=reduce(add, (word.bm25 for word in words), 0.0),
        cosine=float((vector @ engine.index.dense.vector(row).T).item()) if vector.any() else None,
        place=place,
        stages=hit.stages,
        logit=hit.logit,
        bm25_share=shares[0] if shares else None,
        dense_share=shares[1] if shares else None,
        cut=hit.cut,
        lost_at=lost_at,
        whole_ranks=_whole_ranks(engine, words, vector, row, sources)
        if lost_at == "no_candidate"
        else None,
    )


def _words(engine: Engine, query: str, row: int) -> tuple[Word, ...]:
    lexical = engine.index.lexical
    tokens = engine.models.analyzer.tokens(query)
    scores = lexical.contributions([token.lemma for token in tokens], row)
    return tuple(
        Word(query[token.start : token.end], token.lemma, lexical.frequency(token.lemma), score)
        for token, score in zip(tokens, scores, strict=True)
    )


def _left_out(analyzer: Analyzer, query: str) -> tuple[str, ...]:
    """The words between the content words."""
    tokens = analyzer.tokens(query)
    starts = [0, *(token.end for token in tokens)]
    ends = [*(token.start for token in tokens), len(query)]
    gaps = (query[start:end] for start, end in zip(starts, ends, strict=True))
    return tuple(word for gap in gaps for word in _WORD.findall(gap))


def _shares(engine: Engine, ranking: Ranking, hit: Hit) -> tuple[float, float] | None:
    """What `Engine.rerank` added to the logit for BM25 and for the cosine."""
    if hit.logit is None:
        return None
    return engine.first_stage_shares(hit, best_bm25(ranking))


def _lost_at(hit: Hit, place: int | None, top_k: int, sources: Collection[str]) -> str:
    if sources and hit.passage.source not in sources:
        return "other_source"
    if place is None:
        return "no_candidate"
    if place <= top_k:
        return ""
    return "below_rerank_depth" if hit.logit is None else "below_top_k"


def _whole_ranks(
    engine: Engine,
    words: Sequence[Word],
    vector: Vectors,
    row: int,
    sources: Collection[str],
) -> WholeRanks | None:
    index = engine.index
    allowed = index.sources.rows(sources) if sources else None
    everything = len(index.passages)
    bm25 = _rank(index.lexical.search([word.lemma for word in words], everything, allowed), row)
    dense = _rank(index.dense.search(vector, everything, allowed), row)
    held = any(word.bm25 for word in words)
    too_deep = (held and bm25 is None) or (vector.any() and dense is None)
    return None if too_deep else WholeRanks(bm25, dense)


def _rank(ranked: Sequence[tuple[int, float]], row: int) -> int | None:
    return next((rank for rank, (other, _) in enumerate(ranked, 1) if other == row), None)
