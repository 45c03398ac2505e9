"""Training pairs: (sentence_0 = query, sentence_1 = passage, label in [0, 1]) as JSONL.

The one format between mining, exported judgments and every training recipe. A fourth, optional
column `lexical` keeps the BM25 score of the pair, which a warm-up can learn from.
"""

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from index.corpus import jsonl_rows
from search.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Pair:
    """A query, a passage and whether the one answers the other."""

    query: str
    passage: str
    label: float
    lexical: float | None = None


def read_pairs(file: Path) -> list[Pair]:
    """Read a pairs file; raises `TrainingError` naming the line and what is wrong there."""
    pairs = [_pair(row, f"{file}:{line}") for line, row in jsonl_rows(file)]
    labels = {pair.label > 0.5 for pair in pairs}
    if len(labels) < 2:
        found = (
            "no rows" if not labels else f"only labels {'above' if True in labels else 'up to'} 0.5"
        )
        raise TrainingError(f"{file}: {found}. Training needs positives and negatives.")
    return pairs


def write_pairs(pairs: Iterable[Pair], file: Path) -> None:
    """Write a pairs file, gzip-compressed (with no time stamp in it) when it ends in .gz."""
    lines = []
    for pair in pairs:
        row = {"sentence_0": pair.query, "sentence_1": pair.passage, "label": pair.label}
        if pair.lexical is not None:
            row["lexical"] = round(pair.lexical, 3)
        lines.append(json.dumps(row, ensure_ascii=False))
    content = ("\n".join(lines) + "\n").encode()
    file.write_bytes(gzip.compress(content, mtime=0) if file.suffix == ".gz" else content)


def _pair(row: dict[str, object], place: str) -> Pair:
    missing = [name for name in ("sentence_0", "sentence_1", "label") if name not in row]
    if missing:
        raise TrainingError(
            f"{place}: no column {', '.join(missing)}. Expected sentence_0, sentence_1, label."
        )
    query, passage, label = row["sentence_0"], row["sentence_1"], row["label"]
    if (
        not isinstance(query, str)
        or not isinstance(passage, str)
        or not query.strip()
        or not passage.strip()
    ):
        raise TrainingError(f"{place}: sentence_0 and sentence_1 must be text that isn't empty.")
    if not isinstance(label, int | float) or not 0 <= label <= 1:
        raise TrainingError(f"{place}: label {label!r} is not a number from 0 to 1.")
    lexical = row.get("lexical")
    return Pair(
        query, passage, float(label), float(lexical) if isinstance(lexical, int | float) else None
    )


def statistics(pairs: list[Pair]) -> str:
    """Size, label balance and characters of each column, as the model card tells them."""
    if not pairs:
        return "0 pairs"
    labels = [pair.label for pair in pairs]
    lines = [f"{len(pairs)} pairs, {100 * sum(labels) / len(labels):.1f} % positive (mean label)"]
    for column, texts in (
        ("sentence_0", [pair.query for pair in pairs]),
        ("sentence_1", [pair.passage for pair in pairs]),
    ):
        sizes = [len(text) for text in texts]
        mean = sum(sizes) / len(sizes)
        lines.append(f"{column}: {min(sizes)} to {max(sizes)} characters, mean {mean:.1f}")
    return "\n".join(lines)
