"""Suggestions while one types, and what a mistyped query may have meant, in Chromium."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_search_page import RERANKED, ask


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("какова глубина Бойкала", "какова глубина Байкала"),
        ("uke,byf Байкала", "глубина Байкала"),
        ("lj;lm", "дождь"),
    ],
)
def test_what_was_meant_is_offered_and_not_forced(
    page: Page, app_url: str, typed: str, meant: str
) -> None:
    ask(page, app_url, typed)
    offer = page.locator("#offers button")
    expect(offer).to_have_text(meant)
    expect(page.locator("#query textarea")).to_have_value(typed)
    offer.click()
    expect(page.locator("#query textarea")).to_have_value(meant)
    page.wait_for_selector(f".hits[data-query='{meant}']")
    page.wait_for_selector(RERANKED)
    expect(page.locator("#offers button")).to_have_count(0)


def test_titles_and_examples_come_while_one_types(page: Page, app_url: str) -> None:
    page.goto(app_url)
    page.locator("#query textarea").press_sequentially("почему осе")
    offer = page.locator("#offers button").filter(has_text="почему оседает бисквит")
    offer.click()
    page.wait_for_selector(".hits[data-query='почему оседает бисквит']")
    page.wait_for_selector(RERANKED)


def test_a_correct_query_gets_no_offer(page: Page, app_url: str) -> None:
    ask(page, app_url, "какова глубина Байкала")
    page.wait_for_selector(RERANKED)
    expect(page.locator("#offers button")).to_have_count(0)
