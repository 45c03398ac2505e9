"""A corpus walks into a generation and the generation opens for search."""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.analyzer import Analyzer
from index.build import OpenIndex, build_index
from index.corpus import Document, read_corpus
from index.encoder import Encoder
from index.errors import CorpusError, EmptyCorpusError, IndexMismatchError, IndexStoreError
from index.passages import WINDOW_CHARS
from index.store import FORMAT, Manifest, current_generation, verify
from search.settings import ROOT

DOCUMENTS = [
    Document("cat", "Коты", "Кот спит дома."),
    Document("dog", "Псы", "Пёс ест."),
    Document("html", "<i>", '<b>кот</b> &amp; <img src=x onerror="alert(1)">'),
]
FILES = {
    "passages.jsonl",
    "offsets.npy",
    "sources.json",
    "sources.npy",
    "lexical/terms.json",
    "lexical/starts.npy",
    "lexical/rows.npy",
    "lexical/counts.npy",
    "lexical/impacts.npy",
    "lexical/lengths.npy",
    "dense/vectors.faiss",
}

BUILD_KILLED_WHILE_READING = """
import os, signal, sys
from pathlib import Path
from index.analyzer import Analyzer
from index.build import build_index
from index.corpus import Document
from index.encoder import Encoder

def documents():
    yield Document("new", "", "рыба")
    os.kill(os.getpid(), signal.SIGKILL)

build_index(documents(), Path(sys.argv[1]), Encoder.open(sys.argv[2]), Analyzer(), progress=False)
"""


@pytest.fixture
def index_of(
    tmp_path: Path, tiny_encoder: Encoder, analyzer: Analyzer
) -> Callable[[list[Document]], OpenIndex]:
    def build_and_open(documents: list[Document]) -> OpenIndex:
        directory = tmp_path / "index"
        build_index(documents, directory, tiny_encoder, analyzer, progress=False)
        return OpenIndex.open(directory, tiny_encoder, analyzer)

    return build_and_open


@pytest.fixture
def built(tmp_path: Path, tiny_encoder: Encoder, analyzer: Analyzer) -> Path:
    directory = tmp_path / "built"
    build_index(DOCUMENTS, directory, tiny_encoder, analyzer, progress=False)
    return directory


def assert_untouched(directory: Path, encoder: Encoder, analyzer: Analyzer) -> None:
    index = OpenIndex.open(directory, encoder, analyzer)
    assert [index.passages[row].id for row in range(len(index.passages))] == ["cat", "dog", "html"]
    assert [entry.name for entry in (directory / "generations").iterdir()] == [
        current_generation(directory).name
    ]
    assert sorted(entry.name for entry in directory.iterdir()) == [
        "CURRENT",
        "build.lock",
        "generations",
    ]


