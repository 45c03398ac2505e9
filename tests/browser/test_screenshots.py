"""The README's pictures: `make screenshots` takes them anew, a test run holds the page to them."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from search.engine import Engine
from search.judging.pool import Pool, pool_of_rankings
from search.judging.query_set import QuerySet
from search.judging.rankers import rankings_of
from search.judging.store import JudgmentStore
from search.settings import ROOT
from tests.browser.test_judge_tab import sign_in
from tests.browser.test_search_page import QUERY, RERANKED, ask

UI = ROOT / "search" / "ui"
SIZE = {"width": 1100, "height": 900}
MAX_BYTES = 120_000
COLOURS = 128
"""Enough for text on a plain page, and a third of the bytes."""


@pytest.fixture(scope="module")
def pool(judgments_url: str, engine: Engine) -> Pool:
    """Something to judge in the app's own database."""
    queries = QuerySet.read(ROOT / "data" / "demo").queries[:4]
    found = rankings_of(engine, QuerySet("demo", queries), ["bm25", "dense"], progress=False)
    pool = pool_of_rankings("первый пул", found, queries, depth=5)
    JudgmentStore.open(judgments_url).save_pool(pool)
    return pool


def search(page: Page, url: str) -> None:
    for _ in range(2):  # the first of an app compiles kernels: its times say nothing
        ask(page, url, QUERY)
        page.wait_for_selector(RERANKED)


def explain(page: Page, url: str) -> None:
    search(page, url)
    page.locator(".hits article").first.get_by_text("Почему здесь?").click()
    expect(page.locator("dialog.why[open]")).to_contain_text("Показан на месте 1.", timeout=20_000)


def judge(page: Page, url: str) -> None:
    sign_in(page, url, "Анна")


def compare(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("tab", name="Сравнение").click()
    box = page.locator("#versus-query textarea")
    box.fill(QUERY)
    box.press("Enter")
    expect(page.get_by_text("RBO")).to_be_visible(timeout=20_000)
    page.locator("#versus-query").scroll_into_view_if_needed()
    page.locator("#versus-results").evaluate("shown => shown.scrollIntoView()")


PICTURES: dict[str, Callable[[Page, str], None]] = {
    "screenshot.png": search,
    "explain/screenshot.png": explain,
    "judge/screenshot.png": judge,
    "compare/screenshot.png": compare,
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_page_looks_as_its_picture(
    page: Page, app_url: str, pool: Pool, artefacts: Path, name: str
) -> None:
    page.set_viewport_size(SIZE)
    page.emulate_media(reduced_motion="reduce")
    PICTURES[name](page, app_url)
    page.wait_for_function("document.fonts.status === 'loaded'")
    taken = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide")))
    small = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    file = UI / name
    if os.environ.get("SCREENSHOTS") == "1":
        small.save(file, optimize=True)
    small.save(artefacts / name.replace("/", "-"), optimize=True)
    with Image.open(file) as kept:
        assert kept.size == taken.size == (SIZE["width"], SIZE["height"])
        assert file.stat().st_size < MAX_BYTES
        assert ink(taken) == pytest.approx(ink(kept), rel=0.5)
    assert ink(taken) > 0.01


def ink(picture: Image.Image) -> float:
    """Share of the pixels that are dark: 0 for a blank page."""
    grey = picture.convert("L").histogram()
    return sum(grey[:128]) / sum(grey)
