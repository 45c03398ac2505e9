"""BM25 over lemmas: rank_bm25's statistics compiled to a memory-mapped sparse matrix.

`rank_bm25` decides every number: `LuceneBM25.get_scores` is the reference. Compiled, one column
of float64 impacts per term, a query costs only its own columns, and the sums are bit-equal.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

K1 = 1.2
B = 0.75


class LuceneBM25(BM25Okapi):  # type: ignore[misc]  # rank_bm25 has no types
    """BM25Okapi with Lucene's idf, which stays positive on tiny corpora and frequent words."""

    def _calc_idf(self, nd: dict[str, int]) -> None:
        """idf(t) = ln(1 + (N - df + 0.5) / (df + 0.5)), Lucene's BM25Similarity."""
        n = self.corpus_size
        self.idf = {term: math.log(1 + (n - df + 0.5) / (df + 0.5)) for term, df in nd.items()}


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """Sparse impacts by term: term t's passages are `rows[starts[t]:starts[t + 1]]`, rising."""

    columns: dict[str, int]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    impacts: NDArray[np.float64]
    passages: int

    @classmethod
    def build(cls, corpus: Sequence[list[str]], k1: float = K1, b: float = B) -> Self:
        """Compile the lemma lists of all passages (one list a passage, in row order)."""
        if not any(corpus):  # rank_bm25 divides by the average length
            empty = np.empty(0, np.int32), np.empty(0, np.float64)
            return cls({}, np.zeros(1, np.int64), *empty, passages=len(corpus))
        bm25 = LuceneBM25(corpus, k1=k1, b=b)
        columns = {term: column for column, term in enumerate(sorted(bm25.idf))}
        sizes = [len(frequencies) for frequencies in bm25.doc_freqs]
        rows = np.repeat(np.arange(len(corpus), dtype=np.int32), sizes)
        terms = np.fromiter((columns[t] for f in bm25.doc_freqs for t in f), np.int32, sum(sizes))
        counts = np.fromiter((n for f in bm25.doc_freqs for n in f.values()), np.int64, sum(sizes))
        lengths = np.array(bm25.doc_len)[rows]
        idf = np.fromiter((bm25.idf[term] for term in columns), np.float64, len(columns))[terms]
        # The very expression of BM25Okapi.get_scores, so that every float comes out the same.
        impacts = idf * (counts * (k1 + 1) / (counts + k1 * (1 - b + b * lengths / bm25.avgdl)))
        order = np.lexsort((rows, terms))
        starts = np.concatenate(([0], np.cumsum(np.bincount(terms, minlength=len(columns)))))
        return cls(columns, starts.astype(np.int64), rows[order], impacts[order], len(corpus))

    def scores(self, lemmas: Iterable[str]) -> NDArray[np.float64]:
        """BM25 of every passage, shape (passages,); a repeated lemma counts each time."""
        scores = np.zeros(self.passages)
        for lemma in lemmas:
            span = self._span(lemma)
            scores[self.rows[span]] += self.impacts[span]
        return scores

    def contributions(self, lemmas: Sequence[str], row: int) -> list[float]:
        """BM25 of each lemma in the passage of `row`, in order; 0.0 for one it lacks.

        Added up from left to right they are `scores(lemmas)[row]`, bit for bit.
        """
        return [self._impact(lemma, row) for lemma in lemmas]

    def frequency(self, lemma: str) -> int:
        """How many passages hold the lemma."""
        return len(self.rows[self._span(lemma)])

    def search(
        self, lemmas: Iterable[str], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[tuple[int, float]]:
        """The k best (row, score) with a score above zero; equal scores by row.

        `allowed`, shape (passages,), keeps the search to some rows.
        """
        scores = self.scores(lemmas)
        if allowed is not None:
            scores[~allowed] = 0.0
        found = np.flatnonzero(scores)
        if len(found) > k:
            threshold = np.partition(scores[found], -k)[-k]
            found = found[scores[found] >= threshold]
        best = found[np.argsort(-scores[found], kind="stable")][:k]
        return [(int(row), float(scores[row])) for row in best]

    def save(self, directory: Path) -> None:
        """Write terms.json and three .npy files into `directory`."""
        (directory / "terms.json").write_text(
            json.dumps(list(self.columns), ensure_ascii=False), encoding="utf-8"
        )
        for name in ("starts", "rows", "impacts"):
            np.save(directory / f"{name}.npy", getattr(self, name), allow_pickle=False)

    @classmethod
    def load(cls, directory: Path, passages: int) -> Self:
        """Open what `save` wrote; the arrays stay on disk, memory-mapped."""
        terms = json.loads((directory / "terms.json").read_text(encoding="utf-8"))
        starts, rows, impacts = (
            np.load(directory / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in ("starts", "rows", "impacts")
        )
        return cls(
            {term: column for column, term in enumerate(terms)}, starts, rows, impacts, passages
        )

    def _span(self, lemma: str) -> slice:
        column = self.columns.get(lemma)
        return slice(0, 0) if column is None else slice(*self.starts[column : column + 2])

    def _impact(self, lemma: str, row: int) -> float:
        span = self._span(lemma)
        rows = self.rows[span]
        place = np.searchsorted(rows, row)
        held = place < len(rows) and rows[place] == row
        return float(self.impacts[span][place]) if held else 0.0
