"""The whole loop for real: judge, export, train, compare, promote, roll back."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytrec_eval
from gradio_client import Client
from sentence_transformers import CrossEncoder

from search.evaluation import read_qrels
from search.judging.split import PARTS, split_set
from search.serving import serving_settings
from search.settings import ROOT, Settings
from tests.app_process import app_process

DEMO = ROOT / "data" / "demo"
JUDGED, HELD_OUT = 10, 8


@dataclass(frozen=True)
class Place:
    """A folder for everything the loop leaves behind, and the settings that lead there."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, *arguments: str, **environment: str) -> str:
        """`python -m search …`, which has to succeed; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "search", *arguments],
            cwd=ROOT,
            env=os.environ | self.environment | environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, demo_index: Path) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("loop")
    split_set(DEMO, JUDGED + HELD_OUT, folder / "whole")
    split_set(folder / "whole" / "held-out", HELD_OUT, folder / "parts")
    yield Place(
        folder,
        {
            "INDEX_DIR": str(demo_index),
            "DATABASE_URL": f"sqlite:///{folder}/judgments.sqlite",
            "SNAPSHOTS_DIR": str(folder / "snapshots"),
            "PROMOTIONS": str(folder / "promotions.jsonl"),
            "HF_HUB_OFFLINE": "1",
            "TQDM_DISABLE": "1",
        },
    )
    shutil.rmtree(folder)


def rows_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def judge_all(url: str, annotator: str, pool: str) -> int:
    """A scripted annotator at the page's API, who knows the demo's qrels; how many it judged."""
    ids = {row["text"]: row["_id"] for row in rows_of(DEMO / "queries.jsonl")}
    qrels = read_qrels(DEMO)
    client = Client(url, verbose=False)
    count = 0
    while (state := client.predict(annotator, pool, api_name="/next_task"))["task"]:
        task = state["task"]
        grade = qrels[ids[task["query"]]].get(task["passage_id"].partition("#")[0], 0)
        client.predict(annotator, pool, task["query"], task["passage_id"], grade, api_name="/judge")
        count += 1
    client.close()
    return count


def test_judgments_teach_a_reranker_that_is_compared_promoted_and_rolled_back(
    place: Place,
) -> None:
    judged_set, held_out = (str(place.folder / "parts" / part) for part in PARTS)
    made = place.run(
        "pool", "make", "первый", judged_set, "--rankers", "bm25,dense", "--depth", "5"
    )
    with app_process(place.environment) as url:
        count = judge_all(url, "Анна", "первый")
    assert f"первый: {count} passages to judge for {JUDGED} queries" in made

    qrels = place.folder / "judgments.qrels"
    place.run("judge", "export", "--format", "qrels", "--to", str(qrels))
    with qrels.open(encoding="utf-8") as stream:
        exported = pytrec_eval.parse_qrel(stream)
    true = read_qrels(DEMO)
    assert sum(map(len, exported.values())) == count
    for query, grades in exported.items():
        assert grades == {document: true[query].get(document, 0) for document in grades}

    pairs, model = place.folder / "pairs.jsonl", place.folder / "reranker"
    place.run("judge", "export", "--format", "pairs", "--to", str(pairs), "--against", held_out)
    labels = [row["label"] for row in rows_of(pairs)]
    kept_out = {passage for grades in read_qrels(Path(held_out)).values() for passage in grades}
    positives = sum(
        grade >= 2 and passage not in kept_out
        for grades in exported.values()
        for passage, grade in grades.items()
    )
    assert labels.count(1.0) == positives > 0
    embedded = Settings().reranker
    recipe = ["--teacher-share", "0", "--learning-rate", "2e-5", "--max-length", "128"]
    place.run(
        "train", "reranker", "--pairs", str(pairs), "--base", embedded, "--to", str(model), *recipe
    )
    pair = [("какова глубина Байкала", "Глубина Байкала 1642 метра.")]
    assert CrossEncoder(str(model)).predict(pair) != CrossEncoder(embedded).predict(pair)

    place.run("snapshot", "save", "before", held_out)
    place.run("snapshot", "save", "after", held_out, RERANKER=str(model))
    compared = place.run("snapshot", "diff", "before", "after", "--qrels", held_out)
    assert "reranker weights" in compared
    assert f"{HELD_OUT} judged queries (paired randomization test" in compared
    assert "p Holm" in compared

    place.run("model", "promote", str(model), "--note", "первый пул")
    assert place.run("model", "list").splitlines()[-1].endswith("(in service)")
    assert serving_settings(place.environment).reranker == str(model)
    place.run("snapshot", "save", "promoted", held_out)
    same = place.run("snapshot", "diff", "after", "promoted")
    assert f"the first 10 changed in 0 of {HELD_OUT} queries" in same
    place.run("model", "rollback")
    assert serving_settings(place.environment).reranker == embedded
