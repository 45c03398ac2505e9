"""The desk of whoever leads an annotation project: pools, agreement, export and import."""

from collections.abc import Mapping
from typing import Any

import gradio as gr

from index.passages import Passage
from search.corpora import Corpora
from search.judging.pool_status import PoolStatus
from search.judging.store import JudgmentStore
from search.ui.attempt import attempt
from search.ui.events import QUIET
from search.ui.labelled import Labelled, relabel
from search.ui.pools.agreement_section import add_agreement
from search.ui.pools.export_section import add_export
from search.ui.pools.holes_section import add_holes
from search.ui.pools.import_section import add_import
from search.ui.pools.pool_section import add_pool_form
from search.ui.pools.second_section import add_second_opinions
from search.ui.pools.texts import POOLS_TEXTS, RUSSIAN
from search.ui.pools.view import pools_html
from search.ui.texts import DEFAULT_LANGUAGE


def add_pools_tab(
    corpora: Corpora,
    passages: Mapping[str, Passage],
    store: JudgmentStore,
    language: gr.Radio,
    tab: gr.Tab,
) -> Labelled:
    """Fill `tab`, which is open now; returns what changes with the page's language."""
    settings = corpora.home.settings

    def list_pools(language: str) -> str:
        texts = POOLS_TEXTS[language]

        def read() -> str:
            judgments = store.current()
            statuses = (PoolStatus.of(pool, judgments, passages) for pool in store.pools())
            return pools_html(list(statuses), texts)

        return attempt(read, language, texts.failure).html

    with gr.Tabs():
        with gr.Tab(RUSSIAN.pools) as pools:
            table = gr.HTML(list_pools(DEFAULT_LANGUAGE), padding=False, elem_id="pools")
            sections = [
                add_pool_form(corpora, store, language),
                add_holes(settings, passages, store, language),
                add_second_opinions(store, language),
            ]
        with gr.Tab(RUSSIAN.agreement) as agreement:
            sections.append(add_agreement(store, passages, language, (tab, agreement)))
        with gr.Tab(RUSSIAN.exchange) as exchange, gr.Row():
            with gr.Column():
                sections.append(add_export(store, settings, language))
            with gr.Column():
                sections.append(add_import(store, settings, language))

    lists: Labelled = [(table, list_pools)]
    for section in sections:
        lists += section.lists

    def refresh_lists(language: str) -> list[Any]:
        return [update(language) for _, update in lists]

    shown = [component for component, _ in lists]
    opened = [inner.select for inner in (tab, pools, agreement, exchange)]
    gr.on(opened, refresh_lists, [language], shown, **QUIET)
    for section in sections:
        for change in section.changes:
            change.then(refresh_lists, [language], shown, **QUIET)
    titles = [
        relabel(pools, POOLS_TEXTS, label="pools"),
        relabel(agreement, POOLS_TEXTS, label="agreement"),
        relabel(exchange, POOLS_TEXTS, label="exchange"),
    ]
    return [*titles, *(entry for section in sections for entry in section.labelled), *lists]
