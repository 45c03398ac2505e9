"""Which generation of an index on a cluster is in use, and what it was built with.

::

    NAME       the row "current" names the generation in use; a generation's rows hold its manifest
               and sources as JSON, cut into pieces that fit
    NAME_g…    see `index.milvus.generation`

One row replaced switches from one generation to the next. An alias would switch engines that are
open as well, which go by the manifest and the columns of the other; and embedded Milvus has none.
"""

import json
import re
from dataclasses import dataclass

from pymilvus import DataType

from index.errors import IndexStoreError
from index.milvus.cluster import TEXT_BYTES, Cluster, listed, quoted
from index.milvus.generation import NO_INDEX, NO_VECTOR, Generation
from index.store import Manifest

_CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a generation as a whole."""

    manifest: Manifest
    sources: tuple[str, ...]


class Catalogue:
    """The generations of the index that an address names."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._name = cluster.address.collection

    def make(self) -> None:
        """Make the catalogue if there is none."""
        fields = {
            "key": DataType.VARCHAR,
            "generation": DataType.VARCHAR,
            "place": DataType.INT64,
            "content": DataType.VARCHAR,
            "nothing": 2,
        }
        self._cluster.make(self._name, "key", fields, NO_INDEX)

    def current(self) -> Generation:
        """The generation in use; raises `IndexStoreError` when there is none."""
        address = self._cluster.address
        if not self._cluster.has(self._name):
            raise IndexStoreError(
                f"{address}: no index there. Push one: python -m index push DIR --to {address}"
            )
        self._cluster.load(self._name)
        found = self._read(_CURRENT)
        if not found:
            raise IndexStoreError(
                f"{address}: half an index, its push was broken off. Run it again: it goes on "
                "from where it was."
            )
        return Generation(found)

    def describe(self, generation: Generation) -> Description:
        """What `record` wrote; raises `IndexStoreError` for another version's."""
        content = json.loads(self._read(generation.passages))
        manifest = Manifest.parse(content["manifest"], self._cluster.address)
        return Description(manifest, tuple(content["sources"]))

    def use(self, generation: Generation, description: Description) -> None:
        """Switch to a generation that is all there."""
        content = json.dumps(
            {"manifest": description.manifest.as_json(), "sources": description.sources}
        )
        self._write(generation.passages, content)
        self._write(_CURRENT, generation.passages)

    def drop_old(self) -> list[str]:
        """Drop what no generation in use needs; raises `IndexStoreError` when none is.

        Returns the names of the collections dropped. Engines that have one open fail from then on,
        and so does a push under way.
        """
        current = self.current()
        ours = re.compile(f"{self._name}_g[0-9a-f]{{12}}(_lemmas)?")
        found = sorted(filter(ours.fullmatch, self._cluster.collections()))
        old = [name for name in found if name not in (current.passages, current.lemmas)]
        for name in old:
            self._cluster.drop(name)
        in_use = quoted([_CURRENT, current.passages])
        self._cluster.delete(self._name, f"generation not in {in_use}")
        return old

    def _read(self, generation: str) -> str:
        expression = listed("generation", [generation])
        rows = self._cluster.rows(self._name, expression, ["place", "content"], latest=True)
        return "".join(row["content"] for row in sorted(rows, key=lambda row: row["place"]))

    def _write(self, generation: str, content: str) -> None:
        """`content` is ASCII."""
        pieces = [content[at : at + TEXT_BYTES] for at in range(0, len(content), TEXT_BYTES)]
        rows = [
            {
                "key": f"{generation}/{place}",
                "generation": generation,
                "place": place,
                "content": piece,
                **NO_VECTOR,
            }
            for place, piece in enumerate(pieces)
        ]
        self._cluster.write(self._name, rows)
