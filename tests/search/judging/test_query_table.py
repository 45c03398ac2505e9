import csv
from pathlib import Path

import pytest

from search.errors import JudgingError
from search.judging.query_set import Query, QuerySet
from search.judging.query_table import QueryTable, read_query_table, write_query_set

ROWS = (
    ("id", "query", "need"),
    ("q1", "кто, где и когда; всё", "Имя, место и год."),
    ("q2", 'роман "Война и мир"\nавтор', ""),
    ("q3", "скидка 50 %\tцена", "Число"),
)


def read(tmp_path: Path, content: str | bytes) -> QueryTable:
    file = tmp_path / "queries.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_query_table(file)


def refusal(tmp_path: Path, content: str | bytes) -> str:
    with pytest.raises(JudgingError) as error:
        read(tmp_path, content)
    return str(error.value).removeprefix(f"{tmp_path / 'queries.csv'}: ")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_what_a_spreadsheet_writes_is_read(
    tmp_path: Path, delimiter: str, encoding: str, quoting: int, end: str
) -> None:
    file = tmp_path / "queries.csv"
    with file.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(ROWS)
    assert read_query_table(file) == QueryTable(tuple(Query(*row) for row in ROWS[1:]), ())


def test_a_table_with_queries_only_needs_no_quotes(tmp_path: Path) -> None:
    table = read(tmp_path, "\ufeff Query \nкто, где\n\n  чай; вода \n")
    assert [query.text for query in table.queries] == ["кто, где", "чай; вода"]
    assert table.bad == ()


def test_an_id_made_from_the_text_is_the_same_in_every_table(tmp_path: Path) -> None:
    one = read(tmp_path, "query\nкит\nчай\n").queries
    two = read(tmp_path, "note;query\nx;чай\ny;мёд\n").queries
    assert one[1] == two[0]
    assert len({query.id for query in (*one, *two)}) == 3
    # printf чай | sha256sum
    assert one[1].id == "q-7ce1859ed1"


def test_every_bad_line_is_reported(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        'id,query,need\na,"кит\nи чай",\nb,,пусто\na,мёд,\nc,"кит\nи чай",\nd,хлеб,ржаной,белый\n'
        "e,соль\n",
    )
    assert [query.id for query in table.queries] == ["a", "e"]
    assert [(bad.line, bad.why) for bad in table.bad] == [
        (4, "the query is empty"),
        (5, "line 2 holds the same id 'a'"),
        (6, "line 2 holds the same query 'кит\\nи чай'"),
        (8, "4 fields, the first line names 3: quote the query"),
    ]


def test_a_broken_quote_is_reported_where_it_opens(tmp_path: Path) -> None:
    table = read(tmp_path, 'id,query\na,кит\nb,"чай\nc,мёд\n')
    assert [query.id for query in table.queries] == ["a"]
    (bad,) = table.bad
    assert bad.line == 3 and "what follows was not read" in bad.why


@pytest.mark.parametrize("content", ["", "\n", "вопрос;id\nкит;1\n", "q1\twhale\t3\n", '"query'])
def test_a_table_without_a_query_column_is_refused(tmp_path: Path, content: str) -> None:
    assert refusal(tmp_path, content).startswith("no column named query in the first line.")


@pytest.mark.parametrize("encoding", ["koi8-r", "cp866"])
def test_another_russian_encoding_is_not_taken_for_windows_1251(
    tmp_path: Path, encoding: str
) -> None:
    content = "query\nКакова глубина Байкала?\nчем питается синий кит\n"
    assert refusal(tmp_path, content.encode(encoding)) == (
        "neither UTF-8 nor readable as windows-1251. Save it as UTF-8 again."
    )


def test_no_text_and_no_file_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"query\n\x89PNG\x98\x00\xff").startswith("neither UTF-8")
    assert refusal(tmp_path, b"\xff\xfeq").startswith("neither UTF-8")
    with pytest.raises(JudgingError, match="can't be read .No such file"):
        read_query_table(tmp_path / "none.csv")


def test_the_set_written_is_the_table(tmp_path: Path) -> None:
    table = read(tmp_path, "id;query;need\nq1;чем питается кит;Название пищи\nq2;вода;\n")
    write_query_set(table, tmp_path / "set")
    assert QuerySet.read(tmp_path / "set").queries == table.queries


def test_bad_lines_write_nothing_unless_skipped(tmp_path: Path) -> None:
    table = read(tmp_path, "query;id\nкит;1\nкит;2\n")
    with pytest.raises(JudgingError) as error:
        write_query_set(table, tmp_path / "set")
    assert str(error.value).endswith("queries.csv:3: line 2 holds the same query 'кит'")
    assert not (tmp_path / "set").exists()
    write_query_set(table, tmp_path / "set", skip_bad=True)
    assert QuerySet.read(tmp_path / "set").queries == (Query("1", "кит"),)
    with pytest.raises(JudgingError, match="set: is there already"):
        write_query_set(table, tmp_path / "set", skip_bad=True)
    with pytest.raises(JudgingError, match="There is no query to import"):
        write_query_set(read(tmp_path, "query\n"), tmp_path / "empty")
