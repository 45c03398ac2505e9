"""A changed index is the index that a build of the same documents in the same order gives."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from index.analyzer import Analyzer
from index.build import OpenIndex, build_index
from index.change import change_index
from index.corpus import Document, read_corpus
from index.encoder import Encoder
from index.errors import CorpusError, EmptyCorpusError, IndexMismatchError, IndexStoreError
from index.store import Manifest, current_generation
from search.settings import ROOT

LONG = Document("long", "Коты", " ".join(["Кот спит дома."] * 30), "кухня")
OLD = [Document("cat", "Кот", "Кот спит дома."), LONG, Document("dog", "", "Пёс ест.", "право")]
NEW = [Document("fish", "", "Рыба, кот и пёс."), Document("emoji", "", "😀")]

CHANGE_KILLED_WHILE_READING = """
import os, signal, sys
from pathlib import Path
from index.analyzer import Analyzer
from index.change import change_index
from index.corpus import Document
from index.encoder import Encoder

def documents():
    yield Document("new", "", "рыба")
    os.kill(os.getpid(), signal.SIGKILL)

directory, encoder = Path(sys.argv[1]), Encoder.open(sys.argv[2])
change_index(directory, documents(), ["dog"], encoder, Analyzer(), progress=False)
"""

Build = Callable[[list[Document]], Path]


@pytest.fixture
def build(
    tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Encoder, analyzer: Analyzer
) -> Build:
    def build(documents: list[Document]) -> Path:
        directory = tmp_path_factory.mktemp("index")
        build_index(documents, directory, tiny_encoder, analyzer, 200, 0.9, 0.4, progress=False)
        return directory

    return build


def manifest_of(directory: Path) -> Manifest:
    """All but its time, which two builds don't share."""
    return replace(Manifest.read(current_generation(directory)), created="")


@pytest.mark.parametrize(
    ("old", "add", "remove", "fresh", "counts"),
    [
        (OLD, NEW, [], OLD + NEW, (2, 0, 0)),
        (OLD + NEW, [], ["fish", "emoji"], OLD, (0, 0, 2)),
        (OLD + NEW, [], ["cat", "long", "dog"], NEW, (0, 0, 3)),
        (OLD, [], ["long", "long"], [OLD[0], OLD[2]], (0, 0, 1)),
        (OLD, NEW, ["cat"], OLD[1:] + NEW, (2, 0, 1)),
        (
            OLD,
            [Document("long", "", "дом")],
            [],
            [OLD[0], OLD[2], Document("long", "", "дом")],
            (0, 1, 0),
        ),
        (OLD, [OLD[0]], ["cat"], [*OLD[1:], OLD[0]], (0, 1, 0)),
        (OLD, NEW, ["cat", "long", "dog"], NEW, (2, 0, 3)),
        (NEW, [], ["fish"], NEW[1:], (0, 0, 1)),
        (NEW[1:], OLD, [], NEW[1:] + OLD, (3, 0, 0)),
        (OLD, [], [], OLD, (0, 0, 0)),
    ],
)
def test_changed_index_is_a_fresh_one_byte_for_byte(
    build: Build,
    tiny_encoder: Encoder,
    analyzer: Analyzer,
    old: list[Document],
    add: list[Document],
    remove: list[str],
    fresh: list[Document],
    counts: tuple[int, int, int],
) -> None:
    directory = build(old)
    replaced = counts[1] > 0
    change = change_index(
        directory, iter(add), remove, tiny_encoder, analyzer, replaced, progress=False
    )
    assert manifest_of(directory) == manifest_of(build(fresh))
    assert OpenIndex.open(directory, tiny_encoder, analyzer).manifest == change.manifest
    assert (change.added, change.replaced, change.removed) == counts


