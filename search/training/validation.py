"""How well a cross-encoder reorders BM25's candidates: the figure that training is judged by."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tqdm import tqdm

from index.analyzer import Analyzer
from index.corpus import read_corpus
from index.lexical import LexicalIndex
from index.passages import Passage, split_document
from search.evaluation import Qrels, Run, falling_scores, measure, read_qrels, read_queries


@dataclass(frozen=True, slots=True)
class Validation:
    """Judged queries of a BEIR folder with BM25's first candidates for each."""

    name: str
    queries: dict[str, str]
    candidates: dict[str, list[Passage]]
    qrels: Qrels

    @classmethod
    def of(
        cls, folder: Path, analyzer: Analyzer, queries: int = 200, depth: int = 20, seed: int = 42
    ) -> Self:
        """Draw `queries` judged queries and rank the corpus by BM25 for each."""
        texts, qrels = read_queries(folder), read_qrels(folder)
        drawn = sorted(random.Random(seed).sample(sorted(qrels), min(queries, len(qrels))))
        passages = [p for document in read_corpus(folder) for p in split_document(document)]
        bar = tqdm(passages, desc=f"lemmatizing {folder.name}", unit=" passages")
        lexical = LexicalIndex.build([analyzer.lemmas(p.titled_text) for p in bar])
        candidates = {
            query: [
                passages[row] for row, _ in lexical.search(analyzer.lemmas(texts[query]), depth)
            ]
            for query in drawn
        }
        return cls(
            folder.resolve().name,
            {query: texts[query] for query in drawn},
            candidates,
            {query: qrels[query] for query in drawn},
        )

    def of_bm25(self) -> dict[str, float]:
        """The metrics of the candidates' own order."""
        return measure(
            self._run({q: list(range(len(c))) for q, c in self.candidates.items()}), self.qrels
        )

    def of_model(self, logits: Callable[[str, Sequence[str]], Sequence[float]]) -> dict[str, float]:
        """The metrics of the order by a model alone; `logits(query, passages)` one a passage."""
        orders = {}
        for query, passages in tqdm(self.candidates.items(), desc=f"validating on {self.name}"):
            scores = logits(self.queries[query], [passage.titled_text for passage in passages])
            orders[query] = sorted(range(len(scores)), key=scores.__getitem__, reverse=True)
        return measure(self._run(orders), self.qrels)

    def _run(self, orders: dict[str, list[int]]) -> Run:
        return {
            query: falling_scores(self.candidates[query][i].document_id for i in order)
            for query, order in orders.items()
        }
