"""Part «Согласие» of the «Пулы» tab: whose judgments, and how far they agree."""

from collections.abc import Mapping, Sequence

import gradio as gr

from index.passages import Passage
from search.judging.store import JudgmentStore
from search.ui.attempt import attempt
from search.ui.events import QUIET
from search.ui.labelled import relabel
from search.ui.pools.agreement_view import agreement_html
from search.ui.pools.section import Section
from search.ui.pools.stored_names import pool_names
from search.ui.pools.texts import POOLS_TEXTS, RUSSIAN, PoolsTexts


def add_agreement(
    store: JudgmentStore,
    passages: Mapping[str, Passage],
    language: gr.Radio,
    tabs: Sequence[gr.Tab],
) -> Section:
    """The choice of a pool and the figures; measured anew whenever one of `tabs` is opened."""

    def show_agreement(pool: str | None, language: str) -> str:
        texts = POOLS_TEXTS[language]
        return attempt(
            lambda: agreement_html(store.current(pool=pool or None), passages, texts),
            language,
            texts.failure,
        ).html

    def choices(texts: PoolsTexts) -> list[tuple[str, str]]:
        names = [(name, name) for name in pool_names(store)]
        return [(texts.all_pools, ""), *names]

    pool = gr.Dropdown(choices(RUSSIAN), value="", label=RUSSIAN.pool, elem_id="agreement-pool")
    shown = gr.HTML(padding=False, elem_id="agreement")
    gr.on(
        [pool.change, language.change, *(tab.select for tab in tabs)],
        show_agreement,
        [pool, language],
        [shown],
        **QUIET,
    )
    return Section([], [relabel(pool, POOLS_TEXTS, label="pool", choices=choices)])
