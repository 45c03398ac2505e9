"""Passages -> the word forms written in them, to tell and to mend a mistyped word."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.analyzer import WORD, spelling_of
from index.passages import Passage


def folded_words(text: str) -> list[str]:
    """The words of `text` as they are compared: the analyzer's spelling with ё read as е.

    >>> folded_words("Всё о Нью-Йорке")
    ['все', 'о', 'нью', 'йорке']
    """
    return [spelling_of(word).replace("ё", "е") for word in WORD.findall(text)]


class CorpusWords:
    """How often a corpus writes each word form. Words given to its methods are folded."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        """`counts` are of spellings: lower case, ё as written."""
        self._counts: Counter[str] = Counter()
        self._written: dict[str, str] = {}
        for spelling, count in sorted(counts.items(), key=lambda item: -item[1]):
            form = spelling.replace("ё", "е")
            self._counts[form] += count
            self._written.setdefault(form, spelling)
        by_length: dict[int, list[str]] = defaultdict(list)
        for form in self._counts:
            if form.isalpha():
                by_length[len(form)].append(form)
        self._by_length = {n: (forms, _letters(forms)) for n, forms in by_length.items()}

    @classmethod
    def of(cls, passages: Iterable[Passage]) -> "CorpusWords":
        """Count the words of titles and texts; sentences in two overlapping windows count twice."""
        raw: Counter[str] = Counter()
        for passage in passages:
            raw.update(WORD.findall(passage.titled_text))
        counts: Counter[str] = Counter()
        for word, count in raw.items():
            counts[spelling_of(word)] += count
        return cls(counts)

    def knows(self, word: str) -> bool:
        """Whether the corpus holds the word form."""
        return word in self._counts

    def count(self, word: str) -> int:
        """How often the corpus holds the word form; 0 when it doesn't."""
        return self._counts[word]

    def written(self, word: str) -> str:
        """A known form as the corpus writes it most often, with its ё."""
        return self._written[word]

    def near(self, word: str, edits: int) -> Sequence[tuple[str, int]]:
        """Forms within `edits` of `word`, each with its distance.

        The distance is Damerau–Levenshtein's in its restricted form (optimal string alignment):
        bit-parallel, and different only when letters between two swapped ones change as well.
        """
        letters = _letters([word])
        found: list[tuple[str, int]] = []
        for length in range(len(word) - edits, len(word) + edits + 1):
            if length not in self._by_length:
                continue
            forms, sets = self._by_length[length]
            # one edit adds at most one letter to the set and takes at most one from it
            rows = np.flatnonzero(np.bitwise_count(sets ^ letters) <= 2 * edits)
            alike = [forms[row] for row in rows]
            near = process.extract_iter(word, alike, scorer=OSA.distance, score_cutoff=edits)
            found.extend((form, int(distance)) for form, distance, _ in near)
        return found


def _letters(forms: Sequence[str]) -> NDArray[np.uint64]:
    """The set of letters of each form, all of one length, as bits: code points modulo 64."""
    codes = np.array(forms).view(np.uint32).reshape(len(forms), -1).astype(np.uint64)
    sets: NDArray[np.uint64] = np.bitwise_or.reduce(np.uint64(1) << (codes % np.uint64(64)), axis=1)
    return sets
