import json
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer

from index.analyzer import Analyzer
from index.build import build_index
from index.corpus import Document, read_corpus
from index.encoder import Encoder
from index.errors import IndexMismatchError, IndexStoreError, ModelError
from index.lexical import K1, B, LuceneBM25
from index.passages import Passage
from search.engine import Engine
from search.errors import QueryError
from search.hits import NOTES, STAGES, Hit, Ranking
from search.models import device_for
from search.openvino_bert import has_bfloat16
from search.settings import Settings

QUERY = "Какова глубина Байкала?"
HALF_PRECISION = 2**-11
"""Rounding of an fp16 number, relative; of a dot product of unit vectors, absolute."""


@pytest.fixture(scope="module")
def demo_engine(demo_index: Path, settings: Settings) -> Engine:
    """The demo corpus under settings whose arithmetic is easy to follow."""
    fixed = replace(
        settings,
        lexical_candidates=100,
        dense_candidates=100,
        dense_weight=0.5,
        rerank_depth=30,
        rerank_gap=1000.0,
        bm25_share=2.0,
        dense_share=3.0,
    )
    return Engine.open(demo_index, fixed)


@pytest.fixture(scope="module")
def candidates(demo_engine: Engine) -> Ranking:
    return demo_engine.candidates(QUERY)


@pytest.fixture(scope="module")
def ranking(demo_engine: Engine, candidates: Ranking) -> Ranking:
    return demo_engine.rerank(candidates)


@pytest.fixture(scope="module")
def passages(demo_engine: Engine) -> list[Passage]:
    index = demo_engine.index
    return [index.passages[row] for row in range(len(index.passages))]


def ids(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.passage.id for hit in hits]


def by_rank(hits: tuple[Hit, ...], stage: str) -> list[Hit]:
    seen = sorted((h for h in hits if stage in h.stages), key=lambda h: h.stages[stage].rank)
    assert [hit.stages[stage].rank for hit in seen] == list(range(1, len(seen) + 1))
    return seen


# One query of the demo corpus through every stage, on the embedded weights.


def test_bm25_ranks_and_scores_are_those_of_rank_bm25(
    ranking: Ranking, passages: list[Passage], analyzer: Analyzer
) -> None:
    bm25 = LuceneBM25([analyzer.lemmas(passage.titled_text) for passage in passages], k1=K1, b=B)
    scores = bm25.get_scores(analyzer.lemmas(QUERY))
    order = [row for row in np.argsort(-scores, kind="stable")[:100] if scores[row] > 0]
    seen = by_rank(ranking.hits, "bm25")
    assert ids(tuple(seen)) == [passages[row].id for row in order]
    assert [hit.stages["bm25"].score for hit in seen] == scores[order].tolist()
    assert seen[0].passage.id == "lakes-rivers-01"


def test_dense_scores_are_dot_products_of_the_encoders_vectors(
    ranking: Ranking, passages: list[Passage], encoder: Encoder
) -> None:
    vectors = encoder.encode_passages([passage.titled_text for passage in passages])
    cosines = vectors @ encoder.encode_query(QUERY)[0]
    expected = {p.id: float(x) for p, x in zip(passages, cosines, strict=True)}
    seen = by_rank(ranking.hits, "dense")
    scores = [hit.stages["dense"].score for hit in seen]
    assert scores == pytest.approx([expected[hit.passage.id] for hit in seen], abs=HALF_PRECISION)
    assert scores == sorted(scores, reverse=True)
    assert len(seen) == 100
    unseen = expected.keys() - {hit.passage.id for hit in seen}
    assert max(expected[identity] for identity in unseen) <= scores[-1] + HALF_PRECISION


def test_fused_scores_are_weighted_means_of_scaled_scores(ranking: Ranking) -> None:
    lists = {name: by_rank(ranking.hits, name) for name in ("bm25", "dense")}
    assert len(lists["bm25"]) < 100 == len(lists["dense"])  # BM25 ended by itself: from zero
    ends = {
        "bm25": (lists["bm25"][0].stages["bm25"].score, 0.0),
        "dense": (
            lists["dense"][0].stages["dense"].score,
            lists["dense"][-1].stages["dense"].score,
        ),
    }
    for hit in ranking.hits:
        terms = {
            name: (hit.stages[name].score - last) / (best - last)
            for name, (best, last) in ends.items()
            if name in hit.stages
        }
        expected = (terms.get("bm25", 0.0) + 0.5 * terms.get("dense", 0.0)) / 1.5
        assert hit.stages["fused"].score == pytest.approx(expected, abs=1e-12)
    scores = [hit.stages["fused"].score for hit in by_rank(ranking.hits, "fused")]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= scores[-1] <= scores[0] <= 1


