import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from index.encoder import Encoder
from search.calibration import Calibration
from search.engine import Engine
from search.promotion import weights_hash
from search.settings import Settings
from tests.app_process import app_process

QUERY = "какова глубина Байкала"
RERANKED = ".hits .stages:has-text('реранкер №')"


PHONE = {"width": 360, "height": 740}
PATIENCE_MS = 30_000
"""For what waits for the reranker, which reads slowly on a busy machine."""


@pytest.fixture(scope="module")
def sure_url(
    tmp_path_factory: pytest.TempPathFactory, demo_index: Path, settings: Settings, encoder: Encoder
) -> Iterator[str]:
    """The app with a reranker calibrated to find every hit 87 % likely, whatever its score."""
    folder = tmp_path_factory.mktemp("sure")
    reranker = shutil.copytree(settings.reranker, folder / "reranker")
    Calibration(
        slope=0.0,
        intercept=1.9,  # sigmoid: 0.8699
        bm25_share=settings.bm25_share,
        dense_share=settings.dense_share,
        weights=weights_hash(reranker),
        encoder=encoder.fingerprint,
        set="sure",
        **dict.fromkeys(("queries", "pairs", "positives"), 1),
        **dict.fromkeys(("first_hits", "answers", "answers_relevant"), 1),
        **dict.fromkeys(("log_loss", "brier", "ece"), 0.0),
    ).write(reranker)
    environment = {
        "INDEX_DIR": str(demo_index),
        "DATABASE_URL": f"sqlite:///{folder}/judgments.sqlite",
        "RERANKER": str(reranker),
    }
    with app_process(environment) as url:
        yield url


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


def test_a_short_answer_stands_above_the_cards_and_leads_to_its_passage(
    page: Page, sure_url: str, artefacts: Path
) -> None:
    ask(page, sure_url, QUERY)
    answer = page.locator(".hits .answer")
    expect(answer).to_be_visible(timeout=PATIENCE_MS)
    expect(answer).to_contain_text("Короткий ответ · вероятность 87\u00a0%")
    first = page.locator(".hits article").first
    sentence = answer.locator("blockquote").inner_text()
    assert sentence in first.locator("p").inner_text()
    assert answer.locator("button").inner_text() == first.locator(".title").inner_text()
    # Twenty candidates were reranked, ten of them are shown: each with its probability.
    stages = page.locator(".hits .stages").all_inner_texts()
    assert len(stages) == 10
    assert all("вероятность 87\u00a0%" in line for line in stages)
    page.screenshot(path=artefacts / "answer.png")
    answer.locator("button").click()
    expect(first.locator("h3")).to_be_focused()
    page.goto(f"{sure_url}/?__theme=dark&q={quote(QUERY)}")
    expect(answer).to_be_visible(timeout=PATIENCE_MS)
    page.screenshot(path=artefacts / "answer-dark.png")
    page.set_viewport_size(PHONE)
    page.screenshot(path=artefacts / "answer-phone.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_more_results_come_ten_by_ten_below_those_that_are_read(
    page: Page, app_url: str, engine: Engine, artefacts: Path
) -> None:
    ask(page, app_url, QUERY)
    page.wait_for_selector(RERANKED)
    more = page.get_by_role("button", name="Показать ещё")
    cards = page.locator(".hits article")
    shown = cards.evaluate_all("cards => cards.map(c => c.dataset.id)")
    found = len(engine.candidates(QUERY).hits)
    more.scroll_into_view_if_needed()
    page.screenshot(path=artefacts / "more.png")
    top = page.evaluate("scrollY")
    more.click()
    expect(cards).to_have_count(20, timeout=PATIENCE_MS)
    assert cards.evaluate_all("cards => cards.map(c => c.dataset.id)")[:10] == shown
    expect(cards.nth(10).locator("h3")).to_be_focused()
    assert page.evaluate("scrollY") == pytest.approx(top, abs=100)
    for count in range(30, min(found, 100) + 10, 10):
        more.click()
        expect(cards).to_have_count(min(count, found, 100), timeout=PATIENCE_MS)
    expect(more).to_have_count(0)


def test_nothing_more_is_offered_where_all_is_shown(page: Page, app_url: str) -> None:
    ask(page, app_url, "😀🎉")
    expect(page.locator("#hits")).to_contain_text("Ничего не нашлось")
    expect(page.get_by_role("button", name="Показать ещё")).to_have_count(0)
