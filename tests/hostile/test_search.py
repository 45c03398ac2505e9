"""Hostile queries over a hostile corpus, by the engine and by the endpoints for programs."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from hypothesis import strategies as st

from index.analyzer import Analyzer
from index.build import build_index
from index.corpus import Document, clean
from index.encoder import Encoder
from search.corpora import Corpora
from search.engine import Engine
from search.errors import QueryError
from search.judging.desk import Desk
from search.judging.passage_lookup import PassageLookup
from search.judging.store import JudgmentStore
from search.settings import Settings
from search.ui.judge.api import add_judge_api
from search.ui.search_api import add_search_api
from tests.hostile.conftest import tries
from tests.hostile.outcome import outcome
from tests.hostile.texts import ATTACKS, long_texts, short_texts

Endpoint = Callable[..., Any]
TOP_K = 5
CONFIGURED_NOWHERE = "data/models/reranker"
"""A folder that is there: a request that names it must not have it opened."""


@pytest.fixture(scope="module")
def hostile_engine(
    tmp_path_factory: pytest.TempPathFactory,
    encoder: Encoder,
    analyzer: Analyzer,
    settings: Settings,
) -> Engine:
    directory = tmp_path_factory.mktemp("hostile")
    documents = [
        Document(f"{number}{clean(text)}", clean(text), f"кот {clean(text)}. Чай.", clean(text))
        for number, text in enumerate(ATTACKS)
    ]
    build_index(documents, directory, encoder, analyzer, progress=False)
    return Engine.open(directory, replace(settings, rerank_depth=3, max_query_chars=500))


@pytest.fixture(scope="module")
def endpoints(
    hostile_engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Endpoint]:
    folder = tmp_path_factory.mktemp("hostile-api")
    store = JudgmentStore.open(f"sqlite:///{folder}/judgments.sqlite")
    desk = Desk(store, PassageLookup(hostile_engine.index.passages))

    async def build() -> gr.Blocks:
        with gr.Blocks(analytics_enabled=False) as page:
            add_search_api(Corpora(folder / "corpora", hostile_engine))
            add_judge_api(desk, {})
        return page

    return {block.name: block.fn for block in asyncio.run(build()).fns.values()}


@tries(3000, query=short_texts(), source=short_texts())
def test_any_query_is_answered_or_refused(hostile_engine: Engine, query: str, source: str) -> None:
    def searched() -> list[str]:
        ranking = hostile_engine.candidates(query, (source,) if source else ())
        found = hostile_engine.finish(ranking, TOP_K)
        assert found.query == clean(query)
        assert all(hit.passage.source == source for hit in found.hits if source)
        return [hit.passage.id for hit in found.hits]

    assert outcome(searched) == outcome(searched)


@tries(200, query=short_texts())
def test_any_query_is_reranked(hostile_engine: Engine, query: str) -> None:
    def searched() -> list[tuple[str, float | None]]:
        return [(h.passage.id, h.logit) for h in hostile_engine.search(query, TOP_K).hits]

    found = outcome(searched)
    assert found == outcome(searched)
    assert isinstance(found, list) or found[0] is QueryError


@tries(40, query=long_texts())
def test_a_megabyte_is_no_query(hostile_engine: Engine, query: str) -> None:
    with pytest.raises(QueryError):
        hostile_engine.search(query)


def sent() -> st.SearchStrategy[Any]:
    """What JSON can hold, most of it texts and small numbers."""
    numbers = st.one_of(st.integers(-2, 12), st.integers(), st.floats())
    plain = st.one_of(short_texts(), st.just(CONFIGURED_NOWHERE), numbers, st.booleans(), st.none())
    names = st.sampled_from(
        ("stage", "rerank_depth", "dense_weight", "lexical_candidates", "reranker", "index", "x")
    )
    return st.one_of(plain, st.lists(plain, max_size=3), st.dictionaries(names, plain, max_size=3))


@tries(1500, name=st.sampled_from(("search", "explain", "compare")), values=st.data())
def test_the_searching_endpoints_answer_or_refuse(
    endpoints: dict[str, Endpoint], name: str, values: st.DataObject
) -> None:
    arguments: dict[str, Any] = {"query": values.draw(st.one_of(short_texts(), sent()))}
    if name == "explain":
        arguments["passage"] = values.draw(st.one_of(short_texts(), sent()))
    if name == "compare":
        arguments |= {"a": values.draw(sent()), "b": values.draw(st.one_of(st.just({}), sent()))}
    optional = ("top_k", "corpus") if name == "compare" else ("top_k", "sources", "corpus")
    for key in optional:
        if values.draw(st.integers(0, 3)) == 0:
            arguments[key] = values.draw(sent())
    json.dumps(outcome(lambda: endpoints[name](**arguments)), default=str)


@tries(1500, name=st.sampled_from(("next_task", "judge", "undo")), values=st.data())
def test_the_judging_endpoints_answer_or_refuse(
    endpoints: dict[str, Endpoint], name: str, values: st.DataObject
) -> None:
    value = st.one_of(short_texts(), sent())
    arguments: dict[str, Any] = {"annotator": values.draw(value), "pool": values.draw(value)}
    if name == "judge":
        for key in ("query", "passage_id", "grade", "comment", "text_hash"):
            arguments[key] = values.draw(value)
    request = SimpleNamespace(username=None)
    outcome(lambda: endpoints[name](**arguments, request=request, profile=None))


@pytest.mark.parametrize("kind", ["reranker", "index"])
@pytest.mark.parametrize("path", [CONFIGURED_NOWHERE, "/etc/passwd", "../demo"])
def test_no_endpoint_opens_a_model_or_index_that_a_request_names(
    endpoints: dict[str, Endpoint], kind: str, path: str
) -> None:
    for name, endpoint in endpoints.items():
        if name == "compare":
            kinds, message = outcome(lambda e=endpoint: e("кот", {kind: path}, {}))  # type: ignore[misc]
            assert kinds is gr.Error and "no such setting" in message
        elif name in ("search", "explain"):
            values = ("кот", "кот") if name == "explain" else ("кот",)
            kinds, message = outcome(lambda e=endpoint, v=values: e(*v, corpus=path))  # type: ignore[misc]
            assert kinds is gr.Error and message == f"There is no corpus {path!r}. Choose another."
