"""Cosine search over half-precision rows: exact, against numpy; of a shortlist, against exact."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from index.dense import RECALL, DenseIndex, K
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


@pytest.fixture(scope="module")
def queries() -> Vectors:
    return unit_vectors(100, 5)


@pytest.fixture(scope="module")
def many() -> DenseIndex:
    return DenseIndex.build(unit_vectors(20 * PASSAGES, 6))


@pytest.fixture(scope="module")
def shortlisted(many: DenseIndex, queries: Vectors) -> DenseIndex:
    return many.with_shortlist(queries)[0]


def saved(index: DenseIndex, directory: Path) -> bytes:
    directory.mkdir(exist_ok=True)
    index.save(directory)
    return (directory / "vectors.faiss").read_bytes()


def test_shortlist_finds_what_it_says_of_the_exact_first_hundred(
    many: DenseIndex, queries: Vectors
) -> None:
    index, recall = many.with_shortlist(queries)
    found = 0
    for query in queries:
        exact = {row for row, _ in many.search(query[None], K)}
        found += len(exact & {row for row, _ in index.search(query[None], K)})
    assert recall == pytest.approx(found / K / len(queries), abs=1e-9)
    assert 1 > recall >= RECALL


def test_shortlist_finds_as_much_for_other_queries(
    many: DenseIndex, shortlisted: DenseIndex
) -> None:
    others = unit_vectors(100, 7)
    shared = [
        len(set(many.search(q[None], K)) & set(shortlisted.search(q[None], K))) for q in others
    ]
    assert sum(shared) >= 0.98 * K * len(others)


def test_kind_tells_the_length_of_the_shortlist(many: DenseIndex, shortlisted: DenseIndex) -> None:
    assert many.kind == "exact, fp16"
    length = int(shortlisted.kind.removeprefix("exact, fp16, of a shortlist of "))
    assert length in (1000, 2000, 4000)


def test_small_k_is_the_head_of_a_hundred(shortlisted: DenseIndex, queries: Vectors) -> None:
    for query in queries[:10]:
        hundred = shortlisted.search(query[None], K)
        assert [shortlisted.search(query[None], k) for k in (1, 10)] == [hundred[:1], hundred[:10]]


def test_more_than_the_shortlist_gives_all(many: DenseIndex, shortlisted: DenseIndex) -> None:
    query = unit_vectors(1, 8)
    assert shortlisted.search(query, 2 * many.passages) == many.search(query, many.passages)


@pytest.mark.parametrize("every", [1, 7, 20 * PASSAGES])
def test_search_kept_to_some_rows_is_exact(
    many: DenseIndex, shortlisted: DenseIndex, queries: Vectors, every: int
) -> None:
    allowed = np.arange(many.passages) % every == 0
    for query in queries[:10]:
        scores = many.search(query[None], many.passages)
        kept = [(row, cosine) for row, cosine in scores if row % every == 0][:K]
        assert shortlisted.search(query[None], K, allowed) == kept
        assert many.search(query[None], K, allowed) == kept


def test_vectors_are_kept_as_without_a_shortlist(
    many: DenseIndex, shortlisted: DenseIndex, tmp_path: Path
) -> None:
    shortlisted.save(tmp_path)
    for index in (shortlisted, DenseIndex.load(tmp_path)):
        assert (index.passages, index.dimension, index.kind) == (
            many.passages,
            DIMENSION,
            shortlisted.kind,
        )
        for row in (0, 77, many.passages - 1):
            assert np.array_equal(index.vector(row), many.vector(row))


def test_saved_shortlist_is_opened_as_it_was(
    shortlisted: DenseIndex, queries: Vectors, tmp_path: Path
) -> None:
    shortlisted.save(tmp_path)
    opened = DenseIndex.load(tmp_path)
    for query in queries[:10]:
        assert opened.search(query[None], K) == shortlisted.search(query[None], K)


@pytest.mark.parametrize("reopened", [True, False])
def test_changed_rows_get_the_shortlist_of_a_fresh_index(
    shortlisted: DenseIndex, queries: Vectors, tmp_path: Path, reopened: bool
) -> None:
    rows, new = unit_vectors(20 * PASSAGES, 6), unit_vectors(30, 9)
    kept = np.flatnonzero(np.arange(len(rows)) % 3)
    shortlisted.save(tmp_path)
    before = DenseIndex.load(tmp_path) if reopened else shortlisted
    changed = before.changed(kept, new)
    fresh = DenseIndex.build(np.concatenate((rows[kept], new)))
    assert saved(changed, tmp_path / "a") == saved(fresh, tmp_path / "b")
    (changed, recall), (fresh, expected) = (i.with_shortlist(queries) for i in (changed, fresh))
    assert recall == expected
    assert saved(changed, tmp_path / "a") == saved(fresh, tmp_path / "b")


def test_shortlist_among_equal_passages_misses_nothing() -> None:
    rows = np.repeat(unit_vectors(3, 10), 400, axis=0)
    index, recall = DenseIndex.build(rows).with_shortlist(rows[:1])
    assert recall == 1
    assert {row for row, _ in index.search(rows[:1], K)} <= set(range(400))


def test_shortlist_without_a_query_to_measure_with() -> None:
    rows = unit_vectors(PASSAGES, 11)
    index, recall = DenseIndex.build(rows).with_shortlist(rows[:0])
    assert (recall, index.search(rows[7:8], 1)[0][0]) == (1, 7)
