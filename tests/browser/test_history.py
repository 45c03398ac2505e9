"""The last queries, which the browser alone keeps, in Chromium."""

import json
from urllib.parse import unquote_plus

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.test_search_page import PATIENCE_MS, QUERY, ask

SECRET = "отчего болит голова"
KEY = "russian-search-history"
FORBIDDEN = {
    "forbidden": f"""
const get = Storage.prototype.getItem;
Storage.prototype.getItem = function (key) {{
  if (key === '{KEY}') throw new DOMException('denied', 'SecurityError');
  return get.call(this, key);
}};""",
    "full": "Storage.prototype.setItem = () => { throw new DOMException('full'); };",
    "not ours": f"localStorage.setItem('{KEY}', '{{\"a\": 1}}');",
    "no JSON": f"localStorage.setItem('{KEY}', 'бис');",
}


def search(page: Page, query: str) -> None:
    page.locator("#query textarea").fill(query)
    page.locator("#query textarea").press("Enter")
    brings_hits(page, query)


def brings_hits(page: Page, query: str) -> None:
    """To the end: Gradio ignores an Enter while a search goes on."""
    expect(page.locator(f".hits[data-query='{query}']")).to_be_attached(timeout=PATIENCE_MS)
    page.wait_for_url(lambda url: query in unquote_plus(url), timeout=PATIENCE_MS)


def recent(page: Page) -> Locator:
    return page.locator("#history .latest button")


def keep(page: Page, app_url: str, queries: list[str]) -> None:
    page.goto(app_url)
    page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [KEY, json.dumps(queries)])
    page.goto(app_url)


def speak_english(page: Page) -> None:
    page.get_by_label("English", exact=True).check()
    expect(page.locator("#history")).to_contain_text("Recent queries", timeout=PATIENCE_MS)


def test_queries_outlive_a_reload_newest_first_and_a_repeat_moves_up(
    page: Page, app_url: str
) -> None:
    ask(page, app_url, SECRET)
    brings_hits(page, SECRET)
    expect(recent(page)).to_have_text([SECRET])
    search(page, QUERY)
    expect(recent(page)).to_have_text([QUERY, SECRET])
    page.goto(app_url)
    expect(recent(page)).to_have_text([QUERY, SECRET])
    search(page, SECRET)
    expect(recent(page)).to_have_text([SECRET, QUERY])


def test_a_click_searches_again(page: Page, app_url: str) -> None:
    keep(page, app_url, [QUERY, SECRET])
    recent(page).nth(1).focus()
    page.keyboard.press("Enter")
    brings_hits(page, SECRET)
    expect(page.locator("#query textarea")).to_have_value(SECRET)
    expect(recent(page)).to_have_text([SECRET, QUERY])
    expect(recent(page).first).to_be_focused()


def test_twenty_are_kept_and_five_shown(page: Page, app_url: str) -> None:
    keep(page, app_url, [f"вопрос {number}" for number in range(20)])
    search(page, QUERY)
    expect(recent(page)).to_have_text([QUERY, *(f"вопрос {number}" for number in range(4))])
    earlier = page.locator("#history .earlier button")
    expect(earlier.first).to_be_hidden()
    page.locator("#history summary").click()
    expect(earlier).to_have_text([f"вопрос {number}" for number in range(4, 19)])
    expect(earlier.first).to_be_visible()


def test_clearing_forgets_all(page: Page, app_url: str) -> None:
    keep(page, app_url, [QUERY, SECRET])
    page.get_by_role("button", name="Очистить", exact=True).click()
    expect(page.locator("#history")).to_be_hidden()
    expect(page.locator("#query textarea")).to_be_focused()
    assert page.evaluate("key => JSON.parse(localStorage.getItem(key))", KEY) == []
    page.goto(app_url)
    expect(page.locator("#query textarea")).to_be_focused()
    expect(page.locator("#history")).to_be_hidden()


def test_a_query_that_is_markup_is_text(page: Page, app_url: str) -> None:
    markup = "<img src=x onerror=\"document.title='ran'\"> ${1+1} {{value}} Байкал"
    ask(page, app_url, markup)
    expect(recent(page)).to_have_text([markup])
    page.goto(app_url)
    expect(recent(page)).to_have_text([markup])
    recent(page).click()
    expect(page.locator("#query textarea")).to_have_value(markup)
    expect(page.locator(".hits")).to_be_attached(timeout=PATIENCE_MS)
    expect(page.locator("#history img")).to_have_count(0)
    assert page.title() != "ran"


def test_the_list_speaks_the_language_of_the_page(page: Page, app_url: str) -> None:
    keep(page, app_url, [QUERY])
    speak_english(page)
    expect(recent(page)).to_have_text([QUERY])


def test_no_request_but_its_own_search_holds_a_query(page: Page, app_url: str) -> None:
    keep(page, app_url, [SECRET])
    expect(recent(page)).to_have_text([SECRET])
    sent: list[str] = []

    def note(request: Request) -> None:
        sent.append(unquote_plus(request.url))
        body = request.post_data
        if body:
            sent.append(json.dumps(json.loads(body), ensure_ascii=False))

    page.on("request", note)
    page.reload()
    expect(recent(page)).to_have_text([SECRET])
    search(page, QUERY)
    speak_english(page)
    assert [request for request in sent if QUERY in request]
    assert [request for request in sent if SECRET in request] == []


@pytest.mark.parametrize("storage", FORBIDDEN)
def test_storage_that_fails_stops_no_search(page: Page, app_url: str, storage: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(FORBIDDEN[storage])
    ask(page, app_url, QUERY)
    brings_hits(page, QUERY)
    assert errors == []
