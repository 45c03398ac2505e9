import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file
from sentence_transformers import SentenceTransformer

from index.analyzer import Analyzer
from index.build import build_index
from index.corpus import read_corpus
from index.encoder import Encoder
from index.errors import IndexStoreError, ModelError
from index.model_folder import SUMS
from search.engine import Engine
from search.promotion import promote
from search.rivals import HOME, MAX_MODELS, Rivals
from search.settings import Settings
from search.variant import Variant

QUERY = "вода для чая"
PURE = Variant("reranked", 0.5, 5, 0.0, 0.0, 100)
"""Scores are the reranker's logits alone."""


@pytest.fixture(scope="module")
def contrary(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Path:
    """The embedded reranker with its last layer negated: every logit changes its sign."""
    folder = tmp_path_factory.mktemp("models") / "contrary"
    shutil.copytree(settings.reranker, folder)
    negate_head(folder)
    return folder


def negate_head(folder: Path) -> None:
    (folder / SUMS).unlink(missing_ok=True)
    weights = load_file(folder / "model.safetensors")
    for name in ("classifier.weight", "classifier.bias"):
        weights[name] = -weights[name]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


@pytest.fixture(scope="module")
def windows(
    tmp_path_factory: pytest.TempPathFactory, small_set: Path, encoder: Encoder, analyzer: Analyzer
) -> Path:
    """The small corpus with windows so short that every sentence is a passage."""
    directory = tmp_path_factory.mktemp("indexes") / "sentences"
    build_index(read_corpus(small_set), directory, encoder, analyzer, 30, progress=False)
    return directory


def rivals(home: Engine, promotions: Path, rerankers: str = "", indexes: str = "") -> Rivals:
    settings = replace(
        home.settings,
        promotions=str(promotions),
        compare_rerankers=rerankers,
        compare_indexes=indexes,
    )
    return Rivals.of(Engine(home.index, home.models, settings))


def test_a_reranker_with_negated_logits_turns_the_order_round(
    small_engine: Engine, contrary: Path, tmp_path: Path
) -> None:
    offered = rivals(small_engine, tmp_path / "none", str(contrary))
    assert offered.rerankers == (HOME, "contrary")
    own = PURE.search(offered, QUERY, 5).hits
    turned = replace(PURE, reranker="contrary").search(offered, QUERY, 5).hits
    assert len(own) > 1
    assert [hit.passage.id for hit in turned] == [hit.passage.id for hit in reversed(own)]
    assert [hit.logit for hit in turned] == pytest.approx([-(h.logit or 0) for h in reversed(own)])
    assert [hit.stages["fused"] for hit in turned] == [hit.stages["fused"] for hit in reversed(own)]


def test_an_index_of_the_same_corpus_with_another_window(
    small_engine: Engine, windows: Path, tmp_path: Path
) -> None:
    offered = rivals(small_engine, tmp_path / "none", indexes=f" {windows} ,")
    assert offered.indexes == (HOME, "sentences")
    own = PURE.search(offered, "чем питается кит", 1).hits[0].passage
    other = replace(PURE, index="sentences").search(offered, "чем питается кит", 1).hits[0].passage
    assert (own.id, own.text) == ("whale", "Синий кит питается рачками. Это крупнейшее животное.")
    assert (other.id, other.text) == ("whale", "Синий кит питается рачками.")
    assert offered.engine("sentences").models is small_engine.models  # the same encoder


def test_an_index_built_with_another_encoder_is_opened_with_that(
    small_engine: Engine, small_set: Path, analyzer: Analyzer, tmp_path: Path
) -> None:
    model = SentenceTransformer(small_engine.settings.encoder)
    (tmp_path / "encoder").mkdir()
    model.prompts = {"query": "вопрос: ", "document": ""}
    model.save(str(tmp_path / "encoder"))
    other = Encoder.open(str(tmp_path / "encoder"))
    build_index(read_corpus(small_set), tmp_path / "index", other, analyzer, progress=False)
    offered = rivals(small_engine, tmp_path / "none", indexes=str(tmp_path / "index"))
    engine = offered.engine("index")
    assert engine.models.encoder.fingerprint == other.fingerprint
    assert engine.models.encoder.fingerprint != small_engine.models.encoder.fingerprint
    hit = replace(PURE, stage="dense", index="index").search(offered, QUERY, 1).hits[0]
    cosines = other.encode_passages([p.titled_text for p in engine.index.passages])
    best = (cosines @ other.encode_query(QUERY)[0]).max()
    assert hit.stages["dense"].score == pytest.approx(best, abs=2e-3)  # stored in fp16


def test_promoted_rerankers_are_offered_and_their_weights_checked(
    small_engine: Engine, contrary: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "promoted"
    shutil.copytree(contrary, folder)
    promote(tmp_path / "promotions.jsonl", folder)
    offered = rivals(small_engine, tmp_path / "promotions.jsonl")
    assert offered.rerankers == (HOME, "promoted")
    negate_head(folder)
    with pytest.raises(ModelError, match="promoted: the weights have changed"):
        offered.reranker("promoted")


def test_the_embedded_reranker_is_offered_when_another_is_in_service(
    small_engine: Engine, tmp_path: Path
) -> None:
    settings = replace(small_engine.settings, reranker="my/own")
    home = Engine(small_engine.index, small_engine.models, settings)
    assert rivals(home, tmp_path / "none", "my/own").rerankers == (HOME, "reranker")


@pytest.mark.parametrize("label", ["elsewhere", "../contrary", "/etc"])
def test_what_nobody_configured_is_not_opened(
    small_engine: Engine, contrary: Path, windows: Path, tmp_path: Path, label: str
) -> None:
    offered = rivals(small_engine, tmp_path / "none", str(contrary), str(windows))
    for path in (label, str(contrary), str(windows)):
        with pytest.raises(ModelError, match="COMPARE_RERANKERS"):
            replace(PURE, reranker=path).search(offered, QUERY, 1)
        with pytest.raises(IndexStoreError, match="COMPARE_INDEXES"):
            replace(PURE, index=path).search(offered, QUERY, 1)


def test_models_are_loaded_once_and_few_are_kept(
    small_engine: Engine, contrary: Path, tmp_path: Path
) -> None:
    folders = [tmp_path / name / "final" for name in ("first", "second", "third")]
    for folder in folders:
        folder.parent.mkdir()
        folder.symlink_to(contrary)
    links = ",".join(map(str, folders))
    assert rivals(small_engine, tmp_path / "none", links).rerankers == (HOME, "final")
    for folder in folders:
        folder.unlink()
        shutil.copytree(contrary, folder, copy_function=os.link)
    offered = rivals(small_engine, tmp_path / "none", links)
    labels = offered.rerankers[1:]
    assert labels == ("final", "second/final", "third/final")
    first, second = offered.reranker(labels[0]), offered.reranker(labels[1])
    assert offered.reranker(labels[0]) is first
    offered.reranker(labels[2])  # the third of MAX_MODELS = 2: the second was longest out of use
    assert MAX_MODELS == 2
    assert offered.reranker(labels[0]) is first
    assert offered.reranker(labels[1]) is not second


def test_a_model_or_index_that_cannot_be_had_is_told(small_engine: Engine, tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    offered = rivals(small_engine, tmp_path / "none", gone, gone)
    with pytest.raises(ModelError, match="'gone' can't be compared.*COMPARE_RERANKERS"):
        offered.reranker("gone")
    with pytest.raises(IndexStoreError, match="no index there"):
        offered.engine("gone")
