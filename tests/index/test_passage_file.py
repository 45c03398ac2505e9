"""Passages written and read back by row."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from index.errors import IndexStoreError
from index.passage_file import PassageFile
from index.passages import Passage

TEXTS = [
    "Кот спит.",
    "",
    "раз\nдва\r\nтри\u2028четыре\x85",
    '"кавычки" \\ и \\n',
    '<b onclick="x">&amp;</b>',
    "😀👍🏽🎉",
    "й ё и\u0306",
    "слово " * 1000,
]
PASSAGES = [
    Passage(f"d{n}#2", f"d{n}", f"Заголовок «{n}»", text, n, n + len(text))
    for n, text in enumerate(TEXTS)
]


def test_every_row_is_read_back_in_any_order(tmp_path: Path) -> None:
    PassageFile.save(PASSAGES, tmp_path)
    passages = PassageFile.load(tmp_path)
    rows = [*range(len(PASSAGES)), *reversed(range(len(PASSAGES)))]
    random.Random(1).shuffle(rows)
    assert len(passages) == len(PASSAGES)
    assert [passages[row] for row in rows] == [PASSAGES[row] for row in rows]


def test_one_passage(tmp_path: Path) -> None:
    PassageFile.save(PASSAGES[:1], tmp_path)
    passages = PassageFile.load(tmp_path)
    assert (len(passages), passages[0]) == (1, PASSAGES[0])


def test_passages_are_taken_from_an_iterator(tmp_path: Path) -> None:
    PassageFile.save(iter(PASSAGES), tmp_path)
    assert len(PassageFile.load(tmp_path)) == len(PASSAGES)


def test_file_is_readable_jsonl_and_offsets_are_its_line_ends(tmp_path: Path) -> None:
    PassageFile.save(PASSAGES, tmp_path)
    lines = (tmp_path / "passages.jsonl").read_bytes().split(b"\n")
    assert lines.pop() == b""
    assert [json.loads(line)["text"] for line in lines] == TEXTS
    assert "Кот спит." in lines[0].decode()
    ends = np.cumsum([0, *(len(line) + 1 for line in lines)])
    offsets = np.load(tmp_path / "offsets.npy", allow_pickle=False)
    assert offsets.tolist() == ends.tolist()


def test_pickle_in_the_offsets_is_never_loaded(tmp_path: Path) -> None:
    PassageFile.save(PASSAGES, tmp_path)
    np.save(tmp_path / "offsets.npy", np.array([0, None], object), allow_pickle=True)
    with pytest.raises(IndexStoreError, match="Python objects in dtype|allow_pickle=False"):
        PassageFile.load(tmp_path)
