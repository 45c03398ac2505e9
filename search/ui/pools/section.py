"""A part of the «Пулы» tab, as it reports to the tab."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from search.ui.labelled import Labelled


@dataclass(frozen=True, slots=True)
class Section:
    """Components to be updated, and when."""

    labelled: Labelled
    """What changes with the language."""
    lists: Labelled = field(default_factory=list)
    """What shows pools, annotators or snapshots; changes with the language and with them."""
    changes: Sequence[Any] = ()
    """Events (Gradio's dependencies) after which the lists are others."""
