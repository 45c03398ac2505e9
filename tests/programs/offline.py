"""The main flows, for `test_offline` to run where there is no network but loopback:

python -m tests.programs.offline FOLDER
"""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

from search.judging.pool import Pool, PoolItem
from search.judging.store import JudgmentStore
from search.settings import ROOT, Settings
from tests.app_process import app_process

DOCUMENTS = {"whale": "Синий кит питается рачками.", "tea": "Чай заваривают кипятком."}


def main(folder: Path) -> None:
    """Raises when a flow fails."""
    index, url = folder / "index", f"sqlite:///{folder}/judgments.sqlite"
    (folder / "set").mkdir()
    _write(folder / "set" / "corpus.jsonl", DOCUMENTS)
    _write(folder / "set" / "queries.jsonl", {"q": "чем питается кит"})
    settings = {
        "INDEX_DIR": str(index),
        "DATABASE_URL": url,
        "CORPUS": str(folder / "set"),
        "CORPORA_DIR": str(folder / "corpora"),
        "SNAPSHOTS_DIR": str(folder / "snapshots"),
        "HF_HUB_OFFLINE": "0",  # the guarantee does not rest on it
    }
    os.environ.update(settings)
    run("index", "build", str(folder / "set"), "--to", str(index))
    with JudgmentStore.open(url) as store:
        item = PoolItem("чем питается кит", "q", "", "whale", "whale", "h")
        store.save_pool(Pool("киты", (item,)))
    with app_process(settings) as app:
        (hits,) = call(app, "search", {"query": "чем питается кит"})
        if hits[0]["id"] != "whale":
            raise RuntimeError(f"the search found {hits[0]['id']!r} first")
        judged = {"annotator": "Мария", "pool": "киты", "query": "чем питается кит"}
        call(app, "judge", {**judged, "passage_id": "whale", "grade": 3})
        urllib.request.urlopen(app, timeout=30).read()
    run("search", "snapshot", "save", "v1", str(folder / "set"))
    run("search", "judge", "backup", str(folder / "copy"))
    pairs = (
        {"sentence_0": "чем питается кит", "sentence_1": text, "label": float(id == "whale")}
        for id, text in DOCUMENTS.items()
    )
    lines = (json.dumps(pair, ensure_ascii=False) for pair in pairs)
    (folder / "pairs.jsonl").write_text("\n".join(lines), encoding="utf-8")
    learned = ("--base", Settings().reranker, "--to", str(folder / "learned"))
    run("search", "train", "reranker", "--pairs", str(folder / "pairs.jsonl"), *learned)


def call(app: str, name: str, sent: dict[str, object]) -> list[list[dict[str, str]]]:
    """The outputs of an endpoint."""
    api, header = f"{app}/gradio_api/call", {"Content-Type": "application/json"}
    asked = urllib.request.Request(f"{api}/v2/{name}", json.dumps(sent).encode(), header)
    with urllib.request.urlopen(asked, timeout=30) as taken:
        event = json.load(taken)["event_id"]
    with urllib.request.urlopen(f"{api}/{name}/{event}", timeout=30) as answer:
        told, data = answer.read().decode().strip().split("\n\n")[-1].split("\n", 1)
    if told != "event: complete":
        raise RuntimeError(f"{name}: {told} {data}")
    found: list[list[dict[str, str]]] = json.loads(data.removeprefix("data: "))
    return found


def run(*command: str) -> None:
    """A command of the product."""
    subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True)


def _write(file: Path, rows: dict[str, str]) -> None:
    lines = (
        json.dumps({"_id": id, "title": "", "text": text}, ensure_ascii=False)
        for id, text in rows.items()
    )
    file.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
