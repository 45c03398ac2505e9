from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertForSequenceClassification

from search.errors import TrainingError
from search.settings import Settings
from search.training.accelerated import (
    AcceleratedRecipe,
    keep_layers,
    load,
    logits_of,
    main,
    train,
)
from search.training.token_batches import Batches
from search.training.token_lists import TokenLists

CPU = torch.device("cpu")
WORDS = "кит чай лёд снег хлеб мёд лес дом сад река".split()


@pytest.fixture(scope="module")
def lists_file(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Queries of one word; «да» and a word answers, «нет» and others do not."""
    tokenizer = Tokenizer.from_file(f"{settings.reranker}/tokenizer.json")
    lists = [
        (word, [f"да, {word}", *(f"нет, {other}" for other in WORDS[at - 3 : at])], [1.0, 0, 0, 0])
        for at, word in enumerate(WORDS[3:], 3)
    ]
    file = tmp_path_factory.mktemp("lists") / "lists.npz"
    TokenLists.of(lists, tokenizer, 50).write(file)
    return file


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=20_000,
        hidden_size=32,
        num_hidden_layers=4,
        num_attention_heads=4,
        intermediate_size=64,
        num_labels=1,
        pad_token_id=1,
    )
    folder = tmp_path_factory.mktemp("base")
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_training_learns_and_a_smaller_model_learns_from_it(
    base: Path, lists_file: Path, tmp_path: Path
) -> None:
    common = ["--lists", str(lists_file), "--check", str(lists_file), "--seconds", "60"]
    common += ["--lists-per-step", "3", "--learning-rate", "3e-3", "--epochs", "40"]
    teacher, student = tmp_path / "teacher", tmp_path / "student"
    main([*common, "--base", str(base), "--to", str(teacher)])
    main([*common, "--base", str(teacher), "--teacher", str(teacher)]
         + ["--layers", "1", "3", "--to", str(student)])  # fmt: skip
    for folder, layers in ((teacher, 4), (student, 2)):
        before, after = (np.load(folder / f"lists.{when}.npy") for when in ("before", "after"))
        assert (after.argmax(axis=1) == 0).all()
        assert after[:, 0].mean() - after[:, 1:].mean() > before[:, 0].mean() - before[:, 1:].mean()
        assert load(folder, CPU).config.num_hidden_layers == layers
        weights = load_file(folder / "model.safetensors")
        assert {tensor.dtype for tensor in weights.values()} == {torch.float16}


def test_logits_are_the_models_own_whatever_the_parts(base: Path, lists_file: Path) -> None:
    batches = Batches(TokenLists.read(lists_file), CPU, 50)
    model = load(base, CPU)
    found = logits_of(model, batches, tokens_per_part=64)
    for row in range(len(WORDS) - 3):
        inputs = batches.inputs(np.full(4, row), np.arange(4))
        with torch.inference_mode():
            assert torch.allclose(found[row], model(**inputs).logits[:, 0], atol=1e-5)


def test_a_run_ends_when_its_time_is_over(base: Path, lists_file: Path, tmp_path: Path) -> None:
    batches = Batches(TokenLists.read(lists_file), CPU, 50)
    recipe = AcceleratedRecipe(seconds=1e-9, lists_per_step=5)
    model = load(base, CPU)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with pytest.raises(TrainingError, match="not one step"):
        train(model, batches, recipe, tmp_path)
    assert all(torch.equal(before[name], t) for name, t in model.state_dict().items())


def test_kept_layers_are_copied_in_their_order(base: Path, tmp_path: Path) -> None:
    keep_layers(base, [0, 3], tmp_path)
    whole, kept = (load_file(folder / "model.safetensors") for folder in (base, tmp_path))
    name = "bert.encoder.layer.{}.attention.self.query.weight"
    assert torch.equal(kept[name.format(1)], whole[name.format(3)])
    assert not any(".layer.2." in key for key in kept)
    assert kept["bert.embeddings.word_embeddings.weight"].shape == (20_000, 32)
