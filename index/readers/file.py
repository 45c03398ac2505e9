"""A file of a known kind -> Content, or an error that names it."""

from collections.abc import Callable
from pathlib import Path

from index.errors import CorpusError, EmptyCorpusError
from index.readers.apart import content_apart
from index.readers.content import Content, joined
from index.readers.docx import docx_content
from index.readers.encoding import decoded
from index.readers.html import html_content
from index.readers.markdown import markdown_content
from index.readers.pdf import pdf_content

MAX_FILE_BYTES = 50_000_000

READERS: dict[str, Callable[[bytes], Content]] = {
    ".txt": lambda data: Content("", joined(decoded(data).splitlines())),
    ".md": lambda data: markdown_content(decoded(data)),
    ".html": lambda data: html_content(decoded(data)),
    ".htm": lambda data: html_content(decoded(data)),
    ".docx": docx_content,
    ".pdf": pdf_content,
}
"""By the file's suffix in small letters."""


def read_file(file: Path) -> Content:
    """Read a file with a suffix of `READERS`; without a title of its own it's named by its stem.

    Raises `CorpusError` naming the file that is too large, broken or protected, and
    `EmptyCorpusError` for one without text.
    """
    try:
        size = file.stat().st_size
        if size > MAX_FILE_BYTES:
            raise CorpusError(f"{size} bytes, the limit is {MAX_FILE_BYTES}. Split the document.")
        content = content_apart(file.suffix.lower(), file.read_bytes())
        if not content.text:
            raise EmptyCorpusError("no text in it. Fill it in or leave it out.")
    except OSError as error:
        raise CorpusError(f"{file}: can't be read ({error.strerror}). Check the path.") from error
    except CorpusError as error:
        raise type(error)(f"{file}: {error}") from error
    return Content(content.title or file.stem, content.text)
