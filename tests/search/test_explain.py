"""What a search made of one passage, against the search itself."""

from dataclasses import replace
from functools import reduce
from operator import add

import pytest

from search.engine import Engine
from search.errors import QueryError
from search.explain import WholeRanks, explain, explain_each, find_passages

HALF_PRECISION = 2**-10
QUERY = "как зимой пьют чай из воды и что ест кит"
IDS = ["whale", "bear", "tea", "skates", "bread"]


def with_settings(engine: Engine, **changes: int) -> Engine:
    return Engine(engine.index, engine.models, replace(engine.settings, **changes))


def test_words_as_the_analyzer_saw_them(small_engine: Engine) -> None:
    explained = explain(small_engine, "Чем питается кит, а кит из-за берлоги?", "whale")
    seen = [(word.text, word.lemma, word.passages) for word in explained.words]
    assert seen == [
        ("питается", "питаться", 1),
        ("кит", "кит", 1),
        ("кит", "кит", 1),
        ("берлоги", "берлога", 1),
    ]
    assert explained.left_out == ("Чем", "а", "из-за")
    assert [word.bm25 > 0 for word in explained.words] == [True, True, True, False]
    assert explained.words[1].bm25 == explained.words[2].bm25


def test_figures_are_those_of_the_search(small_engine: Engine) -> None:
    ranking = small_engine.rerank(small_engine.candidates(QUERY))
    assert {hit.passage.id for hit in ranking.hits} == set(IDS)
    for place, hit in enumerate(ranking.hits, 1):
        explained = explain(small_engine, QUERY, hit.passage.id)
        assert (explained.place, explained.stages) == (place, hit.stages)
        bm25 = hit.stages["bm25"].score if "bm25" in hit.stages else 0.0
        assert reduce(add, (word.bm25 for word in explained.words), 0.0) == bm25
        assert explained.bm25 == bm25
        assert explained.cosine == pytest.approx(hit.stages["dense"].score, abs=HALF_PRECISION)


def test_shares_make_the_reranked_score(small_engine: Engine) -> None:
    explained = explain_each(small_engine, QUERY, IDS)
    read = [each for each in explained if each.logit is not None]
    assert len(read) == small_engine.settings.rerank_depth
    for each in read:
        assert each.logit is not None
        assert each.bm25_share is not None
        assert each.dense_share is not None
        total = each.logit + each.bm25_share + each.dense_share
        assert total == pytest.approx(each.stages["reranked"].score, rel=1e-12)
    best = max(each.bm25_share or 0.0 for each in read)
    assert best == small_engine.settings.bm25_share
    unread = [each for each in explained if each.logit is None]
    assert [(each.bm25_share, each.dense_share) for each in unread] == [(None, None)] * 2


def test_shown_passages_are_lost_nowhere(small_engine: Engine) -> None:
    explained = explain_each(small_engine, QUERY, IDS)
    assert [(each.lost_at, each.whole_ranks) for each in explained] == [("", None)] * 5


def test_lost_at_the_end_or_before_the_reranker(small_engine: Engine) -> None:
    explained = explain_each(small_engine, QUERY, IDS, top_k=2)
    lost = {each.place: each.lost_at for each in explained}
    below = "below_rerank_depth"
    assert lost == {1: "", 2: "", 3: "below_top_k", 4: below, 5: below}


def test_lost_before_the_fusion_has_its_whole_ranks(small_engine: Engine) -> None:
    everything = {each.passage.id: each.stages for each in explain_each(small_engine, QUERY, IDS)}
    narrow = with_settings(small_engine, lexical_candidates=1, dense_candidates=1)
    lost = [each for each in explain_each(narrow, QUERY, IDS) if each.lost_at == "no_candidate"]
    assert len(lost) >= 3
    for each in lost:
        stages = everything[each.passage.id]
        bm25 = stages["bm25"].rank if "bm25" in stages else None
        assert each.whole_ranks == WholeRanks(bm25, stages["dense"].rank)
        assert (each.place, each.stages, each.logit) == (None, {}, None)
        assert each.cosine == pytest.approx(stages["dense"].score, abs=HALF_PRECISION)


def test_lost_to_the_chosen_sources(small_engine: Engine) -> None:
    explained = explain(small_engine, QUERY, "whale", sources=["nowhere"])
    assert explained.lost_at == "other_source"


def test_unknown_passage_is_refused(small_engine: Engine) -> None:
    with pytest.raises(QueryError, match="'walrus'") as refused:
        explain(small_engine, QUERY, "walrus")
    assert refused.value.reason == "unknown_passage"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (" bear ", ["bear"]),
        ("ЗЕЛЁНЫЙ ЧАЙ", ["tea"]),
        ("хлеб\nхлеб", ["bread"]),
        ("берлоге медведи", ["bear"]),
        ("бегемот", []),
    ],
)
def test_passages_are_found_by_id_phrase_or_words(
    small_engine: Engine, wanted: str, found: list[str]
) -> None:
    assert find_passages(small_engine, wanted) == found


def test_finding_stops_at_its_limit(small_engine: Engine) -> None:
    assert len(find_passages(small_engine, "е", limit=2)) == 2


def test_an_empty_phrase_is_refused(small_engine: Engine) -> None:
    with pytest.raises(QueryError) as refused:
        find_passages(small_engine, " ")
    assert refused.value.reason == "no_phrase"
