"""Why a passage is here, and why another is not, in Chromium."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_words_that_moved_the_reranker_are_shaded_and_told(
    page: Page, app_url: str, artefacts: Path, theme: str
) -> None:
    ask(page, f"{app_url}/?__theme={theme}", QUERY)
    page.wait_for_selector(RERANKED)
    page.locator(".hits article").first.get_by_text("Почему здесь?").click()
    moved = page.locator("dialog.why[open] .moved")
    moved.get_by_role("button").click()
    expect(moved.locator("mark").first).to_be_visible(timeout=60_000)
    strongest = moved.locator("li")
    expect(strongest).to_have_count(5)
    lemma, drop = strongest.first.inner_text().split()
    assert lemma == "байкал"
    assert float(drop) > 1
    shaded = moved.locator(f"mark[title='{lemma} {drop}']")
    assert shaded.first.inner_text() == "Байкал"
    assert set(shaded.evaluate_all("words => words.map(w => w.style.cssText)")) == {
        "--strength: 1.00;"
    }
    page.wait_for_timeout(500)  # colours fade in, and axe reads them halfway
    violations = Axe().run(page, context="dialog.why").response["violations"]
    assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == []
    page.screenshot(path=artefacts / f"moved-{theme}.png")
