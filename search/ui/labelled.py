"""Components of the page and what they say in another language."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import gradio as gr
from gradio.blocks import Block

Labelled = list[tuple[Block, Callable[[str], Any]]]
"""(component, name of a language -> its update), which a tab returns to the page's switch."""

T = TypeVar("T")


def relabel(
    component: Block, texts: Mapping[str, T], **fields: str | Callable[[T], Any]
) -> tuple[Block, Callable[[str], Any]]:
    """`relabel(button, TEXTS, value="make_button")`: properties and the texts they show.

    A text is given by the name of its field, or made of the texts of a language:
    `relabel(title, TEXTS, value=lambda texts: f"### {texts.export}")`.
    """

    def update(language: str) -> Any:  # noqa: ANN401 -- gr.update has no type of its own
        said = texts[language]
        properties: dict[str, Any] = {
            name: getattr(said, field) if isinstance(field, str) else field(said)
            for name, field in fields.items()
        }
        return gr.update(**properties)

    return component, update
