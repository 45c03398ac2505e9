from pathlib import Path

import pytest

from search.errors import JudgingError
from search.judging.pool import Pool, PoolItem
from search.judging.pool_plan import PoolPlan
from search.judging.store import JudgmentStore


@pytest.fixture
def sqlite(tmp_path: Path) -> JudgmentStore:
    return JudgmentStore.open(f"sqlite:///{tmp_path}/judgments.sqlite")


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (PoolPlan(""), "is empty"),
        (PoolPlan(" пул"), "spaces around"),
        (PoolPlan("п" * 101), "101 characters"),
        (PoolPlan("пул", depth=0), "depth is 0"),
        (PoolPlan("пул", overlap=0), "overlap is 0"),
        (PoolPlan("занят"), "already a pool named 'занят'"),
    ],
)
def test_what_would_be_refused_later_is_refused_now(
    sqlite: JudgmentStore, plan: PoolPlan, why: str
) -> None:
    with sqlite:
        sqlite.save_pool(Pool("занят", (PoolItem("кит", "1", "", "а", "а", "хеш"),)))
        PoolPlan("свободен").check(sqlite)
        with pytest.raises(JudgingError, match=why):
            plan.check(sqlite)
