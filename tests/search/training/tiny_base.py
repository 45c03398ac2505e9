"""A base of two layers over eight words: it learns in seconds which passage has the query's."""

from pathlib import Path

import numpy as np
import torch
from transformers import BertConfig, BertModel

from search.training.base import write_base
from search.training.vocabulary import build_vocabulary

WORDS = ["кот", "пёс", "дом", "лес", "сад", "мост", "река", "поле"]


def write_tiny_base(folder: Path) -> Path:
    """Write it, always the same, to folder/base, and the body it is made of to folder/body."""
    vocabulary = build_vocabulary([["где здесь", *WORDS]], {"the": 0}, stems=50)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=10,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
    )
    BertModel(config).save_pretrained(folder / "body")
    pieces = vocabulary.tokenizer.get_vocab_size()
    table = np.random.default_rng(0).normal(0, 0.1, (pieces, 32)).astype(np.float32)
    write_base(vocabulary, table, str(folder / "body"), folder / "base")
    return folder / "base"
