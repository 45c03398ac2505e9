"""milvus+http://USER:PASSWORD@HOST:PORT/COLLECTION -> which collection of which cluster."""

import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from index.errors import IndexStoreError

TIMEOUT_SECONDS = 10.0
_PREFIX = "milvus+"
_COLLECTION = re.compile("[A-Za-z_][A-Za-z0-9_]{0,199}")


@dataclass(frozen=True, slots=True)
class Address:
    """A cluster and the name of an index on it; as text, the URL without user and password."""

    uri: str
    """http(s)://HOST:PORT, or the file of an embedded Milvus."""
    collection: str
    token: str = field(default="", repr=False)
    """USER:PASSWORD, or an API key."""
    timeout: float = TIMEOUT_SECONDS
    """Seconds that a question may take."""

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read a URL; one in a file, milvus+file:///FOLDER/FILE.db/COLLECTION, is embedded Milvus.

        An API key goes in the password's place, `?timeout=SECONDS` after the collection. Raises
        `IndexStoreError`.
        """
        try:
            parts = urlsplit(url.removeprefix(_PREFIX))
            path, _, collection = parts.path.rpartition("/")
            uri = path if parts.scheme == "file" else f"{parts.scheme}://{_host(parts)}{path}"
            given = parse_qs(parts.query, strict_parsing=bool(parts.query))
            timeout = float(given.pop("timeout", [str(TIMEOUT_SECONDS)])[0])
            fits = parts.scheme in ("http", "https", "file") and bool(uri) and timeout > 0
        except ValueError:  # a port or a timeout that is no number
            fits = False
        if not (fits and _COLLECTION.fullmatch(collection)) or given:
            shown = re.sub("//[^/]*@", "//***@", url)
            raise IndexStoreError(
                f"{shown}: not the address of an index on Milvus. Write "
                "milvus+http://HOST:19530/COLLECTION, the collection in Latin letters, digits "
                "and _, or milvus+file:///FOLDER/FILE.db/COLLECTION."
            )
        password = unquote(parts.password or "")
        token = f"{unquote(parts.username)}:{password}" if parts.username else password
        return cls(uri, collection, token, timeout)

    @property
    def embedded(self) -> bool:
        """Whether Milvus runs inside this process, over a file."""
        return "://" not in self.uri

    def __str__(self) -> str:
        scheme = f"{_PREFIX}file://" if self.embedded else _PREFIX
        return f"{scheme}{self.uri}/{self.collection}"


def _host(parts: SplitResult) -> str:
    if not parts.hostname:
        raise ValueError("no host")
    return parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
