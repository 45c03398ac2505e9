"""Questions to a Milvus cluster, each with a timeout, each failure one of ours."""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from grpc import RpcError
from pymilvus import DataType, MilvusClient, MilvusException

from index.errors import IndexStoreError
from index.milvus.address import Address

MOST_FOUND = 16_384
"""Milvus ranks no deeper."""
TEXT_BYTES = 65_535
"""Milvus keeps no longer text."""
WRITE_PATIENCE = 6
"""A batch to write may take so many times as long as a question."""

Row = dict[str, Any]

_NOT_CONNECTED = (1, 2)
_GONE = 100

logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it prints what it then raises


class Cluster:
    """A connection to one cluster; threads may share it."""

    def __init__(self, address: Address) -> None:
        """Connect; raises `IndexStoreError` when nobody answers."""
        self.address = address
        with self._asking():
            self._client = MilvusClient(address.uri, token=address.token, timeout=address.timeout)

    def has(self, collection: str) -> bool:
        """Whether there is such a collection."""
        with self._asking():
            return bool(self._client.has_collection(collection, timeout=self.address.timeout))

    def collections(self) -> list[str]:
        """The names of all."""
        with self._asking():
            return list(self._client.list_collections(timeout=self.address.timeout))

    def make(
        self,
        collection: str,
        key: str,
        fields: Mapping[str, Any],
        indexes: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Make a collection, or what a killed run left out of it.

        `fields`: name -> its `DataType`, or the dimension of a vector; `key` is the primary one.
        `indexes`: field -> parameters of its index.
        """
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        for name, kind in fields.items():
            more: Row = {"max_length": TEXT_BYTES} if kind == DataType.VARCHAR else {}
            if not isinstance(kind, DataType):
                kind, more = DataType.FLOAT_VECTOR, {"dim": kind}
            schema.add_field(name, kind, is_primary=name == key, **more)
        parameters = MilvusClient.prepare_index_params()
        for name, chosen in indexes.items():
            parameters.add_index(name, **chosen)
        timeout = self.address.timeout
        with self._asking():
            if not self._client.has_collection(collection, timeout=timeout):
                self._client.create_collection(collection, schema=schema, timeout=timeout)
            self._client.create_index(collection, parameters, timeout=timeout, sync=False)
        self.load(collection)

    def load(self, collection: str) -> None:
        """Have the query nodes hold a collection, as they do after `make` until it is released."""
        with self._asking():
            self._client.load_collection(collection, timeout=self.address.timeout * WRITE_PATIENCE)

    def write(self, collection: str, rows: list[Row]) -> None:
        """Put rows in, or in the place of those with the same keys."""
        with self._asking():
            self._client.upsert(collection, rows, timeout=self.address.timeout * WRITE_PATIENCE)

    def settle(self, collection: str) -> None:
        """Have everything written so far sealed, so that its index is built."""
        with self._asking():
            self._client.flush(collection, timeout=self.address.timeout * WRITE_PATIENCE)

    def count(self, collection: str, expression: str = "") -> int:
        """How many rows there are, the latest counted too."""
        (row,) = self.rows(collection, expression, ["count(*)"], latest=True)
        return int(row["count(*)"])

    def rows(
        self,
        collection: str,
        expression: str,
        fields: Sequence[str],
        limit: int | None = None,
        latest: bool = False,
    ) -> list[Row]:
        """The rows that fit an expression, in no order.

        With `latest`, those of the last seconds too, for which a cluster makes one wait.
        """
        with self._asking():
            return [
                dict(row)
                for row in self._client.query(
                    collection,
                    expression,
                    output_fields=list(fields),
                    timeout=self.address.timeout,
                    **({"limit": limit} if limit else {}),
                    **({"consistency_level": "Strong"} if latest else {}),
                )
            ]

    def nearest(
        self,
        collection: str,
        field: str,
        query: object,
        k: int,
        expression: str | None,
        **parameters: int,
    ) -> list[tuple[int, float]]:
        """The k best (key, inner product), equal ones by key, as far as Milvus ranks.

        It orders equal scores as it likes: twice as many are asked for, so that those around the
        k-th are nearly always all there to be put in order.
        """
        with self._asking():
            (found,) = self._client.search(
                collection,
                [query],
                anns_field=field,
                limit=min(2 * k, MOST_FOUND),
                filter=expression or "",
                search_params={"params": parameters},
                timeout=self.address.timeout,
            )
        ranked = [(int(hit["id"]), float(hit["distance"])) for hit in found]
        return sorted(ranked, key=lambda hit: (-hit[1], hit[0]))[:k]

    def drop(self, collection: str) -> None:
        """Remove a collection for good."""
        with self._asking():
            self._client.drop_collection(collection, timeout=self.address.timeout)

    def delete(self, collection: str, expression: str) -> None:
        """Remove the rows that fit an expression."""
        with self._asking():
            self._client.delete(collection, filter=expression, timeout=self.address.timeout)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except MilvusException as error:
            what = " ".join(error.message.split())
            raise IndexStoreError(f"{self.address}: {_told(error.code, what)}") from error
        except RpcError as error:
            raise IndexStoreError(
                f"{self.address}: Milvus did not understand ({error.code().name}). "
                "Use Milvus 2.5 or later."
            ) from error


def _told(code: int, what: str) -> str:
    if code in _NOT_CONNECTED:
        return f"no Milvus answers ({what}). Start it, or correct address, user and password."
    if code == _GONE:
        return f"a collection of the index is gone ({what}). Open it again, or push it again."
    return f"Milvus did not do what it was asked ({what}). See its log."


def listed(field: str, values: Iterable[str | int]) -> str:
    """The expression: a field is one of `values`, of which there is one at least."""
    return f"{field} in {quoted(list(values))}"


def quoted(value: object) -> str:
    """A text, or a list of texts or numbers, as an expression writes it."""
    return json.dumps(value, ensure_ascii=False)
