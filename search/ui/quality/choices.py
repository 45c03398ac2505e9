"""The choices the quality tab's forms share: snapshots, judgments, stages, and their words."""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from search.hits import STAGES
from search.ui.quality.texts import QUALITY_TEXTS, RUSSIAN, QualityTexts

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
BUSY: dict[str, Any] = {"show_progress": "minimal", "api_visibility": "private"}
"""Event options: for what is done at once, and for what takes a moment."""


def says(words: Callable[[QualityTexts], dict[str, Any]]) -> Callable[[str], Any]:
    """Name of a language -> a component's update, from its words in that language."""
    return lambda language: gr.update(**words(QUALITY_TEXTS[language]))


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


def judgments_words(texts: QualityTexts) -> dict[str, Any]:
    """Label and choices of `judgments_choice`."""
    return {"label": texts.judgments_label, "choices": _judgments(texts)}


def stage_choice(elem_id: str) -> gr.Dropdown:
    """A stage of a snapshot, the last one at first."""
    return gr.Dropdown(
        _stages(RUSSIAN),
        value=STAGES[-1],
        label=RUSSIAN.stage_label,
        min_width=140,
        elem_id=elem_id,
    )


def stage_words(texts: QualityTexts) -> dict[str, Any]:
    """Label and choices of `stage_choice`."""
    return {"label": texts.stage_label, "choices": _stages(texts)}


def _start(names: Sequence[str], back: int) -> str | None:
    return names[min(back, len(names) - 1)] if names else None


def _judgments(texts: QualityTexts) -> list[tuple[str, str]]:
    return [(words, value) for value, words in texts.judgments.items()]


def _stages(texts: QualityTexts) -> list[tuple[str, str]]:
    return [(texts.stages[stage], stage) for stage in STAGES]
