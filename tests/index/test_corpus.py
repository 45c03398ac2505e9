"""Corpus files become documents, or an error that names file, line and what to do."""

import csv
import gzip
import io
import json
import re
from pathlib import Path

import pytest

from index import corpus
from index.corpus import MAX_COLUMNS, MAX_FIELD_CHARS, Document, jsonl_rows, read_corpus, text_lines
from index.errors import CorpusError, EmptyCorpusError
from search.settings import ROOT

ROWS = [
    {"_id": "1", "title": "Кот", "text": "Кот спит."},
    {"_id": "2", "title": "", "text": "Дом стоит, «ёлка» растёт."},
    {"_id": "3", "title": "Пёс", "text": ""},
]
DOCUMENTS = [Document(row["_id"], row["title"], row["text"]) for row in ROWS]
JSONL = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
CSV = '_id,title,text\n1,Кот,Кот спит.\n2,,"Дом стоит, «ёлка» растёт."\n3,Пёс,\n'


def write(file: Path, content: str | bytes) -> Path:
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def error_of(file: Path) -> str:
    with pytest.raises(CorpusError) as caught:
        list(read_corpus(file))
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("corpus.jsonl", JSONL.encode()),
        ("corpus.jsonl.gz", gzip.compress(JSONL.encode(), mtime=0)),
        ("corpus.csv", CSV.encode()),
        ("corpus.csv.gz", gzip.compress(CSV.encode(), mtime=0)),
        ("bom.jsonl", b"\xef\xbb\xbf" + JSONL.encode()),
        ("bom.jsonl.gz", gzip.compress(b"\xef\xbb\xbf" + JSONL.encode(), mtime=0)),
        ("bom.csv", b"\xef\xbb\xbf" + CSV.encode()),
        ("windows.jsonl", JSONL.replace("\n", "\r\n").encode()),
        ("windows.csv", CSV.replace("\n", "\r\n").encode()),
        ("blank.jsonl", ("\n" + JSONL.replace("\n", "\n  \n")).encode()),
        ("no_last_newline.jsonl", JSONL.rstrip("\n").encode()),
    ],
)
def test_every_format_gives_the_same_documents(tmp_path: Path, name: str, content: bytes) -> None:
    assert list(read_corpus(write(tmp_path / name, content))) == DOCUMENTS


@pytest.mark.parametrize("name", ["corpus.jsonl", "corpus.jsonl.gz"])
def test_beir_folder_is_read_by_its_corpus_file(tmp_path: Path, name: str) -> None:
    content = JSONL.encode()
    write(tmp_path / name, gzip.compress(content) if name.endswith(".gz") else content)
    write(tmp_path / "queries.jsonl", '{"_id": "q", "text": "кот"}\n')
    assert list(read_corpus(tmp_path)) == DOCUMENTS


