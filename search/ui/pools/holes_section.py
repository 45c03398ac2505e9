"""Form of the «Пулы» tab: pool what a snapshot shows and nobody has judged."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gradio as gr

from index.passages import Passage
from search.evaluation import read_qrels
from search.hits import STAGES
from search.judging.snapshot_files import load_snapshot, snapshot_names
from search.judging.snapshot_holes import pool_of_snapshot
from search.judging.store import JudgmentStore
from search.settings import Settings
from search.ui.labelled import Labelled
from search.ui.pools.attempt import NotReadyError, attempt
from search.ui.pools.pool_numbers import add_pool_numbers, pool_plan
from search.ui.pools.relabel import relabel
from search.ui.pools.section import BUSY, Section
from search.ui.pools.texts import POOLS_TEXTS, RUSSIAN
from search.ui.pools.view import made_html
from search.ui.texts import LANGUAGES


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
            plan.check(store)
            loaded = load_snapshot(snapshots, snapshot)
            more = read_qrels(corpus) if count_set else {}
            pool = pool_of_snapshot(plan, loaded, stage, passages, store, more)
            return made_html(store.save_pool(pool), texts)

        return attempt(make, texts)

    def snapshot_update(language: str) -> Any:  # noqa: ANN401 -- gr.update
        texts = POOLS_TEXTS[language]
        return gr.update(label=texts.snapshot, choices=snapshot_names(snapshots))

    labelled: Labelled = []
    with gr.Accordion(RUSSIAN.holes, open=False) as box:
        hint = gr.Markdown(RUSSIAN.holes_hint)
        with gr.Row():
            name = gr.Textbox(label=RUSSIAN.name)
            snapshot = gr.Dropdown(snapshot_names(snapshots), value=None, label=RUSSIAN.snapshot)
            stage = gr.Dropdown(_stages("Русский"), value="reranked", label=RUSSIAN.stage)
        with gr.Row():
            numbers = add_pool_numbers(labelled)
        count_set = gr.Checkbox(False, label=RUSSIAN.count_set, visible=_has_qrels(corpus))
        button = gr.Button(RUSSIAN.holes_button)
        result = gr.HTML(padding=False)
    labelled += [
        relabel(box, label="holes"),
        relabel(hint, value="holes_hint"),
        relabel(name, label="name"),
        relabel(count_set, label="count_set"),
        relabel(button, value="holes_button"),
        (result, lambda _: ""),
        (
            stage,
            lambda name: gr.update(label=POOLS_TEXTS[name].stage, choices=_stages(name)),
        ),
    ]
    made = button.click(
        make_holes, [name, snapshot, stage, count_set, *numbers, language], [result], **BUSY
    )
    return Section(labelled, [(snapshot, snapshot_update)], [made])


def _has_qrels(folder: Path) -> bool:
    names = ("qrels.tsv", "qrels.tsv.gz", "qrels/test.tsv", "qrels/test.tsv.gz")
    return any((folder / name).is_file() for name in names)


def _stages(language: str) -> list[tuple[str, str]]:
    return [(LANGUAGES[language].stages[stage], stage) for stage in STAGES]
