import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression

from index.build import build_index
from index.corpus import Document
from index.passages import Passage
from index.sentences import sentence_spans
from search.__main__ import main
from search.calibration import (
    ANSWER_PROBABILITY,
    FILE,
    NO_ANSWER_PROBABILITY,
    Calibration,
    JudgedHit,
    calibrate,
    expected_calibration_error,
    fit_platt,
    judged_hits,
)
from search.engine import Engine
from search.errors import EvaluationError
from search.hits import Hit, Ranking, Stage
from search.models import Models
from search.promotion import weights_hash
from search.settings import ROOT, Settings

ENCODER = "fingerprint of the encoder"
QUERY = "чем питается кит"


def calibration(settings: Settings, slope: float, intercept: float) -> Calibration:
    return Calibration(
        slope=slope,
        intercept=intercept,
        bm25_share=settings.bm25_share,
        dense_share=settings.dense_share,
        weights="",
        encoder=ENCODER,
        set="small",
        queries=5,
        pairs=20,
        positives=6,
        log_loss=0.5,
        brier=0.25,
        ece=0.125,
        first_hits=5,
        answers=2,
        answers_relevant=1,
    )


@pytest.fixture
def weighed(tmp_path: Path, settings: Settings) -> Settings:
    """Settings whose reranker is a folder with weights nobody has to load."""
    folder = tmp_path / "reranker"
    folder.mkdir()
    save_file({"weight": np.array([1.0])}, folder / "model.safetensors")
    return replace(settings, reranker=str(folder))


@pytest.fixture
def written(weighed: Settings) -> Calibration:
    """A calibration kept beside those weights."""
    folder = Path(weighed.reranker)
    kept = replace(calibration(weighed, 0.75, -2.0), weights=weights_hash(folder))
    assert kept.write(folder) == folder / FILE
    return kept


# The fit and its measures.


