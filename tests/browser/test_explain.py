"""Why a passage is here, and why another is not, in Chromium."""

from pathlib import Path

from playwright.sync_api import Page, expect

from search.engine import Engine
from tests.browser.test_search_page import QUERY, RERANKED, ask


def test_a_card_tells_why_it_is_here(
    page: Page, app_url: str, engine: Engine, artefacts: Path
) -> None:
    ask(page, app_url, QUERY)
    page.wait_for_selector(RERANKED)
    page.locator(".hits article").nth(1).get_by_text("Почему здесь?").click()
    dialog = page.locator("dialog.why[open]")
    expect(dialog).to_be_visible(timeout=20_000)
    hit = engine.search(QUERY).hits[1]
    told = dialog.inner_text()
    assert hit.passage.title in told
    assert "Показан на месте 2." in told
    assert f"{hit.stages['bm25'].score:.2f}" in told
    page.screenshot(path=artefacts / "why.png")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.locator(".hits article").first.get_by_text("Почему здесь?").click()
    expect(dialog).to_contain_text("Показан на месте 1.", timeout=20_000)


def test_a_document_that_is_missed_is_found_where_it_was_lost(page: Page, app_url: str) -> None:
    ask(page, app_url, QUERY)
    page.wait_for_selector(RERANKED)
    page.locator("#explain button").first.click()
    box = page.locator("#explain textarea")
    box.fill("ancient-01")
    box.press("Enter")
    explained = page.locator("#explain .explained")
    expect(explained).to_contain_text("Потерян", timeout=20_000)
    box.fill("   ")
    box.press("Enter")
    expect(page.locator("#explain .message.error")).to_be_visible()
