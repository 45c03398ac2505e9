"""What a person takes away from a search, driven in Chromium."""

import csv
import json
from pathlib import Path

from playwright.sync_api import Page, expect

from search.engine import Engine
from search.report import ranking_as_json
from tests.browser.test_search_page import QUERY, RERANKED, ask


def found(page: Page, app_url: str, query: str = QUERY) -> None:
    ask(page, app_url, query)
    page.wait_for_selector(RERANKED)


def downloaded(page: Page, take: str) -> Path:
    with page.expect_download() as download:
        page.click(f".results-bar [data-take={take}]")
    return Path(download.value.path())


def test_results_go_out_as_json(page: Page, app_url: str, engine: Engine) -> None:
    found(page, app_url)
    content = json.loads(downloaded(page, "json").read_text(encoding="utf-8"))
    expected = ranking_as_json(engine.search(QUERY))
    assert content["query"] == QUERY
    assert [hit["id"] for hit in content["hits"]] == [hit["id"] for hit in expected]
    assert [hit["text"] for hit in content["hits"]] == [hit["text"] for hit in expected]
    assert content["hits"][0].keys() == {"rank"} | (expected[0].keys() - {"answer"})


def test_results_go_out_as_csv(page: Page, app_url: str, engine: Engine) -> None:
    found(page, app_url)
    with downloaded(page, "csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    hits = engine.search(QUERY).hits
    assert [row["id"] for row in rows] == [hit.passage.id for hit in hits]
    assert [row["text"] for row in rows] == [hit.passage.text for hit in hits]
    assert [row["reranked_rank"] for row in rows] == [str(n) for n in range(1, len(hits) + 1)]
    missing = [row for row, hit in zip(rows, hits, strict=True) if "bm25" not in hit.stages]
    assert all(row["bm25_score"] == "" for row in missing)


def test_a_cell_that_looks_like_a_formula_is_no_formula(page: Page, app_url: str) -> None:
    found(page, app_url)
    card = page.locator(".hits article").first
    card.evaluate(
        "card => { const hit = JSON.parse(card.dataset.hit); hit.title = '=1+1';"
        " card.dataset.hit = JSON.stringify(hit); }"
    )
    with downloaded(page, "csv").open(encoding="utf-8-sig", newline="") as stream:
        assert next(csv.DictReader(stream))["title"] == "'=1+1"


def test_link_and_passage_are_copied(page: Page, app_url: str, engine: Engine) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    found(page, app_url)
    button = page.locator(".results-bar [data-take=link]")
    button.click()
    expect(button).to_have_text("Скопировано")
    link = page.evaluate("navigator.clipboard.readText()")
    page.goto(link)
    page.wait_for_selector(RERANKED)
    expect(page.locator("#query textarea")).to_have_value(QUERY)
    page.locator(".hits article [data-take=passage]").first.click()
    expect(page.locator(".hits article [data-take=passage]").first).to_have_text("Скопировано")
    passage = engine.search(QUERY).hits[0].passage
    assert page.evaluate("navigator.clipboard.readText()") == passage.titled_text


def test_a_stopped_search_says_so(page: Page, app_url: str) -> None:
    ask(page, app_url, QUERY)
    page.wait_for_selector(".hits article")
    page.click("#stop button, button#stop")
    expect(page.locator("#summary")).to_contain_text("Остановлено")
