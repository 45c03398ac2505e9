"""The «Поиск» tab: a query, the cards it brings, and grades given on them at a glance."""

import logging
from collections.abc import Iterator
from typing import Any

import gradio as gr

from index.errors import RetrievalError
from search.engine import Engine
from search.errors import JudgingError, QueryError
from search.judging.desk import Desk
from search.judging.judgment import Grade
from search.ui.cards import hits_html, message_html, query_error_html, summary_html
from search.ui.events import JUDGING, MODELS, QUIET
from search.ui.explain.dialog import SCRIPT as WHY_SCRIPT
from search.ui.explain.dialog import add_why_dialog
from search.ui.explain.panel import add_explain_panel
from search.ui.judge.texts import JUDGE_TEXTS
from search.ui.labelled import Labelled, relabel
from search.ui.query_help import SCRIPT as OFFER_SCRIPT
from search.ui.query_help import QueryHelp, chosen
from search.ui.results_bar import SCRIPT as TAKE_SCRIPT
from search.ui.sign_in import annotator_name
from search.ui.spot_grades import MARK, SCRIPT, saved_html
from search.ui.texts import LANGUAGES, Texts

logger = logging.getLogger(__name__)

MAX_RESULTS = 100
EXAMPLES = (
    "Какова глубина Байкала?",
    "сколько дней есть на обмен товара",
    "почему оседает бисквит",
    "как спасти засыхающий фикус",
    "кто изобрёл радио",
)
PUT_QUERY_INTO_ADDRESS = """(query, sources) => {
  const url = new URL(window.location);
  query ? url.searchParams.set('q', query) : url.searchParams.delete('q');
  url.searchParams.delete('source');
  if (query) for (const source of sources || []) url.searchParams.append('source', source);
  window.history.replaceState(null, '', url);
}"""

LIVE = "element.setAttribute('aria-live', 'polite');"
"""A screen reader tells what comes into a region that was live before."""


