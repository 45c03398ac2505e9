"""The «Поиск» tab: a query, the cards it brings, and grades given on them at a glance."""

import logging
from collections.abc import Iterator
from typing import Any

import gradio as gr

from search.corpora import HOME, Corpora
from search.judging.desk import Desk
from search.ui.answers import MAX_RESULTS, answers
from search.ui.cards import message_html
from search.ui.corpora.where import where_update
from search.ui.events import JUDGING, MODELS, QUIET
from search.ui.explain.dialog import SCRIPT as WHY_SCRIPT
from search.ui.explain.dialog import add_why_dialog
from search.ui.explain.panel import add_explain_panel
from search.ui.history import REMEMBER, history_html
from search.ui.history import SCRIPT as HISTORY_SCRIPT
from search.ui.labelled import Labelled, relabel
from search.ui.query_help import SCRIPT as OFFER_SCRIPT
from search.ui.query_help import QueryHelps, chosen
from search.ui.results_bar import SCRIPT as TAKE_SCRIPT
from search.ui.sign_in import annotator_name
from search.ui.sources import add_sources, sources_update
from search.ui.spot_check import add_spot_check
from search.ui.spot_grades import SCRIPT
from search.ui.texts import LANGUAGES

logger = logging.getLogger(__name__)

MORE_RESULTS = 10
"""How many «Показать ещё» adds."""
EXAMPLES = (
    "Какова глубина Байкала?",
    "сколько дней есть на обмен товара",
    "почему оседает бисквит",
    "как спасти засыхающий фикус",
    "кто изобрёл радио",
)
PUT_QUERY_INTO_ADDRESS = """(query, sources, corpus) => {
  const url = new URL(window.location);
  query ? url.searchParams.set('q', query) : url.searchParams.delete('q');
  url.searchParams.delete('source');
  if (query) for (const source of sources || []) url.searchParams.append('source', source);
  corpus ? url.searchParams.set('corpus', corpus) : url.searchParams.delete('corpus');
  window.history.replaceState(null, '', url);
}"""
MORE_SCRIPT = """
element.addEventListener('click', (event) => {
  if (event.target.closest('.hits .more')) trigger('submit', {});
  // No link: against the page's <base> a #fragment alone would drop the query.
  if (event.target.closest('.hits .answer button')) element.querySelector('#hit-1').focus();
});
"""
READ_ON = f"""(results) => document.querySelector(
  `#hit-${{results - {MORE_RESULTS} + 1}}`)?.focus({{preventScroll: true}})"""
"""The button is gone with the cards it stood below: the keyboard goes on from the first new one."""
LIVE = "element.setAttribute('aria-live', 'polite');"
"""A screen reader tells what comes into a region that was live before."""


