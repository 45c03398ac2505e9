"""Exact cosine search over half-precision rows, against numpy."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from index.dense import DenseIndex
from index.encoder import Vectors
from index.errors import IndexStoreError

PASSAGES, DIMENSION = 500, 24
HALF_PRECISION = 2**-10
"""Relative error of an fp16 component; of a cosine at most as much, by Cauchy-Schwarz."""


def unit_vectors(rows: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(rows, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def index() -> DenseIndex:
    return DenseIndex.build(unit_vectors(PASSAGES, 1))


def test_index_knows_its_size(index: DenseIndex) -> None:
    assert (index.passages, index.dimension) == (PASSAGES, DIMENSION)


@pytest.mark.parametrize("k", [1, 10, 100, PASSAGES])
def test_search_is_numpys_full_sort_within_half_precision(index: DenseIndex, k: int) -> None:
    rows = unit_vectors(PASSAGES, 1)
    for query in unit_vectors(20, 2):
        exact = rows @ query
        found = index.search(query[None], k)
        cosines = [cosine for _, cosine in found]
        assert len({row for row, _ in found}) == k
        assert cosines == sorted(cosines, reverse=True)
        assert cosines == pytest.approx([exact[row] for row, _ in found], abs=HALF_PRECISION)
        assert min(exact[row] for row, _ in found) >= np.sort(exact)[-k] - 2 * HALF_PRECISION


def test_every_vector_finds_itself_first(index: DenseIndex) -> None:
    for row, vector in enumerate(unit_vectors(PASSAGES, 1)):
        (found,) = index.search(vector[None], 1)
        assert found == (row, pytest.approx(1, abs=HALF_PRECISION))


def test_cosines_worked_out_by_hand() -> None:
    index = DenseIndex.build(np.array([[0, 1], [0.6, 0.8], [-1, 0]], np.float32))
    assert index.search(np.array([[1, 0]], np.float32), 3) == [
        (1, pytest.approx(0.6, abs=HALF_PRECISION)),
        (0, 0.0),
        (2, -1.0),
    ]


def test_more_than_there_are_gives_all(index: DenseIndex) -> None:
    found = index.search(unit_vectors(1, 3), PASSAGES + 50)
    assert sorted(row for row, _ in found) == list(range(PASSAGES))


def test_zero_query_finds_nothing(index: DenseIndex) -> None:
    assert index.search(np.zeros((1, DIMENSION), np.float32), 10) == []


def test_index_of_one_passage() -> None:
    index = DenseIndex.build(np.array([[0, 1]], np.float32))
    assert index.search(np.array([[0, 1]], np.float32), 10) == [(0, 1.0)]


def test_saved_index_is_opened_as_it_was(tmp_path: Path, index: DenseIndex) -> None:
    index.save(tmp_path)
    opened = DenseIndex.load(tmp_path)
    query = unit_vectors(1, 4)
    assert [file.name for file in tmp_path.iterdir()] == ["vectors.faiss"]
    assert (opened.passages, opened.dimension) == (PASSAGES, DIMENSION)
    assert opened.search(query, PASSAGES) == index.search(query, PASSAGES)


def test_rows_take_two_bytes_a_dimension(tmp_path: Path, index: DenseIndex) -> None:
    index.save(tmp_path)
    header = (tmp_path / "vectors.faiss").stat().st_size - PASSAGES * DIMENSION * 2
    assert 0 < header < 200


@pytest.mark.parametrize("content", [None, b"", b"not faiss", b"IxFI"])
def test_file_that_is_no_faiss_index_is_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "vectors.faiss"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(IndexStoreError) as caught:
        DenseIndex.load(tmp_path)
    assert str(caught.value) == f"{file}: not a FAISS index. Build the index again."


def test_full_disk_is_told(
    tmp_path: Path, index: DenseIndex, full_disk: Callable[[], AbstractContextManager[None]]
) -> None:
    with full_disk(), pytest.raises(OSError, match="File too large"):
        index.save(tmp_path)


def test_a_passages_vector_is_kept_in_half_precision(index: DenseIndex) -> None:
    rows = unit_vectors(PASSAGES, 1)
    halves = rows.astype(np.float16).astype(np.float32)
    for row in (0, 7, PASSAGES - 1):
        assert index.vector(row).tolist() == [halves[row].tolist()]
