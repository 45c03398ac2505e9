"""Corpora and judgments -> the page: a heading, a language switch and the tabs; no logic."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr

from search.access.functions import TAB_ROLES
from search.access.guarded_page import GuardedPage, requester
from search.access.roles import Role
from search.corpora import Corpora
from search.engine import Engine
from search.judging.desk import Desk
from search.judging.passage_lookup import PassageLookup
from search.judging.store import JudgmentStore
from search.ui import account, cards, history, query_help, results_bar, spot_grades
from search.ui.account import add_account
from search.ui.compare import view as compare_view
from search.ui.compare.tab import add_compare_tab
from search.ui.corpora.tab import add_corpora_tab
from search.ui.corpora.where import add_where
from search.ui.events import JUDGING, QUIET
from search.ui.explain import dialog as explain_dialog
from search.ui.explain import influence as explain_influence
from search.ui.explain import view as explain_view
from search.ui.judge import sheet
from search.ui.judge.api import add_judge_api
from search.ui.judge.tab import add_judge_tab
from search.ui.labelled import Labelled, relabel
from search.ui.pools import view as pools_view
from search.ui.pools.tab import add_pools_tab
from search.ui.quality import views as quality_views
from search.ui.quality.tab import add_quality_tab
from search.ui.search_api import add_search_api
from search.ui.search_tab import add_search_tab
from search.ui.sign_in import BROWSER_KEY
from search.ui.texts import DEFAULT_LANGUAGE, LANGUAGES, RUSSIAN, Texts

STYLED = (
    *(cards, query_help, history, results_bar, spot_grades, explain_view, explain_dialog),
    explain_influence,
    *(sheet, pools_view, quality_views, compare_view, account),
)
CSS = "".join(part.CSS for part in STYLED)
CACHE_SECONDS = 3600
"""Gradio's copies of exported and uploaded files, which may hold names, are kept no longer."""
THEME = gr.themes.Base(
    font=["system-ui", "Segoe UI", "Roboto", "sans-serif"], font_mono=["ui-monospace", "monospace"]
)


def build_page(corpora: Corpora, store: JudgmentStore, guarded: bool = False) -> GuardedPage:
    """The whole page; `launch(theme=THEME, css=CSS)` it. `store` judges the app's own corpus.

    `guarded`: it asks for roles, which `search.access.gate` finds out.
    """
    passages = PassageLookup(corpora.home.index.passages)
    desk = Desk(store, passages)

    def follow(moved: Engine) -> None:
        passages.move_to(moved.index.passages)
        desk.passages_changed()

    corpora.when_moved(follow)
    page = GuardedPage(
        guarded,
        title=RUSSIAN.title,
        analytics_enabled=False,
        delete_cache=(CACHE_SECONDS, CACHE_SECONDS),
    )
    with page:
        add_search_api(corpora)  # first, for the tabs' events take free names
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
            if guarded:
                add_account(language, page)
        tabs: dict[str, gr.Tab] = {}
        labelled: Labelled = [relabel(heading, LANGUAGES, value=_heading)]
        where = add_where(corpora, language)
        with gr.Tabs():
            with _tab("search", tabs, labelled):
                labelled += add_search_tab(corpora, desk, language, signed, where, page)
            with _tab("judge", tabs, labelled):
                labelled += add_judge_tab(corpora, desk, language, signed, tabs["judge"], page)
            with _tab("pools", tabs, labelled):
                labelled += add_pools_tab(corpora, passages, store, language, tabs["pools"])
            with _tab("quality", tabs, labelled):
                labelled += add_quality_tab(corpora, store, language, tabs["quality"])
            with _tab("compare", tabs, labelled):
                labelled += add_compare_tab(corpora, store, language, signed)
            with _tab("corpora", tabs, labelled):
                labelled += add_corpora_tab(corpora, language, tabs["corpora"], where)

        page.tab_roles = {tab._id: TAB_ROLES.get(name, Role.LEAD) for name, tab in tabs.items()}

        def speak(spoken: str, request: gr.Request | None = None) -> tuple[Any, ...]:
            closed = page.closed_to(requester(request))
            return tuple(
                gr.skip() if component._id in closed else update(spoken)
                for component, update in labelled
            )

        language.change(
            speak,
            [language],
            [component for component, _ in labelled],
            **QUIET,
        )
        add_judge_api(desk, JUDGING)
    return page


@contextmanager
def _tab(name: str, tabs: dict[str, gr.Tab], labelled: Labelled) -> Iterator[None]:
    """A tab that begins with its name as a heading, for screen readers only."""
    said = _name_of(name)
    with gr.Tab(said(RUSSIAN), id=name, elem_id=f"tab-{name}") as tabs[name]:
        heading = gr.HTML(cards.heading_html(said(RUSSIAN)), elem_classes="unseen")
        yield
    labelled += [
        relabel(tabs[name], LANGUAGES, label=said),
        relabel(heading, LANGUAGES, value=lambda texts: cards.heading_html(said(texts))),
    ]


def _name_of(tab: str) -> Callable[[Texts], str]:
    return lambda texts: texts.tabs[tab]


def _heading(texts: Texts) -> str:
    return f"# {texts.title}\n{texts.subtitle}"
