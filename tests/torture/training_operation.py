"""Training a small reranker: its checkpoints, its best state and the model it ends with."""

import argparse
import json
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from unittest import mock

import torch
from safetensors.torch import load
from sentence_transformers import CrossEncoder

from index.analyzer import Analyzer
from index.command import run_command
from search.training import listwise
from search.training.checkpoint import Progress, load_checkpoint, save_checkpoint
from search.training.listwise import ListwiseRecipe, train_listwise
from search.training.pairs import Pair
from search.training.validation import Validation
from tests.search.training.tiny_base import WORDS, write_tiny_base
from tests.torture.child import Child
from tests.torture.operation import Broken, tree

PAIRS = [
    Pair(f"где {word}", f"Здесь {other}.", float(word == other), 9.0 if word == other else 1.0)
    for word in WORDS
    for other in WORDS
]
EVERY = 2
"""Steps between two checkpoints; a validation comes with every one, a log line too."""
RECIPE = ListwiseRecipe(
    epochs=3,
    queries_per_step=4,
    max_length=16,
    learning_rate=5e-3,
    embedding_learning_rate=2e-2,
    checkpoint_every=EVERY,
    log_every=EVERY,
    validate_every=EVERY,
    patience=100,
)


@dataclass
class TrainingOperation:
    """`train_listwise`, which goes on from its checkpoint; with or without validations."""

    name: str
    validated: bool
    weights: dict[str, torch.Tensor] = field(default_factory=dict)
    """Those that a run nobody disturbed ends with."""
    reads_alone = True

    def prepare(self, home: Path) -> None:
        """A base to begin with; and the weights of a whole run elsewhere."""
        write_tiny_base(home)
        _write_set(home / "set")
        with tempfile.TemporaryDirectory() as other:
            whole = Path(shutil.copytree(home, Path(other) / "home"))
            child = Child(partial(self.run, whole), Path(other) / "said")
            if child.code():
                raise RuntimeError(f"no training: {child.said()}")
            self.weights = load((whole / "run" / "model.safetensors").read_bytes())

    def run(self, home: Path) -> int:
        """The training; it says the step of every checkpoint that is saved."""

        def saying(
            directory: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer, at: Progress
        ) -> None:
            save_checkpoint(directory, model, optimizer, at)
            os.write(1, f"step {at.step}\n".encode())

        def program(_: object) -> None:
            sets = [Validation.of(home / "set", Analyzer())] if self.validated else []
            with mock.patch.object(listwise, "save_checkpoint", saying):
                train_listwise(PAIRS, str(home / "base"), home / "run", RECIPE, sets)

        torch.set_num_threads(1)
        parser = argparse.ArgumentParser()
        parser.set_defaults(run=program)
        return run_command(parser, [])

    def check(self, home: Path, said: str) -> str:
        """The last checkpoint said is there, or the next; a model is the one of a whole run."""
        steps = [int(line.split()[1]) for line in said.splitlines() if line.startswith("step ")]
        step = _step_of(home)
        last = steps[-1] if steps else step
        if step % EVERY or step not in (last, last + EVERY):
            raise Broken(f"said the checkpoint of step {last}, there is that of {step}")
        if not (home / "run").exists():
            return "old"
        found = load((home / "run" / "model.safetensors").read_bytes())
        if not (home / "run" / "config.json").exists() or found.keys() != self.weights.keys():
            raise Broken("half a model")
        for name, tensor in self.weights.items():
            if not torch.equal(found[name], tensor):
                raise Broken(f"other weights than of a run nobody disturbed: {name}")
        return "new"

    def strays(self, home: Path) -> set[str]:
        """All but what it began with, the model, and what a longer run would go on from."""
        own = {"base", "body", "set", "run", "run.checkpoint", "run.best"}
        return {name for name in tree(home) if name.split("/")[0] not in own}

    def ends_with(self, state: str) -> int:
        """It can always go on."""
        return 0


def training_operations() -> list[TrainingOperation]:
    """Saving the last state, and the best."""
    return [TrainingOperation("checkpoint", False), TrainingOperation("validated", True)]


def _step_of(home: Path) -> int:
    """Of the checkpoint that a run would go on from, 0 for none; the files stay as they are."""
    with tempfile.TemporaryDirectory() as other:
        for found in home.glob("run.checkpoint*"):
            shutil.copytree(found, Path(other) / found.name)
        base = shutil.copytree(home / "base", Path(other) / "base")  # it stays mapped
        model = CrossEncoder(str(base), num_labels=1, device="cpu").model
        assert model is not None
        optimizer = listwise._optimizer(model, RECIPE)
        try:
            progress = load_checkpoint(Path(other) / "run.checkpoint", model, optimizer)
        except Exception as error:  # whatever a half file leads to
            raise Broken(f"the checkpoint can't be loaded: {error}") from error
    return progress.step if progress else 0


def _write_set(folder: Path) -> None:
    """A question for each word, answered by one document."""
    folder.mkdir()
    corpus = [{"_id": word, "text": f"Здесь {word} и {WORDS[0]}."} for word in WORDS]
    queries = [{"_id": word, "text": f"где {word} и {WORDS[0]}"} for word in WORDS]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    judged = [f"{word}\t{word}\t1" for word in WORDS]
    (folder / "qrels.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *judged]))
