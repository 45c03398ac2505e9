"""Our recipe for the reranker: listwise cross-entropy over a query's candidates.

The loss of a query is the cross-entropy between its labels (normalized to sum 1) and the softmax
of its logits (ListNet's top-one form, Cao et al. 2007). Through the warm-up the softmax of the
pairs' BM25 scores is a second teacher whose weight falls to zero, so the model starts at BM25's
level and the labels only have to lift it.
"""

import logging
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from sentence_transformers import CrossEncoder
from torch.nn.functional import log_softmax
from tqdm import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from search.errors import TrainingError
from search.torch_reranker import TorchReranker
from search.training.checkpoint import (
    Progress,
    load_checkpoint,
    replace_folder,
    save_checkpoint,
    settle_folder,
)
from search.training.curve import write_curve
from search.training.pairs import Pair
from search.training.query_lists import QueryList, group_by_query
from search.training.validation import Validation
from search.training.weights import save_for_shipping

logger = logging.getLogger(__name__)

BM25_TEMPERATURE = 4.0
"""BM25 scores lie some points apart; this spreads the teacher's softmax over several candidates."""
CHUNKS = 4
"""A step's pairs go through the model in that many parts, by length: less padding."""


@dataclass(frozen=True, slots=True)
class ListwiseRecipe:
    """Hyperparameters; the defaults are those of the embedded reranker."""

    epochs: int = 1
    queries_per_step: int = 8
    max_length: int = 160
    learning_rate: float = 1e-4
    embedding_learning_rate: float = 5e-4
    weight_decay: float = 0.01
    dropout: float = 0.0
    """One pass over the pairs overfits little, and a CPU pays a third of each step for dropout."""
    warm_up: float = 0.05
    teacher_share: float = 0.3
    """Part of the run over which the BM25 teacher fades."""
    seed: int = 42
    checkpoint_every: int = 100
    log_every: int = 25
    validate_every: int = 500
    patience: int = 4
    """Stop after that many validations in a row without a better one."""


