"""What the fuzzer feeds: each reader of files with whole inputs to begin with."""

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from index.analyzer import Analyzer
from index.build import OpenIndex, build_index
from index.corpus import Document, read_corpus
from index.dense import DenseIndex
from index.encoder import Encoder
from index.lexical import LexicalIndex
from index.passage_file import PassageFile
from index.readers.file import READERS
from index.sources import Sources
from index.store import Manifest, current_generation
from search.evaluation import read_qrels
from search.judging.history_file import read_history
from search.judging.query_set import QuerySet
from search.judging.query_table import read_query_table
from search.judging.snapshot_files import load_snapshot
from search.promotion import history
from search.settings import Settings
from tests.hostile.test_files import HISTORY, PROMOTION, SEEDS

Target = Callable[[bytes], object]
CORPUS = (
    Document("кит", "Киты", "Синий кит питается рачками.", "море"),
    Document("чай", "", "Зелёный чай любит воду прохладнее.", "дом"),
)


def targets(folder: Path) -> dict[str, tuple[Target, list[bytes]]]:
    """Name -> what reads the bytes, and whole inputs to begin with; `folder` is for files."""
    built = _built(folder)
    parts = {path.name: path.read_bytes() for path in built.rglob("*") if path.is_file()}
    found: dict[str, tuple[Target, list[bytes]]] = {
        suffix[1:]: (READERS[suffix], [seed]) for suffix, seed in SEEDS.items()
    }

    def add(name: str, file: str, read: Callable[[Path], object], *seeds: bytes) -> None:
        path = folder / name / file
        path.parent.mkdir(exist_ok=True)

        def target(data: bytes) -> object:
            path.write_bytes(data)
            return read(path)

        found[name] = (target, list(seeds))

    def add_part(name: str, file: str, open_part: Callable[[Path], object]) -> None:
        directory = folder / name
        shutil.copytree(built, directory)
        path = next(directory.rglob(file))

        def target(data: bytes) -> object:
            path.unlink()  # another still maps the file before
            path.write_bytes(data)
            return open_part(directory)

        found[name] = (target, [parts[file]])

    rows = b'{"_id": "1", "title": "a", "text": "b"}\n{"_id": 2, "text": "c"}\n'
    add("jsonl", "corpus.jsonl", lambda f: list(read_corpus(f)), rows)
    add("csv", "corpus.csv", lambda f: list(read_corpus(f)), b'_id,text\n1,"a\nb"\n2;x,y\n')
    add("gzip", "corpus.jsonl.gz", lambda f: list(read_corpus(f)), gzip.compress(rows, mtime=0))
    add("queries", "queries.jsonl", QuerySet.read, b'{"_id": "q", "text": "a", "need": "b"}\n')
    add("table", "queries.csv", read_query_table, "query;id;need\nчай;1;2\n".encode())
    add(
        "qrels",
        "qrels.tsv",
        lambda f: read_qrels(f.parent),
        b"query-id\tcorpus-id\tscore\n1\t2\t3\n",
    )
    add("history", "judgments.jsonl", read_history, HISTORY)
    add("promotions", "promotions.jsonl", history, PROMOTION * 2)
    add(
        "snapshot",
        "s.json",
        lambda f: load_snapshot(f.parent, "s"),
        b'{"format": 1, "sha256": "0"}',
    )
    add("manifest", "manifest.json", lambda f: Manifest.read(f.parent), parts["manifest.json"])
    add_part("passages", "passages.jsonl", lambda d: list(PassageFile.load(d)))
    add_part("offsets", "offsets.npy", lambda d: list(PassageFile.load(d)))
    add_part("sources", "sources.npy", lambda d: Sources.load(d, len(CORPUS)).rows(["море"]))
    for array in ("starts", "rows", "impacts"):
        add_part(
            array, f"{array}.npy", lambda d: LexicalIndex.load(d / "lexical").search(["кит"], 2)
        )
    add_part("faiss", "vectors.faiss", lambda d: _nearest(d / "dense"))
    found["faiss"][1].append(_shortlist(folder))
    return found


def _built(folder: Path) -> Path:
    encoder, analyzer = Encoder.open(Settings().encoder), Analyzer()
    build_index(CORPUS, folder / "index", encoder, analyzer, progress=False)
    OpenIndex.open(folder / "index", encoder, analyzer)
    return current_generation(folder / "index")


def _nearest(folder: Path) -> object:
    index = DenseIndex.load(folder)
    return index.search(np.ones((1, index.dimension), np.float32), 5)


def _shortlist(folder: Path) -> bytes:
    rows = np.random.default_rng(5).normal(size=(130, 4)).astype(np.float32)
    DenseIndex.build(rows).with_shortlist(rows[:9])[0].save(folder)
    return (folder / "vectors.faiss").read_bytes()
