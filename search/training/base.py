"""A transformer body + a new vocabulary -> an untrained cross-encoder on disk."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    PreTrainedTokenizerFast,
)

from search.errors import TrainingError
from search.training.embeddings import Matrix
from search.training.packed import PackedModel
from search.training.vocabulary import Vocabulary

MAX_LENGTH = 512


def write_base(vocabulary: Vocabulary, table: Matrix, body: str, to: Path) -> None:
    """Save a CrossEncoder with the layers of the folder `body`, stems and endings as vocabulary.

    `table` has shape (pieces, hidden size of the body). One label, logits (Identity).
    """
    config = BertConfig.from_pretrained(body)
    state = BertModel.from_pretrained(body).state_dict()
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=vocabulary.tokenizer,
        model_max_length=MAX_LENGTH,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    )
    _write(config, state, table, tokenizer, to)


def write_multilingual_base(
    model: PackedModel, tokenizer: Tokenizer, table: Matrix, layers: Sequence[int], to: Path
) -> None:
    """Save a CrossEncoder with `layers` of the packed model over a pruned vocabulary.

    `table` has shape (pieces, hidden size). The second segment starts as a copy of the first,
    the only one that the model was trained with.
    """
    config = BertConfig.from_dict(model.config.to_dict())
    config.num_hidden_layers = len(layers)
    state = {name: torch.from_numpy(array) for name, array in _renumbered(model.tensors, layers)}
    segments = state["embeddings.token_type_embeddings.weight"]
    segments[1] = segments[0]
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        model_max_length=MAX_LENGTH,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
    )
    _write(config, state, table, fast, to)


def _renumbered(tensors: Mapping[str, Matrix], layers: Sequence[int]) -> list[tuple[str, Matrix]]:
    kept = [(name, array) for name, array in tensors.items() if not name.startswith("encoder.")]
    for new, old in enumerate(layers):
        start = f"encoder.layer.{old}."
        kept += [
            (f"encoder.layer.{new}.{name.removeprefix(start)}", array)
            for name, array in tensors.items()
            if name.startswith(start)
        ]
    return kept


def _write(
    config: BertConfig,
    state: dict[str, torch.Tensor],
    table: Matrix,
    tokenizer: PreTrainedTokenizerFast,
    to: Path,
) -> None:
    config.vocab_size = table.shape[0]
    config.num_labels = 1
    config.pad_token_id = tokenizer.pad_token_id
    torch.manual_seed(42)
    model = BertForSequenceClassification(config)
    state["embeddings.word_embeddings.weight"] = torch.from_numpy(np.ascontiguousarray(table))
    missing = model.bert.load_state_dict(state, strict=False).missing_keys
    if unexpected := [name for name in missing if not name.startswith("pooler")]:
        raise TrainingError(f"The body lacks {', '.join(unexpected)}. Give a whole BERT model.")
    to.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(to)
    tokenizer.save_pretrained(to)
    encoder = CrossEncoder(
        str(to), num_labels=1, max_length=MAX_LENGTH, activation_fn=torch.nn.Identity()
    )
    encoder.save_pretrained(str(to))
