"""/explain and /compare against what they stand for."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from search.comparison import compare
from search.corpora import Corpora
from search.engine import Engine
from search.explain import explain
from search.ui.search_api import add_search_api
from search.variant import LIMITS, Variant

QUERY = "чем питается кит"
Endpoint = Callable[..., Any]


@pytest.fixture(scope="module")
def endpoints(
    small_engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Endpoint]:
    folder: Path = tmp_path_factory.mktemp("corpora")

    async def build() -> gr.Blocks:  # without a running loop Gradio opens several and closes none
        with gr.Blocks(analytics_enabled=False) as page:
            add_search_api(Corpora(folder, small_engine))
        return page

    return {block.name: block.fn for block in asyncio.run(build()).fns.values()}


def as_json(value: object) -> Any:  # noqa: ANN401
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("passage", ["bear", "в БЕРЛОГЕ"])
def test_explain_gives_the_explanation(
    endpoints: dict[str, Endpoint], small_engine: Engine, passage: str
) -> None:
    explained = as_json(endpoints["explain"](QUERY, passage, 2))
    assert explained == [as_json(asdict(explain(small_engine, QUERY, "bear", 2)))]


def test_compare_gives_both_rankings_and_how_alike_they_are(
    endpoints: dict[str, Endpoint], small_engine: Engine
) -> None:
    compared = as_json(
        endpoints["compare"](QUERY, {"stage": "bm25"}, {"stage": "fused", "dense_weight": 2}, 3)
    )
    ids = [[hit["id"] for hit in compared[side]["hits"]] for side in "ab"]
    fused = replace(small_engine.settings, dense_weight=2)
    over = Engine(small_engine.index, small_engine.models, fused)
    assert ids[1] == [hit.passage.id for hit in over.candidates(QUERY).hits[:3]]
    assert ids[0] == ["whale"]  # no other passage has a word of the query
    expected = compare(*ids, 3)
    assert compared["jaccard"] == expected.jaccard == 1 / 3
    assert compared["rbo"] == expected.rbo
    assert compared["places"] == [asdict(place) for place in expected.places]
    assert compared["a"]["settings"] == {
        "stage": "bm25",
        **{name: getattr(small_engine.settings, name) for name in LIMITS},
    }
    assert compared["b"]["settings"]["dense_weight"] == 2


def test_a_setting_left_out_is_the_apps(
    endpoints: dict[str, Endpoint], small_engine: Engine
) -> None:
    compared = endpoints["compare"](QUERY, {}, {"rerank_depth": 0})
    found = small_engine.search(QUERY)
    assert [hit["id"] for hit in compared["a"]["hits"]] == [h.passage.id for h in found.hits]
    assert "reranked" not in compared["b"]["hits"][0]["stages"]


def test_every_limit_is_one_of_a_variants_numbers(small_engine: Engine) -> None:
    start = asdict(Variant.of(small_engine.settings, "reranked"))
    for name, (lowest, highest) in LIMITS.items():
        assert lowest <= start[name] <= highest


@pytest.mark.parametrize(
    ("endpoint", "sent", "message"),
    [
        ("explain", (QUERY, "бегемот"), "'бегемот': the index holds no such passage."),
        ("explain", (QUERY, " "), "No passage is named."),
        ("explain", ("", "bear"), "The query is empty."),
        ("explain", (QUERY, "bear", 10, None, "чужой"), "'чужой'"),
        ("compare", ("", {}, {}), "The query is empty."),
        ("compare", (QUERY, {}, {}, 0), "top_k is 0"),
        ("compare", (QUERY, {"depth": 1}, {}), "'depth': no such setting. Give some of stage, "),
        ("compare", (QUERY, {"index": "x"}, {}), "'index': no such setting."),
        ("compare", (QUERY, {}, {"stage": "last"}), "stage is 'last': give one of bm25, "),
        (
            "compare",
            (QUERY, {"rerank_depth": 1000}, {}),
            "rerank_depth is 1000: give a whole number from 0 to 100.",
        ),
        ("compare", (QUERY, {"rerank_depth": 1.5}, {}), "rerank_depth is 1.5: give a whole"),
        ("compare", (QUERY, {"rerank_depth": True}, {}), "rerank_depth is True: give a whole"),
        ("compare", (QUERY, {"dense_weight": "1"}, {}), "dense_weight is '1': give a number"),
        ("compare", (QUERY, {"dense_weight": float("nan")}, {}), "dense_weight is nan: give a"),
    ],
)
def test_what_is_refused_is_named(
    endpoints: dict[str, Endpoint], endpoint: str, sent: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(gr.Error) as error:
        endpoints[endpoint](*sent)
    assert message in error.value.message
