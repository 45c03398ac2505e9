import argparse
import csv
import json
import shutil
from pathlib import Path

import pytest

from index.command import run_command
from search.evaluation import read_qrels, read_queries
from search.judging.judge_command import add_judge_command
from search.judging.judgment import Judgment, text_hash
from search.judging.pool import Pool, PoolItem
from search.judging.query_set import Query, QuerySet
from search.judging.store import JudgmentStore
from search.training.pairs import read_pairs
from search.training.query_lists import group_by_query

WHALE = text_hash("Киты\nСиний кит питается рачками. Это крупнейшее животное.")
TEA = text_hash("Чай\nЧай заваривают кипятком. Зелёный чай любит воду прохладнее.")


@pytest.fixture(autouse=True)
def url(tmp_path: Path, small_set: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'store' / 'judgments.sqlite'}"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("CORPUS", str(small_set))
    return url


def judge(*arguments: str | Path) -> int:
    parser = argparse.ArgumentParser(prog="python -m search")
    add_judge_command(parser.add_subparsers(required=True))
    return run_command(parser, ["judge", *map(str, arguments)])


def fill(url: str, *rows: tuple[str, str, str, int | None]) -> None:
    """Save (annotator, passage, its hash, grade) for one query."""
    with JudgmentStore.open(url) as store:
        for annotator, passage, text, grade in rows:
            store.save(
                Judgment(
                    query="чем питается кит",
                    query_id="whales",
                    passage_id=passage,
                    document_id=passage,
                    text_hash=text,
                    annotator=annotator,
                    grade=grade,
                    pool="первый",
                )
            )


