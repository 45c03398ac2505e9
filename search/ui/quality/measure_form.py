"""The form that measures a snapshot: choices, button, figures."""

import gradio as gr

from search.ui.cards import message_html
from search.ui.events import BUSY
from search.ui.labelled import Labelled, relabel
from search.ui.quality.answers import Measuring, QualityAnswers
from search.ui.quality.choices import (
    heading,
    judgments_choice,
    judgments_words,
    snapshot_choice,
)
from search.ui.quality.texts import QUALITY_TEXTS, RUSSIAN


def add_measure_form(answers: QualityAnswers, language: gr.Radio) -> tuple[gr.Dropdown, Labelled]:
    """Lay the form out and attach its events; returns the dropdown of snapshots, too."""
    title = gr.Markdown(heading(RUSSIAN.measure_title))
    with gr.Row(equal_height=True):
        snapshot = snapshot_choice(answers.names(), 0, RUSSIAN.snapshot_label, "measured-snapshot")
        judgments = judgments_choice("measured-by")
        button = gr.Button(
            RUSSIAN.measure_button, variant="primary", scale=0, min_width=160, elem_id="measure"
        )
    asked = gr.State(None)
    figures = gr.HTML(message_html(RUSSIAN.not_measured), elem_id="measured")

    def measure(snapshot: str | None, judgments: str, language: str) -> tuple[Measuring, str]:
        asking = Measuring(snapshot or "", judgments)
        return asking, answers.measure(asking, language)

    def say_measured(asked: Measuring | None, language: str) -> str:
        """The figures that are shown, in another language."""
        if asked is None:
            return message_html(QUALITY_TEXTS[language].not_measured)
        return answers.measure(asked, language)

    button.click(measure, [snapshot, judgments, language], [asked, figures], **BUSY)
    language.change(say_measured, [asked, language], [figures], **BUSY)
    return snapshot, [
        relabel(title, QUALITY_TEXTS, value=lambda t: heading(t.measure_title)),
        relabel(snapshot, QUALITY_TEXTS, label="snapshot_label"),
        judgments_words(judgments),
        relabel(button, QUALITY_TEXTS, value="measure_button"),
    ]
