"""The reference recipe, exactly: binary cross-entropy on logits with sentence-transformers.

Batch 16, 15 epochs, learning rate 5e-5 falling linearly without warm-up, AdamW without weight
decay, gradient norm 1, fp16 on a GPU, seed 42, 512 tokens, one label, a log row every 500 steps.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

import torch
from datasets import Dataset
from sentence_transformers import (
    CrossEncoder,
    CrossEncoderModelCardData,
    CrossEncoderTrainer,
    CrossEncoderTrainingArguments,
)
from sentence_transformers.cross_encoder.losses import BinaryCrossEntropyLoss

from index.encoder import missing_model
from index.errors import ModelError
from search.errors import TrainingError
from search.training.pairs import Pair
from search.training.validation import Validation

logger = logging.getLogger(__name__)

DEFAULT_BASE = "cross-encoder/ms-marco-MiniLM-L6-v2"
BATCH = 16
EPOCHS = 15
LEARNING_RATE = 5e-5
SEED = 42
MAX_LENGTH = 512
LOG_EVERY = 500


def reference_trainer(
    pairs: list[Pair], base: str, to: Path, epochs: int = EPOCHS
) -> CrossEncoderTrainer:
    """The trainer of the reference recipe over `pairs`, ready to `train`.

    Raises `TrainingError` for fewer pairs than a batch, `ModelError` for a base that can't be had.
    """
    if len(pairs) < BATCH:
        raise TrainingError(
            f"{len(pairs)} pairs are fewer than a batch of {BATCH}. Give more pairs."
        )
    half = torch.cuda.is_available()
    logger.info("precision: %s", "fp16 on the GPU" if half else "fp32, because there is no GPU")
    try:
        model = CrossEncoder(
            base,
            num_labels=1,
            max_length=MAX_LENGTH,
            activation_fn=torch.nn.Identity(),
            model_card_data=CrossEncoderModelCardData(
                language="ru", license="apache-2.0", local_files_only=True
            ),
        )
    except Exception as error:  # the libraries raise a dozen kinds for one fact: not there
        raise ModelError(missing_model("base", base, "--base", error)) from error
    columns = {
        "sentence_0": [pair.query for pair in pairs],
        "sentence_1": [pair.passage for pair in pairs],
        "label": [pair.label for pair in pairs],
    }
    return CrossEncoderTrainer(
        model=model,
        args=CrossEncoderTrainingArguments(
            output_dir=str(to.with_name(f"{to.name}.checkpoints")),
            per_device_train_batch_size=BATCH,
            per_device_eval_batch_size=BATCH,
            num_train_epochs=epochs,
            learning_rate=LEARNING_RATE,
            lr_scheduler_type="linear",
            warmup_steps=0,
            weight_decay=0.0,
            max_grad_norm=1.0,
            optim="adamw_torch",
            fp16=half,
            seed=SEED,
            logging_steps=LOG_EVERY,
            save_strategy="steps",
            save_steps=LOG_EVERY,
            save_total_limit=1,
            dataloader_pin_memory=half,
            report_to="none",
        ),
        train_dataset=Dataset.from_dict(columns),
        loss=BinaryCrossEntropyLoss(model, activation_fn=torch.nn.Identity(), pos_weight=None),
    )


def train_reference(
    pairs: list[Pair],
    base: str,
    to: Path,
    sources: list[str],
    validation: Validation | None = None,
    epochs: int = EPOCHS,
) -> None:
    """Train by the reference recipe and save the model with its card to `to`.

    A run that was killed goes on from its last checkpoint (every 500 steps).
    """
    trainer = reference_trainer(pairs, base, to, epochs)
    model = trainer.model

    def logits(query: str, passages: Sequence[str]) -> list[float]:
        pairs = [(query, passage) for passage in passages]
        return [float(logit) for logit in model.predict(pairs, show_progress_bar=False)]

    before = validation.of_model(logits) if validation else None
    checkpoints = Path(str(trainer.args.output_dir))
    trainer.train(resume_from_checkpoint=any(checkpoints.glob("checkpoint-*")))
    model.save_pretrained(str(to))
    if validation and before:
        rows = {
            "BM25": validation.of_bm25(),
            "before": before,
            "after": validation.of_model(logits),
        }
        _append_evaluation(to / "README.md", validation, rows)
    listed = "\n".join(f"- {source}" for source in sources)
    _append(to / "README.md", f"## Data Sources\n\nTrained on these pairs files:\n\n{listed}\n")


def _append_evaluation(
    card: Path, validation: Validation, rows: dict[str, dict[str, float]]
) -> None:
    metrics = list(rows["BM25"])
    lines = [
        "## Evaluation, before and after",
        "",
        f"{len(validation.queries)} queries of {validation.name}: the model alone reorders BM25's "
        "first candidates (×100).",
        "",
        "| order | " + " | ".join(metrics) + " |",
        "|---|" + "--:|" * len(metrics),
    ]
    for name, values in rows.items():
        lines.append(f"| {name} | " + " | ".join(f"{100 * values[m]:.1f}" for m in metrics) + " |")
    _append(card, "\n".join(lines) + "\n")


def _append(card: Path, section: str) -> None:
    card.write_text(card.read_text(encoding="utf-8") + "\n" + section, encoding="utf-8")
