"""A training run's state on disk: written beside, swapped in whole, read without pickle."""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands."""

    step: int
    losses: tuple[float, ...]
    """Mean loss of every logging window so far."""


def save_checkpoint(
    directory: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer, progress: Progress
) -> None:
    """Replace the checkpoint in `directory`; a kill at any moment leaves the old or the new one."""
    fresh, old = directory.with_suffix(".new"), directory.with_suffix(".old")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    save_file(
        {k: v.contiguous() for k, v in model.state_dict().items()}, fresh / "model.safetensors"
    )
    moments = {
        f"{number}.{name}": tensor.contiguous()
        for number, state in optimizer.state_dict()["state"].items()
        for name, tensor in state.items()
    }
    save_file(moments, fresh / "optimizer.safetensors")
    (fresh / "progress.json").write_text(json.dumps(asdict(progress)))
    shutil.rmtree(old, ignore_errors=True)
    if directory.exists():
        directory.rename(old)
    fresh.rename(directory)
    shutil.rmtree(old, ignore_errors=True)


def load_checkpoint(
    directory: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer
) -> Progress | None:
    """Restore model and optimizer; None when there is no checkpoint to go on from."""
    old = directory.with_suffix(".old")
    if not directory.exists() and old.exists():  # killed between the two renames
        old.rename(directory)
    if not directory.exists():
        return None
    model.load_state_dict(load_file(directory / "model.safetensors"))
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, tensor in load_file(directory / "optimizer.safetensors").items():
        number, name = key.split(".", 1)
        state.setdefault(int(number), {})[name] = tensor
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    progress = json.loads((directory / "progress.json").read_text())
    return Progress(progress["step"], tuple(progress["losses"]))
