"""The choices the quality tab's forms share: snapshots, judgments, stages, and their words."""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
from gradio.blocks import Block

from search.hits import STAGES
from search.ui.labelled import relabel
from search.ui.quality.texts import QUALITY_TEXTS, RUSSIAN, QualityTexts
from search.ui.texts import stage_choices


def heading(title: str, text: str = "") -> str:
    """Markdown above a form."""
    return f"### {title}\n{text}"


def snapshot_choice(names: Sequence[str], back: int, label: str, elem_id: str) -> gr.Dropdown:
    """A dropdown of snapshots, newest first, that starts `back` before the newest."""
    return gr.Dropdown(
        list(names), value=_start(names, back), label=label, min_width=200, elem_id=elem_id
    )


def snapshot_update(names: Sequence[str], back: int, value: str | None) -> Any:  # noqa: ANN401 -- gr.update has no type of its own
    """New choices; a value that is still there stays."""
    kept = value if value in names else _start(names, back)
    return gr.update(choices=list(names), value=kept)


def judgments_choice(elem_id: str) -> gr.Radio:
    """By whose judgments to measure: file, store or both."""
    return gr.Radio(
        _judgments(RUSSIAN),
        value="both",
        label=RUSSIAN.judgments_label,
        min_width=560,
        scale=2,
        elem_id=elem_id,
    )


def judgments_words(choice: gr.Radio) -> tuple[Block, Callable[[str], Any]]:
    """Label and choices of `judgments_choice` in another language."""
    return relabel(choice, QUALITY_TEXTS, label="judgments_label", choices=_judgments)


def stage_choice(elem_id: str) -> gr.Dropdown:
    """A stage of a snapshot, the last one at first."""
    return gr.Dropdown(
        stage_choices(RUSSIAN.stages),
        value=STAGES[-1],
        label=RUSSIAN.stage_label,
        min_width=140,
        elem_id=elem_id,
    )


def stage_words(choice: gr.Dropdown) -> tuple[Block, Callable[[str], Any]]:
    """Label and choices of `stage_choice` in another language."""
    return relabel(
        choice, QUALITY_TEXTS, label="stage_label", choices=lambda t: stage_choices(t.stages)
    )


def _start(names: Sequence[str], back: int) -> str | None:
    return names[min(back, len(names) - 1)] if names else None


def _judgments(texts: QualityTexts) -> list[tuple[str, str]]:
    return [(words, value) for value, words in texts.judgments.items()]
