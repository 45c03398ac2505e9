import argparse
import json
from pathlib import Path

import pytest
import pytrec_eval

from index.command import run_command
from search.judging.snapshot_command import add_snapshot_command
from search.judging.snapshot_files import load_snapshot


def main(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_snapshot_command(parser.add_subparsers(required=True))
    return run_command(parser, ["snapshot", *arguments])


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, small_index: Path, tmp_path: Path) -> Path:
    monkeypatch.setenv("INDEX_DIR", str(small_index))
    monkeypatch.setenv("RERANK_DEPTH", "2")
    monkeypatch.setenv("SNAPSHOTS_DIR", str(tmp_path / "snapshots"))
    return tmp_path / "snapshots"


def failure(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(*arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return err.splitlines()[-1]


def test_a_set_is_saved_listed_and_compared(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    small_set: Path,
    folder: Path,
) -> None:
    assert main("save", "до", str(small_set)) == 0
    assert capsys.readouterr().out == f"до: 4 queries kept in {folder / 'до.json'}\n"
    monkeypatch.setenv("RERANK_DEPTH", "0")
    assert main("save", "после", str(small_set)) == 0
    capsys.readouterr()

    assert main("list") == 0
    head, second, first = capsys.readouterr().out.splitlines()  # the newest at the top
    assert head.split()[0] == "name"
    assert [first.split()[0], *first.split()[-2:]] == ["до", "4", "5"]
    assert second.split()[0] == "после"
    assert load_snapshot(folder, "до").reranker_fingerprint[:12] in first

    assert main("diff", "до", "после", "--qrels", str(small_set)) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["setting:", "rerank_depth", "2", "0"] in lines
    assert next(line for line in lines if line and line[0] == "recall@100")[1:4] == [
        *("100.0", "100.0", "+0.0"),
    ]

    assert main("diff", "до", "после", "--stage", "fused", "--queries", "0") == 0
    out = capsys.readouterr().out
    assert "stage fused, 4 queries in both" in out
    assert "RBO@10 1.000, Jaccard@10 1.000" in out
    assert "judged queries" not in out


def test_a_taken_name_is_refused_before_anything_is_searched(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    folder.mkdir()
    (folder / "до.json").write_text("{}")
    monkeypatch.setenv("INDEX_DIR", "/no/such")
    error = failure(capsys, "save", "до", "/no/such/set")
    assert error == (
        f"error: {folder}: there is a snapshot 'до' already. Choose another name; "
        "snapshots are never overwritten."
    )


def test_an_index_named_that_is_not_there_is_not_built(
    capsys: pytest.CaptureFixture[str], small_set: Path, tmp_path: Path, folder: Path
) -> None:
    error = failure(capsys, "save", "a", str(small_set), "--index", str(tmp_path / "none"))
    assert f"{tmp_path / 'none'}: no index there" in error
    assert not folder.exists()


def test_a_list_without_snapshots_says_where_it_looked(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert main("list") == 0
    assert capsys.readouterr().out == f"No snapshots in {folder}.\n"


def test_a_broken_file_is_listed_as_broken(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    folder.mkdir()
    (folder / "a.json").write_text("{")
    assert main("list") == 0
    assert f"{folder / 'a.json'}: broken or changed" in capsys.readouterr().out
    assert f"{folder / 'a.json'}: broken or changed" in failure(capsys, "diff", "a", "b")


def test_what_is_missing_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "no snapshot 'a'" in failure(capsys, "diff", "a", "b")
    assert str(tmp_path / "none") in failure(capsys, "save", "a", str(tmp_path / "none"))
    assert "can't name a snapshot" in failure(capsys, "save", "a/b", str(tmp_path))
    assert "--queries -1: must be at least 0" in failure(capsys, "diff", "a", "b", "--queries=-1")


def test_a_set_saved_twice_gives_the_same_lists(
    capsys: pytest.CaptureFixture[str], small_set: Path, folder: Path
) -> None:
    for name in ("a", "b"):
        assert main("save", name, str(small_set)) == 0
    bodies = [json.loads((folder / f"{name}.json").read_text())["snapshot"] for name in "ab"]
    assert bodies[0]["stages"] == bodies[1]["stages"]


def test_a_stage_goes_out_as_a_trec_run(
    capsys: pytest.CaptureFixture[str], small_set: Path, folder: Path, tmp_path: Path
) -> None:
    main("save", "до", str(small_set))
    file = tmp_path / "run.trec"
    assert main("export", "до", "--stage", "bm25", "--to", str(file)) == 0
    with file.open(encoding="utf-8") as stream:
        run = pytrec_eval.parse_run(stream)
    found_nothing: dict[str, dict[str, float]] = {"hippo": {}}  # has no line in a TREC file
    assert run | found_nothing == load_snapshot(folder, "до").run("bm25")
    assert list(run["water"]) == ["tea", "bread"]
    capsys.readouterr()
    assert "is there already" in failure(capsys, "export", "до", "--to", str(file))
