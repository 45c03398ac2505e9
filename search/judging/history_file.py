"""A store's history <-> a JSONL file: every judgment ever made, and when it was taken back."""

import heapq
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from search.errors import JudgingError
from search.judging.judgment import Judgment
from search.judging.store import Event, JudgmentStore

_NO_EVENT = (
    *(ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError),
    JudgingError,
)
"""What reading a line that is no judgment raises."""


def export_history(store: JudgmentStore, file: Path) -> int:
    """Write every judgment ever made, a JSON object a line, and say how many.

    The file is replaced whole, and not touched when nothing changed. Raises `JudgingError` when it
    can't be written.
    """
    events = store.history()
    content = "".join(_line(event) for event in events).encode()
    draft = file.with_name(f".{file.name}.draft")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.is_file() and file.read_bytes() == content:
            return len(events)
        with draft.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise JudgingError(
            f"{file}: the judgments can't be exported there ({error.strerror}). Make room or "
            "choose another folder."
        ) from error
    return len(events)


def read_history(file: Path) -> list[Event]:
    """What `export_history` wrote; raises `JudgingError` naming file and line of what it didn't."""
    lines = file.read_bytes().split(b"\n")  # a comment may hold what else ends a line
    events = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            events.append(_event(json.loads(line)))
        except _NO_EVENT as error:
            raise JudgingError(
                f"{file.name}:{number}: no judgment of a history ({error}). Mend the file or "
                "take it away."
            ) from error
    return events


def united(histories: Iterable[list[Event]]) -> list[Event]:
    """Several histories as one without repetitions, by time; each keeps the order it has.

    One judgment with one time is the same in two histories whatever its id; taken back in one is
    taken back.
    """
    undone: dict[Judgment, datetime | None] = {}
    for event in heapq.merge(*histories, key=_seconds):
        judgment = replace(event.judgment, id=0)
        times = [time for time in (undone.get(judgment), event.undone_at) if time]
        undone[judgment] = min(times, default=None)
    return [Event(judgment, time) for judgment, time in undone.items()]


def _line(event: Event) -> str:
    row = {**asdict(event.judgment), "undone_at": event.undone_at}
    return json.dumps(row, ensure_ascii=False, default=lambda time: time.isoformat()) + "\n"


def _event(row: dict[str, str]) -> Event:
    undone_at = row.pop("undone_at")
    judgment = Judgment(**{**row, "time": _time(row["time"])})  # type: ignore[arg-type]
    return Event(judgment, undone_at and _time(undone_at) or None)


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"the time {text!r} names no zone")
    return time


def _seconds(event: Event) -> float:
    return event.judgment.time.timestamp() if event.judgment.time else 0.0