def add_search_tab(
    engine: Engine,
    desk: Desk,
    language: gr.Radio,
    signed: gr.BrowserState,
    page: gr.Blocks,
) -> Labelled:
    """Lay the tab out; `signed` holds who judges, {"name", "pool"}."""
    start = LANGUAGES[str(language.value)]
    passages = engine.index.passages
    help_with = QueryHelp.of(
        (passages[row] for row in range(len(passages))), EXAMPLES, engine.models.analyzer
    )
    with gr.Row(equal_height=True):
        query = gr.Textbox(
            label=start.query_label,
            placeholder=start.query_placeholder,
            autofocus=True,
            max_lines=3,
            scale=6,
            elem_id="query",
        )
        button = gr.Button(start.button, variant="primary", scale=1, min_width=110, elem_id="go")
        stop = gr.Button(start.stop, scale=0, min_width=70, elem_id="stop")
    offers = gr.HTML(elem_id="offers", js_on_load=OFFER_SCRIPT)
    with gr.Row():
        top_k = gr.Slider(1, MAX_RESULTS, value=10, step=1, label=start.top_k_label)
        sources = gr.Dropdown(
            _source_choices(engine, start),
            multiselect=True,
            label=start.sources_label,
            visible=len(engine.index.sources.names) > 1,
            elem_id="sources",
        )
    examples = gr.Examples([[e] for e in EXAMPLES], [query], label=start.examples_label)
    summary = gr.HTML(elem_id="summary", js_on_load=LIVE)
    saved = gr.HTML(elem_id="saved", js_on_load=LIVE)
    hits = gr.HTML(
        message_html(start.empty), elem_id="hits", js_on_load=SCRIPT + TAKE_SCRIPT + WHY_SCRIPT
    )
    add_why_dialog(engine, language, hits, top_k, sources)
    explained = add_explain_panel(engine, language, query, top_k, sources)

    def answer(
        query: str,
        top_k: float,
        sources: list[str],
        spoken: str,
        kept: dict[str, str],
        request: gr.Request,
        profile: gr.OAuthProfile | None,
    ) -> Iterator[tuple[str, str]]:
        who = annotator_name(kept["name"], request, profile)
        yield from _answer(engine, desk, who, query, int(top_k), sources, spoken)

    def complete(typed: str, spoken: str) -> str:
        return help_with.completions_html(typed, LANGUAGES[spoken])

    def suggest(query: str, spoken: str) -> str:
        if len(query) > engine.settings.max_query_chars:  # the search says so
            return ""
        return help_with.suggestion_html(query, LANGUAGES[spoken])

    def arrive(
        top_k: float,
        spoken: str,
        kept: dict[str, str],
        request: gr.Request,
        profile: gr.OAuthProfile | None,
    ) -> Iterator[tuple[Any, ...]]:
        """A deep link brings query and sources; without one, nothing typed is touched."""
        linked = str(request.query_params.get("q", ""))
        if not linked.strip():
            yield (gr.skip(),) * 5
            return
        named = request.query_params.getlist("source")
        sources = [name for name in named if name in engine.index.sources.names]
        offered = suggest(linked, spoken)
        for summary_and_hits in answer(linked, top_k, sources, spoken, kept, request, profile):
            yield linked, sources, offered, *summary_and_hits

    def spot_check(
        event: gr.EventData,
        kept: dict[str, str],
        spoken: str,
        request: gr.Request,
        profile: gr.OAuthProfile | None,
    ) -> str:
        """Save the grade clicked on a card; the answer tells the card's script what was saved."""
        texts = JUDGE_TEXTS[spoken]
        who = annotator_name(kept["name"], request, profile)
        if not who:
            return message_html(texts.spot_sign_in, "message error")
        try:
            sent = event._data
            saved = desk.judge_found(
                who, sent["query"], sent["passage"], int(sent["grade"]), sent["seen"]
            )
            return saved_html(saved, sent["title"], texts)
        except RetrievalError as error:
            return message_html(texts.failed.format(why=error), "message error")
        except Exception:
            logger.exception("a spot check failed")
            return message_html(texts.no_answer, "message error")

    ask: dict[str, Any] = {
        "fn": answer,
        "inputs": [query, top_k, sources, language, signed],
        "outputs": [summary, hits],
        **QUIET,
        **MODELS,
    }
    offered = offers.click(chosen, None, [query], **QUIET, **JUDGING)
    triggers = [query.submit, button.click, examples.load_input_event.then, offered.then]
    searches = [trigger(**ask) for trigger in triggers]
    for search in searches:
        search.then(None, [query, sources], None, js=PUT_QUERY_INTO_ADDRESS, **QUIET)
    linked = [query, sources, offers, summary, hits]
    arrival = page.load(arrive, [top_k, language, signed], linked, **QUIET, **MODELS)
    searches += [arrival, language.change(**ask)]

    query.input(
        complete, [query, language], [offers], trigger_mode="always_last", **QUIET, **JUDGING
    )
    for asked in [*triggers, language.change]:
        asked(suggest, [query, language], [offers], **QUIET, **JUDGING)

    def say_stopped(spoken: str) -> str:
        return message_html(LANGUAGES[spoken].stopped)

    stop.click(say_stopped, [language], [summary], cancels=searches, **QUIET)
    graded = hits.click(
        spot_check, [signed, language], [saved], trigger_mode="multiple", **QUIET, **JUDGING
    )
    graded.then(None, [saved], None, js=MARK, **QUIET)
    return [
        relabel(query, LANGUAGES, label="query_label", placeholder="query_placeholder"),
        relabel(button, LANGUAGES, value="button"),
        relabel(stop, LANGUAGES, value="stop"),
        relabel(top_k, LANGUAGES, label="top_k_label"),
        relabel(
            sources,
            LANGUAGES,
            label="sources_label",
            choices=lambda texts: _source_choices(engine, texts),
        ),
        relabel(examples.dataset, LANGUAGES, label="examples_label"),
        *explained,
    ]


def _answer(
    engine: Engine,
    desk: Desk,
    who: str,
    query: str,
    top_k: int,
    sources: list[str],
    spoken: str,
) -> Iterator[tuple[str, str]]:
    """First the fused order at once, then the reranked one; errors as a message, not a trace."""
    texts, judge_texts = LANGUAGES[spoken], JUDGE_TEXTS[spoken]
    if not query.strip():
        yield "", message_html(texts.empty)
        return
    try:
        first = engine.candidates(query, sources)
        found = len(first.hits)
        given = _given(desk, who, first.query)
        shown = engine.finish(first, top_k)
        waiting = summary_html(shown, found, texts, waiting=bool(found))
        yield waiting, hits_html(shown, texts, judge_texts, given)
        final = engine.finish(engine.rerank(first), top_k)
        given = _given(desk, who, first.query)  # some while the reranker read
        yield summary_html(final, found, texts), hits_html(final, texts, judge_texts, given)
    except QueryError as error:
        yield "", query_error_html(error, texts)
    except Exception:
        logger.exception("a search failed")
        yield "", message_html(texts.other_failure, "message error")


def _source_choices(engine: Engine, texts: Texts) -> list[tuple[str, str]]:
    return [(name or texts.no_source, name) for name in engine.index.sources.names]


def _given(desk: Desk, who: str, query: str) -> dict[str, Grade | None]:
    """The grades the person gave before; a database that fails stops no search."""
    try:
        return desk.store.grades_of(who, query) if who else {}
    except JudgingError:
        logger.exception("the grades given before can't be read")
        return {}
