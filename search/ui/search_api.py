"""The searching endpoints for programs and assistants: they answer as the page does."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

import gradio as gr

from index.errors import RetrievalError
from search import comparison
from search.corpora import HOME, Corpora
from search.errors import QueryError, SettingsError
from search.explain import explain_each, find_passages
from search.hits import STAGES
from search.report import ranking_as_json
from search.rivals import Rivals
from search.settings import Settings
from search.ui.answers import MAX_RESULTS
from search.ui.api_values import with_checked_values
from search.ui.events import MODELS
from search.variant import LIMITS, Variant

MOST_EXPLAINED = 3
T = TypeVar("T")


def add_search_api(corpora: Corpora) -> None:
    """Add /search, /explain and /compare to the Blocks around; errors reach the client as text."""

    def search(
        query: str, top_k: int = 10, sources: list[str] | None = None, corpus: str = HOME
    ) -> list[dict[str, Any]]:
        """Search an indexed Russian corpus; returns hits with rank and score of every stage.

        Args:
            query: A question or some words, best in Russian.
            top_k: How many passages to return, from 1 to 100.
            sources: Keep the search to passages of these sources; none: all.
            corpus: Name of a corpus that was added on the page; by default the app's own.
        """

        def found() -> list[dict[str, Any]]:
            engine = corpora.engine(corpus)
            return ranking_as_json(engine.search(query, min(top_k, MAX_RESULTS), sources or ()))

        return _told(found)

    def explain(
        query: str,
        passage: str,
        top_k: int = 10,
        sources: list[str] | None = None,
        corpus: str = HOME,
    ) -> list[dict[str, Any]]:
        """Explain why a passage is among a query's hits, or at which step it was lost.

        Returns one object for each passage meant, at most three: the query's words with what each
        adds to BM25, the cosine, rank and score of every stage, the place in the result, and
        `lost_at`: "" (it is shown), "other_source", "no_candidate", "below_rerank_depth" or
        "below_top_k".

        Args:
            query: The query as it was searched.
            passage: Id of a passage or document, or a phrase of its text.
            top_k: How many passages the search returned.
            sources: The sources that the search was kept to; none: all.
            corpus: Name of a corpus that was added on the page; by default the app's own.
        """

        def found() -> list[dict[str, Any]]:
            engine = corpora.engine(corpus)
            ids = find_passages(engine, passage, MOST_EXPLAINED)
            if not ids:
                raise QueryError(
                    f"{passage!r}: the index holds no such passage. Give its id or a phrase of it.",
                    "unknown_passage",
                )
            explained = explain_each(engine, query, ids, min(top_k, MAX_RESULTS), sources or ())
            return [asdict(each) for each in explained]

        return _told(found)

    def compare(
        query: str,
        a: dict[str, Any],
        b: dict[str, Any],
        top_k: int = 10,
        corpus: str = HOME,
    ) -> dict[str, Any]:
        """Search with two settings; returns both rankings, their RBO and Jaccard, and the places.

        Args:
            query: A question or some words, best in Russian.
            a: What to change in the app's settings: "stage" (bm25, dense, fused or reranked),
                "dense_weight", "rerank_depth", "bm25_share", "dense_share", "lexical_candidates".
            b: The same for the other side.
            top_k: How many passages of each ranking to compare, from 1 to 100.
            corpus: Name of a corpus that was added on the page; by default the app's own.
        """

        def found() -> dict[str, Any]:
            engine = corpora.engine(corpus)
            k = min(top_k, MAX_RESULTS)
            variants = [_variant(engine.settings, given) for given in (a, b)]
            rankings = [variant.search(Rivals(engine), query, k) for variant in variants]
            in_a, in_b = ([hit.passage.id for hit in r.hits] for r in rankings)
            first, second = (
                {"settings": _settings(variant), "hits": ranking_as_json(ranking)}
                for variant, ranking in zip(variants, rankings, strict=True)
            )
            return {"a": first, "b": second, **asdict(comparison.compare(in_a, in_b, k))}

        return _told(found)

    for function in (search, explain, compare):
        checked = with_checked_values(function)
        gr.api(checked, api_name=function.__name__, **MODELS)  # type: ignore[attr-defined]


def _told(found: Callable[[], T]) -> T:
    try:
        return found()
    except RetrievalError as error:
        raise gr.Error(str(error)) from error


def _variant(settings: Settings, given: Mapping[str, Any]) -> Variant:
    """The app's settings with those given; raises `SettingsError` for one that doesn't fit."""
    start = _settings(Variant.of(settings, "reranked"))
    for name, value in given.items():
        if name not in start:
            raise SettingsError(f"{name!r}: no such setting. Give some of {', '.join(start)}.")
        if name == "stage":
            if value not in STAGES:
                raise SettingsError(f"stage is {value!r}: give one of {', '.join(STAGES)}.")
            continue
        lowest, highest = LIMITS[name]
        kind = "a whole number" if isinstance(start[name], int) else "a number"
        kinds = (int,) if isinstance(start[name], int) else (int, float)
        if type(value) not in kinds or not lowest <= value <= highest:
            raise SettingsError(f"{name} is {value!r}: give {kind} from {lowest} to {highest}.")
    return Variant(**(start | dict(given)))


def _settings(variant: Variant) -> dict[str, Any]:
    """What a program may set of a variant."""
    return {
        field.name: getattr(variant, field.name)
        for field in fields(variant)
        if field.name in ("stage", *LIMITS)
    }