def test_candidates_are_the_union_of_both_lists(candidates: Ranking) -> None:
    assert ids(candidates.hits) == ids(tuple(by_rank(candidates.hits, "fused")))
    assert all("bm25" in hit.stages or "dense" in hit.stages for hit in candidates.hits)
    assert all("reranked" not in hit.stages for hit in candidates.hits)
    assert len(set(ids(candidates.hits))) == len(candidates.hits) > 100


def test_logits_are_those_of_plain_sentence_transformers(
    ranking: Ranking, settings: Settings
) -> None:
    read = by_rank(ranking.hits, "reranked")
    plain = CrossEncoder(settings.reranker, device="cpu", activation_fn=torch.nn.Identity())
    expected = plain.predict([(QUERY, hit.passage.titled_text) for hit in read])
    spread = float(expected.max() - expected.min())
    close = 0.05 * spread if has_bfloat16() else 1e-4
    assert [hit.logit for hit in read] == pytest.approx(expected.tolist(), abs=close)


def test_reranked_scores_are_logits_plus_the_first_stages_shares(
    ranking: Ranking, candidates: Ranking
) -> None:
    read = by_rank(ranking.hits, "reranked")
    assert sorted(ids(tuple(read))) == sorted(ids(candidates.hits[:30]))
    best = max(hit.stages["bm25"].score for hit in read if "bm25" in hit.stages)
    for hit in read:
        lexical = hit.stages["bm25"].score / best if "bm25" in hit.stages else 0.0
        cosine = hit.stages["dense"].score if "dense" in hit.stages else 0.0
        expected = (hit.logit or 0.0) + 2.0 * lexical + 3.0 * cosine
        assert hit.stages["reranked"].score == pytest.approx(expected, abs=1e-12)
    assert any("bm25" not in hit.stages for hit in read)
    scores = [hit.stages["reranked"].score for hit in read]
    assert scores == sorted(scores, reverse=True)


def test_reranking_keeps_what_the_stages_before_said(ranking: Ranking, candidates: Ranking) -> None:
    before = {hit.passage.id: hit.stages for hit in candidates.hits}
    for hit in ranking.hits:
        assert {n: s for n, s in hit.stages.items() if n != "reranked"} == before[hit.passage.id]
    assert ids(ranking.hits[:30]) == ids(tuple(by_rank(ranking.hits, "reranked")))


def test_candidates_below_the_depth_keep_their_fused_order(
    ranking: Ranking, candidates: Ranking
) -> None:
    assert ranking.hits[30:] == candidates.hits[30:]
    assert all(hit.logit is None and "reranked" not in hit.stages for hit in ranking.hits[30:])


def test_search_is_candidates_reranked_and_finished(demo_engine: Engine, ranking: Ranking) -> None:
    found = demo_engine.search(QUERY)
    assert found.hits == demo_engine.finish(ranking, 10).hits
    assert found.query == QUERY
    assert found.notes == ranking.notes
    assert tuple(found.seconds) == STAGES


def test_hits_show_the_words_and_the_sentence_that_answer(
    demo_engine: Engine, candidates: Ranking
) -> None:
    hits = {hit.passage.id: hit for hit in demo_engine.finish(candidates, 200).hits}
    hit = hits["lakes-rivers-01"]
    marked = [hit.passage.text[span.start : span.end] for span in hit.highlights]
    assert {word.lower().rstrip("аеуом") for word in marked} <= {"байкал", "глубин"}
    assert marked
    assert hit.best_sentence is not None
    inside = [s for s in hit.highlights if hit.best_sentence.start <= s.start]
    assert any(span.end <= hit.best_sentence.end for span in inside)


# Settings that decide the ranking.


def test_depth_zero_leaves_the_fused_order(small_index: Path, settings: Settings) -> None:
    engine = Engine.open(small_index, replace(settings, rerank_depth=0))
    found = engine.search("вода для чая")
    assert found.hits == engine.finish(engine.candidates("вода для чая"), 10).hits
    assert all(hit.logit is None and "reranked" not in hit.stages for hit in found.hits)
    assert tuple(found.seconds) == ("bm25", "dense", "fused")


