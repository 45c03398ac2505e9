"""Form of the «Пулы» tab: pool what annotators of a pool disagree on, for one person more."""

import gradio as gr

from search.judging.pool_plan import PoolPlan
from search.judging.second_opinions import pool_of_second_opinions, second_opinions
from search.judging.store import JudgmentStore
from search.ui.attempt import NotReadyError, attempt
from search.ui.events import BUSY
from search.ui.labelled import Labelled, relabel
from search.ui.pools.pool_checks import check_plan
from search.ui.pools.section import Section
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
            check_plan(PoolPlan(new), store, texts)
            apart = int(threshold)
            judged, judgments = store.pool(pool), store.current()
            disputed = {(i.query, i.passage_id) for i in second_opinions(judgments, apart)}
            if not any((item.query, item.passage_id) in disputed for item in judged.items):
                raise NotReadyError(texts.no_disputed.format(name=pool, threshold=apart))
            again = pool_of_second_opinions(new, judged, judgments, apart)
            return made_html(store.save_pool(again), texts)

        return attempt(make, language, texts.failure).html

    with gr.Accordion(RUSSIAN.second, open=False) as box:
        hint = gr.Markdown(RUSSIAN.second_hint)
        with gr.Row():
            pool = gr.Dropdown(pool_names(store), value=None, label=RUSSIAN.pool)
            name = gr.Textbox(label=RUSSIAN.second_name, placeholder=RUSSIAN.second_name_hint)
            threshold = gr.Slider(1, 3, value=2, step=1, label=RUSSIAN.threshold)
        button = gr.Button(RUSSIAN.second_button)
        result = gr.HTML(padding=False)
    made = button.click(make_second, [pool, name, threshold, language], [result], **BUSY)
    pool_list = relabel(pool, POOLS_TEXTS, label="pool", choices=lambda _: pool_names(store))
    labelled: Labelled = [
        relabel(box, POOLS_TEXTS, label="second"),
        relabel(hint, POOLS_TEXTS, value="second_hint"),
        relabel(name, POOLS_TEXTS, label="second_name", placeholder="second_name_hint"),
        relabel(threshold, POOLS_TEXTS, label="threshold"),
        relabel(button, POOLS_TEXTS, value="second_button"),
        (result, lambda _: ""),
    ]
    return Section(labelled, [pool_list], [made])
