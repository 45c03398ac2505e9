import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import gradio as gr
import pytest

from search.corpora import Corpora
from search.engine import Engine
from search.judging.judged_queries import JUDGED_SET
from search.judging.judgment import Judgment
from search.judging.snapshot_files import load_snapshot, save_snapshot, snapshot_names
from search.judging.store import JudgmentStore
from search.ui.cards import message_html
from search.ui.labelled import Labelled
from search.ui.quality.answers import QualityAnswers
from search.ui.quality.tab import add_quality_tab
from search.ui.quality.texts import ENGLISH, QUALITY_TEXTS, RUSSIAN
from search.ui.texts import LANGUAGES

HOSTILE = '<img src=x onerror="alert(1)"> кит'


@dataclass
class Tab:
    """The tab in a page of its own, with the folder and the store it works on."""

    page: gr.Blocks
    labelled: Labelled
    corpora: Corpora
    store: JudgmentStore
    folder: Path

    def function(self, name: str) -> Callable[..., Any]:
        """A function of the page by the name it is registered under."""
        functions = self.page.fns.values()
        return next(block.fn for block in functions if block.fn and block.name == name)

    def take(self, name: str, source: str = "corpus", language: str = "Русский") -> tuple[str, Any]:
        return self.function("take")(name, source, language)

    def measure(self, name: str | None, judgments: str, language: str = "Русский") -> str:
        return self.function("measure")(name, judgments, language)[1]

    def compare(
        self, *chosen: str | None, judgments: str = "file", language: str = "Русский"
    ) -> str:
        return self.function("compare")(*chosen, judgments, language)[1]

    def judge(self, query: str, document: str, grade: int, query_id: str = "") -> None:
        self.store.save(Judgment(query, document, document, "h", "Мария", grade, query_id=query_id))


@pytest.fixture
def tab(tmp_path: Path, small_engine: Engine, small_set: Path) -> Iterator[Tab]:
    with JudgmentStore.open(f"sqlite:///{tmp_path / 'judgments.sqlite'}") as store:
        yield tab_over(small_engine, store, small_set, tmp_path / "snapshots")


def tab_over(small: Engine, store: JudgmentStore, corpus: Path, folder: Path) -> Tab:
    settings = replace(small.settings, snapshots_dir=str(folder), corpus=str(corpus))
    corpora = Corpora(folder / "corpora", Engine(small.index, small.models, settings))

    async def build() -> tuple[gr.Blocks, Labelled]:
        with gr.Blocks(analytics_enabled=False) as page:
            language = gr.Radio(list(QUALITY_TEXTS), value="Русский")
            with gr.Tab("Качество") as inside:
                labelled = add_quality_tab(corpora, store, language, inside)
        return page, labelled

    return Tab(*asyncio.run(build()), corpora, store, folder)


def rows(html: str, table: int = 0) -> list[list[str]]:
    found = list(ElementTree.fromstring(html).iter("table"))[table]
    return [["".join(cell.itertext()) for cell in row] for row in found.iter("tr")]


def error(text: str) -> str:
    return message_html(text, "message error")


def test_nothing_of_the_tab_is_a_public_endpoint(tab: Tab) -> None:
    dependencies = tab.page.get_config_file()["dependencies"]
    assert {dependency["api_visibility"] for dependency in dependencies} == {"private"}
    assert tab.page.get_api_info()["named_endpoints"] == {}


def test_taking_a_snapshot_takes_no_place_of_a_search(tab: Tab) -> None:
    limits = {
        (block.concurrency_id, block.concurrency_limit)
        for block in tab.page.fns.values()
        if block.name == "take"
    }
    assert limits == {("jobs", 1)}


# Taking


def test_a_snapshot_of_the_set_is_taken_listed_and_chosen(tab: Tab) -> None:
    assert tab.take(" первый ") == (
        message_html(RUSSIAN.taken.format(name="первый", queries=4)),
        "",
    )
    taken = load_snapshot(tab.folder, "первый")
    assert (taken.set, len(taken.queries)) == ("small", 4)
    listed, *dropdowns = tab.function("refresh")("Русский", None, None, None)
    assert [row[0] for row in rows(listed)[1:]] == ["первый"]
    assert [(d["choices"], d["value"]) for d in dropdowns] == [(["первый"], "первый")] * 3


def test_the_judged_queries_are_a_set_too(tab: Tab) -> None:
    tab.judge("чем питается кит", "whale", 2, query_id="whales")
    tab.judge(HOSTILE, "whale", 0)
    html, name = tab.take("судьи", "judged")
    assert (html, name) == (message_html(RUSSIAN.taken.format(name="судьи", queries=2)), "")
    taken = load_snapshot(tab.folder, "судьи")
    assert taken.queries == {"whales": "чем питается кит", HOSTILE: HOSTILE}
    assert taken.set == JUDGED_SET


def test_progress_is_told_in_queries(tab: Tab) -> None:
    told: list[tuple[int, int]] = []
    answers = QualityAnswers(tab.corpora, tab.store)
    answers.take("первый", "corpus", "Русский", lambda done, of: told.append((done, of)))
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4)]


