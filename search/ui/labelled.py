"""Components of the page and what they say in another language."""

from collections.abc import Callable
from typing import Any

from gradio.blocks import Block

Labelled = list[tuple[Block, Callable[[str], Any]]]
"""(component, name of a language -> its update), which a tab returns to the page's switch."""