def train_listwise(
    pairs: list[Pair],
    base: str,
    to: Path,
    recipe: ListwiseRecipe,
    validations: Sequence[Validation] = (),
) -> None:
    """Train `base` on `pairs` and save a CrossEncoder to `to`; resumes from `to`'s checkpoint.

    With `validations` what is saved is the state of the best mean nDCG@10 over them, and the run
    stops early when that no longer grows. `to` also gets curve.json and curve.png.
    """
    torch.manual_seed(recipe.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    encoder = CrossEncoder(
        base,
        num_labels=1,
        activation_fn=torch.nn.Identity(),
        device=device,
        config_kwargs={
            "hidden_dropout_prob": recipe.dropout,
            "attention_probs_dropout_prob": recipe.dropout,
        },
    )
    model = encoder.model
    if model is None:
        raise TrainingError(f"{base}: no transformer in this model. Give a cross-encoder as base.")
    if device == "cpu":  # the fused attention's backward pass is the slower one there
        model.set_attn_implementation("eager")
    batches = _batches(group_by_query(pairs), recipe)
    optimizer = _optimizer(model, recipe)
    checkpoint, best = (to.with_name(f"{to.name}.{part}") for part in ("checkpoint", "best"))
    for place in (best, to):
        settle_folder(place)
    # Made once and first: it keeps the head in fp32, so a resumed run must not begin without.
    measured_by = TorchReranker.around(encoder, batch_size=20) if validations else None
    progress = load_checkpoint(checkpoint, model, optimizer) or Progress(0, ())
    losses, measured, window = list(progress.losses), list(progress.measured), []
    model.train()
    bar = tqdm(total=len(batches), initial=progress.step, desc="training", unit=" steps")
    for step in range(progress.step, len(batches)):
        if _stalled(measured, recipe.patience):
            logger.info("no better validation in %d: stopped early", recipe.patience)
            break
        torch.manual_seed(recipe.seed + step)  # dropout falls alike in a resumed run
        part = step / len(batches)
        _schedule(optimizer, part, recipe.warm_up)
        share = max(0.0, 1 - part / recipe.teacher_share) if recipe.teacher_share else 0.0
        window.append(_step(model, encoder.tokenizer, batches[step], share, recipe))
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        bar.update()
        done = step + 1
        if done % recipe.log_every == 0:
            losses.append(sum(window) / len(window))
            logger.info("step %d of %d, loss %.4f", done, len(batches), losses[-1])
            window = []
        if measured_by and (done % recipe.validate_every == 0 or done == len(batches)):
            measured.append((done, mean_ndcg(measured_by, validations)))
            logger.info("step %d, validation nDCG@10 %.4f", *measured[-1])
            if measured[-1][1] == max(value for _, value in measured):
                replace_folder(best, lambda folder: save_for_shipping(encoder, folder))
            model.train()
        if done % recipe.checkpoint_every == 0 or done == len(batches):
            state = Progress(done, tuple(losses), tuple(measured))
            save_checkpoint(checkpoint, model, optimizer, state)

    def write(folder: Path) -> None:
        if validations:
            shutil.copytree(best, folder, dirs_exist_ok=True)
        else:
            save_for_shipping(encoder, folder)
        write_curve(folder, recipe.log_every, losses, measured)

    replace_folder(to, write)


def mean_ndcg(reranker: TorchReranker, validations: Sequence[Validation]) -> float:
    """Mean nDCG@10 over the sets of the order by the model alone."""
    return sum(v.of_model(reranker.logits)["ndcg@10"] for v in validations) / len(validations)


def _stalled(measured: list[tuple[int, float]], patience: int) -> bool:
    values = [value for _, value in measured]
    return len(values) > patience and max(values[-patience:]) <= max(values[:-patience])


def _batches(lists: list[QueryList], recipe: ListwiseRecipe) -> list[list[QueryList]]:
    """Seeded order; within pools of 16 steps, lists of like length share a step (less padding)."""
    shuffle = random.Random(recipe.seed)
    size = recipe.queries_per_step
    batches: list[list[QueryList]] = []
    for _ in range(recipe.epochs):
        order = shuffle.sample(lists, len(lists))
        for pool in _slices(order, 16 * size):
            pool.sort(key=lambda row: sum(map(len, row.passages)))
            grouped = list(_slices(pool, size))
            shuffle.shuffle(grouped)
            batches += grouped
    return batches


def _slices(rows: list[QueryList], size: int) -> Iterator[list[QueryList]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _optimizer(model: torch.nn.Module, recipe: ListwiseRecipe) -> torch.optim.Optimizer:
    """AdamW; the embeddings of a new vocabulary learn faster than the carried-over body."""
    words = [p for n, p in model.named_parameters() if "word_embeddings" in n]
    body = [p for n, p in model.named_parameters() if "word_embeddings" not in n]
    groups = [
        {"params": body, "lr": recipe.learning_rate, "weight_decay": recipe.weight_decay},
        {"params": words, "lr": recipe.embedding_learning_rate, "weight_decay": 0.0},
    ]
    for group in groups:
        group["peak"] = group["lr"]
    return torch.optim.AdamW(groups)


def _schedule(optimizer: torch.optim.Optimizer, part: float, warm_up: float) -> None:
    """Linear warm-up over the first `warm_up` of the run, then linear to zero."""
    factor = part / warm_up + 0.02 if part < warm_up else (1 - part) / (1 - warm_up)
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * min(factor, 1.0)


def _step(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    lists: list[QueryList],
    teacher_share: float,
    recipe: ListwiseRecipe,
) -> float:
    """Forward and backward of one batch; the mean loss of its queries."""
    device = model.device
    texts = [(row.query, passage) for row in lists for passage in row.passages]
    order = sorted(range(len(texts)), key=lambda i: len(texts[i][0]) + len(texts[i][1]))
    logits = torch.empty(len(texts), device=device)
    size = -(-len(order) // CHUNKS)
    for part in (order[start : start + size] for start in range(0, len(order), size)):
        inputs = tokenizer(
            [texts[i] for i in part],
            padding=True,
            pad_to_multiple_of=16,  # few shapes: oneDNN compiles its kernels anew for each
            truncation="longest_first",
            max_length=recipe.max_length,
            return_tensors="pt",
        ).to(device)
        with torch.autocast(device.type, torch.bfloat16):
            output = model(**inputs).logits
        logits = logits.index_copy(0, torch.tensor(part, device=device), output[:, 0].float())
    loss = torch.zeros((), device=device)
    by_query = torch.split(logits, [len(row.passages) for row in lists])
    for row, scores in zip(lists, by_query, strict=True):
        labels = torch.tensor(row.labels, device=device)
        target = labels / labels.sum()
        if teacher_share and row.lexical is not None:
            teacher = torch.tensor(row.lexical, device=device) / BM25_TEMPERATURE
            target = (1 - teacher_share) * target + teacher_share * teacher.softmax(0)
        loss = loss - (target * log_softmax(scores, 0)).sum() / len(lists)
    loss.backward()  # type: ignore[no-untyped-call]
    return float(loss.detach())
