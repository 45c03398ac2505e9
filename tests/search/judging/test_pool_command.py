import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.command import run_command
from search.engine import Engine
from search.judging.judgment import Judgment
from search.judging.pool import Pool
from search.judging.pool_command import add_pool_command
from search.judging.snapshot_files import load_snapshot, save_snapshot
from search.judging.snapshots import take_snapshot
from search.judging.store import JudgmentStore
from search.settings import Settings

QUERIES = {"whales": "чем питается кит", "water": "вода для чая"}


@pytest.fixture
def store(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, small_index: Path
) -> Iterator[JudgmentStore]:
    url = f"sqlite:///{tmp_path}/judgments.sqlite"
    for name, value in {
        "DATABASE_URL": url,
        "SNAPSHOTS_DIR": str(tmp_path / "snapshots"),
        "INDEX_DIR": str(small_index),
        "RERANK_DEPTH": "2",
    }.items():
        monkeypatch.setenv(name, value)
    with JudgmentStore.open(url) as opened:
        yield opened


@pytest.fixture
def snapshot(store: JudgmentStore, small_engine: Engine, tmp_path: Path) -> str:
    """The lists of two queries, kept under the name v1."""
    taken = take_snapshot(small_engine, QUERIES, "v1", "small", progress=False)
    save_snapshot(taken, tmp_path / "snapshots")
    return taken.name


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_pool_command(parser.add_subparsers(required=True))
    return run_command(parser, ["pool", *arguments])


