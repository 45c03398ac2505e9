"""The quality tab: take snapshots, measure one, compare two."""

from typing import Any

import gradio as gr

from search.corpora import Corpora
from search.judging.store import JudgmentStore
from search.ui.events import BUSY, JOBS, QUIET
from search.ui.labelled import Labelled
from search.ui.quality.answers import QualityAnswers
from search.ui.quality.choices import snapshot_update
from search.ui.quality.compare_form import add_compare_form
from search.ui.quality.measure_form import add_measure_form
from search.ui.quality.take_form import add_take_form
from search.ui.quality.texts import QUALITY_TEXTS

_PROGRESS = gr.Progress()
"""Where this is the default, Gradio gives every call a tracker of its own."""


def add_quality_tab(
    corpora: Corpora, store: JudgmentStore, language: gr.Radio, tab: gr.Tab
) -> Labelled:
    """Lay the forms out inside the open `tab` and attach the events; returns what has words."""
    answers = QualityAnswers(corpora, store)
    form = add_take_form(answers)
    measured, measure_words = add_measure_form(answers, language)
    before, after, compare_words = add_compare_form(answers, language)

    def refresh(
        language: str, measured: str | None, before: str | None, after: str | None
    ) -> tuple[Any, ...]:
        """The list and the dropdowns as the folder is now."""
        names = answers.names()
        return (
            answers.snapshots(language),
            snapshot_update(names, 0, measured),
            snapshot_update(names, 1, before),
            snapshot_update(names, 0, after),
        )

    def take(
        name: str, source: str | None, language: str, progress: gr.Progress = _PROGRESS
    ) -> tuple[str, Any]:
        """What became of it; the name stays to be corrected when no snapshot was taken."""
        texts = QUALITY_TEXTS[language]

        def tell(searched: int, of: int) -> None:
            progress((searched, of), desc=texts.searching, unit=texts.queries_unit)

        answer = answers.take(name, source, language, tell)
        return answer.html, "" if answer.done else gr.skip()

    ask_to_take: dict[str, Any] = {
        "fn": take,
        "inputs": [form.name, form.source, language],
        "outputs": [form.taken, form.name],
        "show_progress_on": form.taken,
        **BUSY,
        **JOBS,
    }
    see: dict[str, Any] = {
        "fn": refresh,
        "inputs": [language, measured, before, after],
        "outputs": [form.shelf, measured, before, after],
        **QUIET,
    }
    for trigger in (form.button.click, form.name.submit):
        trigger(**ask_to_take).then(**see)
    tab.select(**see)
    return [*form.labelled, *measure_words, *compare_words]
