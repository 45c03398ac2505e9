import json
from dataclasses import replace

from index.passages import Passage
from index.sentences import Span
from search.engine import Engine
from search.evaluation import Evaluation
from search.hits import NOTES, STAGES, Hit, Ranking, Stage
from search.report import evaluation_as_text, ranking_as_json, ranking_as_text

TEXT = "Синий кит велик. Рачки малы."
FULL = Hit(
    Passage("w#2", "w", "Киты", TEXT, 0, 28),
    {
        "reranked": Stage(1, 2.5),
        "fused": Stage(2, 1 / 61 + 1 / 74),
        "dense": Stage(14, 0.5),
        "bm25": Stage(1, 7.25),
    },
    logit=1.5,
    cut=True,
    highlights=(Span(6, 9),),
    best_sentence=Span(0, 16),
)
DENSE_ONLY = Hit(
    Passage("b", "b", "", "х" * 300, 0, 300), {"dense": Stage(1, 0.75), "fused": Stage(1, 1 / 61)}
)
RANKING = Ranking("кит", (FULL, DENSE_ONLY), {"bm25": 0.0125, "dense": 2.0}, ("passage_cut",))


def test_a_hit_as_json() -> None:
    assert ranking_as_json(RANKING)[0] == {
        "id": "w#2",
        "title": "Киты",
        "source": "",
        "text": TEXT,
        "highlights": [[6, 9]],
        "best_sentence": [0, 16],
        "logit": 1.5,
        "probability": None,
        "cut": True,
        "answer": None,
        "stages": {
            "bm25": {"rank": 1, "score": 7.25},
            "dense": {"rank": 14, "score": 0.5},
            "fused": {"rank": 2, "score": 1 / 61 + 1 / 74},
            "reranked": {"rank": 1, "score": 2.5},
        },
    }


def test_stages_are_told_in_the_order_a_query_passes_them() -> None:
    assert tuple(json.loads(json.dumps(ranking_as_json(RANKING)))[0]["stages"]) == STAGES


def test_the_short_answer_stands_in_the_first_hit_and_above_all() -> None:
    likely = replace(FULL, probability=0.875)
    answered = replace(RANKING, hits=(likely, DENSE_ONLY), answer=Span(17, 28))
    first, second = ranking_as_json(answered)
    assert (first["answer"], first["probability"]) == ("Рачки малы.", 0.875)
    assert (second["answer"], second["probability"]) == (None, None)
    head, *lines = ranking_as_text(answered).split("\n")
    assert head == "Answer (probability 0.88): Рачки малы."
    assert lines == ranking_as_text(RANKING).split("\n")


def test_what_a_hit_lacks_is_missing_in_json_never_zero() -> None:
    hit = ranking_as_json(RANKING)[1]
    assert hit["stages"] == {
        "dense": {"rank": 1, "score": 0.75},
        "fused": {"rank": 1, "score": 1 / 61},
    }
    assert hit["logit"] is None
    assert hit["best_sentence"] is None
    assert hit["highlights"] == []
    assert hit["title"] == ""


def test_a_real_ranking_survives_json(small_engine: Engine) -> None:
    ranking = small_engine.search("чем питается кит")
    hits = json.loads(json.dumps(ranking_as_json(ranking), allow_nan=False))
    assert hits == ranking_as_json(ranking)
    assert len(hits) == 5
    for hit, found in zip(hits, ranking.hits, strict=True):
        assert list(hit["stages"]) == [name for name in STAGES if name in found.stages]
    whale = next(hit for hit in hits if hit["id"] == "whale")
    marked = [whale["text"][start:end] for start, end in whale["highlights"]]
    assert marked == ["кит", "питается"]


def test_an_empty_ranking_is_an_empty_list() -> None:
    assert ranking_as_json(Ranking("кит", ())) == []


def test_a_ranking_for_the_terminal() -> None:
    assert ranking_as_text(RANKING).split("\n") == [
        "1. Киты  [w#2]",
        "   bm25 №1 7.25 · dense №14 0.5 · fused №2 0.0299 · reranked №1 2.5",
        "   Синий кит велик.",
        "2. b  [b]",
        "   bm25 — · dense №1 0.75 · fused №1 0.0164 · reranked —",
        "   " + "х" * 200,
        "Note: the cross-encoder read only the beginning of some passages.",
        "bm25 12 ms · dense 2000 ms",
    ]


def test_nothing_found_is_said_with_the_reasons() -> None:
    text = ranking_as_text(Ranking("😀", (), {"bm25": 0.0}, tuple(NOTES)))
    assert text.split("\n") == [
        "Nothing found.",
        *(f"Note: {told}." for told in NOTES.values()),
        "bm25 0 ms",
    ]


def test_the_table_shows_hundredths() -> None:
    metrics = {"ndcg@10": 0.5, "mrr@10": 1.0, "recall@10": 0.12345, "recall@100": 0.0}
    stages = {"bm25": metrics, "reranked": metrics | {"ndcg@10": 2 / 3}}
    table = evaluation_as_text(Evaluation("demo", 240, 480, stages, {})).split("\n")
    assert table[0] == "demo: 240 queries, 480 passages"
    assert table[1].split() == ["stage", "ndcg@10", "mrr@10", "recall@10", "recall@100"]
    assert table[2].split() == ["bm25", "50.0", "100.0", "12.3", "0.0"]
    assert table[3].split() == ["reranked", "66.7", "100.0", "12.3", "0.0"]
    assert len({len(line) for line in table[1:]}) == 1