@pytest.mark.parametrize(("gap", "read"), [(0.0, 20), (12.0, 30), (1000.0, 60)])
def test_it_reads_on_while_a_portion_comes_near_the_best(
    demo_engine: Engine, candidates: Ranking, gap: float, read: int
) -> None:
    changed = replace(demo_engine.settings, rerank_depth=60, rerank_gap=gap)
    engine = Engine(demo_engine.index, demo_engine.models, changed)
    found = engine.rerank(candidates)
    scored = [hit for hit in found.hits if "reranked" in hit.stages]
    assert len(scored) == read
    assert {hit.passage.id for hit in scored} == set(ids(candidates.hits[:read]))
    assert ids(found.hits[read:]) == ids(candidates.hits[read:])
    score = {hit.passage.id: hit.stages["reranked"].score for hit in scored}
    scores = [score[id] for id in ids(candidates.hits[:read])]  # in the order of reading
    for end in range(20, read, 10):
        assert max(scores[end - 10 : end]) >= max(scores[:end]) - gap
    if read < 60:
        assert max(scores[-10:]) < max(scores) - gap


def test_out_of_time_it_reads_no_more_and_says_so(demo_engine: Engine, candidates: Ranking) -> None:
    hurried = replace(demo_engine.settings, rerank_gap=1000.0, rerank_seconds=1e-9)
    found = Engine(demo_engine.index, demo_engine.models, hurried).rerank(candidates)
    assert sum("reranked" in hit.stages for hit in found.hits) == 20
    assert found.notes == ("out_of_time",)
    at_leisure = replace(hurried, rerank_seconds=1000.0)
    found = Engine(demo_engine.index, demo_engine.models, at_leisure).rerank(candidates)
    assert sum("reranked" in hit.stages for hit in found.hits) == 30
    assert found.notes == ()


@pytest.mark.parametrize(("bm25", "dense"), [(0.0, 0.0), (2.5, 0.0), (0.0, 1.5), (2.0, 3.0)])
def test_the_first_stage_weighs_as_set(
    small_index: Path, settings: Settings, bm25: float, dense: float
) -> None:
    changed = replace(settings, bm25_share=bm25, dense_share=dense)
    hits = Engine.open(small_index, changed).search("вода для чая").hits
    best = max(hit.stages["bm25"].score for hit in hits if "bm25" in hit.stages)
    for hit in hits:
        lexical = hit.stages["bm25"].score / best if "bm25" in hit.stages else 0.0
        cosine = hit.stages["dense"].score if "dense" in hit.stages else 0.0
        expected = (hit.logit or 0.0) + bm25 * lexical + dense * cosine
        assert hit.stages["reranked"].score == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("weight", [0.0, 0.25])
def test_the_dense_list_weighs_as_set(small_index: Path, settings: Settings, weight: float) -> None:
    changed = replace(settings, dense_weight=weight, lexical_candidates=2, dense_candidates=3)
    hits = Engine.open(small_index, changed).candidates("вода для чая").hits
    scaled: dict[str, float] = {}  # both lists are cut at their depth: the last counts zero
    for name, share in (("bm25", 1 / (1 + weight)), ("dense", weight / (1 + weight))):
        seen = by_rank(hits, name)
        best, last = seen[0].stages[name].score, seen[-1].stages[name].score
        for hit in seen:
            part = share * (hit.stages[name].score - last) / (best - last)
            scaled[hit.passage.id] = scaled.get(hit.passage.id, 0.0) + part
    fused = {hit.passage.id: hit.stages["fused"].score for hit in hits}
    assert fused == pytest.approx(scaled, abs=1e-12)


def test_each_list_is_as_long_as_set(small_index: Path, settings: Settings) -> None:
    changed = replace(settings, lexical_candidates=1, dense_candidates=2)
    hits = Engine.open(small_index, changed).candidates("вода для чая").hits
    assert ids(tuple(by_rank(hits, "bm25"))) == ["tea"]
    assert len(by_rank(hits, "dense")) == 2


@pytest.mark.parametrize(("top_k", "expected"), [(1, 1), (2, 2), (5, 5), (1000, 5)])
def test_top_k_is_how_many_come_back_at_most(
    small_engine: Engine, top_k: int, expected: int
) -> None:
    candidates = small_engine.candidates("чай")
    found = small_engine.finish(candidates, top_k).hits
    assert ids(found) == ids(candidates.hits)[:expected]
    assert len(found) == expected


