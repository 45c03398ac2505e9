import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from search.engine import Engine
from search.judging.store import JudgmentStore
from search.judging.votes import votes
from search.ui.cards import message_html
from search.ui.compare.tab import add_compare_tab
from search.ui.compare.texts import COMPARE_TEXTS, ENGLISH, RUSSIAN
from search.ui.compare.trial import Trial
from search.variant import Variant

A = ("bm25", 0.5, 3, 4.0, 6.0, 100)
B = ("dense", 0.5, 3, 4.0, 6.0, 100)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JudgmentStore]:
    with JudgmentStore.open(f"sqlite:///{tmp_path / 'judgments.sqlite'}") as store:
        yield store


@pytest.fixture
def page(small_engine: Engine, store: JudgmentStore) -> gr.Blocks:
    async def build() -> gr.Blocks:
        with gr.Blocks(analytics_enabled=False) as page:
            language = gr.Radio(list(COMPARE_TEXTS), value="Русский")
            add_compare_tab(small_engine, store, language, gr.BrowserState({"name": ""}))
        return page

    return asyncio.run(build())


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
    expected = Variant(*A).search(small_engine, "кит", 10)
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