def test_demo_corpus_is_read_in_file_order() -> None:
    lines = (ROOT / "data" / "demo" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    found = [(d.id, d.title, d.text) for d in read_corpus(ROOT / "data" / "demo")]
    assert found == [(row["_id"], row["title"], row["text"]) for row in rows]


@pytest.mark.parametrize(
    ("row", "document"),
    [
        ({"id": "a", "text": "т"}, Document("a", "", "т")),
        ({"_id": "a", "id": "b", "text": "т"}, Document("a", "", "т")),
        ({"_id": None, "id": "b", "title": None, "text": "т"}, Document("b", "", "т")),
        ({"_id": 7, "text": 3.5}, Document("7", "", "3.5")),
        ({"_id": 0, "text": "т"}, Document("0", "", "т")),
        ({"_id": "a", "text": "т", "metadata": {"url": ["…"]}}, Document("a", "", "т")),
        ({"_id": " a ", "title": "\n з\t", "text": " т \n"}, Document("a", "з", "т")),
        ({"_id": "a", "text": "и\u0306 е\u0308"}, Document("a", "", "й ё")),
        ({"_id": "a", "text": "x\u0000y"}, Document("a", "", "x y")),
        ({"_id": "a", "text": "x\ud800y"}, Document("a", "", "x?y")),
        ({"_id": "a", "text": "😀🎉"}, Document("a", "", "😀🎉")),
        ({"_id": "a", "text": "раз\nдва\u2028три"}, Document("a", "", "раз\nдва\u2028три")),
    ],
)
def test_fields_are_read_as_clean_text(
    tmp_path: Path, row: dict[str, object], document: Document
) -> None:
    file = write(tmp_path / "corpus.jsonl", json.dumps(row) + "\n")
    assert list(read_corpus(file)) == [document]


def test_html_is_kept_verbatim(tmp_path: Path) -> None:
    html = '<b>жир</b> &amp; <img src=x onerror="alert(1)"> <script>1 < 2</script>'
    row = json.dumps({"_id": "<i>", "title": "<h1>&quot;", "text": html})
    file = write(tmp_path / "corpus.jsonl", row)
    assert list(read_corpus(file)) == [Document("<i>", "<h1>&quot;", html)]


def test_quoted_csv_field_holds_commas_quotes_and_line_breaks(tmp_path: Path) -> None:
    content = '_id,title,text,\n1,"а, б","раз ""два""\nтри",лишнее\n'
    file = write(tmp_path / "corpus.csv", content)
    assert list(read_corpus(file)) == [Document("1", "а, б", 'раз "два"\nтри')]


def test_csv_row_may_end_early(tmp_path: Path) -> None:
    file = write(tmp_path / "corpus.csv", "_id,title,text\n1,Кот\n")
    assert list(read_corpus(file)) == [Document("1", "Кот", "")]


def test_documents_before_a_broken_line_are_given(tmp_path: Path) -> None:
    file = write(tmp_path / "corpus.jsonl", JSONL + "{\n")
    documents = read_corpus(file)
    assert [next(documents), next(documents), next(documents)] == DOCUMENTS
    with pytest.raises(CorpusError, match=r"corpus\.jsonl:4: not valid JSON"):
        next(documents)


@pytest.mark.parametrize(
    ("name", "content", "line", "message"),
    [
        ("a.jsonl", JSONL + '{"_id": "4", "text": "обр\n', 4, "not valid JSON (Invalid control"),
        ("a.jsonl", "{oops}\n" + JSONL, 1, "not valid JSON (Expecting property name"),
        ("a.jsonl", JSONL + "\n\n{oops}\n", 6, "Mend or remove the line."),
        ("a.jsonl", JSONL.replace("\n", "\r\n") + "{oops}\r\n", 4, "not valid JSON"),
        ("a.jsonl", JSONL + '["4", "кот"]\n', 4, "expected a JSON object, found list."),
        ("a.jsonl", JSONL + '"кот"\n', 4, "expected a JSON object, found str."),
        ("a.jsonl", JSONL + "null\n", 4, 'Write {"_id": …, "title": …, "text": …}.'),
        ("a.jsonl", JSONL + '{"text": "кот"}\n', 4, "no _id (or id). Every document needs one."),
        ("a.jsonl", JSONL + '{"_id": " ", "text": "кот"}\n', 4, "no _id (or id)."),
        ("a.jsonl", JSONL + '{"_id": true, "text": "к"}\n', 4, "field '_id' is bool, expected"),
        ("a.jsonl", JSONL + '{"_id": "4", "text": ["к"]}\n', 4, "field 'text' is list, expected"),
        ("a.jsonl", JSONL + '{"_id": "4", "title": {}}\n', 4, "field 'title' is dict, expected"),
        ("a.jsonl", JSONL + '{"_id": "4"}\n', 4, "document '4' has neither title nor text."),
        ("a.jsonl", JSONL + '{"_id": "4", "text": " "}\n', 4, "Fill it in or remove the line."),
        ("a.csv", CSV + "4,Дом,а,б\n", 5, "more fields than the header names. Quote fields"),
        ("a.csv", CSV + ",Дом,а\n", 5, "no _id (or id)."),
        ("a.csv", CSV + "4,,\n", 5, "document '4' has neither title nor text."),
        ("a.csv", "_id|text\n1|кот\n", 2, "no _id (or id)."),
    ],
)
def test_broken_row_is_told_with_file_and_line(
    tmp_path: Path, name: str, content: str, line: int, message: str
) -> None:
    file = write(tmp_path / name, content)
    error = error_of(file)
    assert error.startswith(f"{file}:{line}: ")
    assert message in error


@pytest.mark.parametrize(
    ("name", "content", "line", "identity", "first_line"),
    [
        ("a.jsonl", JSONL + '{"_id": "2", "text": "т"}\n', 4, "2", 2),
        ("a.jsonl", JSONL + '{"id": 3, "text": "т"}\n', 4, "3", 3),
        ("a.jsonl", '{"_id": "й", "text": "т"}\n{"_id": "и\u0306", "text": "т"}\n', 2, "й", 1),
        ("a.jsonl", '{"_id": "a", "text": "т"}\n\n{"_id": " a", "text": "т"}\n', 3, "a", 1),
        ("a.csv", '_id,text\n1,"раз\nдва"\n1,три\n', 4, "1", 3),
    ],
)
def test_duplicate_id_is_told_with_both_lines(
    tmp_path: Path, name: str, content: str, line: int, identity: str, first_line: int
) -> None:
    file = write(tmp_path / name, content)
    assert error_of(file) == (
        f"{file}:{line}: the id {identity!r} already stands on line {first_line}. "
        "Give every document an id of its own."
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.jsonl", b""),
        ("blank.jsonl", b"\n \n\r\n"),
        ("empty.jsonl.gz", gzip.compress(b"", mtime=0)),
        ("empty.csv", b""),
        ("header_only.csv", b"_id,title,text\n"),
    ],
)
def test_empty_corpus_is_told(tmp_path: Path, name: str, content: bytes) -> None:
    file = write(tmp_path / name, content)
    with pytest.raises(EmptyCorpusError) as caught:
        list(read_corpus(file))
    assert str(caught.value) == (
        f"{file}: no documents in it. Give a corpus with at least one row."
    )


