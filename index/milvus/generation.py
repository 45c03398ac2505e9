"""One generation of an index on a cluster: two collections, named by what they are made of.

::

    NAME_g<identity>          one row a passage: its fields, its BM25 impacts as a sparse vector
                              with a column a lemma, its vector
    NAME_g<identity>_lemmas   one row a lemma: its column, how many passages hold it

So a push that was broken off finds what it began, and no other content mixes with it.
"""

import hashlib
import json
from dataclasses import dataclass

from pymilvus import DataType

from index.dense import EXACT_UP_TO
from index.milvus.address import Address
from index.milvus.cluster import Cluster
from index.store import Manifest

HNSW = {"M": 32, "efConstruction": 200}
HNSW_SEARCH = 256
"""Neighbours that a search keeps at hand, at least."""
NO_VECTOR = {"nothing": [0.0, 0.0]}
"""Milvus has no collection without a vector."""
NO_INDEX = {"nothing": {"index_type": "FLAT", "metric_type": "IP"}}

_LAYOUT = 1


@dataclass(frozen=True, slots=True)
class Generation:
    """The names of its collections."""

    passages: str

    @classmethod
    def of(cls, name: str, manifest: Manifest) -> "Generation":
        """The generation with this content of the index with this name."""
        made_of = (
            _LAYOUT,
            manifest.corpus_fingerprint,
            manifest.analyzer_fingerprint,
            manifest.encoder_fingerprint,
            manifest.window_chars,
            manifest.k1,
            manifest.b,
        )
        identity = hashlib.sha256(json.dumps(made_of).encode()).hexdigest()
        return cls(f"{name}_g{identity[:12]}")

    @property
    def lemmas(self) -> str:
        """The collection of lemmas."""
        return f"{self.passages}_lemmas"

    def make(self, cluster: Cluster, manifest: Manifest) -> None:
        """Make both collections, or what of them isn't there."""
        text, number = DataType.VARCHAR, DataType.INT64
        vectors = (
            {"index_type": "HNSW", "params": HNSW}
            if is_approximate(cluster.address, manifest.passages)
            else {"index_type": "FLAT"}
        )
        cluster.make(
            self.passages,
            "row",
            {
                "row": number,
                "id": text,
                "document_id": text,
                "title": text,
                "text": text,
                "start": number,
                "end": number,
                "source": text,
                "impacts": DataType.SPARSE_FLOAT_VECTOR,
                "vector": manifest.dimension,
            },
            {
                "id": {"index_type": "INVERTED"},
                "source": {"index_type": "INVERTED"},
                "impacts": {"index_type": "SPARSE_INVERTED_INDEX", "metric_type": "IP"},
                "vector": {"metric_type": "IP", **vectors},
            },
        )
        fields = {"lemma": text, "place": number, "passages": number, "nothing": 2}
        cluster.make(self.lemmas, "lemma", fields, NO_INDEX)


def is_approximate(address: Address, passages: int) -> bool:
    """Whether the nearest vectors are looked for in a graph, which embedded Milvus has not."""
    return passages > EXACT_UP_TO and not address.embedded