def failure(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert judge(*arguments) == 1
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("error: ")
    return err.removeprefix("error: ")


def test_a_beir_folder_goes_in_and_comes_out(
    small_set: Path, tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judge("import", small_set, "--annotator", "редактор", "--pool", "старые") == 0
    assert capsys.readouterr().out == "3 judgments of редактор saved\n"
    with JudgmentStore.open(url) as store:
        assert {(j.annotator, j.pool) for j in store.current()} == {("редактор", "старые")}
    assert judge("export", "--format", "beir", "--to", tmp_path / "out") == 0
    assert capsys.readouterr().out == (
        f"        3 judgments fresh\n3 judgments exported to {tmp_path / 'out'}\n"
    )
    assert read_qrels(tmp_path / "out") == read_qrels(small_set)
    judged = {id: text for id, text in read_queries(small_set).items() if id != "unjudged"}
    assert read_queries(tmp_path / "out") == judged


def test_trec_qrels_go_in_and_come_out(
    small_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "qrels.txt", tmp_path / "out.txt"
    source.write_text("whales 0 whale 3\nwater 0 tea 2\nwater 0 none 1\n")
    arguments = ("import", source, "--annotator", "trec", "--queries", small_set)
    assert failure(capsys, *arguments) == (
        "1 lines can't be imported, nothing was saved. Mend them or skip them (--skip-bad):\n"
        f"  {source}:3: the document 'none' is not in the corpus\n"
    )
    assert judge(*arguments, "--skip-bad") == 0
    assert capsys.readouterr().out == (
        "2 judgments of trec saved\n1 lines skipped:\n"
        f"  {source}:3: the document 'none' is not in the corpus\n"
    )
    assert judge("export", "--format", "qrels", "--to", out) == 0
    assert out.read_text() == "whales 0 whale 3\nwater 0 tea 2\n"


def test_a_folder_without_a_corpus_is_judged_by_the_settings(
    small_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "bare"
    folder.mkdir()
    for name in ("queries.jsonl", "qrels.tsv"):
        shutil.copy(small_set / name, folder / name)
    assert judge("import", folder, "--annotator", "редактор") == 0
    assert capsys.readouterr().out == "3 judgments of редактор saved\n"
    corpus = tmp_path / "other.jsonl"
    corpus.write_text('{"_id": "x", "text": "Хлеб"}', encoding="utf-8")
    message = failure(capsys, "import", folder, "--annotator", "a", "--corpus", corpus)
    assert message.startswith("3 lines can't be imported")


def test_a_table_of_queries_becomes_a_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "queries.csv"
    table.write_bytes("id;query;need\nq1;чем питается кит;Пища\n".encode("cp1251"))
    assert "Say --to FOLDER." in failure(capsys, "import", table)
    assert judge("import", table, "--to", tmp_path / "set") == 0
    assert capsys.readouterr().out == f"1 queries written to {tmp_path / 'set'}\n"
    assert QuerySet.read(tmp_path / "set").queries == (Query("q1", "чем питается кит", "Пища"),)


def test_needs_of_the_pools_go_into_the_set(url: str, tmp_path: Path) -> None:
    fill(url, ("anna", "whale", WHALE, 3))
    with JudgmentStore.open(url) as store:
        item = PoolItem("чем питается кит", "whales", "Название пищи", "whale", "whale", WHALE)
        store.save_pool(Pool("первый", (item,)))
    assert judge("export", "--format", "beir", "--to", tmp_path / "out") == 0
    assert QuerySet.read(tmp_path / "out").queries[0].need == "Название пищи"


def test_every_column_as_csv_and_jsonl_under_pseudonyms(url: str, tmp_path: Path) -> None:
    fill(url, ("anna", "whale", WHALE, 3), ("boris", "tea", TEA, None))
    for name in ("csv", "jsonl"):
        to = tmp_path / f"all.{name}"
        assert judge("export", "--format", name, "--to", to, "--pseudonyms", "крепкая соль") == 0
        assert "anna" not in to.read_text("utf-8")
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as stream:
        table = list(csv.DictReader(stream, delimiter=";"))
    lines = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text("utf-8").splitlines()]
    assert [row["annotator"] for row in table] == [row["annotator"] for row in lines]
    assert [(row["passage_id"], row["grade"]) for row in lines] == [("whale", 3), ("tea", None)]
    assert judge("export", "--format", "csv", "--to", tmp_path / "b", "--annotator", "boris") == 0
    assert len((tmp_path / "b").read_text("utf-8-sig").splitlines()) == 1 + 1


def test_training_pairs_can_be_trained_on(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(url, ("anna", "whale", WHALE, 3), ("anna", "tea", TEA, 0))
    to = tmp_path / "pairs.jsonl.gz"
    assert judge("export", "--format", "pairs", "--to", to, "--hard", "1", "--easy", "1") == 0
    out = capsys.readouterr().out
    assert "        1 judged answers\n" in out and f"exported to {to}\n" in out
    (group,) = group_by_query(read_pairs(to))
    assert group.query == "чем питается кит"
    assert group.passages[0].startswith("Киты\n") and group.passages[1].startswith("Чай\n")
    assert set(group.labels[1:]) == {0.0} and len(set(group.passages)) == len(group.passages)


def test_a_set_is_split_by_its_judged_queries(
    capsys: pytest.CaptureFixture[str], small_set: Path, tmp_path: Path
) -> None:
    to = tmp_path / "halves"
    assert judge("split", small_set, "--held-out", "1", "--to", to) == 0
    assert capsys.readouterr().out == f"{to / 'judge'}\n{to / 'held-out'}\n"
    kept, held = (read_qrels(to / part) for part in ("judge", "held-out"))
    assert (len(kept), len(held)) == (2, 1)
    assert kept | held == read_qrels(small_set)
    assert read_queries(to / "held-out").keys() == held.keys()


def test_judgments_without_any_grade_make_no_qrels(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(url, ("anna", "whale", WHALE, None), ("boris", "tea", TEA, None))
    to = tmp_path / "qrels.txt"
    said = failure(capsys, "export", "--format", "qrels", "--to", to)
    assert said.startswith("None of the 2 judgments holds a grade")
    assert not to.exists()


def test_without_a_salt_pseudonyms_fit_one_export_only(url: str, tmp_path: Path) -> None:
    fill(url, ("anna", "whale", WHALE, 3), ("boris", "tea", TEA, 1), ("anna", "tea", TEA, 0))
    seen = []
    for name in ("first", "second"):
        to = tmp_path / f"{name}.jsonl"
        assert judge("export", "--format", "jsonl", "--to", to, "--pseudonyms") == 0
        rows = [json.loads(line) for line in to.read_text("utf-8").splitlines()]
        names = [row["annotator"] for row in rows]
        assert len(names) == 3 and len(set(names)) == 2
        assert all(name.startswith("annotator-") for name in names)
        seen += names
    assert len(set(seen)) == 4


def test_a_salt_that_is_empty_is_refused(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(url, ("anna", "whale", WHALE, 3))
    to = tmp_path / "all.csv"
    said = failure(capsys, "export", "--format", "csv", "--to", to, "--pseudonyms", "")
    assert said.startswith("The salt has 0 characters")
    assert not to.exists()


def test_the_corpus_may_be_kept_elsewhere(
    url: str, small_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(url, ("anna", "whale", WHALE, 3))
    monkeypatch.setenv("CORPUS", "/no/such")
    beir = ("export", "--format", "beir", "--to", tmp_path / "out")
    assert judge(*beir) == 1
    assert judge(*beir, "--corpus", small_set) == 0
    assert read_qrels(tmp_path / "out") == {"whales": {"whale": 3}}


def test_agreement_is_printed_with_its_disagreements(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    grades = {"anna": (0, 0, 3, 3), "boris": (0, 1, 3, 2)}
    fill(url, *((who, f"d{n}", "h", g) for who, row in grades.items() for n, g in enumerate(row)))
    assert judge("agreement", "--pool", "первый", "--disagreements", "1") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["4 items judged, 4 by two or more annotators", "raw agreement 0.500"]
    assert "raw 0.500 · kappa linear 0.667, quadratic 0.857" in lines
    assert [line.split() for line in lines if line.startswith(("anna ", "boris "))][:2] == [
        ["anna", "2", "0", "0", "2"],
        ["boris", "1", "1", "1", "1"],
    ]
    assert lines.count("чем питается кит") == 1
    assert "   [d1] anna 0, boris 1" in lines
    assert lines[-1].startswith("Note: fewer than 20 items")


def test_one_grade_throughout_prints_no_number(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(url, *((who, f"d{n}", "h", 0) for who in ("anna", "boris") for n in range(3)))
    assert judge("agreement") == 0
    out = capsys.readouterr().out
    assert "Krippendorff's alpha (ordinal) not defined\n" in out
    assert "AC2 (ordinal) 1.000\n" in out and "nan" not in out.replace("annotat", "")
    assert "Note: all that was judged twice has one grade" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("agreement",), "Agreement needs two annotators: no grades. Let another one judge."),
        (("import", "/no/such"), "/no/such: no such file or folder. Check the path."),
        (("import", __file__), "Judgments need a name. Say whose they are: --annotator NAME."),
        (
            ("import", __file__, "--annotator", "a"),
            f"{__file__}: qrels know queries by their ids only. Say where the queries are: "
            "--queries SET (a folder with queries.jsonl).",
        ),
        (
            ("export", "--format", "qrels", "--to", "/tmp/x"),
            "There is no judgment to export. Check --annotator and --pool.",
        ),
    ],
)
def test_what_can_not_be_done_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert failure(capsys, *arguments) == f"{message}\n"
