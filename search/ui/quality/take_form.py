"""The form that takes a snapshot, and the list of those there are."""

from dataclasses import dataclass

import gradio as gr

from search.ui.labelled import Labelled, relabel
from search.ui.quality.answers import QualityAnswers
from search.ui.quality.choices import heading
from search.ui.quality.texts import QUALITY_TEXTS, RUSSIAN
from search.ui.texts import DEFAULT_LANGUAGE


@dataclass(frozen=True, slots=True)
class TakeForm:
    """Its components; the tab attaches the events, for other forms show the new snapshot too."""

    name: gr.Textbox
    source: gr.Dropdown
    button: gr.Button
    taken: gr.HTML
    shelf: gr.HTML
    labelled: Labelled


def add_take_form(answers: QualityAnswers) -> TakeForm:
    """Lay the form out."""
    title = gr.Markdown(heading(RUSSIAN.snapshots_title, RUSSIAN.snapshots_help))
    shelf = gr.HTML(answers.snapshots(DEFAULT_LANGUAGE), elem_id="snapshots")
    with gr.Row(equal_height=True):
        name = gr.Textbox(
            label=RUSSIAN.name_label,
            placeholder=RUSSIAN.name_placeholder,
            max_lines=1,
            scale=3,
            elem_id="snapshot-name",
        )
        source = gr.Dropdown(
            answers.sets(DEFAULT_LANGUAGE),
            label=RUSSIAN.set_label,
            scale=3,
            elem_id="snapshot-set",
        )
        button = gr.Button(
            RUSSIAN.take_button, variant="primary", scale=0, min_width=200, elem_id="take-snapshot"
        )
    taken = gr.HTML(min_height=56, elem_id="snapshot-taken")  # room for the progress bar
    labelled: Labelled = [
        relabel(title, QUALITY_TEXTS, value=lambda t: heading(t.snapshots_title, t.snapshots_help)),
        relabel(name, QUALITY_TEXTS, label="name_label", placeholder="name_placeholder"),
        (
            source,
            lambda to: gr.update(label=QUALITY_TEXTS[to].set_label, choices=answers.sets(to)),
        ),
        relabel(button, QUALITY_TEXTS, value="take_button"),
        (shelf, lambda to: gr.update(value=answers.snapshots(to))),
        (taken, lambda to: gr.update(value="")),
    ]
    return TakeForm(name, source, button, taken, shelf, labelled)
