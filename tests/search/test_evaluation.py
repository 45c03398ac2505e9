import csv
import gzip
import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import CorpusError, ModelError
from index.passages import Passage
from search.errors import EvaluationError
from search.evaluation import Evaluation, evaluate, read_qrels, read_queries, stage_run
from search.hits import STAGES, Hit, Ranking, Stage
from search.settings import Settings

METRICS = {"ndcg@10", "mrr@10", "recall@10", "recall@100"}


@pytest.fixture(scope="module")
def small_evaluation(small_set: Path, settings: Settings) -> Evaluation:
    return evaluate(small_set, settings)


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode()
        file.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return folder


def hit(identity: str, **ranks: int) -> Hit:
    document = identity.partition("#")[0]
    stages = {stage: Stage(rank, 100.0 - rank) for stage, rank in ranks.items()}
    return Hit(Passage(identity, document, "", "кит", 0, 3), stages)


@pytest.mark.parametrize("name", ["queries.jsonl", "queries.jsonl.gz"])
def test_queries_are_read_plain_or_compressed(tmp_path: Path, name: str) -> None:
    write(tmp_path, {name: '{"_id": "a", "text": "чай"}\n\n{"_id": 7, "text": "кит"}\n'})
    assert read_queries(tmp_path) == {"a": "чай", "7": "кит"}


@pytest.mark.parametrize(
    "row", ['{"text": "кит"}', '{"_id": "b"}', '{"_id": "b", "text": " "}', '{"_id": 1.5}']
)
def test_a_query_without_id_or_text_names_its_line(tmp_path: Path, row: str) -> None:
    write(tmp_path, {"queries.jsonl": f'{{"_id": "a", "text": "чай"}}\n{row}\n'})
    with pytest.raises(EvaluationError) as error:
        read_queries(tmp_path)
    assert str(error.value) == f"{tmp_path / 'queries.jsonl'}:2: a query needs _id and text."


def test_a_query_line_that_is_not_json_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"queries.jsonl": '{"_id": "a", "text": "чай"}\n{"_id": \n'})
    with pytest.raises(CorpusError) as error:
        read_queries(tmp_path)
    assert f"{tmp_path / 'queries.jsonl'}:2: not valid JSON" in str(error.value)


@pytest.mark.parametrize(
    "name", ["qrels.tsv", "qrels.tsv.gz", "qrels/test.tsv", "qrels/test.tsv.gz"]
)
@pytest.mark.parametrize("header", ["query-id\tcorpus-id\tscore\n", "", "\ufeff"])
def test_qrels_are_read_where_beir_keeps_them(tmp_path: Path, name: str, header: str) -> None:
    write(tmp_path, {name: f"{header}a\td1\t2\na\td2\t0\n\nb\td1\t1\r\n"})
    assert read_qrels(tmp_path) == {"a": {"d1": 2, "d2": 0}, "b": {"d1": 1}}


@pytest.mark.parametrize(
    "line", ["a\td2", "a d2 1", "a\td2\tgood", "a\td2\t1.5", "a\td2\t", "a\tQ0\td2\t1"]
)
def test_a_broken_qrels_line_is_named(tmp_path: Path, line: str) -> None:
    write(tmp_path, {"qrels.tsv": f"query-id\tcorpus-id\tscore\na\td1\t1\n{line}\n"})
    with pytest.raises(EvaluationError) as error:
        read_qrels(tmp_path)
    assert str(error.value) == (
        f"{tmp_path / 'qrels.tsv'}:3: expected query-id, corpus-id, score separated by TABs."
    )


def test_qrels_that_are_no_text_name_their_line(tmp_path: Path) -> None:
    plain, compressed = tmp_path / "qrels.tsv", tmp_path / "qrels.tsv.gz"
    plain.write_bytes("a\td1\t1\na\tд2\t1\n".encode("cp1251"))
    with pytest.raises(CorpusError) as error:
        read_qrels(tmp_path)
    assert f"{plain}:2: not UTF-8" in str(error.value)
    plain.unlink()
    compressed.write_bytes(gzip.compress(b"a\td1\t1\n")[:-6])
    with pytest.raises(CorpusError) as error:
        read_qrels(tmp_path)
    assert f"{compressed}:" in str(error.value)
    assert "can't be decompressed" in str(error.value)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError) as error:
        read_queries(tmp_path)
    assert str(error.value) == f"{tmp_path}: no queries.jsonl (plain or .gz) in this folder."
    with pytest.raises(EvaluationError) as error:
        read_qrels(tmp_path)
    assert "no qrels.tsv or qrels/test.tsv (plain or .gz)" in str(error.value)


@pytest.mark.parametrize(
    ("qrels", "what"),
    [
        ("q1\td\t1\nq9\td\t1\nq8\td\t1\n", "judges the unknown query 'q8'"),
        ("query-id\tcorpus-id\tscore\n", "judges no query"),
    ],
)
def test_queries_and_qrels_that_do_not_fit_are_named(
    tmp_path: Path, settings: Settings, qrels: str, what: str
) -> None:
    write(tmp_path, {"queries.jsonl": '{"_id": "q1", "text": "чай"}', "qrels.tsv": qrels})
    with pytest.raises(EvaluationError) as error:
        evaluate(tmp_path, settings)
    assert str(error.value) == f"{tmp_path}: qrels.tsv {what}. Queries and judgments must fit."


