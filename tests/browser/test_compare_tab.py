"""Two settings side by side and a blind vote, in Chromium."""

from pathlib import Path

from playwright.sync_api import Page, expect

from search.engine import Engine
from search.ui.sign_in import BROWSER_KEY
from tests.browser.test_search_page import QUERY


def test_two_settings_are_compared_and_voted_on(
    page: Page, app_url: str, engine: Engine, artefacts: Path
) -> None:
    page.goto(app_url)
    page.get_by_role("tab", name="Разметка").click()
    page.fill("#annotator input, #annotator textarea", "Анна")
    page.click("#enter")
    page.wait_for_function(f"localStorage.getItem('{BROWSER_KEY}') !== null")
    page.get_by_role("tab", name="Сравнение").click()
    box = page.locator("textarea:visible").first
    box.fill(QUERY)
    box.press("Enter")
    expect(page.get_by_text("RBO")).to_be_visible()
    shown = page.locator("article:visible h3").all_inner_texts()
    fused = engine.finish(engine.candidates(QUERY), 10).hits
    columns = [
        [f"{n}.{hit.passage.title}" for n, hit in enumerate(hits, 1)]
        for hits in (engine.search(QUERY).hits, fused)
    ]
    assert shown in (columns[0] + columns[1], columns[1] + columns[0])
    page.screenshot(path=artefacts / "compare.png", full_page=True)
    page.get_by_role("button", name="Левая лучше").click()
    expect(page.get_by_text("p = 1.0000").locator("visible=true")).to_be_visible()
    one = page.get_by_text("A 1 : B 0").or_(page.get_by_text("A 0 : B 1"))
    expect(one.locator("visible=true").first).to_be_visible()
