"""What a pool can't be, said in the page's words before anything is searched for it."""

from search.judging.judgment import MAX_NAME_CHARS
from search.judging.pool_plan import PoolPlan
from search.judging.store import JudgmentStore
from search.ui.attempt import NotReadyError
from search.ui.pools.texts import PoolsTexts


def check_plan(plan: PoolPlan, store: JudgmentStore, texts: PoolsTexts) -> None:
    """Raise `NotReadyError` for a name or number that a person may well type.

    Raises `JudgingError` for what else `PoolPlan.check` refuses.
    """
    if not plan.name:
        raise NotReadyError(texts.name_empty)
    check_name_length(plan.name, texts)
    if plan.depth < 1 or plan.overlap < 1:
        raise NotReadyError(texts.too_low)
    if plan.name in store.pool_names():
        raise NotReadyError(texts.name_taken.format(name=plan.name))
    plan.check(store)


def check_name_length(name: str, texts: PoolsTexts) -> None:
    """Raise `NotReadyError` for the name of a pool or person that can't be kept whole."""
    if len(name) > MAX_NAME_CHARS:
        raise NotReadyError(texts.name_long.format(length=len(name), limit=MAX_NAME_CHARS))
