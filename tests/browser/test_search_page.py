from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from playwright.sync_api import Page, Request, expect

from search.engine import Engine

QUERY = "какова глубина Байкала"
RERANKED = ".hits .stages:has-text('реранкер №')"


def ask(page: Page, url: str, query: str) -> None:
    page.goto(url)
    box = page.locator("#query textarea")
    expect(box).to_be_focused()
    box.fill(query)
    box.press("Enter")


def test_a_query_brings_cards_with_four_stages(
    page: Page, app_url: str, engine: Engine, artefacts: Path
) -> None:
    ask(page, app_url, QUERY)
    page.wait_for_selector(RERANKED)
    ids = page.locator(".hits article").evaluate_all("cards => cards.map(c => c.dataset.id)")
    assert ids == [hit.passage.id for hit in engine.search(QUERY).hits]
    stages = page.locator(".hits article").first.locator(".stages").inner_text()
    for name in ("BM25 №", "плотный №", "слияние №", "реранкер №1 · "):
        assert name in stages
    page.screenshot(path=artefacts / "search.png")


def test_words_of_the_query_are_marked_in_any_form(page: Page, app_url: str) -> None:
    ask(page, app_url, QUERY)
    page.wait_for_selector(RERANKED)
    marked = {word.lower() for word in page.locator(".hits mark").all_inner_texts()}
    assert marked & {"байкал", "байкала", "байкалу", "байкале"}
    assert page.locator(".hits .best").count() > 0


def test_the_address_holds_the_query_and_brings_it_back(page: Page, app_url: str) -> None:
    ask(page, app_url, QUERY)
    page.wait_for_selector(RERANKED)
    page.wait_for_function("window.location.search.includes('q=')")
    assert parse_qs(urlsplit(page.url).query)["q"] == [QUERY]
    page.goto(f"{app_url}/?q={quote('кто изобрёл радио')}")
    page.wait_for_selector(RERANKED)
    expect(page.locator("#query textarea")).to_have_value("кто изобрёл радио")


def test_an_example_searches_at_once(page: Page, app_url: str) -> None:
    page.goto(app_url)
    page.get_by_text("почему оседает бисквит").click()
    page.wait_for_selector(RERANKED)
    expect(page.locator("#query textarea")).to_have_value("почему оседает бисквит")


def test_the_page_speaks_english_by_a_switch(page: Page, app_url: str) -> None:
    page.goto(app_url)
    expect(page.get_by_role("button", name="Найти")).to_be_visible()
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("button", name="Search")).to_be_visible()
    expect(page.get_by_text("Question or words")).to_be_visible()


def test_queries_that_find_nothing_say_why(page: Page, app_url: str) -> None:
    ask(page, app_url, "😀🎉")
    expect(page.locator("#hits")).to_contain_text("Ничего не нашлось")
    expect(page.locator("#summary")).to_contain_text("нет значимых слов")
    ask(page, app_url, "я " * 3000)
    expect(page.locator("#hits")).to_contain_text("знаков, читается не больше 1000")


def test_script_in_a_query_does_not_run(page: Page, app_url: str) -> None:
    ask(page, app_url, "<img src=x onerror='window.broken=1'> ${window.broken=1} {{value}} Байкал")
    page.wait_for_selector(RERANKED)
    assert page.evaluate("window.broken") is None


def test_the_page_asks_nothing_of_other_hosts(page: Page, app_url: str) -> None:
    outside: list[str] = []

    def note(request: Request) -> None:
        local = request.url.startswith((app_url, "data:", "blob:", app_url.replace("http", "ws")))
        if not local:
            outside.append(request.url)

    page.on("request", note)
    ask(page, app_url, QUERY)
    page.wait_for_selector(RERANKED)
    assert outside == []


def test_a_search_kept_to_a_section(page: Page, app_url: str, engine: Engine) -> None:
    page.goto(app_url)
    page.locator("#sources input").click()
    page.get_by_role("option", name="Страны и города").click()
    page.locator("#query textarea").fill(QUERY)
    page.locator("#query textarea").press("Enter")
    page.wait_for_selector(RERANKED)
    ids = page.locator(".hits article").evaluate_all("cards => cards.map(c => c.dataset.id)")
    hits = engine.search(QUERY, sources=["Страны и города"]).hits
    assert ids == [hit.passage.id for hit in hits]
    assert {hit.passage.source for hit in hits} == {"Страны и города"}
    page.wait_for_function("window.location.search.includes('source=')")
    page.goto(page.url)
    page.wait_for_selector(RERANKED)
    assert page.locator(".hits article").evaluate_all("cs => cs.map(c => c.dataset.id)") == ids
    expect(page.locator("#sources")).to_contain_text("Страны и города")
