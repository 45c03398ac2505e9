"""Texts of one's own: added, searched, renamed and deleted in the page."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from search.ui.corpora.texts import RUSSIAN
from tests.app_process import app_process
from tests.browser.test_page_quality import PHONE, open_tab

NAME = "Дача"
RERANKED = ".hits .stages:has-text('реранкер №')"
OBSERVE = """() => {
  const place = document.querySelector('#corpus-added');
  window.told = '';
  const options = {childList: true, subtree: true, characterData: true};
  new MutationObserver(() => { window.told += place.textContent; }).observe(place, options);
}"""
"""Keep all that is told: what stands there for a moment only may be gone at the next look."""


@pytest.fixture(scope="module")
def app_url(
    demo_index: Path, judgments_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    environment = {
        "INDEX_DIR": str(demo_index),
        "DATABASE_URL": judgments_url,
        "CORPORA_DIR": str(tmp_path_factory.mktemp("corpora")),
    }
    with app_process(environment) as url:
        yield url


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A note as old Windows saves it, and a table."""
    note, table = tmp_path / "кабачки.txt", tmp_path / "советы.csv"
    note.write_bytes("Кабачки на даче поливают тёплой водой раз в неделю.".encode("cp1251"))
    table.write_text(
        "_id,title,text\n1,Теплица,Теплицу проветривают каждое утро.\n"
        "2,Яблони,Яблони белят поздней осенью.\n",
        encoding="utf-8",
    )
    return [note, table]


def add(page: Page, files: list[Path], name: str) -> Locator:
    """Upload the files under a name; where the page tells what became of them."""
    page.locator("#corpus-files input[type=file]").set_input_files(files)
    for file in files:
        expect(page.locator("#corpus-files")).to_contain_text(file.stem)
    page.locator("#corpus-name input, #corpus-name textarea").fill(name)
    page.locator("#add-corpus").click()
    return page.locator("#corpus-added .message")


def choose(page: Page, dropdown: str, option: str) -> None:
    page.locator(f"{dropdown} input").click()
    page.get_by_role("option", name=option, exact=True).click()


def ask(page: Page, query: str) -> list[str]:
    """The ids of the passages found."""
    open_tab(page, "Поиск")
    box = page.locator("#query textarea")
    box.fill(query)
    box.press("Enter")
    expect(page.locator(".hits")).to_have_attribute("data-query", query)
    page.wait_for_selector(RERANKED)
    return found(page)


def found(page: Page) -> list[str]:
    ids: list[str] = page.locator(".hits article").evaluate_all(
        "cards => cards.map(card => card.dataset.id)"
    )
    return ids