@pytest.mark.parametrize("top_k", [0, -1])
def test_less_than_one_result_is_refused(small_engine: Engine, top_k: int) -> None:
    with pytest.raises(QueryError) as error:
        small_engine.search("чай", top_k)
    assert str(error.value) == f"top_k is {top_k}: ask for at least 1 result."
    assert error.value.reason == "top_k"


# Queries nobody hopes for.


@pytest.mark.parametrize("query", ["", "   ", "\n\t\r", "\u00a0\u2003", "\0", " \0\n"])
def test_an_empty_query_is_refused(small_engine: Engine, query: str) -> None:
    with pytest.raises(QueryError) as error:
        small_engine.search(query)
    assert str(error.value) == "The query is empty. Type a question or some words."
    assert error.value.reason == "empty"
    assert error.value.values == {}


def test_a_query_of_ten_thousand_characters_is_refused(small_engine: Engine) -> None:
    with pytest.raises(QueryError) as error:
        small_engine.search("кит " * 2499 + "киты")
    assert "The query has 10000 characters, at most 1000 are read." in str(error.value)
    assert error.value.reason == "too_long"
    assert error.value.values == {"length": 10_000, "limit": 1000}


def test_the_longest_query_allowed_is_searched(small_engine: Engine) -> None:
    assert "whale" in ids(small_engine.search("кит " * 249 + "киты").hits)
    assert ids(small_engine.search(" " * 10_000 + "кит").hits) == ids(
        small_engine.search("кит").hits
    )
    with pytest.raises(QueryError, match="1001 characters"):
        small_engine.search("к" * 1001)


def test_the_limit_is_a_setting(small_index: Path, settings: Settings) -> None:
    engine = Engine.open(small_index, replace(settings, max_query_chars=3))
    assert engine.candidates("кит").query == "кит"
    with pytest.raises(QueryError, match="4 characters, at most 3"):
        engine.candidates("киты")


@pytest.mark.parametrize(
    ("query", "notes"),
    [
        ("кит", ()),
        ("бегемот", ("bm25_nothing",)),
        ("и в на", ("no_words", "bm25_nothing")),
        ("как же это?", ("no_words", "bm25_nothing")),
        ("?!", ("no_words", "bm25_nothing")),  # the encoder reads signs as pieces
        ("😀🎉", ("no_words", "bm25_nothing", "dense_nothing")),
    ],
)
def test_a_stage_that_found_nothing_is_noted(
    small_engine: Engine, query: str, notes: tuple[str, ...]
) -> None:
    ranking = small_engine.candidates(query)
    assert ranking.notes == notes
    assert set(ranking.notes) <= NOTES.keys()
    for stage, note in (("bm25", "bm25_nothing"), ("dense", "dense_nothing")):
        assert any(stage in hit.stages for hit in ranking.hits) == (note not in notes)


def test_emoji_find_nothing_rather_than_anything(small_engine: Engine) -> None:
    ranking = small_engine.search("😀🎉")
    assert ranking.hits == ()
    assert tuple(ranking.seconds) == ("bm25", "dense", "fused")


@pytest.mark.parametrize(
    "query",
    ["<script>alert('кит')</script>", '<img src=x onerror="кит">', "{{кит}} ${кит}", "'; DROP кит"],
)
def test_markup_in_a_query_is_searched_as_words(small_engine: Engine, query: str) -> None:
    ranking = small_engine.search(query)
    assert ranking.query == query
    assert by_rank(ranking.hits, "bm25")[0].passage.id == "whale"


def test_nul_and_lone_surrogates_in_a_query_are_replaced(small_engine: Engine) -> None:
    ranking = small_engine.search("\ud83dкит\0кит\udcff")
    assert ranking.query == "?кит кит?"
    assert by_rank(ranking.hits, "bm25")[0].passage.id == "whale"


def test_composed_and_decomposed_letters_are_one(small_engine: Engine) -> None:
    composed = "зелёный чай"
    decomposed = unicodedata.normalize("NFD", composed)
    assert decomposed != composed
    assert small_engine.search(decomposed).hits == small_engine.search(composed).hits


