"""The command line: python -m index build|add|remove|info|verify."""

import json
import re
from pathlib import Path

import pytest

from index.__main__ import main
from index.analyzer import Analyzer
from index.build import OpenIndex
from index.encoder import Encoder
from index.passages import WINDOW_CHARS
from index.store import Manifest, current_generation

ROWS = [
    {"_id": "cat", "title": "Коты", "text": " ".join(["Кот спит дома."] * 30)},
    {"_id": "dog", "title": "Псы", "text": "Пёс ест."},
]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tiny_model: Path) -> None:
    monkeypatch.setenv("ENCODER", str(tiny_model))
    monkeypatch.delenv("WINDOW_CHARS", raising=False)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    file = tmp_path / "corpus.jsonl"
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS]
    file.write_text("".join(lines), encoding="utf-8")
    return file


@pytest.fixture
def built(tmp_path: Path, corpus: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    directory = tmp_path / "index"
    assert main(["build", str(corpus), "--to", str(directory)]) == 0
    capsys.readouterr()
    return directory


def refusal(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line of an expected failure."""
    assert main([str(argument) for argument in arguments]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = [line for line in printed.err.splitlines() if line.startswith("error: ")]
    assert printed.err.endswith(line + "\n")
    assert "Traceback" not in printed.err
    return line.removeprefix("error: ")


def test_build_tells_what_it_indexed(
    tmp_path: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / "new" / "index"
    assert main(["build", str(corpus), "--to", str(directory)]) == 0
    *rates, last = capsys.readouterr().out.splitlines()
    assert last == f"2 documents, 2 passages indexed into {directory}"
    stages = ("reading", "lemmatizing", "encoding", "indexing vectors", "writing")
    for stage, rate in zip(stages, rates, strict=True):
        assert re.fullmatch(rf"{stage} +[\d,]+ passages/s", rate)


def test_built_index_opens(built: Path, tiny_encoder: Encoder, analyzer: Analyzer) -> None:
    index = OpenIndex.open(built, tiny_encoder, analyzer)
    assert [index.passages[row].text for row in (0, 1)] == [row["text"] for row in ROWS]


def test_window_length_is_set_by_the_environment(
    tmp_path: Path,
    corpus: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WINDOW_CHARS", "200")
    assert main(["build", str(corpus), "--to", str(tmp_path / "i")]) == 0
    manifest = Manifest.read(current_generation(tmp_path / "i"))
    sentence, window = len("Кот спит дома.") + 1, 200
    a_window = (window + 1) // sentence
    windows = 1 + -(-(30 - a_window) // (a_window - 1))
    assert (manifest.window_chars, manifest.passages) == (200, windows + 1)
    assert f"\n2 documents, {windows + 1} passages indexed" in capsys.readouterr().out


def test_info_prints_the_manifest(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(built)]) == 0
    printed = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    manifest = Manifest.read(current_generation(built))
    assert printed == {
        "format": "2",
        "created": manifest.created,
        "documents": "2",
        "passages": "2",
        "window_chars": str(WINDOW_CHARS),
        "k1": "1.2",
        "b": "0.75",
        "corpus_fingerprint": manifest.corpus_fingerprint,
        "analyzer_fingerprint": manifest.analyzer_fingerprint,
        "encoder": manifest.encoder,
        "encoder_fingerprint": manifest.encoder_fingerprint,
        "dimension": "3",
        "dense_search": "exact, fp16",
        "dense_recall": "1.0",
        "files": "11",
    }


def test_add_and_remove_tell_what_changed(
    tmp_path: Path, built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed, new = tmp_path / "changed.jsonl", tmp_path / "-new.txt"
    changed.write_text('{"_id": "dog", "text": "дом"}\n', encoding="utf-8")
    new.write_text("Рыба.", encoding="utf-8")
    assert refusal(capsys, "add", new, changed, "--to", built) == (
        f"{built}: already holds 'dog'. Nothing was changed; give other ids, or --replace to put "
        "the new documents in their place."
    )
    assert main(["add", str(new), "--to", str(built)]) == 0
    assert capsys.readouterr().out == "1 added: 3 documents, 3 passages\n"
    assert main(["add", "--replace", str(changed), "--to", str(built)]) == 0
    assert capsys.readouterr().out == "0 added, 1 replaced: 3 documents, 3 passages\n"
    assert main(["remove", "--from", str(built), "--", "-new.txt", "cat"]) == 0
    assert capsys.readouterr().out == "2 removed: 1 documents, 1 passages\n"
    assert refusal(capsys, "remove", "cat", "--from", built) == (
        f"{built}: holds no document 'cat'. Nothing was changed; correct the id."
    )


def test_verify_tells_that_all_is_as_built(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(built)]) == 0
    assert capsys.readouterr().out == f"{built}: 11 files, all as they were built\n"


@pytest.mark.parametrize(
    "name", ["passages.jsonl", "offsets.npy", "lexical/impacts.npy", "dense/vectors.faiss"]
)
def test_verify_names_a_changed_file(
    built: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    file = current_generation(built) / name
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert refusal(capsys, "verify", built).startswith(f"{file}: changed since it was built")


@pytest.mark.parametrize("command", ["info", "verify"])
def test_directory_without_an_index_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert refusal(capsys, command, tmp_path) == (
        f"{tmp_path}: no index there. Build one: python -m index build CORPUS --to {tmp_path}"
    )


@pytest.mark.parametrize("command", ["info", "verify"])
def test_damaged_manifest_is_told(
    built: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    file = current_generation(built) / "manifest.json"
    file.write_text("{", encoding="utf-8")
    assert refusal(capsys, command, built) == (
        f"{file}: missing or changed since it was built. Build the index again."
    )


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.jsonl", '{"_id": "1", "text": "кот"}\n{oops\n', ":2: not valid JSON"),
        ("a.jsonl", '{"_id": "1", "text": "кот"}\n' * 2, ":2: the id '1' already stands on line 1"),
        ("a.jsonl", "\n", ": no documents in it. Give a corpus with at least one row."),
        ("a.csv", "_id,text\n1,кот,пёс\n", ":2: more fields than the header names."),
        ("a.json", "кот", ": unknown format. Give .jsonl, .jsonl.gz, .csv, .csv.gz"),
    ],
)
def test_broken_corpus_is_one_line_and_the_old_index_stays(
    tmp_path: Path,
    built: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: str,
    error: str,
) -> None:
    generation = current_generation(built)
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    assert refusal(capsys, "build", file, "--to", built).startswith(f"{file}{error}")
    assert current_generation(built) == generation
    assert main(["verify", str(built)]) == 0


def test_missing_corpus_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, target = tmp_path / "нет.jsonl", tmp_path / "index"
    error = refusal(capsys, "build", file, "--to", target)
    assert error == f"{file}: no such file or folder. Check the path."
    assert refusal(capsys, "info", target).startswith(f"{target}: no index there.")


def test_target_that_can_not_be_written_is_told(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refusal(capsys, "build", corpus, "--to", corpus / "index") == (
        f"{corpus / 'index'}: can't be written (Not a directory). Choose another directory."
    )


def test_missing_encoder_is_told(
    tmp_path: Path,
    corpus: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ENCODER", str(tmp_path / "нет"))
    error = refusal(capsys, "build", corpus, "--to", tmp_path / "index")
    assert re.match(rf"The encoder '{tmp_path}/нет' can't be loaded: .*Set ENCODER to", error)
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("много", "WINDOW_CHARS='много': expected a whole number. Correct or unset it."),
        ("5", "WINDOW_CHARS=5: must be at least 200."),
    ],
)
def test_setting_that_does_not_fit_is_told(
    tmp_path: Path,
    corpus: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    value: str,
    error: str,
) -> None:
    monkeypatch.setenv("WINDOW_CHARS", value)
    assert refusal(capsys, "build", corpus, "--to", tmp_path / "index") == error


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["rebuild"], "invalid choice: 'rebuild'"),
        (["build", "corpus.jsonl"], "the following arguments are required: --to"),
        (["info"], "the following arguments are required: DIR"),
    ],
)
def test_wrong_usage_is_told(
    capsys: pytest.CaptureFixture[str], arguments: list[str], error: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert error in capsys.readouterr().err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    printed = capsys.readouterr().out
    assert caught.value.code == 0
    assert printed.startswith("usage: python -m index ")
    assert all(
        f"\n    {command} " in printed for command in ("build", "add", "remove", "info", "verify")
    )
