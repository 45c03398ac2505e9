"""What is noted of a request while it is answered, by whoever answers it."""

import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

ID_HEADER = "x-request-id"
Outcome = Literal["done", "refused", "failed", "busy", "stopped"]
"""refused: it can't be met as it was asked; busy: not even begun; stopped: the client left."""

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(slots=True)
class Record:
    """One request; it is filled in until the request has ended."""

    kind: str
    """"search", "judge", …: few values, for metrics."""
    endpoint: str
    id: str
    outcome: Outcome = "done"
    seconds: dict[str, float] = field(default_factory=dict)
    """Of the stages it passed, "queue" (waiting) and "total" (answering)."""
    query: str = ""


_current: ContextVar[Record | None] = ContextVar("record", default=None)


def request_id(given: str | None) -> str:
    """The id that a client gave, or a new one when it gave none that is fit for a log."""
    return given if given and _ID.fullmatch(given) else uuid.uuid4().hex


@contextmanager
def noting(record: Record) -> Iterator[None]:
    """Within the block, and in this thread, what is noted goes to `record`."""
    token = _current.set(record)
    try:
        yield
    finally:
        _current.reset(token)


def note_seconds(seconds: Mapping[str, float]) -> None:
    """Add the seconds of stages to the request that is being answered, if one is."""
    if record := _current.get():
        for stage, spent in seconds.items():
            record.seconds[stage] = record.seconds.get(stage, 0.0) + spent


def note_outcome(outcome: Outcome) -> None:
    """Say how the request that is being answered ends, where no exception says it."""
    if record := _current.get():
        record.outcome = outcome
