"""The form that compares two snapshots, or two stages of one: choices, button, comparison."""

import gradio as gr

from search.ui.cards import message_html
from search.ui.events import BUSY
from search.ui.labelled import Labelled, relabel
from search.ui.quality.answers import Comparing, QualityAnswers
from search.ui.quality.choices import (
    heading,
    judgments_choice,
    judgments_words,
    snapshot_choice,
    stage_choice,
    stage_words,
)
from search.ui.quality.texts import QUALITY_TEXTS, RUSSIAN


def add_compare_form(
    answers: QualityAnswers, language: gr.Radio
) -> tuple[gr.Dropdown, gr.Dropdown, Labelled]:
    """Lay the form out and attach its events; returns the two dropdowns of snapshots, too."""
    title = gr.Markdown(heading(RUSSIAN.compare_title))
    names = answers.names()
    with gr.Row(equal_height=True):
        before = snapshot_choice(names, 1, RUSSIAN.before_label, "before")
        before_stage = stage_choice("before-stage")
        after = snapshot_choice(names, 0, RUSSIAN.after_label, "after")
        after_stage = stage_choice("after-stage")
    with gr.Row(equal_height=True):
        judgments = judgments_choice("compared-by")
        button = gr.Button(
            RUSSIAN.compare_button, variant="primary", scale=0, min_width=160, elem_id="compare"
        )
    asked = gr.State(None)
    comparison = gr.HTML(message_html(RUSSIAN.not_compared), elem_id="compared")

    def compare(
        before: str | None,
        before_stage: str,
        after: str | None,
        after_stage: str,
        judgments: str,
        language: str,
    ) -> tuple[Comparing, str]:
        asking = Comparing(before or "", before_stage, after or "", after_stage, judgments)
        return asking, answers.compare(asking, language)

    def say_compared(asked: Comparing | None, language: str) -> str:
        """The comparison that is shown, in another language."""
        if asked is None:
            return message_html(QUALITY_TEXTS[language].not_compared)
        return answers.compare(asked, language)

    chosen = [before, before_stage, after, after_stage, judgments]
    button.click(compare, [*chosen, language], [asked, comparison], **BUSY)
    language.change(say_compared, [asked, language], [comparison], **BUSY)
    return (
        before,
        after,
        [
            relabel(title, QUALITY_TEXTS, value=lambda t: heading(t.compare_title)),
            relabel(before, QUALITY_TEXTS, label="before_label"),
            stage_words(before_stage),
            relabel(after, QUALITY_TEXTS, label="after_label"),
            stage_words(after_stage),
            judgments_words(judgments),
            relabel(button, QUALITY_TEXTS, value="compare_button"),
        ],
    )
