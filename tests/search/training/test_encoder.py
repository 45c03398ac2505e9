from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace

from index.encoder import Encoder
from search.training.embeddings import Matrix
from search.training.encoder import SIF, initial_table, train_encoder
from search.training.vocabulary import SPECIAL

WORDS = ["кот", "пёс", "дом", "лес"]
PIECES = [*SPECIAL, *WORDS, "##а", "!"]


@pytest.fixture
def tokenizer() -> Tokenizer:
    vocabulary = {piece: row for row, piece in enumerate(PIECES)}
    tokenizer = Tokenizer(WordPiece(vocab=vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    return tokenizer


@pytest.fixture
def table() -> Matrix:
    return np.random.default_rng(1).normal(size=(len(PIECES), 6)).astype(np.float32)


def test_a_piece_is_as_long_as_it_is_rare_and_an_ending_says_nothing(
    tokenizer: Tokenizer, table: Matrix
) -> None:
    texts = ["кот кота", "кот пёс"]  # кот three times, ##а and пёс once: of five pieces
    start = initial_table(tokenizer, table, set(WORDS), texts, dimension=6)
    lengths = dict(zip(PIECES, np.linalg.norm(start, axis=1), strict=True))
    shares = {"кот": 3 / 5, "пёс": 1 / 5, "дом": 0, "лес": 0}
    expected = {word: SIF / (SIF + share) for word, share in shares.items()}
    assert lengths == pytest.approx(expected | dict.fromkeys([*SPECIAL, "##а", "!"], 0), abs=1e-6)


def test_all_dimensions_keep_the_angles_between_the_centred_vectors(
    tokenizer: Tokenizer, table: Matrix
) -> None:
    start = initial_table(tokenizer, table, set(WORDS), [], dimension=6)[5:9]
    centred = table[5:9] - table[5:9].mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    np.testing.assert_allclose(start @ start.T, centred @ centred.T, atol=1e-5)
    flat = initial_table(tokenizer, table, set(WORDS), [], dimension=2)
    assert flat.shape == (len(PIECES), 2)


def test_a_trained_encoder_brings_pairs_together_and_reads_nothing_into_the_unknown(
    tokenizer: Tokenizer, tmp_path: Path
) -> None:
    start = np.eye(len(PIECES), 8, dtype=np.float32)
    pairs = [("кот", "дом"), ("пёс", "лес")]
    train_encoder(pairs, tokenizer, start, tmp_path / "same", epochs=0)
    train_encoder(pairs, tokenizer, start, tmp_path / "model", 60, batch=2, learning_rate=0.1)
    for folder, least, most in (("same", -0.01, 0.01), ("model", 0.5, 1.0)):
        encoder = Encoder.open(str(tmp_path / folder))
        cat, dog = (encoder.encode_query(word) for word in ("кот", "пёс"))
        house, wood = encoder.encode_passages(["дом", "лес"])
        for query, answer, other in ((cat, house, wood), (dog, wood, house)):
            assert least <= query @ answer <= most + 1e-3
            assert folder == "same" or query @ other < query @ answer - 0.5
    model = SentenceTransformer(str(tmp_path / "model"), device="cpu")
    assert np.count_nonzero(model.encode("щука [MASK]")) == 0
