"""The «Корпуса» tab: add texts of one's own, rename and delete them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from search.corpora import Corpora
from search.errors import CorporaError
from search.ui.attempt import Answer, NotReadyError, attempt
from search.ui.cards import message_html
from search.ui.corpora.texts import CORPORA_TEXTS, CorporaTexts
from search.ui.corpora.view import corpora_html
from search.ui.corpora.where import where_update
from search.ui.events import BUSY, JOBS, JUDGING, QUIET
from search.ui.labelled import Labelled, relabel
from search.uploads import MAX_BYTES, MAX_FILES, SUFFIXES

_PROGRESS = gr.Progress()


def add_corpora_tab(
    corpora: Corpora, language: gr.Radio, tab: gr.Tab, where: gr.Dropdown
) -> Labelled:
    """Lay the tab out inside the open `tab`; `where` is the search's choice, kept up to date."""
    start = CORPORA_TEXTS[str(language.value)]
    intro = gr.Markdown(_intro(start))
    shelf = gr.HTML(corpora_html(corpora.own(), start), padding=False, elem_id="corpora")
    with gr.Accordion(start.add) as adding:
        files = gr.File(
            label=start.files,
            file_count="multiple",
            file_types=list(SUFFIXES),
            height=160,
            elem_id="corpus-files",
        )
        dataset = gr.Textbox(
            label=start.dataset,
            placeholder=start.dataset_hint,
            max_lines=1,
            elem_id="corpus-dataset",
        )
        with gr.Row(equal_height=True):
            name = gr.Textbox(
                label=start.name,
                placeholder=start.name_hint,
                max_lines=1,
                scale=3,
                elem_id="corpus-name",
            )
            add = gr.Button(start.add_button, variant="primary", scale=1, elem_id="add-corpus")
        added = gr.HTML(min_height=56, padding=False, elem_id="corpus-added")
    with gr.Accordion(start.manage, open=False) as managing:
        chosen = gr.Dropdown(_own(corpora), value=None, label=start.chosen, elem_id="own-corpus")
        with gr.Row(equal_height=True):
            new_name = gr.Textbox(label=start.new_name, max_lines=1, scale=3)
            rename = gr.Button(start.rename_button, scale=1)
        with gr.Row(equal_height=True):
            confirm = gr.Textbox(label=start.confirm, max_lines=1, scale=3)
            delete = gr.Button(start.delete_button, variant="stop", scale=1)
        managed = gr.HTML(padding=False, elem_id="corpus-managed")

    def add_corpus(
        paths: list[str] | None,
        dataset: str,
        name: str,
        language: str,
        progress: gr.Progress = _PROGRESS,
    ) -> tuple[str, Any, Any, Any]:
        """What became of it; what was given stays to be corrected when nothing was added."""
        texts = CORPORA_TEXTS[language]
        given = [Path(path) for path in paths or ()]

        def tell(read: int, of: int) -> None:
            step = texts.reading if read < of else texts.indexing
            progress((read, of) if given else None, desc=step, unit=texts.files_unit)

        def build() -> str:
            corpus = corpora.add(name, given, tell, dataset)
            return texts.added.format(
                name=corpus.name, documents=corpus.documents, passages=corpus.passages
            )

        answer = _attempt(build, language)
        if not answer.done:
            return answer.html, gr.skip(), gr.skip(), gr.skip()
        return answer.html, None, "", ""

    def rename_corpus(
        chosen: str | None, new: str, where: str | None, language: str
    ) -> tuple[str, Any, Any]:
        """The search goes on in the corpus it was in, under its new name."""
        texts = CORPORA_TEXTS[language]
        renamed: list[str] = []

        def change() -> str:
            old = _chosen(chosen, texts)
            renamed.append(corpora.rename(old, new).name)
            return texts.renamed.format(name=old, new=renamed[0])

        answer = _attempt(change, language)
        if not answer.done:
            return answer.html, gr.skip(), gr.skip()
        kept = renamed[0] if where == chosen else where
        return answer.html, "", where_update(corpora, language, kept)

    def delete_corpus(chosen: str | None, typed: str, language: str) -> tuple[str, Any]:
        texts = CORPORA_TEXTS[language]

        def remove() -> str:
            name = _chosen(chosen, texts)
            if typed.strip() != name:
                raise NotReadyError(texts.not_confirmed.format(name=name))
            corpora.delete(name)
            return texts.deleted.format(name=name)

        answer = _attempt(remove, language)
        return answer.html, "" if answer.done else gr.skip()

    def refresh_corpora(
        chosen: str | None, where: str | None, language: str
    ) -> tuple[str, Any, Any]:
        names = _own(corpora)
        return (
            corpora_html(corpora.own(), CORPORA_TEXTS[language]),
            gr.update(choices=names, value=chosen if chosen in names else None),
            where_update(corpora, language, where),
        )

    refresh: dict[str, Any] = {
        "fn": refresh_corpora,
        "inputs": [chosen, where, language],
        "outputs": [shelf, chosen, where],
        **QUIET,
        **JUDGING,
    }
    adds: dict[str, Any] = {
        "fn": add_corpus,
        "inputs": [files, dataset, name, language],
        "outputs": [added, files, dataset, name],
        "show_progress_on": added,
        **BUSY,
        **JOBS,
    }
    changes = [trigger(**adds) for trigger in (add.click, name.submit, dataset.submit)]
    quiet = {**QUIET, **JUDGING}
    changes += [
        rename.click(
            rename_corpus,
            [chosen, new_name, where, language],
            [managed, new_name, where],
            **quiet,
        ),
        delete.click(delete_corpus, [chosen, confirm, language], [managed, confirm], **quiet),
    ]
    for change in changes:
        change.then(**refresh)
    gr.on([tab.select, language.change], **refresh)
    return [
        relabel(intro, CORPORA_TEXTS, value=_intro),
        relabel(adding, CORPORA_TEXTS, label="add"),
        relabel(files, CORPORA_TEXTS, label="files"),
        relabel(dataset, CORPORA_TEXTS, label="dataset", placeholder="dataset_hint"),
        relabel(name, CORPORA_TEXTS, label="name", placeholder="name_hint"),
        relabel(add, CORPORA_TEXTS, value="add_button"),
        (added, lambda _: ""),
        relabel(managing, CORPORA_TEXTS, label="manage"),
        relabel(chosen, CORPORA_TEXTS, label="chosen"),
        relabel(new_name, CORPORA_TEXTS, label="new_name"),
        relabel(rename, CORPORA_TEXTS, value="rename_button"),
        relabel(confirm, CORPORA_TEXTS, label="confirm"),
        relabel(delete, CORPORA_TEXTS, value="delete_button"),
        (managed, lambda _: ""),
    ]


def _attempt(action: Callable[[], str], language: str) -> Answer:
    """The message of `action`; errors in the page's language."""
    texts = CORPORA_TEXTS[language]

    def told() -> str:
        try:
            return message_html(action())
        except CorporaError as error:
            raise NotReadyError(texts.why(error)) from error

    return attempt(told, language, texts.failure)


def _intro(texts: CorporaTexts) -> str:
    return texts.intro.format(files=MAX_FILES, megabytes=MAX_BYTES // 1_000_000)


def _chosen(chosen: str | None, texts: CorporaTexts) -> str:
    if not chosen:
        raise NotReadyError(texts.nothing_chosen)
    return chosen


def _own(corpora: Corpora) -> list[str]:
    return [corpus.name for corpus in corpora.own()]
