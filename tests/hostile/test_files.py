"""Hostile and damaged files through every reader: content, or one line that says what is wrong."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from hypothesis import strategies as st

from index.cells import plain_cell
from index.corpus import Document, clean, read_corpus
from index.readers.file import READERS
from index.store import Manifest
from search.errors import JudgingError
from search.evaluation import read_qrels, read_queries
from search.judging.exports import write_csv, write_trec_qrels
from search.judging.history_file import read_history
from search.judging.imports import Origin, read_beir_judgments, read_trec_qrels
from search.judging.judgment import Judgment
from search.judging.known_texts import KnownTexts
from search.judging.query_set import Query, QuerySet
from search.judging.query_table import read_query_table
from search.judging.snapshot_files import load_snapshot
from search.promotion import history
from tests.hostile.conftest import tries
from tests.hostile.outcome import outcome
from tests.hostile.texts import file_bytes, short_texts
from tests.index.readers.test_pdf import made as made_pdf

QUERIES = (Query("q1", "чем питается кит"), Query("q2", "чай"))
TEXTS = KnownTexts.of([Document("whale", "Киты", "Кит."), Document("tea", "", "Чай.")])
ORIGIN = Origin("асессор")


def made_docx() -> bytes:
    document = docx.Document()
    document.add_heading("Кот учёный", 1)
    document.add_paragraph("Ходит кругом.")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


DOCX = made_docx()
SEEDS = {
    ".pdf": made_pdf(["Кот учёный", "ходит."], title="Лукоморье"),
    ".docx": DOCX,
    ".html": "<title>Кот</title><table><tr><td>а<td>б</table><pre>кот\n</pre>".encode(),
    ".md": "# Кот\n\n- один\n- [два](x)\n\n| а | б |\n|---|---|\n| 1 | 2 |\n".encode(),
    ".txt": "Кот учёный ходит по цепи кругом.".encode(),
}


def damaged(seed: bytes) -> st.SearchStrategy[bytes]:
    """The bytes with a few places cut out, filled in or changed."""
    change = st.tuples(
        st.integers(0, len(seed)),
        st.one_of(st.integers(0, 4), st.integers(0, len(seed))),
        st.one_of(st.binary(max_size=6), st.sampled_from((b"<", b"999999999", b"[[[[", b"\0"))),
    )

    def changed(changes: list[tuple[int, int, bytes]]) -> bytes:
        data = seed
        for place, length, new in changes:
            data = data[:place] + new + data[place + length :]
        return data

    return st.lists(change, max_size=3).map(changed)


@pytest.mark.parametrize("suffix", SEEDS)
@tries(400, data=st.data())
def test_any_bytes_are_read_or_refused(suffix: str, data: st.DataObject) -> None:
    content = data.draw(st.one_of(damaged(SEEDS[suffix]), file_bytes()))
    found = outcome(lambda: READERS[suffix](content))
    assert found == outcome(lambda: READERS[suffix](content))


@tries(300, title=short_texts(), text=short_texts(), alone=st.booleans())
def test_markup_around_hostile_text_is_read(title: str, text: str, alone: bool) -> None:
    whole = text if alone else f"<p>{text}</p>"
    page = f"<html><title>{title}</title><body>{whole}<script>window.__hacked=1</script>"
    for suffix, source in ((".html", page), (".md", f"# {title}\n\n{text}\n\n> {text}")):
        outcome(lambda s=suffix, c=source: READERS[s](c.encode("utf-8", "surrogatepass")))  # type: ignore[misc]


@tries(100, xml=short_texts())
def test_a_docx_with_any_xml_is_read_or_refused(xml: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(DOCX)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/document.xml":
                part = part.replace("Ходит".encode(), xml.encode("utf-8", "surrogatepass"))
            new.writestr(name, part)
    outcome(lambda: READERS[".docx"](stream.getvalue()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile-files")


def rows() -> st.SearchStrategy[bytes]:
    """Lines of JSON objects with hostile values, or what only looks like them."""
    value = st.one_of(
        short_texts(),
        st.integers(),
        st.floats(),
        st.none(),
        st.booleans(),
        st.lists(short_texts(), max_size=2),
    )
    keys = st.sampled_from(("_id", "id", "title", "text", "source", "need", "format", "files"))
    row = st.dictionaries(keys, value, max_size=4).map(json.dumps)
    deep = st.sampled_from(('{"_id":' * 3000, "[" * 100_000, '{"_id": 1' + "0" * 5000 + "}"))
    line = st.one_of(row, row, row, short_texts(), deep)
    lines = st.lists(line, min_size=1, max_size=4).map("\n".join)
    return lines.map(lambda text: text.encode("utf-8", "surrogatepass"))


@tries(600, content=rows())
def test_jsonl_is_read_or_refused(folder: Path, content: bytes) -> None:
    file = folder / "corpus.jsonl"
    file.write_bytes(content)
    found = outcome(lambda: list(read_corpus(file)))
    assert found == outcome(lambda: list(read_corpus(file)))
    packed = folder / "corpus.jsonl.gz"
    packed.write_bytes(gzip.compress(content)[: -len(content) % 7 or None])
    outcome(lambda: list(read_corpus(packed)))
    outcome(lambda: QuerySet.read(file))
    (folder / "queries.jsonl").write_bytes(content)
    outcome(lambda: read_queries(folder))


@tries(600, content=file_bytes(), header=st.sampled_from(("_id,title,text", "query;id;need", "")))
def test_tables_are_read_or_refused(folder: Path, content: bytes, header: str) -> None:
    file = folder / "table.csv"
    file.write_bytes(f"{header}\n".encode() + content)
    for read in (lambda: list(read_corpus(file)), lambda: read_query_table(file)):
        assert outcome(read) == outcome(read)


@tries(600, content=file_bytes(), query=st.sampled_from(("q1", "q2")), tabs=st.booleans())
def test_qrels_are_read_or_refused(folder: Path, content: bytes, query: str, tabs: bool) -> None:
    between = b"\t" if tabs else b" 0 "
    good = between.join((query.encode(), b"whale", b"2"))
    (folder / "qrels.tsv").write_bytes(good + b"\n" + content)
    (folder / "qrels.txt").write_bytes(f"{query} 0 tea 1\n".encode() + content)
    for read in (
        lambda: read_trec_qrels(folder / "qrels.txt", QUERIES, TEXTS, ORIGIN),
        lambda: read_beir_judgments(folder, QUERIES, TEXTS, ORIGIN),
        lambda: read_qrels(folder),
    ):
        assert outcome(read) == outcome(read)


HISTORY = json.dumps(
    {
        "query": "кит",
        "passage_id": "whale",
        "document_id": "whale",
        "text_hash": "0" * 64,
        "annotator": "анна",
        "grade": 2,
        "time": datetime(2026, 5, 1, tzinfo=UTC).isoformat(),
        "undone_at": None,
    }
).encode()
PROMOTION = b'{"reranker": "/m", "sha256": "0", "note": "", "time": "2026"}\n'


@tries(400, data=st.data())
def test_histories_and_manifests_are_read_or_refused(folder: Path, data: st.DataObject) -> None:
    wild = st.one_of(file_bytes(), rows())
    for seed, name, read in (
        (HISTORY + b"\n" + HISTORY, "judgments.jsonl", read_history),
        (PROMOTION * 2, "promotions.jsonl", history),
        (b'{"format": 2, "files": {}}', "manifest.json", lambda file: Manifest.read(file.parent)),
        (b'{"format": 1, "sha256": "0"}', "s.json", lambda file: load_snapshot(file.parent, "s")),
    ):
        (folder / name).write_bytes(data.draw(st.one_of(damaged(seed), wild)))
        reading: Callable[[], object] = lambda r=read, n=name: r(folder / n)  # type: ignore[misc]  # noqa: E731
        assert outcome(reading) == outcome(reading)


@tries(600, query=short_texts(), comment=short_texts(), identity=short_texts())
def test_exports_run_no_formula_and_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, query: str, comment: str, identity: str
) -> None:
    folder = tmp_path_factory.mktemp("export")
    try:
        judgment = Judgment(
            clean(query), clean(identity), "d", "0" * 64, "анна", 1, comment, clean(identity)
        )
    except JudgingError:
        return
    write_csv([judgment], folder / "all.csv")
    with (folder / "all.csv").open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream, delimiter=";")
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in row.values())
    assert plain_cell(row["comment"]) == comment
    table = read_query_table(folder / "all.csv")
    assert [found.text for found in table.queries] == [judgment.query]
    write_trec_qrels({judgment.query: {judgment.passage_id: 1}}, folder / "qrels.txt")
    texts = KnownTexts.of([Document(judgment.passage_id, "", "кот")])
    asked = [Query(judgment.query, judgment.query)]
    (read,) = read_trec_qrels(folder / "qrels.txt", asked, texts, ORIGIN).judgments
    assert (read.query, read.document_id) == (judgment.query, judgment.passage_id)
