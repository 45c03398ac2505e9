import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from search import corpora as module
from search import uploads
from search.corpora import HOME, Corpora
from search.engine import Engine
from search.errors import CorporaError


@pytest.fixture
def corpora(tmp_path: Path, small_engine: Engine) -> Corpora:
    return Corpora(tmp_path / "corpora", small_engine)


@pytest.fixture
def note(tmp_path: Path) -> Path:
    file = tmp_path / "заметка.txt"
    file.write_text("Кактус поливают раз в месяц.", encoding="utf-8")
    return file


def table(file: Path, *rows: tuple[str, str]) -> Path:
    lines = (json.dumps({"_id": id, "text": text}, ensure_ascii=False) for id, text in rows)
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def first(engine: Engine, query: str) -> str:
    return engine.search(query).hits[0].passage.id


def left(corpora: Corpora) -> list[Path]:
    return list(corpora._folder.iterdir()) if corpora._folder.is_dir() else []


def test_a_corpus_of_files_is_searched_beside_the_apps_own(corpora: Corpora, note: Path) -> None:
    added = corpora.add("  Мои \n цветы ", [note])
    assert (added.name, added.documents, added.passages) == ("Мои цветы", 1, 1)
    assert corpora.names() == (HOME, "Мои цветы")
    engine = corpora.engine("Мои цветы")
    assert first(engine, "как поливать кактус") == "заметка.txt"
    assert engine is corpora.engine("Мои цветы")
    assert engine.models is corpora.home.models
    assert first(corpora.engine(HOME), "чем питается кит") == "whale"


def test_the_same_id_in_two_tables_stays_two_documents(
    corpora: Corpora, note: Path, tmp_path: Path
) -> None:
    files = [
        table(tmp_path / "a.jsonl", ("1", "Фикус любит свет.")),
        table(tmp_path / "b.jsonl", ("1", "Папоротник любит тень.")),
        note,
    ]
    told: list[tuple[int, int]] = []
    corpora.add("все", files, lambda done, of: told.append((done, of)))
    engine = corpora.engine("все")
    assert first(engine, "фикус") == "a.jsonl/1"
    assert first(engine, "папоротник") == "b.jsonl/1"
    assert engine.index.sources.names == ("a.jsonl", "b.jsonl", "заметка.txt")
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_corpora_are_there_after_a_restart_and_debris_is_not(
    corpora: Corpora, note: Path, small_engine: Engine
) -> None:
    added = corpora.add("цветы", [note])
    (corpora._folder / ".killed").mkdir()
    (corpora._folder / "foreign").mkdir()
    again = Corpora(corpora._folder, small_engine)
    assert again.own() == (added,)
    assert first(again.engine("цветы"), "кактус") == "заметка.txt"
    assert {path.name for path in left(corpora)} == {added.folder.name, "foreign"}


@pytest.mark.parametrize("line", ['{"_id": "1"', '{"_id": "1", "text": "ещё"}'])
def test_a_failure_leaves_nothing(corpora: Corpora, tmp_path: Path, line: str) -> None:
    file = table(tmp_path / "a.jsonl", ("1", "Фикус."))
    whole = file.read_text(encoding="utf-8")
    file.write_text(f"{whole}\n{line}", encoding="utf-8")
    with pytest.raises(CorporaError, match=r"a\.jsonl:2"):
        corpora.add("цветы", [file])
    assert left(corpora) == []
    assert corpora.names() == (HOME,)
    file.write_text(whole, encoding="utf-8")
    corpora.add("цветы", [file])  # the name is free again


def test_a_renamed_corpus_keeps_answering(
    corpora: Corpora, note: Path, small_engine: Engine
) -> None:
    corpora.add("цветы", [note])
    engine = corpora.engine("цветы")
    corpora.rename("цветы", "растения")
    assert corpora.engine("растения") is engine
    assert Corpora(corpora._folder, small_engine).names() == (HOME, "растения")
    with pytest.raises(CorporaError, match="no corpus 'цветы'"):
        corpora.engine("цветы")


def test_a_search_goes_on_over_a_deleted_corpus(corpora: Corpora, note: Path) -> None:
    corpora.add("цветы", [note])
    engine = corpora.engine("цветы")
    corpora.delete("цветы")
    assert left(corpora) == []
    assert first(engine, "кактус") == "заметка.txt"
    assert corpora.names() == (HOME,)


def test_of_two_threads_with_one_name_one_wins(corpora: Corpora, note: Path) -> None:
    both = Barrier(2)

    def add(_: int) -> str:
        both.wait()
        try:
            return corpora.add("цветы", [note]).name
        except CorporaError as error:
            return error.reason

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add, range(2))) == ["taken", "цветы"]
    assert len(left(corpora)) == 1


def test_names_that_cannot_be(corpora: Corpora, note: Path) -> None:
    corpora.add("цветы", [note])
    for name, reason in ((" \n", "no_name"), ("и" * 61, "long_name"), (" цветы", "taken")):
        with pytest.raises(CorporaError) as error:
            corpora.add(name, [note])
        assert error.value.reason == reason
    for action in (lambda: corpora.rename(HOME, "мой"), lambda: corpora.delete(HOME)):
        with pytest.raises(CorporaError, match="own corpus stays"):
            action()


