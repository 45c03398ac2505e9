"""Russian bytes in any of its code pages become the same text; other bytes are refused."""

import codecs
import random

import pytest

from index.errors import CorpusError
from index.readers.encoding import CODE_PAGES, decoded, russian_code_page

PARAGRAPH = (
    (
        "Ёжик вышел из тумана и увидел лошадь. «Если она ляжет спать, — подумал он, — она "
        "захлебнётся?» В 2024 году здесь построили мост, и Windows-95 тут ни при чём."
    )
    .replace("«", '"')
    .replace("»", '"')
    .replace("—", "-")
)


@pytest.mark.parametrize("page", CODE_PAGES)
@pytest.mark.parametrize(
    "text",
    [
        PARAGRAPH,
        PARAGRAPH.upper(),
        "Мама мыла раму.",
        "Договор аренды",
        "ПРИКАЗ О НАЗНАЧЕНИИ ОТВЕТСТВЕННЫХ",
        "The quick brown fox: быстрая лиса",
        "a" * 200_000 + " в конце файла",
    ],
)
def test_code_page_is_recognised(text: str, page: str) -> None:
    assert decoded(text.encode(page)) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("text", ["", "ы", PARAGRAPH, "日本語"])
def test_unicode_is_read_as_marked_or_proven(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


def test_big_endian_mark_is_read() -> None:
    assert decoded(codecs.BOM_UTF16_BE + PARAGRAPH.encode("utf-16-be")) == PARAGRAPH


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Größe über die Straße führt zu schönen Häusern", "latin-1"),
        ("café déjà vu", "latin-1"),
        ("Łódź, żółć, gęślą jaźń", "cp1250"),
        ("日本語のテキストです", "shift_jis"),
    ],
)
def test_text_in_another_encoding_is_refused(text: str, encoding: str) -> None:
    with pytest.raises(CorpusError, match="neither UTF-8 nor Russian .* Save the file as UTF-8"):
        decoded(text.encode(encoding))


def test_utf_8_with_one_bad_byte_is_not_taken_for_a_code_page() -> None:
    assert russian_code_page(PARAGRAPH.encode() + b"\xff") is None


def test_half_a_utf_16_letter_is_refused() -> None:
    with pytest.raises(CorpusError):
        decoded("кот".encode("utf-16")[:-1])


def test_binary_data_is_refused() -> None:
    with pytest.raises(CorpusError, match="binary data"):
        decoded(random.Random(1).randbytes(1000))
