"""A page of a few functions, not served: what watches and bounds it is called as Gradio does."""

import asyncio
from collections.abc import Iterator

import gradio as gr
import pytest

from search.errors import QueryError
from search.operations.record import note_outcome, note_seconds
from search.ui.events import JUDGING, MODELS
from search.ui.texts import DEFAULT_LANGUAGE, LANGUAGES


def search(query: str, top_k: int = 10) -> str:
    note_seconds({"bm25": 0.25})
    note_seconds({"bm25": 0.25, "dense": 0.5})
    if query == "refused":
        try:
            raise QueryError("The query is too long.", "too_long")
        except QueryError as error:
            raise gr.Error(str(error)) from error
    if query == "failed":
        raise ZeroDivisionError
    return query.upper()


def answer(query: str, spoken: str) -> Iterator[str]:
    note_seconds({"bm25": 0.25})
    yield query
    note_seconds({"reranked": 0.5})
    if query == "refused":
        note_outcome("refused")
    yield query.upper()


def judge(query: str) -> str:
    return query


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> gr.Blocks:
    for function in (search, answer, judge):
        monkeypatch.setattr(function, "__module__", "search.made_up")

    async def build() -> gr.Blocks:
        with gr.Blocks(analytics_enabled=False) as page:
            language = gr.Radio(list(LANGUAGES), value=DEFAULT_LANGUAGE, elem_id="language")
            query, shown = gr.Textbox(), gr.Textbox()
            gr.api(search, **MODELS)
            gr.api(judge, **JUDGING)
            private = {"api_visibility": "private", **MODELS}
            query.submit(answer, [query, language], [shown], **private)
        return page.queue()

    return asyncio.run(build())  # without a running loop Gradio opens several and closes none
