"""The real app in a process of its own, and headless Chromium to look at it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from search.settings import ROOT
from tests.app_process import app_process

QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

expect.set_options(timeout=20_000)  # a page waits for its turn where the cores are busy


@pytest.fixture(scope="session")
def artefacts() -> Path:
    folder = ROOT / "tests" / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def judgments_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('judgments')}/judgments.sqlite"


@pytest.fixture(scope="module")
def app_url(
    demo_index: Path, judgments_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    settings = {
        "INDEX_DIR": str(demo_index),
        "DATABASE_URL": judgments_url,
        "CORPORA_DIR": str(tmp_path_factory.mktemp("corpora")),
    }
    with app_process(settings) as url:
        yield url


@pytest.fixture(scope="module")  # no longer: Playwright holds the thread's event loop
def browser() -> Iterator[Browser]:
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not program:
        pytest.fail("no Chromium: apt-get install chromium, or set CHROMIUM to its path")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1100, "height": 900}, locale="ru-RU")
    yield context.new_page()
    context.close()