@pytest.mark.parametrize("language", QUALITY_TEXTS)
def test_what_cannot_be_taken_is_told_and_the_name_stays(tab: Tab, language: str) -> None:
    texts = QUALITY_TEXTS[language]
    tab.folder.mkdir()
    (tab.folder / "занято.json").write_text("{}")
    for name, source, message in (
        ("  ", "corpus", texts.name_empty),
        ("../вне", "corpus", texts.name_invalid.format(name="../вне")),
        (HOSTILE, "corpus", texts.name_invalid.format(name=HOSTILE)),
        ("занято", "corpus", texts.name_taken.format(name="занято")),
        ("новый", "judged", texts.no_judged_queries),
    ):
        html, kept = tab.take(name, source, language)
        assert html == error(message)
        assert kept == gr.skip()
    assert snapshot_names(tab.folder) == ["занято"]


def test_a_query_that_cannot_be_searched_is_told_with_the_reason(tab: Tab) -> None:
    tab.judge("к" * 1001, "whale", 1)
    (russian, _), (english, _) = (tab.take("a", "judged", to) for to in QUALITY_TEXTS)
    assert "Снимок сделать нельзя: judged-queries, query " in russian
    assert "The query has 1001 characters, at most 1000 are read." in english
    assert "Снимок" not in english
    assert snapshot_names(tab.folder) == []


