"""BM25 over lemmas: rank_bm25's statistics compiled to a memory-mapped sparse matrix.

`rank_bm25` decides every number: `LuceneBM25.get_scores` is the reference. Compiled, one column
of float64 impacts per term, a query costs only its own columns, and the sums are bit-equal.
"""

import json
import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

from index.array_file import check, open_array, open_names

K1 = 1.2
B = 0.75

_ARRAYS = ("starts", "rows", "counts", "impacts", "lengths")


def lucene_idf(passages: int, frequency: int) -> float:
    """ln(1 + (N - df + 0.5) / (df + 0.5)), Lucene's BM25Similarity."""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


class LuceneBM25(BM25Okapi):  # type: ignore[misc]  # rank_bm25 has no types
    """BM25Okapi with Lucene's idf, which stays positive on tiny corpora and frequent words."""

    def _calc_idf(self, nd: dict[str, int]) -> None:
        self.idf = {term: lucene_idf(self.corpus_size, df) for term, df in nd.items()}


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """Sparse impacts by term: term t's passages are `rows[starts[t]:starts[t + 1]]`, rising.

    `counts` (how often, one a posting) and `lengths` (lemmas a passage) are what impacts are
    computed from, kept so that a changed index needs no text lemmatized again.
    """

    columns: dict[str, int]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.int32]
    impacts: NDArray[np.float64]
    lengths: NDArray[np.int32]

    @classmethod
    def build(cls, corpus: Iterable[list[str]], k1: float = K1, b: float = B) -> Self:
        """Compile the lemma lists of all passages (one list a passage, in row order).

        A list is counted as it passes by: a million passages cost 12 bytes a posting, not a dict
        of strings each.
        """
        seen: dict[str, int] = {}
        columns, counts, sizes, lengths = (array("i") for _ in range(4))
        for lemmas in corpus:
            frequencies = Counter(lemmas)
            columns.extend([seen.setdefault(lemma, len(seen)) for lemma in frequencies])
            counts.extend(frequencies.values())
            sizes.append(len(frequencies))
            lengths.append(len(lemmas))
        terms = sorted(seen)
        places = np.empty(len(terms), np.int32)
        places[[seen[term] for term in terms]] = np.arange(len(terms))
        return cls._compile(
            terms,
            places[np.asarray(columns)],
            np.repeat(np.arange(len(sizes), dtype=np.int32), sizes),
            np.asarray(counts),
            np.asarray(lengths),
            k1,
            b,
        )

    def changed(self, kept: NDArray[np.int64], added: Self, k1: float, b: float) -> Self:
        """The passages of the rows `kept` (rising), then those of `added`.

        Bit-equal to `build` of their lemma lists.
        """
        places = np.full(self.passages, -1, np.int32)
        places[kept] = np.arange(len(kept), dtype=np.int32)
        stays = places[self.rows] >= 0
        column = np.repeat(np.arange(len(self.columns)), np.diff(self.starts))[stays]
        old = list(self.columns)
        terms = sorted({old[place] for place in np.unique(column)} | added.columns.keys())
        columns = {term: place for place, term in enumerate(terms)}
        moved = np.array([columns.get(term, -1) for term in old], np.int32)
        new = np.array([columns[term] for term in added.columns], np.int32)
        return self._compile(
            terms,
            np.concatenate((moved[column], np.repeat(new, np.diff(added.starts)))),
            np.concatenate((places[self.rows[stays]], added.rows + np.int32(len(kept)))),
            np.concatenate((self.counts[stays], added.counts)),
            np.concatenate((self.lengths[kept], added.lengths)),
            k1,
            b,
        )

    @classmethod
    def _compile(
        cls,
        terms: Sequence[str],
        columns: NDArray[np.int32],
        rows: NDArray[np.int32],
        counts: NDArray[np.int32],
        lengths: NDArray[np.int32],
        k1: float,
        b: float,
    ) -> Self:
        """From postings (column, row, count), those of a column with rising rows."""
        order = np.argsort(columns, kind="stable")
        rows, counts = rows[order], counts[order]
        frequencies = np.bincount(columns, minlength=len(terms))
        idf = np.array([lucene_idf(len(lengths), int(df)) for df in frequencies], np.float64)
        average = lengths.sum() / max(len(lengths), 1)
        # The very expression of BM25Okapi.get_scores, so that every float comes out the same.
        impacts = np.repeat(idf, frequencies) * (
            counts * (k1 + 1) / (counts + k1 * (1 - b + b * lengths[rows] / average))
        )
        starts = np.concatenate(([0], np.cumsum(frequencies))).astype(np.int64)
        places = {term: column for column, term in enumerate(terms)}
        return cls(places, starts, rows, counts, impacts, lengths)

    @property
    def passages(self) -> int:
        """How many passages are indexed."""
        return len(self.lengths)

    def scores(self, lemmas: Iterable[str]) -> NDArray[np.float64]:
        """BM25 of every passage, shape (passages,); a repeated lemma counts each time."""
        return self._sum([self._span(lemma) for lemma in lemmas])

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
        spans = [self._span(lemma) for lemma in lemmas]
        scores = self._sum(spans)
        if allowed is not None:
            scores[~allowed] = 0.0
        # The k-th best of one term's passages bounds the k-th best of all from below: nearly all
        # passages fall at the first comparison. The rarest of the terms that have k is tightest.
        wide = [span for span in spans if span.stop - span.start >= k]
        span = min(wide, key=lambda span: span.stop - span.start, default=slice(0, 0))
        bound = _kth(scores[self.rows[span]], k) if wide else 0.0
        found = np.flatnonzero(scores >= bound) if bound else np.flatnonzero(scores)
        values = scores[found]
        if len(found) > k:
            good = values >= _kth(values, k)
            found, values = found[good], values[good]
        order = np.argsort(-values, kind="stable")[:k]
        return list(zip(found[order].tolist(), values[order].tolist(), strict=True))

    def save(self, directory: Path) -> None:
        """Write terms.json and one .npy file an array into `directory`."""
        (directory / "terms.json").write_text(
            json.dumps(list(self.columns), ensure_ascii=False), encoding="utf-8"
        )
        for name in _ARRAYS:
            np.save(directory / f"{name}.npy", getattr(self, name), allow_pickle=False)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Open what `save` wrote; the arrays stay on disk, memory-mapped."""
        terms = open_names(directory / "terms.json")
        columns = {term: column for column, term in enumerate(terms)}
        check(len(columns) == len(terms), directory / "terms.json")
        starts = open_array(directory / "starts.npy", np.int64, len(terms) + 1)
        rises = starts[0] == 0 and bool((np.diff(starts) >= 0).all())
        check(rises, directory / "starts.npy")
        postings = int(starts[-1])
        rows = open_array(directory / "rows.npy", np.int32, postings)
        counts = open_array(directory / "counts.npy", np.int32, postings)
        impacts = open_array(directory / "impacts.npy", np.float64, postings)
        lengths = open_array(directory / "lengths.npy", np.int32)
        held = rows.min(initial=0) >= 0 and rows.max(initial=-1) < len(lengths)
        check(bool(held), directory / "rows.npy")
        return cls(columns, starts, rows, counts, impacts, lengths)

    def _sum(self, spans: Sequence[slice]) -> NDArray[np.float64]:
        """Scores of all passages; bincount adds a passage's impacts in the order of the spans."""
        if not spans:
            return np.zeros(self.passages)
        rows = np.concatenate([self.rows[span] for span in spans])
        impacts = np.concatenate([self.impacts[span] for span in spans])
        return np.bincount(rows, impacts, self.passages).astype(np.float64, copy=False)

    def _span(self, lemma: str) -> slice:
        column = self.columns.get(lemma)
        return slice(0, 0) if column is None else slice(*self.starts[column : column + 2])

    def _impact(self, lemma: str, row: int) -> float:
        span = self._span(lemma)
        rows = self.rows[span]
        place = np.searchsorted(rows, row)
        held = place < len(rows) and rows[place] == row
        return float(self.impacts[span][place]) if held else 0.0


def _kth(values: NDArray[np.float64], k: int) -> float:
    """The k-th greatest."""
    return float(np.partition(values, -k)[-k])
