"""Unit vectors by hand from a model of four words; properties of the embedded model."""

import math
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers.sentence_transformer.modules import Dense, Normalize

from index.corpus import read_corpus
from index.encoder import Encoder
from index.errors import ModelError
from index.static_encoder import StaticEncoder
from index.torch_encoder import TorchEncoder
from search.evaluation import read_qrels, read_queries
from search.settings import ROOT, Settings

KOT, PYOS, DOM = (3, 0, 4), (0, 2, 0), (1, 2, 2)
VECTORS = {"[UNK]": (0, 0, 0), "кот": KOT, "пёс": PYOS, "дом": DOM}


@pytest.mark.parametrize(
    ("text", "vector"),
    [
        ("кот", (3 / 5, 0, 4 / 5)),
        ("пёс", (0, 1, 0)),
        ("дом", (1 / 3, 2 / 3, 2 / 3)),
        ("кот дом", (4 / math.sqrt(56), 2 / math.sqrt(56), 6 / math.sqrt(56))),
        ("дом кот", (4 / math.sqrt(56), 2 / math.sqrt(56), 6 / math.sqrt(56))),
        ("пёс рыба", (0, 1, 0)),
        ("рыба", (0, 0, 0)),
        ("", (0, 0, 0)),
        ("😀", (0, 0, 0)),
    ],
)
def test_vectors_worked_out_by_hand(
    tiny_encoder: Encoder, text: str, vector: tuple[float, ...]
) -> None:
    for found in (tiny_encoder.encode_query(text), tiny_encoder.encode_passages([text])):
        assert found.shape == (1, 3)
        assert found.dtype == np.float32
        assert found[0].tolist() == pytest.approx(vector)


def test_query_and_passage_have_prompts_of_their_own(
    make_encoder: Callable[..., Encoder],
) -> None:
    encoder = make_encoder(VECTORS, {"query": "кот ", "document": "пёс "})
    assert encoder.encode_query("дом")[0].tolist() == pytest.approx(
        np.array([4, 2, 6]) / math.sqrt(4**2 + 2**2 + 6**2)
    )
    assert encoder.encode_passages(["дом"])[0].tolist() == pytest.approx(
        np.array([1, 4, 2]) / math.sqrt(1**2 + 4**2 + 2**2)
    )


def test_row_i_is_the_vector_of_passage_i(tiny_model: Path) -> None:
    texts = ["кот", "пёс пёс дом", "рыба", "дом", "кот пёс"] * 3
    encoder = TorchEncoder(str(tiny_model), batch_size=2)
    alone = np.concatenate([encoder.encode_passages([text]) for text in texts])
    np.testing.assert_allclose(encoder.encode_passages(texts), alone, rtol=1e-6)


def test_passages_are_encoded_chunk_by_chunk(
    tiny_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["кот", "пёс пёс дом", "рыба", "дом", "кот пёс"]
    whole = tiny_encoder.encode_passages(texts)
    for chunk in (1, 2, 5):
        monkeypatch.setattr("index.encoder._CHUNK", chunk)
        assert tiny_encoder.encode_passages(texts).tobytes() == whole.tobytes()
    assert tiny_encoder.encode_passages([]).shape == (0, 3)


@pytest.mark.parametrize("kind", ["query", "document"])
def test_a_static_embedding_read_without_torch_is_the_same_model(
    make_encoder: Callable[..., Encoder], kind: str
) -> None:
    static = make_encoder(VECTORS, {"query": "кот ", "document": ""})
    torch_made = TorchEncoder(static.name)
    assert type(static) is StaticEncoder
    assert static.fingerprint == torch_made.fingerprint
    assert static.dimension == torch_made.dimension
    texts = ["кот", "пёс пёс дом", "рыба", "", "кот пёс"]
    if kind == "query":
        found = [np.concatenate([e.encode_query(t) for t in texts]) for e in (static, torch_made)]
    else:
        found = [e.encode_passages(texts) for e in (static, torch_made)]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)


def test_the_embedded_model_is_the_one_sentence_transformers_loads(
    encoder: Encoder, settings: Settings
) -> None:
    plain = TorchEncoder(settings.encoder)
    assert encoder.fingerprint == plain.fingerprint
    texts = ["Кот спит на диване.", "дом", "рецепт борща\nсо свёклой", ""]
    found, expected = encoder.encode_passages(texts), plain.encode_passages(texts)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("dimension", [1, 3, 8])
def test_dimension_is_the_length_of_a_vector(
    make_encoder: Callable[..., Encoder], dimension: int
) -> None:
    encoder = make_encoder({"[UNK]": (0,) * dimension, "кот": (1,) * dimension})
    assert encoder.dimension == dimension
    assert encoder.encode_query("кот").shape == (1, dimension)


def test_fingerprint_is_the_models_not_the_folders(
    tmp_path: Path, tiny_encoder: Encoder, tiny_model: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_model, copy)
    encoder = Encoder.open(str(copy))
    assert encoder.name == str(copy) != tiny_encoder.name
    assert encoder.fingerprint == tiny_encoder.fingerprint
    assert len(encoder.fingerprint) == 64


