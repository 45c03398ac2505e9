"""Engine and judgments -> the page: a heading, a language switch and the tabs; no logic."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from index.errors import RetrievalError
from search.engine import Engine
from search.judging.desk import Desk
from search.judging.passage_lookup import PassageLookup
from search.judging.store import JudgmentStore
from search.report import ranking_as_json
from search.ui import cards, query_help, results_bar, spot_grades
from search.ui.compare import view as compare_view
from search.ui.compare.tab import add_compare_tab
from search.ui.events import JUDGING, MODELS, QUIET
from search.ui.explain import dialog as explain_dialog
from search.ui.explain import view as explain_view
from search.ui.judge import sheet
from search.ui.judge.api import add_judge_api
from search.ui.judge.tab import add_judge_tab
from search.ui.labelled import Labelled, relabel
from search.ui.pools import view as pools_view
from search.ui.pools.tab import add_pools_tab
from search.ui.quality import views as quality_views
from search.ui.quality.tab import add_quality_tab
from search.ui.search_tab import MAX_RESULTS, add_search_tab
from search.ui.sign_in import BROWSER_KEY
from search.ui.texts import DEFAULT_LANGUAGE, LANGUAGES, RUSSIAN, Texts

STYLED = (
    *(cards, query_help, results_bar, spot_grades, explain_view, explain_dialog),
    *(sheet, pools_view, quality_views, compare_view),
)
CSS = "".join(part.CSS for part in STYLED)
CACHE_SECONDS = 3600
"""Gradio's copies of exported and uploaded files, which may hold names, are kept no longer."""
THEME = gr.themes.Base(
    font=["system-ui", "Segoe UI", "Roboto", "sans-serif"], font_mono=["ui-monospace", "monospace"]
)


def build_page(engine: Engine, store: JudgmentStore) -> gr.Blocks:
    """The whole page over an engine and its judgments; `launch(theme=THEME, css=CSS)` it."""

    def search(
        query: str, top_k: int = 10, sources: list[str] | None = None
    ) -> list[dict[str, Any]]:
        """Search the indexed Russian corpus; returns hits with rank and score of every stage.

        `sources` keeps the search to passages of these sources.
        """
        try:
            return ranking_as_json(engine.search(query, min(top_k, MAX_RESULTS), sources or ()))
        except RetrievalError as error:
            raise gr.Error(str(error)) from error

    passages = PassageLookup(engine.index.passages)
    desk = Desk(store, passages)
    page: gr.Blocks = gr.Blocks(
        title=RUSSIAN.title, analytics_enabled=False, delete_cache=(CACHE_SECONDS, CACHE_SECONDS)
    )
    with page:
        signed = gr.BrowserState(
            {"name": "", "pool": ""}, storage_key=BROWSER_KEY, secret=BROWSER_KEY
        )
        with gr.Row():
            heading = gr.Markdown(_heading(RUSSIAN))
            language = gr.Radio(
                list(LANGUAGES),
                value=DEFAULT_LANGUAGE,
                show_label=False,
                container=False,
                scale=0,
                min_width=220,
                elem_id="language",
            )
        tabs: dict[str, gr.Tab] = {}
        labelled: Labelled = [relabel(heading, LANGUAGES, value=_heading)]
        with gr.Tabs():
            with _tab("search", tabs):
                labelled += add_search_tab(engine, desk, language, signed, page)
            with _tab("judge", tabs):
                labelled += add_judge_tab(engine, desk, language, signed, tabs["judge"], page)
            with _tab("pools", tabs):
                labelled += add_pools_tab(engine, passages, store, language, tabs["pools"])
            with _tab("quality", tabs):
                labelled += add_quality_tab(engine, store, language, tabs["quality"])
            with _tab("compare", tabs):
                labelled += add_compare_tab(engine, store, language, signed)
        labelled += [relabel(tab, LANGUAGES, label=_name_of(name)) for name, tab in tabs.items()]

        def speak(spoken: str) -> tuple[Any, ...]:
            return tuple(update(spoken) for _, update in labelled)

        language.change(
            speak,
            [language],
            [component for component, _ in labelled],
            **QUIET,
        )
        gr.api(search, api_name="search", **MODELS)  # type: ignore[attr-defined]
        add_judge_api(desk, JUDGING)
    return page


def _tab(name: str, tabs: dict[str, gr.Tab]) -> gr.Tab:
    tabs[name] = gr.Tab(RUSSIAN.tabs[name], id=name, elem_id=f"tab-{name}")
    return tabs[name]


def _name_of(tab: str) -> Callable[[Texts], str]:
    return lambda texts: texts.tabs[tab]


def _heading(texts: Texts) -> str:
    return f"# {texts.title}\n{texts.subtitle}"
