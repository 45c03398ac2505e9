"""Pairs -> a static dense encoder: one vector a piece, a text is their weighted mean.

No attention, so a CPU encodes thousands of passages a second. The vectors start from the
carried-over embeddings (search/training/embeddings.py), centred, reduced by PCA and weighted by
smooth inverse frequency a / (a + p) (Arora, Liang & Ma, ICLR 2017), endings at zero, and are
trained by in-batch contrast: MultipleNegativesRankingLoss of sentence-transformers.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from sentence_transformers.sentence_transformer.training_args import BatchSamplers
from tokenizers import Tokenizer

from search.training.embeddings import Matrix
from search.training.vocabulary import SPECIAL

SIF = 3e-4
"""Arora's a: pieces more frequent than this part of all pieces are damped."""


def initial_table(
    tokenizer: Tokenizer, table: Matrix, stems: set[str], texts: Iterable[str], dimension: int
) -> Matrix:
    """Piece vectors (pieces, dimension) that make a usable encoder before any training."""
    counts = Counter(
        piece for text in texts for piece in tokenizer.encode(text, add_special_tokens=False).ids
    )
    total = max(counts.total(), 1)
    frequency = np.array([counts[row] for row in range(len(table))]) / total
    rows = {piece: row for piece, row in tokenizer.get_vocab().items()}
    meaningful = np.array(
        [row for piece, row in rows.items() if piece in stems or piece.isalnum() and len(piece) > 1]
    )
    centred = table - table[meaningful].mean(axis=0)
    _, _, axes = np.linalg.svd(centred[meaningful], full_matrices=False)
    reduced = centred @ axes[:dimension].T
    reduced /= np.linalg.norm(reduced, axis=1, keepdims=True) + 1e-9
    weights = np.zeros(len(table))
    weights[meaningful] = SIF / (SIF + frequency[meaningful])
    return np.asarray(reduced * weights[:, None], np.float32)


def train_encoder(
    pairs: list[tuple[str, str]],
    tokenizer: Tokenizer,
    table: Matrix,
    to: Path,
    epochs: int = 1,
    batch: int = 512,
    learning_rate: float = 2e-3,
) -> None:
    """Train the table on (query, passage) positives and save a SentenceTransformer in fp16."""
    tokenizer.no_truncation()
    static = StaticEmbedding(tokenizer, embedding_weights=table)
    model = SentenceTransformer(modules=[static], device="cpu")
    if epochs:
        columns = {"anchor": [q for q, _ in pairs], "positive": [p for _, p in pairs]}
        SentenceTransformerTrainer(
            model=model,
            args=SentenceTransformerTrainingArguments(
                output_dir=str(to.with_name(f"{to.name}.trainer")),
                num_train_epochs=epochs,
                per_device_train_batch_size=batch,
                learning_rate=learning_rate,
                warmup_steps=0.1,
                lr_scheduler_type="linear",
                batch_sampler=BatchSamplers.NO_DUPLICATES,
                seed=42,
                save_strategy="no",
                report_to="none",
                logging_steps=20,
                use_cpu=True,
            ),
            train_dataset=Dataset.from_dict(columns),
            loss=MultipleNegativesRankingLoss(model, scale=20.0),
        ).train()
    with torch.no_grad():  # what the vocabulary can't read says nothing
        unread = [tokenizer.token_to_id(piece) for piece in SPECIAL]
        static.embedding.weight[unread] = 0.0
    model.half()
    model.save_pretrained(str(to))