@pytest.mark.parametrize(
    ("vectors", "prompts"),
    [
        (VECTORS | {"дом": (1, 2, 2.001)}, None),
        ({"[UNK]": (0, 0, 0), "лес": KOT, "пёс": PYOS, "дом": DOM}, None),
        ({word: (*vector, 0) for word, vector in VECTORS.items()}, None),
        (VECTORS, {"query": "кот ", "document": ""}),
        (VECTORS, {"query": "", "document": "кот "}),
    ],
    ids=["weights", "vocabulary", "dimension", "query prompt", "passage prompt"],
)
def test_fingerprint_follows_what_decides_a_vector(
    make_encoder: Callable[..., Encoder],
    tiny_encoder: Encoder,
    vectors: dict[str, tuple[float, ...]],
    prompts: dict[str, str] | None,
) -> None:
    assert make_encoder(vectors, prompts).fingerprint != tiny_encoder.fingerprint


def dense(activation: torch.nn.Module) -> Dense:
    return Dense(3, 3, bias=False, activation_function=activation, init_weight=torch.eye(3))


def test_fingerprint_follows_the_modules_and_their_config(
    make_encoder: Callable[..., Encoder], tiny_encoder: Encoder
) -> None:
    bent, straight, again = (
        make_encoder(VECTORS, None, (dense(activation),))
        for activation in (torch.nn.Tanh(), torch.nn.Identity(), torch.nn.Identity())
    )
    assert bent.encode_query("кот")[0].tolist() == pytest.approx(
        np.array([math.tanh(3), 0, math.tanh(4)]) / math.hypot(math.tanh(3), math.tanh(4))
    )
    assert straight.encode_query("кот")[0].tolist() == pytest.approx((3 / 5, 0, 4 / 5))
    assert straight.fingerprint == again.fingerprint
    normalized = make_encoder(VECTORS, None, (Normalize(),))
    encoders = (tiny_encoder, bent, straight, normalized)
    assert len({encoder.fingerprint for encoder in encoders}) == len(encoders)


@pytest.mark.parametrize("content", [None, "", "{}", "не json"])
def test_model_that_can_not_be_loaded_is_told(tmp_path: Path, content: str | None) -> None:
    folder = tmp_path / "модель"
    place = f"the folder {folder} (not there), the local cache and the model hub"
    if content is not None:
        folder.mkdir()
        (folder / "config.json").write_text(content, encoding="utf-8")
        place = f"the folder {folder}"
    with pytest.raises(ModelError) as caught:
        Encoder.open(str(folder))
    assert str(caught.value).startswith(
        f"The encoder {str(folder)!r} can't be loaded: looked in {place}. Set ENCODER to a model "
        "folder or hub name, or unset it for the embedded model. ("
    )
    assert "\n" not in str(caught.value)


def test_damaged_weights_are_told(tmp_path: Path, tiny_model: Path) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(tiny_model, folder)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(ModelError, match=r"The encoder '.*damaged' can't be loaded"):
        Encoder.open(str(folder))


def test_embedded_model_gives_unit_vectors(encoder: Encoder) -> None:
    vectors = encoder.encode_passages(["Кот спит на диване.", "дом", "рецепт борща\nсо свёклой"])
    assert vectors.shape == (3, encoder.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)


@pytest.mark.parametrize("text", ["", " ", "😀🎉"])
def test_embedded_model_gives_zeros_for_a_text_without_words(encoder: Encoder, text: str) -> None:
    assert not encoder.encode_query(text).any()


@pytest.mark.parametrize(
    ("written", "otherwise"),
    [("ёлка", "елка"), ("Йод", "и\u0306од"), ("МОСКВА", "москва")],
)
def test_embedded_model_knows_other_spellings(
    encoder: Encoder, written: str, otherwise: str
) -> None:
    vector = encoder.encode_query(written)
    assert vector.any()
    assert np.array_equal(vector, encoder.encode_query(otherwise))


@pytest.mark.parametrize(
    ("form", "other"), [("налоги", "налогом"), ("берёза", "берёзы"), ("машина", "машиной")]
)
def test_embedded_model_knows_other_forms(encoder: Encoder, form: str, other: str) -> None:
    cosine = encoder.encode_query(form) @ encoder.encode_query(other).T
    assert cosine[0, 0] > 0.9


def test_embedded_model_finds_the_answer_of_most_demo_queries(encoder: Encoder) -> None:
    demo = ROOT / "data" / "demo"
    documents = list(read_corpus(demo))
    queries, qrels = read_queries(demo), read_qrels(demo)
    vectors = encoder.encode_passages([f"{d.title}\n{d.text}" for d in documents])
    answered = 0
    for identity, query in queries.items():
        best = np.argsort(-(vectors @ encoder.encode_query(query)[0]))[:10]
        answered += any(qrels[identity].get(documents[row].id) == 3 for row in best)
    assert answered > len(queries) / 2