def test_texts_of_ones_own(
    page: Page, browser: Browser, app_url: str, files: list[Path], artefacts: Path
) -> None:
    page.goto(app_url)
    expect(page.locator("#query textarea")).to_be_focused()
    expect(page.locator("#where")).to_be_hidden()
    open_tab(page, "Корпуса")
    expect(page.locator("#corpora")).to_contain_text(RUSSIAN.none_yet)
    page.evaluate(OBSERVE)
    told = add(page, files, NAME)
    expect(told).to_have_text(
        RUSSIAN.added.format(name=NAME, documents=3, passages=3), timeout=60_000
    )
    assert RUSSIAN.indexing in page.evaluate("window.told")
    expect(page.locator("#corpora td").first).to_have_text(NAME)
    page.screenshot(path=artefacts / "corpora.png", full_page=True)

    open_tab(page, "Поиск")
    choose(page, "#where", NAME)
    assert ask(page, "как поливать кабачки")[0] == "кабачки.txt"
    expect(page.locator(".hits article").first).to_contain_text("тёплой водой")
    expect(page.locator(".hits .spot")).to_have_count(0)
    page.screenshot(path=artefacts / "corpora-search.png")
    page.locator(".hits button[data-why]").first.click()
    expect(page.locator("#why dialog")).to_contain_text("Показан на месте 1")
    page.keyboard.press("Escape")
    choose(page, "#sources", "советы.csv")
    assert set(ask(page, "когда белить яблони")) == {"советы.csv/1", "советы.csv/2"}
    page.wait_for_function("window.location.search.includes('source=')")
    address = page.url
    assert parse_qs(urlsplit(address).query)["corpus"] == [NAME]

    other = browser.new_page(locale="ru-RU")  # a link, and a corpus gone while it is chosen
    other.goto(address)
    other.wait_for_selector(RERANKED)
    assert set(found(other)) == {"советы.csv/1", "советы.csv/2"}
    expect(other.locator("#where input")).to_have_value(NAME)

    open_tab(page, "Корпуса")
    page.get_by_role("button", name=RUSSIAN.manage).click()
    choose(page, "#own-corpus", NAME)
    page.get_by_label(RUSSIAN.new_name).fill("Сад")
    page.get_by_role("button", name=RUSSIAN.rename_button, exact=True).click()
    expect(page.locator("#corpus-managed")).to_have_text(
        RUSSIAN.renamed.format(name=NAME, new="Сад")
    )
    expect(page.locator("#corpora td").first).to_have_text("Сад")
    expect(page.locator("#where input")).to_have_value("Сад")
    other.locator("#go").click()
    expect(other.locator("#hits")).to_have_text(RUSSIAN.errors["unknown"].format(name=NAME))
    other.close()

    choose(page, "#own-corpus", "Сад")
    page.get_by_role("button", name=RUSSIAN.delete_button, exact=True).click()
    expect(page.locator("#corpus-managed")).to_have_text(RUSSIAN.not_confirmed.format(name="Сад"))
    page.get_by_label(RUSSIAN.confirm).fill("Сад")
    page.screenshot(path=artefacts / "corpora-manage.png", full_page=True)
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(500)  # the labels fade in
    page.screenshot(path=artefacts / "corpora-manage-phone.png", full_page=True)
    page.get_by_role("button", name=RUSSIAN.delete_button, exact=True).click()
    expect(page.locator("#corpus-managed")).to_have_text(RUSSIAN.deleted.format(name="Сад"))
    expect(page.locator("#corpora")).to_contain_text(RUSSIAN.none_yet)
    open_tab(page, "Поиск")
    expect(page.locator("#where")).to_be_hidden()
    assert "советы.csv/1" not in ask(page, "как поливать фикус")
    expect(page.locator(".hits .spot").first).to_be_visible()


def test_what_cannot_be_added_is_told(page: Page, app_url: str, tmp_path: Path) -> None:
    page.goto(app_url)
    expect(page.locator("#query textarea")).to_be_focused()
    open_tab(page, "Корпуса")
    page.locator("#add-corpus").click()
    expect(page.locator("#corpus-added")).to_have_text(RUSSIAN.errors["no_files"])
    torn, empty = tmp_path / "отчёт.pdf", tmp_path / "пусто.txt"
    torn.write_bytes(b"%PDF-1.4\n1 0 obj")
    empty.write_bytes(b"\n")
    expect(add(page, [torn], "Отчёты")).to_contain_text("Файл не читается: повреждён")
    expect(page.locator("#corpus-added")).to_contain_text("отчёт.pdf")
    page.reload()
    open_tab(page, "Корпуса")
    expect(add(page, [empty], "Пустой")).to_have_text(
        RUSSIAN.errors["no_text"].format(file="пусто.txt")
    )
    expect(page.locator("#corpora")).to_contain_text(RUSSIAN.none_yet)


def test_a_dataset_of_a_hub_out_of_reach_is_told(page: Page, app_url: str, artefacts: Path) -> None:
    page.goto(app_url)
    expect(page.locator("#query textarea")).to_be_focused()
    open_tab(page, "Корпуса")
    page.get_by_label(RUSSIAN.name, exact=True).fill("Вики")
    box = page.get_by_label(RUSSIAN.dataset)
    told = page.locator("#corpus-added")
    box.fill("search/ui")
    box.press("Enter")
    expect(told).to_have_text(RUSSIAN.errors["bad_dataset"].format(dataset="search/ui"))
    box.fill("nobody/nothing:test")
    page.locator("#add-corpus").click()
    expect(told).to_have_text(RUSSIAN.errors["no_hub"], timeout=30_000)
    expect(box).to_have_value("nobody/nothing:test")
    page.screenshot(path=artefacts / "corpora-dataset.png", full_page=True)
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(500)  # the labels fade in
    page.screenshot(path=artefacts / "corpora-dataset-phone.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_link_to_a_corpus_that_is_gone(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/?q={quote('кит')}&corpus={quote('Китобой')}")
    expect(page.locator("#hits")).to_have_text(RUSSIAN.errors["unknown"].format(name="Китобой"))
