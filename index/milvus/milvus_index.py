"""The parts of an index, answered by a Milvus cluster."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from index.analyzer import Analyzer
from index.build import check_fits
from index.encoder import Encoder, Vectors
from index.errors import IndexStoreError
from index.milvus.address import Address
from index.milvus.catalogue import Catalogue
from index.milvus.cluster import MOST_FOUND, Cluster, listed, quoted
from index.milvus.generation import HNSW_SEARCH, Generation, is_approximate
from index.passages import Passage
from index.store import Manifest

_AT_ONCE = 1000
_FIELDS = [field.name for field in fields(Passage)]


class MilvusPassages:
    """Passages by row, fetched when asked for."""

    def __init__(self, cluster: Cluster, collection: str, passages: int) -> None:
        self._cluster = cluster
        self._collection = collection
        self._passages = passages

    def __len__(self) -> int:
        """How many passages there are."""
        return self._passages

    def __iter__(self) -> Iterator[Passage]:
        """All passages, in row order, many a question."""
        for start in range(0, len(self), _AT_ONCE):
            yield from self.many(range(start, min(start + _AT_ONCE, len(self))))

    def __getitem__(self, row: int) -> Passage:
        """The passage of a row, 0 <= row < len."""
        return self.many([row])[0]

    def many(self, rows: Sequence[int]) -> list[Passage]:
        """The passages of several rows, in the order given."""
        found = {
            found["row"]: Passage(**{name: found[name] for name in _FIELDS})
            for start in range(0, len(rows), _AT_ONCE)
            for found in self._cluster.rows(
                self._collection,
                listed("row", rows[start : start + _AT_ONCE]),
                ["row", *_FIELDS],
            )
        }
        if missing := set(rows) - found.keys():
            raise IndexStoreError(
                f"{self._cluster.address}: passage {min(missing)} is gone. Push the index again."
            )
        return [found[row] for row in rows]

    def rows_of(self, ids: Collection[str]) -> dict[str, int]:
        """Id -> row of those it holds."""
        if not ids:
            return {}
        found = self._cluster.rows(self._collection, listed("id", ids), ["id", "row"])
        return {row["id"]: row["row"] for row in found}

    def holding(self, phrase: str, limit: int) -> list[int]:
        """Rows whose title or text holds the phrase, its case as it is: Milvus folds none."""
        escaped = phrase.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        pattern = quoted(f"%{escaped}%")
        found = self._cluster.rows(
            self._collection, f"title like {pattern} or text like {pattern}", ["row"], limit
        )
        return sorted(row["row"] for row in found)


@dataclass(frozen=True, slots=True)
class MilvusSources:
    """Names of the sources, sorted; a search is kept to some by an expression."""

    names: tuple[str, ...]

    def rows(self, wanted: Collection[str]) -> str:
        """The expression for the passages from one of `wanted`."""
        return listed("source", sorted(wanted))


class MilvusLexical:
    """BM25: the query's lemmas, each as often as it says it, times the passages' impacts.

    The impacts are the local index's in single precision.
    """

    def __init__(self, cluster: Cluster, generation: Generation) -> None:
        self._cluster = cluster
        self._generation = generation

    def search(
        self, lemmas: Iterable[str], k: int, allowed: str | None = None
    ) -> list[tuple[int, float]]:
        """The k best (row, score) with a score above zero; equal scores by row."""
        said = Counter(lemmas)
        known = self._known(said)
        query = {place: float(said[lemma]) for lemma, (place, _) in known.items()}
        if not query:
            return []
        return self._cluster.nearest(self._generation.passages, "impacts", query, k, allowed)

    def contributions(self, lemmas: Sequence[str], row: int) -> list[float]:
        """BM25 of each lemma in the passage of `row`, in order; 0.0 for one it lacks."""
        known = self._known(lemmas)
        passages = self._generation.passages
        (found,) = self._cluster.rows(passages, listed("row", [row]), ["impacts"])
        impacts = {known[lemma][0]: 0.0 for lemma in known} | found["impacts"]
        return [float(impacts[known[lemma][0]]) if lemma in known else 0.0 for lemma in lemmas]

    def frequency(self, lemma: str) -> int:
        """How many passages hold the lemma."""
        return self._known([lemma]).get(lemma, (0, 0))[1]

    def _known(self, lemmas: Collection[str]) -> dict[str, tuple[int, int]]:
        """Lemma -> its column and how many passages hold it, of those the index knows."""
        if not lemmas:
            return {}
        found = self._cluster.rows(
            self._generation.lemmas,
            listed("lemma", sorted(set(lemmas))),
            ["lemma", "place", "passages"],
        )
        return {row["lemma"]: (row["place"], row["passages"]) for row in found}


class MilvusDense:
    """Cosine over unit vectors."""

    def __init__(self, cluster: Cluster, generation: Generation, approximate: bool) -> None:
        self._cluster = cluster
        self._collection = generation.passages
        self._approximate = approximate

    def search(self, query: Vectors, k: int, allowed: str | None = None) -> list[tuple[int, float]]:
        """The k best (row, cosine) for a query of shape (1, dimension); a zero query finds none."""
        if not query.any():
            return []
        effort = {"ef": max(HNSW_SEARCH, min(2 * k, MOST_FOUND))} if self._approximate else {}
        vector = np.asarray(query[0], np.float32)
        return self._cluster.nearest(self._collection, "vector", vector, k, allowed, **effort)

    def vector(self, row: int) -> Vectors:
        """The vector of a passage, shape (1, dimension)."""
        (found,) = self._cluster.rows(self._collection, listed("row", [row]), ["vector"])
        return np.asarray([found["vector"]], np.float32)


@dataclass(frozen=True, slots=True)
class MilvusIndex:
    """A generation on a cluster, opened for search; it stays this one when another is pushed."""

    manifest: Manifest
    passages: MilvusPassages
    sources: MilvusSources
    lexical: MilvusLexical
    dense: MilvusDense

    @classmethod
    def open(cls, url: str, encoder: Encoder, analyzer: Analyzer) -> Self:
        """Open the generation in use of the index at `url`.

        Raises `IndexStoreError` for a cluster that is away and an index that is missing, half
        there or of another version, `IndexMismatchError` as `index.build.OpenIndex.open` does.
        """
        cluster = Cluster(Address.parse(url))
        catalogue = Catalogue(cluster)
        generation = catalogue.current()
        described = catalogue.describe(generation)
        manifest = described.manifest
        check_fits(manifest, encoder, analyzer, cluster.address)
        cluster.load(generation.lemmas)
        passages = open_collection(cluster, generation, manifest)
        return cls(
            manifest,
            passages,
            MilvusSources(described.sources),
            MilvusLexical(cluster, generation),
            MilvusDense(cluster, generation, is_approximate(cluster.address, len(passages))),
        )


def open_collection(cluster: Cluster, generation: Generation, manifest: Manifest) -> MilvusPassages:
    """The passages of a generation; raises `IndexStoreError` when there are fewer or more."""
    cluster.load(generation.passages)
    if (held := cluster.count(generation.passages)) != manifest.passages:
        raise IndexStoreError(
            f"{cluster.address}: holds {held} passages, not {manifest.passages}. "
            "Push the index again."
        )
    return MilvusPassages(cluster, generation.passages, manifest.passages)
