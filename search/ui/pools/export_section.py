"""Part «Выгрузка» of the «Пулы» tab: judgments as a file to download."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from search.judging.export_file import WITH_NAMES, ExportFormat, export_file
from search.judging.store import JudgmentStore
from search.settings import Settings
from search.ui.labelled import Labelled
from search.ui.pools.attempt import NotReadyError, attempt
from search.ui.pools.relabel import relabel
from search.ui.pools.section import BUSY, QUIET, Section
from search.ui.pools.stored_names import annotator_names, pool_names
from search.ui.pools.texts import POOLS_TEXTS, RUSSIAN, PoolsTexts
from search.ui.pools.view import exported_html


def add_export(store: JudgmentStore, settings: Settings, language: gr.Radio) -> Section:
    """The form, with its events."""

    def prepare_export(
        form: str, pool: str | None, annotator: str | None, salt: str, language: str
    ) -> Iterator[tuple[str, Any]]:
        texts = POOLS_TEXTS[language]
        # Gradio copies the file it is given before it asks for the next value: names of people
        # don't stay behind here.
        with tempfile.TemporaryDirectory() as folder:
            files: list[Path] = []

            def make() -> str:
                judgments = store.current(annotator or None, pool or None)
                if not judgments:
                    raise NotReadyError(texts.nothing_to_export)
                chosen = ExportFormat(form)
                made = export_file(
                    chosen,
                    judgments,
                    Path(folder),
                    store,
                    settings,
                    salt if chosen in WITH_NAMES else "",
                )
                files.append(made.file)
                return exported_html(made, texts)

            told = attempt(make, texts, folder)
            yield told, _download(files, texts)

    def pool_update(language: str) -> Any:  # noqa: ANN401 -- gr.update
        texts = POOLS_TEXTS[language]
        return gr.update(label=texts.pool, choices=_or_all(texts.all_pools, pool_names(store)))

    def annotator_update(language: str) -> Any:  # noqa: ANN401 -- gr.update
        texts = POOLS_TEXTS[language]
        choices = _or_all(texts.all_annotators, annotator_names(store))
        return gr.update(label=texts.annotator, choices=choices)

    title = gr.Markdown(f"### {RUSSIAN.export}")
    form = gr.Dropdown(_formats(RUSSIAN), value="qrels", label=RUSSIAN.format)
    with gr.Row():
        pool = gr.Dropdown(
            _or_all(RUSSIAN.all_pools, pool_names(store)), value="", label=RUSSIAN.pool
        )
        annotator = gr.Dropdown(
            _or_all(RUSSIAN.all_annotators, annotator_names(store)),
            value="",
            label=RUSSIAN.annotator,
        )
    salt = gr.Textbox(label=RUSSIAN.salt, info=RUSSIAN.salt_hint, visible=False)
    button = gr.Button(RUSSIAN.export_button, variant="primary", elem_id="export")
    result = gr.HTML(padding=False)
    download = gr.DownloadButton(visible=False, elem_id="download")

    form.change(lambda form: gr.update(visible=form in WITH_NAMES), [form], [salt], **QUIET)
    choice: list[Any] = [form, pool, annotator, salt]
    button.click(prepare_export, [*choice, language], [result, download], **BUSY)
    # What lies ready would no longer be what the form says.
    gr.on(
        [component.change for component in choice],
        lambda: ("", gr.update(value=None, visible=False)),
        None,
        [result, download],
        **QUIET,
    )
    labelled: Labelled = [
        (title, lambda name: f"### {POOLS_TEXTS[name].export}"),
        (form, _form_update),
        relabel(salt, label="salt", info="salt_hint"),
        relabel(button, value="export_button"),
        (result, lambda _: ""),
        (download, lambda _: gr.update(value=None, visible=False)),
    ]
    return Section(labelled, [(pool, pool_update), (annotator, annotator_update)])


def _download(files: list[Path], texts: PoolsTexts) -> Any:  # noqa: ANN401 -- gr.update
    if not files:
        return gr.update(value=None, visible=False)
    label = texts.download.format(file=files[0].name)
    return gr.update(value=str(files[0]), label=label, visible=True)


def _or_all(everything: str, names: list[str]) -> list[tuple[str, str]]:
    return [(everything, ""), *((name, name) for name in names)]


def _formats(texts: PoolsTexts) -> list[tuple[str, str]]:
    return [(label, key) for key, label in texts.formats.items()]


def _form_update(language: str) -> Any:  # noqa: ANN401 -- gr.update
    texts = POOLS_TEXTS[language]
    return gr.update(label=texts.format, choices=_formats(texts))
