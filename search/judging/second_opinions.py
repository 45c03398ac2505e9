"""Judgments that contradict each other -> items for someone who has not judged them."""

from collections.abc import Iterable
from dataclasses import replace

from search.errors import JudgingError
from search.judging.judgment import Judgment
from search.judging.pool import Pool, PoolItem
from search.judging.tasks import who_judged


def second_opinions(judgments: Iterable[Judgment], threshold: int = 2) -> tuple[PoolItem, ...]:
    """Pairs whose grades lie `threshold` or more apart, or that someone could not judge.

    Only judgments of the text judged last are compared. Raises `JudgingError` for a threshold
    outside 1..3.
    """
    if not 1 <= threshold <= 3:
        raise JudgingError(f"threshold {threshold}: grades differ by 1 to 3. Choose one of these.")
    pairs: dict[tuple[str, str], list[Judgment]] = {}
    for judgment in judgments:
        pairs.setdefault((judgment.query, judgment.passage_id), []).append(judgment)
    items = []
    for given in pairs.values():
        last = max(given, key=lambda judgment: judgment.id)
        grades = [j.grade for j in given if j.text_hash == last.text_hash]
        known = [grade for grade in grades if grade is not None]
        if len(known) < len(grades) or max(known) - min(known) >= threshold:
            query_id = next((j.query_id for j in given if j.query_id), "")
            items.append(
                PoolItem(
                    query=last.query,
                    query_id=query_id,
                    need="",
                    passage_id=last.passage_id,
                    document_id=last.document_id,
                    text_hash=last.text_hash,
                )
            )
    return tuple(items)


def pool_of_second_opinions(
    name: str, pool: Pool, judgments: Iterable[Judgment], threshold: int = 2
) -> Pool:
    """The items of `pool` in need of a second opinion, each for one annotator more.

    The overlap is one above the pool's, or above the most annotators an item has had. Raises
    `JudgingError` when no item needs one.
    """
    judgments = list(judgments)
    wanted = {(i.query, i.passage_id): i for i in second_opinions(judgments, threshold)}
    items = tuple(
        replace(item, text_hash=wanted[item.query, item.passage_id].text_hash)
        for item in pool.items
        if (item.query, item.passage_id) in wanted
    )
    if not items:
        raise JudgingError(
            f"pool {pool.name!r}: no judgments {threshold} grades apart and none that could not "
            "be given. There is nothing to ask a second opinion on."
        )
    again = replace(pool, name=name, items=items, created=None)
    most = max(map(len, who_judged(again, judgments).values()))
    return replace(again, overlap=max(pool.overlap, most) + 1)
