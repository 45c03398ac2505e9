"""A real encoder of four words and three dimensions, whose vectors can be worked out by hand."""

import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from index.encoder import Encoder

VECTORS = {"[UNK]": (0, 0, 0), "кот": (3, 0, 4), "пёс": (0, 2, 0), "дом": (1, 2, 2)}

MakeEncoder = Callable[..., Encoder]


@pytest.fixture(scope="session")
def make_encoder(tmp_path_factory: pytest.TempPathFactory) -> MakeEncoder:
    """Save a model that averages word vectors (default: `VECTORS`), and load it."""

    def make(
        vectors: dict[str, tuple[float, ...]] = VECTORS,
        prompts: dict[str, str] | None = None,
        further_modules: tuple[torch.nn.Module, ...] = (),
    ) -> Encoder:
        vocabulary = {word: row for row, word in enumerate(vectors)}
        tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
        tokenizer.pre_tokenizer = Whitespace()
        weights = np.array(list(vectors.values()), np.float32)
        module = StaticEmbedding(tokenizer, embedding_weights=weights)
        folder = tmp_path_factory.mktemp("model")
        model = SentenceTransformer(
            modules=[module, *further_modules], device="cpu", prompts=prompts
        )
        model.save_pretrained(str(folder))
        return Encoder.open(str(folder))

    return make


@pytest.fixture(scope="session")
def tiny_encoder(make_encoder: MakeEncoder) -> Encoder:
    return make_encoder()


@pytest.fixture(scope="session")
def tiny_model(tiny_encoder: Encoder) -> Path:
    return Path(tiny_encoder.name)


@pytest.fixture
def full_disk() -> Callable[[], AbstractContextManager[None]]:
    """`with full_disk():` no file grows over 4,000 bytes — pytest's own log too, so be brief."""

    @contextmanager
    def limited() -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limited
