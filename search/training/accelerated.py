"""Listwise training on a GPU from token lists: large steps, a clock as budget, a teacher if given.

Needs torch, transformers, safetensors and numpy only, so that it runs on a lent machine::

    python -m search.training.accelerated --lists lists.npz --base FOLDER --to FOLDER --seconds 300
    … --teacher FOLDER --layers 1 3 5 7 9 11      # a smaller model learns from a larger one

The loss is `search.training.listwise`'s; with a teacher half of it is the divergence from the
teacher's softmax over the same candidates (Hinton, Vinyals & Dean 2015, arXiv 1503.02531).
"""

import argparse
import json
import logging
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn.functional import kl_div, log_softmax
from transformers import AutoConfig, AutoModelForSequenceClassification, PreTrainedModel

from search.errors import TrainingError
from search.training.token_batches import Batches
from search.training.token_lists import MISSING, TokenLists

logger = logging.getLogger(__name__)

TEMPERATURE = 2.0
LEAST_LOG = -1e4
"""Stands for the log of a missing candidate's share, which a product with 0 must survive."""


@dataclass(frozen=True, slots=True)
class AcceleratedRecipe:
    """Hyperparameters; the defaults are those of the embedded reranker."""

    seconds: float = 300.0
    """The learning rate falls to zero by this time, or after `epochs` if they are over before."""
    epochs: int = 6
    lists_per_step: int = 64
    parts: int = 4
    """A step's pairs go through the model in that many parts, by length: less padding."""
    max_length: int = 320
    learning_rate: float = 1.5e-4
    embedding_learning_rate: float = 3e-4
    weight_decay: float = 0.01
    dropout: float = 0.1
    warm_up: float = 0.04
    seed: int = 42
    checkpoint_seconds: float = 100.0