def add_search_tab(
    corpora: Corpora,
    desk: Desk,
    language: gr.Radio,
    signed: gr.BrowserState,
    where: gr.Dropdown,
    page: gr.Blocks,
) -> Labelled:
    """Lay the tab out; `signed` holds who judges, {"name", "pool"}.

    `where` is not rendered yet. Whenever it changes, the query is searched anew: the cards are
    those of the corpus it names.
    """
    start = LANGUAGES[str(language.value)]
    helps = QueryHelps(corpora, EXAMPLES)
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
    history = gr.HTML(history_html(start), elem_id="history", js_on_load=HISTORY_SCRIPT)
    with gr.Row():
        top_k = gr.Slider(1, MAX_RESULTS, value=10, step=1, label=start.top_k_label)
        where.render()  # type: ignore[no-untyped-call]
        sources = add_sources(corpora.home, language)
    examples = gr.Examples(
        [[e] for e in EXAMPLES], [query], label=start.examples_label, elem_id="examples"
    )
    summary = gr.HTML(elem_id="summary", js_on_load=LIVE)
    saved = gr.HTML(elem_id="saved", js_on_load=LIVE)
    hits = gr.HTML(
        message_html(start.empty),
        elem_id="hits",
        js_on_load=SCRIPT + TAKE_SCRIPT + WHY_SCRIPT + MORE_SCRIPT,
    )
    add_why_dialog(corpora, language, hits, top_k, sources, where)
    explained = add_explain_panel(corpora, language, query, top_k, sources, where)

    def answer(
        query: str,
        top_k: float,
        sources: list[str],
        where: str,
        spoken: str,
        kept: dict[str, str],
        request: gr.Request,
        profile: gr.OAuthProfile | None,
    ) -> Iterator[tuple[str, str]]:
        who = annotator_name(kept["name"], request, profile)
        yield from answers(corpora, where, desk, who, query, int(top_k), sources, spoken)

    def answer_longer(
        query: str,
        top_k: float,
        sources: list[str],
        where: str,
        spoken: str,
        kept: dict[str, str],
        request: gr.Request,
        profile: gr.OAuthProfile | None,
    ) -> tuple[float, str, str]:
        """More results, all at once: the cards that are being read stay in their order."""
        top_k = min(top_k + MORE_RESULTS, MAX_RESULTS)
        *_, longest = answer(query, top_k, sources, where, spoken, kept, request, profile)
        return top_k, *longest

    def complete(typed: str, where: str, spoken: str) -> str:
        return helps.completions_html(where, typed, LANGUAGES[spoken])

    def suggest(query: str, where: str, spoken: str) -> str:
        return helps.suggestion_html(where, query, LANGUAGES[spoken])

    def offer_sources(where: str, sources: list[str], spoken: str) -> Any:  # noqa: ANN401
        return sources_update(corpora, where, sources, spoken)

    def arrive(
        top_k: float,
        spoken: str,
        kept: dict[str, str],
        request: gr.Request,
        profile: gr.OAuthProfile | None,
    ) -> Iterator[tuple[Any, ...]]:
        """A deep link brings query, corpus and sources; without, nothing typed is touched."""
        linked = str(request.query_params.get("q", ""))
        corpus = str(request.query_params.get("corpus", ""))
        named = request.query_params.getlist("source")
        there = where_update(corpora, spoken, corpus)
        narrowed = sources_update(corpora, there["value"], named, spoken)
        if not linked.strip():
            yield gr.skip(), narrowed, there, *[gr.skip()] * 3
        elif there["value"] != HOME:
            yield linked, narrowed, *[gr.skip()] * 4
            yield *[gr.skip()] * 2, there, *[gr.skip()] * 3  # this change searches
        else:
            sources, offered = narrowed["value"], suggest(linked, corpus, spoken)
            for shown in answer(linked, top_k, sources, corpus, spoken, kept, request, profile):
                yield linked, narrowed, there, offered, *shown

    ask: dict[str, Any] = {
        "fn": answer,
        "inputs": [query, top_k, sources, where, language, signed],
        "outputs": [summary, hits],
        "trigger_mode": "always_last",  # a query sent while another is answered is not lost
        **QUIET,
        **MODELS,
    }
    choices = [offers.click, history.click]
    offered = gr.on(choices, chosen, None, [query], **QUIET, **JUDGING)
    moved = where.change(offer_sources, [where, sources, language], [sources], **QUIET, **JUDGING)
    language.change(offer_sources, [where, sources, language], [sources], **QUIET, **JUDGING)
    by_person = [query.submit, button.click, examples.load_input_event.then, offered.then]
    for asked in by_person:
        asked(None, [query], None, js=REMEMBER, **QUIET)
    triggers = [*by_person, moved.then]
    searches = [trigger(**ask) for trigger in triggers]
    for search in searches:
        search.then(None, [query, sources, where], None, js=PUT_QUERY_INTO_ADDRESS, **QUIET)
    linked = [query, sources, where, offers, summary, hits]
    arrival = page.load(arrive, [top_k, language, signed], linked, **QUIET, **MODELS)
    longer = hits.submit(**ask | {"fn": answer_longer, "outputs": [top_k, summary, hits]})
    longer.then(None, [top_k], None, js=READ_ON, **QUIET)
    searches += [arrival, language.change(**ask), longer]

    query.input(
        complete, [query, where, language], [offers], trigger_mode="always_last", **QUIET, **JUDGING
    )
    for asked in [*triggers, language.change]:
        asked(suggest, [query, where, language], [offers], **QUIET, **JUDGING)

    def say_stopped(spoken: str) -> str:
        return message_html(LANGUAGES[spoken].stopped)

    stop.click(say_stopped, [language], [summary], cancels=searches, **QUIET)
    add_spot_check(desk, language, signed, hits, saved)
    return [
        relabel(query, LANGUAGES, label="query_label", placeholder="query_placeholder"),
        relabel(button, LANGUAGES, value="button"),
        relabel(history, LANGUAGES, value=history_html),
        relabel(stop, LANGUAGES, value="stop"),
        relabel(top_k, LANGUAGES, label="top_k_label"),
        relabel(examples.dataset, LANGUAGES, label="examples_label"),
        *explained,
    ]