def test_files_over_the_limits(
    corpora: Corpora, note: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "folder" / note.name
    other.parent.mkdir()
    other.write_text("Другое.")
    packed = tmp_path / "a.jsonl.gz"
    packed.touch()
    two = table(tmp_path / "two.jsonl", ("1", "Раз."), ("2", "Два."))
    for limit in ("MAX_PASSAGES", "MAX_FILES"):
        monkeypatch.setattr(uploads, limit, 1)
    monkeypatch.setattr(uploads, "MAX_BYTES", two.stat().st_size)
    for files, reason in (
        ([], "no_files"),
        ([note, two], "many_files"),
        ([packed], "format"),
        ([two], "many_passages"),
    ):
        with pytest.raises(CorporaError) as error:
            corpora.add("цветы", files)
        assert error.value.reason == reason
    monkeypatch.setattr(uploads, "MAX_FILES", 2)
    for files, reason in (([note, other], "same_file"), ([note, two], "large")):
        with pytest.raises(CorporaError) as error:
            corpora.add("цветы", files)
        assert error.value.reason == reason
    monkeypatch.setattr(module, "MAX_CORPORA", 0)
    with pytest.raises(CorporaError, match="0 corpora already"):
        corpora.add("цветы", [note])
    assert left(corpora) == []


def test_a_file_that_cannot_be_read_is_named_without_its_folder(
    corpora: Corpora, tmp_path: Path
) -> None:
    for name, content, reason in (
        ("пустой.txt", b" \n", "no_text"),
        ("пустая.csv", b"_id,text\n", "no_text"),
        ("обрыв.pdf", b"%PDF-1.4\n1 0 obj", "unreadable"),
    ):
        file = tmp_path / name
        file.write_bytes(content)
        with pytest.raises(CorporaError) as error:
            corpora.add("цветы", [file])
        assert error.value.reason == reason
        assert str(error.value).startswith(name)
        assert str(tmp_path) not in f"{error.value} {error.value.values}"


NO_DATASETS = (
    "plain",
    "a/b/c",
    "/etc/passwd",
    "https://host/name",
    "hf://datasets/owner/name",
    "owner/name:",
    "owner/name:a:b",
    "owner/name\nmore",
    "owner/na me",
    "../corpora",
    "inner/set",
    "inner/set:train",
)


@pytest.mark.parametrize("name", NO_DATASETS)
def test_a_name_that_is_no_datasets_or_is_a_place_here(
    corpora: Corpora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    inside = tmp_path / "corpora" / "inner" / "set"
    inside.mkdir(parents=True)
    table(inside / "train.jsonl", ("1", "Секрет сервера."))
    monkeypatch.chdir(tmp_path / "corpora")
    with pytest.raises(CorporaError) as error:
        corpora.add("чужое", [], dataset=name)
    assert error.value.reason == "bad_dataset"
    assert left(corpora) == [tmp_path / "corpora" / "inner"]


def test_a_dataset_that_cannot_be_had(
    corpora: Corpora, note: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(CorporaError, match="^nobody/nothing:test: the hub can't be") as error:
        corpora.add("цветы", [], dataset=" nobody/nothing:test ")
    assert error.value.reason == "no_hub"
    with pytest.raises(CorporaError, match="Give one of them") as error:
        corpora.add("цветы", [note], dataset="nobody/nothing")
    assert error.value.reason == "both"
    assert left(corpora) == []


def test_the_package_that_reads_datasets_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)  # what Python does for one not there
    with pytest.raises(CorporaError, match=r"pip install datasets") as error:
        list(uploads.uploaded([], "nobody/nothing", 600, lambda done, of: None))
    assert error.value.reason == "no_datasets"


@pytest.fixture
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A local folder in the hub's place, behind the check that forbids one to people."""
    (tmp_path / "owner" / "set").mkdir(parents=True)
    table(tmp_path / "owner" / "set" / "test.jsonl", ("1", "Раз."), ("2", "Два."))
    monkeypatch.chdir(tmp_path)
    return "owner/set"


def test_a_dataset_is_read_up_to_the_limit(dataset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []

    def read() -> list[str]:
        documents = uploads.uploaded(
            [], f"{dataset}:test", 600, lambda done, of: told.append((done, of))
        )
        return [document.text for document in documents]

    monkeypatch.setattr(uploads, "MAX_PASSAGES", 2)
    assert read() == ["Раз.", "Два."]
    assert told == [(0, 1), (1, 1)]
    monkeypatch.setattr(uploads, "MAX_PASSAGES", 1)
    with pytest.raises(CorporaError) as error:
        read()
    assert error.value.reason == "many_passages"


def test_a_split_that_is_not_there_is_told(dataset: str) -> None:
    with pytest.raises(CorporaError, match="^owner/set:dev: can't be read") as error:
        list(uploads.uploaded([], f"{dataset}:dev", 600, lambda done, of: None))
    assert error.value.reason == "dataset"