def train(
    model: PreTrainedModel,
    batches: Batches,
    recipe: AcceleratedRecipe,
    to: Path,
    taught: Tensor | None = None,
) -> None:
    """Train on all lists and save to `to` every `checkpoint_seconds` and at the end.

    `taught` are a teacher's logits, shape (lists, candidates). Raises `TrainingError` when there
    is not one step to make.
    """
    torch.manual_seed(recipe.seed)
    steps = recipe.epochs * (len(batches.lists.queries) // recipe.lists_per_step)
    optimizer = _optimizer(model, recipe)
    model.train()
    start = saved = time.monotonic()
    losses: list[Tensor] = []
    tokens = 0
    for step, rows in enumerate(_steps(batches, recipe)):
        part = max((time.monotonic() - start) / recipe.seconds, step / steps)
        if part >= 1:
            break
        factor = min(part / recipe.warm_up, 1.0) * (1 - part)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        losses.append(_step(model, batches, rows, recipe, taught))
        tokens += int(batches.pair_lengths[rows].sum())
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if step % 50 == 49:
            logger.info(
                "step %d of %d (%.0f %%), loss %.4f, %.0f tokens/s",
                step + 1,
                steps,
                100 * part,
                float(torch.stack(losses[-50:]).mean()),
                tokens / (time.monotonic() - start),
            )
        if time.monotonic() - saved > recipe.checkpoint_seconds:
            save(model, to)
            saved = time.monotonic()
    if not losses:
        raise TrainingError(
            f"{len(batches.lists.queries)} lists, {recipe.lists_per_step} a step, "
            f"{recipe.seconds} seconds: not one step. Give more lists or time, or smaller steps."
        )
    save(model, to)
    curve = [float(loss) for loss in torch.stack(losses)]
    (to / "curve.json").write_text(json.dumps([round(loss, 4) for loss in curve]))
    logger.info("%d steps, %d tokens, %.0f s", len(losses), tokens, time.monotonic() - start)


def logits_of(
    model: PreTrainedModel, batches: Batches, tokens_per_part: int, half: bool = False
) -> Tensor:
    """The model's logits for all pairs, shape (lists, candidates), -inf where one is missing.

    `half`: products in fp16, a quarter of the time and logits within some hundredths.
    """
    model.eval()  # type: ignore[no-untyped-call]
    shape = batches.lists.passages.shape
    found = torch.full(shape, -torch.inf, device=model.device)
    rows, columns = np.nonzero(batches.lists.passages != MISSING)
    order = np.argsort(batches.pair_lengths[rows, columns], kind="stable")
    rows, columns = rows[order], columns[order]
    with torch.inference_mode():
        for part in _parts(batches.pair_lengths[rows, columns], tokens_per_part):
            inputs = batches.inputs(rows[part], columns[part])
            with torch.autocast(model.device.type, torch.float16, enabled=half):
                output = model(**inputs).logits[:, 0].float()
            at = torch.from_numpy(rows[part]), torch.from_numpy(columns[part])
            found[at[0].to(found.device), at[1].to(found.device)] = output
    return found


def load(folder: Path, device: torch.device, dropout: float = 0.0) -> PreTrainedModel:
    """A cross-encoder's transformer, in fp32 whatever its file holds."""
    model: PreTrainedModel = AutoModelForSequenceClassification.from_pretrained(
        folder,
        dtype=torch.float32,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=0.0,
        attn_implementation="sdpa",
    )
    model.to(device)  # type: ignore[arg-type]
    return model


def keep_layers(folder: Path, layers: list[int], to: Path) -> None:
    """Write the model of `folder` with these of its layers only; `to` is there."""
    weights = load_file(folder / "model.safetensors")
    kept = {}
    for name, tensor in weights.items():
        if ".layer." not in name:
            kept[name] = tensor
            continue
        before, _, after = name.partition(".layer.")
        number, _, rest = after.partition(".")
        if int(number) in layers:
            kept[f"{before}.layer.{layers.index(int(number))}.{rest}"] = tensor
    config = AutoConfig.from_pretrained(folder)
    config.num_hidden_layers = len(layers)
    config.save_pretrained(to)
    save_file(kept, to / "model.safetensors", metadata={"format": "pt"})


def save(model: PreTrainedModel, to: Path) -> None:
    """Weights in fp16 with their configuration."""
    half = {name: tensor.half().cpu().contiguous() for name, tensor in model.state_dict().items()}
    save_file(half, to / "model.safetensors", metadata={"format": "pt"})
    model.config.save_pretrained(to)


def _steps(batches: Batches, recipe: AcceleratedRecipe) -> Iterator[NDArray[np.int64]]:
    """Rows of each step; within pools of 32 steps lists of like length stand together."""
    draw = np.random.default_rng(recipe.seed)
    size = recipe.lists_per_step
    longest = batches.pair_lengths.max(axis=1)
    for _ in range(recipe.epochs):
        order = draw.permutation(len(longest))
        for start in range(0, len(order), 32 * size):
            pool = order[start : start + 32 * size]
            pool = pool[np.argsort(longest[pool], kind="stable")]
            steps = [pool[at : at + size] for at in range(0, len(pool), size)]
            for number in draw.permutation(len(steps)):
                if len(steps[number]) == size:
                    yield steps[number]


def _parts(lengths: NDArray[np.int64], tokens: int) -> Iterator[slice]:
    """Slices of about that many tokens, counting padding; `lengths` rise."""
    start = 0
    while start < len(lengths):
        end = start + 1
        while end < len(lengths) and lengths[end] * (end + 1 - start) <= tokens:
            end += 1
        yield slice(start, end)
        start = end


def _step(
    model: PreTrainedModel,
    batches: Batches,
    rows: NDArray[np.int64],
    recipe: AcceleratedRecipe,
    taught: Tensor | None,
) -> Tensor:
    """Forward and backward of one step; the mean loss of its queries."""
    at, columns = np.nonzero(batches.lists.passages[rows] != MISSING)
    order = np.argsort(batches.pair_lengths[rows[at], columns], kind="stable")
    outputs = []
    for part in np.array_split(order, recipe.parts):
        inputs = batches.inputs(rows[at[part]], columns[part])
        with torch.autocast(model.device.type, torch.bfloat16):
            outputs.append(model(**inputs).logits[:, 0].float())
    logits = torch.full(batches.lists.passages[rows].shape, -torch.inf, device=model.device)
    logits[torch.from_numpy(at[order]), torch.from_numpy(columns[order])] = torch.cat(outputs)
    labels = torch.from_numpy(batches.lists.labels[rows]).to(model.device)
    target = labels / labels.sum(dim=1, keepdim=True)
    log_shares = log_softmax(logits, 1).clamp(min=LEAST_LOG)
    loss = -(target * log_shares).sum(dim=1).mean()
    if taught is not None:
        wanted = log_softmax(taught[torch.from_numpy(rows)] / TEMPERATURE, 1).clamp(min=LEAST_LOG)
        found = log_softmax(logits / TEMPERATURE, 1).clamp(min=LEAST_LOG)
        divergence = kl_div(found, wanted, reduction="none", log_target=True).sum(dim=1).mean()
        loss = 0.5 * loss + 0.5 * TEMPERATURE**2 * divergence
    loss.backward()  # type: ignore[no-untyped-call]
    return loss.detach()


def _optimizer(model: PreTrainedModel, recipe: AcceleratedRecipe) -> torch.optim.Optimizer:
    groups: list[dict[str, object]] = [
        {"params": [], "peak": recipe.learning_rate, "weight_decay": recipe.weight_decay},
        {"params": [], "peak": recipe.embedding_learning_rate, "weight_decay": 0.0},
    ]
    for name, parameter in model.named_parameters():
        groups["word_embeddings" in name]["params"].append(parameter)  # type: ignore[attr-defined]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, fused=model.device.type == "cuda")


def main(arguments: list[str]) -> None:
    """Train as the module's heading says, then print the order of `--check` lists in figures."""
    parser = argparse.ArgumentParser(prog="python -m search.training.accelerated")
    parser.add_argument("--lists", type=Path, required=True, metavar="FILE")
    parser.add_argument("--base", type=Path, required=True, metavar="DIR")
    parser.add_argument("--teacher", type=Path, metavar="DIR")
    parser.add_argument("--layers", type=int, nargs="+", help="layers of the base to keep")
    parser.add_argument("--check", type=Path, nargs="*", default=[], metavar="FILE")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--lists-per-step", type=int, default=64)
    parser.add_argument("--learning-rate", type=float, default=1.5e-4)
    parser.add_argument("--to", type=Path, required=True, metavar="DIR")
    options = parser.parse_args(arguments)
    recipe = AcceleratedRecipe(
        seconds=options.seconds,
        epochs=options.epochs,
        lists_per_step=options.lists_per_step,
        learning_rate=options.learning_rate,
        embedding_learning_rate=2 * options.learning_rate,
    )
    options.to.mkdir(parents=True, exist_ok=True)
    torch.set_float32_matmul_precision("high")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    batches = Batches(TokenLists.read(options.lists), device, recipe.max_length)
    checks = [Batches(TokenLists.read(file), device, 512) for file in options.check]
    taught = None
    if options.teacher:
        taught = logits_of(load(options.teacher, device), batches, 131_072, half=True)
        logger.info("teacher: %.4f of its first candidates are right", _right(taught, batches))
    base = options.base
    if options.layers:
        keep_layers(base, options.layers, options.to)
        base = options.to
    model = load(base, device, recipe.dropout)
    _check(model, checks, options, "before")
    train(model, batches, recipe, options.to, taught)
    for file in options.base.glob("*.json"):  # the tokenizer's, when the base has one
        if not (options.to / file.name).exists():
            shutil.copy(file, options.to)
    _check(model, checks, options, "after")


def _check(
    model: PreTrainedModel, checks: list[Batches], options: argparse.Namespace, when: str
) -> None:
    for file, batches in zip(options.check, checks, strict=True):
        logits = logits_of(model, batches, 131_072)
        np.save(options.to / f"{file.stem}.{when}.npy", logits.cpu().numpy().astype(np.float32))
        logger.info("%s, %s: MRR %.4f", when, file.stem, _reciprocal_rank(logits, batches))


def _right(logits: Tensor, batches: Batches) -> float:
    labels = torch.from_numpy(batches.lists.labels).to(logits.device)
    return float((labels.gather(1, logits.argmax(1, keepdim=True)) > 0).float().mean())


def _reciprocal_rank(logits: Tensor, batches: Batches) -> float:
    """Mean over the lists that hold a relevant candidate."""
    labels = torch.from_numpy(batches.lists.labels).to(logits.device)
    order = logits.argsort(dim=1, descending=True)
    relevant = labels.gather(1, order) > 0
    held = relevant.any(dim=1)
    first = relevant[held].float().argmax(dim=1) + 1
    return float((1 / first).mean())


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    main(sys.argv[1:])
