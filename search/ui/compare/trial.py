"""A query searched by two variants, whose sides are drawn by lot."""

import random
from dataclasses import dataclass
from typing import Self

from search.hits import Ranking
from search.judging.votes import Choice
from search.rivals import Rivals
from search.variant import Variant

SHOWN = 10
"""Results a side."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is on the screen; `choice` is None while nobody has voted."""

    a: Variant
    b: Variant
    a_is_left: bool
    left: Ranking
    right: Ranking
    choice: Choice | None = None

    @classmethod
    def draw(cls, rivals: Rivals, query: str, a: Variant, b: Variant) -> Self:
        """Search with both; raises the errors of `Variant.search`."""
        found = [variant.search(rivals, query, SHOWN) for variant in (a, b)]
        a_is_left = random.choice((True, False))
        left, right = found if a_is_left else reversed(found)
        return cls(a, b, a_is_left, left, right)

    def choice_of(self, side: str) -> Choice:
        """The variant behind "left" or "right"; "tie" for neither."""
        if side == "tie":
            return "tie"
        return "a" if (side == "left") == self.a_is_left else "b"
