"""Real PDFs written here byte by byte: whole, encrypted, scanned, truncated."""

import io
import zlib

import pytest
from pypdf import PdfReader, PdfWriter

from index.errors import CorpusError, EmptyCorpusError
from index.readers.content import Content
from index.readers.pdf import MAX_PAGES, pdf_content, unwrapped


def made(*pages: list[str], title: str = "") -> bytes:
    """A PDF of these lines; letters are numbered and named by a ToUnicode map, as in real ones."""
    letters = sorted({letter for lines in pages for line in lines for letter in line})
    codes = {letter: code for code, letter in enumerate(letters, 1)}
    names = "".join(f"<{code:02x}> <{ord(letter):04x}>\n" for letter, code in codes.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin begincmap\n1 begincodespacerange <00> <ff> "
        f"endcodespacerange\n{len(codes)} beginbfchar\n{names}endbfchar\nendcmap end"
    )
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 4 0 R >>",
        stream(cmap),
    ]
    for number, lines in enumerate(pages):
        shown = "".join(
            f"<{''.join(f'{codes[letter]:02x}' for letter in line)}> Tj 0 -20 Td\n"
            for line in lines
        )
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font "
            f"<< /F 3 0 R >> >> /Contents {6 + 2 * number} 0 R >>".encode()
        )
        objects.append(stream(f"BT /F 12 Tf 50 700 Td\n{shown}ET"))
    objects.append(f"<< /Title <feff{title.encode('utf-16-be').hex()}> >>".encode())
    data, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size "
        f"{len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n{len(data)}\n%%EOF"
    )
    return data + trailer.encode()


def stream(content: str) -> bytes:
    packed = zlib.compress(content.encode())
    head = f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
    return head + packed + b"\nendstream"


def encrypted(data: bytes, password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(password, owner_password="владелец", algorithm="AES-256")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


PAGES = ["Кот учёный", "ходит по це-", "пи кругом."], ["Конец."]
CONTENT = Content("Лукоморье", "Кот учёный ходит по цепи кругом.\nКонец.")


def test_pages_are_read_in_order_with_wrapped_lines_joined() -> None:
    assert pdf_content(made(*PAGES, title="Лукоморье")) == CONTENT


def test_file_that_opens_without_a_password_is_read() -> None:
    assert pdf_content(encrypted(made(*PAGES, title="Лукоморье"), "")) == CONTENT


def test_password_is_told() -> None:
    with pytest.raises(CorpusError, match="protected with a password. Save it without one."):
        pdf_content(encrypted(made(*PAGES), "тайна"))


def test_scan_is_told() -> None:
    with pytest.raises(EmptyCorpusError, match="no text on its 2 pages; scanned, most likely"):
        pdf_content(made([], []))


@pytest.mark.parametrize("kept", [0, 8, 300, -10])
def test_truncated_file_is_told(kept: int) -> None:
    with pytest.raises(CorpusError, match="not a sound PDF"):
        pdf_content(made(*PAGES)[:kept])


def test_too_many_pages_are_refused() -> None:
    with pytest.raises(CorpusError, match=f"{MAX_PAGES + 1} pages, the limit is {MAX_PAGES}."):
        pdf_content(made(*[["кот"]] * (MAX_PAGES + 1)))


@pytest.mark.parametrize(
    ("lines", "paragraphs"),
    [
        ("электро-\nстанция", "электростанция"),
        ("раз,\n  два", "раз, два"),
        ("Конец.\nначало", "Конец.\nначало"),
        ("Глава 1\nКот", "Глава 1\nКот"),
        ("раз\n\nдва", "раз\n\nдва"),
        ("виды:\nкот", "виды:\nкот"),
        ("Санкт-\nПетербург", "Санкт-\nПетербург"),
    ],
)
def test_lines_are_joined_where_a_sentence_goes_on(lines: str, paragraphs: str) -> None:
    assert unwrapped(lines) == paragraphs