@pytest.mark.parametrize("name", ["corpus.jsonl", "corpus.jsonl.gz"])
def test_jsonl_in_windows_1251_is_told_as_not_utf_8(tmp_path: Path, name: str) -> None:
    content = JSONL.encode("cp1251")
    file = write(tmp_path / name, gzip.compress(content) if name.endswith(".gz") else content)
    error = error_of(file)
    assert error.startswith(f"{file}:1: not UTF-8 (invalid ")
    assert error.endswith("Convert the file to UTF-8.")


@pytest.mark.parametrize("name", ["corpus.jsonl", "corpus.jsonl.gz", "corpus.csv"])
@pytest.mark.parametrize("bad_line", [1, 2, 300, 1000])
def test_line_that_is_not_utf_8_is_named(tmp_path: Path, name: str, bad_line: int) -> None:
    row = "{},Кот спит\n" if name.endswith(".csv") else '{{"_id": "{}", "text": "Кот спит"}}\n'
    head = "_id,text\n" if name.endswith(".csv") else row.format(1)
    lines = [head, *(row.format(n) for n in range(2, 1001))]
    encoded = [line.encode() for line in lines]
    encoded[bad_line - 1] = b"\xff" + encoded[bad_line - 1]
    content = b"".join(encoded)
    file = write(tmp_path / name, gzip.compress(content) if name.endswith(".gz") else content)
    assert error_of(file) == (
        f"{file}:{bad_line}: not UTF-8 (invalid start byte). Convert the file to UTF-8."
    )


def test_letter_cut_at_the_end_of_the_file_is_told(tmp_path: Path) -> None:
    file = write(tmp_path / "corpus.jsonl", JSONL.encode() + "кот".encode()[:-1])
    assert error_of(file) == (
        f"{file}:4: not UTF-8 (unexpected end of data). Convert the file to UTF-8."
    )


@pytest.mark.parametrize("name", ["a.txt", "a.txt.gz"])
def test_every_line_is_given_with_its_number_and_ending(tmp_path: Path, name: str) -> None:
    content = "\ufeffраз\r\n\nдва\u2028три\x0bчетыре\nпять"
    encoded = content.encode()
    file = write(tmp_path / name, gzip.compress(encoded) if name.endswith(".gz") else encoded)
    assert list(text_lines(file)) == [
        (1, "раз\r\n"),
        (2, "\n"),
        (3, "два\u2028три\x0bчетыре\n"),
        (4, "пять"),
    ]


