"""What is decided of a pool before anything is searched for it."""

from dataclasses import dataclass

from search.errors import JudgingError
from search.judging.pool import Pool, PoolItem
from search.judging.store import JudgmentStore

_ANY_ITEM = PoolItem("?", "?", "", "?", "?", "")


@dataclass(frozen=True, slots=True)
class PoolPlan:
    """Name and numbers of a pool to be; what they mean stands at `search.judging.pool.Pool`."""

    name: str
    depth: int = 10
    overlap: int = 1
    seed: int = 42

    def check(self, store: JudgmentStore) -> None:
        """Raise `JudgingError` for what `Pool` or `save_pool` would refuse minutes later.

        `save_pool` itself is what keeps names apart.
        """
        Pool(self.name, (_ANY_ITEM,), self.overlap, self.seed, self.depth)
        if self.name in store.pool_names():
            raise JudgingError(f"there is already a pool named {self.name!r}. Choose another name.")
