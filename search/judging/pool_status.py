"""How far a pool is judged, and what is left to each annotator."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from search.judging.judgment import Judgment
from search.judging.pool import Pool
from search.judging.tasks import Progress, progress, who_judged


@dataclass(frozen=True, slots=True)
class PoolStatus:
    """A pool with its counts; `annotators` are those whose judgments count in it, by name."""

    pool: Pool
    queries: int
    judged: int
    """Items that as many annotators judged as the overlap asks for."""
    annotators: tuple[tuple[str, Progress], ...]

    @classmethod
    def of(cls, pool: Pool, judgments: Iterable[Judgment]) -> Self:
        """`judgments` are all that stand."""
        judged_by = who_judged(pool, judgments)
        names = sorted(set().union(*judged_by.values()))
        return cls(
            pool=pool,
            queries=len({item.query for item in pool.items}),
            judged=sum(len(who) >= pool.overlap for who in judged_by.values()),
            annotators=tuple((name, progress(pool, name, judged_by)) for name in names),
        )
