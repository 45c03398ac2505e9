"""A file is read by its ending; what is wrong with it is told with its name."""

import os
from pathlib import Path

import pytest

from index.errors import CorpusError, EmptyCorpusError
from index.readers.content import Content
from index.readers.file import MAX_FILE_BYTES, READERS, read_file


@pytest.mark.parametrize("name", ["кот.html", "кот.HTM", "кот.md", "кот.txt"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251", "koi8-r", "cp866"])
def test_text_file_without_a_title_is_named_by_its_stem(
    tmp_path: Path, name: str, encoding: str
) -> None:
    file = tmp_path / name
    file.write_bytes("Кот учёный ходит по цепи кругом.".encode(encoding))
    assert read_file(file) == Content("кот", "Кот учёный ходит по цепи кругом.")


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html"])
def test_file_without_text_is_told(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"пусто{suffix}"
    file.write_bytes(b"\xef\xbb\xbf \n")
    with pytest.raises(EmptyCorpusError) as caught:
        read_file(file)
    assert str(caught.value) == f"{file}: no text in it. Fill it in or leave it out."


@pytest.mark.parametrize("suffix", READERS)
def test_binary_data_under_any_ending_is_told(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"фото{suffix}"
    file.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    with pytest.raises(CorpusError) as caught:
        read_file(file)
    assert str(caught.value).startswith(f"{file}: ")


def test_too_large_file_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "много.txt"
    file.touch()
    os.truncate(file, MAX_FILE_BYTES + 1)
    with pytest.raises(CorpusError) as caught:
        read_file(file)
    assert str(caught.value) == (
        f"{file}: {MAX_FILE_BYTES + 1} bytes, the limit is {MAX_FILE_BYTES}. Split the document."
    )


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="No such file or directory"):
        read_file(tmp_path / "нет.pdf")
