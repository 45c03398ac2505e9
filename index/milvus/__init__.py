"""An index on a Milvus cluster: the same questions as of one on disk, asked by URL."""

from index.milvus.address import Address
from index.milvus.catalogue import Catalogue
from index.milvus.cluster import Cluster
from index.milvus.milvus_index import MilvusIndex, open_collection
from index.milvus.push import push_index
from index.search_index import Passages
from index.store import Manifest

__all__ = ["MilvusIndex", "drop_old", "open_passages", "push_index", "read_manifest"]


def read_manifest(url: str) -> Manifest:
    """What the generation in use was built with; raises `IndexStoreError`."""
    catalogue = Catalogue(Cluster(Address.parse(url)))
    return catalogue.describe(catalogue.current()).manifest


def open_passages(url: str) -> Passages:
    """The passages of the generation in use; raises `IndexStoreError`."""
    cluster = Cluster(Address.parse(url))
    catalogue = Catalogue(cluster)
    generation = catalogue.current()
    return open_collection(cluster, generation, catalogue.describe(generation).manifest)


def drop_old(url: str) -> list[str]:
    """As `Catalogue.drop_old`."""
    return Catalogue(Cluster(Address.parse(url))).drop_old()
