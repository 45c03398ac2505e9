"""Every failure a person can cause or meet, as one tree.

::

    RetrievalError
    ├── CorpusError            a corpus can't be read: names file and line
    │   └── EmptyCorpusError   it was read and holds nothing
    ├── ModelError             an encoder or reranker can't be had or doesn't fit
    ├── IndexStoreError        an index directory is missing, foreign, damaged or unwritable
    │   └── IndexMismatchError the index was built with something else than what opens it
    └── search.errors …        the online half adds its own below the same root

Each message says what is wrong, the value, and what to do, on one line.
"""

import re
from collections.abc import Iterable

_UNSEEN = re.compile(r"[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Line breaks, a terminal's commands and what no encoding can write."""
_ADDRESS = re.compile(r"\b(0x[\da-fA-F]{6,}|\d{12,})\b")
"""Of an object in memory, as some errors tell it: another one each time."""


class RetrievalError(Exception):
    """Root of all errors this product raises on purpose."""

    def __init__(self, message: str, listed: Iterable[str] = ()) -> None:
        """A line, and lines below it; what can't be seen in a value they tell becomes an escape."""
        super().__init__("\n  ".join(_seen(line) for line in (message, *listed)))


def _seen(line: str) -> str:
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], line)


class CorpusError(RetrievalError):
    """A corpus file or row can't be used."""


class EmptyCorpusError(CorpusError):
    """A corpus holds no document with text."""


class ModelError(RetrievalError):
    """A model can't be loaded, or doesn't do what its place needs."""


class IndexStoreError(RetrievalError):
    """An index directory is missing, foreign, damaged or can't be written."""


class IndexMismatchError(IndexStoreError):
    """The index was built with another analyzer, encoder or dimension."""


def reason(error: Exception) -> str:
    """What a library's error says, on one line of at most 200 characters and without addresses."""
    return " ".join(_ADDRESS.sub("…", str(error)).split())[:200]