def test_an_unexpected_failure_is_logged_and_told_without_a_trace(
    tab: Tab, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("секрет")

    monkeypatch.setattr(Engine, "candidates", fail)
    with caplog.at_level(logging.ERROR):
        html, kept = tab.take("a")
    assert (html, kept) == (error(LANGUAGES["Русский"].action_failed), gr.skip())
    assert "секрет" in caplog.text


# Measuring


def test_a_snapshot_is_measured_by_the_file_of_the_set(tab: Tab) -> None:
    tab.take("первый")
    html = tab.measure("первый", "file")
    assert RUSSIAN.measured.format(name="первый", judged=3, queries=4) in html
    assert [row[0] for row in rows(html)[1:]] == list(RUSSIAN.stages.values())
    ndcg = {row[0]: row[1:5] for row in rows(html, 1)[1:]}
    # «бегемот» is in no passage: BM25 finds nothing; the whale is first for whales in every stage.
    assert ndcg["бегемот"][0] == "0.0"
    assert ndcg["чем питается кит"] == ["100.0"] * 4


def test_a_snapshot_is_measured_by_the_stores_judgments_matched_by_text(tab: Tab) -> None:
    tab.take("первый")
    tab.judge("медведь", "bear", 3)  # a spot check has no id
    tab.judge("чем питается кит", "bread", 1, query_id="another id than the set's")
    html = tab.measure("первый", "store")
    assert RUSSIAN.measured.format(name="первый", judged=2, queries=4) in html
    queries = {row[0]: row for row in rows(html, 1)[1:]}
    assert queries["медведь"][1] == "100.0"
    assert queries["чем питается кит"][1] == "0.0"


def test_of_both_the_stores_judgment_counts_over_the_files(tab: Tab) -> None:
    tab.take("первый")
    tab.judge("чем питается кит", "whale", 0)
    tab.judge("медведь", "bear", 3)
    queries = {row[0]: row for row in rows(tab.measure("первый", "both"), 1)[1:]}
    assert queries["чем питается кит"][1] == "0.0"
    assert queries.keys() == {"чем питается кит", "вода для чая", "бегемот", "медведь"}


def test_a_set_without_qrels_leaves_the_stores_judgments(
    tab: Tab, small_engine: Engine, tmp_path: Path
) -> None:
    tab.take("первый")
    tab.judge("медведь", "bear", 3)
    bare = tab_over(small_engine, tab.store, tmp_path / "нет", tab.folder)
    assert [row[0] for row in rows(bare.measure("первый", "both"), 1)[1:]] == ["медведь"]
    assert "Измерить нельзя: " in bare.measure("первый", "file")
    assert QualityAnswers(bare.corpora, bare.store).sets("English") == [
        ("judged queries", "judged")
    ]


@pytest.mark.parametrize("language", QUALITY_TEXTS)
def test_what_cannot_be_measured_is_told(tab: Tab, language: str) -> None:
    texts = QUALITY_TEXTS[language]
    tab.take("первый")
    assert tab.measure(None, "file", language) == error(texts.choose_snapshot)
    assert tab.measure("первый", "store", language) == error(texts.no_judgments.format(queries=4))
    (tab.folder / "битый.json").write_text("{")
    for name, reason in (("битый", "broken or changed"), ("нет", "no snapshot")):
        html = tab.measure(name, "file", language)
        assert reason in html
        assert ("Измерить нельзя: " in html) == (language == "Русский")


def test_a_broken_snapshot_is_listed_with_its_error_and_not_offered(tab: Tab) -> None:
    tab.folder.mkdir()
    (tab.folder / "битый.json").write_text("{")
    listed, *dropdowns = tab.function("refresh")("Русский", None, None, None)
    assert f"{RUSSIAN.broken}: битый." in listed
    assert [d["choices"] for d in dropdowns] == [[]] * 3


# Comparing


def test_two_snapshots_are_compared(tab: Tab) -> None:
    tab.take("до")
    before = load_snapshot(tab.folder, "до")
    lists = {id: tuple(reversed(ranked)) for id, ranked in before.ranked("reranked").items()}
    after = replace(before, name="после", stages=before.stages | {"reranked": lists})
    save_snapshot(after, tab.folder)
    html = tab.compare("до", "reranked", "после", "reranked")
    ndcg = rows(html)[1]
    assert ndcg[0] == "nDCG@10"
    assert float(ndcg[3]) == pytest.approx(float(ndcg[2]) - float(ndcg[1]), abs=0.11)
    assert RUSSIAN.nothing_differs in html
    same = tab.compare("до", "reranked", "до", "reranked")
    assert rows(same)[1][3:] == ["0.0", "[0.0; 0.0]", "1.0000", "1.0000", "0 / 3 / 0"]


def test_two_stages_of_a_snapshot_are_compared(tab: Tab) -> None:
    tab.take("первый")
    measured = rows(tab.measure("первый", "file"))
    means = {row[0]: row[1].split("\n")[0] for row in measured}
    html = tab.compare("первый", "bm25", "первый", "dense")
    assert rows(html)[1][1:3] == [means["BM25"], means["плотный"]]


@pytest.mark.parametrize("language", QUALITY_TEXTS)
def test_what_cannot_be_compared_is_told(tab: Tab, language: str) -> None:
    texts = QUALITY_TEXTS[language]
    tab.take("первый")
    tab.judge("бурый медведь", "bear", 3)
    tab.take("судьи", "judged")

    def compare(before: str | None, after: str | None) -> str:
        return tab.compare(before, "reranked", after, "reranked", language=language)

    assert compare("первый", None) == error(texts.choose_snapshot)
    told = texts.no_common.format(before="первый", after="судьи")
    assert compare("первый", "судьи") == error(told)
    (tab.folder / "битый.json").write_text(json.dumps({"format": 99}))
    html = compare("первый", "битый")
    assert "snapshot format 99, this version reads 1." in html
    assert ("Сравнить нельзя: " in html) == (language == "Русский")


def test_a_hostile_query_reaches_the_page_as_text(tab: Tab) -> None:
    tab.judge(HOSTILE, "whale", 2)
    tab.take("судьи", "judged")
    htmls = (
        tab.measure("судьи", "store"),
        tab.compare("судьи", "bm25", "судьи", "dense", judgments="store"),
    )
    for html in htmls:
        assert "<img" not in html
        assert HOSTILE in "".join(ElementTree.fromstring(html).itertext())


# Refreshing and languages


def test_what_is_chosen_stays_while_it_is_there(tab: Tab) -> None:
    for name in ("a", "b", "c"):
        tab.take(name)
    names = QualityAnswers(tab.corpora, tab.store).names()
    _, *dropdowns = tab.function("refresh")("Русский", names[2], names[2], "нет")
    assert [d["value"] for d in dropdowns] == [names[2], names[2], names[0]]
    _, *dropdowns = tab.function("refresh")("Русский", None, None, None)
    assert [d["value"] for d in dropdowns] == [names[0], names[1], names[0]]


@pytest.mark.parametrize("language", QUALITY_TEXTS)
def test_a_switch_of_language_says_everything_anew(tab: Tab, language: str) -> None:
    texts = QUALITY_TEXTS[language]
    said = json.dumps([update(language) for _, update in tab.labelled], ensure_ascii=False)
    for text in (
        *(texts.snapshots_title, texts.measure_title, texts.compare_title, texts.name_label),
        *(texts.name_placeholder, texts.set_label, texts.take_button, texts.no_snapshots),
        *(texts.snapshot_label, texts.judgments_label, texts.measure_button, texts.before_label),
        *(texts.after_label, texts.compare_button, texts.stage_label, texts.snapshots_help),
        *texts.judgments.values(),
        *texts.stages.values(),
    ):
        assert json.dumps(text, ensure_ascii=False)[1:-1] in said
    assert len({block._id for block, _ in tab.labelled}) == len(tab.labelled)


def test_what_is_shown_is_said_in_the_other_language(tab: Tab) -> None:
    tab.take("первый")
    for ask, again, empty, chosen in (
        ("measure", "say_measured", ENGLISH.not_measured, ("первый", "file")),
        (
            "compare",
            "say_compared",
            ENGLISH.not_compared,
            ("первый", "bm25", "первый", "dense", "file"),
        ),
    ):
        asked, _ = tab.function(ask)(*chosen, "Русский")
        assert tab.function(again)(None, "English") == message_html(empty)
        assert tab.function(again)(asked, "English") == tab.function(ask)(*chosen, "English")[1]
