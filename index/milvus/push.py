"""A generation on disk -> a generation on a cluster, in batches; one broken off goes on.

Only a corpus read to its end knows its BM25 statistics, so what goes up is a built index: its
impacts, its vectors, the very texts they came from.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from index.build import OpenIndex
from index.errors import IndexStoreError
from index.lexical import LexicalIndex
from index.milvus.address import Address
from index.milvus.catalogue import Catalogue, Description
from index.milvus.cluster import Cluster, Row, listed
from index.milvus.generation import NO_VECTOR, Generation, is_approximate
from index.store import Manifest, current_generation

BATCH = 1000

RowsOf = Callable[[int, int], list[Row]]
"""The rows from one place up to another."""


def push_index(directory: Path, url: str, progress: bool = True) -> Manifest:
    """Put the current generation of `directory` on a cluster, then switch to it.

    The generation in use there before stays until `Catalogue.drop_old`. A batch that is there
    already is passed over, so after a failure the same call goes on. Raises `IndexStoreError` for
    an index that can't be read, and a cluster that is away or in the end doesn't hold every row.

    Returns the manifest kept there.
    """
    folder = current_generation(directory)
    manifest = Manifest.read(folder)
    index = OpenIndex.load(folder, manifest)
    cluster = Cluster(Address.parse(url))
    catalogue = Catalogue(cluster)
    catalogue.make()
    generation = Generation.of(cluster.address.collection, manifest)
    generation.make(cluster, manifest)
    lemmas = list(index.lexical.columns)
    _fill(cluster, generation.lemmas, "lemma", lemmas, _lemmas(index.lexical), progress)
    rows = range(manifest.passages)
    _fill(cluster, generation.passages, "row", rows, _passages(index), progress)
    pushed = _searched_there(manifest, cluster.address)
    catalogue.use(generation, Description(pushed, index.sources.names))
    return pushed


def _searched_there(manifest: Manifest, address: Address) -> Manifest:
    """The manifest with how vectors are searched on the cluster, not in the folder."""
    if is_approximate(address, manifest.passages):
        kind = "HNSW on Milvus, recall not measured"
        return replace(manifest, dense_search=kind, dense_recall=math.nan)
    return replace(manifest, dense_search="exact, on Milvus", dense_recall=1.0)


def _fill(
    cluster: Cluster,
    collection: str,
    key: str,
    keys: Sequence[int] | Sequence[str],
    rows: RowsOf,
    progress: bool,
) -> None:
    held = cluster.count(collection)
    with tqdm(total=len(keys), desc=f"pushing by {key}", unit="", disable=not progress) as bar:
        for start in range(0, len(keys), BATCH):
            batch = keys[start : start + BATCH]
            if not held or cluster.count(collection, listed(key, batch)) < len(batch):
                cluster.write(collection, rows(start, start + len(batch)))
            bar.update(len(batch))
    cluster.settle(collection)
    if (held := cluster.count(collection)) != len(keys):
        raise IndexStoreError(
            f"{cluster.address}: {collection} holds {held} rows, {len(keys)} were put there. "
            "Push again; the index before is still in use."
        )


def _lemmas(lexical: LexicalIndex) -> RowsOf:
    lemmas = list(lexical.columns)
    passages = np.diff(lexical.starts)

    def rows(start: int, stop: int) -> list[Row]:
        return [
            {
                "lemma": lemmas[place],
                "place": place,
                "passages": int(passages[place]),
                **NO_VECTOR,
            }
            for place in range(start, stop)
        ]

    return rows


def _passages(index: OpenIndex) -> RowsOf:
    lexical = index.lexical
    # Postings by passage instead of by lemma.
    order = np.argsort(lexical.rows, kind="stable")
    starts = np.searchsorted(lexical.rows, np.arange(lexical.passages + 1), sorter=order)
    columns = np.repeat(np.arange(len(lexical.columns), dtype=np.int32), np.diff(lexical.starts))

    def rows(start: int, stop: int) -> list[Row]:
        found = []
        for row, passage in enumerate(index.passages.many(range(start, stop)), start):
            postings = order[starts[row] : starts[row + 1]]
            impacts = zip(
                columns[postings].tolist(), lexical.impacts[postings].tolist(), strict=True
            )
            found.append(
                {
                    "row": row,
                    **asdict(passage),
                    "impacts": dict(impacts),
                    "vector": index.dense.vector(row)[0],
                }
            )
        return found

    return rows
