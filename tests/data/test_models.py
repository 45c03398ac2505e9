import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer

from search.settings import ROOT

MODELS = ROOT / "data" / "models"


def test_all_weights_together_stay_below_80_mb() -> None:
    assert sum(file.stat().st_size for file in MODELS.rglob("*.safetensors")) < 80e6


def test_no_model_folder_holds_a_pickle() -> None:
    names = {file.suffix or file.name for file in MODELS.rglob("*") if file.is_file()}
    assert names == {".json", ".md", ".png", ".safetensors", "SHA256SUMS"}


def test_the_reranker_loads_plainly_with_raw_fp32_logits() -> None:
    model = CrossEncoder(str(MODELS / "reranker"))
    assert isinstance(model.activation_fn, torch.nn.Identity)
    assert model.num_labels == 1 and model.max_seq_length == 512
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    right, wrong = model.predict(
        [
            ("какова глубина Байкала", "Наибольшая глубина озера Байкал — 1642 метра."),
            ("какова глубина Байкала", "Тесто оставляют подниматься в тёплом месте на час."),
        ]
    )
    assert right > wrong


def test_the_encoder_loads_plainly_and_puts_like_by_like() -> None:
    model = SentenceTransformer(str(MODELS / "encoder"))
    texts = ["глубокое озеро", "глубина водоёма", "рецепт теста"]
    lake, water, dough = np.asarray(model.encode(texts), np.float32)
    assert lake @ water > lake @ dough


@pytest.mark.parametrize("name", ["encoder", "reranker"])
def test_the_card_names_licence_data_and_figures(name: str) -> None:
    card = (MODELS / name / "README.md").read_text(encoding="utf-8")
    for wanted in ("license: apache-2.0", "language: ru", "CC-BY-SA-4.0", "CC0", "## Evaluation"):
        assert wanted in card