def test_file_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    for file, reason in (
        (tmp_path / "нет.jsonl", "No such file or directory"),
        (tmp_path / "нет.jsonl.gz", "No such file or directory"),
        (tmp_path, "Is a directory"),
    ):
        with pytest.raises(CorpusError) as caught:
            list(jsonl_rows(file))
        assert str(caught.value) == f"{file}: can't be read ({reason}). Check the path."


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_json_nested_too_deep_is_told(tmp_path: Path, opening: str, closing: str) -> None:
    nested = opening * 100_000 + "1" + closing * 100_000
    row = f'{{"_id": "4", "text": "кот", "metadata": {nested}}}\n'
    file = write(tmp_path / "corpus.jsonl", JSONL + row)
    error = error_of(file)
    assert error.startswith(f"{file}:4: not valid JSON (maximum recursion depth exceeded")
    assert error.endswith("). Mend or remove the line.")


def test_damaged_gz_is_told(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(JSONL.encode()))
    header = 10
    content[header] = 0b111
    file = write(tmp_path / "corpus.jsonl.gz", bytes(content))
    assert error_of(file) == (
        f"{file}:1: can't be decompressed (Error -3 while decompressing data: invalid block type). "
        "Make the file again."
    )


def test_gz_with_a_wrong_checksum_is_told(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(JSONL.encode()))
    content[-8] ^= 1
    file = write(tmp_path / "corpus.jsonl.gz", bytes(content))
    error = error_of(file)
    assert re.match(rf"{re.escape(str(file))}:\d: can't be decompressed \(CRC check failed", error)
    assert error.endswith("Make the file again.")


@pytest.mark.parametrize("kept", [3, 30, -8, -1])
def test_truncated_gz_is_told(tmp_path: Path, kept: int) -> None:
    content = gzip.compress(
        "".join(f'{{"_id": {n}, "text": "т{n}"}}\n' for n in range(99)).encode()
    )
    file = write(tmp_path / "corpus.jsonl.gz", content[:kept])
    error = error_of(file)
    assert re.match(rf"{re.escape(str(file))}:\d+: can't be decompressed \(.*ended before", error)
    assert error.endswith("Make the file again.")


def test_plain_text_named_gz_is_told(tmp_path: Path) -> None:
    file = write(tmp_path / "corpus.jsonl.gz", JSONL)
    assert error_of(file).startswith(f"{file}:1: can't be decompressed (Not a gzipped file")


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ('_id,text\n1,"кот\n2,дом\n', 3, "broken CSV (unexpected end of data)."),
        ('_id,text\n1,"кот"пёс\n', 2, "broken CSV (',' expected after '\"')."),
        ('_id,"text"s\n1,кот\n', 1, "broken CSV (',' expected after '\"')."),
        ('_id,text\n1,"кот\n\nспит"\n2,"кот"пёс\n', 5, "broken CSV (',' expected after '\"')."),
        (
            f"_id,text\n1,{'x' * (MAX_FIELD_CHARS + 1)}\n",
            2,
            f"broken CSV (field larger than field limit ({MAX_FIELD_CHARS})).",
        ),
    ],
)
def test_broken_csv_is_told_with_its_line(
    tmp_path: Path, content: str, line: int, message: str
) -> None:
    file = write(tmp_path / "corpus.csv", content)
    assert error_of(file) == f"{file}:{line}: {message}"


def test_longest_csv_field_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "corpus.csv", f"_id,text\n1,{'x' * MAX_FIELD_CHARS}\n")
    assert [len(document.text) for document in read_corpus(file)] == [MAX_FIELD_CHARS]


@pytest.mark.parametrize("name", ["corpus.txt.gz", "corpus.json", "corpus.tsv.gz", "corpus"])
def test_unknown_format_is_told(tmp_path: Path, name: str) -> None:
    file = write(tmp_path / name, JSONL)
    assert error_of(file) == (
        f"{file}: unknown format. Give .jsonl, .jsonl.gz, .csv, .csv.gz, a BEIR folder, "
        ".txt, .md, .html, .htm, .docx, .pdf or a folder of these."
    )


