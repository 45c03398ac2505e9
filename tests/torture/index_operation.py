"""`python -m index build`, `add` and `remove` on an index that answers before and after."""

import json
import shutil
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from index.__main__ import main
from index.errors import RetrievalError
from index.store import Manifest, current_generation
from search.engine import Engine
from search.models import Models
from search.settings import ROOT, Settings
from tests.torture.operation import Broken, tree

ASKED = (0, 8, 15)
"""Rows whose titles are the queries: one that `remove` takes away, one that stays, a new one."""
Answers = list[tuple[str, dict[str, float | None]]]
"""Passage id and each stage's score, best first."""


@dataclass
class IndexOperation:
    """One of the three commands; the answers before and after are taken from whole runs."""

    name: str
    arguments: tuple[str, ...]
    """Of the command; HOME stands for the folder."""
    from_nothing: bool = False
    """Before it there is no index."""
    answers: dict[str, Answers] = field(default_factory=dict)
    reads_alone = True

    def prepare(self, home: Path) -> None:
        """An index of the first rows; and files with others."""
        rows = _rows()
        for name, part in (("old", rows[:12]), ("more", rows[12:]), ("all", rows)):
            (home / f"{name}.jsonl").write_text("\n".join(part) + "\n", encoding="utf-8")
        with tempfile.TemporaryDirectory() as other:
            if not self.from_nothing:
                main(["build", f"{home}/old.jsonl", "--to", f"{home}/index"])
                self.answers["old"] = _answers(home)
            after = Path(shutil.copytree(home, Path(other) / "home"))
            self.run(after)
            self.answers["new"] = _answers(after)
        if self.answers.get("old") == self.answers["new"]:
            raise RuntimeError(f"{self.name} changes no answer: it can't be watched")

    def run(self, home: Path) -> int:
        """The command line itself."""
        return main([argument.replace("HOME", str(home)) for argument in self.arguments])

    def check(self, home: Path, said: str) -> str:
        """Every file has its hash, and the answers are those of before or of after."""
        try:
            found = _answers(home)
        except RetrievalError as error:
            if self.from_nothing and "no index there" in str(error):
                return "old"
            raise Broken(f"no index in use: {error}") from error
        for state, answers in self.answers.items():
            if found == answers:
                return state
        raise Broken("other answers than before and after")

    def strays(self, home: Path) -> set[str]:
        """All but CURRENT, the lock and the files of the generation in use."""
        own = {"build.lock", "generations"}
        if (home / "index" / "CURRENT").exists():
            generation = current_generation(home / "index")
            inside = {"manifest.json", *Manifest.read(generation).files}
            own |= {"CURRENT", *(f"generations/{generation.name}/{name}" for name in inside)}
        own |= {str(folder) for name in own for folder in Path(name).parents}
        return set(tree(home / "index")) - own

    def ends_with(self, state: str) -> int:
        """What was added or removed can't be so again; a build can."""
        return int(state == "new" and self.name in ("add", "remove"))


def index_operations() -> list[IndexOperation]:
    """All three; the build also where nothing is yet."""
    gone = [json.loads(row)["_id"] for row in _rows()[:3]]
    build = ("build", "HOME/all.jsonl", "--to", "HOME/index")
    return [
        IndexOperation("first build", build, from_nothing=True),
        IndexOperation("build", build),
        IndexOperation("add", ("add", "HOME/more.jsonl", "--to", "HOME/index")),
        IndexOperation("remove", ("remove", *gone, "--from", "HOME/index")),
    ]


@cache
def _rows() -> list[str]:
    corpus = ROOT / "data" / "demo" / "corpus.jsonl"
    return corpus.read_text(encoding="utf-8").splitlines()[:18]


@cache
def _models() -> Models:
    return Models.open(Settings())


def _answers(home: Path) -> Answers:
    engine = Engine.open(home / "index", Settings(), _models())
    return [
        (hit.passage.id, {name: stage.score for name, stage in hit.stages.items()})
        for row in ASKED
        for hit in engine.search(json.loads(_rows()[row])["title"], 5).hits
    ]
