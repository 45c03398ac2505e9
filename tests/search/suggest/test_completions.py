import time

import pytest

from search.suggest.completions import Completions

TITLES = ["Озеро Байкал", "Байкал", "Ёлка — дерево", "Чай и кофе", "Рыбы озера Байкал"]
QUERIES = ["где байкал", "как нарядить ёлку", "байкал"]


@pytest.fixture(scope="module")
def completions() -> Completions:
    return Completions(TITLES, QUERIES)


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("бай", ["байкал", "где байкал", "Озеро Байкал", "Рыбы озера Байкал"]),
        ("ЁЛ", ["Ёлка — дерево", "как нарядить ёлку"]),
        ("ел", ["Ёлка — дерево", "как нарядить ёлку"]),
        ("байкал оз", ["Озеро Байкал", "Рыбы озера Байкал"]),
        ("елка дер", ["Ёлка — дерево"]),
        ("айкал", []),
    ],
)
def test_what_starts_so_comes_first_and_queries_before_titles(
    completions: Completions, prefix: str, expected: list[str]
) -> None:
    assert completions.of(prefix) == expected


def test_limit_and_empty_prefix(completions: Completions) -> None:
    assert completions.of("", limit=2) == ["где байкал", "как нарядить ёлку"]
    assert completions.of("бай", limit=1) == ["байкал"]


def test_fifteen_thousand_titles_are_fast() -> None:
    completions = Completions((f"Статья {n} закона о порядке {n % 97}" for n in range(15_000)), [])
    times = []
    for prefix in ("с", "статья 14", "о пор", "зак 96") * 3:
        start = time.perf_counter()
        assert completions.of(prefix)
        times.append(time.perf_counter() - start)
    assert sorted(times)[len(times) // 2] < 0.02  # 3 ms here; machines differ
