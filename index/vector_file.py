"""A FAISS file -> its index, when all but its numbers is what FAISS writes for our two kinds.

FAISS trusts the sizes and kinds it reads, so a file made to harm could lead it astray. Here each
byte of the file that isn't a number (a code, a centroid) is compared before FAISS sees it.
"""

import math
import struct
from collections.abc import Iterator
from pathlib import Path

import faiss

from index.errors import IndexStoreError

MAX_DIMENSION = 65_536
_HEAD = struct.Struct("<4siq16x?4x")
"""Kind, dimension, passages, whether it is trained."""
_TRAINED = 32
_CENTROIDS = _HEAD.size + 4 * 8
"""Where the coarse index's centroids begin: behind its head, three sizes and their count."""


def empty_exact(dimension: int) -> faiss.IndexScalarQuantizer:
    """Rows in half precision, compared by inner product."""
    kind = faiss.ScalarQuantizer.QT_fp16
    return faiss.IndexScalarQuantizer(dimension, kind, faiss.METRIC_INNER_PRODUCT)


def empty_coarse(dimension: int) -> faiss.IndexPQFastScan:
    """Codes of 4 bits each, FAISS's fastest: where 4 divides the dimension, one of 4 numbers."""
    numbers = dimension // math.gcd(dimension, 4)
    return faiss.IndexPQFastScan(dimension, numbers, 4, faiss.METRIC_INNER_PRODUCT)


def open_vectors(file: Path) -> faiss.Index:
    """An IndexScalarQuantizer, or an IndexRefine that holds one; the rows stay memory-mapped.

    Raises `IndexStoreError` for a file that can't be read or has another layout.
    """
    try:
        if not _has_our_layout(file):
            raise ValueError("another layout than ours")
        index = faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)
        if isinstance(index, faiss.IndexRefine) and not index.k_factor >= 1:
            raise ValueError(f"a shortlist of {index.k_factor} times what is asked")
    except (OSError, RuntimeError, ValueError) as error:
        raise IndexStoreError(f"{file}: not a FAISS index. Build the index again.") from error
    return index


def _has_our_layout(file: Path) -> bool:
    size = file.stat().st_size
    with file.open("rb") as stream:
        head = stream.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return False
        kind, dimension, passages, _ = _HEAD.unpack(head)
        if not 1 <= dimension <= MAX_DIMENSION or not 0 <= passages <= size:
            return False
        place = 0
        for part in _layout(kind, dimension, passages):
            stream.seek(place)
            if isinstance(part, bytes) and stream.read(len(part)) != part:
                return False
            place += part if isinstance(part, int) else len(part)
    return place == size


def _layout(kind: bytes, dimension: int, passages: int) -> Iterator[bytes | int]:
    """What stands in the file, byte by byte: these very bytes, or so many that may be any."""
    if kind == b"IxRF":
        yield b"IxRF" + _counted(_written(empty_coarse(dimension)), passages)[4 : _HEAD.size]
        yield from _coarse(dimension, passages)
    yield from _exact(dimension, passages)
    if kind == b"IxRF":
        yield 4  # the length of the shortlist


def _exact(dimension: int, passages: int) -> Iterator[bytes | int]:
    written = _counted(_written(empty_exact(dimension)), passages)
    codes = 2 * dimension * passages
    yield written[:-8] + struct.pack("<q", codes)
    yield codes


def _coarse(dimension: int, passages: int) -> Iterator[bytes | int]:
    index = empty_coarse(dimension)
    written, centroids = _counted(_written(index), passages), 4 * index.pq.centroids.size()
    yield written[:_CENTROIDS]
    yield centroids
    blocks = -(-passages // index.bbs) * index.bbs
    codes = blocks * index.M2 // 2
    sizes = written[_CENTROIDS + centroids :][:12]
    yield sizes + struct.pack("<qqq", blocks, index.M2, codes)
    yield codes


def _written(index: faiss.Index) -> bytes:
    return bytes(faiss.serialize_index(index))


def _counted(written: bytes, passages: int) -> bytes:
    """What is written of an empty index, as of a trained one of so many passages."""
    head = written[:8] + struct.pack("<q", passages) + written[16:_TRAINED] + b"\x01"
    return head + written[_TRAINED + 1 :]
