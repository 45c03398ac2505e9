"""The roles, each with all that the one below it may do, and a person who has one."""

from dataclasses import dataclass
from enum import IntEnum


class Role(IntEnum):
    """What somebody may do; a higher one includes the lower."""

    NOBODY = 0
    """Nothing but sign in."""
    VISITOR = 1
    """Search, explain, compare."""
    ANNOTATOR = 2
    """Judge, under one's own name only."""
    LEAD = 3
    """Pools, snapshots, imports, exports, corpora: everything."""

    @property
    def word(self) -> str:
        """As the command line and the users file write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Person:
    """Who sent a request; the name is empty when nobody has signed in."""

    name: str
    role: Role
