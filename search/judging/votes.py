"""Which of two variants a person found better for a query, not knowing which was which."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Literal, get_args

from sqlalchemy import insert, select

from search.errors import JudgingError
from search.judging.judgment import MAX_NAME_CHARS, check_length, check_storable
from search.judging.schema import votes as table
from search.judging.store import JudgmentStore
from search.variant import Variant

Choice = Literal["a", "b", "tie"]


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's choice between the results of two variants.

    Raises `JudgingError` for another choice, a query or annotator that is empty, a name that is
    too long and text that can't be stored.
    """

    query: str
    annotator: str
    settings_a: Variant
    settings_b: Variant
    choice: Choice
    time: datetime | None = None
    """UTC; set by `save_vote`."""
    id: int = 0
    """Set by `save_vote`."""

    def __post_init__(self) -> None:
        if self.choice not in get_args(Choice):
            raise JudgingError(f"choice {self.choice!r}: must be a, b or tie. Choose one.")
        for field in ("query", "annotator"):
            text = getattr(self, field)
            if not text.strip():
                raise JudgingError(
                    f"{field} is empty. A vote needs a query and a name: fill it in."
                )
            check_storable(field, text)
        check_length("annotator", self.annotator, MAX_NAME_CHARS)


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes on a pair of variants."""

    a: int
    b: int
    ties: int

    @property
    def p(self) -> float:
        """Two-sided p of the sign test; ties say nothing of it."""
        return sign_test(self.a, self.b)


def save_vote(store: JudgmentStore, vote: Vote) -> Vote:
    """Add a vote; it is on the disk, with its id and time, when this returns."""
    vote = replace(vote, time=datetime.now(UTC))
    values = asdict(vote)
    del values["id"]
    with store.database.write("votes") as connection:
        added = insert(table).values(values).returning(table.c.id)
        return replace(vote, id=connection.execute(added).scalar_one())


def votes(store: JudgmentStore) -> list[Vote]:
    """Every vote ever given, oldest first."""
    chosen = select(*(table.c[field.name] for field in fields(Vote))).order_by(table.c.id)
    with store.database.read() as connection:
        rows = connection.execute(chosen).all()
    return [
        Vote(query, annotator, Variant(**a), Variant(**b), *rest)
        for query, annotator, a, b, *rest in rows
    ]


def tally(votes: Iterable[Vote], a: Variant, b: Variant) -> Tally:
    """The votes on this pair, also those that had it the other way round.

    `votes` come oldest first; only the first of a person for a query counts, as the sides are no
    secret after it.
    """
    count = {"a": 0, "b": 0, "tie": 0}
    swapped = {"a": "b", "b": "a", "tie": "tie"}
    seen: set[tuple[str, str]] = set()
    for vote in votes:
        pair = vote.settings_a, vote.settings_b
        who = vote.annotator, vote.query
        if pair not in ((a, b), (b, a)) or who in seen:
            continue
        seen.add(who)
        count[vote.choice if pair == (a, b) else swapped[vote.choice]] += 1
    return Tally(count["a"], count["b"], count["tie"])


def sign_test(wins: int, losses: int) -> float:
    """Exact two-sided p that `wins` and `losses` come of a fair coin (Conover 1999, 3.4)."""
    trials = wins + losses
    tail = sum(math.comb(trials, few) for few in range(min(wins, losses) + 1))
    return min(1.0, 2 * tail / (1 << trials))
