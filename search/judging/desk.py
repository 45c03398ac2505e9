"""An annotator's desk: what to judge next in a pool, judging it, taking it back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from index.passages import Passage
from search.errors import JudgingError
from search.judging.judgment import Grade, Judgment, text_hash
from search.judging.pool import Pool
from search.judging.store import JudgmentStore
from search.judging.tasks import JudgedBy, Progress, Task, next_task, order_for, progress


@dataclass(frozen=True, slots=True)
class Sheet:
    """One item before the annotator."""

    task: Task
    passage: Passage
    """As the index holds it now."""
    given: Judgment | None
    """The annotator's own standing judgment of it."""

    @property
    def shown_hash(self) -> str:
        """`text_hash` of the passage as it is shown; another than the task's when it changed."""
        return text_hash(self.passage.titled_text)


@dataclass(frozen=True, slots=True)
class Work:
    """Where an annotator stands in a pool."""

    pool: str
    progress: Progress
    """Over the items whose passage is in the index."""
    gone: int
    """Items whose passage is no longer there: nobody can judge them."""
    sheet: Sheet | None
    """None when nothing is left to judge."""


class Desk:
    """Judging over one store and the passages of one index; threads may share it."""

    def __init__(self, store: JudgmentStore, passages: Mapping[str, Passage]) -> None:
        self.store = store
        self._passages = passages
        # A pool never changes; what of it is in the index does with the index.
        self._pools: dict[str, Pool] = {}
        self._lives: dict[str, tuple[Pool | None, int]] = {}

    def passages_changed(self) -> None:
        """Forget which items' passages are in the index; what is being read goes nowhere."""
        self._lives = {}

    def next(self, annotator: str, pool: str, start: int = 0) -> Work:
        """The first open item from position `start` on, else before it.

        Raises `JudgingError` for a pool that isn't there and when the database fails, as all
        methods do.
        """

        def chosen(live: Pool, judged_by: JudgedBy) -> Task | None:
            return next_task(live, annotator, judged_by, start)

        return self._work(pool, annotator, chosen)

    def at(self, annotator: str, pool: str, position: int) -> Work:
        """The item at a position of the annotator's order, judged or not; the ends hold."""

        def chosen(live: Pool, _: JudgedBy) -> Task:
            order = order_for(live, annotator)
            return order[min(max(position, 0), len(order) - 1)]

        return self._work(pool, annotator, chosen)

    def judge(
        self,
        annotator: str,
        pool: str,
        query: str,
        passage_id: str,
        grade: Grade | None,
        comment: str = "",
        seen_hash: str = "",
    ) -> Judgment:
        """Save a judgment of a pool's item; `seen_hash` tells the text the annotator saw.

        Without it, the passage counts as seen the way it is now. What was judged is kept even if
        the passage has gone since.
        """
        items = {(i.query, i.passage_id): i for i in self._pool(pool).items}
        item = items.get((query, passage_id))
        if item is None:
            raise JudgingError(
                f"pool {pool!r}: the passage {passage_id!r} is not to be judged for the query "
                f"{query!r} in it. Reload the page."
            )
        passage = self._passages.get(passage_id)
        now = text_hash(passage.titled_text) if passage else item.text_hash
        return self.store.save(
            Judgment(
                query=query,
                passage_id=passage_id,
                document_id=item.document_id,
                text_hash=seen_hash or now,
                annotator=annotator,
                grade=grade,
                comment=comment,
                query_id=item.query_id,
                pool=pool,
                snapshot=self._pool(pool).snapshot,
            )
        )

    def judge_found(
        self,
        annotator: str,
        query: str,
        passage_id: str,
        grade: Grade,
        seen_hash: str,
    ) -> Judgment:
        """Save a judgment of a passage that a search found, outside any pool.

        One that has gone since it was found is kept under its passage id: it is stale.
        """
        passage = self._passages.get(passage_id)
        return self.store.save(
            Judgment(
                query=query,
                passage_id=passage_id,
                document_id=passage.document_id if passage else passage_id,
                text_hash=seen_hash,
                annotator=annotator,
                grade=grade,
            )
        )

    def undo(self, annotator: str, pool: str) -> Work | None:
        """Withdraw the annotator's latest judgment in the pool and go back to its item.

        None when there is nothing to take back.
        """
        withdrawn = self.store.undo(annotator, pool)
        if withdrawn is None:
            return None
        pair = withdrawn.query, withdrawn.passage_id

        def same(live: Pool, judged_by: JudgedBy) -> Task | None:
            order = order_for(live, annotator)
            back = (task for task in order if (task.query, task.passage_id) == pair)
            return next(back, None) or next_task(live, annotator, judged_by)  # it is gone

        return self._work(pool, annotator, same)

    def _work(
        self, name: str, annotator: str, choose: Callable[[Pool, JudgedBy], Task | None]
    ) -> Work:
        live, gone = self._live(name)
        if live is None:
            return Work(name, Progress(0, 0, 0), gone, None)
        judged_by = self.store.judged_by(live)
        task = choose(live, judged_by)
        return Work(
            pool=name,
            progress=progress(live, annotator, judged_by),
            gone=gone,
            sheet=self._sheet(task, annotator) if task else None,
        )

    def _sheet(self, task: Task, annotator: str) -> Sheet:
        given = self.store.standing(annotator, task.query, task.passage_id)
        passage = self._passages.get(task.passage_id)
        if passage is None:
            raise JudgingError(
                f"{task.passage_id!r}: the passage has just gone from the index. Reload the page."
            )
        return Sheet(task, passage, given)

    def _live(self, name: str) -> tuple[Pool | None, int]:
        """The items whose passage is in the index (None: there are none), and how many aren't."""
        lives = self._lives
        if name not in lives:
            pool = self._pool(name)
            items = tuple(item for item in pool.items if item.passage_id in self._passages)
            live = replace(pool, items=items) if items else None
            lives[name] = live, len(pool.items) - len(items)
        return lives[name]

    def _pool(self, name: str) -> Pool:
        if name not in self._pools:
            self._pools[name] = self.store.pool(name)
        return self._pools[name]