def test_manifest_tells_what_was_built(
    built: Path, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    manifest = Manifest.read(current_generation(built))
    assert manifest.format == FORMAT
    assert (manifest.documents, manifest.passages) == (3, 3)
    assert (manifest.window_chars, manifest.k1, manifest.b) == (WINDOW_CHARS, 1.2, 0.75)
    assert manifest.analyzer_fingerprint == analyzer.fingerprint
    assert (manifest.encoder, manifest.dimension) == (tiny_encoder.name, 3)
    assert manifest.encoder_fingerprint == tiny_encoder.fingerprint
    assert manifest.files.keys() == FILES


def test_every_part_answers_by_row(built: Path, tiny_encoder: Encoder, analyzer: Analyzer) -> None:
    index = OpenIndex.open(built, tiny_encoder, analyzer)
    assert [row for row, _ in index.lexical.search(["кот"], 10)] == [0, 2]
    assert [row for row, _ in index.lexical.search(["псы", "пес"], 10)] == [1]
    assert (len(index.passages), index.lexical.passages, index.dense.passages) == (3, 3, 3)
    (best, *_) = index.dense.search(tiny_encoder.encode_query("кот"), 10)
    assert best == (2, pytest.approx(1, abs=2**-10))
    document = DOCUMENTS[2]
    passage = index.passages[2]
    assert (passage.id, passage.title, passage.text) == (document.id, document.title, document.text)


def test_every_demo_passage_finds_itself(
    demo_index: Path, encoder: Encoder, analyzer: Analyzer
) -> None:
    index = OpenIndex.open(demo_index, encoder, analyzer)
    documents = list(read_corpus(ROOT / "data" / "demo"))
    assert len(documents) == len(index.passages) == index.manifest.passages
    for row, document in enumerate(documents):
        passage = index.passages[row]
        assert (passage.id, passage.title, passage.text) == (
            document.id,
            document.title,
            document.text,
        )
        vector = encoder.encode_passages([passage.titled_text])
        assert index.dense.search(vector, 1)[0][0] == row
        assert index.lexical.search(analyzer.lemmas(passage.titled_text), 1)[0][0] == row


def test_long_document_becomes_windows_of_its_text(
    tmp_path: Path, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    text = " ".join(["Кот спит дома."] * 30)
    documents = [Document("a", "Коты", text), DOCUMENTS[1]]
    manifest = build_index(documents, tmp_path, tiny_encoder, analyzer, 200, progress=False)
    index = OpenIndex.open(tmp_path, tiny_encoder, analyzer)
    passages = [index.passages[row] for row in range(len(index.passages))]
    assert (manifest.documents, manifest.window_chars) == (2, 200)
    assert manifest.passages == len(passages) > 3
    assert [p.document_id for p in passages] == ["a"] * (len(passages) - 1) + ["dog"]
    assert all(p.text == text[p.start : p.end] and p.title == "Коты" for p in passages[:-1])
    assert {n for p in passages[:-1] for n in range(p.start, p.end)} == set(range(len(text)))


def test_k1_and_b_reach_the_scores(
    tmp_path: Path, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    documents = [Document("1", "", "кот кот"), Document("2", "", "кот дом")]
    manifest = build_index(
        documents, tmp_path, tiny_encoder, analyzer, k1=0.5, b=0.0, progress=False
    )
    index = OpenIndex.open(tmp_path, tiny_encoder, analyzer)
    twice, once = index.lexical.scores(["кот"])
    assert (manifest.k1, manifest.b) == (0.5, 0.0)
    assert twice / once == pytest.approx((2 * 1.5 / (2 + 0.5)) / (1 * 1.5 / (1 + 0.5)))


def test_corpus_of_one_passage(index_of: Callable[[list[Document]], OpenIndex]) -> None:
    index = index_of(DOCUMENTS[:1])
    assert (index.manifest.documents, len(index.passages)) == (1, 1)
    assert [row for row, _ in index.lexical.search(["кот"], 10)] == [0]
    assert [row for row, _ in index.dense.search(np.array([[1, 0, 0]], np.float32), 10)] == [0]


def test_many_passages_get_a_shortlist(
    index_of: Callable[[list[Document]], OpenIndex],
    tiny_encoder: Encoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = ("кот", "пёс", "дом", "рыба", "лес")
    texts = (" ".join(five) for five in itertools.product(words, repeat=5))
    documents = [Document(str(n), "", f"{text}. {text}.") for n, text in enumerate(texts)]
    exact = index_of(documents)
    assert (exact.manifest.dense_search, exact.manifest.dense_recall) == ("exact, fp16", 1)
    monkeypatch.setattr("index.build.EXACT_UP_TO", len(documents) - 1)
    shortlisted = index_of(documents)
    assert shortlisted.manifest.dense_search == "exact, fp16, of a shortlist of 1000"
    assert shortlisted.manifest.dense_recall == 1
    query = tiny_encoder.encode_query("кот дом")
    cosines = [[c for _, c in index.dense.search(query, 50)] for index in (exact, shortlisted)]
    assert cosines[0] == cosines[1]


def test_stages_tell_their_seconds(
    tmp_path: Path, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    seconds: dict[str, float] = {}
    started = time.perf_counter()
    build_index(DOCUMENTS, tmp_path, tiny_encoder, analyzer, progress=False, seconds=seconds)
    assert list(seconds) == ["reading", "lemmatizing", "encoding", "indexing vectors", "writing"]
    assert 0 < sum(seconds.values()) <= time.perf_counter() - started


def test_corpus_of_only_emoji(
    index_of: Callable[[list[Document]], OpenIndex], tiny_encoder: Encoder
) -> None:
    index = index_of([Document("1", "😀", "🎉👍🏽"), Document("2", "", "❤️")])
    assert [index.passages[row].text for row in (0, 1)] == ["🎉👍🏽", "❤️"]
    assert index.lexical.columns == {}
    assert index.lexical.search(["кот"], 10) == []
    assert index.dense.search(tiny_encoder.encode_query("🎉"), 10) == []
    assert all(cosine == 0 for _, cosine in index.dense.search(tiny_encoder.encode_query("кот"), 9))


def test_empty_corpus_is_told_and_leaves_the_old_index(
    built: Path, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    with pytest.raises(EmptyCorpusError) as caught:
        build_index([], built, tiny_encoder, analyzer, progress=False)
    assert str(caught.value) == "The corpus holds no documents. Give one with at least one row."
    assert_untouched(built, tiny_encoder, analyzer)


def test_same_corpus_gives_the_same_files(
    tmp_path: Path, built: Path, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    again = build_index(iter(DOCUMENTS), tmp_path / "b", tiny_encoder, analyzer, progress=False)
    first = Manifest.read(current_generation(built))
    assert again.files == first.files
    assert again.corpus_fingerprint == first.corpus_fingerprint


def test_demo_index_is_the_same_from_another_process_with_other_threads(tmp_path: Path) -> None:
    manifests = []
    for hash_seed, threads in (("1", "1"), ("2", "2")):
        directory = tmp_path / threads
        subprocess.run(
            [sys.executable, "-m", "index", "build", "data/demo", "--to", str(directory)],
            cwd=ROOT,
            env=os.environ
            | {
                "PYTHONHASHSEED": hash_seed,
                "OMP_NUM_THREADS": threads,
                "OPENBLAS_NUM_THREADS": threads,
                "MKL_NUM_THREADS": threads,
            },
            capture_output=True,
            check=True,
        )
        generation = current_generation(directory)
        manifest = Manifest.read(generation)
        verify(generation, manifest)
        manifests.append(replace(manifest, created=""))
    first, second = manifests
    assert first.files.keys() == FILES
    assert first == second  # with it the fingerprints of corpus, analyzer and encoder


@pytest.mark.parametrize(
    "document",
    [
        Document("Cat", "Коты", "Кот спит дома."),
        Document("cat", "Кот", "Кот спит дома."),
        Document("cat", "Коты", "Кот спит дома!"),
        Document("cat", "", "Коты\nКот спит дома."),
        Document("cat", "КотыКот", " спит дома."),
    ],
    ids=["id", "title", "text", "no title", "border of title and text"],
)
def test_another_corpus_has_another_fingerprint(
    tmp_path: Path, built: Path, tiny_encoder: Encoder, analyzer: Analyzer, document: Document
) -> None:
    changed = [document, *DOCUMENTS[1:]]
    manifest = build_index(changed, tmp_path / "b", tiny_encoder, analyzer, progress=False)
    first = Manifest.read(current_generation(built))
    assert manifest.corpus_fingerprint != first.corpus_fingerprint


@pytest.mark.parametrize("window_first", [True, False])
def test_document_named_as_a_window_of_another_is_refused(
    built: Path, tiny_encoder: Encoder, analyzer: Analyzer, window_first: bool
) -> None:
    long = Document("a", "", " ".join(["Кот спит дома."] * 30))
    documents = [long, Document("a#2", "", "Пёс ест.")]
    with pytest.raises(CorpusError) as caught:
        build_index(
            documents if window_first else documents[::-1],
            built,
            tiny_encoder,
            analyzer,
            window_chars=200,
            progress=False,
        )
    assert str(caught.value) == (
        "'a#2' names two passages: two documents, or a document and a window of another. "
        "Give every document an id of its own."
    )
    assert_untouched(built, tiny_encoder, analyzer)


def test_document_named_like_a_window_is_kept(
    index_of: Callable[[list[Document]], OpenIndex],
) -> None:
    index = index_of([Document("a", "", "Кот спит дома."), Document("a#2", "", "Пёс ест.")])
    passages = [index.passages[row] for row in range(len(index.passages))]
    assert [(p.id, p.document_id) for p in passages] == [("a", "a"), ("a#2", "a#2")]


def test_opened_index_outlives_the_next_build(
    built: Path, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    before = OpenIndex.open(built, tiny_encoder, analyzer)
    build_index(DOCUMENTS[1:2], built, tiny_encoder, analyzer, progress=False)
    after = OpenIndex.open(built, tiny_encoder, analyzer)
    assert before.passages[2].id == "html"
    assert [row for row, _ in before.lexical.search(["кот"], 10)] == [0, 2]
    assert (len(after.passages), after.passages[0].id) == (1, "dog")
    assert len(list((built / "generations").iterdir())) == 1


@pytest.mark.parametrize("name", sorted(FILES))
def test_changed_byte_in_any_file_is_named(
    built: Path, tiny_encoder: Encoder, analyzer: Analyzer, name: str
) -> None:
    file = current_generation(built) / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(IndexStoreError) as caught:
        OpenIndex.open(built, tiny_encoder, analyzer)
    assert str(caught.value).startswith(f"{file}: changed since it was built (SHA-256 ")
    assert str(caught.value).endswith("Build the index again.")


@pytest.mark.parametrize("name", sorted(FILES | {"manifest.json"}))
def test_missing_file_is_named(
    built: Path, tiny_encoder: Encoder, analyzer: Analyzer, name: str
) -> None:
    file = current_generation(built) / name
    file.unlink()
    with pytest.raises(IndexStoreError) as caught:
        OpenIndex.open(built, tiny_encoder, analyzer)
    assert str(caught.value).startswith(f"{file}: ")
    assert "Build the index again." in str(caught.value)


def test_changed_file_name_in_the_manifest_is_told(
    built: Path, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    file = current_generation(built) / "manifest.json"
    file.write_text(file.read_text(encoding="utf-8").replace("offsets.npy", "offsets.npz"))
    with pytest.raises(IndexStoreError) as caught:
        OpenIndex.open(built, tiny_encoder, analyzer)
    assert str(caught.value) == (
        f"{file}: missing or changed since it was built. Build the index again."
    )


def test_missing_index_is_told(tmp_path: Path, tiny_encoder: Encoder, analyzer: Analyzer) -> None:
    with pytest.raises(IndexStoreError) as caught:
        OpenIndex.open(tmp_path, tiny_encoder, analyzer)
    assert str(caught.value) == (
        f"{tmp_path}: no index there. Build one: python -m index build CORPUS --to {tmp_path}"
    )


def test_another_encoder_is_told_with_both_names(
    demo_index: Path, encoder: Encoder, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    with pytest.raises(IndexMismatchError) as caught:
        OpenIndex.open(demo_index, tiny_encoder, analyzer)
    assert str(caught.value) == (
        f"{demo_index}: built with the encoder {encoder.name!r} ({encoder.dimension} dimensions, "
        f"fingerprint {encoder.fingerprint[:12]}…), opened with {tiny_encoder.name!r} "
        f"(3 dimensions, {tiny_encoder.fingerprint[:12]}…). "
        "Set ENCODER to the first or build the index again."
    )


def test_encoder_of_the_same_dimension_is_told_apart(
    built: Path, make_encoder: Callable[..., Encoder], analyzer: Analyzer
) -> None:
    other = make_encoder({"[UNK]": (0, 0, 0), "кот": (0, 0, 1)})
    with pytest.raises(IndexMismatchError, match=other.fingerprint[:12]):
        OpenIndex.open(built, other, analyzer)


def test_another_analyzer_is_told(
    built: Path, tiny_encoder: Encoder, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = analyzer.fingerprint
    monkeypatch.setattr("index.analyzer.VERSION", "next")
    with pytest.raises(IndexMismatchError) as caught:
        OpenIndex.open(built, tiny_encoder, analyzer)
    assert then != analyzer.fingerprint
    assert str(caught.value) == (
        f"{built}: built with another analyzer (fingerprint {then[:12]}…) than this one "
        f"({analyzer.fingerprint[:12]}…). Build the index again."
    )


@pytest.mark.parametrize("error", [RuntimeError("обрыв"), CorpusError("x.jsonl:2: обрыв")])
def test_reading_that_fails_midway_leaves_the_old_index(
    built: Path, tiny_encoder: Encoder, analyzer: Analyzer, error: Exception
) -> None:
    def documents() -> Iterator[Document]:
        yield Document("new", "", "рыба")
        raise error

    with pytest.raises(type(error)) as caught:
        build_index(documents(), built, tiny_encoder, analyzer, progress=False)
    assert caught.value is error
    assert_untouched(built, tiny_encoder, analyzer)


def test_broken_corpus_line_leaves_the_old_index(
    tmp_path: Path, built: Path, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    file = tmp_path / "corpus.jsonl"
    file.write_text('{"_id": "1", "text": "рыба"}\n{"_id"\n', encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        build_index(read_corpus(file), built, tiny_encoder, analyzer, progress=False)
    assert str(caught.value).startswith(f"{file}:2: not valid JSON")
    assert_untouched(built, tiny_encoder, analyzer)


def test_killed_build_leaves_the_old_index(
    built: Path, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    command = [sys.executable, "-c", BUILD_KILLED_WHILE_READING, str(built), tiny_encoder.name]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    debris = {entry.name for entry in (built / "generations").iterdir()}
    assert len(debris) == 2
    index = OpenIndex.open(built, tiny_encoder, analyzer)
    assert [index.passages[row].id for row in range(3)] == ["cat", "dog", "html"]
    build_index(DOCUMENTS, built, tiny_encoder, analyzer, progress=False)
    assert_untouched(built, tiny_encoder, analyzer)
    assert current_generation(built).name not in debris


def test_full_disk_is_told_and_leaves_the_old_index(
    built: Path,
    tiny_encoder: Encoder,
    analyzer: Analyzer,
    full_disk: Callable[[], AbstractContextManager[None]],
) -> None:
    documents = (Document(str(number), "", "Кот спит дома.") for number in range(100))
    with full_disk(), pytest.raises(IndexStoreError) as caught:
        build_index(documents, built, tiny_encoder, analyzer, progress=False)
    assert str(caught.value) == (
        f"{built}: the build stopped (File too large); the index before it is still in use. "
        "Make room or choose another directory."
    )
    assert_untouched(built, tiny_encoder, analyzer)


def test_second_build_at_once_is_refused(
    built: Path, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    refusals = []

    def documents() -> Iterator[Document]:
        yield DOCUMENTS[0]
        with pytest.raises(IndexStoreError) as caught:
            build_index(DOCUMENTS, built, tiny_encoder, analyzer, progress=False)
        refusals.append(str(caught.value))
        yield DOCUMENTS[1]

    manifest = build_index(documents(), built, tiny_encoder, analyzer, progress=False)
    assert refusals == [f"{built}: another build is running. Wait for it."]
    assert OpenIndex.open(built, tiny_encoder, analyzer).manifest == manifest
    assert manifest.documents == 2


def test_target_below_a_regular_file_is_told(
    tmp_path: Path, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    file = tmp_path / "file"
    file.write_text("не папка")
    with pytest.raises(IndexStoreError) as caught:
        build_index(DOCUMENTS, file / "index", tiny_encoder, analyzer, progress=False)
    assert str(caught.value) == (
        f"{file / 'index'}: can't be written (Not a directory). Choose another directory."
    )


def test_no_file_of_an_index_is_a_pickle(built: Path) -> None:
    generation = current_generation(built)
    for name in FILES:
        content = (generation / name).read_bytes()
        if name.endswith(".npy"):
            assert not np.load(generation / name, allow_pickle=False).dtype.hasobject
        elif name.endswith("l"):
            assert all(json.loads(line) for line in content.splitlines())
        assert not content.startswith(b"\x80")


def test_progress_goes_to_stderr_only_when_wanted(
    tmp_path: Path, tiny_encoder: Encoder, analyzer: Analyzer, capsys: pytest.CaptureFixture[str]
) -> None:
    build_index(DOCUMENTS, tmp_path, tiny_encoder, analyzer, progress=False)
    assert capsys.readouterr() == ("", "")
    build_index(DOCUMENTS, tmp_path, tiny_encoder, analyzer)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "reading" in printed.err and "lemmatizing" in printed.err
