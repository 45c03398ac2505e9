"""Every tab in both themes: accessible (axe-core), fit for a phone and a keyboard, light, local."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Request, expect

from search.engine import Engine
from search.judging.pool import pool_of_rankings
from search.judging.query_set import QuerySet
from search.judging.rankers import rankings_of
from search.judging.snapshot_files import save_snapshot
from search.judging.snapshots import take_snapshot
from search.judging.store import JudgmentStore
from search.settings import ROOT
from tests.app_process import app_process

QUERY = "какова глубина Байкала"
RERANKED = ".hits .stages:has-text('реранкер №')"
FIRST_LOAD_BYTES = 700_000
PHONE = {"width": 360, "height": 740}
TABS = ("search", "judge", "pools", "agreement", "export", "quality", "compare", "corpora")
NAMES = {
    "search": "Поиск",
    "judge": "Разметка",
    "pools": "Пулы",
    "quality": "Качество",
    "compare": "Сравнение",
    "corpora": "Корпуса",
}
INNER = {"agreement": "Согласие", "export": "Выгрузка и загрузка"}

LOOKS = """element => {
  const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(element);
  return [outlineStyle, outlineWidth, boxShadow, borderColor].join();
}"""
OUT_OF_REACH = """() => [...document.querySelectorAll('button, input, textarea, .stages span')]
  .filter(e => e.checkVisibility({visibilityProperty: true, opacityProperty: true}))
  .filter(e => !e.matches('button[tabindex="-1"]'))
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  .map(e => e.outerHTML.slice(0, 120))"""
"""Gradio keeps copies of the tabs' buttons, out of the Tab order, only to measure their width."""


@pytest.fixture(scope="module")
def app_url(
    demo_index: Path, judgments_url: str, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The app with something on every tab: a pool to judge, a snapshot to measure."""
    few = QuerySet("demo", QuerySet.read(ROOT / "data" / "demo").queries[:3])
    found = rankings_of(engine, few, ["bm25", "dense"], progress=False)
    pool = pool_of_rankings("проба", found, few.queries, depth=3)
    JudgmentStore.open(judgments_url).save_pool(pool)
    snapshots = tmp_path_factory.mktemp("snapshots")
    asked = {query.id: query.text for query in few.queries}
    taken = take_snapshot(engine, asked, "проба", "demo", progress=False)
    save_snapshot(taken, snapshots)
    environment = {
        "INDEX_DIR": str(demo_index),
        "DATABASE_URL": judgments_url,
        "SNAPSHOTS_DIR": str(snapshots),
    }
    with app_process(environment) as url:
        yield url


def visit(page: Page, url: str, tab: str, theme: str = "light") -> None:
    """Open the tab and bring it to where a person has something to read."""
    page.goto(f"{url}/?__theme={theme}")
    expect(page.locator("#query textarea")).to_be_focused()
    if tab != "search":
        open_tab(page, NAMES.get(tab, NAMES["pools"]))
    if tab in INNER:
        open_tab(page, INNER[tab])
    if tab == "search":
        page.locator("#query textarea").fill(QUERY)
        page.keyboard.press("Enter")
        page.wait_for_selector(RERANKED)
    elif tab == "judge":
        page.locator("#annotator textarea, #annotator input").first.fill("Анна")
        page.keyboard.press("Enter")
        page.wait_for_selector(".sheet article")
    elif tab == "pools":
        expect(page.locator("#pools")).to_contain_text("проба")
    elif tab == "agreement":
        expect(page.locator("#agreement")).not_to_be_empty()
    elif tab == "compare":
        page.locator("#versus-query textarea").fill(QUERY)
        page.locator("#versus-go").click()
        expect(page.locator("#versus-results article").first).to_be_visible()
    elif tab == "corpora":
        page.get_by_role("button", name="Переименовать или удалить").click()
        expect(page.locator("#own-corpus")).to_be_visible()
    elif tab == "export":
        expect(page.locator("#export")).to_be_visible()
    else:
        page.locator("#measure").click()
        expect(page.locator("#measured table").first).to_be_visible()


def open_tab(page: Page, name: str) -> None:
    """By its own button, or from the «…» menu where a phone has no room for it."""
    button = page.get_by_role("tab", name=name, exact=True)
    menu = page.locator(f".overflow-menu:has(button:text-is('{name}'))")
    expect(button.or_(menu.locator(":scope > button")).filter(visible=True).first).to_be_visible()
    if not button.filter(visible=True).count():
        menu.locator(":scope > button").click()
        button = menu.get_by_text(name, exact=True)
    button.filter(visible=True).click()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("tab", TABS)
def test_axe_finds_nothing_serious(page: Page, app_url: str, tab: str, theme: str) -> None:
    visit(page, app_url, tab, theme)
    page.wait_for_timeout(500)  # colours fade in, and axe reads them halfway
    found = [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in ("moderate", "serious", "critical")
        for node in violation["nodes"]
    ]
    assert found == []


@pytest.mark.parametrize("tab", TABS)
def test_a_phone_shows_a_tab_without_scrolling_sideways(
    page: Page, app_url: str, artefacts: Path, tab: str
) -> None:
    page.set_viewport_size(PHONE)
    visit(page, app_url, tab)
    page.screenshot(path=artefacts / f"phone-{tab}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(OUT_OF_REACH) == []
    heading = page.locator("h1").bounding_box()
    assert heading is not None and heading["width"] > PHONE["width"] / 2


def test_no_tab_asks_anything_of_another_host(page: Page, app_url: str) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    for tab in TABS:
        visit(page, app_url, tab)
    assert asked
    assert [url for url in asked if not url.startswith((app_url, "data:", "blob:"))] == []


def test_the_first_load_is_light(page: Page, app_url: str) -> None:
    sizes: list[float] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(app_url)
    expect(page.locator("#query textarea")).to_be_focused()
    page.wait_for_timeout(2000)  # what Gradio fetches after it has shown the tab
    assert 0 < sum(sizes) < FIRST_LOAD_BYTES


def tab_to(page: Page, wanted: Locator, most: int = 40) -> None:
    """Press Tab until `wanted` has the focus, and see that it shows."""
    plain = wanted.evaluate(LOOKS)
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            page.wait_for_timeout(300)  # Gradio fades its focus ring in
            assert wanted.evaluate(LOOKS) != plain
            return
    raise AssertionError(f"{most} presses of Tab do not reach {wanted}")


def test_the_keyboard_alone_asks_and_grades(page: Page, app_url: str) -> None:
    page.goto(app_url)
    query = page.locator("#query textarea")
    expect(query).to_be_focused()
    page.keyboard.type(QUERY)
    tab_to(page, page.locator("#go"), most=3)
    page.keyboard.press("Enter")
    page.wait_for_selector(RERANKED)
    expect(page.get_by_role("status").filter(has_text="Показано")).to_be_visible()
    tab_to(page, page.locator(".hits article").first.locator(".spot button").first)
    page.keyboard.press("Enter")
    expect(page.locator("#saved").get_by_role("status")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    tab_to(page, page.locator(".hits article").first.locator(".spot button").first, most=1)
