import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from search.judging.export_file import Exported
from search.judging.imports import BadLine
from search.judging.judgment import Judgment
from search.judging.pairs_file import PairsFile
from search.judging.pool import Pool, PoolItem
from search.judging.pool_status import PoolStatus
from search.judging.query_set import Query
from search.judging.query_table import QueryTable
from search.judging.stale import Freshness
from search.ui.pools.texts import ENGLISH, POOLS_TEXTS, RUSSIAN, PoolsTexts
from search.ui.pools.view import (
    LISTED,
    bad_lines_html,
    exported_html,
    made_html,
    pools_html,
    query_table_html,
)

HOSTILE = '<img src=x onerror="alert(1)">${1}{{2}}'
every_language = pytest.mark.parametrize("texts", POOLS_TEXTS.values(), ids=POOLS_TEXTS)


def pool(name: str = "киты", overlap: int = 2) -> Pool:
    items = tuple(
        PoolItem(query, query, "", passage, passage, "хеш")
        for query, passage in (("кит", "а"), ("кит", "б"), ("чай", "а"), ("чай", "в"))
    )
    return Pool(name, items, overlap, depth=7, created=datetime(2026, 5, 4, 3, 2, tzinfo=UTC))


def judged(who: str, *pairs: tuple[str, str]) -> list[Judgment]:
    return [Judgment(query, p, p, "хеш", who, 1, pool="киты") for query, p in pairs]


def cells(html: str) -> list[list[str]]:
    rows = re.findall("<tr>(.*?)</tr>", html)
    return [re.findall(">([^<]+)<", re.sub("</?(span|i)[^>]*>", "", row)) for row in rows]


def test_a_row_tells_all_of_a_pool() -> None:
    given = judged("Анна", ("кит", "а"), ("кит", "б"), ("чай", "а")) + judged("Борис", ("кит", "а"))
    html = pools_html([PoolStatus.of(pool(), given)], RUSSIAN)
    head, row = cells(html)
    assert head == list(RUSSIAN.columns.values())
    # Two are needed: one of four has both. Anna is left 1, Boris the three he has not judged.
    left = "Анна 1, Борис 3"
    assert row == ["киты", "4", "2", "2", "7", "2026-05-04 03:02", "25 %", left]


def test_the_newest_pool_is_first_and_an_untouched_one_says_so() -> None:
    html = pools_html([PoolStatus.of(pool(n), []) for n in ("старый", "новый")], ENGLISH)
    rows = cells(html)[1:]
    assert [row[0] for row in rows] == ["новый", "старый"]
    assert rows[0][-2:] == ["0 %", ENGLISH.nobody]


def test_what_is_gone_from_the_index_is_told_and_not_waited_for() -> None:
    given = judged("Анна", ("кит", "а"), ("чай", "а"))
    html = pools_html([PoolStatus.of(pool(overlap=1), given, passages={"а"})], RUSSIAN)
    row = cells(html)[1]
    assert row[1:3] == ["2", "2"]
    assert row[-3:] == ["100 %", RUSSIAN.gone.format(count=2), "Анна 0"]
    html = pools_html([PoolStatus.of(pool(), given, passages=())], RUSSIAN)
    assert RUSSIAN.gone.format(count=4) in html and " %" not in html


@every_language
def test_no_pools_are_a_message(texts: PoolsTexts) -> None:
    assert texts.no_pools in pools_html([], texts)


def test_a_pool_that_was_made_is_counted() -> None:
    told = ENGLISH.made.format(name="киты", items=4, queries=2, overlap=2)
    assert told in made_html(pool(), ENGLISH)


def test_bad_lines_are_listed_by_number_up_to_a_limit() -> None:
    bad = tuple(BadLine(Path("/tmp/x/q.csv"), n, "пусто") for n in range(1, LISTED + 4))
    html = bad_lines_html(RUSSIAN.refused, bad, RUSSIAN)
    assert RUSSIAN.refused.format(bad=LISTED + 3) in html
    assert "<li>строка 1: пусто</li>" in html and "/tmp" not in html
    assert html.count("<li>") == LISTED + 1
    assert RUSSIAN.more.format(count=3) in html


def test_an_uploaded_table_is_counted_and_its_bad_lines_shown() -> None:
    queries = (Query("1", "кит"), Query("2", "чай"))
    assert query_table_html(QueryTable(queries, ()), ENGLISH).count("<li>") == 0
    html = query_table_html(QueryTable(queries, (BadLine(Path("q"), 3, "empty"),)), ENGLISH)
    assert ENGLISH.table_read.format(queries=2) in html
    assert "<li>line 3: empty</li>" in html


@every_language
def test_an_export_tells_what_became_of_the_texts(texts: PoolsTexts) -> None:
    counts = Counter({Freshness.FRESH: 5, Freshness.GONE: 2})
    html = exported_html(Exported(Path("f"), 7, counts), texts)
    for line in (
        texts.exported.format(judgments=7),
        texts.freshness["fresh"].format(count=5),
        texts.freshness["changed"].format(count=0),
        texts.freshness["gone"].format(count=2),
    ):
        assert line in html
    assert texts.freshness_unknown in exported_html(Exported(Path("f"), 7, None), texts)


def test_training_pairs_are_counted_with_what_was_kept() -> None:
    made = PairsFile(12, 4, Counter({"negatives mined": 6, "judged answers": 4}), "")
    html = exported_html(Exported(Path("f"), 7, Counter(), made), ENGLISH)
    assert ENGLISH.pairs_made.format(pairs=12, positives=4) in html
    assert "<li>negatives mined: 6</li><li>judged answers: 4</li>" in html


def test_text_of_people_reaches_the_page_as_text() -> None:
    bad = (BadLine(Path("q"), 1, HOSTILE),)
    hostile = pool(HOSTILE)
    for html in (
        pools_html([PoolStatus.of(hostile, judged(HOSTILE, ("кит", "а")))], RUSSIAN),
        made_html(hostile, RUSSIAN),
        bad_lines_html(RUSSIAN.skipped, bad, RUSSIAN),
    ):
        assert "&lt;img" in html and "<img" not in html
        assert not set(html) & set("{}$")
