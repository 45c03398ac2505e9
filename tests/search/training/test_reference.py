from pathlib import Path

import pytest
import torch
from sentence_transformers import CrossEncoder
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast
from transformers.trainer_callback import TrainerCallback, TrainerControl, TrainerState

from index.errors import ModelError
from search.errors import TrainingError
from search.training.pairs import Pair
from search.training.reference import reference_trainer, train_reference
from search.training.vocabulary import build_vocabulary

# The reference card's log table: epoch and step of every row.
CARD_ROWS = [(0.6435, 500), (1.2870, 1000), (1.9305, 1500), (7.7220, 6000), (14.8005, 11500)]


def pairs(count: int) -> list[Pair]:
    return [
        Pair("где кот", "Здесь кот." if i % 2 else "Здесь дом.", float(i % 2)) for i in range(count)
    ]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny-base")
    tokenizer = build_vocabulary([["где здесь кот дом"]], {"the": 0}, stems=20).tokenizer
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    special = {
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
    }
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(folder)
    return folder


class StopAtOnce(TrainerCallback):
    """Ends a run after its first step, and remembers the schedule it would have followed."""

    def on_step_end(self, args, state: TrainerState, control: TrainerControl, **_) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN003
        self.steps, self.log_every = state.max_steps, state.logging_steps
        control.should_training_stop = True


def test_the_schedule_is_the_reference_cards(base: Path, tmp_path: Path) -> None:
    trainer = reference_trainer(pairs(12_431), str(base), tmp_path / "model")
    seen = StopAtOnce()
    trainer.add_callback(seen)
    trainer.train()
    assert seen.steps == 11_655 == 777 * 15
    assert seen.log_every == 500
    rows = [(step / 777, step) for step in range(500, 11_655 + 1, 500)]
    for epoch, step in CARD_ROWS:
        assert (pytest.approx(epoch, abs=5e-5), step) in rows
    assert len(rows) == 23


def test_the_hyperparameters_are_the_reference_cards(base: Path, tmp_path: Path) -> None:
    trainer = reference_trainer(pairs(32), str(base), tmp_path / "model")
    args, model = trainer.args, trainer.model
    assert (args.per_device_train_batch_size, args.num_train_epochs, args.learning_rate) == (
        16,
        15,
        5e-5,
    )
    assert (args.lr_scheduler_type, args.warmup_steps, args.weight_decay) == ("linear", 0, 0.0)
    assert (args.adam_beta1, args.adam_beta2, args.adam_epsilon) == (0.9, 0.999, 1e-8)
    assert (args.max_grad_norm, args.seed, args.optim) == (1.0, 42, "adamw_torch")
    assert args.fp16 == torch.cuda.is_available()
    assert (model.num_labels, model.max_seq_length) == (1, 512)
    assert isinstance(model.activation_fn, torch.nn.Identity)
    assert isinstance(trainer.loss.activation_fn, torch.nn.Identity)
    assert trainer.loss.pos_weight is None


def test_a_trained_model_predicts_ranks_and_carries_a_full_card(base: Path, tmp_path: Path) -> None:
    train_reference(pairs(32), str(base), tmp_path / "model", ["own.jsonl"], epochs=1)
    model = CrossEncoder(str(tmp_path / "model"))
    assert model.predict([("где кот", "Здесь кот."), ("где кот", "Здесь дом.")]).shape == (2,)
    ranked = model.rank("где кот", ["Здесь дом.", "Здесь кот."])
    assert [row["score"] for row in ranked] == sorted(
        (row["score"] for row in ranked), reverse=True
    )
    card = (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    for section in (
        "language:\n- ru",
        "license: apache-2.0",
        "### Model Description",
        "## Usage",
        "['где кот', 'Здесь",
        "Size: 32 training samples",
        "sentence_0",
        "BinaryCrossEntropyLoss",
        "Hyperparameters",
        "### Framework Versions",
        "## Citation",
        "## Data Sources",
        "own.jsonl",
    ):
        assert section in card


def test_too_few_pairs_and_a_missing_base_are_named(base: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="15 pairs are fewer than a batch of 16"):
        reference_trainer(pairs(15), str(base), tmp_path / "model")
    with pytest.raises(ModelError, match=r"The base '/no/such/base' can't be loaded.*--base"):
        reference_trainer(pairs(16), "/no/such/base", tmp_path / "model")
