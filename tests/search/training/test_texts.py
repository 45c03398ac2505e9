import gzip
import json
from pathlib import Path

import pytest

from index.errors import CorpusError
from search.training.texts import read_texts


@pytest.mark.parametrize("name", ["texts.txt", "texts.txt.gz"])
def test_lines_of_a_text_are_read_clean(tmp_path: Path, name: str) -> None:
    data = "\ufeffКит спит \r\nмои\u0306 дом\n\nПёс".encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert list(read_texts(tmp_path / name)) == ["Кит спит", "мой дом", "", "Пёс"]
    assert list(read_texts(tmp_path / name, every=2)) == ["мой дом", "Пёс"]


def test_the_texts_of_a_row_are_read_as_one_in_a_fixed_order(tmp_path: Path) -> None:
    rows = [
        {"text": "Кит спит.", "title": "Киты", "query": "кто спит", "_id": "a", "label": 1},
        {"text": "Пёс лает.", "queries": ["кто лает", "лай"], "doc_title": "Псы"},
        {"label": 0},
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    assert list(read_texts(file)) == [
        "кто спит\nКиты\nКит спит.",
        "Псы\nПёс лает.\nкто лает\nлай",
        "",
    ]
    assert list(read_texts(file, every=2)) == ["кто спит\nКиты\nКит спит.", ""]


def test_a_broken_row_is_named(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "кит"}\n{"text": \n', encoding="utf-8")
    with pytest.raises(CorpusError, match=r"rows\.jsonl:2: not valid JSON"):
        list(read_texts(file))
