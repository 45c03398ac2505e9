"""Names for the tab's dropdowns; an unreadable store gives none, its table says why."""

import logging
from collections.abc import Callable, Iterable

from search.errors import JudgingError
from search.judging.store import JudgmentStore

logger = logging.getLogger(__name__)


def pool_names(store: JudgmentStore) -> list[str]:
    """All pools, newest first."""
    return _names(lambda: reversed(store.pool_names()))


def annotator_names(store: JudgmentStore) -> list[str]:
    """Everyone with a judgment that stands, by name."""
    return _names(lambda: sorted({judgment.annotator for judgment in store.current()}))


def _names(read: Callable[[], Iterable[str]]) -> list[str]:
    try:
        return list(read())
    except JudgingError:
        logger.exception("names can't be listed")
        return []
