"""Engine -> the page: layout, events and the named API endpoint; no search logic."""

import logging
from collections.abc import Iterator
from typing import Any

import gradio as gr

from index.errors import RetrievalError
from search.engine import Engine
from search.errors import QueryError
from search.report import ranking_as_json
from search.ui.cards import hits_html, message_html, query_error_html, summary_html
from search.ui.texts import LANGUAGES, RUSSIAN, Texts

logger = logging.getLogger(__name__)

MAX_RESULTS = 50
EXAMPLES = (
    "Какова глубина Байкала?",
    "сколько дней есть на обмен товара",
    "почему оседает бисквит",
    "как спасти засыхающий фикус",
    "кто изобрёл радио",
)
PUT_QUERY_INTO_ADDRESS = """(query) => {
  const url = new URL(window.location);
  query ? url.searchParams.set('q', query) : url.searchParams.delete('q');
  window.history.replaceState(null, '', url);
}"""
THEME = gr.themes.Base(
    font=["system-ui", "Segoe UI", "Roboto", "sans-serif"], font_mono=["ui-monospace", "monospace"]
)


def build_page(engine: Engine) -> gr.Blocks:
    """The search page over an engine; `launch(theme=THEME, css=CSS)` it, CSS from the cards."""

    def answer(query: str, top_k: float, language: str) -> Iterator[tuple[str, str]]:
        yield from _answer(engine, query, int(top_k), LANGUAGES[language])

    def arrive(request: gr.Request, top_k: float, language: str) -> Iterator[tuple[Any, ...]]:
        """A deep link brings its query; without one, nothing typed meanwhile is touched."""
        linked = str(request.query_params.get("q", ""))
        if not linked.strip():
            yield gr.skip(), gr.skip(), gr.skip()
            return
        for summary_and_hits in answer(linked, top_k, language):
            yield linked, *summary_and_hits

    def search(query: str, top_k: int = 10) -> list[dict[str, Any]]:
        """Search the indexed Russian corpus; returns hits with rank and score of every stage."""
        try:
            return ranking_as_json(engine.search(query, min(top_k, MAX_RESULTS)))
        except RetrievalError as error:
            raise gr.Error(str(error)) from error

    page: gr.Blocks = gr.Blocks(title=RUSSIAN.title, analytics_enabled=False)
    with page:
        with gr.Row():
            heading = gr.Markdown(_heading(RUSSIAN))
            language = gr.Radio(
                list(LANGUAGES),
                value="Русский",
                show_label=False,
                container=False,
                scale=0,
                min_width=220,
            )
        with gr.Row(equal_height=True):
            query = gr.Textbox(
                label=RUSSIAN.query_label,
                placeholder=RUSSIAN.query_placeholder,
                autofocus=True,
                max_lines=3,
                scale=6,
                elem_id="query",
            )
            button = gr.Button(
                RUSSIAN.button, variant="primary", scale=1, min_width=110, elem_id="go"
            )
        top_k = gr.Slider(1, MAX_RESULTS, value=10, step=1, label=RUSSIAN.top_k_label)
        examples = gr.Examples([[e] for e in EXAMPLES], [query], label=RUSSIAN.examples_label)
        summary = gr.HTML(elem_id="summary")
        hits = gr.HTML(message_html(RUSSIAN.empty), elem_id="hits")

        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        models: dict[str, Any] = {**quiet, "concurrency_id": "models", "concurrency_limit": 2}
        ask: dict[str, Any] = {
            "fn": answer,
            "inputs": [query, top_k, language],
            "outputs": [summary, hits],
            **models,
        }
        triggers = [query.submit, button.click, examples.load_input_event.then]
        for trigger in triggers:
            trigger(**ask).then(None, [query], None, js=PUT_QUERY_INTO_ADDRESS, **quiet)
        page.load(arrive, [top_k, language], [query, summary, hits], **models)
        labelled = [heading, query, button, top_k, examples.dataset]
        language.change(_speak, [language], labelled, **quiet).then(**ask)
        gr.api(search, api_name="search", concurrency_id="models", concurrency_limit=2)  # type: ignore[attr-defined]
    return page


def _answer(engine: Engine, query: str, top_k: int, texts: Texts) -> Iterator[tuple[str, str]]:
    """First the fused order at once, then the reranked one; errors as a message, not a trace."""
    if not query.strip():
        yield "", message_html(texts.empty)
        return
    try:
        first = engine.candidates(query)
        found = len(first.hits)
        shown = engine.finish(first, top_k)
        yield summary_html(shown, found, texts, waiting=bool(found)), hits_html(shown, texts)
        final = engine.finish(engine.rerank(first), top_k)
        yield summary_html(final, found, texts), hits_html(final, texts)
    except QueryError as error:
        yield "", query_error_html(error, texts)
    except Exception:
        logger.exception("a search failed")
        yield "", message_html(texts.other_failure, "message error")


def _heading(texts: Texts) -> str:
    return f"# {texts.title}\n{texts.subtitle}"


def _speak(language: str) -> tuple[Any, ...]:
    """The labels of the page in another language."""
    texts = LANGUAGES[language]
    return (
        _heading(texts),
        gr.update(label=texts.query_label, placeholder=texts.query_placeholder),
        texts.button,
        gr.update(label=texts.top_k_label),
        gr.update(label=texts.examples_label),
    )