def test_missing_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "нет.jsonl"
    assert error_of(file) == f"{file}: no such file or folder. Check the path."


def test_folder_without_a_corpus_is_told(tmp_path: Path) -> None:
    write(tmp_path / "queries.jsonl", '{"_id": "q", "text": "кот"}\n')
    assert error_of(tmp_path) == (
        f"{tmp_path}: no corpus.jsonl or corpus.jsonl.gz in this folder, "
        "nor a file with the ending .txt, .md, .html, .htm, .docx, .pdf."
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_csv_as_spreadsheets_save_it(
    tmp_path: Path, delimiter: str, encoding: str, ending: str
) -> None:
    rows = [["_id", "title", "text"], ["1", "Кот", "Кот; пёс,\tдом"], ["2", "", "Дом «стоит»"]]
    table = io.StringIO()
    csv.writer(table, delimiter=delimiter, lineterminator=ending).writerows(rows)
    file = write(tmp_path / "corpus.csv", table.getvalue().encode(encoding))
    assert list(read_corpus(file)) == [
        Document("1", "Кот", "Кот; пёс,\tдом"),
        Document("2", "", "Дом «стоит»"),
    ]


def test_text_file_is_one_document(tmp_path: Path) -> None:
    file = write(tmp_path / "Кот и пёс.TXT", "  Кот спит.\r\n\r\nПёс  лает.\n")
    assert list(read_corpus(file)) == [
        Document("Кот и пёс.TXT", "Кот и пёс", "Кот спит.\nПёс лает.", "Кот и пёс.TXT")
    ]


def test_folder_of_files_is_read_by_name_with_its_subfolders(tmp_path: Path) -> None:
    (tmp_path / "дом").mkdir()
    (tmp_path / ".git").mkdir()
    write(tmp_path / "дом" / "кот.html", "<h1>Кот</h1><p>Спит.</p>")
    write(tmp_path / "а.md", "# Пёс\n\nЛает.\n")
    for skipped in ("~$а.docx", ".тайна.txt", ".git/note.md", "фото.png", "rows.csv"):
        write(tmp_path / skipped, "мимо")
    assert list(read_corpus(tmp_path)) == [
        Document("а.md", "Пёс", "Пёс\nЛает.", "а.md"),
        Document("дом/кот.html", "Кот", "Кот\nСпит.", "кот.html"),
    ]


def test_broken_file_of_a_folder_is_named(tmp_path: Path) -> None:
    write(tmp_path / "а.txt", "кот")
    file = write(tmp_path / "б.txt", " \n")
    assert error_of(tmp_path) == f"{file}: no text in it. Fill it in or leave it out."


def test_names_that_differ_in_unicode_form_only_are_told(tmp_path: Path) -> None:
    second = write(tmp_path / "й.txt", "кот")
    first = write(tmp_path / "и\u0306.txt", "кот")
    assert error_of(tmp_path) == (
        f"{second}: in Unicode the same name as {first}. Rename one of them."
    )


@pytest.mark.parametrize("name", ["corpus.jsonl", "corpus.jsonl.gz"])
def test_a_line_too_long_to_hold_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(corpus, "MAX_LINE_BYTES", 30)
    data = b'{"_id": "1", "text": "a"}\n' + b"x" * 31
    file = write(tmp_path / name, gzip.compress(data) if name.endswith(".gz") else data)
    assert error_of(file) == f"{file}:2: a line of more than 30 bytes. Split it."


def test_too_many_columns_are_told(tmp_path: Path) -> None:
    header = ["_id", "text", *(f"c{number}" for number in range(MAX_COLUMNS - 2))]
    file = write(tmp_path / "corpus.csv", ",".join(header) + "\n1,Кот\n")
    assert [document.text for document in read_corpus(file)] == ["Кот"]
    write(file, ",".join([*header, "one"]) + "\n1,Кот\n")
    assert error_of(file).startswith(f"{file}:1: more than {MAX_COLUMNS} columns.")


def test_a_truncated_csv_gz_is_told(tmp_path: Path) -> None:
    file = write(tmp_path / "corpus.csv.gz", gzip.compress(CSV.encode())[:-9])
    assert "can't be decompressed" in error_of(file)
