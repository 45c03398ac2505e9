"""A component and the fields of `PoolsTexts` that it shows -> its entry in a `Labelled` list."""

from collections.abc import Callable
from typing import Any

import gradio as gr
from gradio.blocks import Block

from search.ui.pools.texts import POOLS_TEXTS


def relabel(component: Block, **fields: str) -> tuple[Block, Callable[[str], Any]]:
    """`relabel(button, value="make_button")`: properties and the names of the texts they show."""

    def update(language: str) -> Any:  # noqa: ANN401 -- gr.update has no type of its own
        texts = POOLS_TEXTS[language]
        return gr.update(**{name: getattr(texts, field) for name, field in fields.items()})

    return component, update
