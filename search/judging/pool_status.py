"""How far a pool is judged, and what is left to each annotator."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from search.judging.judgment import Judgment
from search.judging.pool import Pool
from search.judging.tasks import Progress, annotators, progress


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
        """`judgments` are all that stand, as for `search.judging.tasks.next_task`."""
        pairs = {(item.query, item.passage_id) for item in pool.items}
        # Once, so that each annotator's count does not read the judgments of all pools again.
        concerning = [j for j in judgments if (j.query, j.passage_id) in pairs]
        judged_by = annotators(pool, concerning).values()
        names = sorted(set().union(*judged_by))
        return cls(
            pool=pool,
            queries=len({item.query for item in pool.items}),
            judged=sum(len(who) >= pool.overlap for who in judged_by),
            annotators=tuple((name, progress(pool, name, concerning)) for name in names),
        )
