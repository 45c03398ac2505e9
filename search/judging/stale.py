"""Whether a judgment still speaks of what the index holds."""

from collections.abc import Mapping
from enum import StrEnum

from index.passages import Passage
from search.judging.judgment import Judgment, text_hash
from search.judging.pool import PoolItem


class Freshness(StrEnum):
    """What became of the passage of a judgment; the judgment itself is kept whatever it is."""

    FRESH = "fresh"
    """It is there, with the text that was judged."""
    CHANGED = "changed"
    """Its title or text is another now."""
    GONE = "gone"
    """No passage of this id is in the index."""


def freshness(judged: Judgment | PoolItem, passages: Mapping[str, Passage]) -> Freshness:
    """Compare a judgment (or an item to judge) with the passages of an index, by id."""
    passage = passages.get(judged.passage_id)
    if passage is None:
        return Freshness.GONE
    same = text_hash(passage.titled_text) == judged.text_hash
    return Freshness.FRESH if same else Freshness.CHANGED