def test_a_set_without_corpus_and_a_missing_model_are_named(
    tmp_path: Path, small_set: Path, settings: Settings
) -> None:
    write(tmp_path, {"queries.jsonl": '{"_id": "q", "text": "чай"}', "qrels.tsv": "q\td\t1"})
    with pytest.raises(CorpusError, match="no corpus.jsonl or corpus.jsonl.gz in this folder"):
        evaluate(tmp_path, settings)
    with pytest.raises(ModelError, match="'/no/such'.*RERANKER"):
        evaluate(small_set, replace(settings, reranker="/no/such"))


def test_the_shape_of_an_evaluation(small_evaluation: Evaluation, settings: Settings) -> None:
    assert small_evaluation.set == "small"
    assert small_evaluation.queries == 3
    assert small_evaluation.passages == 5
    assert tuple(small_evaluation.stages) == STAGES
    assert all(values.keys() == METRICS for values in small_evaluation.stages.values())
    assert small_evaluation.settings == settings.as_dict()


def test_bm25_of_the_small_set_is_as_worked_out_by_hand(small_evaluation: Evaluation) -> None:
    # whales: the whale first · water: tea first, bread second · hippo: no word in the corpus
    bm25 = small_evaluation.stages["bm25"]
    assert bm25["ndcg@10"] == pytest.approx((1 + 1 / math.log2(1 + 2) + 0) / 3)
    assert bm25["mrr@10"] == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert bm25["recall@10"] == pytest.approx((1 + 1 + 0) / 3)
    assert bm25["recall@100"] == pytest.approx((1 + 1 + 0) / 3)


@pytest.mark.parametrize("stage", ["dense", "fused", "reranked"])
def test_stages_that_rank_the_whole_corpus_recall_all_of_it(
    small_evaluation: Evaluation, stage: str
) -> None:
    values = small_evaluation.stages[stage]
    assert values["recall@10"] == values["recall@100"] == 1.0
    assert 1 / 5 <= values["mrr@10"] <= 1.0


def test_with_depth_zero_the_last_stage_is_the_fused_order(
    small_set: Path, settings: Settings
) -> None:
    stages = evaluate(small_set, replace(settings, rerank_depth=0)).stages
    assert stages["reranked"] == stages["fused"]


def test_a_compressed_set_measures_the_same(
    tmp_path: Path, small_set: Path, small_evaluation: Evaluation, settings: Settings
) -> None:
    folder = tmp_path / "small"
    for name in ("corpus.jsonl", "queries.jsonl", "qrels.tsv"):
        write(folder, {f"{name}.gz": (small_set / name).read_text(encoding="utf-8")})
    assert evaluate(folder, settings) == small_evaluation


def test_the_corpus_may_be_kept_elsewhere(
    tmp_path: Path, small_set: Path, settings: Settings
) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    for name in ("queries.jsonl", "qrels.tsv"):
        shutil.copy(small_set / name, folder / name)
    corpus = tmp_path / "other.csv"
    with corpus.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(
            [("id", "title", "text"), ("whale", "", "Кит"), ("bread", "", "Хлеб и вода")]
        )
    evaluation = evaluate(folder, replace(settings, rerank_depth=0), corpus)
    assert evaluation.passages == 2
    assert evaluation.stages["bm25"]["mrr@10"] == pytest.approx((1 + 1 + 0) / 3)


def test_a_document_in_several_windows_counts_once_by_its_best_passage(
    tmp_path: Path, settings: Settings
) -> None:
    whale = " ".join(["Кит кит кит кит кит ныряет."] * 30)
    other = "Однажды у берега далеко от порта показался большой кит, но скоро уплыл."
    write(
        tmp_path,
        {
            "corpus.jsonl": f'{{"_id": "long", "text": "{whale}"}}\n'
            f'{{"_id": "short", "text": "{other}"}}\n',
            "queries.jsonl": '{"_id": "q", "text": "кит"}',
            "qrels.tsv": "q\tshort\t1\n",
        },
    )
    evaluation = evaluate(tmp_path, replace(settings, window_chars=200, rerank_depth=0))
    assert evaluation.passages > 2 + 1
    bm25 = evaluation.stages["bm25"]
    assert bm25["mrr@10"] == 1 / 2
    assert bm25["ndcg@10"] == pytest.approx(1 / math.log2(1 + 2))


def test_a_run_scores_documents_by_the_rank_of_their_best_passage() -> None:
    ranking = Ranking(
        "кит",
        (
            hit("b", bm25=3, fused=1, reranked=1),
            hit("a#2", bm25=1, fused=2, reranked=2),
            hit("a", bm25=2, dense=2, fused=3),
            hit("c", dense=1, fused=4),
        ),
    )
    assert stage_run(ranking, "bm25") == {"a": 1.0, "b": 1 / 2}
    assert stage_run(ranking, "dense") == {"c": 1.0, "a": 1 / 2}
    assert stage_run(ranking, "fused") == {"b": 1.0, "a": 1 / 2, "c": 1 / 3}
    assert stage_run(ranking, "reranked") == {"b": 1.0, "a": 1 / 2, "c": 1 / 3}


def test_the_last_stage_follows_the_order_of_the_hits_below_the_depth_too() -> None:
    ranking = Ranking(
        "кит",
        (hit("b", fused=2, reranked=1), hit("a", fused=1, reranked=2), hit("c", fused=3)),
    )
    assert stage_run(ranking, "reranked") == {"b": 1.0, "a": 1 / 2, "c": 1 / 3}
    assert stage_run(ranking, "fused") == {"a": 1.0, "b": 1 / 2, "c": 1 / 3}


@pytest.mark.parametrize("stage", STAGES)
def test_no_hits_make_an_empty_run(stage: str) -> None:
    assert stage_run(Ranking("кит", ()), stage) == {}
