import asyncio
import threading
from typing import Any

import gradio as gr
import pytest
from fastapi import HTTPException
from gradio.data_classes import PredictBodyInternal
from gradio.queueing import ProcessTime
from starlette.requests import Request

from search.operations.bounded_queue import Bound, bound_queue, waiting_in
from search.operations.quiet_end import end
from search.operations.record import Record
from search.ui.texts import ENGLISH, RUSSIAN

SEARCH, JUDGE, ANSWER = 0, 1, 2


class Door:
    """The bounded queue of a page, and what it reported."""

    stopping = False

    def __init__(self, page: gr.Blocks, bound: Bound) -> None:
        self.page, self.records = page, list[Record]()
        bound_queue(page, bound, lambda: self.stopping, self.records.append)

    def knock(self, function: int, *data: str) -> HTTPException | None:
        """None: it was let in, and waits now."""
        body = PredictBodyInternal(fn_index=function, data=list(data), session_hash="s")
        asked = Request({"type": "http", "headers": [(b"x-request-id", b"our-7")]})

        async def push() -> Any:  # noqa: ANN401
            return await self.page._queue.push(body=body, request=asked, username=None)

        try:
            let_in, _, _ = asyncio.run(push())
        except HTTPException as error:
            return error
        assert let_in
        return None


def test_beyond_the_bound_the_server_says_that_it_is_busy(page: gr.Blocks) -> None:
    door = Door(page, Bound(3, 60))
    assert [door.knock(SEARCH, "кит") for _ in range(3)] == [None] * 3
    refused = door.knock(SEARCH, "кит")
    # Three wait for two places; nothing was measured yet, so a second is assumed for each.
    assert refused is not None
    assert (refused.status_code, refused.detail) == (429, ENGLISH.busy.format(seconds=2))
    assert refused.headers == {"Retry-After": "2"}
    assert door.records == [Record("search", "search", "our-7", "busy")]
    assert waiting_in(page)["models"] == (3, 0)


@pytest.mark.parametrize(("language", "texts"), [("Русский", RUSSIAN), ("English", ENGLISH)])
def test_the_page_says_so_in_its_language(page: gr.Blocks, language: str, texts: Any) -> None:  # noqa: ANN401
    door = Door(page, Bound(1, 60))
    assert door.knock(ANSWER, "кит", language) is None
    refused = door.knock(ANSWER, "кит", language)
    assert refused is not None
    assert refused.detail == texts.busy.format(seconds=1)


def test_nobody_waits_for_longer_than_is_worth_it(page: gr.Blocks) -> None:
    door = Door(page, Bound(100, 10))
    took = ProcessTime()
    took.add(8.0)  # seconds
    page._queue.process_time_per_fn[page.fns[SEARCH]] = took
    # Behind n who wait for two places it takes n * 8 / 2 seconds.
    assert [door.knock(SEARCH, "кит") for _ in range(3)] == [None] * 3
    refused = door.knock(SEARCH, "кит")
    assert refused is not None and refused.headers == {"Retry-After": "12"}


def test_searches_that_wait_keep_no_judgment_out(page: gr.Blocks) -> None:
    door = Door(page, Bound(1, 60))
    assert door.knock(SEARCH, "кит") is None
    assert door.knock(JUDGE, "кит") is None
    assert waiting_in(page) == {
        "models": (1, 0),
        "judging": (1, 0),
        "jobs": (0, 0),
        "other": (0, 0),
    }


def test_at_the_end_nothing_new_is_let_in(page: gr.Blocks) -> None:
    door = Door(page, Bound(9, 60))
    door.stopping = True
    refused = door.knock(ANSWER, "кит", "Русский")
    assert refused is not None
    assert (refused.status_code, refused.detail) == (429, RUSSIAN.stopping.format(seconds=5))


def test_a_function_that_is_not_there_is_gradios_to_refuse(page: gr.Blocks) -> None:
    door = Door(page, Bound(9, 60))
    with pytest.raises(KeyError):
        door.knock(77, "кит")


class Asked:
    stopping = False


def test_the_end_waits_for_what_runs(page: gr.Blocks) -> None:
    health, running = Asked(), [None, ["an event"]]
    page._queue.active_jobs = running  # type: ignore[assignment]
    ending = threading.Thread(target=end, args=(page, health, 30.0))
    ending.start()
    ending.join(0.3)
    assert health.stopping and ending.is_alive()
    running[1] = None
    ending.join(10)
    assert not ending.is_alive()


def test_the_end_does_not_wait_for_ever(page: gr.Blocks, caplog: pytest.LogCaptureFixture) -> None:
    page._queue.active_jobs = [["an event"]]  # type: ignore[list-item]
    end(page, Asked(), 0.2)  # type: ignore[arg-type]
    assert "took too long" in caplog.text
