"""PDF -> Content: the text layer, its wrapped lines joined again."""

import io
import logging
import re
from collections.abc import Iterator

from pypdf import PdfReader

from index.errors import CorpusError, EmptyCorpusError, reason
from index.readers.content import Content, joined, one_line

MAX_PAGES = 2_000

logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of every oddity it gets over

_HYPHENATED = re.compile(r"(?<=\w)[-\u00ad]\s*\n\s*(?=[a-zа-яё])")
_WRAPPED = re.compile(r"(?<![.!?…:;\s])[^\S\n]*\n[^\S\n]*(?=[a-zа-яё])")


def pdf_content(data: bytes) -> Content:
    """Content of the text layer; the title is the file's property.

    A file that opens without a password is read. Raises `CorpusError` for a protected or
    damaged one or more than `MAX_PAGES`, `EmptyCorpusError` for pictures of pages.
    """
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise CorpusError("protected with a password. Save it without one.")
        pages = len(reader.pages)
        if pages > MAX_PAGES:
            raise CorpusError(f"{pages} pages, the limit is {MAX_PAGES}. Split the document.")
        title = (reader.metadata and reader.metadata.title) or ""
        text = joined(_paragraphs(reader))
    except CorpusError:
        raise
    except Exception as error:  # pypdf lets whatever a damaged file causes through
        raise CorpusError(
            f"not a sound PDF ({reason(error)}). Save or print it as PDF again."
        ) from error
    if not text:
        raise EmptyCorpusError(
            f"no text on its {pages} pages; scanned, most likely. Recognise the text (OCR) first."
        )
    return Content(one_line(title), text)


def _paragraphs(reader: PdfReader) -> Iterator[str]:
    for page in reader.pages:
        yield from unwrapped(page.extract_text()).split("\n")


def unwrapped(text: str) -> str:
    """Lines joined where a sentence or a hyphenated word plainly goes on in small letters."""
    return _WRAPPED.sub(" ", _HYPHENATED.sub("", text))
