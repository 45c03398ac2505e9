"""A queue that says so when it is full: no request waits longer than is worth it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr
from fastapi import HTTPException, Request, status
from gradio.block_function import BlockFunction

from search.operations.observing import Report, kind_of
from search.operations.record import ID_HEADER, Record, request_id
from search.ui.texts import ENGLISH, LANGUAGES, Texts

FULL = status.HTTP_429_TOO_MANY_REQUESTS
"""Not 503, of which Gradio's page hides the words and says its own, in English."""
_STOPPING_SECONDS = 5
"""After which another process may serve."""


@dataclass(frozen=True, slots=True)
class Bound:
    """How many may wait for their turn, and for how many seconds."""

    size: int
    seconds: float


def bound_queue(
    page: gr.Blocks, bound: Bound, is_stopping: Callable[[], bool], report: Report
) -> None:
    """Refuse what would have to wait behind too many or for too long, or comes at the end.

    Each queue is bounded by itself: searches that wait keep no judgment out. Refused is by an HTTP
    error with Retry-After, in the words of the page's language; a program reads English.
    """
    queue = page._queue
    push = queue.push

    async def bounded(body: Any, request: Request, username: str | None) -> Any:  # noqa: ANN401
        block = page.fns.get(body.fn_index)
        if block is None:
            return await push(body=body, request=request, username=username)
        waiting = _waiting(page, block)
        wait = _seconds_to_wait(page, block, waiting)
        if is_stopping():
            refusal, seconds = _texts(block, body.data).stopping, _STOPPING_SECONDS
        elif waiting >= bound.size or (waiting and wait > bound.seconds):
            refusal, seconds = _texts(block, body.data).busy, max(1, math.ceil(wait))
        else:
            return await push(body=body, request=request, username=username)
        given = request_id(request.headers.get(ID_HEADER))
        report(Record(kind_of(block), str(block.name), given, "busy"))
        raise HTTPException(
            FULL, refusal.format(seconds=seconds), headers={"Retry-After": str(seconds)}
        )

    queue.push = bounded  # type: ignore[method-assign]


def waiting_in(page: gr.Blocks) -> Mapping[str, tuple[int, int]]:
    """Queue -> how many requests wait and run; the small ones of single events are "other"."""
    found = {"models": (0, 0), "judging": (0, 0), "jobs": (0, 0), "other": (0, 0)}
    for name, queue in list(page._queue.event_queue_per_concurrency_id.items()):
        known = name if name in found else "other"
        waits, runs = found[known]
        found[known] = waits + len(queue.queue), runs + queue.current_concurrency
    return found


def _waiting(page: gr.Blocks, block: BlockFunction) -> int:
    queue = page._queue.event_queue_per_concurrency_id.get(block.concurrency_id)
    return len(queue.queue) if queue else 0


def _seconds_to_wait(page: gr.Blocks, block: BlockFunction, waiting: int) -> float:
    """Until those who wait now are served, at the pace of this function so far."""
    took = page._queue.process_time_per_fn
    average = float(took[block].avg_time) if block in took else 1.0
    places = block.concurrency_limit if isinstance(block.concurrency_limit, int) else 1
    return waiting * average / places


def _texts(block: BlockFunction, data: list[Any]) -> Texts:
    """In the language that the page's switch has among the inputs."""
    for component, value in zip(block.inputs, data, strict=False):
        if component.elem_id == "language" and value in LANGUAGES:
            return LANGUAGES[value]
    return ENGLISH
