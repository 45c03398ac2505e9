from collections.abc import Callable
from typing import Any

import gradio as gr
import pytest
from gradio.context import LocalContext
from starlette.requests import Request

from search.operations.observing import kind_of, observe
from search.operations.record import Record, note_outcome, note_seconds, request_id


@pytest.fixture
def records(page: gr.Blocks) -> list[Record]:
    records: list[Record] = []
    observe(page, records.append)
    return records


def function(page: gr.Blocks, name: str) -> Callable[..., Any]:
    return next(block.fn for block in page.fns.values() if block.fn and block.name == name)


def stages(record: Record) -> dict[str, float]:
    return {name: spent for name, spent in record.seconds.items() if name != "total"}


def test_a_call_leaves_its_stages_its_time_and_its_query(
    page: gr.Blocks, records: list[Record]
) -> None:
    assert function(page, "search")("кит") == "КИТ"
    (record,) = records
    assert (record.kind, record.endpoint, record.outcome) == ("search", "search", "done")
    assert stages(record) == {"bm25": 0.5, "dense": 0.5}
    assert 0 < record.seconds["total"] < 5
    assert record.query == "кит"


@pytest.mark.parametrize(("query", "error"), [("refused", gr.Error), ("failed", ZeroDivisionError)])
def test_how_a_call_fails_is_told_and_the_error_goes_on(
    page: gr.Blocks, records: list[Record], query: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        function(page, "search")(query)
    assert [record.outcome for record in records] == [query]


def test_an_answer_in_steps_is_one_request(page: gr.Blocks, records: list[Record]) -> None:
    steps = function(page, "answer")("кит", "Русский")
    assert next(steps) == "кит"
    assert records == []
    assert list(steps) == ["КИТ"]
    (record,) = records
    assert (record.kind, record.endpoint, record.outcome) == ("search", "answer", "done")
    assert stages(record) == {"bm25": 0.25, "reranked": 0.5}


def test_a_message_instead_of_an_answer_is_no_success(
    page: gr.Blocks, records: list[Record]
) -> None:
    assert list(function(page, "answer")("refused", "Русский")) == ["refused", "REFUSED"]
    assert [record.outcome for record in records] == ["refused"]


def test_an_answer_that_nobody_waits_for_was_stopped(
    page: gr.Blocks, records: list[Record]
) -> None:
    steps = function(page, "answer")("кит", "Русский")
    next(steps)
    steps.close()
    assert [record.outcome for record in records] == ["stopped"]


def test_the_id_of_the_http_request_goes_on(page: gr.Blocks, records: list[Record]) -> None:
    asked = Request({"type": "http", "headers": [(b"x-request-id", b"our-7")]})
    token = LocalContext.request.set(gr.Request(asked))
    function(page, "judge")("кит")
    LocalContext.request.reset(token)
    function(page, "judge")("кит")
    first, second = (record.id for record in records)
    assert first == "our-7"
    assert len(second) == 32


def test_gradio_sees_the_same_parameters(page: gr.Blocks, records: list[Record]) -> None:
    info = page.get_api_info()["named_endpoints"]["/search"]["parameters"]
    assert [parameter["parameter_name"] for parameter in info] == ["query", "top_k"]


def test_kinds_are_few(page: gr.Blocks) -> None:
    assert [kind_of(block) for block in page.fns.values()] == ["search", "judge", "search"]


@pytest.mark.parametrize("given", ["", "two words", "a\n", "х", "a" * 65, None])
def test_an_id_unfit_for_a_log_is_replaced(given: str | None) -> None:
    assert len(request_id(given)) == 32


def test_outside_of_a_request_nothing_is_noted() -> None:
    note_seconds({"bm25": 1.0})
    note_outcome("failed")
