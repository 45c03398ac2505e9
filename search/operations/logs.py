"""The app's log: lines for people, or a JSON object a line for programs."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from search.errors import SettingsError
from search.operations.record import Record
from search.settings import Settings

FORMATS = ("text", "json")
_CHATTY = ("httpx", "mcp", "pymorphy3", "sentence_transformers")
_QUIET_KINDS = ("page",)
"""What a person reading the log does not care for: completions while somebody types, …"""

logger = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    """A record of `logging` as one JSON object: time, level, message, and what `extra` told."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever the message holds."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        told |= getattr(record, "told", {})
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


class TextLines(logging.Formatter):
    """A record of `logging` as a line; of a request with its times, its id and maybe the query."""

    def format(self, record: logging.LogRecord) -> str:
        """The message, then what `extra` told that is not in it."""
        line = super().format(record)
        if told := getattr(record, "told", {}):
            times = ", ".join(f"{stage} {ms}" for stage, ms in told["ms"].items())
            query = f" {told['query']!r}" if "query" in told else ""
            line += f"{query} (ms: {times}) {told['request_id']}"
        return line


class RequestLog:
    """A line for each request; the query is left out unless the operator asked for it."""

    def __init__(self, form: str, queries: bool) -> None:
        self._everything = form == "json"
        self._queries = queries

    def __call__(self, record: Record) -> None:
        """Write the line of a request that has ended."""
        if not self._everything and record.kind in _QUIET_KINDS and record.outcome == "done":
            return
        spent = {stage: round(1000 * seconds, 1) for stage, seconds in record.seconds.items()}
        told = {
            "request_id": record.id,
            "kind": record.kind,
            "endpoint": record.endpoint,
            "outcome": record.outcome,
            "ms": spent,
        }
        if self._queries and record.query:
            told["query"] = record.query
        logger.info("%s %s", record.kind, record.outcome, extra={"told": told})


def start_logs(settings: Settings) -> RequestLog:
    """Send everything to stderr in the form of the settings; returns the log of requests.

    Raises `SettingsError` for a LOG_FORMAT that is none.
    """
    if settings.log_format not in FORMATS:
        raise SettingsError(
            f"LOG_FORMAT={settings.log_format!r}: there is text and json. Correct or unset it."
        )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if settings.log_format == "json" else TextLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    return RequestLog(settings.log_format, bool(settings.log_queries))
