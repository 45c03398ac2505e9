"""(query, passage) examples -> training pairs with negatives mined by our own first stage."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from index.analyzer import Analyzer
from index.dense import DenseIndex
from index.encoder import Encoder
from index.lexical import LexicalIndex
from search.fusion import convex_fusion
from search.rerank import Reranker
from search.settings import Settings
from search.training.examples import Example, Report
from search.training.pairs import Pair

NEAR_DUPLICATE = 0.8
"""Passages sharing this part of their lemmas count as the same text: a suspected false negative."""


@dataclass(frozen=True, slots=True)
class Mining:
    """How negatives are picked: `hard` from the rank window, `easy` at random."""

    hard: int = 4
    easy: int = 1
    first_rank: int = 1
    last_rank: int = 30
    same_document: bool = False
    """Whether a positive's document gives negatives too: where a document is cut at its headings,
    its other sections are what a search confuses, and the heading says which one is meant."""
    margin: float = 0.0
    """With a teacher: a negative stays that many logits below the positive, or is dropped."""
    seed: int = 42


class Miner:
    """Ranks all passages of a set for each of its queries and picks what looks right and isn't.

    The ranking is BM25's, or with an `encoder` the fused first stage's. A `teacher` reads the
    negatives so found and drops the suspected false ones.
    """

    def __init__(
        self,
        examples: Iterable[Example],
        analyzer: Analyzer,
        mining: Mining,
        report: Report,
        encoder: Encoder | None = None,
        teacher: Reranker | None = None,
    ) -> None:
        self._mining = mining
        self._encoder = encoder
        self._teacher = teacher
        self._random = random.Random(mining.seed)
        self._analyzer = analyzer
        self._positives: dict[str, dict[str, str]] = defaultdict(dict)
        self._negatives: dict[str, dict[str, str]] = defaultdict(dict)
        self._document: dict[str, str] = {}
        for example in examples:
            judged = self._negatives if example.negative else self._positives
            judged[example.query][example.passage] = example.document
            self._document[example.passage] = example.document
        self._passages = list(self._document)
        lemmas = [
            analyzer.lemmas(p) for p in tqdm(self._passages, desc="lemmatizing", unit=" passages")
        ]
        self._lemma_sets = [frozenset(row) for row in lemmas]
        self._lexical = LexicalIndex.build(lemmas)
        self._dense = DenseIndex.build(encoder.encode_passages(self._passages)) if encoder else None
        self._rows = {passage: row for row, passage in enumerate(self._passages)}
        self._report = report

    def pairs(self, limit: int | None = None) -> Iterator[Pair]:
        """Yield one positive and its negatives, query after query, in a seeded order."""
        queries = list(self._positives)
        self._random.shuffle(queries)
        for query in tqdm(queries[:limit], desc="mining", unit=" queries"):
            yield from self._pairs_of(query)

    def _pairs_of(self, query: str) -> Iterator[Pair]:
        positives = self._positives[query]
        positive = self._random.choice(list(positives))
        lemmas = self._analyzer.lemmas(query)
        scores = self._lexical.scores(lemmas)
        window = self._ranked(query, lemmas)[self._mining.first_rank - 1 :]
        judged = [self._rows[passage] for passage in self._negatives.get(query, {})][:2]
        hard = [row for row in window if self._is_negative(row, query, positives)]
        easy = [
            row
            for row in self._random.sample(range(len(self._passages)), min(20, len(self._passages)))
            if row not in hard and self._is_negative(row, query, positives)
        ]
        wanted = self._mining.hard + self._mining.easy
        # The best-ranked half always, the rest of the window by lot: not only the hardest.
        kept = hard[: self._mining.hard // 2]
        rest = hard[self._mining.hard // 2 :]
        kept += self._random.sample(rest, min(self._mining.hard - len(kept), len(rest)))
        chosen = list(dict.fromkeys([*judged, *kept, *easy, *hard]))[:wanted]
        if len(chosen) < wanted:
            self._report.counts["queries without enough negatives"] += 1
            return
        chosen = self._below_positive(query, positive, chosen, len(judged))
        for row in (self._rows[positive], *chosen):
            label = float(self._passages[row] == positive)
            yield Pair(query, self._passages[row], label, float(scores[row]))
        self._report.counts["queries"] += 1
        self._report.counts["pairs"] += 1 + len(chosen)

    def _ranked(self, query: str, lemmas: list[str]) -> list[int]:
        """Rows of the first stage's best `last_rank` passages."""
        depth = self._mining.last_rank
        lexical = self._lexical.search(lemmas, depth)
        if self._encoder is None or self._dense is None:
            return [row for row, _ in lexical]
        dense = self._dense.search(self._encoder.encode_query(query), depth)
        weights = {"bm25": 1.0, "dense": Settings().dense_weight}
        depths = {"bm25": depth, "dense": depth}
        fused = convex_fusion({"bm25": lexical, "dense": dense}, weights, depths)
        return [row for row, _ in fused[:depth]]

    def _below_positive(
        self, query: str, positive: str, chosen: list[int], judged: int
    ) -> list[int]:
        """Without the negatives that the teacher puts near or above the positive (false ones?).

        The first `judged` are negatives by a person's word: they stay.
        """
        if self._teacher is None:
            return chosen
        mined = chosen[judged:]
        best, *logits = self._teacher.logits(
            query, [positive, *(self._passages[row] for row in mined)]
        )
        below = np.array(logits) <= best - self._mining.margin
        self._report.counts["suspected false negatives, left out"] += int(np.sum(~below))
        return chosen[:judged] + [row for row, kept in zip(mined, below, strict=True) if kept]

    def _is_negative(self, row: int, query: str, positives: dict[str, str]) -> bool:
        """Neither a positive, nor headed by the query, nor nearly the same text.

        Nor of a positive's document, unless `same_document` allows it.
        """
        passage = self._passages[row]
        if passage in positives:
            return False
        if passage.partition("\n")[0] == query:
            self._report.counts["headed by the query, left out"] += 1
            return False
        if not self._mining.same_document and self._document[passage] in positives.values():
            self._report.counts["same document, left out"] += 1
            return False
        lemmas = self._lemma_sets[row]
        for positive in positives:
            other = self._lemma_sets[self._rows[positive]]
            if len(lemmas & other) >= NEAR_DUPLICATE * len(lemmas | other):
                self._report.counts["nearly the positive's text, left out"] += 1
                return False
        return True
