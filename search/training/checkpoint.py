"""A training run's state on disk: written beside, swapped in whole, read without pickle."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from search.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands."""

    step: int
    losses: tuple[float, ...]
    """Mean loss of every logging window so far."""
    measured: tuple[tuple[int, float], ...] = ()
    """(step, validation nDCG@10) so far."""


def replace_folder(directory: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a folder beside, then put it in `directory`'s place.

    A kill or a full disk at any moment leaves the old or the new content whole (the old one
    perhaps under the name `.old`, from where `settle_folder` brings it back). Raises
    `TrainingError` when the disk refuses.
    """
    fresh, old = _beside(directory)
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        write(fresh)
        if directory.exists():
            shutil.rmtree(old, ignore_errors=True)
            directory.rename(old)
        fresh.rename(directory)
    except Exception as error:
        settle_folder(directory)
        if not _of_the_disk(error):
            raise
        raise TrainingError(
            f"{directory}: can't be written ({error}). What was saved before is untouched; "
            "make room and start the same command again to go on from there."
        ) from error
    shutil.rmtree(old, ignore_errors=True)


def settle_folder(directory: Path) -> None:
    """What a killed `replace_folder` has left: the old content comes back, a half new one goes."""
    fresh, old = _beside(directory)
    if old.exists() and not directory.exists():  # killed between the two renames
        old.rename(directory)
    for left in (fresh, old):
        shutil.rmtree(left, ignore_errors=True)


def _of_the_disk(error: Exception) -> bool:
    """Whether it tells of a refusal of the disk: safetensors and tokenizers do so in own kinds."""
    return isinstance(error, OSError | SafetensorError) or "(os error " in str(error)


def _beside(directory: Path) -> tuple[Path, Path]:
    """Where the new content is written and where the old one is put aside."""
    return directory.with_name(directory.name + ".new"), directory.with_name(
        directory.name + ".old"
    )


def save_checkpoint(
    directory: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer, progress: Progress
) -> None:
    """Replace the checkpoint in `directory`; a kill at any moment leaves the old or the new one."""
    moments = {
        f"{number}.{name}": tensor.contiguous()
        for number, state in optimizer.state_dict()["state"].items()
        for name, tensor in state.items()
    }

    def write(folder: Path) -> None:
        weights = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
        save_file(weights, folder / "model.safetensors")
        save_file(moments, folder / "optimizer.safetensors")
        (folder / "progress.json").write_text(json.dumps(asdict(progress)))

    replace_folder(directory, write)


def load_checkpoint(
    directory: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer
) -> Progress | None:
    """Restore model and optimizer; None when there is no checkpoint to go on from."""
    settle_folder(directory)
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
    measured = tuple((step, value) for step, value in progress["measured"])
    return Progress(progress["step"], tuple(progress["losses"]), measured)
