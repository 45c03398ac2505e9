"""Explanations as the page shows them."""

import asyncio
from dataclasses import fields, replace
from pathlib import Path
from string import Formatter

import gradio as gr
import pytest

from search.corpora import HOME, Corpora
from search.engine import Engine
from search.explain import WholeRanks, explain
from search.ui.corpora.where import add_where
from search.ui.explain.panel import add_explain_panel
from search.ui.explain.texts import ENGLISH, EXPLAIN_TEXTS, RUSSIAN, ExplainTexts
from search.ui.explain.view import explanation_html
from search.ui.texts import LANGUAGES

every_language = pytest.mark.parametrize("texts", EXPLAIN_TEXTS.values(), ids=EXPLAIN_TEXTS)


def flat(texts: ExplainTexts) -> dict[str, set[str | None]]:
    """{name of a text: its placeholders}."""
    said: dict[str, str] = {}
    for field in fields(texts):
        value = getattr(texts, field.name)
        table = value if isinstance(value, dict) else {"": value}
        said |= {f"{field.name}.{key}": text for key, text in table.items()}
    return {name: {part[1] for part in Formatter().parse(text)} for name, text in said.items()}


def test_both_languages_have_every_text_with_the_same_placeholders() -> None:
    assert EXPLAIN_TEXTS.keys() == LANGUAGES.keys()
    assert flat(RUSSIAN) == flat(ENGLISH)
    for language, texts in EXPLAIN_TEXTS.items():
        assert texts.stages == LANGUAGES[language].stages


@every_language
def test_a_shown_passage_has_its_words_stages_and_sum(
    small_engine: Engine, texts: ExplainTexts
) -> None:
    html = explanation_html(explain(small_engine, "чем питается кит", "whale"), texts)
    assert texts.shown.format(place=1) in html
    assert '<td class="text">питается</td><td class="text">питаться</td>' in html
    assert texts.left_out.format(words="чем") in html
    assert all(name in html for name in texts.stages.values())
    assert texts.sum_of_score.split(" ")[0] in html


@every_language
def test_a_lost_passage_has_its_whole_ranks(small_engine: Engine, texts: ExplainTexts) -> None:
    explained = explain(small_engine, "чем питается кит", "bear")
    lost = replace(explained, lost_at="no_candidate", whole_ranks=WholeRanks(None, 123), logit=None)
    html = explanation_html(lost, texts)
    assert texts.lost_at["no_candidate"] in html
    assert texts.no_rank.format(stage="BM25") in html
    assert texts.whole_rank.format(stage=texts.stages["dense"], rank=123) in html


@every_language
def test_what_is_missing_is_said_not_shown_as_zero(
    small_engine: Engine, texts: ExplainTexts
) -> None:
    explained = explain(small_engine, "чем питается кит", "whale")
    assert texts.cut not in explanation_html(explained, texts)
    bare = replace(explained, words=(), left_out=(), cosine=None, logit=None, cut=True)
    html = explanation_html(bare, texts)
    for said in (texts.no_words, texts.no_cosine, texts.cut):
        assert said in html
    assert texts.sum_of_score.split(" ")[0] not in html


def test_text_of_a_person_or_corpus_is_escaped(small_engine: Engine) -> None:
    explained = explain(small_engine, "кит", "whale")
    evil = "<img src=x onerror=alert(1)>"
    passage = replace(explained.passage, title=evil)
    words = tuple(replace(word, text=evil, lemma=evil) for word in explained.words)
    html = explanation_html(
        replace(explained, passage=passage, words=words, left_out=(evil,)), RUSSIAN
    )
    assert "<img" not in html


@pytest.mark.parametrize(
    ("phrase", "query", "said"),
    [
        ("БЕРЛОГЕ", "чем питается кит", "Медведи"),
        ("бегемот", "чем питается кит", RUSSIAN.not_found),
        ("", "чем питается кит", LANGUAGES["Русский"].query_errors["no_phrase"]),
        ("bear", " ", LANGUAGES["Русский"].query_errors["empty"]),
    ],
)
def test_the_panel_answers(
    small_engine: Engine, tmp_path: Path, phrase: str, query: str, said: str
) -> None:
    corpora = Corpora(tmp_path, small_engine)

    async def build() -> gr.Blocks:  # in a loop of its own, which Gradio would leave open
        page: gr.Blocks = gr.Blocks(analytics_enabled=False)
        with page:
            language = gr.Radio(list(LANGUAGES), value="Русский")
            asked, top_k = gr.Textbox(), gr.Slider(1, 100, value=10)
            where = add_where(corpora, language)
            where.render()
            sources = gr.Dropdown(multiselect=True)
            add_explain_panel(corpora, language, asked, top_k, sources, where)
        return page

    answers = [event.fn for event in asyncio.run(build()).fns.values()]
    assert len(answers) == 2
    for answer in answers:
        assert answer is not None
        assert said in answer(phrase, query, 10, [], HOME, "Русский")
