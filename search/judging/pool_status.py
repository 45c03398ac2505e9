"""How far a pool is judged, and what is left to each annotator."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from typing import Self

from search.judging.judgment import Judgment
from search.judging.pool import Pool
from search.judging.tasks import Progress, progress, who_judged


@dataclass(frozen=True, slots=True)
class PoolStatus:
    """A pool with its counts; `annotators` are those whose judgments count in it, by name."""

    pool: Pool
    queries: int
    items: int
    """Items that can be judged: their passage is in the index."""
    gone: int
    """Items that nobody can judge any more; no other count has them."""
    judged: int
    """Items that as many annotators judged as the overlap asks for."""
    annotators: tuple[tuple[str, Progress], ...]

    @classmethod
    def of(
        cls,
        pool: Pool,
        judgments: Iterable[Judgment],
        passages: Container[str] | None = None,
    ) -> Self:
        """`judgments` are all that stand, `passages` the ids of the index (None: nothing is gone).

        A passage whose text has changed is judged as it is now, so it is not gone.
        """
        items = tuple(i for i in pool.items if passages is None or i.passage_id in passages)
        gone = len(pool.items) - len(items)
        if not items:
            return cls(pool, queries=0, items=0, gone=gone, judged=0, annotators=())
        live = replace(pool, items=items)
        judged_by = who_judged(live, judgments)
        names = sorted(set().union(*judged_by.values()))
        return cls(
            pool=pool,
            queries=len({item.query for item in items}),
            items=len(items),
            gone=gone,
            judged=sum(len(who) >= pool.overlap for who in judged_by.values()),
            annotators=tuple((name, progress(live, name, judged_by)) for name in names),
        )
