"""One file of judgments made elsewhere, TREC qrels or BEIR's qrels.tsv, told apart by its lines."""

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from index.corpus import text_lines
from search.judging.imports import Import, Origin, read_beir_judgments, read_trec_qrels
from search.judging.known_texts import KnownTexts
from search.judging.query_set import Query


def read_qrels_file(
    file: Path, queries: Iterable[Query], texts: KnownTexts, origin: Origin
) -> Import:
    """Read it as BEIR when its first line has three fields with TABs between, else as TREC qrels.

    Raises as `search.judging.imports.read_trec_qrels` does.
    """
    first = next((line for _, line in text_lines(file) if line.strip()), "")
    if first.count("\t") != 2:
        return read_trec_qrels(file, queries, texts, origin)
    with tempfile.TemporaryDirectory() as folder:  # the reader knows the file by its place
        name = "qrels.tsv.gz" if file.suffix == ".gz" else "qrels.tsv"
        shutil.copy(file, Path(folder, name))
        return read_beir_judgments(Path(folder), queries, texts, origin)
