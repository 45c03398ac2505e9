"""What one person says of one passage for one query."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from search.errors import JudgingError

Grade = int
"""0 not relevant, 1 same subject, 2 partly answers, 3 answers."""

GRADES: tuple[Grade, ...] = (0, 1, 2, 3)
MAX_COMMENT_CHARS = 2000
MAX_NAME_CHARS = 100

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""NUL has no place in PostgreSQL, half a surrogate pair has none in UTF-8."""


def text_hash(text: str) -> str:
    """SHA-256 hex of a passage's titled text as it was shown."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Judgment:
    """A grade with all that is needed to trust it later.

    Raises `JudgingError` for a grade that isn't 0..3 or None, an annotator, query or passage id
    that is empty, a name or comment that is too long, and text that can't be stored.
    """

    query: str
    """Text as the person saw it, `index.corpus.clean`ed: the identity of a query."""
    passage_id: str
    document_id: str
    text_hash: str
    annotator: str
    grade: Grade | None
    """None: the person can't judge («не могу оценить»)."""
    comment: str = ""
    query_id: str = ""
    """Id in its query set; empty for a spot check on the search page."""
    pool: str = ""
    snapshot: str = ""
    time: datetime | None = None
    """UTC; set by the store."""
    id: int = 0
    """Set by the store."""

    def __post_init__(self) -> None:
        if self.grade is not None and (type(self.grade) is not int or self.grade not in GRADES):
            raise JudgingError(
                f"grade {self.grade!r}: must be 0, 1, 2, 3 or none (can't judge). Choose one."
            )
        for field in ("annotator", "query", "passage_id"):
            if not getattr(self, field).strip():
                raise JudgingError(
                    f"{field} is empty. A judgment needs an annotator, a query "
                    "and a passage: fill it in."
                )
        check_length("annotator", self.annotator, MAX_NAME_CHARS)
        check_length("comment", self.comment, MAX_COMMENT_CHARS)
        for field in _TEXTS:
            check_storable(field, getattr(self, field))


_TEXTS = (
    "query",
    "passage_id",
    "document_id",
    "text_hash",
    "annotator",
    "comment",
    "query_id",
    "pool",
    "snapshot",
)


def check_length(what: str, text: str, longest: int) -> None:
    """Raise `JudgingError` for a text of more than `longest` characters."""
    if len(text) > longest:
        raise JudgingError(
            f"{what} has {len(text)} characters, {longest} at most are kept. Shorten it."
        )


def check_storable(what: str, text: str) -> None:
    """Raise `JudgingError` for a character that a database can't keep."""
    if found := _UNSTORABLE.search(text):
        raise JudgingError(
            f"{what} holds the character U+{ord(found[0]):04X} at position {found.start()}, "
            "which can't be stored. Remove it."
        )
