import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from search.errors import TrainingError
from search.training.checkpoint import Progress, load_checkpoint, replace_folder, save_checkpoint

WRITER = r"""
import os, sys, torch
from pathlib import Path
from search.training.checkpoint import Progress, save_checkpoint
model = torch.nn.Linear(200, 200)
optimizer = torch.optim.AdamW(model.parameters())
for _ in sys.stdin:
    if os.fork():
        os.wait()
        os.write(1, b"killed\n")
        continue
    os.write(1, b"%d\n" % os.getpid())
    for step in range(1, 100_000):
        with torch.no_grad():
            model.weight.fill_(step)
        save_checkpoint(Path(sys.argv[1]), model, optimizer, Progress(step, (0.5,)))
        os.write(1, b"%d\n" % step)  # whole lines: a kill may come between two writes of print
"""
"""Begins a new run at each line: the libraries, which take seconds, are imported once."""


def blank() -> tuple[torch.nn.Linear, torch.optim.Optimizer]:
    model = torch.nn.Linear(200, 200)
    return model, torch.optim.AdamW(model.parameters())


def test_a_checkpoint_brings_back_model_optimizer_and_progress(tmp_path: Path) -> None:
    model, optimizer = blank()
    model(torch.ones(200)).sum().backward()
    optimizer.step()
    progress = Progress(7, (0.9, 0.4), ((5, 0.61),))
    save_checkpoint(tmp_path / "run.checkpoint", model, optimizer, progress)
    other, fresh = blank()
    assert load_checkpoint(tmp_path / "run.checkpoint", other, fresh) == progress
    torch.testing.assert_close(other.weight, model.weight)
    for number, state in optimizer.state_dict()["state"].items():
        for name, tensor in state.items():
            torch.testing.assert_close(fresh.state_dict()["state"][number][name], tensor)


def test_no_checkpoint_is_no_progress(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path / "none", *blank()) is None


def test_a_kill_at_any_moment_leaves_a_whole_checkpoint(tmp_path: Path) -> None:
    draw = random.Random(5)
    directory = tmp_path / "run.checkpoint"
    command = [sys.executable, "-c", WRITER, str(directory)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdin and writer.stdout
        for _ in range(10):
            print(file=writer.stdin, flush=True)
            run, acknowledged = (int(writer.stdout.readline()) for _ in range(2))
            time.sleep(draw.uniform(0.0, 0.1))
            os.kill(run, signal.SIGKILL)
            for line in iter(writer.stdout.readline, "killed\n"):
                acknowledged = int(line)
            model, optimizer = blank()
            progress = load_checkpoint(directory, model, optimizer)
            assert progress is not None
            assert progress.step in (acknowledged, acknowledged + 1)
            assert model.weight.detach().unique().tolist() == [progress.step]


def test_a_full_disk_is_told_and_the_last_checkpoint_stays(tmp_path: Path) -> None:
    model, optimizer = blank()
    directory = tmp_path / "run.checkpoint"
    save_checkpoint(directory, model, optimizer, Progress(1, ()))
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limit[1]))  # a model has 160,000 bytes
    try:
        with pytest.raises(TrainingError, match=r"run.checkpoint: can't be written .* go on"):
            save_checkpoint(directory, model, optimizer, Progress(2, ()))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    progress = load_checkpoint(directory, *blank())
    assert progress is not None and progress.step == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.checkpoint"]


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "leftover").write_text("old")
    replace_folder(target, lambda folder: (folder / "weights").write_text("new"))
    assert [path.name for path in target.iterdir()] == ["weights"]
