from index.errors import IndexStoreError, RetrievalError


def test_a_value_breaks_no_line_and_commands_no_terminal() -> None:
    error = RetrievalError("file 'a\nb': \x1b[2J\u2028, \ud800 and \0. Строка ё\u0301 \U0001f50e.")
    assert str(error) == (
        "file 'a\\nb': \\x1b[2J\\u2028, \\ud800 and \\x00. Строка ё\u0301 \U0001f50e."
    )


def test_what_is_listed_stands_on_lines_below() -> None:
    assert str(IndexStoreError("Two:", ["a\r\nb", "c"])) == "Two:\n  a\\r\\nb\n  c"
