"""(query, passage) examples -> training pairs with negatives mined by our own first stage."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tqdm import tqdm

from index.analyzer import Analyzer
from index.lexical import LexicalIndex
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
    seed: int = 42


class Miner:
    """Ranks all passages of a set for each of its queries and picks what looks right and isn't."""

    def __init__(
        self, examples: Iterable[Example], analyzer: Analyzer, mining: Mining, report: Report
    ) -> None:
        self._mining = mining
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
        scores = self._lexical.scores(self._analyzer.lemmas(query))
        ranked = self._lexical.search(self._analyzer.lemmas(query), self._mining.last_rank)
        window = [row for row, _ in ranked[self._mining.first_rank - 1 :]]
        judged = [self._rows[passage] for passage in self._negatives.get(query, {})][:2]
        hard = [row for row in window if self._is_negative(row, positives)]
        easy = [
            row
            for row in self._random.sample(range(len(self._passages)), min(20, len(self._passages)))
            if row not in hard and self._is_negative(row, positives)
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
        for row in (self._rows[positive], *chosen):
            label = float(self._passages[row] == positive)
            yield Pair(query, self._passages[row], label, float(scores[row]))
        self._report.counts["queries"] += 1
        self._report.counts["pairs"] += 1 + wanted

    def _is_negative(self, row: int, positives: dict[str, str]) -> bool:
        """Neither a positive, nor of a positive's document, nor nearly the same text."""
        passage = self._passages[row]
        if passage in positives:
            return False
        if self._document[passage] in positives.values():
            self._report.counts["same document, left out"] += 1
            return False
        lemmas = self._lemma_sets[row]
        for positive in positives:
            other = self._lemma_sets[self._rows[positive]]
            if len(lemmas & other) >= NEAR_DUPLICATE * len(lemmas | other):
                self._report.counts["nearly the positive's text, left out"] += 1
                return False
        return True
