from index.errors import IndexStoreError, RetrievalError, reason


def test_a_value_breaks_no_line_and_commands_no_terminal() -> None:
    error = RetrievalError("file 'a\nb': \x1b[2J\u2028, \ud800 and \0. Строка ё\u0301 \U0001f50e.")
    assert str(error) == (
        "file 'a\\nb': \\x1b[2J\\u2028, \\ud800 and \\x00. Строка ё\u0301 \U0001f50e."
    )


def test_what_is_listed_stands_on_lines_below() -> None:
    assert str(IndexStoreError("Two:", ["a\r\nb", "c"])) == "Two:\n  a\\r\\nb\n  c"


def test_a_librarys_reason_is_one_line_without_addresses() -> None:
    told = "Loop of IndirectObject(4, 0, 139936559122576)\n <Xref object at 0x7f4538a0b2d0> in 2026"
    assert reason(ValueError(told)) == "Loop of IndirectObject(4, 0, …) <Xref object at …> in 2026"
    assert reason(ValueError("ж" * 300)) == "ж" * 200
