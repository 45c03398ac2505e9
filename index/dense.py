"""Passage vectors in FAISS: exact inner product over half-precision rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import faiss
import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors
from index.errors import IndexStoreError


class DenseIndex:
    """Cosine over unit vectors; fp16 rows keep recall@100 above 99.9 % at half the memory."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        """Index unit vectors of shape (passages, dimension), row i under id i."""
        index = _empty(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors))
        return cls(index)

    def changed(self, kept: NDArray[np.int64], vectors: Vectors) -> Self:
        """The vectors of the rows `kept`, copied bit for bit, then new ones."""
        index = _empty(self.dimension)
        all_codes = self._index.codes  # type: ignore[attr-defined]  # read_index casts it down
        codes = faiss.vector_to_array(all_codes).reshape(self.passages, -1)
        index.add_sa_codes(codes[kept])
        index.add(np.ascontiguousarray(vectors))
        return type(self)(index)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    @property
    def passages(self) -> int:
        """How many vectors are indexed."""
        return int(self._index.ntotal)

    def vector(self, row: int) -> Vectors:
        """The vector of a passage as it is kept, in half precision, shape (1, dimension)."""
        return np.asarray(self._index.reconstruct(row), np.float32)[None]

    def search(
        self, query: Vectors, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[tuple[int, float]]:
        """The k best (row, cosine) for a query of shape (1, dimension).

        `allowed`, shape (passages,), keeps the search to some rows. A zero query vector (no known
        word) finds nothing rather than the first k rows.
        """
        if not query.any():
            return []
        with _one_thread():
            parameters = None
            if allowed is not None:
                only = faiss.IDSelectorBatch(np.flatnonzero(allowed))
                parameters = faiss.SearchParameters(sel=only)  # type: ignore[call-arg]
            cosines, rows = self._index.search(query, min(k, self.passages), params=parameters)
        found = zip(rows[0].tolist(), cosines[0].tolist(), strict=True)
        return [(row, cosine) for row, cosine in found if row >= 0]

    def save(self, directory: Path) -> None:
        """Write vectors.faiss into `directory`; raises OSError on a full disk.

        Python writes the bytes: FAISS's own writer loses an error of the last block.
        """
        (directory / "vectors.faiss").write_bytes(faiss.serialize_index(self._index).data)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Open what `save` wrote. Check the file's hash before: FAISS trusts what it reads."""
        file = directory / "vectors.faiss"
        try:
            return cls(faiss.read_index(str(file)))
        except RuntimeError as error:
            raise IndexStoreError(f"{file}: not a FAISS index. Build the index again.") from error


def _empty(dimension: int) -> faiss.IndexScalarQuantizer:
    kind = faiss.ScalarQuantizer.QT_fp16
    return faiss.IndexScalarQuantizer(dimension, kind, faiss.METRIC_INNER_PRODUCT)


@contextmanager
def _one_thread() -> Iterator[None]:
    """One query is faster on one thread; torch shares the count of threads, so it is given back."""
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)