def failure(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(*arguments) == 1
    out, err = capsys.readouterr()
    assert out == "" and "Traceback" not in err
    return err.splitlines()[-1]


def judge(store: JudgmentStore, pool: Pool, annotator: str, *grades: int | None) -> None:
    for item, grade in zip(pool.items, grades, strict=False):
        store.save(
            Judgment(
                item.query,
                item.passage_id,
                item.document_id,
                item.text_hash,
                annotator,
                grade,
                query_id=item.query_id,
                pool=pool.name,
            )
        )


def test_make_keeps_the_union_of_the_rankers(
    capsys: pytest.CaptureFixture[str], store: JudgmentStore, small_set: Path
) -> None:
    assert run("make", "пул", str(small_set), "--depth", "1", "--rankers", "bm25, dense") == 0
    (pool,) = store.pools()
    assert (pool.name, pool.depth, pool.overlap, pool.seed) == ("пул", 1, 1, 42)
    words = {i.query_id: i.passage_id for i in pool.items if "bm25" in i.sources}
    assert words["whales"] == "whale" and words["unjudged"] == "bear"
    assert "hippo" not in words  # no passage has the word
    assert {item.query_id for item in pool.items} == {"whales", "water", "hippo", "unjudged"}
    said = capsys.readouterr().out
    assert said == f"пул: {len(pool.items)} passages to judge for 4 queries, by 1 annotator each\n"


def test_another_reranker_is_one_more_ranker(
    capsys: pytest.CaptureFixture[str], store: JudgmentStore, small_set: Path, settings: Settings
) -> None:
    model = settings.reranker
    assert run("make", "п", str(small_set), "--rankers", "", "--reranker", model) == 0
    assert {item.sources for item in store.pool("п").items} == {(f"reranked by {model}",)}


def test_stages_of_a_snapshot_are_more_rankers(
    store: JudgmentStore, snapshot: str, small_set: Path, tmp_path: Path
) -> None:
    make = ("make", "п", str(small_set), "--depth", "1", "--rankers", "")
    assert run(*make, "--snapshots", snapshot, f"{snapshot}:bm25") == 0
    stages = load_snapshot(tmp_path / "snapshots", snapshot).stages
    first = {
        (query, ranker, stages[stage][query][0].passage_id)
        for query in QUERIES
        for ranker, stage in (("snapshot v1", "reranked"), ("snapshot v1:bm25", "bm25"))
    }
    items = store.pool("п").items
    assert {(i.query_id, by, i.passage_id) for i in items for by in i.sources} == first


def test_make_says_what_is_wrong_before_it_searches(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    store: JudgmentStore,
    small_set: Path,
    tmp_path: Path,
) -> None:
    assert run("make", "пул", str(small_set), "--rankers", "bm25") == 0
    capsys.readouterr()
    monkeypatch.setenv("RERANKER", str(tmp_path / "не модель"))  # opening the engine would fail
    make = ("make", "новый", str(small_set))
    assert "ranker 'splade'" in failure(capsys, *make, "--rankers", "bm25,splade")
    assert "depth is 0" in failure(capsys, *make, "--depth", "0")
    assert "overlap is -1" in failure(capsys, *make, "--overlap", "-1")
    assert "no folder with" in failure(capsys, "make", "новый", str(tmp_path / "нет"))
    assert "already a pool named 'пул'" in failure(capsys, "make", "пул", str(small_set))
    assert [pool.name for pool in store.pools()] == ["пул"]


def test_a_query_too_long_to_search_is_named(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    store: JudgmentStore,
    small_set: Path,
) -> None:
    monkeypatch.setenv("MAX_QUERY_CHARS", "14")
    said = failure(capsys, "make", "пул", str(small_set), "--rankers", "bm25")
    assert "small, query 'whales': The query has 16 characters" in said


def test_holes_are_what_the_snapshot_shows_and_nobody_judged(
    capsys: pytest.CaptureFixture[str], store: JudgmentStore, snapshot: str, small_set: Path
) -> None:
    assert run("holes", "все", snapshot, "--overlap", "2") == 0
    everything = store.pool("все")
    assert everything.snapshot == "v1"
    assert len(everything.items) == 10  # two queries, five documents, all in the top ten
    judge(store, everything, "Анна", 3, None, 0)
    assert run("holes", "остаток", snapshot) == 0
    left = {(item.query_id, item.passage_id) for item in store.pool("остаток").items}
    graded = [(i.query_id, i.passage_id) for i in (everything.items[0], everything.items[2])]
    whole = {(item.query_id, item.passage_id) for item in everything.items}
    assert left == whole - set(graded)
    assert run("holes", "меньше", snapshot, "--qrels", str(small_set)) == 0
    fewer = {(item.query_id, item.passage_id) for item in store.pool("меньше").items}
    assert fewer == left - {("whales", "whale"), ("water", "bread")}


def test_grades_of_a_set_fill_holes_by_the_querys_text(
    capsys: pytest.CaptureFixture[str], store: JudgmentStore, snapshot: str, tmp_path: Path
) -> None:
    folder = tmp_path / "другой"
    folder.mkdir()
    queries = [{"_id": "water", "text": " чем питается кит "}, {"_id": "q7", "text": "о другом"}]
    lines = (json.dumps(query, ensure_ascii=False) for query in queries)
    (folder / "queries.jsonl").write_text("\n".join(lines), encoding="utf-8")
    rows = ["water\twhale\t3", "water\tbear\t0", "q7\tbread\t1", "whales\ttea\t1"]
    (folder / "qrels.tsv").write_text("\n".join(rows), encoding="utf-8")
    assert run("holes", "дыры", snapshot, "--qrels", str(folder)) == 0
    found = {(item.query_id, item.passage_id) for item in store.pool("дыры").items}
    passages = {"whale", "bear", "tea", "skates", "bread"}
    assert {p for query, p in found if query == "water"} == passages
    assert {p for query, p in found if query == "whales"} == passages - {"whale", "bear"}


def test_a_spot_check_without_a_query_id_fills_a_hole(store: JudgmentStore, snapshot: str) -> None:
    store.save(Judgment(QUERIES["whales"], "whale", "whale", "хеш", "Анна", 3))
    assert run("holes", "дыры", snapshot) == 0
    assert len(store.pool("дыры").items) == 9


def test_holes_know_the_needs_of_earlier_pools(
    store: JudgmentStore, snapshot: str, tmp_path: Path
) -> None:
    file = tmp_path / "queries.jsonl"
    file.write_text('{"_id": "x", "text": "вода для чая", "need": "Какой воды."}', encoding="utf-8")
    assert run("make", "пул", str(file), "--rankers", "bm25") == 0
    assert run("holes", "дыры", snapshot) == 0
    needs = {item.query_id: item.need for item in store.pool("дыры").items}
    assert needs == {"whales": "", "water": "Какой воды."}


def test_a_snapshot_that_is_not_there_is_named(
    capsys: pytest.CaptureFixture[str], store: JudgmentStore, snapshot: str
) -> None:
    assert "no snapshot 'v2'" in failure(capsys, "holes", "дыры", "v2")


def test_second_opinions_become_a_pool_of_their_own(
    capsys: pytest.CaptureFixture[str], store: JudgmentStore, small_set: Path
) -> None:
    assert run("make", "пул", str(small_set), "--overlap", "2", "--depth", "2") == 0
    pool = store.pool("пул")
    judge(store, pool, "Анна", 0, 1, 3)
    judge(store, pool, "Пётр", 3, 1, None)
    assert run("second-opinion", "пул") == 0
    again = store.pool("пул-second")
    assert again.items == (pool.items[0], pool.items[2])
    assert again.overlap == 3
    capsys.readouterr()
    assert "already a pool" in failure(capsys, "second-opinion", "пул")
    assert "threshold 4" in failure(
        capsys, "second-opinion", "пул-second", "--to", "п3", "--threshold", "4"
    )


def test_list_tells_how_far_each_pool_is_judged(
    capsys: pytest.CaptureFixture[str], store: JudgmentStore, snapshot: str
) -> None:
    assert run("list") == 0
    assert capsys.readouterr().out.startswith("No pools yet")
    assert run("holes", "дыры", snapshot, "--overlap", "2") == 0
    judge(store, store.pool("дыры"), "Анна", 3, 1, 0)
    judge(store, store.pool("дыры"), "Пётр", 3, None)
    capsys.readouterr()
    assert run("list") == 0
    header, row = capsys.readouterr().out.splitlines()
    assert header.split() == [
        *("name", "created", "(UTC)", "snapshot", "queries", "items", "overlap", "judged")
    ]
    assert row.split()[0] == "дыры"
    assert row.split()[3:] == ["v1", "2", "10", "2", "2"]
