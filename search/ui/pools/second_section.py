"""Form of the «Пулы» tab: pool what annotators of a pool disagree on, for one person more."""

from typing import Any

import gradio as gr

from search.judging.pool_plan import PoolPlan
from search.judging.second_opinions import pool_of_second_opinions
from search.judging.store import JudgmentStore
from search.ui.labelled import Labelled
from search.ui.pools.attempt import NotReadyError, attempt
from search.ui.pools.relabel import relabel
from search.ui.pools.section import BUSY, Section
from search.ui.pools.stored_names import pool_names
from search.ui.pools.texts import POOLS_TEXTS, RUSSIAN
from search.ui.pools.view import made_html


def add_second_opinions(store: JudgmentStore, language: gr.Radio) -> Section:
    """The form, with its event."""

    def make_second(pool: str | None, name: str, threshold: int, language: str) -> str:
        texts = POOLS_TEXTS[language]

        def make() -> str:
            if not pool:
                raise NotReadyError(texts.no_pool)
            new = name.strip() or f"{pool}-second"
            PoolPlan(new).check(store)
            disputed = pool_of_second_opinions(
                new, store.pool(pool), store.current(), int(threshold)
            )
            return made_html(store.save_pool(disputed), texts)

        return attempt(make, texts)

    def pool_update(language: str) -> Any:  # noqa: ANN401 -- gr.update
        return gr.update(label=POOLS_TEXTS[language].pool, choices=pool_names(store))

    with gr.Accordion(RUSSIAN.second, open=False) as box:
        hint = gr.Markdown(RUSSIAN.second_hint)
        with gr.Row():
            pool = gr.Dropdown(pool_names(store), value=None, label=RUSSIAN.pool)
            name = gr.Textbox(label=RUSSIAN.second_name, placeholder=RUSSIAN.second_name_hint)
            threshold = gr.Slider(1, 3, value=2, step=1, label=RUSSIAN.threshold)
        button = gr.Button(RUSSIAN.second_button)
        result = gr.HTML(padding=False)
    made = button.click(make_second, [pool, name, threshold, language], [result], **BUSY)
    labelled: Labelled = [
        relabel(box, label="second"),
        relabel(hint, value="second_hint"),
        relabel(name, label="second_name", placeholder="second_name_hint"),
        relabel(threshold, label="threshold"),
        relabel(button, value="second_button"),
        (result, lambda _: ""),
    ]
    return Section(labelled, [(pool, pool_update)], [made])
