import asyncio
import gc
import json
import logging
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

import gradio as gr
import pytest

from index.build import build_index
from index.corpus import read_corpus
from search.corpora import HOME, Corpora
from search.engine import Engine
from search.judging.passage_lookup import PassageLookup
from search.judging.store import JudgmentStore
from search.operations import live_index
from search.operations.live_index import LiveIndex
from search.rivals import Rivals
from search.settings import Settings
from search.ui.page import build_page

Build = Callable[[str], None]


@pytest.fixture
def build(tmp_path: Path, small_engine: Engine) -> Build:
    """Another generation: the document and nothing else."""

    def put(text: str) -> None:
        line = json.dumps({"_id": "only", "title": "", "text": text}, ensure_ascii=False)
        (tmp_path / "corpus.jsonl").write_text(line, encoding="utf-8")
        models = small_engine.models
        documents = read_corpus(tmp_path / "corpus.jsonl")
        build_index(documents, tmp_path / "index", models.encoder, models.analyzer, progress=False)

    return put


@pytest.fixture
def corpora(tmp_path: Path, small_engine: Engine, build: Build) -> Corpora:
    build("Синий кит питается рачками.")
    settings = Settings(index_dir=str(tmp_path / "index"))
    engine = Engine.open(tmp_path / "index", settings, small_engine.models)
    return Corpora(tmp_path / "corpora", engine)


def texts(engine: Engine, query: str) -> list[str]:
    return [hit.passage.text for hit in engine.finish(engine.candidates(query), 10).hits]


def test_a_new_generation_comes_into_use(corpora: Corpora, build: Build) -> None:
    live = LiveIndex(corpora)
    passages = PassageLookup(corpora.home.index.passages)
    rivals = Rivals(corpora.home)
    corpora.when_moved(lambda engine: passages.move_to(engine.index.passages))
    corpora.when_moved(rivals.move_to)
    assert not live.look()
    before = corpora.home
    build("Бурый медведь спит в берлоге.")
    assert live.look()
    assert not live.look()
    assert texts(corpora.engine(HOME), "медведь") == ["Бурый медведь спит в берлоге."]
    assert passages["only"].text == "Бурый медведь спит в берлоге."
    assert rivals.engine(HOME) is corpora.home
    # Its files are gone from the disk, and still it answers.
    assert texts(before, "кит") == ["Синий кит питается рачками."]


def test_what_cannot_be_opened_is_told_once_and_the_old_one_stays(
    corpora: Corpora, build: Build, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    live, before = LiveIndex(corpora), corpora.home
    current = tmp_path / "index" / "CURRENT"
    whole = current.read_text()
    for broken in ("nowhere 00", "\0", ""):
        current.write_text(broken)
        caplog.clear()
        with caplog.at_level(logging.ERROR):
            assert not live.look()
            assert not live.look()
        (told,) = caplog.messages
        assert told.startswith("the new index is not used: ")
    current.unlink()
    assert not live.look()
    assert corpora.home is before
    current.write_text(whole)
    assert not live.look()
    build("Бурый медведь спит в берлоге.")
    assert live.look()


def test_a_look_that_fails_does_not_end_the_looking(
    corpora: Corpora, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Enough(BaseException):
        """Ends the thread."""

    looked = threading.Event()

    def fail_once(_: LiveIndex) -> bool:
        if "ZeroDivisionError" in caplog.text:
            looked.set()
            raise Enough
        raise ZeroDivisionError

    monkeypatch.setattr(live_index, "SECONDS", 0.01)
    monkeypatch.setattr(LiveIndex, "look", fail_once)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    LiveIndex(corpora).start()
    assert looked.wait(20)
    assert caplog.messages == ["the new index is not used"]


def test_the_old_generation_is_let_go(corpora: Corpora, build: Build, tmp_path: Path) -> None:
    """Nothing of the page keeps it: its place on the disk is free once no search reads it."""
    with JudgmentStore.open(f"sqlite:///{tmp_path}/judgments.sqlite") as store:

        async def built() -> gr.Blocks:
            return build_page(corpora, store)

        page = asyncio.run(built())
        before = weakref.ref(corpora.home)
        build("Бурый медведь спит в берлоге.")
        assert LiveIndex(corpora).look()
        gc.collect()
        assert before() is None
        assert page.fns
