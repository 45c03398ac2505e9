from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer
from transformers import BertConfig

from search.training import pruning
from search.training.base import write_multilingual_base
from search.training.embeddings import Matrix
from search.training.packed import PackedModel
from search.training.pruning import SPECIAL, prune

Pruned = tuple[Tokenizer, Matrix]
WORDS = ["▁озеро", "▁оз", "еро", "▁глубин", "а", "▁Tokyo", "東京", "▁май", "▁маи"]


@pytest.fixture(scope="module")
def packed() -> PackedModel:
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -4.0)]
    pieces += [(word, -5.0 - number / 100) for number, word in enumerate(WORDS)]
    pieces += [(letter, -9.0) for letter in "озергбинуйм"]
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=8,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=512,
    )
    from transformers import BertModel

    body = BertModel(config, add_pooling_layer=False)
    tensors = {name: tensor.numpy() for name, tensor in body.state_dict().items()}
    return PackedModel(config, tensors, pieces, 0, 2, 1, 3)


@pytest.fixture(scope="module")
def pruned(packed: PackedModel) -> Pruned:
    return prune(packed, [["озеро глубина озеро", "май"], ["озеро"]], keep=10_000)


def test_only_pieces_of_the_texts_are_kept_with_their_embeddings(
    packed: PackedModel, pruned: Pruned
) -> None:
    tokenizer, table = pruned
    vocabulary = tokenizer.get_vocab()
    assert "▁озеро" in vocabulary and "東京" not in vocabulary and "▁Tokyo" not in vocabulary
    old = packed.tensors["embeddings.word_embeddings.weight"]
    np.testing.assert_array_equal(table[vocabulary["▁озеро"]], old[5])
    assert [tokenizer.id_to_token(number) for number in range(5)] == SPECIAL


def test_a_piece_counts_as_often_however_its_texts_are_batched(
    packed: PackedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["озеро глубина", "озеро", "май май май", "глубина озеро"]
    whole = prune(packed, [texts], keep=10_000)[0].to_str()
    for size in (1, 2, 3):
        monkeypatch.setattr(pruning, "BATCH", size)
        assert prune(packed, [texts], keep=10_000)[0].to_str() == whole


def test_a_dropped_word_is_spelled_and_nothing_printable_is_unknown(pruned: Pruned) -> None:
    tokenizer, _ = pruned
    text = "Ёж съел «щавель» — 5 °C, №7; Tokyo ½ ₽"
    assert "<unk>" not in tokenizer.encode(text).tokens


def test_short_i_stays_a_letter_and_yo_folds(pruned: Pruned) -> None:
    tokenizer, _ = pruned
    assert tokenizer.encode("май").ids != tokenizer.encode("маи").ids
    assert tokenizer.encode("мёд").ids == tokenizer.encode("мед").ids
    decomposed = "ма" + "\u0438\u0306"
    assert tokenizer.encode(decomposed).ids == tokenizer.encode("май").ids


def test_a_base_loads_plainly_with_the_layers_chosen(
    packed: PackedModel, pruned: Pruned, tmp_path: Path
) -> None:
    tokenizer, table = pruned
    write_multilingual_base(packed, tokenizer, table, [0, 2], tmp_path / "base")
    model = CrossEncoder(str(tmp_path / "base"))
    state = model.model.state_dict()
    assert model.model.config.num_hidden_layers == 2
    name = "attention.self.query.weight"
    np.testing.assert_array_equal(
        state[f"bert.encoder.layer.1.{name}"].numpy(), packed.tensors[f"encoder.layer.2.{name}"]
    )
    assert model.predict([("озеро", "май"), ("май", "озеро")]).shape == (2,)
    segments = model.tokenizer([("озеро", "май")])["token_type_ids"][0]
    assert segments[0] == 0 and segments[-1] == 1
