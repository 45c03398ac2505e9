"""Form of the «Пулы» tab: pool what a snapshot shows and nobody has judged."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gradio as gr

from index.passages import Passage
from search.errors import NothingToJudgeError
from search.judging.by_text import file_grades, has_grades
from search.judging.snapshot_files import load_snapshot, snapshot_names
from search.judging.snapshot_holes import pool_of_snapshot
from search.judging.store import JudgmentStore
from search.settings import Settings
from search.ui.attempt import NotReadyError, attempt
from search.ui.events import BUSY
from search.ui.labelled import Labelled, relabel
from search.ui.pools.pool_checks import check_plan
from search.ui.pools.pool_numbers import add_pool_numbers, pool_plan
from search.ui.pools.section import Section
from search.ui.pools.texts import POOLS_TEXTS, RUSSIAN
from search.ui.pools.view import made_html
from search.ui.texts import stage_choices


def add_holes(
    settings: Settings,
    passages: Mapping[str, Passage],
    store: JudgmentStore,
    language: gr.Radio,
) -> Section:
    """The form, with its event."""
    snapshots, corpus = Path(settings.snapshots_dir), Path(settings.corpus)

    def make_holes(
        name: str,
        snapshot: str | None,
        stage: str,
        count_set: bool,
        depth: int | None,
        overlap: int | None,
        seed: int | None,
        language: str,
    ) -> str:
        texts = POOLS_TEXTS[language]

        def make() -> str:
            plan = pool_plan(name, depth, overlap, seed, texts)
            if not snapshot:
                raise NotReadyError(texts.no_snapshot)
            check_plan(plan, store, texts)
            loaded = load_snapshot(snapshots, snapshot)
            more = file_grades(corpus) if count_set else {}
            try:
                pool = pool_of_snapshot(plan, loaded, stage, passages, store, more)
            except NothingToJudgeError as error:
                raise NotReadyError(texts.no_holes) from error
            return made_html(store.save_pool(pool), texts)

        return attempt(make, language, texts.failure).html

    def snapshot_update(language: str) -> Any:  # noqa: ANN401 -- gr.update
        texts = POOLS_TEXTS[language]
        return gr.update(label=texts.snapshot, choices=snapshot_names(snapshots))

    labelled: Labelled = []
    with gr.Accordion(RUSSIAN.holes, open=False) as box:
        hint = gr.Markdown(RUSSIAN.holes_hint)
        with gr.Row():
            name = gr.Textbox(label=RUSSIAN.name)
            snapshot = gr.Dropdown(snapshot_names(snapshots), value=None, label=RUSSIAN.snapshot)
            stage = gr.Dropdown(
                stage_choices(RUSSIAN.stages), value="reranked", label=RUSSIAN.stage
            )
        with gr.Row():
            numbers = add_pool_numbers(labelled)
        count_set = gr.Checkbox(False, label=RUSSIAN.count_set, visible=has_grades(corpus))
        button = gr.Button(RUSSIAN.holes_button)
        result = gr.HTML(padding=False)
    labelled += [
        relabel(box, POOLS_TEXTS, label="holes"),
        relabel(hint, POOLS_TEXTS, value="holes_hint"),
        relabel(name, POOLS_TEXTS, label="name"),
        relabel(count_set, POOLS_TEXTS, label="count_set"),
        relabel(button, POOLS_TEXTS, value="holes_button"),
        (result, lambda _: ""),
        relabel(
            stage, POOLS_TEXTS, label="stage", choices=lambda texts: stage_choices(texts.stages)
        ),
    ]
    made = button.click(
        make_holes, [name, snapshot, stage, count_set, *numbers, language], [result], **BUSY
    )
    return Section(labelled, [(snapshot, snapshot_update)], [made])