def test_a_corpus_with_markup_nul_and_surrogates_is_searched(
    tmp_path: Path, encoder: Encoder, analyzer: Analyzer, settings: Settings
) -> None:
    rows = [
        {"_id": "<b>1</b>", "title": "{{кит}}", "text": "<script>alert('кит')</script>"},
        {"_id": "2", "title": "", "text": "дельфин\0 \ud83d ${плывёт}"},
    ]
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    build_index(read_corpus(corpus), tmp_path / "index", encoder, analyzer, progress=False)
    engine = Engine.open(tmp_path / "index", settings)
    whale = by_rank(engine.search("кит").hits, "bm25")[0].passage
    assert (whale.id, whale.text) == ("<b>1</b>", "<script>alert('кит')</script>")
    dolphin = by_rank(engine.search("дельфин").hits, "bm25")[0].passage
    assert dolphin.text == "дельфин  ? ${плывёт}"


def test_a_passage_longer_than_the_reranker_reads_is_told(
    tmp_path: Path, encoder: Encoder, analyzer: Analyzer, settings: Settings
) -> None:
    documents = [Document("long", "", "кит " + "1 " * 900), Document("short", "", "кит плывёт")]
    build_index(documents, tmp_path, encoder, analyzer, window_chars=2000, progress=False)
    ranking = Engine.open(tmp_path, settings).search("кит")
    assert {hit.passage.id: hit.cut for hit in ranking.hits} == {"long": True, "short": False}
    assert ranking.notes == ("passage_cut",)


def test_threads_share_an_engine(small_engine: Engine) -> None:
    queries = ["кит", "вода для чая", "медведь зимой", "лезвие", "бегемот"] * 2
    alone = [small_engine.search(query) for query in queries]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(small_engine.search, queries))
    assert [r.hits for r in together] == [r.hits for r in alone]
    assert [r.query for r in together] == queries


# What an engine can't be opened with.


@pytest.mark.parametrize("variable", ["ENCODER", "RERANKER"])
def test_a_missing_model_names_it_where_it_looked_and_the_variable(
    small_index: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "/no/such")
    with pytest.raises(ModelError) as error:
        Engine.open(small_index)
    message = str(error.value)
    assert f"The {variable.lower()} '/no/such' can't be loaded" in message
    assert "looked in the folder /no/such (not there), the local cache and the model hub" in message
    assert f"Set {variable} to a model folder or hub name, or unset it" in message


def test_a_missing_index_names_the_folder_and_the_command(
    tmp_path: Path, settings: Settings
) -> None:
    with pytest.raises(IndexStoreError) as error:
        Engine.open(tmp_path / "none", settings)
    assert f"{tmp_path / 'none'}: no index there" in str(error.value)
    assert f"python -m index build CORPUS --to {tmp_path / 'none'}" in str(error.value)


def test_an_index_of_another_encoder_names_both(
    tmp_path: Path, small_index: Path, settings: Settings
) -> None:
    other = tmp_path / "other-encoder"
    tokenizer = Tokenizer.from_file(str(Path(settings.encoder) / "tokenizer.json"))
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=8)]).save(str(other))
    with pytest.raises(IndexMismatchError) as error:
        Engine.open(small_index, replace(settings, encoder=str(other)))
    message = str(error.value)
    assert f"built with the encoder {settings.encoder!r}" in message
    assert f"opened with {str(other)!r} (8 dimensions" in message
    assert "Set ENCODER to the first or build the index again." in message


def test_the_device_set_is_the_device_computed_on(settings: Settings) -> None:
    assert device_for(replace(settings, device="cpu")) == "cpu"
    assert device_for(replace(settings, device="meta")) == "meta"


def test_a_search_kept_to_a_source_finds_that_source_only(demo_engine: Engine) -> None:
    everywhere = demo_engine.candidates(QUERY)
    sources = {hit.passage.source for hit in everywhere.hits}
    assert len(sources) > 1
    for source in sources:
        found = demo_engine.candidates(QUERY, [source])
        assert {hit.passage.source for hit in found.hits} == {source}
        for stage in ("bm25", "dense"):
            scores = {h.passage.id: h.stages[stage].score for h in found.hits if stage in h.stages}
            wide = {
                h.passage.id: h.stages[stage].score
                for h in everywhere.hits
                if stage in h.stages and h.passage.source == source
            }
            assert scores == scores | wide  # the best of the source stay, with their scores
    assert demo_engine.candidates(QUERY, ["нет такого"]).hits == ()
    assert demo_engine.candidates(QUERY, sorted(sources | {""})).hits != ()
