import json
from pathlib import Path

import pytest

from search.__main__ import main
from search.hits import STAGES
from search.settings import Settings

METRICS = {"ndcg@10", "mrr@10", "recall@10", "recall@100"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, small_index: Path) -> None:
    monkeypatch.setenv("INDEX_DIR", str(small_index))
    monkeypatch.setenv("RERANK_DEPTH", "2")


def failure(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    """The one line a failing command ends with."""
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return err.splitlines()[-1]


def test_a_query_prints_the_ranking(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "чем питается кит", "--top-k", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:3] for line in lines if line[:1].isdigit()] == ["1. ", "2. "]
    whale = lines.index(next(line for line in lines if line.endswith("Киты  [whale]")))
    assert "bm25 №1" in lines[whale + 1]
    assert lines[whale + 2].strip() == "Синий кит питается рачками."
    assert all(f"{stage} " in lines[-1] for stage in STAGES)


def test_a_query_kept_to_a_source(capsys: pytest.CaptureFixture[str]) -> None:
    query = ["query", "чем питается кит", "--json"]
    assert main([*query, "--source", "нет такого"]) == 0
    assert json.loads(capsys.readouterr().out)["hits"] == []
    assert main([*query, "--source", "нет такого", "--source", ""]) == 0
    assert json.loads(capsys.readouterr().out)["hits"] != []


def test_a_query_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "чем питается кит", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer.keys() == {"query", "hits", "seconds", "notes"}
    assert answer["query"] == "чем питается кит"
    assert list(answer["seconds"]) == list(STAGES)
    assert answer["notes"] == []
    assert len(answer["hits"]) == 5
    for hit in answer["hits"]:
        assert {"id", "title", "text", "highlights", "stages"} <= hit.keys()
        assert all(stage.keys() == {"rank", "score"} for stage in hit["stages"].values())
    whale = next(hit for hit in answer["hits"] if hit["id"] == "whale")
    assert whale["title"] == "Киты"
    assert whale["stages"].keys() == set(STAGES)
    assert whale["stages"]["bm25"]["rank"] == 1
    assert [whale["text"][a:b] for a, b in whale["highlights"]] == ["кит", "питается"]
    assert [hit["stages"].get("reranked", {}).get("rank") for hit in answer["hits"]] == [
        *(1, 2),
        *(None, None, None),
    ]


def test_an_index_is_named_on_the_command_line(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    small_index: Path,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("INDEX_DIR", str(tmp_path / "none"))
    assert main(["query", "кит", "--index", str(small_index), "--top-k", "1", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["hits"]) == 1


def test_nothing_found_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "😀"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Nothing found.\nNote: the query holds no content word")


def test_what_no_terminal_can_print_is_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "кит\udcff", "--json"]) == 0
    out = capsys.readouterr().out
    assert json.loads(out.encode("utf-8"))["query"] == "кит?"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([" \n"], "error: The query is empty. Type a question or some words."),
        (["к" * 10_000], "error: The query has 10000 characters, at most 1000 are read."),
        (["кит", "--top-k", "0"], "error: top_k is 0: ask for at least 1 result."),
        (["кит", "--index", "/no/index"], "error: /no/index: no index there. Build one:"),
    ],
)
def test_a_query_that_fails_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert failure(capsys, ["query", *arguments]).startswith(message)


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("RERANK_DEPTH", "many", "error: RERANK_DEPTH='many': expected a whole number."),
        ("RERANK_DEPTH", "-1", "error: RERANK_DEPTH=-1: must be at least 0."),
        ("ENCODER", "/no/such", "error: The encoder '/no/such' can't be loaded: looked in"),
        ("RERANKER", "/no/such", "error: The reranker '/no/such' can't be loaded: looked in"),
    ],
)
def test_a_setting_that_fails_is_one_line(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    message: str,
) -> None:
    monkeypatch.setenv(variable, value)
    assert failure(capsys, ["query", "кит"]).startswith(message)


def test_evaluate_prints_the_table_and_writes_json(
    capsys: pytest.CaptureFixture[str], small_set: Path, tmp_path: Path
) -> None:
    file = tmp_path / "small.json"
    assert main(["evaluate", str(small_set), "--json", str(file)]) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0] == "small: 3 queries, 5 passages"
    assert [line.split()[0] for line in table[1:]] == ["stage", *STAGES]

    written = json.loads(file.read_text(encoding="utf-8"))
    assert written.keys() == {"set", "queries", "passages", "stages", "settings"}
    assert (written["set"], written["queries"], written["passages"]) == ("small", 3, 5)
    assert list(written["stages"]) == list(STAGES)
    assert all(values.keys() == METRICS for values in written["stages"].values())
    assert written["stages"]["bm25"]["mrr@10"] == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert written["settings"].keys() == Settings().as_dict().keys()
    assert written["settings"]["rerank_depth"] == 2
    assert written["settings"]["encoder"] == "data/models/encoder"


def test_evaluate_takes_a_corpus_kept_elsewhere(
    capsys: pytest.CaptureFixture[str], small_set: Path, tmp_path: Path
) -> None:
    corpus = tmp_path / "two.jsonl"
    corpus.write_text('{"_id": "whale", "text": "Кит"}\n{"_id": "bread", "text": "Хлеб"}\n')
    assert main(["evaluate", str(small_set), "--corpus", str(corpus)]) == 0
    assert capsys.readouterr().out.startswith("small: 3 queries, 2 passages\n")


def test_a_set_that_can_not_be_measured_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    message = f"error: {tmp_path}: no queries.jsonl (plain or .gz) in this folder."
    assert failure(capsys, ["evaluate", str(tmp_path)]) == message


@pytest.mark.parametrize("arguments", [[], ["querry", "кит"], ["query"], ["query", "a", "b"]])
def test_a_wrong_command_line_shows_the_usage(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage: python -m search" in capsys.readouterr().err


def test_a_report_folder_that_is_not_there_is_told_before_measuring(
    small_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "gone" / "report.json"
    assert main(["evaluate", str(small_set), "--json", str(file)]) == 1
    assert capsys.readouterr().err == (
        f"error: {file}: there is no such folder. Make it or choose another.\n"
    )


def test_an_unknown_device_is_named(
    small_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEVICE", "banana")
    assert main(["query", "кит", "--index", str(small_index)]) == 1
    assert capsys.readouterr().err.startswith("error: DEVICE='banana': no such kind of device.")


@pytest.mark.parametrize(
    "command", [["judge", "agreement"], ["pool", "list"], ["snapshot", "list"]], ids=" ".join
)
def test_the_judging_commands_are_there(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main([*command, "--help"])
    assert end.value.code == 0
    assert f"python -m search {' '.join(command)}" in capsys.readouterr().out
