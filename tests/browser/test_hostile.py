"""A hostile corpus and hostile queries in Chromium: everything is shown, nothing of it runs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, Request, expect

from index.analyzer import Analyzer
from index.build import build_index
from index.corpus import read_corpus
from index.encoder import Encoder
from search.judging.pool import Pool, PoolItem
from search.judging.store import JudgmentStore
from tests.app_process import app_process
from tests.browser.test_judge_tab import sign_in
from tests.browser.test_search_page import PATIENCE_MS, ask

PAYLOADS = (
    "<script>window.__hacked=1</script>",
    "<img src=x onerror='window.__hacked=1'>",
    '"><svg onload=window.__hacked=1>',
    "' autofocus onfocus='window.__hacked=1' x='",
    "</p></article></textarea><iframe srcdoc='<script>parent.__hacked=1</script>'></iframe>",
    "<a href='javascript:window.__hacked=1'>кот</a><details open ontoggle=window.__hacked=1>",
    "[кот](javascript:window.__hacked=1) ![x](http://evil.example/x.png)",
    "<style>*{background:url(http://evil.example/y)}</style>",
    "<link rel=stylesheet href=//evil.example><base href=//evil.example>",
    "${window.__hacked=1} {{window.__hacked=1}} `${alert(1)}` <%= alert(1) %>",
    "\u202e<b onmouseover=alert(1)>кот\u202c\u200b",
    '=HYPERLINK("http://evil.example")',
    "<form action=//evil.example><button autofocus>кот</button></form><dialog open>",
)
CARDS = ".hits article"


@pytest.fixture(scope="module")
def hostile_url(
    tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, analyzer: Analyzer
) -> Iterator[str]:
    """The app over a corpus whose every id, title, source and text attacks, and a pool of it."""
    folder = tmp_path_factory.mktemp("hostile")
    rows = [
        {"_id": f"{n} {p}", "title": f"{p} кот", "text": f"Кот. {p} Кот.", "source": f"{n} {p}"}
        for n, p in enumerate(PAYLOADS)
    ]
    corpus = folder / "corpus.jsonl"
    corpus.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    build_index(read_corpus(corpus), folder / "index", encoder, analyzer, progress=False)
    database = f"sqlite:///{folder}/judgments.sqlite"
    items = tuple(
        PoolItem(f"кот {p}", f"q{p}", p, row["_id"], row["_id"], "0" * 64)
        for p, row in zip(PAYLOADS, rows, strict=True)
    )
    with JudgmentStore.open(database) as store:
        store.save_pool(Pool("пул <img src=x onerror=window.__hacked=1>", items, overlap=2, seed=1))
    environment = {
        "INDEX_DIR": str(folder / "index"),
        "CORPUS": str(corpus),
        "DATABASE_URL": database,
        "CORPORA_DIR": str(folder / "corpora"),
        "RERANK_DEPTH": str(len(PAYLOADS)),
    }
    with app_process(environment) as url:
        yield url


@pytest.fixture
def watched(page: Page, hostile_url: str) -> Iterator[Page]:
    """A page that must end unhacked, without a dialog, with requests to the app alone."""
    dialogs: list[str] = []
    outside: list[str] = []

    def seen(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    def sent(request: Request) -> None:
        ours = (hostile_url, hostile_url.replace("http", "ws"), "data:", "blob:")
        if not request.url.startswith(ours):
            outside.append(request.url)

    page.on("dialog", seen)
    page.on("request", sent)
    page.goto(hostile_url)
    yield page
    page.wait_for_timeout(300)  # what was to run late has run
    assert page.evaluate("window.__hacked") is None
    assert all(frame.evaluate("window.__hacked") is None for frame in page.frames)
    assert (dialogs, outside) == ([], [])


def search(page: Page, url: str, query: str) -> None:
    ask(page, url, query)
    expect(page.locator("#summary")).to_contain_text("мс", timeout=PATIENCE_MS)
    expect(page.locator(CARDS).first).to_be_visible(timeout=PATIENCE_MS)


def shown_only_ours(page: Page) -> None:
    """No element of a payload stands among the cards."""
    foreign = (
        "img, svg[onload], iframe, script, style, link, base, a, form:not([method=dialog]), details"
    )
    for place in ("#hits", "#why", "#explained", ".sheet", "#versus-results"):
        assert page.locator(f"{place} :is({foreign})").count() == 0


def test_hostile_cards_are_shown_as_text(watched: Page, hostile_url: str) -> None:
    search(watched, hostile_url, "кот")
    watched.wait_for_selector(".hits .stages:has-text('реранкер №')", timeout=PATIENCE_MS)
    titles = watched.locator(f"{CARDS} .title").all_inner_texts()
    assert set(titles) <= {f"{payload} кот" for payload in PAYLOADS}
    watched.locator(".hits .more").click()
    expect(watched.locator(CARDS)).to_have_count(len(PAYLOADS), timeout=PATIENCE_MS)
    shown_only_ours(watched)
    for card in watched.locator(CARDS).all():
        card.hover()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_query_is_text_too(watched: Page, hostile_url: str, payload: str) -> None:
    search(watched, hostile_url, f"кот {payload}")
    shown_only_ours(watched)
    expect(watched.locator("#query textarea")).to_have_value(f"кот {payload}")
    watched.wait_for_function("window.location.search.includes('q=')")
    watched.reload()  # by the address, and with the query among the last ones
    expect(watched.locator(CARDS).first).to_be_visible(timeout=PATIENCE_MS)
    shown_only_ours(watched)


def test_hostile_passages_are_explained(watched: Page, hostile_url: str) -> None:
    search(watched, hostile_url, f"кот {PAYLOADS[1]}")
    watched.wait_for_selector(".hits .stages:has-text('реранкер №')", timeout=PATIENCE_MS)
    for number in range(3):
        watched.locator(f"{CARDS} [data-why]").nth(number).click()
        expect(watched.locator("#why dialog")).to_be_visible(timeout=PATIENCE_MS)
        shown_only_ours(watched)
        watched.locator("#why dialog").get_by_role("button", name="Закрыть").click()


def test_hostile_passages_are_judged(watched: Page, hostile_url: str) -> None:
    name = "Анна <img src=x onerror=window.__hacked=1>"
    sign_in(watched, hostile_url, name)
    for number in range(4):
        expect(watched.locator(".sheet .label").first).to_contain_text(f"Оценено {number}, ")
        shown_only_ours(watched)
        watched.keyboard.press(f"Digit{number}")
    expect(watched.locator(".sheet .label").first).to_contain_text("Оценено 4, ")
    search(watched, hostile_url, f"кот {PAYLOADS[2]}")
    watched.locator(f"{CARDS} .spot button").first.click()
    expect(watched.locator("#saved")).to_contain_text("0", timeout=PATIENCE_MS)
    shown_only_ours(watched)


def test_hostile_passages_are_compared(watched: Page, hostile_url: str) -> None:
    watched.get_by_role("tab", name="Сравнение").click()
    box = watched.locator("#versus-query textarea, #versus-query input").first
    box.fill(f"кот {PAYLOADS[0]}")
    box.press("Enter")
    expect(watched.locator("#versus-results article").first).to_be_visible(timeout=PATIENCE_MS)
    shown_only_ours(watched)


def test_results_of_a_hostile_corpus_go_out_as_a_harmless_table(
    watched: Page, hostile_url: str, tmp_path: Path
) -> None:
    search(watched, hostile_url, PAYLOADS[11])
    watched.wait_for_selector(".hits .stages:has-text('реранкер №')", timeout=PATIENCE_MS)
    with watched.expect_download() as download:
        watched.click(".results-bar [data-take=csv]")
    table = tmp_path / "results.csv"
    download.value.save_as(table)
    titles = {document.id: document.title for document in read_corpus(table)}
    assert titles == {id: f"{PAYLOADS[int(id.split()[0])]} кот" for id in titles}
    assert ',"=' not in table.read_text(encoding="utf-8-sig")