def test_changed_index_with_a_shortlist_is_a_fresh_one_byte_for_byte(
    build: Build, tiny_encoder: Encoder, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.build.EXACT_UP_TO", 20)
    words = ("кот", "пёс", "дом")
    documents = [
        Document(str(n), "", f"{words[n % 3]} {words[n // 3 % 3]} {words[n // 9]}.")
        for n in range(27)
    ]
    directory = build(documents[:24])
    change_index(directory, documents[24:], ["1", "5"], tiny_encoder, analyzer, progress=False)
    fresh = build([document for n, document in enumerate(documents) if n not in (1, 5)])
    assert manifest_of(directory) == manifest_of(fresh)
    assert "shortlist" in manifest_of(fresh).dense_search
    change_index(directory, [], list("0234678"), tiny_encoder, analyzer, progress=False)
    assert manifest_of(directory).dense_search == "exact, fp16"


def test_demo_corpus_in_two_parts_is_the_demo_index(
    tmp_path: Path, demo_index: Path, encoder: Encoder, analyzer: Analyzer
) -> None:
    documents = list(read_corpus(ROOT / "data" / "demo"))
    build_index(documents[:100], tmp_path, encoder, analyzer, progress=False)
    change_index(tmp_path, documents[100:], [], encoder, analyzer, progress=False)
    assert manifest_of(tmp_path) == manifest_of(demo_index)


@pytest.mark.parametrize(
    ("add", "remove", "error", "message"),
    [
        ([], ["cat", "нет"], CorpusError, "holds no document 'нет'."),
        ([], ["long#2"], CorpusError, "holds no document 'long#2'."),
        (OLD, ["cat"], CorpusError, "already holds 'dog', 'long'."),
        ([Document("long", "", "")], [], CorpusError, "already holds 'long'."),
        ([], list("gfedcba"), CorpusError, "holds no document 'a', 'b', 'c', 'd', 'e' and 2 more."),
        ([], ["cat", "long", "dog"], EmptyCorpusError, "no document would be left."),
        ([Document("long#2", "", "дом")], [], CorpusError, "'long#2' names two passages"),
        ([NEW[0], NEW[0]], [], CorpusError, "'fish' names two passages"),
    ],
)
def test_refused_change_is_told_and_changes_nothing(
    build: Build,
    tiny_encoder: Encoder,
    analyzer: Analyzer,
    add: list[Document],
    remove: list[str],
    error: type[Exception],
    message: str,
) -> None:
    directory = build(OLD)
    before = current_generation(directory)
    with pytest.raises(error, match=message):
        change_index(directory, add, remove, tiny_encoder, analyzer, progress=False)
    assert current_generation(directory) == before
    assert list((directory / "generations").iterdir()) == [before]
    assert manifest_of(directory) == manifest_of(build(OLD))


def test_another_encoder_is_told(
    build: Build, make_encoder: Callable[..., Encoder], analyzer: Analyzer
) -> None:
    directory = build(OLD)
    other = make_encoder({"[UNK]": (0, 0, 0), "кот": (0, 0, 1)})
    with pytest.raises(IndexMismatchError, match=other.fingerprint[:12]):
        change_index(directory, NEW, [], other, analyzer, progress=False)
    assert manifest_of(directory) == manifest_of(build(OLD))


def test_missing_index_is_told_and_no_folder_made(
    tmp_path: Path, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    with pytest.raises(IndexStoreError, match="no index there"):
        change_index(tmp_path / "no", NEW, [], tiny_encoder, analyzer, progress=False)
    assert not (tmp_path / "no").exists()


def test_opened_index_outlives_a_change(
    build: Build, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    directory = build(OLD)
    before = OpenIndex.open(directory, tiny_encoder, analyzer)
    change_index(directory, NEW, ["cat"], tiny_encoder, analyzer, progress=False)
    assert before.passages[0].id == "cat"
    assert before.lexical.search(["рыба"], 10) == []
    assert list((directory / "generations").iterdir()) == [current_generation(directory)]


def test_reading_that_fails_midway_leaves_the_old_index(
    build: Build, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    def documents() -> Iterator[Document]:
        yield NEW[0]
        raise RuntimeError("обрыв")

    directory = build(OLD)
    with pytest.raises(RuntimeError, match="обрыв"):
        change_index(directory, documents(), ["dog"], tiny_encoder, analyzer, progress=False)
    assert manifest_of(directory) == manifest_of(build(OLD))


def test_killed_change_leaves_the_old_index(
    build: Build, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    directory = build(OLD)
    command = [sys.executable, "-c", CHANGE_KILLED_WHILE_READING, str(directory), tiny_encoder.name]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    OpenIndex.open(directory, tiny_encoder, analyzer)
    assert manifest_of(directory) == manifest_of(build(OLD))
    change_index(directory, NEW, [], tiny_encoder, analyzer, progress=False)
    assert manifest_of(directory) == manifest_of(build(OLD + NEW))


def test_full_disk_is_told_and_leaves_the_old_index(
    build: Build,
    tiny_encoder: Encoder,
    analyzer: Analyzer,
    full_disk: Callable[[], AbstractContextManager[None]],
) -> None:
    directory = build(OLD)
    documents = [Document(str(number), "", "Кот спит дома.") for number in range(100)]
    with full_disk(), pytest.raises(IndexStoreError, match="the build stopped"):
        change_index(directory, documents, [], tiny_encoder, analyzer, progress=False)
    assert manifest_of(directory) == manifest_of(build(OLD))
