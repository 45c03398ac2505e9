"""The page's functions, watched: each call leaves a `Record`."""

import inspect
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.context import LocalContext

from index.errors import RetrievalError
from search.operations.record import ID_HEADER, Record, noting, request_id

KINDS = {
    "answer": "search",
    "answer_longer": "search",
    "arrive": "search",
    "why_here": "explain",
    "explain_missing": "explain",
    "spot_check": "judge",
    "act": "judge",
    "vote": "vote",
}
"""Private function of the page -> kind of the request; the others are the kind "page"."""

Report = Callable[[Record], None]


def observe(page: gr.Blocks, report: Report) -> None:
    """Give `report` the record of every call of our functions, after it has ended."""
    for block in page.fns.values():
        function = block.fn
        if function and function.__module__.partition(".")[0] == "search":
            block.fn = _observed(page, block, function, report)


def kind_of(block: BlockFunction) -> str:
    """The kind of request that calls this function."""
    if block.api_visibility == "public":
        return str(block.api_name)
    return KINDS.get(str(block.name), "page")


def _observed(
    page: gr.Blocks, block: BlockFunction, function: Callable[..., Any], report: Report
) -> Callable[..., Any]:
    kind, endpoint = kind_of(block), str(block.name)
    parameters = list(inspect.signature(function).parameters)
    place = parameters.index("query") if "query" in parameters else len(parameters)

    def begun(arguments: tuple[Any, ...]) -> Record:
        record = Record(kind, endpoint, _request_id())
        record.query = str(arguments[place]) if place < len(arguments) else ""
        if (waited := _waited(page)) is not None:
            record.seconds["queue"] = waited
        return record

    if inspect.isgeneratorfunction(function):

        @wraps(function)
        def steps(*arguments: Any, **named: Any) -> Iterator[Any]:  # noqa: ANN401
            record = begun(arguments)
            with _reported(record, report):
                iterator = function(*arguments, **named)
                while True:
                    with noting(record):  # Gradio may run each step in another context
                        try:
                            step = next(iterator)
                        except StopIteration:
                            return
                    yield step

        return steps

    @wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        record = begun(arguments)
        with _reported(record, report), noting(record):
            return function(*arguments, **named)

    return call


@contextmanager
def _reported(record: Record, report: Report) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    except GeneratorExit:
        record.outcome = "stopped"
        raise
    except gr.Error as error:
        told = error.__cause__ is None or isinstance(error.__cause__, RetrievalError)
        record.outcome = "refused" if told else "failed"
        raise
    except Exception:
        record.outcome = "failed"
        raise
    finally:
        record.seconds["total"] = time.perf_counter() - started
        report(record)


def _request_id() -> str:
    request = LocalContext.request.get(None)
    headers = getattr(request, "headers", None)
    return request_id(headers.get(ID_HEADER) if headers else None)


def _waited(page: gr.Blocks) -> float | None:
    """Seconds in Gradio's queue; None for a call that did not come through it."""
    event = page._queue.event_ids_to_events.get(LocalContext.event_id.get(None) or "")
    return max(time.monotonic() - event.enqueue_time, 0.0) if event else None
