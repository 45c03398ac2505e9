from search.judging.judgment import Judgment
from search.judging.pool import Pool, PoolItem
from search.judging.pool_status import PoolStatus
from search.judging.tasks import Progress


def judgment(who: str, passage: str, grade: int | None = 1, pool: str = "пул") -> Judgment:
    return Judgment("кит", passage, passage, f"хеш {passage}", who, grade, pool=pool)


def test_counts_are_of_items_judged_often_enough() -> None:
    items = tuple(PoolItem("кит", "1", "", p, p, f"хеш {p}") for p in "абв")
    given = [
        judgment("Анна", "а"),
        judgment("Борис", "а", None),  # can't judge is judged
        judgment("Анна", "б", pool="другой"),  # the same text elsewhere counts
        judgment("Вера", "г"),  # no item of the pool
    ]
    status = PoolStatus.of(Pool("пул", items, overlap=2), given)
    assert (status.queries, status.items, status.gone, status.judged) == (1, 3, 0, 1)
    assert status.annotators == (("Анна", Progress(2, 1, 3)), ("Борис", Progress(1, 2, 3)))


def test_what_is_gone_from_the_index_is_counted_apart() -> None:
    items = tuple(PoolItem("кит", "1", "", p, p, f"хеш {p}") for p in "абв")
    pool = Pool("пул", items)
    given = [judgment("Анна", "а"), judgment("Борис", "б"), judgment("Анна", "в")]
    status = PoolStatus.of(pool, given[:2], passages={"а", "в", "г"})
    assert (status.pool, status.items, status.gone, status.judged) == (pool, 2, 1, 1)
    assert status.annotators == (("Анна", Progress(1, 1, 2)),)
    status = PoolStatus.of(pool, given, passages={"а", "в"})
    assert (status.items, status.judged) == (2, 2)


def test_a_pool_may_be_gone_whole() -> None:
    pool = Pool("пул", (PoolItem("кит", "1", "", "а", "а", "хеш а"),))
    status = PoolStatus.of(pool, [judgment("Анна", "а")], passages=())
    assert (status.queries, status.items, status.gone, status.judged) == (0, 0, 1, 0)
    assert status.annotators == ()


def test_nobody_has_begun() -> None:
    status = PoolStatus.of(Pool("пул", (PoolItem("кит", "1", "", "а", "а", "х"),)), [])
    assert (status.judged, status.annotators) == (0, ())
