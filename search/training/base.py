"""A transformer body + a new vocabulary -> an untrained cross-encoder on disk."""

from pathlib import Path

import torch
from sentence_transformers import CrossEncoder
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    PreTrainedTokenizerFast,
)

from search.training.embeddings import Matrix
from search.training.vocabulary import Vocabulary

MAX_LENGTH = 512


def write_base(vocabulary: Vocabulary, table: Matrix, body: str, to: Path) -> None:
    """Save a CrossEncoder with `body`'s layers, `table` as word embeddings and our tokenizer.

    `table` has shape (pieces, hidden size of the body). One label, logits (Identity).
    """
    config = BertConfig.from_pretrained(body)
    config.vocab_size = table.shape[0]
    config.num_labels = 1
    config.pad_token_id = vocabulary.tokenizer.token_to_id("[PAD]")
    torch.manual_seed(42)
    model = BertForSequenceClassification(config)
    state = BertModel.from_pretrained(body).state_dict()
    state["embeddings.word_embeddings.weight"] = torch.from_numpy(table)
    model.bert.load_state_dict(state)
    to.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(to)
    fast_tokenizer(vocabulary).save_pretrained(to)
    encoder = CrossEncoder(
        str(to), num_labels=1, max_length=MAX_LENGTH, activation_fn=torch.nn.Identity()
    )
    encoder.save_pretrained(str(to))


def fast_tokenizer(vocabulary: Vocabulary) -> PreTrainedTokenizerFast:
    """The vocabulary as transformers loads it, normalizer and all."""
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=vocabulary.tokenizer,
        model_max_length=MAX_LENGTH,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    )
