"""What a visitor, an annotator and a lead see and may do, and signing in and out."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from search.access.roles import Role
from search.access.texts import ENGLISH, RUSSIAN
from search.access.users import UsersFile
from tests.app_process import app_process

WORDS = "какова глубина Байкала"
PASSWORDS = {"анна": "секрет анны 1", "лена": "секрет лены 2"}
TABS = {
    "": ["Поиск", "Сравнение"],
    "анна": ["Поиск", "Разметка", "Сравнение"],
    "лена": ["Поиск", "Разметка", "Пулы", "Качество", "Сравнение", "Корпуса"],
}


@pytest.fixture(scope="module")
def app_url(
    demo_index: Path, judgments_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("access")
    users = UsersFile(folder / "users.json")
    users.add("анна", Role.ANNOTATOR, PASSWORDS["анна"])
    users.add("лена", Role.LEAD, PASSWORDS["лена"])
    settings = {
        "INDEX_DIR": str(demo_index),
        "DATABASE_URL": judgments_url,
        "CORPORA_DIR": str(folder / "corpora"),
        "ACCESS_FILE": str(users.path),
        "SEARCHES_PER_MINUTE": "5",
    }
    with app_process(settings) as url:
        yield url


@pytest.fixture
def faults(page: Page) -> Iterator[None]:
    """Nothing fails in the page's scripts, nor by the policy of what it may load."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "console",
        lambda message: found.append(message.text) if "Content Security" in message.text else None,
    )
    yield
    assert found == []


def enter(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/login" if name else url)
    if name:
        page.get_by_label(RUSSIAN.name).fill(name)
        page.get_by_label(RUSSIAN.password).fill(PASSWORDS[name])
        page.get_by_role("button", name=RUSSIAN.enter).click()
    shown = f"{name} · {RUSSIAN.roles[Role.LEAD if name == 'лена' else Role.ANNOTATOR]}"
    expect(page.locator("#account")).to_contain_text(shown if name else RUSSIAN.sign_in)


def search(page: Page) -> None:
    page.locator("#query textarea").fill(WORDS)
    page.locator("#query textarea").press("Enter")
    expect(page.locator("#hits article").first).to_be_visible()


@pytest.mark.usefixtures("faults")
@pytest.mark.parametrize("name", TABS)
def test_each_role_sees_its_tabs_in_both_languages(page: Page, app_url: str, name: str) -> None:
    enter(page, app_url, name)
    tabs = page.locator("button[role=tab]:visible")
    expect(tabs.first).to_be_visible()
    assert [tab for tab in tabs.all_inner_texts() if tab in TABS["лена"]] == TABS[name]
    page.get_by_label("English").check()
    expect(page.locator("#account")).to_contain_text(ENGLISH.sign_out if name else ENGLISH.sign_in)
    expect(page.get_by_role("tab", name="Compare")).to_be_visible()
    expect(page.get_by_role("tab", name="Pools")).to_have_count(int(name == "лена"))


@pytest.mark.usefixtures("faults")
def test_a_visitor_searches_and_is_told_to_sign_in_to_grade(page: Page, app_url: str) -> None:
    enter(page, app_url, "")
    search(page)
    page.locator("#hits .spot button").first.click()
    expect(page.get_by_text("Нужен вход").first).to_be_visible()
    page.get_by_role("link", name=RUSSIAN.sign_in).click()
    expect(page.get_by_role("heading", name=RUSSIAN.title)).to_be_visible()


@pytest.mark.usefixtures("faults")
def test_an_annotator_grades_as_oneself_and_signs_out(page: Page, app_url: str) -> None:
    enter(page, app_url, "анна")
    search(page)
    page.locator("#hits .spot button[data-grade='2']").first.click()
    expect(page.locator("#saved")).to_contain_text("Сохранено: 2")
    page.get_by_role("tab", name="Разметка").click()
    expect(page.locator("#annotator input, #annotator textarea")).to_have_value("анна")
    page.get_by_role("button", name=RUSSIAN.sign_out).click()
    expect(page.locator("#account")).to_contain_text(RUSSIAN.sign_in)
    expect(page.get_by_role("tab", name="Разметка")).to_have_count(0)


def test_a_wrong_password_is_told_and_the_name_stays(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/login")
    page.get_by_label(RUSSIAN.name).fill("анна")
    page.get_by_label(RUSSIAN.password).fill("неверно")
    page.get_by_role("button", name=RUSSIAN.enter).click()
    expect(page.get_by_role("alert")).to_have_text(RUSSIAN.wrong)
    expect(page.get_by_label(RUSSIAN.name)).to_have_value("анна")
    assert Axe().run(page).violations_count == 0
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("button", name=ENGLISH.enter)).to_be_visible()
    assert Axe().run(page).violations_count == 0
    page.get_by_role("link", name=ENGLISH.to_search).click()
    expect(page.locator("#query textarea")).to_be_visible()


def test_who_searches_too_often_is_told_to_wait(browser: Browser, app_url: str) -> None:
    context = browser.new_context(extra_http_headers={"X-Forwarded-For": "203.0.113.7"})
    page = context.new_page()
    page.goto(app_url)
    for _ in range(6):
        page.locator("#query textarea").fill(WORDS)
        with page.expect_response("**/queue/join*"):
            page.locator("#query textarea").press("Enter")
        page.wait_for_timeout(700)
    expect(page.get_by_text("Слишком часто. Подождите").first).to_be_visible()
    context.close()


class Framing(BaseHTTPRequestHandler):
    """Another site: a page that shows what its address names in a frame."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f'<iframe src="{self.path[1:]}"></iframe>'.encode())


@pytest.fixture
def other_site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Framing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_another_site_may_not_show_the_page_in_a_frame(
    page: Page, app_url: str, other_site: str
) -> None:
    with page.expect_response(f"{app_url}/") as response:
        page.goto(f"{other_site}/{app_url}/")
    assert response.value.ok  # it came, and the browser did not draw it
    (frame,) = page.main_frame.child_frames
    frame.wait_for_url("chrome-error://**")
