"""Depth, overlap and seed of a pool: the fields, and what they make together with a name."""

import gradio as gr

from search.judging.pool_plan import PoolPlan
from search.ui.attempt import NotReadyError
from search.ui.labelled import Labelled, relabel
from search.ui.pools.texts import POOLS_TEXTS, RUSSIAN, PoolsTexts

_FIELDS = (("depth", 10, 1000), ("overlap", 1, 100), ("seed", 42, 2**31 - 1))
"""(field, value at first, highest the form takes: a slip of the finger is no plan)."""


def add_pool_numbers(labelled: Labelled) -> list[gr.Number]:
    """Three number fields, in the order `pool_plan` takes them; adds them to `labelled`."""
    numbers = []
    for name, value, highest in _FIELDS:
        number = gr.Number(
            value,
            label=getattr(RUSSIAN, name),
            info=getattr(RUSSIAN, f"{name}_hint"),
            precision=0,
            maximum=highest,
            min_width=130,
        )
        labelled.append(relabel(number, POOLS_TEXTS, label=name, info=f"{name}_hint"))
        numbers.append(number)
    return numbers


def pool_plan(
    name: str, depth: int | None, overlap: int | None, seed: int | None, texts: PoolsTexts
) -> PoolPlan:
    """The plan that a form holds; raises `NotReadyError` for an empty number field."""
    if depth is None or overlap is None or seed is None:
        raise NotReadyError(texts.no_numbers)
    return PoolPlan(name.strip(), int(depth), int(overlap), int(seed))
