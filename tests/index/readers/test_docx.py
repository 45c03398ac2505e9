"""Real .docx files, whole, protected, damaged and hostile."""

import io
import zipfile
from pathlib import Path

import docx
import pytest

from index.errors import CorpusError
from index.readers.content import Content
from index.readers.docx import docx_content


def made(title: str = "") -> bytes:
    document = docx.Document()
    document.core_properties.title = title
    document.add_paragraph("Утверждено.")
    document.add_heading("Кот учёный", 1)
    paragraph = document.add_paragraph("Ходит ")
    paragraph.add_run("кругом").bold = True
    document.add_table(1, 2).rows[0].cells[1].text = "ячейка"
    document.add_paragraph("Конец.")
    return saved(document)


def saved(document: docx.document.Document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def with_body(data: bytes, change: dict[str, str]) -> bytes:
    """The same archive with replacements made in word/document.xml."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", 8) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/document.xml":
                xml = part.decode()
                for before, after in change.items():
                    assert before in xml
                    xml = xml.replace(before, after, 1)
                part = xml.encode()
            new.writestr(name, part)
    return stream.getvalue()


def test_paragraphs_and_tables_are_read_in_order() -> None:
    text = "Утверждено.\nКот учёный\nХодит кругом\nячейка\nКонец."
    assert docx_content(made()) == Content("Кот учёный", text)
    assert docx_content(made("Лукоморье")) == Content("Лукоморье", text)


def test_insertion_is_read_and_deletion_is_not() -> None:
    body = "<w:p><w:ins><w:r><w:t>новое</w:t></w:r></w:ins><w:del><w:r><w:delText>старое"
    body += "</w:delText></w:r></w:del></w:p><w:sectPr"
    text = docx_content(with_body(made(), {"<w:sectPr": body})).text
    assert text.endswith("Конец.\nновое")
    assert "старое" not in text


def test_a_document_without_headings_has_no_title_and_tabs_are_spaces() -> None:
    document = docx.Document()
    document.add_paragraph("кот\tпёс\nдом")
    assert docx_content(saved(document)) == Content("", "кот пёс\nдом")


def test_a_text_box_is_read_once() -> None:
    space = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = "<w:p><w:r><w:t>в рамке</w:t></w:r></w:p>"
    both = f"<mc:AlternateContent {space}><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}"
    both += "</mc:Fallback></mc:AlternateContent><w:sectPr"
    assert docx_content(with_body(made(), {"<w:sectPr": both})).text.endswith("Конец.\nв рамке")


def test_external_entity_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("тайна", encoding="utf-8")
    doctype = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>\n<w:document'
    content = docx_content(with_body(made(), {"<w:document": doctype, "Конец.": "Конец.&e;"}))
    assert content.text.endswith("Конец.")


def test_entity_bomb_is_refused() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<!DOCTYPE x [<!ENTITY e0 "кот">{entities}]>\n<w:document'
    data = with_body(made(), {"<w:document": doctype, "Конец.": "Конец.&e11;"})
    with pytest.raises(CorpusError, match="not a sound .docx .*entity"):
        docx_content(data)


def test_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(20_000_000))
    with pytest.raises(CorpusError, match=r"unpacks from \d+ to 20000000 bytes, like a zip bomb"):
        docx_content(stream.getvalue())


def test_protected_file_is_told() -> None:
    # Word keeps an encrypted document in an OLE container, which starts with these bytes.
    with pytest.raises(CorpusError, match="protected with a password, or an old .doc"):
        docx_content(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504))


@pytest.mark.parametrize("kept", [0, 10, 5_000, -30])
def test_truncated_file_is_told(kept: int) -> None:
    with pytest.raises(CorpusError, match="not a sound .docx"):
        docx_content(made()[:kept])


def test_archive_of_something_else_is_told() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("кот.txt", "кот")
    with pytest.raises(CorpusError, match="not a sound .docx"):
        docx_content(stream.getvalue())