@pytest.mark.parametrize("seed", range(5))
def test_the_fit_is_that_of_scikit_learn_with_platts_targets(seed: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.normal(3.0, 4.0, 200)
    relevant = random.random(200) < 1 / (1 + np.exp(4.0 - 0.8 * scores))
    positives, negatives = relevant.sum(), (~relevant).sum()
    targets = np.where(relevant, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    expected = LogisticRegression(C=np.inf, tol=1e-12, solver="newton-cholesky").fit(
        np.concatenate([scores, scores])[:, None],
        np.repeat([1, 0], 200),
        np.concatenate([targets, 1 - targets]),
    )
    assert fit_platt(scores, relevant) == pytest.approx(
        (expected.coef_[0, 0], expected.intercept_[0]), abs=1e-6
    )


def test_separable_scores_stay_finite() -> None:
    slope, intercept = fit_platt(np.array([-1.0, -1.0, 1.0, 1.0]), np.array([0, 0, 1, 1], bool))
    # Two positives and two negatives: targets 3/4 and 1/4, met exactly by log 3 at both ends.
    assert slope == pytest.approx(np.log(3))
    assert intercept == pytest.approx(0.0, abs=1e-9)


def test_a_greater_score_is_likelier_and_nothing_is_beyond_0_and_1(settings: Settings) -> None:
    found = calibration(settings, 0.75, -2.0)
    probabilities = [found.probability(score) for score in (-1e6, -20.0, 0.0, 8 / 3, 3.0, 1e6)]
    assert probabilities == sorted(probabilities)
    assert (probabilities[0], probabilities[-1]) == (0.0, 1.0)
    assert probabilities[3] == pytest.approx(0.5)


def test_the_calibration_error_weighs_bins_by_size() -> None:
    probabilities = np.array([0.05, 0.05, 0.95, 0.91, 1.0])
    relevant = np.array([0, 1, 1, 1, 0], bool)
    low, high = abs(0.05 - 1 / 2), abs((0.95 + 0.91 + 1.0) / 3 - 2 / 3)
    expected = 2 / 5 * low + 3 / 5 * high
    assert expected_calibration_error(probabilities, relevant) == pytest.approx(expected)


def hit(document: str, number: int, rank: int | None) -> Hit:
    stages = {"fused": Stage(1, 0.5)}
    if rank:
        stages["reranked"] = Stage(rank, 10.0 - rank)
    return Hit(Passage(f"{document}#{number}", document, "", "кит", 0, 3), stages)


def test_of_a_document_its_best_passage_counts_and_only_where_judged_and_reranked() -> None:
    found = Ranking(
        "кит",
        (hit("a", 2, 1), hit("a", 1, 2), hit("unjudged", 1, 3), hit("b", 1, 4), hit("c", 1, None)),
    )
    assert judged_hits({"q": found}, {"q": {"a": 2, "b": 1, "c": 3, "elsewhere": 3}}) == [
        JudgedHit("q", 1, 9.0, True),
        JudgedHit("q", 4, 6.0, False),
    ]


def test_what_was_learned_is_measured_on_queries_not_seen(weighed: Settings) -> None:
    # Every query alike: five folds learn what all learn, only the targets are a little softer.
    hits = [
        JudgedHit(f"q{query}", rank, score, relevant)
        for query in range(5)
        for rank, score, relevant in ((1, 8.0, True), (2, 2.0, False), (3, 1.0, False))
    ]
    found = calibrate(hits, "five", weighed, ENCODER)
    assert (found.queries, found.pairs, found.positives) == (5, 15, 5)
    scores, relevant = np.array([8.0, 2.0, 1.0] * 4), np.array([True, False, False] * 4)
    slope, intercept = fit_platt(scores, relevant)
    unseen = replace(found, slope=slope, intercept=intercept)
    right = [unseen.probability(8.0), 1 - unseen.probability(2.0), 1 - unseen.probability(1.0)]
    assert found.log_loss == pytest.approx(-np.log(right).mean())
    assert found.brier == pytest.approx(((1 - np.array(right)) ** 2).mean())
    assert right[0] > ANSWER_PROBABILITY
    assert (found.first_hits, found.answers, found.answers_relevant) == (5, 5, 5)


@pytest.mark.parametrize(
    ("queries", "grades"),
    [(4, (True, False)), (5, (True, True)), (5, (False, False))],
    ids=["few queries", "all relevant", "none relevant"],
)
def test_too_little_to_learn_from_is_told(
    weighed: Settings, queries: int, grades: tuple[bool, bool]
) -> None:
    hits = [JudgedHit(str(q), 1, 1.0, relevant) for q in range(queries) for relevant in grades]
    told = f"small: {queries} judged queries, {queries * sum(grades)} of {2 * queries} passages"
    with pytest.raises(EvaluationError, match=told):
        calibrate(hits, "small", weighed, ENCODER)


# The file beside the weights.


def test_a_calibration_is_read_back(weighed: Settings, written: Calibration) -> None:
    assert Calibration.read(weighed, ENCODER) == written


def test_it_holds_for_its_weights_encoder_and_shares_only(
    weighed: Settings, written: Calibration
) -> None:
    assert Calibration.read(weighed, "another encoder") is None
    for share in ("bm25_share", "dense_share"):
        assert Calibration.read(replace(weighed, **{share: 1.5}), ENCODER) is None
    weights = Path(weighed.reranker) / "model.safetensors"
    save_file({"weight": np.array([2.0])}, weights)
    assert Calibration.read(weighed, ENCODER) is None


def test_without_a_file_there_is_no_calibration(weighed: Settings) -> None:
    assert Calibration.read(weighed, ENCODER) is None
    assert Calibration.read(replace(weighed, reranker="hub/name"), ENCODER) is None


@pytest.mark.parametrize("content", ["{", "[]", '{"slope": 1.0}', '{"unknown": 1}', "\udcff"])
def test_a_broken_file_is_named(weighed: Settings, content: str) -> None:
    file = Path(weighed.reranker) / FILE
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(EvaluationError) as error:
        Calibration.read(weighed, ENCODER)
    assert str(error.value).startswith(f"{file}: can't be read (")
    assert "python -m search model calibrate SET" in str(error.value)


def test_the_command_calibrates_a_judged_set(
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    reranker = tmp_path / "reranker"
    shutil.copytree(settings.reranker, reranker, ignore=shutil.ignore_patterns(FILE, "*.png"))
    judged = tmp_path / "few"
    judged.mkdir()
    demo = ROOT / "data" / "demo"
    lines = (demo / "qrels.tsv").read_text(encoding="utf-8").splitlines()
    asked = list(dict.fromkeys(line.split("\t")[0] for line in lines[1:]))[:6]
    few = [line for line in lines[1:] if line.split("\t")[0] in asked]
    (judged / "qrels.tsv").write_text("\n".join(few), encoding="utf-8")
    documents = {line.split("\t")[1] for line in few}
    for name, wanted in (("corpus.jsonl", documents), ("queries.jsonl", set(asked))):
        rows = (demo / name).read_text(encoding="utf-8").splitlines()
        kept = [row for row in rows if json.loads(row)["_id"] in wanted]
        (judged / name).write_text("\n".join(kept), encoding="utf-8")
    monkeypatch.setenv("RERANKER", str(reranker))
    assert main(["model", "calibrate", str(judged)]) == 0
    written = json.loads((reranker / FILE).read_text(encoding="utf-8"))
    assert (written["set"], written["queries"]) == ("few", 6)
    assert 0 < written["positives"] < written["pairs"] <= len(few)
    said = capsys.readouterr().out
    assert said.startswith(f"{reranker / FILE}: {written['pairs']} judged pairs of 6 queries")
    models = Models.open(replace(settings, reranker=str(reranker)))
    assert models.calibration is not None
    assert asdict(models.calibration) | {"sha256": models.calibration.sha256} == written


# The short answer.


@pytest.fixture(scope="module")
def plain(small_engine: Engine) -> Iterator[Engine]:
    """The small engine without a calibration, whatever lies beside the embedded weights."""
    known, small_engine.models.calibration = small_engine.models.calibration, None
    yield small_engine
    small_engine.models.calibration = known


def calibrated(engine: Engine, slope: float, intercept: float) -> Engine:
    models, found = engine.models, calibration(engine.settings, slope, intercept)
    return Engine(
        engine.index,
        Models(models.analyzer, models.encoder, models.reranker, found),
        engine.settings,
    )


def test_without_a_calibration_there_is_no_probability_and_no_answer(plain: Engine) -> None:
    ranking = plain.search(QUERY)
    assert ranking.answer is None
    assert {hit.probability for hit in ranking.hits} == {None}


def test_reranked_hits_have_the_probability_of_their_score(plain: Engine) -> None:
    ranking = calibrated(plain, 0.5, -3.0).search(QUERY)
    for hit in ranking.hits:
        if stage := hit.stages.get("reranked"):
            expected = 1 / (1 + np.exp(3.0 - 0.5 * stage.score))
            assert hit.probability == pytest.approx(expected)
        else:
            assert hit.probability is None
    assert [hit.probability is None for hit in ranking.hits] == [False] * 3 + [True] * 2


def test_other_shares_have_no_probability(plain: Engine) -> None:
    engine = calibrated(plain, 0.5, -3.0)
    other = replace(engine.settings, dense_share=1.5)
    ranking = Engine(engine.index, engine.models, other).search(QUERY)
    assert {hit.probability for hit in ranking.hits} == {None}


def test_only_a_likely_first_hit_answers(plain: Engine) -> None:
    margin = np.log(ANSWER_PROBABILITY / (1 - ANSWER_PROBABILITY))  # of the probability asked for
    assert calibrated(plain, 0.0, margin - 1e-6).search(QUERY).answer is None
    assert calibrated(plain, 0.0, margin + 1e-6).search(QUERY).answer is not None


@pytest.mark.parametrize("query", [QUERY, "вода для чая", "крупнейшее животное"])
def test_the_answer_is_the_sentence_the_reranker_scores_highest(plain: Engine, query: str) -> None:
    ranking = calibrated(plain, 0.0, 5.0).search(query)
    first, answer = ranking.hits[0].passage, ranking.answer
    assert answer is not None
    assert ranking.hits[0].best_sentence == answer
    sentences = [first.text[s.start : s.end] for s in sentence_spans(first.text)]
    logits = plain.models.logits(query, [f"{first.title}\n{sentence}" for sentence in sentences])
    assert first.text[answer.start : answer.end] == sentences[int(np.argmax(logits))]


def test_an_unlikely_first_hit_is_told(plain: Engine) -> None:
    margin = np.log(NO_ANSWER_PROBABILITY / (1 - NO_ANSWER_PROBABILITY))
    assert calibrated(plain, 0.0, margin - 1e-6).search(QUERY).notes == ("no_answer",)
    assert calibrated(plain, 0.0, margin + 1e-6).search(QUERY).notes == ()


def test_nothing_found_answers_nothing(plain: Engine) -> None:
    assert calibrated(plain, 0.0, 5.0).search("😀🎉").answer is None


def test_a_title_without_text_answers_nothing(plain: Engine, tmp_path: Path) -> None:
    models = plain.models
    title = [Document("whale", "Киты", "")]
    build_index(title, tmp_path, models.encoder, models.analyzer, progress=False)
    there = Engine.open(tmp_path, plain.settings, calibrated(plain, 0.0, 5.0).models)
    ranking = there.search("кит")
    assert len(ranking.hits) == 1
    assert ranking.answer is None
