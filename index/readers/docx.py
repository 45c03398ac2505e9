"""DOCX -> Content, after a look at what the archive would unpack to."""

import io
import zipfile
from collections.abc import Iterator

import docx
from docx.document import Document as Docx
from docx.oxml.ns import qn

from index.errors import CorpusError, reason
from index.readers.content import Content, joined, one_line

MAX_UNPACKED_BYTES = 200_000_000
MAX_RATIO = 200
"""Unpacked to packed bytes; Word's XML packs 5 to 50 times, a zip bomb a thousand."""

_OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def docx_content(data: bytes) -> Content:
    """Content of the body with its tables and text boxes, deleted revisions left out.

    The title is the document's property, else its first Title or Heading paragraph. Raises
    `CorpusError` for a protected, damaged or bomb-like file.
    """
    if data.startswith(_OLE_MAGIC):
        raise CorpusError(
            "protected with a password, or an old .doc. Save it as .docx without a password."
        )
    try:
        _refuse_bomb(data)
        document = docx.Document(io.BytesIO(data))
        title = document.core_properties.title or _heading(document)
        return Content(one_line(title), joined(_paragraphs(document)))
    except CorpusError:
        raise
    except Exception as error:  # python-docx lets any error of zip, XML and its own through
        raise CorpusError(f"not a sound .docx ({reason(error)}). Save it again in Word.") from error


def _refuse_bomb(data: bytes) -> None:
    # zipfile never reads past the declared size, so what is declared can be relied on.
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > min(MAX_UNPACKED_BYTES, MAX_RATIO * len(data)):
        raise CorpusError(
            f"it unpacks from {len(data)} to {unpacked} bytes, like a zip bomb (limits: "
            f"{MAX_UNPACKED_BYTES} bytes, {MAX_RATIO} times). Save its text as .txt."
        )


def _heading(document: Docx) -> str:
    for paragraph in document.paragraphs:
        name = paragraph.style.name if paragraph.style else None
        if name and name.startswith(("Title", "Heading")) and paragraph.text.strip():
            return paragraph.text
    return ""


def _paragraphs(document: Docx) -> Iterator[str]:
    """Every paragraph of the body, in order."""
    # From the XML: python-docx's own text lacks content controls, insertions and text boxes.
    body = document.element.body
    for copy in list(body.iter(_FALLBACK)):  # the same text box again, for old Word
        copy.getparent().remove(copy)
    parts: list[str] = []
    for element in body.iter(qn("w:p"), qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:cr")):
        if element.tag == qn("w:t"):
            parts.append(element.text or "")
        elif element.tag == qn("w:tab"):
            parts.append(" ")
        else:
            yield "".join(parts)
            parts = []
    yield "".join(parts)
