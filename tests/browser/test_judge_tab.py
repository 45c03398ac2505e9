"""An annotator at the keyboard, in Chromium."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from search.engine import Engine
from search.judging.pool import Pool, pool_of_rankings
from search.judging.query_set import QuerySet
from search.judging.rankers import rankings_of
from search.judging.store import JudgmentStore
from search.settings import ROOT

PAIRS = 50
RUSSIAN_LETTERS = {"KeyJ": "о", "KeyK": "л", "KeyN": "т", "KeyU": "г"}


@pytest.fixture(scope="module")
def judgments(judgments_url: str, engine: Engine) -> JudgmentStore:
    """The app's own database, with a pool of 50 pairs."""
    queries = QuerySet.read(ROOT / "data" / "demo").queries[:12]
    found = rankings_of(engine, QuerySet("demo", queries), ["bm25", "dense"], progress=False)
    pool = pool_of_rankings("пятьдесят", found, queries, depth=6)
    store = JudgmentStore.open(judgments_url)
    store.save_pool(Pool(pool.name, pool.items[:PAIRS], overlap=4, seed=7))
    return store


def sign_in(page: Page, url: str, name: str) -> None:
    page.goto(url)
    page.get_by_role("tab", name="Разметка").click()
    box = page.locator("#annotator textarea, #annotator input").first
    box.fill(name)
    box.press("Enter")
    page.wait_for_selector(".sheet article")


def press_russian(page: Page, code: str) -> None:
    """A key pressed in a Russian layout: the code of its place, a Cyrillic letter."""
    letter = RUSSIAN_LETTERS[code]
    keyboard = page.context.new_cdp_session(page)
    for kind in ("keyDown", "keyUp"):
        key = {"type": kind, "code": code, "key": letter}
        keyboard.send(
            "Input.dispatchKeyEvent", key | ({"text": letter} if kind == "keyDown" else {})
        )
    keyboard.detach()


def test_fifty_pairs_are_judged_with_the_keyboard_only(
    page: Page, app_url: str, judgments: JudgmentStore, artefacts: Path
) -> None:
    sign_in(page, app_url, "Анна")
    page.screenshot(path=artefacts / "judge.png")
    wanted: list[int | None] = []
    for number in range(PAIRS):
        expect(page.locator(".sheet .label").first).to_contain_text(f"Оценено {number}, ")
        if number % 10 == 9:
            press_russian(page, "KeyN")
            wanted.append(None)
        else:
            page.keyboard.press(f"Digit{number % 4}")
            wanted.append(number % 4)
    expect(page.locator(".sheet")).to_contain_text("в этом пуле для вас больше ничего нет")
    saved = judgments.current("Анна", "пятьдесят")
    assert [judgment.grade for judgment in saved] == wanted


def test_letters_work_in_a_russian_layout_and_not_inside_a_comment(
    page: Page, app_url: str, judgments: JudgmentStore
) -> None:
    sign_in(page, app_url, "Борис")
    first = page.locator(".sheet h2").inner_text(), page.locator(".sheet h3").inner_text()
    page.locator(".sheet textarea").click()
    page.keyboard.type("нужно 3 примера")
    page.keyboard.press("Escape")
    page.keyboard.press("Digit1")
    expect(page.locator(".sheet .said")).to_contain_text("Сохранено: 1")
    (saved,) = judgments.current("Борис")
    assert saved.comment == "нужно 3 примера"
    assert page.locator(".sheet textarea").input_value() == ""
    page.locator(".sheet textarea").click()
    press_russian(page, "KeyN")  # a letter of the comment, not a grade
    assert page.locator(".sheet textarea").input_value() == "т"
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    press_russian(page, "KeyJ")
    expect(page.locator('.sheet button[aria-pressed="true"]')).to_contain_text("о том же")
    assert page.locator(".sheet textarea").input_value() == "нужно 3 примера"
    press_russian(page, "KeyK")
    expect(page.locator('.sheet button[aria-pressed="true"]')).to_have_count(0)
    press_russian(page, "KeyU")
    expect(page.locator(".sheet .said")).to_contain_text("отменена")
    assert (page.locator(".sheet h2").inner_text(), page.locator(".sheet h3").inner_text()) == first
    assert judgments.current("Борис") == []


def test_a_reload_keeps_name_and_place(page: Page, app_url: str, judgments: JudgmentStore) -> None:
    sign_in(page, app_url, "Вера")
    page.keyboard.press("Digit2")
    expect(page.locator(".sheet .said")).to_contain_text("Сохранено: 2")
    page.reload()
    page.get_by_role("tab", name="Разметка").click()
    expect(page.locator("#annotator textarea, #annotator input").first).to_have_value("Вера")
    expect(page.locator(".sheet .label").first).to_contain_text("Оценено 1, ")


def test_a_card_is_graded_where_it_was_found(
    page: Page, app_url: str, judgments: JudgmentStore
) -> None:
    page.goto(f"{app_url}/?q=какова глубина Байкала")
    card = page.locator(".hits article").first
    page.wait_for_selector(".hits .stages:has-text('реранкер №')")
    card.locator(".spot button[data-grade='3']").click()
    expect(page.locator("#saved")).to_contain_text("сначала назовитесь")
    sign_in(page, app_url, "Галина")
    page.goto(f"{app_url}/?q=какова глубина Байкала")
    page.wait_for_selector(".hits .stages:has-text('реранкер №')")
    card.locator(".spot button[data-grade='3']").click()
    expect(card.locator(".spot button[data-grade='3']")).to_have_attribute("aria-pressed", "true")
    (saved,) = judgments.current("Галина")
    assert (saved.query, saved.grade, saved.pool) == ("какова глубина Байкала", 3, "")
    assert saved.passage_id == card.get_attribute("data-id")
