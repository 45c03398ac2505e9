"""A judged BEIR folder -> two: queries to judge and train on, and queries kept out of training."""

import json
import random
from collections.abc import Iterable, Mapping
from pathlib import Path

from index.corpus import jsonl_rows, read_corpus
from search.errors import JudgingError
from search.evaluation import read_qrels, read_queries
from search.judging.exports import new_path
from search.judging.trec_ids import tsv_field

PARTS = ("judge", "held-out")


def split_set(folder: Path, held_out: int, to: Path, seed: int = 42) -> None:
    """Write `to`/judge and `to`/held-out, `held_out` judged queries drawn into the second.

    Both hold the whole corpus, the queries as they stand in the set and their qrels. Raises
    `JudgingError` when one part would be empty and when `to` is there or can't be written.
    """
    qrels = read_qrels(folder)
    judged = sorted(read_queries(folder).keys() & qrels.keys())
    if not 0 < held_out < len(judged):
        raise JudgingError(
            f"--held-out {held_out}: the set has {len(judged)} judged queries. Hold out at least 1 "
            "and leave at least 1."
        )
    drawn = set(random.Random(seed).sample(judged, held_out))
    documents = list(read_corpus(folder))
    with new_path(to) as draft:
        for part, ids in zip(PARTS, (set(judged) - drawn, drawn), strict=True):
            (draft / part).mkdir(parents=True)
            rows = ({"_id": d.id, "title": d.title, "text": d.text} for d in documents)
            _write(draft / part / "corpus.jsonl", rows)
            kept = (row for _, row in jsonl_rows(_queries(folder)) if str(row.get("_id")) in ids)
            _write(draft / part / "queries.jsonl", kept)
            lines = ["query-id\tcorpus-id\tscore\n"] + [
                f"{tsv_field(query)}\t{tsv_field(document)}\t{grade}\n"
                for query, grades in qrels.items()
                if query in ids
                for document, grade in grades.items()
            ]
            (draft / part / "qrels.tsv").write_text("".join(lines), encoding="utf-8")


def _queries(folder: Path) -> Path:
    plain = folder / "queries.jsonl"
    return plain if plain.exists() else folder / "queries.jsonl.gz"


def _write(file: Path, rows: Iterable[Mapping[str, object]]) -> None:
    with file.open("w", encoding="utf-8") as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
