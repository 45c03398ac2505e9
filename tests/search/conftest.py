"""A corpus small enough to rank by hand, as a BEIR folder, an index and an engine."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from index.analyzer import Analyzer
from index.build import build_index
from index.corpus import read_corpus
from index.encoder import Encoder
from search.engine import Engine
from search.settings import Settings

DOCUMENTS = (
    ("whale", "Киты", "Синий кит питается рачками. Это крупнейшее животное."),
    ("bear", "Медведи", "Бурый медведь зимой спит в берлоге."),
    ("tea", "Чай", "Чай заваривают кипятком. Зелёный чай любит воду прохладнее."),
    ("skates", "Коньки", "Лезвие коньков точат на станке."),
    ("bread", "Хлеб", "Хлеб пекут из муки, воды и дрожжей."),
)
QUERIES = (
    ("whales", "чем питается кит"),
    ("water", "вода для чая"),
    ("hippo", "бегемот"),
    ("unjudged", "медведь"),
)
QRELS = (("whales", "whale", 2), ("water", "bread", 1), ("hippo", "whale", 1))


@pytest.fixture(scope="session")
def small_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sets") / "small"
    folder.mkdir()
    corpus = [{"_id": id, "title": title, "text": text} for id, title, text in DOCUMENTS]
    queries = [{"_id": id, "text": text} for id, text in QUERIES]
    for name, rows in (("corpus.jsonl", corpus), ("queries.jsonl", queries)):
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / name).write_text("\n".join(lines), encoding="utf-8")
    judgments = [f"{query}\t{document}\t{grade}" for query, document, grade in QRELS]
    (folder / "qrels.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *judgments]))
    return folder


@pytest.fixture(scope="session")
def small_index(
    tmp_path_factory: pytest.TempPathFactory, small_set: Path, encoder: Encoder, analyzer: Analyzer
) -> Path:
    directory = tmp_path_factory.mktemp("small-index")
    build_index(read_corpus(small_set), directory, encoder, analyzer, progress=False)
    return directory


@pytest.fixture(scope="session")
def small_engine(small_index: Path, settings: Settings) -> Engine:
    return Engine.open(small_index, replace(settings, rerank_depth=3))
