"""Part «Выгрузка» of the «Пулы» tab: judgments as a file to download."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from search.judging.export_file import WITH_NAMES, ExportFormat, export_file
from search.judging.exports import MIN_SALT_CHARS, fresh_salt
from search.judging.judgment import Judgment
from search.judging.store import JudgmentStore
from search.settings import Settings
from search.ui.attempt import NotReadyError, attempt
from search.ui.events import BUSY, QUIET
from search.ui.labelled import Labelled, relabel
from search.ui.pools.section import Section
from search.ui.pools.stored_names import annotator_names, pool_names
from search.ui.pools.texts import POOLS_TEXTS, RUSSIAN, PoolsTexts
from search.ui.pools.view import exported_html


def add_export(store: JudgmentStore, settings: Settings, language: gr.Radio) -> Section:
    """The form, with its events."""

    def prepare_export(
        form: str,
        pool: str | None,
        annotator: str | None,
        hide: bool,
        salt: str,
        language: str,
    ) -> Iterator[tuple[str, Any]]:
        texts = POOLS_TEXTS[language]
        # Gradio copies the file it is given before it asks for the next value, so this folder can
        # go. The copy, names of people and all, stays in Gradio's cache until the page's
        # `delete_cache` removes it.
        with tempfile.TemporaryDirectory() as folder:
            files: list[Path] = []

            def make() -> str:
                judgments = store.current(annotator or None, pool or None)
                chosen = ExportFormat(form)
                hidden_by = (salt or fresh_salt()) if hide and chosen in WITH_NAMES else ""
                _check(judgments, chosen, hidden_by, texts)
                made = export_file(chosen, judgments, Path(folder), store, settings, hidden_by)
                files.append(made.file)
                return exported_html(made, texts)

            told = attempt(make, language, texts.failure, folder).html
            yield told, _download(files, texts)

    def pools(texts: PoolsTexts) -> list[tuple[str, str]]:
        return _or_all(texts.all_pools, pool_names(store))

    def annotators(texts: PoolsTexts) -> list[tuple[str, str]]:
        return _or_all(texts.all_annotators, annotator_names(store))

    title = gr.Markdown(f"### {RUSSIAN.export}")
    form = gr.Dropdown(_formats(RUSSIAN), value="qrels", label=RUSSIAN.format)
    with gr.Row():
        pool = gr.Dropdown(pools(RUSSIAN), value="", label=RUSSIAN.pool)
        annotator = gr.Dropdown(annotators(RUSSIAN), value="", label=RUSSIAN.annotator)
    hide = gr.Checkbox(False, label=RUSSIAN.pseudonyms, visible=False)
    salt = gr.Textbox(label=RUSSIAN.salt, info=RUSSIAN.salt_hint, visible=False)
    button = gr.Button(RUSSIAN.export_button, variant="primary", elem_id="export")
    result = gr.HTML(padding=False)
    download = gr.DownloadButton(visible=False, elem_id="download")

    def offer_pseudonyms(form: str, hide: bool) -> tuple[Any, Any]:
        named = form in WITH_NAMES
        return gr.update(visible=named), gr.update(visible=named and hide)

    gr.on([form.change, hide.change], offer_pseudonyms, [form, hide], [hide, salt], **QUIET)
    choice: list[Any] = [form, pool, annotator, hide, salt]
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
        relabel(title, POOLS_TEXTS, value=lambda texts: f"### {texts.export}"),
        relabel(form, POOLS_TEXTS, label="format", choices=_formats),
        relabel(hide, POOLS_TEXTS, label="pseudonyms"),
        relabel(salt, POOLS_TEXTS, label="salt", info="salt_hint"),
        relabel(button, POOLS_TEXTS, value="export_button"),
        (result, lambda _: ""),
        (download, lambda _: gr.update(value=None, visible=False)),
    ]
    lists: Labelled = [
        relabel(pool, POOLS_TEXTS, label="pool", choices=pools),
        relabel(annotator, POOLS_TEXTS, label="annotator", choices=annotators),
    ]
    return Section(labelled, lists)


def _check(judgments: Sequence[Judgment], form: ExportFormat, salt: str, texts: PoolsTexts) -> None:
    if not judgments:
        raise NotReadyError(texts.nothing_to_export)
    if form not in WITH_NAMES and all(judgment.grade is None for judgment in judgments):
        raise NotReadyError(texts.only_skipped.format(judgments=len(judgments)))
    if salt and len(salt) < MIN_SALT_CHARS:
        raise NotReadyError(texts.salt_short.format(length=len(salt), least=MIN_SALT_CHARS))


def _download(files: list[Path], texts: PoolsTexts) -> Any:  # noqa: ANN401 -- gr.update
    if not files:
        return gr.update(value=None, visible=False)
    label = texts.download.format(file=files[0].name)
    return gr.update(value=str(files[0]), label=label, visible=True)


def _or_all(everything: str, names: list[str]) -> list[tuple[str, str]]:
    return [(everything, ""), *((name, name) for name in names)]


def _formats(texts: PoolsTexts) -> list[tuple[str, str]]:
    return [(label, key) for key, label in texts.formats.items()]
