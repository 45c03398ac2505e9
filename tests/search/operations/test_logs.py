import json
import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

from search.errors import SettingsError
from search.operations.logs import start_logs
from search.operations.record import Record
from search.settings import Settings

RECORD = Record(
    "search", "answer", "our-7", seconds={"bm25": 0.0012, "total": 0.25}, query="тайный вопрос"
)


@pytest.fixture(autouse=True)
def _same_logging() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)


def test_a_request_is_a_json_line_without_its_query(capsys: pytest.CaptureFixture[str]) -> None:
    start_logs(replace(Settings(), log_format="json"))(RECORD)
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert told.pop("time").endswith("+00:00")
    assert told == {
        "level": "info",
        "message": "search done",
        "request_id": "our-7",
        "kind": "search",
        "endpoint": "answer",
        "outcome": "done",
        "ms": {"bm25": 1.2, "total": 250.0},
    }


def test_the_query_is_told_where_the_operator_asks(capsys: pytest.CaptureFixture[str]) -> None:
    start_logs(replace(Settings(), log_format="json", log_queries=1))(RECORD)
    assert json.loads(capsys.readouterr().err)["query"] == "тайный вопрос"


def test_people_read_a_line_of_text(capsys: pytest.CaptureFixture[str]) -> None:
    log = start_logs(Settings())
    log(RECORD)
    log(replace(RECORD, kind="page"))  # nobody reads of every key that was pressed …
    log(replace(RECORD, kind="page", outcome="failed"))  # … unless it went wrong
    assert capsys.readouterr().err.splitlines() == [
        "search done (ms: bm25 1.2, total 250.0) our-7",
        "page failed (ms: bm25 1.2, total 250.0) our-7",
    ]


def test_an_error_and_a_line_break_stay_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    start_logs(replace(Settings(), log_format="json"))
    try:
        raise ValueError("one\ntwo")
    except ValueError:
        logging.getLogger("index.made_up").exception("what\nhappened")
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["level"], told["message"]) == ("error", "what\nhappened")
    assert told["error"].endswith("ValueError: one\ntwo")


def test_another_format_is_refused() -> None:
    with pytest.raises(SettingsError, match="LOG_FORMAT='xml': there is text and json"):
        start_logs(replace(Settings(), log_format="xml"))
