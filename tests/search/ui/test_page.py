import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from search.corpora import HOME, Corpora
from search.engine import Engine
from search.judging.store import JudgmentStore
from search.report import ranking_as_json
from search.ui.answers import MAX_RESULTS
from search.ui.cards import hits_html, message_html
from search.ui.corpora.texts import CORPORA_TEXTS
from search.ui.judge.texts import JUDGE_TEXTS
from search.ui.page import build_page
from search.ui.search_tab import EXAMPLES, MORE_RESULTS
from search.ui.texts import ENGLISH, LANGUAGES, RUSSIAN

NOBODY = ({"name": "", "pool": ""}, gr.Request(), None)
"""Nobody has signed in."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JudgmentStore]:
    folder: Path = tmp_path_factory.mktemp("judgments")
    with JudgmentStore.open(f"sqlite:///{folder}/judgments.sqlite") as store:
        yield store


@pytest.fixture(scope="module")
def corpora(small_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Corpora:
    return Corpora(tmp_path_factory.mktemp("corpora"), small_engine)


@pytest.fixture(scope="module")
def page(corpora: Corpora, store: JudgmentStore) -> gr.Blocks:
    async def build() -> gr.Blocks:
        return build_page(corpora, store)

    return asyncio.run(build())  # without a running loop Gradio opens several and closes none


def function(page: gr.Blocks, name: str) -> Callable[..., Any]:
    """A function of the page by the name it is registered under."""
    return next(block.fn for block in page.fns.values() if block.fn and block.name == name)


def test_the_public_endpoints_search_and_judge(page: gr.Blocks) -> None:
    public = [
        dependency["api_name"]
        for dependency in page.get_config_file()["dependencies"]
        if dependency["api_visibility"] == "public"
    ]
    assert public == ["search", "explain", "compare", "next_task", "judge", "undo"]
    info = page.get_api_info()
    assert info["named_endpoints"].keys() == {f"/{name}" for name in public}
    assert info["unnamed_endpoints"] == {}


def test_the_endpoint_takes_a_query_and_top_k(page: gr.Blocks) -> None:
    parameters = page.get_api_info()["named_endpoints"]["/search"]["parameters"]
    assert [(p["parameter_name"], p["parameter_has_default"]) for p in parameters] == [
        ("query", False),
        ("top_k", True),
        ("sources", True),
        ("corpus", True),
    ]
    assert [p["type"]["type"] for p in parameters[:2]] == ["string", "integer"]
    assert parameters[1]["parameter_default"] == 10


def test_nothing_of_the_page_reports_home(page: gr.Blocks) -> None:
    assert page.analytics_enabled is False
    assert page.get_config_file()["analytics_enabled"] is False


def test_the_endpoint_answers_as_the_command_line_does(
    page: gr.Blocks, small_engine: Engine
) -> None:
    hits = function(page, "search")("чем питается кит", 2)
    assert hits == ranking_as_json(small_engine.search("чем питается кит", 2))
    assert json.loads(json.dumps(hits)) == hits


def test_the_endpoint_gives_no_more_than_the_page_does(
    page: gr.Blocks, small_engine: Engine
) -> None:
    assert len(small_engine.index.passages) < MAX_RESULTS
    assert len(function(page, "search")("кит", 10**9)) == len(small_engine.index.passages)


@pytest.mark.parametrize(
    ("query", "top_k", "message"),
    [
        ("", 10, "The query is empty."),
        ("к" * 10_000, 10, "The query has 10000 characters, at most 1000"),
        ("кит", 0, "top_k is 0: ask for at least 1 result."),
    ],
)
def test_the_endpoint_names_what_it_refuses(
    page: gr.Blocks, query: str, top_k: int, message: str
) -> None:
    with pytest.raises(gr.Error) as error:
        function(page, "search")(query, top_k)
    assert error.value.message.startswith(message)


def test_an_answer_shows_the_fused_order_first_then_the_reranked_one(
    page: gr.Blocks, small_engine: Engine
) -> None:
    first, last = function(page, "answer")("чем питается кит", 3.0, [], HOME, "Русский", *NOBODY)
    fused = small_engine.candidates("чем питается кит")
    assert first[1] == hits_html(small_engine.finish(fused, 3), RUSSIAN, JUDGE_TEXTS["Русский"], {})
    found = small_engine.search("чем питается кит", 3)
    assert last[1] == hits_html(found, RUSSIAN, JUDGE_TEXTS["Русский"], {}, more=True)
    for summary, waiting in ((first[0], True), (last[0], False)):
        assert RUSSIAN.summary.format(shown=3, found=5) in summary
        assert (RUSSIAN.reranking in summary) == waiting


def test_an_answer_speaks_the_language_chosen(page: gr.Blocks) -> None:
    *_, (summary, hits) = function(page, "answer")("бегемот", 1, [], HOME, "English", *NOBODY)
    assert ENGLISH.notes["bm25_nothing"] in summary
    assert ENGLISH.stages["reranked"] in hits


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("query", ["", "  ", "\n"])
def test_an_empty_field_shows_the_empty_state(page: gr.Blocks, query: str, language: str) -> None:
    answers = list(function(page, "answer")(query, 10, [], HOME, language, *NOBODY))
    assert answers == [("", message_html(LANGUAGES[language].empty))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_query_of_ten_thousand_characters_is_a_message(page: gr.Blocks, language: str) -> None:
    answers = list(function(page, "answer")("к" * 10_000, 10, [], HOME, language, *NOBODY))
    texts = LANGUAGES[language]
    told = texts.query_errors["too_long"].format(length=10_000, limit=1000)
    assert answers == [("", message_html(told, "message error"))]


def test_emoji_show_that_nothing_was_found_and_why(page: gr.Blocks, small_engine: Engine) -> None:
    *_, (summary, hits) = function(page, "answer")("😀🎉", 10, [], HOME, "Русский", *NOBODY)
    assert hits == message_html(RUSSIAN.nothing)
    for note in ("no_words", "bm25_nothing", "dense_nothing"):
        assert RUSSIAN.notes[note] in summary


def test_markup_in_the_query_does_not_reach_the_page(page: gr.Blocks) -> None:
    for answer in function(page, "answer")(
        "<script>кит</script>", 10, [], HOME, "Русский", *NOBODY
    ):
        assert "<script" not in "".join(answer)


def test_the_language_switch_relabels_the_page(page: gr.Blocks) -> None:
    switch = next(block for block in page.fns.values() if block.name == "speak")
    said = dict(
        zip((c.elem_id or c.label for c in switch.outputs), switch.fn("English"), strict=True)
    )
    assert said["go"]["value"] == ENGLISH.button
    assert (said["query"]["label"], said["query"]["placeholder"]) == (
        ENGLISH.query_label,
        ENGLISH.query_placeholder,
    )
    assert said["enter"]["value"] == JUDGE_TEXTS["English"].enter
    for name, label in ENGLISH.tabs.items():
        assert said[f"tab-{name}"]["label"] == label


def test_the_page_starts_in_russian_with_the_empty_state(page: gr.Blocks) -> None:
    shown = {c["props"].get("elem_id"): c["props"] for c in page.get_config_file()["components"]}
    assert shown["query"]["label"] == RUSSIAN.query_label
    assert shown["go"]["value"] == RUSSIAN.button
    assert shown["hits"]["value"] == message_html(RUSSIAN.empty)


def test_only_hits_of_the_apps_own_corpus_are_graded(
    page: gr.Blocks, corpora: Corpora, tmp_path: Path
) -> None:
    note = tmp_path / "заметка.txt"
    note.write_text("Кактус поливают раз в месяц.", encoding="utf-8")
    corpora.add("цветы", [note])
    ask = function(page, "answer")
    *_, (_, cards) = ask("кактус", 10, [], "цветы", "Русский", *NOBODY)
    assert 'data-id="заметка.txt"' in cards and "data-grade" not in cards
    *_, (_, cards) = ask("кит", 10, [], HOME, "Русский", *NOBODY)
    assert "data-grade" in cards
    corpora.delete("цветы")
    told = CORPORA_TEXTS["English"].errors["unknown"].format(name="цветы")
    assert list(ask("кактус", 10, [], "цветы", "English", *NOBODY)) == [
        ("", message_html(told, "message error"))
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_search_that_fails_says_so_without_details(
    page: gr.Blocks,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    language: str,
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("тайна")

    monkeypatch.setattr(Engine, "rerank", broken)
    first, last = function(page, "answer")("кит", 10, [], HOME, language, *NOBODY)
    assert 'data-id="whale"' in first[1]
    assert last == ("", message_html(LANGUAGES[language].other_failure, "message error"))
    assert "ZeroDivisionError: тайна" in caplog.text


def test_more_results_come_all_at_once(page: gr.Blocks, small_engine: Engine) -> None:
    more = function(page, "answer_longer")
    top_k, summary, cards = more("чем питается кит", 1, [], HOME, "Русский", *NOBODY)
    assert (top_k, cards.count("data-grade=")) == (1 + MORE_RESULTS, 4 * 5)
    assert RUSSIAN.summary.format(shown=5, found=5) in summary
    top_k, *_ = more("чем питается кит", MAX_RESULTS, [], HOME, "Русский", *NOBODY)
    assert top_k == MAX_RESULTS


@pytest.mark.parametrize("query", EXAMPLES)
def test_every_example_finds_something_by_its_words(engine: Engine, query: str) -> None:
    ranking = engine.candidates(query)
    assert ranking.notes == ()
    assert "bm25" in ranking.hits[0].stages
