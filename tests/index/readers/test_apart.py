"""The process that reads files apart: one for many files, a new one when it had to be ended."""

import io
from collections.abc import Iterator

import pytest
from pypdf import PdfWriter

from index.errors import CorpusError, EmptyCorpusError
from index.readers import apart
from index.readers.apart import content_apart
from index.readers.content import Content

PAGE = "<title>Коты</title><p>Кот учёный.".encode()


@pytest.fixture(autouse=True)
def none_idle(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No process is left over from other tests, nor to others."""
    monkeypatch.setattr(apart, "_idle", [])
    yield
    for process in apart._idle:
        apart._end(process)


def test_files_are_read_one_after_another_by_one_process() -> None:
    readers = set()
    for number in range(3):
        content = content_apart(".html", PAGE + str(number).encode())
        assert content == Content("Коты", f"Кот учёный.{number}")
        readers |= {process.pid for process in apart._idle}
    assert len(readers) == 1


def test_what_the_reader_refuses_is_told_as_it_says_and_it_reads_on() -> None:
    with pytest.raises(CorpusError, match="not a sound .docx") as refused:
        content_apart(".docx", b"PK")
    assert not isinstance(refused.value, EmptyCorpusError)
    (reader,) = apart._idle
    blank, data = PdfWriter(), io.BytesIO()
    blank.add_blank_page(100, 100)
    blank.write(data)
    with pytest.raises(EmptyCorpusError):
        content_apart(".pdf", data.getvalue())
    assert content_apart(".html", PAGE).title == "Коты"
    assert apart._idle == [reader]


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_is_read() -> None:
    with pytest.raises(CorpusError, match="more than 0 s or 1000 MB are needed to read it"):
        content_apart(".html", PAGE, seconds=0.01)  # a process takes longer to start
    assert apart._idle == []
    assert content_apart(".html", PAGE).title == "Коты"


def test_a_reader_that_dies_of_a_file_is_replaced() -> None:
    content_apart(".html", PAGE)
    (reader,) = apart._idle
    with pytest.raises(CorpusError, match="Split the document, or save its text as .txt"):
        content_apart(".strange", b"")
    assert reader.returncode is not None
    assert content_apart(".html", PAGE).title == "Коты"
    assert apart._idle != [reader]


def test_a_reader_that_ended_while_idle_is_replaced() -> None:
    content_apart(".html", PAGE)
    (reader,) = apart._idle
    reader.kill()
    reader.wait()
    assert content_apart(".html", PAGE).title == "Коты"
