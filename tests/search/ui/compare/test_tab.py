import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from index.build import build_index
from index.corpus import read_corpus
from search.corpora import Corpora
from search.engine import Engine
from search.judging.store import JudgmentStore
from search.judging.votes import votes
from search.rivals import Rivals
from search.ui.cards import message_html
from search.ui.compare.tab import add_compare_tab
from search.ui.compare.texts import COMPARE_TEXTS, ENGLISH, RUSSIAN
from search.ui.compare.trial import Trial
from search.variant import Variant

A = ("bm25", 0.5, 3, 4.0, 6.0, 100, "", "")
B = ("dense", 0.5, 3, 4.0, 6.0, 100, "", "")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JudgmentStore]:
    with JudgmentStore.open(f"sqlite:///{tmp_path / 'judgments.sqlite'}") as store:
        yield store


def page_over(engine: Engine, store: JudgmentStore) -> gr.Blocks:
    async def build() -> gr.Blocks:
        with gr.Blocks(analytics_enabled=False) as page:
            language = gr.Radio(list(COMPARE_TEXTS), value="Русский")
            corpora = Corpora(Path("no corpora"), engine)
            add_compare_tab(corpora, store, language, gr.BrowserState({"name": ""}))
        return page

    return asyncio.run(build())


@pytest.fixture
def page(small_engine: Engine, store: JudgmentStore, tmp_path: Path) -> gr.Blocks:
    settings = replace(small_engine.settings, promotions=str(tmp_path / "none"))
    return page_over(Engine(small_engine.index, small_engine.models, settings), store)


@pytest.fixture
def offering(small_engine: Engine, small_set: Path, store: JudgmentStore, tmp_path: Path) -> Any:  # noqa: ANN401
    """A page that offers an index with a passage for each sentence, and a reranker not there."""
    models = small_engine.models
    build_index(
        *(read_corpus(small_set), tmp_path / "sentences", models.encoder, models.analyzer, 30),
        progress=False,
    )
    settings = replace(
        small_engine.settings,
        promotions=str(tmp_path / "none"),
        compare_rerankers=str(tmp_path / "gone"),
        compare_indexes=str(tmp_path / "sentences"),
    )
    return page_over(Engine(small_engine.index, models, settings), store)


def dropdowns(page: gr.Blocks, label: str) -> list[gr.Dropdown]:
    blocks = page.blocks.values()
    return [block for block in blocks if isinstance(block, gr.Dropdown) and block.label == label]


def compare(page: gr.Blocks, query: str, a: Any = A, b: Any = B) -> tuple[Any, ...]:  # noqa: ANN401
    fn: Any = next(block.fn for block in page.fns.values() if block.name == "compare")
    return tuple(fn(query, *a, *b, "Русский"))


def vote(page: gr.Blocks, side: str, trial: Trial, name: str) -> tuple[Any, ...]:
    fn: Any = next(block.fn for block in page.fns.values() if block.name == "vote")
    return tuple(fn(side, trial, {"name": name}, "Русский", None, None))


def test_a_vote_names_the_variant_that_stood_on_its_side(
    page: gr.Blocks, store: JudgmentStore
) -> None:
    trial, html, verdict, *_ = compare(page, "чем питается кит")
    assert "<mark>" in html and "<line " in html
    assert "A 0 : B 0" in verdict and "Слева —" not in verdict
    voted, told, *buttons = vote(page, "left", trial, "Мария")
    (saved,) = votes(store)
    assert saved.choice == voted.choice == ("a" if trial.a_is_left else "b")
    assert (saved.settings_a, saved.settings_b) == (Variant(*A), Variant(*B))
    assert f"Слева — {saved.choice.upper()} (" in told
    assert [button["interactive"] for button in buttons] == [False] * 3


def test_without_a_name_nothing_is_saved(page: gr.Blocks, store: JudgmentStore) -> None:
    trial, *_ = compare(page, "медведь")
    same, told, *_ = vote(page, "tie", trial, "")
    assert (same, told) == (trial, message_html(RUSSIAN.sign_in, "message error"))
    assert votes(store) == []


def test_the_sides_are_drawn_and_each_shows_its_own_ranking(
    page: gr.Blocks, small_engine: Engine
) -> None:
    trials = [compare(page, "кит")[0] for _ in range(40)]
    assert {trial.a_is_left for trial in trials} == {True, False}  # by chance all alike: 2⁻³⁹
    expected = Variant(*A).search(Rivals(small_engine), "кит", 10)
    assert all((t.left if t.a_is_left else t.right).hits == expected.hits for t in trials)


def test_what_cannot_be_compared_is_told(page: gr.Blocks) -> None:
    drawn, html, *_ = compare(page, "кит", A, A)
    assert (drawn, html) == (None, message_html(RUSSIAN.same, "message error"))
    assert compare(page, " ")[0] is None


def test_what_is_shown_is_said_in_the_other_language(page: gr.Blocks) -> None:
    trial, *_ = compare(page, "кит")
    say: Any = next(block.fn for block in page.fns.values() if block.name == "say_again")
    html, verdict = say(trial, "English")
    assert ENGLISH.left in html and "Votes on this pair" in verdict


def test_what_leaves_no_choice_is_hidden(page: gr.Blocks, offering: gr.Blocks) -> None:
    for field in ("reranker", "index"):
        assert [box.visible for box in dropdowns(page, RUSSIAN.fields[field])] == [False] * 2
        assert [box.visible for box in dropdowns(offering, RUSSIAN.fields[field])] == [True] * 2
    box = dropdowns(offering, RUSSIAN.fields["index"])[0]
    assert box.choices == [(RUSSIAN.own, ""), ("sentences", "sentences")]


def test_two_indexes_are_compared_by_document(offering: gr.Blocks) -> None:
    own, other = A, (*A[:-1], "sentences")
    trial, html, *_ = compare(offering, "кит рачками крупнейшее", own, other)
    own_hits, split = (trial.left, trial.right) if trial.a_is_left else (trial.right, trial.left)
    assert [hit.passage.id for hit in own_hits.hits] == ["whale"]
    ids = [hit.passage.id for hit in split.hits]
    assert sorted(ids) == ["whale", "whale#2"]
    # One document on each side meets itself, its second passage meets nothing: 1 of 2.
    assert "Жаккар 0.50" in html and html.count("<line ") == 1
    _, told, *_ = vote(offering, "tie", trial, "Мария")
    assert f"Индекс: {RUSSIAN.own}" in told and "Индекс: sentences" in told


def test_a_place_on_the_disk_is_not_opened(offering: gr.Blocks, tmp_path: Path) -> None:
    _, html, *_ = compare(offering, "кит", A, (*A[:-1], str(tmp_path / "sentences")))
    assert "COMPARE_INDEXES" in html and "message error" in html


def test_a_reranker_that_is_gone_is_told(offering: gr.Blocks) -> None:
    drawn, html, *_ = compare(offering, "кит", A, ("reranked", *A[1:-2], "gone", ""))
    assert drawn is None
    assert "Сравнить нельзя" in html and "COMPARE_RERANKERS" in html
